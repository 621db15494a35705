//! [`Events`]: what a run of `graphs` says of its values and bodies, and the rules for that.

use std::collections::BTreeMap;

use solipsism_tests::Printed;

/// By number.
#[derive(Debug, Default)]
pub(crate) struct Events {
    values: BTreeMap<usize, Value>,
    bodies: BTreeMap<usize, Body>,
    /// The failures that happened, in their order.
    planted: Vec<Failure>,
}

#[derive(Debug)]
struct Failure {
    asker: String,
    /// What the report has of it; if it hangs, nothing.
    text: String,
    outcome: String,
}

/// When something happened to it, if it did.
#[derive(Debug, Default)]
struct Value {
    name: String,
    /// The test, the module or the session.
    asker: String,
    uses: Vec<usize>,
    failed: Option<usize>,
    up: Option<usize>,
    down: Option<usize>,
    outcome: String,
    /// In its set-up, and not only skipped.
    has_failed: bool,
    /// Whether a task of its set-up has.
    leaves_panic: bool,
    is_broken: bool,
    gone: Option<usize>,
}

#[derive(Debug, Default)]
struct Body {
    name: String,
    uses: Vec<usize>,
    run: usize,
    ran: Option<usize>,
    outcome: String,
}

impl Events {
    pub(crate) fn read(events: &str) -> Self {
        let mut this = Self::default();
        for (at, line) in events.lines().enumerate() {
            let mut words = line.splitn(3, ' ');
            let word = words.next().unwrap_or_default();
            let Some(Ok(id)) = words.next().map(str::parse) else {
                continue;
            };
            this.add(at, word, id, words.next().unwrap_or_default());
        }
        this
    }

    fn add(&mut self, at: usize, word: &str, id: usize, rest: &str) {
        let once = |place: &mut Option<usize>| assert_eq!(place.replace(at), None, "{word} {id}");
        if word == "run" {
            let (name, uses) = rest.split_once(' ').unwrap();
            let (name, uses) = (name.to_owned(), numbers(uses));
            let body = Body {
                name,
                uses,
                run: at,
                ..Body::default()
            };
            self.bodies.insert(id, body);
        } else if word == "ran" {
            let body = self.bodies.get_mut(&id).unwrap();
            once(&mut body.ran);
            rest.clone_into(&mut body.outcome);
            let text = format!("planted #{id}: {} went wrong\n", body.name);
            let asker = body.name.clone();
            self.planted.extend(failure(asker, text, rest));
        } else {
            let value = self.values.entry(id).or_default();
            match word {
                "begin" => {
                    let mut words = rest.splitn(3, ' ');
                    let mut next = || words.next().unwrap().to_owned();
                    (value.name, value.asker) = (next(), next());
                    value.uses = numbers(&next());
                }
                "up" => once(&mut value.up),
                "skip" => once(&mut value.failed),
                "fail" | "leaves" => {
                    if word == "fail" {
                        once(&mut value.failed);
                    }
                    value.has_failed = word == "fail";
                    value.leaves_panic = word == "leaves";
                    let text = format!("planted #{id}: {} went wrong in its set-up\n", value.name);
                    let asker = value.asker.clone();
                    self.planted.extend(failure(asker, text, rest));
                }
                "down" => {
                    once(&mut value.down);
                    rest.clone_into(&mut value.outcome);
                }
                "broken" => {
                    value.is_broken = true;
                    let text = format!("planted #{id}: {} went wrong in its end\n", value.name);
                    let asker = value.asker.clone();
                    self.planted.extend(failure(asker, text, rest));
                }
                "gone" => once(&mut value.gone),
                _ => panic!("{word}"),
            }
        }
    }

    pub(crate) fn check(&self, printed: &Printed, is_alone: bool) {
        for (id, value) in &self.values {
            self.check_value(*id, value);
        }
        for body in self.bodies.values() {
            let over = body.ran.expect("each body ends");
            for used in &body.uses {
                let used = &self.values[used];
                assert!(used.up.unwrap() < body.run, "{body:?} {used:?}");
                assert!(over < used.end(), "{body:?} {used:?}");
            }
        }
        self.check_order(is_alone);
        self.check_told(printed);
        self.check_outcomes();
    }

