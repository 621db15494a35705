use std::num::NonZero;

use super::*;
use crate::errors::Errors;
use crate::fakes::{Fakes, Fate};
use crate::run::{Where, start};
use crate::schedule::Schedule;
use crate::{Markers, Scope, ShouldPanic};

mod random_graphs;

/// What was done and told in a run.
#[derive(Debug, PartialEq, Eq)]
struct Told {
    log: Vec<String>,
    /// The report of each case that failed, as it is told.
    failed: Vec<(String, String)>,
    teardowns: Vec<String>,
    line: Option<String>,
}

/// Runs those cases whose names this likes.
fn run(fakes: &Fakes, plan: &Arc<Plan>, threads: usize, likes: impl Fn(&str) -> bool) -> Told {
    let places = 0..plan.len();
    let selected: Vec<usize> = places.filter(|&it| likes(&plan[it].name)).collect();
    let schedule = Arc::new(Schedule::new(plan, &selected));
    let threads = NonZero::new(threads).unwrap();
    let mut results = start(plan, &schedule, Where::Here, threads).unwrap();
    let mut errors = Errors::default();
    let mut failed = Vec::new();
    for place in selected {
        let case = &plan[place];
        let came = results.take(place).came;
        if let Ended::Failed(failure) = errors.tell(plan, place, came).ended {
            failed.push((case.name.clone(), failure.report));
        }
    }
    Told {
        teardowns: errors.teardowns().to_vec(),
        log: fakes.log.take(),
        failed,
        line: errors.line(),
    }
}

fn run_all(fakes: &Fakes) -> Told {
    run(fakes, &fakes.plan().unwrap(), 1, |_| true)
}

#[test]
fn what_is_shared_is_there_from_its_first_user_to_its_last() {
    let mut fakes = Fakes::default();
    fakes.fixture("db", Scope::Session, "");
    fakes.fixture("cache", Scope::Module, "&db");
    fakes.fixture("log", Scope::Module, "");
    fakes.test("it", "a", "");
    fakes.test("it::m", "b", "&cache");
    fakes.test("it::m", "c", "&log");
    fakes.test("it::m", "d", "");
    fakes.test("it::n", "e", "&cache");
    fakes.test("it::n", "f", "");
    let expected = [
        "run a",
        "up db",
        "up cache in it::m",
        "run m::b",
        "down cache in it::m Passed",
        "end",
        "up cache in it::n",
        "run n::e",
        "down cache in it::n Passed",
        "end",
        "down db Passed",
        "end",
        "up log in it::m",
        "run m::c",
        "down log in it::m Passed",
        "end",
        "run m::d",
        "run n::f",
    ];
    assert_eq!(run_all(&fakes).log, expected);
    let plan = fakes.plan().unwrap();
    // What is needed by none that is selected is left alone.
    let ran = run(&fakes, &plan, 1, |name| name != "m::b" && name != "n::e");
    assert_eq!(
        ran.log,
        [
            "run a",
            "up log in it::m",
            "run m::c",
            "down log in it::m Passed",
            "end",
            "run m::d",
            "run n::f"
        ]
    );
    for threads in 2..5 {
        let mut ran = run(&fakes, &plan, threads, |_| true);
        ran.log.sort_unstable();
        let mut expected = expected;
        expected.sort_unstable();
        assert_eq!(ran.log, expected, "at {threads} threads");
    }
}

#[test]
fn a_module_keeps_the_session_until_it_is_over_itself() {
    let mut fakes = Fakes::default();
    fakes.fixture("db", Scope::Session, "");
    fakes.fixture("cache", Scope::Module, "&db");
    fakes.fixture("log", Scope::Module, "");
    fakes.test("it", "a", "&cache &log");
    // Does not use the session's, but is the last in its module.
    fakes.test("it", "b", "&log");
    let expected = [
        "up db",
        "up cache in it",
        "up log in it",
        "run a",
        "run b",
        "down log in it Passed",
        "down cache in it Passed",
        "end",
        "end",
        "down db Passed",
        "end",
    ];
    assert_eq!(run_all(&fakes).log, expected);
}

#[test]
fn a_module_on_a_thread_of_the_session_ends_before_the_session() {
    let mut fakes = Fakes::default();
    fakes.fixture("db", Scope::Session, "").is_sync = false;
    fakes.fixture("cell", Scope::Module, "").is_sync = false;
    fakes.test("it", "a", "&db &cell");
    fakes.test("it", "b", "&cell");
    let expected = [
        "up db",
        "up cell in it",
        "run a",
        "run b",
        "down cell in it Passed",
        "down db Passed",
        "end",
    ];
    assert_eq!(run_all(&fakes).log, expected);
}

