//! The reports of worlds that are stuck in these programs, held against what is expected of them.

use solipsism::EventLoop;
use solipsism::task::Builder;

use crate::held::GROUPS;
use crate::marks::Marks;
use crate::told::{SENTENCE, Told, Waits, cycles};
use crate::{Program, Task, own};

/// What the program was compiled with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Debug {
    /// Lines and types.
    Full,
    /// Lines, and whole names.
    Limited,
    /// Lines.
    LineTables,
    None,
}

impl Debug {
    pub fn of(word: &str) -> Option<Self> {
        Some(match word {
            "2" => Self::Full,
            "1" => Self::Limited,
            "line-tables-only" => Self::LineTables,
            "0" => Self::None,
            _ => return None,
        })
    }

    /// Whether reports can tell of what was read of suspended futures.
    pub fn sees(self) -> bool {
        cfg!(feature = "dwarf") && self == Self::Full
    }
}

/// How many are as they should be, and which are not.
#[derive(Default)]
pub struct Tally {
    right: usize,
    wrong: Vec<String>,
}

impl Tally {
    fn note(&mut self, is_right: bool, tell: impl FnOnce() -> String) {
        if is_right {
            self.right += 1;
        } else {
            self.wrong.push(tell());
        }
    }

    /// Whether of a hundred as many are right.
    fn reaches(&self, percent: usize) -> bool {
        let all = self.right + self.wrong.len();
        all > 0 && self.right * 100 >= all * percent
    }

    fn tell(&self, of: &str) {
        println!("{of}: {} right, {} wrong", self.right, self.wrong.len());
        self.wrong.iter().for_each(|wrong| println!("  {wrong}"));
    }
}

/// Whether the reports are as good as they have to be.
pub fn check<'a>(
    programs: impl Iterator<Item = &'a Program>,
    debug: Debug,
    shown: Option<&str>,
) -> bool {
    let marks = Marks::read();
    let mut chains = Tally::default();
    let mut invented = Tally::default();
    // How many chains are right but for the name of what is awaited.
    let mut others = 0;
    for program in programs.chain(own::PROGRAMS) {
        let report = report_of((program.task)());
        if shown.is_some_and(|shown| program.name.contains(shown)) {
            println!("{report}");
        }
        let told = Told::of_body(&report);
        let compared = Compared {
            program,
            marks: &marks,
            debug,
        };
        let (read, expected) = compared.both(&told, &report);
        let (read, expected) = match debug {
            Debug::LineTables if read != expected => {
                let by_crate = |chains: Vec<String>| chains.iter().map(|it| by_crate(it)).collect();
                let (read, expected): (Vec<_>, Vec<_>) = (by_crate(read), by_crate(expected));
                others += usize::from(read == expected);
                (read, expected)
            }
            _ => (read, expected),
        };
        chains.note(read == expected, || {
            format!(
                "{}\n    told     {read:?}\n    expected {expected:?}",
                program.name
            )
        });
        let found = cycles(&report);
        invented.note(found.is_empty(), || format!("{}: {found:?}", program.name));
    }
    chains.tell("chains");
    if others > 0 {
        println!(
            "  of {others} what is awaited has another name of its crate's: inlined, its own is lost"
        );
    }
    let mut deadlocks = Tally::default();
    let groups = GROUPS.iter().map(|group| {
        let body = || -> Task { Box::pin(all((group.tasks)())) };
        let cycle = if debug.sees() { group.cycle } else { "" };
        (group.name, report_of(body()), cycle)
    });
    let own = own::CIRCLES.iter().map(|circle| {
        let is_known = debug.sees() || !circle.needs_types;
        let cycle = if is_known { circle.cycle } else { "" };
        (circle.name, report_of((circle.body)()), cycle)
    });
    for (name, report, cycle) in groups.chain(own) {
        if shown.is_some_and(|shown| name.contains(shown)) {
            println!("{report}");
        }
        let found = cycles(&report);
        let tally = if cycle.is_empty() {
            &mut invented
        } else {
            &mut deadlocks
        };
        let is_right = found.iter().eq(Some(cycle).filter(|it| !it.is_empty()));
        tally.note(is_right, || {
            format!("{name}\n    told     {found:?}\n    expected {cycle:?}")
        });
    }
    deadlocks.tell("circles");
    invented.tell("without a circle");
    chains.reaches(98) && deadlocks.reaches(100) && invented.reaches(100)
}

