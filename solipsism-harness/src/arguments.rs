//! [`Arguments`]: what the command line and the variables ask for, all in all. The flags themselves are `command_line`'s, and libtest's
//! variables `variables`'; what is left of it for libtest-mimic is how the outcome is printed.

mod command_line;
mod variables;

use std::collections::hash_map::RandomState;
use std::env;
use std::fs;
use std::hash::BuildHasher as _;
use std::num::NonZero;
use std::path::PathBuf;
use std::thread::available_parallelism;

use clap::Parser as _;
use libtest_mimic::FormatSetting;

use self::command_line::CommandLine;
use self::variables::Variables;
use crate::plan::Plan;
use crate::refusal::Refusal;
use crate::run::Where;
use crate::schedule::Schedule;
use crate::selection::Selection;
use crate::shuffle;
use crate::{Case, Options};

/// What the command line and the environment ask of this run.
#[derive(Debug)]
pub(crate) struct Arguments {
    /// What libtest-mimic is to do: always on one thread, since the workers are ours, and with nothing left to filter but
    /// [`FILTERED_OUT`].
    pub(crate) mimic: libtest_mimic::Arguments,
    /// Which cases are asked for.
    selection: Selection,
    /// Whether tests are to be run, and not only benchmarks.
    runs_tests: bool,
    /// What is to be shown instead of a run.
    pub(crate) shown: Option<Shown>,
    /// How many cases run at a time.
    pub(crate) threads: NonZero<usize>,
    /// What decides the order of the run, if it is to be another one than the plan's.
    pub(crate) shuffle_seed: Option<u64>,
    /// Whether no case is to be run after one that failed.
    pub(crate) fail_fast: bool,
    /// Where a line for each case is to be added.
    pub(crate) logfile: Option<PathBuf>,
    /// Whether no other process is to run cases, so that what they print goes where it goes.
    stays_here: bool,
    /// Where the orders come from, if this process is a worker.
    pub(crate) worker: Option<PathBuf>,
    /// What is said about every case.
    pub(crate) options: Options,
}

/// What can be shown of the tests without running one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// `--list`
    Tests,
    /// `--fixtures`
    Fixtures,
    /// `--setup-plan`
    SetupPlan,
}

/// The name under which libtest-mimic finds the cases that are not asked for: no test is named so. It counts them.
pub(crate) const FILTERED_OUT: &str = "(filtered out)";

impl Arguments {
    /// Reads the command line and the variables of this process.
    pub(crate) fn of_this_process() -> Result<Self, Refusal> {
        let line = CommandLine::try_parse().map_err(Refusal::CommandLine)?;
        let (variables, options) = (Variables::from_environment()?, Options::from_environment()?);
        Ok(Self::new(line, variables, options))
    }

    fn new(line: CommandLine, variables: Variables, options: Options) -> Self {
        let CommandLine {
            which,
            how,
            told,
            ours,
        } = line;
        let flags = Options {
            seed: ours.seed,
            repeat: ours.repeat,
            time_limit: ours.time_limit,
            wall_limit: ours.wall_limit,
            debug: ours.debug,
        };
        let threads = how.test_threads.or(variables.threads);
        let shuffle_seed = how.shuffle_seed.or(variables.shuffle_seed);
        let is_shuffled = how.shuffle || variables.shuffle;
        let terse = told.quiet.then_some(FormatSetting::Terse);
        Self {
            mimic: libtest_mimic::Arguments {
                test_threads: Some(1),
                skip: vec![FILTERED_OUT.to_owned()],
                exact: true,
                color: told.color,
                format: told.format.or(terse),
                ..libtest_mimic::Arguments::default()
            },
            selection: Selection {
                filters: which.filters,
                skip: which.skip,
                is_exact: which.exact,
                ignored: which.ignored,
                include_ignored: which.include_ignored,
            },
            runs_tests: which.test || !which.bench,
            shown: match (which.list, ours.fixtures, ours.setup_plan) {
                (true, ..) => Some(Shown::Tests),
                (_, true, _) => Some(Shown::Fixtures),
                (.., true) => Some(Shown::SetupPlan),
                _ => None,
            },
            threads: threads.unwrap_or_else(one_per_core),
            shuffle_seed: shuffle_seed.or_else(|| is_shuffled.then(any_seed)),
            fail_fast: how.fail_fast,
            logfile: told.logfile,
            stays_here: ours.in_process || told.nocapture || variables.nocapture,
            worker: ours.worker,
            options: flags.or(options),
        }
    }

    /// What is to be run.
    pub(crate) fn schedule(&self, plan: &Plan) -> Schedule {
        let mut selected: Vec<usize> = (0..plan.len())
            .filter(|&place| self.names(&plan[place]) && self.runs(&plan[place]))
            .collect();
        if let Some(seed) = self.shuffle_seed {
            shuffle::sort(&mut selected, plan, seed);
        }
        let schedule = Schedule::new(plan, &selected);
        if self.fail_fast {
            schedule.up_to_a_failure()
        } else {
            schedule
        }
    }

    /// Where what is scheduled is to run. One case alone can do no harm to others, and is nearer to a debugger here.
    pub(crate) fn place_of(&self, schedule: &Schedule) -> Where {
        let stays = self.stays_here || schedule.len() < 2;
        // `expect-test` rewrites sources, which it can do from one process alone.
        let rewrites = env::var_os("UPDATE_EXPECT").is_some();
        if stays || rewrites || cfg!(miri) || cfg!(not(unix)) || is_traced() {
            Where::Here
        } else {
            Where::Workers
        }
    }

    /// Whether a case that is told of is run, and not told as ignored.
    pub(crate) fn runs(&self, case: &Case) -> bool {
        self.runs_tests && (!case.is_ignored() || self.selection.wants_ignored())
    }

    /// Whether the case is among those that are told of.
    pub(crate) fn names(&self, case: &Case) -> bool {
        self.selection.names(case) && (case.is_ignored() || !self.selection.ignored)
    }

    /// Whether stdout is to hold JSON lines and nothing else.
    pub(crate) fn is_json(&self) -> bool {
        self.mimic.format == Some(FormatSetting::Json)
    }
}

fn one_per_core() -> NonZero<usize> {
    available_parallelism().unwrap_or(NonZero::<usize>::MIN)
}

/// Another one in each run.
fn any_seed() -> u64 {
    RandomState::new().hash_one(())
}

/// Whether a debugger looks on, as far as Linux tells.
fn is_traced() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let tracer = status
        .lines()
        .find_map(|line| line.strip_prefix("TracerPid:"));
    tracer.is_some_and(|pid| pid.trim() != "0")
}

#[cfg(test)]
mod tests;
