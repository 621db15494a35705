//! [`Report`]: what is told of a run, in the plan's order: the trials, which libtest-mimic asks for and prints, and after its
//! summary the rest. What is written to files is told at the same time.

mod annotations;
mod file;
mod files;
mod json;
mod junit;
mod printed;
mod record;
mod summary;
mod told;

use std::sync::{Arc, Mutex, MutexGuard};

use libtest_mimic::Trial;

use self::told::Told;
use crate::Case;
use crate::arguments::{Arguments, FILTERED_OUT};
use crate::plan::Plan;
use crate::run::Results;

pub(crate) use self::files::{FileArguments, Files};

/// What the command line says about what is told.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct ReportArguments {
    /// Tell how much real and virtual time each test took
    #[arg(long)]
    report_time: bool,

    /// Tell which N tests were the slowest, by real and by virtual time; all with 0
    #[arg(long, value_name = "N")]
    durations: Option<usize>,

    #[command(flatten)]
    pub(crate) files: FileArguments,
}

/// The telling of a run, shared with its trials.
pub(crate) struct Report {
    told: Arc<Mutex<Told>>,
}

impl Report {
    pub(crate) fn new(results: Results, files: Files, plan: &Plan, arguments: &Arguments) -> Self {
        Self {
            told: Arc::new(Mutex::new(Told::new(results, files, plan, arguments))),
        }
    }

    /// A trial for each case. It runs nothing: it waits for the outcome that a worker brings, and tells the verdict.
    pub(crate) fn trials(&self, plan: &Arc<Plan>, arguments: &Arguments) -> Vec<Trial> {
        let trial = |(place, case): (usize, &Case)| {
            let told = Arc::clone(&self.told);
            let plan = Arc::clone(plan);
            let name = if arguments.names(case) {
                &case.name
            } else {
                FILTERED_OUT
            };
            Trial::ignorable_test(name, move || lock(&told).verdict(&plan, place))
                .with_ignored_flag(arguments.is_ignored(case))
        };
        let others = || Trial::test(FILTERED_OUT, || Ok(()));
        let others = std::iter::repeat_with(others).take(plan.others);
        plan.iter().enumerate().map(trial).chain(others).collect()
    }

    /// Tells what is left to be told after the summary, and gives back whether any of that fails the run by itself.
    pub(crate) fn print_rest(&self, plan: &Plan, arguments: &Arguments) -> bool {
        lock(&self.told).print_rest(plan, arguments)
    }
}

fn lock(told: &Mutex<Told>) -> MutexGuard<'_, Told> {
    told.lock().expect("nothing panics while it is told")
}