    /// It is torn down once, after all that uses it.
    fn check_value(&self, id: usize, value: &Value) {
        // A set-up can also be ended by another failure.
        assert_eq!(value.gone.is_some(), value.up.is_some(), "{value:?}");
        let owned = value.name == "part";
        let is_down = value.up.is_some() && !owned;
        assert_eq!(value.down.is_some(), is_down, "{id} {value:?}");
        for used in &value.uses {
            let used = &self.values[used];
            let end = value.gone.or(value.failed);
            assert!(end.is_none_or(|end| end < used.end()), "{used:?} {value:?}");
        }
    }

    /// What one asker has is torn down in the reverse order of its set-up; with one thread what a scope has, too.
    fn check_order(&self, is_alone: bool) {
        let down = self.values.values().filter(|value| value.down.is_some());
        let all: Vec<_> = down
            .filter(|value| is_alone || is_test(&value.asker))
            .collect();
        for one in &all {
            let others = all.iter().filter(|other| other.asker == one.asker);
            for other in others.filter(|other| one.up < other.up && other.up < one.down) {
                assert!(other.down < one.down, "{one:?} {other:?}");
            }
        }
    }

    /// Each failure is told once, those of one test in their order.
    fn check_told(&self, printed: &Printed) {
        let Printed { stdout, stderr, .. } = printed;
        let reports = format!("{stdout}\n{stderr}");
        let mut places: BTreeMap<&str, usize> = BTreeMap::new();
        for Failure {
            asker,
            text,
            outcome,
        } in &self.planted
        {
            let expected = usize::from(outcome != "Stuck");
            assert_eq!(reports.matches(text).count(), expected, "{text}{reports}");
            if let Some(place) = stdout.find(text).filter(|_| is_test(asker)) {
                let before = places.insert(asker, place).unwrap_or(0);
                assert!(before <= place, "told too early: {text}{stdout}");
            }
        }
        let whole = |what| reports.matches(what).count();
        let set_ups = whole("its set-up failed") - whole("its set-up failed, as is told at");
        let failed = self.values.values().filter(|value| value.has_failed);
        // And of a task it is told where it is met.
        assert!(set_ups >= failed.count(), "{reports}");
        let broken = self.values.values().filter(|value| value.is_broken);
        assert_eq!(whole("its teardown failed"), broken.count(), "{reports}");
        let code = if self.planted.is_empty() { 0 } else { 101 };
        assert_eq!(printed.code, Some(code), "{reports}");
    }

    /// A teardown is told what became of its test; of a scope, the worst.
    fn check_outcomes(&self) {
        for body in self.bodies.values() {
            for (id, value) in &self.values {
                if value.asker == body.name && value.down.is_some() {
                    let told = rank(&value.outcome);
                    assert!(told >= rank(&body.outcome), "{id} {value:?} {body:?}");
                }
                if body.uses.contains(id) {
                    assert!(rank(&value.outcome) >= rank(&body.outcome), "{value:?}");
                }
            }
        }
    }
}

impl Value {
    /// When its teardown begins.
    fn end(&self) -> usize {
        self.down.or(self.gone).unwrap_or(usize::MAX)
    }
}

fn rank(outcome: &str) -> Option<usize> {
    let mut all = ["Passed", "Failed", "Panicked", "Stuck"].iter();
    all.position(|one| *one == outcome)
}

/// And not a module or the session.
fn is_test(asker: &str) -> bool {
    asker != "session" && !asker.starts_with("graphs")
}

/// None if all went well.
fn failure(asker: String, text: String, outcome: &str) -> Option<Failure> {
    let outcome = outcome.to_owned();
    (outcome != "Passed").then_some(Failure {
        asker,
        text,
        outcome,
    })
}

/// "[1, 2]"
fn numbers(text: &str) -> Vec<usize> {
    let text = text.trim_matches(['[', ']']).split(", ");
    text.filter_map(|number| number.parse().ok()).collect()
}
