//! [`Case`]: one test, ready to run, and [`Runner`], what runs it. How it ended is `outcome`'s.

use std::any::Any;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use crate::repetition::{self, Marks};
use crate::{
    Chosen, Ended, Failure, FailureKind, Instance, Options, Outcome, Place, Provider, Repetition,
    ShouldPanic, Test, Use,
};

/// A test as it is run: under its full name, with what the flags and the environment say.
pub struct Case {
    /// The registration it comes from.
    pub test: &'static Test,
    /// The name libtest gives the test, which is its module without the crate's name, `::`, the function's name; and then `::` and
    /// the id of what was chosen, for each axis.
    pub name: String,
    /// As [`Test::ignore`], unless the test says nothing and a value on one of the axes does.
    pub ignore: Option<&'static str>,
    /// As [`Test::should_panic`], unless a value on one of the axes says anything.
    pub should_panic: ShouldPanic,
    /// What the flags and the environment say; how that goes with the test's own attribute is the runner's to decide.
    pub options: Options,
    /// What was chosen on each axis of the test, and of all fixtures that it uses, at any depth.
    pub choices: Vec<Chosen>,
    /// The fixtures of its own scope that are set up for it without being named, in this order and before all others.
    pub autouse: Vec<&'static Provider>,
    /// The instances that it uses, at any depth, each after those that it uses itself. They are set up when it runs.
    pub uses: Vec<Arc<Instance>>,
    /// Where it runs.
    pub place: Place,
}

/// Runs a case to its end: what `solipsism` hands in.
pub trait Runner: Sync {
    /// What the test asks for.
    fn uses(&self) -> Vec<Use>;

    /// Why the test cannot be run where the plan has it, with the cure.
    fn refusal(&self, place: &Place) -> Option<String> {
        let _ = place;
        None
    }

    /// Why another run may come to something else; told where a report says how to repeat it.
    fn caveat(&self) -> Option<&'static str> {
        None
    }

    /// Blocks until the case is over, on whatever thread it likes, within the wall limit, and never unwinds.
    fn run(&self, case: &Case) -> Ran;
}

/// What became of a case that was run.
#[derive(Debug)]
pub struct Ran {
    /// How it ended.
    pub ended: Ended,
    /// How much time passed for it, as it saw it.
    pub virtual_time: Duration,
    /// What its random numbers were made of.
    pub seed: u64,
    /// Whether a thread of it was left behind, and may go on for ever.
    pub is_lost: bool,
    /// Which of several runs it failed in.
    pub repetition: Option<Repetition>,
    /// What [`Options::debug`] asked to be told.
    pub remarks: Vec<String>,
}

impl Ran {
    /// What is of interest beside how it ended, a line each: "by the seed 0x2a, 5s of virtual time in 3ms".
    pub(crate) fn trace(&self, took: Option<Duration>) -> String {
        let took = took.map(|took| format!(" in {took:.1?}"));
        let (seed, virtual_time) = (self.seed, self.virtual_time);
        let mut text = format!(
            "by the seed {seed:#x}, {virtual_time:?} of virtual time{}",
            took.unwrap_or_default()
        );
        for remark in &self.remarks {
            text += "\n  ";
            text += remark;
        }
        text
    }
}

/// Of a case of which no more is known.
impl From<Ended> for Ran {
    fn from(ended: Ended) -> Self {
        Self {
            ended,
            virtual_time: Duration::ZERO,
            seed: 0,
            is_lost: false,
            repetition: None,
            remarks: Vec::new(),
        }
    }
}

impl Case {
    /// Of a test without axes and without wider fixtures.
    pub(crate) fn new(test: &'static Test, options: Options) -> Self {
        Self {
            test,
            name: test.libtest_name(),
            ignore: test.ignore,
            should_panic: test.should_panic,
            options,
            choices: Vec::new(),
            autouse: Vec::new(),
            uses: Vec::new(),
            place: Place::Anywhere,
        }
    }

    /// The same, of which something else is said.
    pub(crate) fn with_options(&self, options: Options) -> Self {
        Self {
            test: self.test,
            name: self.name.clone(),
            ignore: self.ignore,
            should_panic: self.should_panic,
            options,
            choices: self.choices.clone(),
            autouse: self.autouse.clone(),
            uses: self.uses.clone(),
            place: self.place.clone(),
        }
    }

