//! Random fixtures and tests, with failures planted everywhere: whatever is set up is torn down once, in reverse order and after its
//! last user, and nothing that went wrong is lost.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::fakes::{FakeFixture, id, label};
use crate::{Case, Instance};

const NAMES: [&str; 12] = [
    "f0", "f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "f10", "f11",
];
const TESTS: [&str; 12] = [
    "t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8", "t9", "t10", "t11",
];
const MODULES: [&str; 4] = ["it", "it::m", "it::m::n", "it::o"];

/// `SplitMix64`.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap() % bound
    }

    fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    /// Some of the fixtures up to this one, taken in any way.
    fn uses(&mut self, below: usize) -> String {
        let count = if below == 0 { 0 } else { self.below(4) };
        let one = |_| {
            let how = self.of(&["&", "&", "", "&mut "]);
            format!("{how}{} ", NAMES[self.below(below)])
        };
        (0..count).map(one).collect()
    }
}

fn fakes(random: &mut Random) -> Fakes {
    let mut fakes = Fakes::default();
    let count = random.below(NAMES.len()) + 1;
    for (place, name) in NAMES.into_iter().enumerate().take(count) {
        let scope = random.of(&[
            Scope::Test,
            Scope::Module,
            Scope::Module,
            Scope::Session,
            Scope::Session,
        ]);
        let uses = random.uses(place);
        let fake = fakes.fixture(name, scope, &uses);
        fake.is_loop = random.one_in(12);
        fake.is_sync = !random.one_in(4);
        fake.autouse = random.one_in(12);
        fake.module = random.of(&MODULES);
        if random.one_in(6) {
            fake.axes = vec![vec![id("x"), id("y")]];
        }
        fake.set_up = match random.below(14) {
            0 => Fate::Fails,
            1 => Fate::Skips,
            _ => Fate::Well,
        };
        if random.one_in(5) {
            fake.tear_down = Fate::Fails;
        }
    }
    for name in TESTS.into_iter().take(random.below(TESTS.len()) + 1) {
        let (module, uses) = (random.of(&MODULES), random.uses(count));
        let fake = fakes.test(module, name, &uses);
        fake.body = random.of(&[
            Fate::Well,
            Fate::Well,
            Fate::Well,
            Fate::Fails,
            Fate::Panics,
            Fate::Skips,
        ]);
        if random.one_in(6) {
            fake.axes = vec![vec![id("one"), id("two")], vec![id("only")]];
        }
    }
    fakes
}

#[test]
fn two_hundred_random_graphs() {
    let mut random = Random(0x5011_9515);
    let (mut planned, mut refused) = (0, 0);
    while planned < 200 {
        let fakes = fakes(&mut random);
        let seed = random.next();
        match fakes.plan() {
            Ok(plan) => {
                planned += 1;
                check(&fakes, &plan, seed);
            }
            Err(refusal) => {
                assert!(refusal.contains("lives as long as its"), "{refusal}");
                refused += 1;
            }
        }
    }
    assert!(refused > 0, "none needed what is narrower");
}

fn check(fakes: &Fakes, plan: &Arc<Plan>, seed: u64) {
    let likes = |name: &str| {
        let place = plan.iter().position(|case| case.name == name).unwrap();
        Random(seed.wrapping_add(u64::try_from(place).unwrap())).below(4) != 0
    };
    let one = run(fakes, plan, 1, likes);
    check_run(fakes, plan, &one, &likes);
    let ending = end_together(plan, &likes);
    for together in &ending {
        assert_is_reversed(plan, &one.log, together);
    }
    for threads in 2..5 {
        let other = run(fakes, plan, threads, likes);
        check_run(fakes, plan, &other, &likes);
        assert_eq!(
            (&other.failed, &other.teardowns, &other.line),
            (&one.failed, &one.teardowns, &one.line)
        );
        for together in &ending {
            let downs = |log| of(together, log, plan, "down ");
            assert_eq!(downs(&other.log), downs(&one.log), "at {threads} threads");
        }
        for group in (0..plan.len()).filter_map(|case| plan.group_of_case(case)) {
            let steps = |log| on_thread(log, plan, group);
            assert_eq!(
                steps(&other.log),
                steps(&one.log),
                "at {threads} threads\n{:#?}\n{:#?}",
                one.log,
                other.log
            );
        }
    }
}