/// A chain without more of what is awaited than its crate.
fn by_crate(chain: &str) -> String {
    chain.split("::").next().unwrap_or_default().to_owned()
}

fn report_of(body: Task) -> String {
    let stopped = EventLoop::new().run(body);
    let stopped = stopped.expect_err("it waits for ever");
    assert!(stopped.is_sleep_forever(), "{stopped}");
    stopped.to_string()
}

/// Has these tasks run to their ends, by the names of their places.
async fn all(tasks: Vec<Task>) {
    let spawn = |(place, task): (usize, Task)| Builder::new().name(place.to_string()).spawn(task);
    let handles: Vec<_> = tasks.into_iter().enumerate().map(spawn).collect();
    for handle in handles {
        let _ = handle.await;
    }
}

struct Compared<'a> {
    program: &'a Program,
    marks: &'a Marks,
    debug: Debug,
}

impl Compared<'_> {
    /// What was told and what is expected, both as chains with what they wait for.
    fn both(&self, told: &Told, report: &str) -> (Vec<String>, Vec<String>) {
        let mut expected: Vec<String> = Vec::new();
        for (chain, _, leaf) in self.program.chains {
            let seen = if self.debug.sees() {
                chain.replace('|', "")
            } else {
                let polled = chain.split_once('|').map(|(_, polled)| polled);
                let polled = polled.unwrap_or(chain);
                polled.trim_start_matches('<').to_owned()
            };
            let is_cut = !self.debug.sees() && chain.contains('|');
            if chain.ends_with('|') {
                expected.push("it kept no waker".to_owned());
            }
            let marks = seen.split('<').filter(|mark| !mark.is_empty());
            let marks = marks.map(|mark| mark.trim_matches(['~', '!']));
            let marks = marks.map(|mark| self.expected(mark));
            let mut marks: Vec<_> = marks.collect();
            if self.debug == Debug::None {
                marks.dedup();
            }
            match (is_cut, marks.is_empty()) {
                (true, true) => {}
                (true, false) => expected.push(format!("{} in a combinator", marks.join("<"))),
                (false, _) => expected.push(format!("{} {leaf}", marks.join("<"))),
            }
        }
        let mut read: Vec<_> = told.chains.iter().map(|chain| self.told(chain)).collect();
        if told.kept_no_waker {
            read.push("it kept no waker".to_owned());
        }
        if told.went_on {
            read.push("it went on".to_owned());
        }
        if self.debug == Debug::None && !told.chains.is_empty() && !report.contains(SENTENCE) {
            read.push("nothing of lines".to_owned());
        }
        for list in [&mut read, &mut expected] {
            list.sort_unstable();
            list.dedup();
        }
        (read, expected)
    }

    fn expected(&self, mark: &str) -> String {
        let function = self.marks.function(&self.program.file(), mark);
        match self.debug {
            Debug::None => function.to_owned(),
            _ => format!("{mark}({function})"),
        }
    }

    fn told(&self, chain: &Waits) -> String {
        let steps = chain.steps.iter().map(|step| {
            let function = step.function.rsplit("::").next().unwrap_or_default();
            let mark = self.marks.at(&step.file, step.line);
            let unmarked = || format!("{}:{}", step.file, step.line);
            let mark = mark.map_or_else(unmarked, str::to_owned);
            match self.debug {
                Debug::None => function.to_owned(),
                _ => format!("{mark}({function})"),
            }
        });
        let mut steps: Vec<_> = steps.collect();
        if self.debug == Debug::None {
            steps.dedup();
        }
        let leaf = if chain.is_cut {
            "in a combinator"
        } else {
            &chain.leaf
        };
        format!("{} {leaf}", steps.join("<"))
    }
}
