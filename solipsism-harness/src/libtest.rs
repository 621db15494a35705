//! The way in from the ordinary libtest harness: it collects, filters and reports by itself, and calls [`run_under_libtest`] for
//! each test. Of our command line only the variables are left.

use std::panic::resume_unwind;
use std::sync::OnceLock;

use crate::refusal::Refusal;
use crate::test::collect;
use crate::{Case, Ended, FailureKind, Options, ShouldPanic, Test};

/// Runs the test registered under this name, as the body of the `#[test]` that libtest knows it by.
///
/// That `#[test]` carries the test's `#[ignore]` and `#[should_panic]`, so it is libtest that judges: a panic is passed on to it, and
/// what is no panic is passed on only if it could not be mistaken for the one that libtest waits for.
///
/// # Panics
///
/// When the test fails, after its report went to stderr, and without a word from the panic hook.
///
/// The process ends with 101 if no such test is registered, if two are, or if a variable cannot be read.
pub fn run_under_libtest(module: &'static str, name: &'static str) {
    let case = case(module, name).unwrap_or_else(|refusal| refusal.exit());
    let should_panic = case.test.should_panic;
    let outcome = case.run();
    let met = outcome.meets(should_panic);
    let failure = match outcome {
        Ended::Passed => return,
        // libtest has no word for it.
        Ended::Skipped(why) => {
            eprintln!("skipped: {why}");
            if should_panic != ShouldPanic::No {
                resume_unwind(Box::new(should_panic.wanted().to_owned()));
            }
            return;
        }
        Ended::Failed(failure) => failure,
    };
    if !met {
        eprintln!("{}\n{}", failure.report, case.again());
    }
    match (failure.kind, should_panic) {
        // The panic that libtest waits for would cover up what else went wrong: without one libtest fails the test.
        (
            FailureKind::Panicked {
                message,
                alone: false,
            },
            wanted,
        ) if wanted.is_met_by(&message) => {}
        (FailureKind::Panicked { message, .. }, _) => resume_unwind(Box::new(message)),
        (FailureKind::Failed | FailureKind::Fixture, ShouldPanic::No) => {
            resume_unwind(Box::new(failure.report))
        }
        (FailureKind::Failed | FailureKind::Fixture, ShouldPanic::Yes | ShouldPanic::With(_)) => {}
    }
}

fn case(module: &'static str, name: &'static str) -> Result<Case, Refusal> {
    /// Every test, sorted by module and name.
    static TESTS: OnceLock<Vec<&'static Test>> = OnceLock::new();
    let tests = TESTS.get_or_init(|| {
        let mut tests = collect();
        tests.sort_unstable_by_key(|test| (test.module, test.name, test.site));
        tests
    });
    let test = find(tests, module, name)?;
    Ok(Case::new(test, Options::from_environment()?))
}

/// By module, not by libtest's name: tests of other crates may be linked in, and may have the same.
fn find(tests: &[&'static Test], module: &str, name: &str) -> Result<&'static Test, Refusal> {
    let first = tests.partition_point(|test| (test.module, test.name) < (module, name));
    let mut found = tests[first..]
        .iter()
        .take_while(|test| (test.module, test.name) == (module, name));
    match (found.next(), found.next()) {
        (Some(test), None) => Ok(test),
        (Some(one), Some(other)) => Err(Refusal::two_of_one_name(one, other)),
        (None, _) => Err(Refusal::misuse(format!(
            "the test `{module}::{name}` is not registered: the crate `inventory`, which registers tests, \
             does not support this target; run them on one it supports"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test::tests::test;

    #[test]
    fn a_test_is_found_by_its_module() {
        let tests = [("a", "x"), ("b", "x"), ("b::c", "x"), ("b::c", "y")]
            .map(|(module, name)| test(module, name, ShouldPanic::No));
        for wanted in tests {
            let found = find(&tests, wanted.module, wanted.name).unwrap();
            assert!(std::ptr::eq(found, wanted));
        }
        assert!(find(&tests, "b", "y").is_err());
        assert!(find(&tests, "z", "y").is_err());
    }

    #[test]
    fn two_of_one_name_are_refused() {
        let tests = [
            test("a", "x", ShouldPanic::No),
            test("a", "x", ShouldPanic::No),
        ];
        let refusal = find(&tests, "a", "x").err().unwrap().to_string();
        assert!(
            refusal.starts_with("two tests are named `x`, one at "),
            "{refusal}"
        );
    }
}
