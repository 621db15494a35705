//! [`Arguments`]: what the command line and the variables ask for, all in all. The flags themselves are `command_line`'s, and libtest's
//! variables `variables`'; what is left of it for libtest-mimic is how the outcome is printed.

mod command_line;
mod variables;

use std::collections::hash_map::RandomState;
use std::env;
use std::fs;
use std::hash::BuildHasher as _;
use std::io::{IsTerminal as _, stdout};
use std::num::NonZero;
use std::path::PathBuf;
use std::thread::available_parallelism;

use clap::Parser as _;
use libtest_mimic::{ColorSetting, FormatSetting};

use self::command_line::CommandLine;
use self::variables::Variables;
use crate::plan::Plan;
use crate::refusal::Refusal;
use crate::report::{Files, ReportArguments};
use crate::run::Where;
use crate::schedule::Schedule;
use crate::selection::Selection;
use crate::shuffle;
use crate::tags::Tags;
use crate::{Case, Options};

/// What the command line and the environment ask of this run.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a flag without a value is one"
)]
pub(crate) struct Arguments {
    /// What libtest-mimic is to do: always on one thread, since the workers are ours, and with nothing to tell but those that we say
    /// are ignored, which all are that are asked for: it counts the others, and looks at nothing but that flag.
    pub(crate) mimic: libtest_mimic::Arguments,
    /// Which cases are asked for.
    selection: Selection,
    tags: Tags,
    /// Whether tests are to be run, and not only benchmarks.
    runs_tests: bool,
    /// What is to be shown instead of a run.
    pub(crate) shown: Option<Shown>,
    /// How many cases run at a time, if that is said.
    threads: Option<NonZero<usize>>,
    /// What decides the order of the run, if it is to be another one than the plan's.
    pub(crate) shuffle_seed: Option<u64>,
    /// Whether no case is to be run after one that failed.
    pub(crate) fail_fast: bool,
    /// Where a line for each case is to be added.
    pub(crate) logfile: Option<PathBuf>,
    /// Whether workers are to be threads.
    in_process: bool,
    /// Whether what cases print goes where it goes.
    nocapture: bool,
    /// Whether what passing cases print is shown too.
    pub(crate) show_output: bool,
    /// Where the orders come from, if this process is a worker.
    pub(crate) worker: Option<PathBuf>,
    /// What is said about every case.
    pub(crate) options: Options,
    /// What is told, and where.
    pub(crate) report: ReportArguments,
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

impl Arguments {
    /// Reads the command line and the variables of this process.
    pub(crate) fn of_this_process() -> Result<Self, Refusal> {
        let line = CommandLine::try_parse().map_err(Refusal::CommandLine)?;
        let (variables, options) = (Variables::from_environment()?, Options::from_environment()?);
        Self::new(line, variables, options)
    }

