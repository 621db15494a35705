//! A fixture of the session in a process of libtest's: it is torn down after the last test that libtest was told to run.

use std::any::Any;
use std::panic::Location;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use solipsism_harness::{
    Case, Ended, FixtureFailure, Group, How, Instance, Keeper, Markers, Outcome, Provider, Ran,
    Runner, Scope, ShouldPanic, Target, Test, Use, run_under_libtest,
};

/// How many tests were run with it.
static RUN: AtomicUsize = AtomicUsize::new(0);

static DB: Provider = Provider {
    module: module_path!(),
    name: "db",
    site: Location::caller(),
    scope: Scope::Session,
    is_loop: false,
    is_sync: || true,
    uses: Vec::new,
    axes: &[],
    autouse: false,
    keeper: &Counts,
};

struct Counts;

impl Keeper for Counts {
    fn for_test(&self) -> Box<dyn Any> {
        unreachable!("nothing is used without being named")
    }

    fn set_up(&self, _: &Arc<Instance>) -> Result<(), FixtureFailure> {
        eprintln!("set up");
        Ok(())
    }

    fn tear_down(&self, _: &Arc<Instance>, outcome: Outcome) -> Vec<FixtureFailure> {
        let run = RUN.load(Ordering::SeqCst);
        eprintln!("torn down after {run}: {outcome:?}");
        Vec::new()
    }

    fn end(&self, _: &Arc<Group>) -> Vec<FixtureFailure> {
        Vec::new()
    }
}

struct UsesDb;

impl Runner for UsesDb {
    fn uses(&self) -> Vec<Use> {
        let how = How::Shared;
        vec![Use { provider: &DB, how }]
    }

    fn run(&self, _: &Case) -> Ran {
        RUN.fetch_add(1, Ordering::SeqCst);
        Ended::Passed.into()
    }
}

macro_rules! users {
    ($($(#[$ignore:meta])? $name:ident $because:expr;)*) => {$(
        solipsism_harness::submit! {
            Test {
                module: module_path!(),
                name: stringify!($name),
                site: Location::caller(),
                ignore: $because,
                should_panic: ShouldPanic::No,
                axes: &[],
                markers: &Markers::NONE,
                runner: &UsesDb,
            }
        }

        #[test]
        $(#[$ignore])?
        fn $name() {
            let target = Target {
                package: None,
                krate: None,
                bin: None,
                tmpdir: None,
                file: file!(),
            };
            run_under_libtest(module_path!(), stringify!($name), target);
        }
    )*};
}

users! {
    user_one None;
    user_two None;
    user_three None;
    #[ignore = "slow"] user_slow Some("slow");
}

/// What is told of the fixture when libtest is given this line.
#[track_caller]
fn assert_told(line: &[&str], told: &str) {
    let this = std::env::current_exe().expect("the test knows its program");
    let mut command = Command::new(this);
    command
        .args(line)
        .arg("--nocapture")
        .env_remove("RUST_TEST_THREADS");
    let printed = command
        .output()
        .expect("the program of this test can be run");
    assert!(printed.status.success(), "{printed:?}");
    let errors = String::from_utf8_lossy(&printed.stderr).into_owned();
    assert_eq!(errors.trim_end(), format!("set up\n{told}"), "{line:?}");
}

#[test]
fn the_last_that_is_asked_for_tears_down() {
    for (line, told) in [
        (&["user"][..], "torn down after 3: Passed"),
        (
            &["user", "--skip", "two", "--test-threads", "1"],
            "torn down after 2: Passed",
        ),
        (&["--exact", "user_two"], "torn down after 1: Passed"),
        (
            &["user_o", "--skip=two", "user_slow", "--include-ignored"],
            "torn down after 2: Passed",
        ),
        (
            &["--ignored", "--color", "never"],
            "torn down after 1: Passed",
        ),
    ] {
        assert_told(line, told);
    }
}
