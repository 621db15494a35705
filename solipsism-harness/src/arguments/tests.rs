use std::time::Duration;

use clap::CommandFactory as _;

use super::*;
use crate::ShouldPanic;
use crate::test::tests::test;

fn arguments(line: &[&str]) -> Arguments {
    with(line, Variables::default(), Options::default()).unwrap()
}

fn with(line: &[&str], variables: Variables, options: Options) -> Result<Arguments, String> {
    let line = CommandLine::try_parse_from([&["it"], line].concat());
    line.map_err(Refusal::CommandLine)
        .and_then(|line| Arguments::new(line, variables, options))
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
        ..Options::default()
    };
    let line = [
        "--seed",
        "0x2a",
        "--wall-limit=1m",
        "--repeat=3",
        "--debug",
        "--trace",
        "--trace-failures",
    ];
    let expected = Options {
        seed: Some(42),
        repeat: NonZero::new(3),
        time_limit: Some(Duration::from_secs(2)),
        wall_limit: Some(Duration::from_secs(60)),
        debug: true,
        trace: NonZero::new(100),
        trace_failures: true,
        runs_ignored: false,
    };
    let of_ours = with(&line, Variables::default(), environment).unwrap();
    assert_eq!(of_ours.options, expected);

    let variables = Variables {
        threads: NonZero::new(3),
        shuffle_seed: Some(4),
        ..Variables::default()
    };
    let unsaid = with(&[], variables, Options::default()).unwrap();
    assert_eq!(
        (unsaid.threads.map(NonZero::get), unsaid.shuffle_seed),
        (Some(3), Some(4))
    );
    let line = ["--test-threads", "5", "--shuffle-seed", "6"];
    let said = with(&line, variables, Options::default()).unwrap();
    assert_eq!(
        (said.threads.map(NonZero::get), said.shuffle_seed),
        (Some(5), Some(6))
    );
}

#[test]
fn the_last_of_two_counts() {
    let line = ["--test-threads=2", "--exact", "--test-threads=3", "--exact"];
    assert_eq!(arguments(&line).threads, NonZero::new(3));
    let both = arguments(&["--nocapture", "--no-capture"]);
    assert!(both.nocapture);
}

#[test]
fn the_workers_are_ours() {
    let arguments = arguments(&["--test-threads", "8"]);
    assert_eq!(arguments.threads, NonZero::new(8));
    assert_eq!(arguments.mimic.test_threads, Some(1));
}

#[test]
fn what_is_to_be_shown_instead_of_a_run() {
    let shown = |line: &[&str]| arguments(line).shown;
    assert_eq!(shown(&[]), None);
    assert_eq!(shown(&["--list", "--format", "terse"]), Some(Shown::Tests));
    assert_eq!(shown(&["--fixtures"]), Some(Shown::Fixtures));
    assert_eq!(shown(&["--setup-plan", "x"]), Some(Shown::SetupPlan));
}

#[test]
fn the_order_is_another_where_anything_says_so() {
    assert_eq!(arguments(&[]).shuffle_seed, None);
    assert!(arguments(&["--shuffle"]).shuffle_seed.is_some());
    let both = ["--shuffle", "--shuffle-seed", "7"];
    assert_eq!(arguments(&both).shuffle_seed, Some(7));
    let variables = Variables {
        shuffle: true,
        ..Variables::default()
    };
    let by_variable = with(&[], variables, Options::default()).unwrap();
    assert!(by_variable.shuffle_seed.is_some());
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
        (&["--test"], (false, true)),
        (&["--bench"], (false, false)),
        (&["--bench", "--test"], (false, true)),
    ] {
        let arguments = arguments(line);
        let runs = |case| arguments.names(case) && arguments.runs(case);
        assert_eq!((runs(&ignored), runs(&other)), expected, "{line:?}");
    }
}
