use std::panic::{AssertUnwindSafe, catch_unwind};

use super::*;
use crate::fakes::{Fakes, Fate, id};
use crate::{AxisValue, Scope};

/// A run of all that libtest would run with this line.
fn run(fakes: &Fakes, line: &str) -> Run {
    let (tests, autouse) = fakes.registrations();
    let selection = Selection::of_libtest(line.split_whitespace().map(str::to_owned));
    Run::new(tests, &autouse, selection, Options::default()).unwrap()
}

/// What the wrapper of the test panics with.
fn panic(run: &Run, module: &str, name: &str) -> Option<String> {
    let cases = run.cases_of(module, name).unwrap();
    let result = catch_unwind(AssertUnwindSafe(|| run.test(cases)));
    result.err().map(|payload| *payload.downcast().unwrap())
}

#[test]
fn a_test_is_found_by_its_module() {
    let mut fakes = Fakes::default();
    for (module, name) in [("it", "x"), ("it::b", "x"), ("it::b::c", "y")] {
        fakes.test(module, name, "");
    }
    let run = run(&fakes, "");
    for (module, name) in [("it", "x"), ("it::b", "x"), ("it::b::c", "y")] {
        let found = &run.plan()[run.cases_of(module, name).unwrap().start];
        assert_eq!((found.test.module, found.test.name), (module, name));
    }
    let refusal = run.cases_of("it::b", "y").unwrap_err().to_string();
    assert!(
        refusal.starts_with("the test `it::b::y` is not registered"),
        "{refusal}"
    );
}

#[test]
fn the_last_that_libtest_runs_tears_down() {
    let mut fakes = Fakes::default();
    fakes.fixture("db", Scope::Session, "");
    for name in ["a", "b", "c", "d"] {
        fakes.test("it", name, "&db");
    }
    fakes.tests[3].ignore = Some("slow");
    let run = run(&fakes, "--skip b --test-threads 1");
    // In any order.
    for name in ["c", "a"] {
        assert_eq!(panic(&run, "it", name), None);
    }
    assert_eq!(
        fakes.log.take(),
        ["up db", "run c", "run a", "down db Passed", "end"]
    );
}

#[test]
fn cases_are_judged_one_by_one() {
    let mut fakes = Fakes::default();
    let panics = AxisValue {
        should_panic: ShouldPanic::Yes,
        ..id("panics")
    };
    let ignored = AxisValue {
        ignore: Some(""),
        ..id("ignored")
    };
    let test = fakes.test("it", "all", "");
    test.axes = vec![vec![id("x"), panics.clone(), ignored.clone()]];
    test.body = Fate::Panics;
    let test = fakes.test("it", "only", "");
    test.axes = vec![vec![panics]];
    test.body = Fate::Panics;
    let one = run(&fakes, "");
    assert_eq!(
        panic(&one, "it", "all").as_deref(),
        Some("1 of 2 cases failed")
    );
    assert_eq!(panic(&one, "it", "only"), None);
    assert_eq!(
        fakes.log.take(),
        ["run all::x", "run all::panics", "run only::panics"]
    );
    let other = run(&fakes, "--include-ignored");
    assert_eq!(
        panic(&other, "it", "all").as_deref(),
        Some("2 of 3 cases failed")
    );
}

#[test]
fn a_wrapper_that_is_to_panic_does_so_if_all_cases_did() {
    let mut fakes = Fakes::default();
    let test = fakes.test("it", "a", "");
    test.axes = vec![vec![id("x"), id("y")]];
    test.should_panic = ShouldPanic::With("oh");
    test.body = Fate::Panics;
    assert_eq!(panic(&run(&fakes, ""), "it", "a").as_deref(), Some("oh"));
    fakes.tests[0].body = Fate::Well;
    // libtest fails it for want of a panic.
    assert_eq!(panic(&run(&fakes, ""), "it", "a"), None);
}

#[test]
fn a_teardown_that_fails_fails_the_last_user() {
    let mut fakes = Fakes::default();
    fakes.fixture("db", Scope::Session, "").tear_down = Fate::Fails;
    fakes.test("it", "a", "&db");
    fakes.test("it", "b", "&db");
    let one = run(&fakes, "");
    assert_eq!(panic(&one, "it", "a"), None);
    assert_eq!(panic(&one, "it", "b").as_deref(), Some(TEARDOWN_FAILED));
    // And the panic that libtest waits for does not cover it up.
    fakes.tests[1].should_panic = ShouldPanic::Yes;
    fakes.tests[1].body = Fate::Panics;
    let other = run(&fakes, "--exact b");
    assert_eq!(panic(&other, "it", "b"), None);
    fakes.fixtures[0].tear_down = Fate::Well;
    let other = run(&fakes, "--exact b");
    assert_eq!(panic(&other, "it", "b").as_deref(), Some("oh"));
}

#[test]
fn a_set_up_that_fails_fails_all_its_tests() {
    let mut fakes = Fakes::default();
    fakes.fixture("db", Scope::Session, "").set_up = Fate::Fails;
    fakes.test("it", "a", "&db");
    fakes.test("it", "b", "&db").should_panic = ShouldPanic::Yes;
    let run = run(&fakes, "");
    let told = panic(&run, "it", "a").unwrap();
    assert!(told.starts_with("the whole about db\n"), "{told}");
    assert_eq!(panic(&run, "it", "b"), None);
}
