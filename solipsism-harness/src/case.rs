//! [`Case`]: one test, ready to run, and [`Runner`], what runs it. How it ended is `outcome`'s.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use crate::{Failure, FailureKind, Options, Outcome, Test};

/// A test as it is run: under its full name, with what the flags and the environment say.
pub struct Case {
    /// The registration it comes from.
    pub test: &'static Test,
    /// The name libtest gives it: the test's module without the crate's name, `::`, the function's name.
    pub name: String,
    /// What the flags and the environment say; how that goes with the test's own attribute is the runner's to decide.
    pub options: Options,
}

/// Runs a case to its end: what `solipsism` hands in.
pub trait Runner: Sync {
    /// Blocks until the case is over, on whatever thread it likes, within the wall limit, and never unwinds.
    fn run(&self, case: &Case) -> Outcome;
}

impl Case {
    pub(crate) fn new(test: &'static Test, options: Options) -> Self {
        Self {
            test,
            name: test.libtest_name(),
            options,
        }
    }

    /// Whether it waits for `--ignored` or `--include-ignored`.
    #[cfg(feature = "libtest-mimic")]
    pub(crate) fn is_ignored(&self) -> bool {
        self.test.ignore.is_some()
    }

    /// The line that tells how to run this case alone, and in the same order.
    pub(crate) fn again(&self) -> String {
        let Options {
            seed,
            time_limit,
            wall_limit,
        } = self.options;
        let nanos =
            |name, limit: Option<Duration>| Some(format!("{name}={}ns ", limit?.as_nanos()));
        let variables = [
            seed.map(|seed| format!("SOLIPSISM_SEED={seed:x} ")),
            nanos("SOLIPSISM_TIME_LIMIT", time_limit),
            nanos("SOLIPSISM_WALL_LIMIT", wall_limit),
        ];
        let variables: String = variables.into_iter().flatten().collect();
        let ignored = match self.test.ignore {
            Some(_) => " --include-ignored",
            None => "",
        };
        format!(
            "  run it again: {variables}cargo test {} -- --exact{ignored}",
            self.name
        )
    }

    /// Runs it. A runner that unwinds in spite of its promise fails this case and no other.
    pub(crate) fn run(&self) -> Outcome {
        catch_unwind(AssertUnwindSafe(|| self.test.runner.run(self))).unwrap_or_else(|payload| {
            Outcome::Failed(Failure {
                kind: FailureKind::Failed,
                report: format!("the runner panicked: {}", panic_message(&*payload)),
                postscript: None,
            })
        })
    }
}

fn panic_message(payload: &(dyn Any + Send)) -> &str {
    if let Some(message) = payload.downcast_ref::<String>() {
        message
    } else if let Some(message) = payload.downcast_ref::<&str>() {
        message
    } else {
        "its payload is no text"
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{Location, resume_unwind};

    use super::*;
    use crate::ShouldPanic;

    struct Unwinds;

    impl Runner for Unwinds {
        fn run(&self, case: &Case) -> Outcome {
            resume_unwind(Box::new(format!("{} broke its promise", case.name)))
        }
    }

    #[test]
    fn a_runner_that_unwinds_fails_its_case() {
        static TEST: Test = Test {
            module: "it",
            name: "a",
            site: Location::caller(),
            ignore: None,
            should_panic: ShouldPanic::Yes,
            runner: &Unwinds,
        };
        let outcome = Case::new(&TEST, Options::default()).run();
        assert!(!outcome.meets(TEST.should_panic));
        let Outcome::Failed(failure) = outcome else {
            panic!("it passed")
        };
        assert_eq!(failure.kind, FailureKind::Failed);
        assert_eq!(failure.report, "the runner panicked: a broke its promise");
    }
}
