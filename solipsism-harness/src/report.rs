//! [`Report`]: what is told of a run, in the plan's order: the trials, which libtest-mimic asks for and prints, and after its
//! summary the rest. What is written to files is told at the same time.

mod annotations;
mod file;
mod files;
mod json;
mod junit;
mod leftovers;
mod printed;
mod record;
mod summary;
mod told;

use std::sync::{Arc, Mutex, MutexGuard};

use libtest_mimic::{Completion, Failed, Trial};

use self::told::Told;
use crate::Case;
use crate::arguments::Arguments;
use crate::logfile::Logfile;
use crate::plan::Plan;
use crate::run::Results;

pub(crate) use self::files::{FileArguments, Files};
pub(crate) use self::record::Verdict;
pub(crate) use self::told::print;

/// What the command line says about what is told.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "What is told besides")]
pub(crate) struct ReportArguments {
    /// Tell how much real and virtual time each test took
    #[arg(long)]
    report_time: bool,

    /// Tell which tests were the slowest, so many by real and by virtual time; all with 0
    #[arg(long, value_name = "COUNT")]
    durations: Option<usize>,

    #[command(flatten)]
    pub(crate) files: FileArguments,
}

/// The telling of a run, shared with its trials.
pub(crate) struct Report {
    told: Arc<Mutex<Told>>,
}

impl Report {
    pub(crate) fn new(
        results: Results,
        files: Files,
        logfile: Option<Logfile>,
        plan: &Plan,
        arguments: &Arguments,
    ) -> Self {
        let told = Told::new(results, files, logfile, plan, arguments);
        Self {
            told: Arc::new(Mutex::new(told)),
        }
    }

    /// A trial for each case. It runs nothing: it waits for the outcome that a worker brings, and tells the verdict; or that there is
    /// none to wait for.
    pub(crate) fn trials(&self, plan: &Arc<Plan>, arguments: &Arguments) -> Vec<Trial> {
        let trial = |(place, case): (usize, &Case)| {
            if !arguments.names(case) {
                return filtered_out();
            }
            if !arguments.runs(case) {
                let why = case.ignore.unwrap_or_default();
                return asked_for(&case.name, move || Ok(ignored(why)));
            }
            let told = Arc::clone(&self.told);
            let plan = Arc::clone(plan);
            asked_for(&case.name, move || lock(&told).verdict(&plan, place))
        };
        let others = std::iter::repeat_with(filtered_out).take(plan.others);
        plan.iter().enumerate().map(trial).chain(others).collect()
    }

    /// Tells what is left to be told after the summary, and gives back whether any of that fails the run by itself.
    pub(crate) fn print_rest(&self, plan: &Plan, arguments: &Arguments) -> bool {
        lock(&self.told).print_rest(plan, arguments)
    }
}

/// A trial of which libtest-mimic tells, as its `--ignored` asks for.
fn asked_for(
    name: &str,
    tell: impl FnOnce() -> Result<Completion, Failed> + Send + 'static,
) -> Trial {
    Trial::ignorable_test(name, tell).with_ignored_flag(true)
}

/// A trial that libtest-mimic counts, and that is all: ten thousand of them allocate nothing.
fn filtered_out() -> Trial {
    Trial::test("", || Ok(()))
}

/// For this reason, if there is one.
fn ignored(why: &str) -> Completion {
    match why {
        "" => Completion::ignored(),
        _ => Completion::ignored_with(why),
    }
}

fn lock(told: &Mutex<Told>) -> MutexGuard<'_, Told> {
    told.lock().expect("nothing panics while it is told")
}