/// What was done on the thread of a group to which values are bound.
fn on_thread<'a>(log: &'a [String], plan: &Plan, group: usize) -> Vec<&'a str> {
    let is_there = |line: &str| {
        let (word, name) = line.split_once(' ').unwrap_or_default();
        if word == "run" {
            let case = plan.iter().position(|case| case.name == name);
            return plan.group_of_case(case.unwrap()) == Some(group);
        }
        let name = match word {
            "down" => name.rsplit_once(' ').unwrap().0,
            _ => name,
        };
        let instance = plan.instances.iter().position(|one| label(one) == name);
        instance.is_some_and(|one| plan.group_of_instance(one) == group)
    };
    let lines = log.iter().map(String::as_str);
    lines.filter(|line| is_there(line)).collect()
}

/// For each scope and each part, the instances that are torn down at its end there.
fn end_together(plan: &Plan, likes: &impl Fn(&str) -> bool) -> Vec<BTreeSet<usize>> {
    let places = 0..plan.len();
    let selected: Vec<usize> = places.filter(|&it| likes(&plan[it].name)).collect();
    let mut together = BTreeMap::new();
    for (number, part) in Schedule::new(plan, &selected).parts().iter().enumerate() {
        for &one in part.iter().flat_map(|&place| plan.needs(place)) {
            let scope = (number, plan.instances[one].module);
            let instances: &mut BTreeSet<usize> = together.entry(scope).or_default();
            instances.insert(one);
        }
    }
    together.into_values().collect()
}

/// The labels of these, as they come after these words.
fn of(instances: &BTreeSet<usize>, log: &[String], plan: &Plan, word: &str) -> Vec<String> {
    let is_one = |name: &str| {
        let mut labels = instances.iter().map(|&one| label(&plan.instances[one]));
        labels.any(|label| label == name)
    };
    let names = log.iter().filter_map(|line| line.strip_prefix(word));
    let names = names.map(|name| match word {
        "down " => name.rsplit_once(' ').unwrap().0,
        _ => name,
    });
    names
        .filter(|name| is_one(name))
        .map(str::to_owned)
        .collect()
}

/// One thread tears down a scope in the very reverse of the order in which it was set up.
fn assert_is_reversed(plan: &Plan, log: &[String], together: &BTreeSet<usize>) {
    let mut ups = of(together, log, plan, "up ");
    ups.reverse();
    assert_eq!(of(together, log, plan, "down "), ups, "{log:#?}");
}

fn check_run(fakes: &Fakes, plan: &Plan, ran: &Told, likes: &impl Fn(&str) -> bool) {
    let selected: Vec<_> = plan.iter().filter(|case| likes(&case.name)).collect();
    for instance in &plan.instances {
        let name = label(instance);
        let is_up = at(&ran.log, &format!("up {name}")).is_some();
        let is_broken = is_up && fixture(fakes, instance).tear_down == Fate::Fails;
        let broken = ran.teardowns.iter();
        let broken = broken.filter(|it| **it == format!("broken: {name}"));
        assert_eq!(broken.count(), usize::from(is_broken));
        check_instance(fakes, &selected, ran, instance);
    }
    let mut told = Vec::new();
    for case in selected {
        check_case(fakes, ran, case, &mut told);
    }
    let line = ran.line.as_deref().unwrap_or_default();
    let is_counted = line.contains("in its set-up") || line.contains("in their set-up");
    assert_eq!(is_counted, !told.is_empty());
    assert_eq!(line.contains("teardown"), !ran.teardowns.is_empty());
}

