//! [`CommandLine`]: every flag, in the groups in which `--help` shows them. A new one is a field here, with what it does as its comment
//! and its variable in brackets, and a row of `docs/running.md`. What the flags mean together is `Arguments`'.

#![expect(
    clippy::struct_excessive_bools,
    reason = "a flag without a value is one, and the groups are those of `--help`"
)]
#![expect(clippy::doc_markdown, reason = "the comments are what `--help` prints")]

use std::num::NonZero;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser};
use libtest_mimic::{ColorSetting, FormatSetting};

use crate::options::{TRACED, parse_repeat, parse_shuffle_seed, parse_threads, parse_trace_flag};
use crate::report::ReportArguments;
use crate::{parse_duration, parse_seed};

/// A flag that is there twice is read as its last.
#[derive(Debug, Parser)]
#[command(
    args_override_self = true,
    disable_help_flag = true,
    help_template = "Usage: [FLAGS] [FILTER]...; under cargo: cargo test -- [FLAGS] [FILTER]...\n\n{all-args}{after-help}",
    after_help = EXAMPLES,
)]
pub(super) struct CommandLine {
    #[command(flatten)]
    pub(super) which: Which,
    #[command(flatten)]
    pub(super) how: How,
    #[command(flatten)]
    pub(super) told: Told,
    #[command(flatten)]
    pub(super) report: ReportArguments,
    #[command(flatten)]
    pub(super) ours: Ours,
}

const EXAMPLES: &str = "\
Examples:
  cargo test -- parser client            run the tests whose names contain `parser` or `client`
  cargo test -- --exact it::reads        run that test, and all its cases
  cargo test -- --repeat 100 it::reads   run it with a hundred seeds, and say which of them fails
  cargo test -- --list --ignored         list the ignored tests, and run nothing
  cargo test -- --shuffle --fail-fast    run in another order, up to the first failure
  SOLIPSISM_SEED=2a cargo nextest run    say it by a variable where a runner owns the command line
";

#[derive(Args, Debug)]
#[command(next_help_heading = "Which tests, as under libtest")]
pub(super) struct Which {
    /// Run the tests whose names contain any of these
    #[arg(value_name = "FILTER")]
    pub(super) filters: Vec<String>,

    /// Let filters be whole names, those of tests or of single cases
    #[arg(long)]
    pub(super) exact: bool,

    /// Leave out the tests whose names contain this; may be given several times
    #[arg(long, value_name = "FILTER")]
    pub(super) skip: Vec<String>,

    /// Run the ignored tests, and no others
    #[arg(long)]
    pub(super) ignored: bool,

    /// Run the ignored tests too
    #[arg(long)]
    pub(super) include_ignored: bool,

    /// Run the tests: what happens anyhow, and beside `--bench` too
    #[arg(long)]
    pub(super) test: bool,

    /// Run benchmarks, of which there are none: every test is told as ignored
    #[arg(long)]
    pub(super) bench: bool,

    /// List the tests, and run nothing
    #[arg(long)]
    pub(super) list: bool,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "How they run, as under libtest")]
pub(super) struct How {
    /// Run this many tests at a time; one per core if not given [RUST_TEST_THREADS]
    #[arg(long, value_name = "COUNT", value_parser = parse_threads)]
    pub(super) test_threads: Option<NonZero<usize>>,

    /// Run the tests in another order, which a seed decides [RUST_TEST_SHUFFLE]
    #[arg(long)]
    pub(super) shuffle: bool,

    /// Run the tests in the order that this seed decides [RUST_TEST_SHUFFLE_SEED]
    #[arg(long, value_name = "NUMBER", value_parser = parse_shuffle_seed)]
    pub(super) shuffle_seed: Option<u64>,

    /// Run no tests after the first that fails: those that come after it are told as ignored
    #[arg(long)]
    pub(super) fail_fast: bool,