    fn new(line: CommandLine, variables: Variables, options: Options) -> Result<Self, Refusal> {
        let CommandLine {
            which,
            how,
            told,
            report,
            ours,
        } = line;
        let flags = Options {
            seed: ours.seed,
            repeat: ours.repeat,
            time_limit: ours.time_limit,
            wall_limit: ours.wall_limit,
            debug: ours.debug,
            trace: ours.trace,
            trace_failures: ours.trace_failures,
            runs_ignored: which.ignored || which.include_ignored,
        };
        if ours.in_process && told.format == Some(FormatSetting::Json) {
            return Err(Refusal::misuse(
                "`--in-process` cannot be used with `--format json`: what tests print would get between the lines; leave one of them \
                 out, or have the lines written to a file, with `--json PATH`",
            ));
        }
        let threads = how.test_threads.or(variables.threads);
        let shuffle_seed = how.shuffle_seed.or(variables.shuffle_seed);
        let is_shuffled = how.shuffle || variables.shuffle;
        let terse = told.quiet.then_some(FormatSetting::Terse);
        Ok(Self {
            mimic: libtest_mimic::Arguments {
                test_threads: Some(1),
                ignored: true,
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
            tags: Tags::new(ours.tag, ours.no_tag),
            runs_tests: which.test || !which.bench,
            shown: match (which.list, ours.fixtures, ours.setup_plan) {
                (true, ..) => Some(Shown::Tests),
                (_, true, _) => Some(Shown::Fixtures),
                (.., true) => Some(Shown::SetupPlan),
                _ => None,
            },
            threads,
            shuffle_seed: shuffle_seed.or_else(|| is_shuffled.then(any_seed)),
            fail_fast: how.fail_fast,
            logfile: told.logfile,
            in_process: ours.in_process,
            nocapture: told.nocapture || variables.nocapture,
            show_output: told.show_output,
            worker: ours.worker,
            options: flags.or(options),
            report,
        })
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

    /// The only tests of which a plan is needed, by their names or those of their cases, if that is known before it is made.
    pub(crate) fn exact_names(&self) -> Option<&[String]> {
        let names = self.selection.exact_names();
        names.filter(|_| matches!(self.shown, None | Some(Shown::Tests)))
    }

    /// Where what is scheduled is to run. One case alone can do no harm to others, and is nearer to a debugger here, unless what it
    /// prints is wanted elsewhere, or its end is to be told whatever it is.
    pub(crate) fn place_of(&self, schedule: &Schedule) -> Where {
        let is_told = self.options.trace.is_some() || self.options.trace_failures;
        let is_wanted =
            is_told || self.is_json() || self.show_output || self.report.files.asks_for_any();
        let is_alone = schedule.len() < 2 && !is_wanted;
        let stays = self.in_process || is_alone || self.nocapture && !self.is_json();
        // `expect-test` rewrites sources, which it can do from one process alone.
        let rewrites = env::var_os("UPDATE_EXPECT").is_some();
        if stays || rewrites || cfg!(miri) || cfg!(not(unix)) || is_traced() {
            Where::Here
        } else if self.nocapture {
            Where::WorkersOnStderr
        } else {
            Where::Workers
        }
    }

    /// How many workers may work on what is scheduled. Nobody counts the cores for a single part: it takes longer than many a test.
    pub(crate) fn threads(&self, schedule: &Schedule) -> NonZero<usize> {
        match schedule.parts() {
            [] | [_] => NonZero::<usize>::MIN,
            _ => self.threads.unwrap_or_else(one_per_core),
        }
    }

    /// The files to which the run is reported: none if there is no run.
    pub(crate) fn report_files(&self, schedule: &Schedule) -> Result<Files, Refusal> {
        if !self.runs_tests {
            return Ok(Files::none());
        }
        Files::new(&self.report.files, schedule.len())
    }

    /// Whether a case that is told of is run, and not told as ignored.
    pub(crate) fn runs(&self, case: &Case) -> bool {
        self.runs_tests && (!case.is_ignored() || self.selection.wants_ignored())
    }

    /// Whether the case is among those that are told of.
    pub(crate) fn names(&self, case: &Case) -> bool {
        self.selection.names(case)
            && self.tags.want(case)
            && (!self.selection.ignored || self.is_ignored(case))
    }

    /// Whether the case counts as ignored for `--ignored`. One that its `ignore_if` may ignore does, and nobody is asked; listed it does
    /// not, since who reads the list would never run it.
    fn is_ignored(&self, case: &Case) -> bool {
        let may_be = self.shown != Some(Shown::Tests) && case.marked.has_conditions();
        case.is_ignored() || may_be
    }

    /// Whether there are tests with the tags that are asked for.
    ///
    /// # Errors
    ///
    /// A flag names one that no test has. Of a variable it is remarked on stderr.
    pub(crate) fn check_tags(&self, plan: &Plan) -> Result<(), Refusal> {
        for remark in self.tags.check(plan)? {
            eprintln!("{remark}");
        }
        Ok(())
    }

    /// Whether the case is told of as ignored.
    pub(crate) fn ignores(&self, case: &Case) -> bool {
        self.names(case) && !self.runs(case)
    }

    /// Whether what is told may have colours.
    pub(crate) fn is_coloured(&self) -> bool {
        match self.mimic.color {
            Some(ColorSetting::Always) => true,
            Some(ColorSetting::Never) => false,
            Some(ColorSetting::Auto) | None => {
                stdout().is_terminal() && env::var_os("NO_COLOR").is_none()
            }
        }
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
