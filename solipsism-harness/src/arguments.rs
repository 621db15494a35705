//! [`Arguments`]: the command line, libtest's flags and ours, and the variables under it. What the flags of libtest do is
//! libtest-mimic's.

use std::env;
use std::fs;
use std::io::{IsTerminal as _, stdout};
use std::num::NonZero;
use std::path::PathBuf;
use std::thread::available_parallelism;
use std::time::Duration;

use clap::Parser;
use libtest_mimic::{ColorSetting, FormatSetting};

use crate::plan::Plan;
use crate::refusal::Refusal;
use crate::report::{Files, ReportArguments};
use crate::run::Where;
use crate::schedule::Schedule;
use crate::selection::Selection;
use crate::tags::Tags;
use crate::{Case, Options, parse_duration, parse_seed};

/// What the command line and the environment ask of this run.
#[derive(Debug)]
pub(crate) struct Arguments {
    /// What libtest-mimic is to do: always on one thread, since the workers are ours, and with nothing left to filter but
    /// [`FILTERED_OUT`].
    pub(crate) mimic: libtest_mimic::Arguments,
    /// Which cases are asked for.
    selection: Selection,
    tags: Tags,
    /// What is to be shown instead of a run.
    pub(crate) shown: Option<Shown>,
    /// How many cases run at a time.
    pub(crate) threads: NonZero<usize>,
    /// Whether workers are to be threads.
    in_process: bool,
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
    /// `--fixtures`
    Fixtures,
    /// `--setup-plan`
    SetupPlan,
}

/// The name under which libtest-mimic finds the cases that are not asked for: no test is named so. It counts them.
pub(crate) const FILTERED_OUT: &str = "(filtered out)";

#[derive(Debug, Parser)]
struct CommandLine {
    #[command(flatten)]
    mimic: libtest_mimic::Arguments,

    /// Permute tasks that are ready at the same instant, and feed every random number, by this seed
    #[arg(long, value_name = "HEX", value_parser = parse_seed)]
    seed: Option<u64>,

    /// Fail a test that takes more virtual time than this, such as `1h`
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    time_limit: Option<Duration>,

    /// Fail a test that takes more real time than this, such as `30s`
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    wall_limit: Option<Duration>,

    #[command(flatten)]
    report: ReportArguments,

    /// Run the tests with this tag, or with any of several
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,

    /// Run no test with this tag, or with any of several
    #[arg(long, value_name = "TAG")]
    no_tag: Vec<String>,

    /// More filters: a test is run if any of them matches
    #[arg(value_name = "FILTER")]
    filters: Vec<String>,

    /// List the fixtures that the tests use, and run nothing
    #[arg(long, conflicts_with_all = ["setup_plan", "list"])]
    fixtures: bool,

    /// Show what would be set up and torn down around each test, in the order of a run on one thread, and run nothing
    #[arg(long, conflicts_with = "list")]
    setup_plan: bool,

    /// Run the tests in this process, on threads: what they print goes where it goes, and one that ends the process ends all
    #[arg(long)]
    in_process: bool,

    /// Run what is ordered there: how a run starts its workers
    #[arg(long, value_name = "ADDRESS", hide = true)]
    worker: Option<PathBuf>,
}

impl Arguments {
    /// Reads the command line and the variables of this process.
    pub(crate) fn of_this_process() -> Result<Self, Refusal> {
        let line = CommandLine::try_parse().map_err(Refusal::CommandLine)?;
        Self::new(line, Options::from_environment()?)
    }

    fn new(line: CommandLine, environment: Options) -> Result<Self, Refusal> {
        let flags = Options {
            seed: line.seed,
            time_limit: line.time_limit,
            wall_limit: line.wall_limit,
            runs_ignored: line.mimic.ignored || line.mimic.include_ignored,
        };
        let threads = match line.mimic.test_threads {
            Some(threads) => NonZero::new(threads).ok_or_else(|| {
                Refusal::misuse(
                    "argument for --test-threads must not be 0: name the number of tests to run at a time",
                )
            })?,
            None => available_parallelism().unwrap_or(NonZero::<usize>::MIN),
        };
        let mimic = line.mimic;
        if line.in_process && mimic.format == Some(FormatSetting::Json) {
            return Err(Refusal::misuse(
                "`--in-process` cannot be used with `--format json`: what tests print would get between the lines; leave one of them \
                 out, or have the lines written to a file, with `--json PATH`",
            ));
        }
        Ok(Self {
            selection: Selection {
                filters: mimic.filter.into_iter().chain(line.filters).collect(),
                skip: mimic.skip,
                is_exact: mimic.exact,
                ignored: mimic.ignored,
                include_ignored: mimic.include_ignored,
            },
            tags: Tags::new(line.tag, line.no_tag),
            shown: match (line.fixtures, line.setup_plan) {
                (true, _) => Some(Shown::Fixtures),
                (false, true) => Some(Shown::SetupPlan),
                (false, false) => None,
            },
            mimic: libtest_mimic::Arguments {
                test_threads: Some(1),
                filter: None,
                skip: vec![FILTERED_OUT.to_owned()],
                exact: true,
                ..mimic
            },
            threads,
            in_process: line.in_process,
            worker: line.worker,
            options: flags.or(environment),
            report: line.report,
        })
    }

    /// The places of the cases that are to run: none when they are only listed.
    pub(crate) fn selection(&self, plan: &Plan) -> Vec<usize> {
        if self.mimic.list || self.mimic.bench {
            return Vec::new();
        }
        (0..plan.len())
            .filter(|&place| self.runs(&plan[place]))
            .collect()
    }