    /// Accept `unstable-options`, which nothing here waits for
    #[arg(short = 'Z', value_name = "FLAG", value_parser = ["unstable-options"], hide_possible_values = true)]
    unstable: Vec<String>,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "What is told, as under libtest")]
pub(super) struct Told {
    /// Let what tests print go where it goes, as it is printed [RUST_TEST_NOCAPTURE]
    #[arg(long, visible_alias = "no-capture")]
    pub(super) nocapture: bool,

    /// Show what passing tests printed too
    #[arg(long)]
    pub(super) show_output: bool,

    /// Tell it in colours: auto, always or never
    #[arg(long, value_name = "WHEN", value_enum, hide_possible_values = true)]
    pub(super) color: Option<ColorSetting>,

    /// Tell a test by one character, as `--format terse` does
    #[arg(short, long)]
    pub(super) quiet: bool,

    /// Tell a test by a line (pretty), by a character (terse), or by JSON lines (json)
    #[arg(long, value_name = "FORMAT", value_enum, hide_possible_values = true)]
    pub(super) format: Option<FormatSetting>,

    /// Add a line for each test to this file too, such as `ok it::reads`
    #[arg(long, value_name = "PATH")]
    pub(super) logfile: Option<PathBuf>,

    /// Print this
    #[arg(short, long, action = clap::ArgAction::Help)]
    help: Option<bool>,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "Ours")]
pub(super) struct Ours {
    /// Run the tests with this tag, or with any of several [SOLIPSISM_TAG]
    #[arg(long, value_name = "TAG")]
    pub(super) tag: Vec<String>,

    /// Run no test with this tag, or with any of several [SOLIPSISM_NO_TAG]
    #[arg(long, value_name = "TAG")]
    pub(super) no_tag: Vec<String>,

    /// Permute tasks that are ready at the same instant, and feed every random number, by this seed [SOLIPSISM_SEED]
    #[arg(long, value_name = "HEX", value_parser = parse_seed)]
    pub(super) seed: Option<u64>,

    /// Run each test this many times, each time but the first with another seed [SOLIPSISM_REPEAT]
    #[arg(long, value_name = "COUNT", value_parser = parse_repeat)]
    pub(super) repeat: Option<NonZero<u32>>,

    /// Fail a test that takes more virtual time than this, such as `1h` [SOLIPSISM_TIME_LIMIT]
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub(super) time_limit: Option<Duration>,

    /// Fail a test that takes more real time than this, such as `30s` [SOLIPSISM_WALL_LIMIT]
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub(super) wall_limit: Option<Duration>,

    /// Tell of each test its seed, its time, its long polls and what it printed, if it passed too [SOLIPSISM_DEBUG]
    #[arg(long)]
    pub(super) debug: bool,

    /// Tell of each test that fails the last events in its world, so many or 100 [SOLIPSISM_TRACE]
    #[arg(
        long,
        value_name = "COUNT",
        num_args = 0..=1,
        default_missing_value = TRACED,
        value_parser = parse_trace_flag,
    )]
    pub(super) trace: Option<NonZero<usize>>,

    /// Run each test that fails once more for its events, and tell them [SOLIPSISM_TRACE_FAILURES]
    #[arg(long)]
    pub(super) trace_failures: bool,

    /// List the fixtures that the tests use, and run nothing
    #[arg(long, conflicts_with_all = ["setup_plan", "list"])]
    pub(super) fixtures: bool,

    /// Show what would be set up and torn down around each test, in the order of a run on one thread, and run nothing
    #[arg(long, conflicts_with = "list")]
    pub(super) setup_plan: bool,

    /// Run the tests in this process, on threads: what they print goes where it goes, and one that ends the process ends all
    #[arg(long)]
    pub(super) in_process: bool,

    /// Run what is ordered there: how a run starts its workers
    #[arg(long, value_name = "ADDRESS", hide = true)]
    pub(super) worker: Option<PathBuf>,
}