#[test]
fn cases_that_share_a_thread_are_run_one_after_another_by_one_worker() {
    let mut fakes = Fakes::default();
    fakes.fixture("cell", Scope::Module, "").is_sync = false;
    fakes.test("it", "a", "&cell");
    fakes.test("it", "b", "");
    fakes.test("it", "c", "&cell");
    let expected = [
        "up cell in it",
        "run a",
        "run c",
        "down cell in it Passed",
        "end",
        "run b",
    ];
    assert_eq!(run_all(&fakes).log, expected);
}

#[test]
fn who_shares_something_with_somebody_is_in_one_part_with_all_of_them() {
    let mut fakes = Fakes::default();
    fakes.fixture("one", Scope::Session, "");
    fakes.fixture("other", Scope::Session, "");
    fakes.fixture("table", Scope::Module, "&one");
    fakes.fixture("config", Scope::Module, "");
    fakes.test("it::a", "a", "&table");
    fakes.test("it::a", "b", "&config &other");
    fakes.test("it::a", "c", "&config");
    fakes.test("it::a", "d", "");
    fakes.test("it::b", "e", "&one");
    fakes.test("it::b", "f", "&config");
    let plan = fakes.plan().unwrap();
    let parts = |selected: &[usize]| Schedule::new(&plan, selected).parts().to_vec();
    let expected: &[&[usize]] = &[&[0, 4], &[1, 2], &[3], &[5]];
    assert_eq!(parts(&[0, 1, 2, 3, 4, 5]), expected);
    // Only those that are selected hold anything together.
    assert_eq!(parts(&[2, 4, 5]), [[2], [4], [5]]);
}

#[test]
fn what_is_serial_is_in_one_part_with_all_that_shares_something_with_it() {
    let mut fakes = Fakes::default();
    fakes.fixture("config", Scope::Module, "");
    fakes.fixture("db", Scope::Session, "");
    let serial = |group| Markers {
        serial: Some(group),
        ..Markers::NONE
    };
    fakes.test("it::a", "a", "").markers = serial("x");
    fakes.test("it::a", "b", "&config").markers = serial("y");
    fakes.test("it::a", "c", "&config");
    fakes.test("it::a", "d", "");
    fakes.test("it::b", "e", "&config &db").markers = serial("x");
    fakes.test("it::b", "f", "").markers = serial("y");
    let plan = fakes.plan().unwrap();
    let parts = |selected: &[usize]| Schedule::new(&plan, selected).parts().to_vec();
    let expected: &[&[usize]] = &[&[0, 4], &[1, 2, 5], &[3]];
    assert_eq!(parts(&[0, 1, 2, 3, 4, 5]), expected);
    assert_eq!(parts(&[0, 2, 5]), [[0], [2], [5]]);
    // Whoever runs between two that share something, it is there for both.
    for threads in [1, 4] {
        let told = run(&fakes, &plan, threads, |name| {
            name != "a::d" && !name.starts_with("b::e")
        });
        let mut log = told.log;
        log.retain(|line| line != "run a::a");
        assert_eq!(
            log,
            [
                "up config in it::a",
                "run a::b",
                "run a::c",
                "down config in it::a Passed",
                "end",
                "run b::f"
            ]
        );
    }
}

#[test]
fn a_teardown_is_told_the_worst_that_became_of_a_user() {
    let mut fakes = Fakes::default();
    fakes.fixture("db", Scope::Session, "");
    fakes.fixture("cache", Scope::Module, "");
    fakes.fixture("log", Scope::Module, "");
    fakes.test("it", "a", "&db &cache").body = Fate::Fails;
    fakes.test("it", "b", "&db &log").body = Fate::Skips;
    let test = fakes.test("it", "c", "&cache &log");
    test.body = Fate::Panics;
    test.should_panic = ShouldPanic::Yes;
    let downs = |log: Vec<String>| -> Vec<_> {
        log.into_iter()
            .filter(|it| it.starts_with("down"))
            .collect()
    };
    let expected = [
        "down db Failed",
        "down log in it Passed",
        "down cache in it Failed",
    ];
    assert_eq!(downs(run_all(&fakes).log), expected);
    fakes.tests[2].should_panic = ShouldPanic::No;
    let expected = [
        "down db Failed",
        "down log in it Panicked",
        "down cache in it Panicked",
    ];
    assert_eq!(downs(run_all(&fakes).log), expected);
}