    /// The only tests of which a plan is needed, by their names or those of their cases, if that is known before it is made.
    pub(crate) fn exact_names(&self) -> Option<&[String]> {
        let names = self.selection.exact_names();
        names.filter(|_| self.shown.is_none())
    }

    /// Where what is scheduled is to run. One case alone can do no harm to others, and is nearer to a debugger here, unless what it
    /// prints is wanted elsewhere, or its end is to be told whatever it is.
    pub(crate) fn place_of(&self, schedule: &Schedule) -> Where {
        let is_wanted =
            self.is_json() || self.mimic.show_output || self.report.files.asks_for_any();
        let is_alone = schedule.len() < 2 && !is_wanted;
        let stays = self.in_process || is_alone || self.mimic.nocapture && !self.is_json();
        // `expect-test` rewrites sources, which it can do from one process alone.
        let rewrites = env::var_os("UPDATE_EXPECT").is_some();
        if stays || rewrites || cfg!(miri) || cfg!(not(unix)) || is_traced() {
            Where::Here
        } else if self.mimic.nocapture {
            Where::WorkersOnStderr
        } else {
            Where::Workers
        }
    }

    /// The files to which the run is reported: none if there is no run.
    pub(crate) fn report_files(&self, schedule: &Schedule) -> Result<Files, Refusal> {
        if self.mimic.list || self.mimic.bench {
            return Ok(Files::none());
        }
        Files::new(&self.report.files, schedule.len())
    }

    fn runs(&self, case: &Case) -> bool {
        let is_waiting = match (self.mimic.ignored, self.mimic.include_ignored) {
            (true, _) => !self.is_ignored(case),
            (false, is_included) => case.is_ignored() && !is_included,
        };
        !is_waiting && self.names(case)
    }

    /// Whether the case is among those that are told of, by its name and tags alone.
    pub(crate) fn names(&self, case: &Case) -> bool {
        self.selection.names(case) && self.tags.want(case)
    }

    /// Whether the case counts as ignored. One that its `ignore_if` may ignore does for `--ignored`, which asks nobody; listed it does
    /// not, since who reads the list would never run it.
    pub(crate) fn is_ignored(&self, case: &Case) -> bool {
        let may_be = self.mimic.ignored && !self.mimic.list && case.marked.has_conditions();
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
        let is_asked_for = self.mimic.ignored || self.mimic.include_ignored;
        case.is_ignored() && !is_asked_for && self.names(case)
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

/// Whether a debugger looks on, as far as Linux tells.
fn is_traced() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let tracer = status
        .lines()
        .find_map(|line| line.strip_prefix("TracerPid:"));
    tracer.is_some_and(|pid| pid.trim() != "0")
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::ShouldPanic;
    use crate::test::tests::test;

    fn arguments(line: &[&str], environment: Options) -> Result<Arguments, String> {
        CommandLine::try_parse_from([&["it"], line].concat())
            .map_err(Refusal::CommandLine)
            .and_then(|line| Arguments::new(line, environment))
            .map_err(|refusal| refusal.to_string())
    }

    #[test]
    fn no_two_flags_clash() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn a_flag_beats_its_variable() {
        let environment = Options {
            seed: Some(1),
            time_limit: Some(Duration::from_secs(2)),
            wall_limit: None,
            runs_ignored: false,
        };
        let arguments = arguments(&["--seed", "0x2a", "--wall-limit=1m"], environment).unwrap();
        let expected = Options {
            seed: Some(42),
            time_limit: Some(Duration::from_secs(2)),
            wall_limit: Some(Duration::from_secs(60)),
            runs_ignored: false,
        };
        assert_eq!(arguments.options, expected);
    }

    #[test]
    fn the_workers_are_ours() {
        let arguments = arguments(&["--test-threads", "8"], Options::default()).unwrap();
        assert_eq!(arguments.threads.get(), 8);
        assert_eq!(arguments.mimic.test_threads, Some(1));
    }

    #[test]
    fn bad_values_are_refused_with_their_cure() {
        for (line, cure) in [
            (["--test-threads", "0"], "must not be 0"),
            (["--seed", "x"], "1 to 16 hexadecimal digits"),
            (["--time-limit", "5"], "ns, us, ms, s, m, h or d"),
            (["--wall-limit", "5 s"], "ns, us, ms, s, m, h or d"),
        ] {
            let refusal = arguments(&line, Options::default()).unwrap_err();
            assert!(refusal.contains(cure), "{line:?}: {refusal}");
        }
    }

    #[test]
    fn what_is_to_be_shown_instead_of_a_run() {
        let shown = |line: &[&str]| arguments(line, Options::default()).map(|it| it.shown);
        assert_eq!(shown(&[]), Ok(None));
        assert_eq!(shown(&["--fixtures"]), Ok(Some(Shown::Fixtures)));
        assert_eq!(shown(&["--setup-plan", "x"]), Ok(Some(Shown::SetupPlan)));
        assert!(shown(&["--fixtures", "--setup-plan"]).is_err());
    }

    #[test]
    fn ignored_cases_run_when_asked_for() {
        let mut ignored = Case::new(test("it", "a", ShouldPanic::No), Options::default());
        ignored.ignore = Some("");
        let other = Case::new(test("it", "b", ShouldPanic::No), Options::default());
        for (line, expected) in [
            (&[][..], (false, true)),
            (&["--ignored"], (true, false)),
            (&["--include-ignored"], (true, true)),
            (&["--include-ignored", "a"], (true, false)),
            (&["--exact", "a", "b"], (false, true)),
            (&["c", "--include-ignored", "b", "a"], (true, true)),
        ] {
            let arguments = arguments(line, Options::default()).unwrap();
            assert_eq!(
                (arguments.runs(&ignored), arguments.runs(&other)),
                expected,
                "{line:?}"
            );
        }
    }
}
