//! What a report of solipsism's tells, read back from its text: nothing else of it is public.

/// What is told of one task.
#[derive(Debug, Default)]
pub struct Told {
    pub chains: Vec<Waits>,
    pub kept_no_waker: bool,
    /// It is said to have gone on, where nobody woke it.
    pub went_on: bool,
}

/// One chain, innermost first.
#[derive(Clone, Debug, Default)]
pub struct Waits {
    pub leaf: String,
    /// It ends at a combinator, and says so.
    pub is_cut: bool,
    pub steps: Vec<Step>,
}

#[derive(Clone, Debug)]
pub struct Step {
    pub function: String,
    pub file: String,
    pub line: u32,
}

/// Where the source lines would begin, if they were known.
pub const SENTENCE: &str = "lines are not known: the program was built without them; `debug = \"line-tables-only\"` in its \
                            profile has them";

impl Told {
    /// What is told of the body.
    pub fn of_body(report: &str) -> Self {
        let mut told = Self::default();
        // What is waited for in one place, and where that is; the last group's steps may be those of all.
        let mut groups: Vec<(Vec<Waits>, Vec<Step>)> = Vec::new();
        let mut common: Option<Vec<Step>> = None;
        let lines = report.lines();
        let lines = lines.skip_while(|line| !line.starts_with("  the body, at "));
        for line in lines.skip(1).take_while(|line| line.starts_with("    ")) {
            let text = line.trim_start();
            if line.starts_with("      ") {
                match (&mut common, groups.last_mut()) {
                    (Some(steps), _) | (None, Some((_, steps))) => steps.push(Step::of(text)),
                    (None, None) => {}
                }
            } else if let Some(waits) = text.strip_prefix("waits ") {
                match groups.last_mut() {
                    Some((waiting, steps)) if steps.is_empty() => waiting.push(Waits::of(waits)),
                    _ => groups.push((vec![Waits::of(waits)], Vec::new())),
                }
            } else if text.ends_with("of these in") {
                common = Some(Vec::new());
            } else if text.starts_with("kept no waker") {
                told.kept_no_waker = true;
            } else if text.starts_with("polled once more") {
                told.went_on = true;
            }
        }
        for (waiting, steps) in groups {
            let count = waiting.len();
            for (place, mut waits) in waiting.into_iter().enumerate() {
                // Where some steps are common to all, who has no others has those alone.
                let is_alone = common.is_some() && place + 1 < count;
                waits.steps = if is_alone { Vec::new() } else { steps.clone() };
                waits.steps.extend(common.iter().flatten().cloned());
                told.chains.push(waits);
            }
        }
        told
    }
}

impl Waits {
    fn of(text: &str) -> Self {
        let leaf = text.strip_prefix("for ").unwrap_or(text);
        let ends = [", through ", ", set at ", "; ", ": ", " ("].map(|mark| leaf.find(mark));
        let end = ends.into_iter().flatten().min().unwrap_or(leaf.len());
        Self {
            leaf: leaf[..end].to_owned(),
            is_cut: leaf.contains("has a waker of its own, and is not seen"),
            steps: Vec::new(),
        }
    }
}

impl Step {
    /// `function  file:line  source`, of which the last, the middle or the first may be missing.
    fn of(text: &str) -> Self {
        let mut parts = text.split("  ");
        let is_place = |part: &str| {
            let place = part.rsplit_once(':');
            place.is_some_and(|(file, line)| file.ends_with(".rs") && line.parse::<u32>().is_ok())
        };
        let first = parts.next().unwrap_or_default();
        let (function, place) = if is_place(first) {
            ("", first)
        } else {
            (first, parts.next().unwrap_or_default())
        };
        let (file, line) = place.rsplit_once(':').unwrap_or_default();
        Self {
            function: function.to_owned(),
            file: file.to_owned(),
            line: line.parse().unwrap_or(0),
        }
    }
}

/// The circles of which a report tells, with the tasks' names alone.
pub fn cycles(report: &str) -> Vec<String> {
    let titles = ["  deadlock", "  they wait for each other"];
    let told = |line: &&str| titles.iter().any(|title| line.starts_with(title));
    let lines = report.lines().filter(told);
    lines.map(|line| without_numbers(line.trim())).collect()
}

/// ``task 1 `name` `` is `name`.
fn without_numbers(line: &str) -> String {
    let (title, circle) = line.split_once(": ").unwrap_or((line, ""));
    let names = circle.split(" → ").map(|part| {
        let name = part
            .strip_prefix("task ")
            .and_then(|it| it.split('`').nth(1));
        name.unwrap_or(part)
    });
    format!("{title}: {}", names.collect::<Vec<_>>().join(" → "))
}