    /// Whether it waits for `--ignored` or `--include-ignored`.
    pub(crate) fn is_ignored(&self) -> bool {
        self.ignore.is_some()
    }

    /// The line that tells how to run this case alone, and in the same order.
    pub(crate) fn again(&self, repetition: Option<Repetition>) -> String {
        self.again_as(&[], &self.name, repetition)
    }

    /// As [`again`](Self::again), where it is known by this name, and along with these, which ran before it in the same loop.
    pub(crate) fn again_as(
        &self,
        along: &[&str],
        name: &str,
        repetition: Option<Repetition>,
    ) -> String {
        let told = match repetition {
            Some(repetition) => format!("  {repetition}\n"),
            None => String::new(),
        };
        told + &self.line_again(along, name, repetition)
    }

    fn line_again(&self, along: &[&str], name: &str, repetition: Option<Repetition>) -> String {
        let Options {
            seed,
            repeat,
            time_limit,
            wall_limit,
            debug: _,
        } = self.options;
        // A seed would be that of wider fixtures too, and what went on in their loop before is that of all repetitions.
        let (seed, repeat) = match repetition {
            Some(Repetition { number: 1, .. }) if along.is_empty() => (seed, None),
            Some(one) if self.uses.is_empty() => (one.seed, None),
            Some(one) if along.is_empty() => (seed, Some(one.number)),
            _ => (seed, repeat.map(NonZero::get).filter(|&times| times > 1)),
        };
        let nanos =
            |name, limit: Option<Duration>| Some(format!("{name}={}ns ", limit?.as_nanos()));
        let variables = [
            seed.map(|seed| format!("SOLIPSISM_SEED={seed:x} ")),
            repeat.map(|times| format!("SOLIPSISM_REPEAT={times} ")),
            nanos("SOLIPSISM_TIME_LIMIT", time_limit),
            nanos("SOLIPSISM_WALL_LIMIT", wall_limit),
        ];
        let variables: String = variables.into_iter().flatten().collect();
        let ignored = match self.ignore {
            Some(_) => " --include-ignored",
            None => "",
        };
        let caveat = self.test.runner.caveat();
        let caveat = caveat.map(|why| format!("   ({why})")).unwrap_or_default();
        if along.is_empty() {
            return format!(
                "  run it again: {variables}cargo test {name} -- --exact{ignored}{caveat}"
            );
        }
        let all = [along, &[name]].concat().join(" ");
        format!(
            "  run it again, along with those before it in its loop: {variables}cargo test -- --exact{ignored} {all}{caveat}"
        )
    }

    /// Runs it, as often as it is to be repeated.
    pub(crate) fn run(&self, marks: Marks) -> Ran {
        match self.options.repeat {
            Some(times) if times.get() > 1 => repetition::run(self, times, marks),
            _ => self.run_once(),
        }
    }

    /// Runs it. A runner that unwinds in spite of its promise fails this case and no other.
    pub(crate) fn run_once(&self) -> Ran {
        caught(|| self.test.runner.run(self)).unwrap_or_else(|message| {
            Ran::from(Ended::Failed(Failure {
                kind: FailureKind::Failed,
                outcome: Outcome::Failed,
                report: format!("the runner panicked: {message}"),
                postscript: None,
            }))
        })
    }
}

/// What it returns, or the message of its panic.
pub(crate) fn caught<T>(run: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(run)).map_err(|payload| panic_message(&*payload).to_owned())
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
        fn uses(&self) -> Vec<Use> {
            Vec::new()
        }

        fn run(&self, case: &Case) -> Ran {
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
            axes: &[],
            runner: &Unwinds,
        };
        let outcome = Case::new(&TEST, Options::default()).run_once().ended;
        assert!(!outcome.meets(TEST.should_panic));
        let Ended::Failed(failure) = outcome else {
            panic!("it passed")
        };
        assert_eq!(failure.kind, FailureKind::Failed);
        assert_eq!(failure.report, "the runner panicked: a broke its promise");
    }
}
