//! [`Case`]: one test, ready to run, and [`Runner`], what runs it. How it ended is `outcome`'s.

use std::any::Any;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use crate::audience::Audience;
use crate::markers::Marked;
use crate::options::TRACED;
use crate::repetition;
use crate::{
    Chosen, Defaults, Ended, Failure, FailureKind, Instance, Object, Options, Outcome, Place,
    Provider, Repetition, ShouldPanic, Target, Test, Use,
};
use crate::{retries, traced};

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
    /// All that is said of its test.
    pub(crate) marked: Marked,
}

/// Runs a case to its end: what `solipsism` hands in.
pub trait Runner: Sync {
    /// What the test asks for.
    fn uses(&self) -> Vec<Use>;

    /// Why the case cannot be run where the plan has it, with the cure.
    fn refusal(&self, case: &Case) -> Option<String> {
        let _ = case;
        None
    }

    /// Why another run may come to something else; told where a report says how to repeat it.
    fn caveat(&self, case: &Case) -> Option<&'static str> {
        let _ = case;
        None
    }

    /// What the random numbers of this case are made of, whether it is run or not.
    fn seed(&self, case: &Case) -> Option<u64> {
        let _ = case;
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
    /// How much time passed for it, as it saw it. `None` if that is not known: it was not run, or its process is gone.
    pub virtual_time: Option<Duration>,
    /// What its random numbers were made of, if it was run.
    pub seed: Option<u64>,
    /// Whether a thread of it was left behind, and may go on for ever.
    pub is_lost: bool,
    /// The reports of the attempts before, which failed.
    pub failed_before: Vec<String>,
    /// Which of several runs it failed in.
    pub repetition: Option<Repetition>,
    /// What [`Options::debug`] asked to be told.
    pub remarks: Vec<String>,
    /// What happened until its end, where [`Options::trace`] asked for that: lines, the first of which says what they are.
    pub events: Option<String>,
    /// What it left behind, a line each, where that is no failure.
    pub left_behind: Vec<String>,
}

impl Ran {
    /// What is of interest beside how it ended, a line each: "by the seed 0x2a, 5s of virtual time in 3ms"; if it was run, and did not
    /// take along what is known of it.
    pub(crate) fn trace(&self, took: Option<Duration>) -> Option<String> {
        let seed = self.seed?;
        let virtual_time = match self.virtual_time {
            Some(virtual_time) => format!("{virtual_time:?} of virtual time"),
            None => "an unknown virtual time".to_owned(),
        };
        let took = took.map(|took| format!(" in {took:.1?}"));
        let took = took.unwrap_or_default();
        let mut text = format!("by the seed {seed:#x}, {virtual_time}{took}");
        for remark in &self.remarks {
            text += "\n  ";
            text += remark;
        }
        Some(text)
    }
}

/// Of a case of which no more is known.
impl From<Ended> for Ran {
    fn from(ended: Ended) -> Self {
        Self {
            ended,
            virtual_time: None,
            seed: None,
            is_lost: false,
            failed_before: Vec::new(),
            repetition: None,
            remarks: Vec::new(),
            events: None,
            left_behind: Vec::new(),
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
            marked: Marked::new(test),
        }
    }

    /// The defaults that hold for it, the closest first.
    pub fn defaults(&self) -> impl Iterator<Item = &'static Defaults> {
        self.marked.defaults.iter().copied()
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
            marked: self.marked.clone(),
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
        let command = self.command(along, name, repetition);
        let caveat = if self.marked.is_unrepeatable {
            Some("not repeatable: it is marked `unrepeatable`")
        } else {
            self.test.runner.caveat(self)
        };
        let caveat = caveat.map(|why| format!("   ({why})")).unwrap_or_default();
        if along.is_empty() {
            format!("  run it again: {command}{caveat}")
        } else {
            format!("  run it again, along with those before it in its loop: {command}{caveat}")
        }
    }

    /// The command alone.
    pub(crate) fn command(
        &self,
        along: &[&str],
        name: &str,
        repetition: Option<Repetition>,
    ) -> String {
        let Options {
            seed,
            repeat,
            time_limit,
            wall_limit,
            runs_ignored: _,
            debug: _,
            trace,
            trace_failures: _,
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
        let events = trace.map_or(TRACED.to_owned(), |count| count.to_string());
        let variables = [
            seed.map(|seed| format!("SOLIPSISM_SEED={seed:x} ")),
            repeat.map(|times| format!("SOLIPSISM_REPEAT={times} ")),
            nanos("SOLIPSISM_TIME_LIMIT", time_limit),
            nanos("SOLIPSISM_WALL_LIMIT", wall_limit),
            Some(format!("SOLIPSISM_TRACE={events} ")),
        ];
        let variables: String = variables.into_iter().flatten().collect();
        let may_be_ignored = self.options.runs_ignored && self.marked.has_conditions();
        let ignored = if self.is_ignored() || may_be_ignored {
            " --include-ignored"
        } else {
            ""
        };
        let target = Target::arguments();
        if along.is_empty() {
            return format!("{variables}cargo test {target}{name} -- --exact{ignored}");
        }
        let all = [along, &[name]].concat().join(" ");
        format!("{variables}cargo test {target}-- --exact{ignored} {all}")
    }

    /// Runs it, as often as it is to be repeated.
    pub(crate) fn run(&self, audience: &Audience) -> Ran {
        match self.repeated() {
            Some(times) => repetition::run(self, times, audience),
            None => self.run_once(audience),
        }
    }

    /// How often it is to be repeated, if more than once.
    fn repeated(&self) -> Option<NonZero<u32>> {
        self.options.repeat.filter(|times| times.get() > 1)
    }

    /// Whether it is run more than once, with other seeds.
    #[cfg(feature = "libtest-mimic")]
    pub(crate) fn is_repeated(&self) -> bool {
        self.repeated().is_some()
    }

    /// Runs it, and again if it fails and is to be retried. A runner that unwinds in spite of its promise fails this case and no
    /// other.
    pub(crate) fn run_once(&self, audience: &Audience) -> Ran {
        let ran = retries::run(self, audience, || self.attempt());
        traced::run(self, ran, Self::attempt)
    }

    fn attempt(&self) -> Ran {
        caught(|| self.test.runner.run(self)).unwrap_or_else(|message| {
            Ran::from(Ended::Failed(Failure {
                kind: FailureKind::Failed,
                outcome: Outcome::Failed,
                report: format!("the runner panicked: {message}"),
                verdict: Object::verdict("failed"),
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
    use crate::{Markers, ShouldPanic};

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
            markers: &Markers::NONE,
            runner: &Unwinds,
        };
        let outcome = Case::new(&TEST, Options::default())
            .run_once(&Audience::default())
            .ended;
        assert!(!outcome.meets(TEST.should_panic));
        let Ended::Failed(failure) = outcome else {
            panic!("it passed")
        };
        assert_eq!(failure.kind, FailureKind::Failed);
        assert_eq!(failure.report, "the runner panicked: a broke its promise");
    }
}