#[test]
fn a_set_up_that_failed_is_tried_once_and_told_in_full_once() {
    let mut fakes = Fakes::default();
    fakes.fixture("db", Scope::Session, "").set_up = Fate::Fails;
    fakes.fixture("cache", Scope::Module, "&db");
    fakes.fixture("log", Scope::Module, "");
    fakes.test("it", "a", "&cache");
    fakes.test("it", "b", "&log &db");
    fakes.test("it", "c", "&log");
    for threads in 1..5 {
        let ran = run(&fakes, &fakes.plan().unwrap(), threads, |_| true);
        assert_eq!(ran.failed.len(), 2);
        assert_eq!(
            ran.failed[0].1,
            "the whole about db\n  it takes 2 tests along"
        );
        let other = &ran.failed[1].1;
        assert!(
            other.starts_with("fixture `db`, at ")
                && other.ends_with(": its set-up failed, as is told at a"),
            "{other}"
        );
        let line = "errors: 1 fixture failed in its set-up and took 2 tests along";
        assert_eq!(ran.line.as_deref(), Some(line));
        let expected = [
            "fail db",
            "up log in it",
            "run c",
            "down log in it Failed",
            "end",
            "end",
        ];
        let mut log = ran.log;
        let (mut expected, places) = (expected.map(str::to_owned), log.len());
        log.sort_unstable();
        expected.sort_unstable();
        assert_eq!((log, places), (expected.to_vec(), 6));
    }
}

#[test]
fn a_fixture_that_skips_skips_its_tests() {
    let mut fakes = Fakes::default();
    fakes.fixture("display", Scope::Session, "").set_up = Fate::Skips;
    fakes.test("it", "a", "&display");
    let plan = fakes.plan().unwrap();
    let scopes = Scopes::new(
        &plan,
        &[0],
        crate::stage::ForReal::new(crate::audience::Audience::default()),
    );
    let came = scopes.run(0);
    assert!(
        matches!(came.to, CameTo::Ran(Ran { ended: Ended::Skipped(why), .. }) if why == "no display")
    );
    assert_eq!(fakes.log.take(), ["end"]);
}

#[test]
fn broken_teardowns_are_told_in_one_order_and_counted_apart() {
    let mut fakes = Fakes::default();
    for (name, scope) in [
        ("db", Scope::Session),
        ("cache", Scope::Module),
        ("log", Scope::Module),
    ] {
        fakes.fixture(name, scope, "").tear_down = Fate::Fails;
    }
    fakes.test("it::m", "a", "&db &cache &log");
    fakes.test("it::n", "b", "&db &cache");
    fakes.test("it::o", "c", "").body = Fate::Unwinds;
    let expected = [
        "broken: log in it::m",
        "broken: cache in it::m",
        "broken: cache in it::n",
        "broken: db",
    ];
    for threads in 1..5 {
        let ran = run(&fakes, &fakes.plan().unwrap(), threads, |_| true);
        assert_eq!(ran.teardowns, expected);
        assert_eq!(ran.line.as_deref(), Some("errors: 4 teardowns failed"));
        assert_eq!(ran.failed.len(), 1);
    }
}

#[test]
fn a_keeper_that_unwinds_has_failed() {
    let mut fakes = Fakes::default();
    fakes.fixture("db", Scope::Session, "").set_up = Fate::Unwinds;
    fakes.test("it", "a", "&db");
    let ran = run_all(&fakes);
    let report = &ran.failed[0].1;
    assert!(report.starts_with("fixture `db`, at "), "{report}");
    assert!(report.ends_with(": its set-up failed\nits keeper panicked: it broke its promise\n  it takes 1 test along"), "{report}");
}

#[test]
fn a_case_that_was_not_expected_sets_nothing_up() {
    let mut fakes = Fakes::default();
    fakes.fixture("db", Scope::Session, "");
    fakes.test("it", "a", "&db");
    fakes.test("it", "b", "&db");
    fakes.test("it", "c", "");
    let plan = fakes.plan().unwrap();
    let scopes = Scopes::new(
        &plan,
        &[1],
        crate::stage::ForReal::new(crate::audience::Audience::default()),
    );
    let ended = |place| match scopes.run(place).to {
        CameTo::Ran(ran) => ran.ended,
        CameTo::TakenAlong(broken) => panic!("{broken:?}"),
        CameTo::LeftOut => panic!("it is selected"),
    };
    assert!(matches!(ended(0), Ended::Failed(_)));
    assert!(matches!(ended(2), Ended::Passed));
    assert!(matches!(ended(1), Ended::Passed));
    assert_eq!(
        fakes.log.take(),
        ["run c", "up db", "run b", "down db Passed", "end"]
    );
}