/// It is there while any of its users runs, and while anything is there that uses it.
fn check_instance(fakes: &Fakes, selected: &[&Case], ran: &Told, instance: &Instance) {
    let Told { log, failed, .. } = ran;
    let name = label(instance);
    let up = at(log, &format!("up {name}"));
    let down = down(log, instance);
    assert_eq!(up.is_some(), down.is_some(), "{name}\n{log:#?}");
    let (Some(up), Some((down, told))) = (up, down) else {
        return;
    };
    for used in &instance.uses {
        assert!(
            at(log, &format!("up {}", label(used))).unwrap() < up,
            "{name} {}\n{log:#?}",
            label(used)
        );
        assert!(self::down(log, used).unwrap().0 > down, "{log:#?}");
    }
    let mut worst = Outcome::Passed;
    for user in selected.iter().filter(|case| uses(case, instance)) {
        let run = at(log, &format!("run {}", user.name));
        if let Some(run) = run {
            assert!(up < run && run < down, "{name}, {}\n{log:#?}", user.name);
        }
        if failed.iter().any(|(name, _)| *name == user.name) {
            let panics = run.is_some() && body(fakes, user) == Fate::Panics;
            worst = worst.max(if panics {
                Outcome::Panicked
            } else {
                Outcome::Failed
            });
        }
    }
    assert_eq!(told, format!("{worst:?}"));
}

/// It fails by its primary cause alone, which is the first that could not be set up, or else its body. `told` are the set-ups that
/// were told in full by now.
fn check_case(fakes: &Fakes, ran: &Told, case: &Case, told: &mut Vec<String>) {
    let mut needed = case.uses.iter();
    let missing = needed.find(|one| fixture(fakes, one).set_up != Fate::Well);
    let report = ran.failed.iter().find(|(name, _)| *name == case.name);
    let report = report.map(|(_, report)| report.as_str());
    let run = at(&ran.log, &format!("run {}", case.name));
    assert_eq!(run.is_some(), missing.is_none());
    let Some(missing) = missing else {
        let fails = matches!(body(fakes, case), Fate::Fails | Fate::Panics);
        let expected = fails.then(|| format!("the body of {}", case.name));
        assert_eq!(report, expected.as_deref());
        return;
    };
    if fixture(fakes, missing).set_up == Fate::Skips {
        assert_eq!(report, None);
        return;
    }
    let (name, report) = (label(missing), report.unwrap());
    if told.contains(&name) {
        let short = format!("fixture `{}`, at ", missing.provider.name);
        assert!(report.starts_with(&short), "{report}");
        assert!(report.contains(", as is told at "), "{report}");
    } else {
        let whole = format!("the whole about {name}\n  it takes ");
        assert!(report.starts_with(&whole), "{report}");
        told.push(name);
    }
}

/// Where the line is in the log: nothing is done twice.
fn at(log: &[String], line: &str) -> Option<usize> {
    let places = log.iter().enumerate();
    let mut places = places.filter(|(_, other)| *other == line);
    let first = places.next();
    assert!(places.next().is_none(), "twice: {line}\n{log:#?}");
    first.map(|(place, _)| place)
}

/// Where the log tells of its teardown, and what that was told.
fn down<'a>(log: &'a [String], instance: &Instance) -> Option<(usize, &'a str)> {
    let start = format!("down {} ", label(instance));
    let lines = log.iter().enumerate();
    let mut lines = lines.filter_map(|(place, line)| Some((place, line.strip_prefix(&start)?)));
    let first = lines.next();
    assert!(lines.next().is_none(), "twice: {start}\n{log:#?}");
    first
}

fn uses(case: &Case, instance: &Instance) -> bool {
    let mut uses = case.uses.iter();
    uses.any(|one| std::ptr::eq(Arc::as_ptr(one), instance))
}

fn fixture<'a>(fakes: &'a Fakes, instance: &Instance) -> &'a FakeFixture {
    let mut fixtures = fakes.fixtures.iter();
    fixtures
        .find(|it| it.name == instance.provider.name)
        .unwrap()
}

fn body(fakes: &Fakes, case: &Case) -> Fate {
    let mut tests = fakes.tests.iter();
    tests.find(|test| test.name == case.test.name).unwrap().body
}
