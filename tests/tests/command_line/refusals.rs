//! A command line that cannot be meant is refused with its cure, and nothing is run.

use expect_test::expect;
use solipsism_tests::Printed;

use super::run_line;

#[track_caller]
fn refused(line: &str, cure: &str) {
    let Printed {
        stdout,
        stderr,
        code,
    } = run_line(line);
    assert_eq!((stdout.as_str(), code), ("\n", Some(101)), "{line}");
    assert!(stderr.starts_with("error: "), "{line}: {stderr}");
    assert!(stderr.contains(cure), "{line}: {stderr}");
}

#[solipsism::test]
async fn an_unknown_flag_is_told_what_was_meant() {
    for (line, meant) in [
        ("--no-captur", "--no-capture"),
        ("--nocaptur", "--nocapture"),
        ("--test-thread 4", "--test-threads"),
        ("--colour always", "--color"),
        ("--include_ignored", "--include-ignored"),
        ("--ignore", "--ignored"),
        ("--shuffel", "--shuffle"),
        ("--shuffle-sed 3", "--shuffle-seed"),
        ("--failfast", "--fail-fast"),
        ("--repeats 3", "--repeat"),
        ("--log-file x", "--logfile"),
        ("--debugs", "--debug"),
        ("--timelimit 3s", "--time-limit"),
    ] {
        refused(line, &format!("a similar argument exists: '{meant}'"));
    }
    refused("--ensure-time", "unexpected argument '--ensure-time'");
    refused("-nocapture", "unexpected argument '-n'");
    refused("--version", "unexpected argument '--version'");
    expect![[r#"
        error: unexpected argument '--seeed' found

          tip: a similar argument exists: '--seed'

        Usage: command_line --seed <HEX> [FILTER]...

        For more information, try '--help'.
    "#]]
    .assert_eq(&run_line("--seeed 3").stderr);
}

#[solipsism::test]
async fn a_value_that_cannot_be_read_is_refused() {
    for (line, cure) in [
        ("--test-threads 0", "1 or more"),
        ("--test-threads=many", "1 or more"),
        ("--test-threads -1", "unexpected argument '-1'"),
        ("--repeat 0", "1 or more"),
        ("--repeat x", "1 or more"),
        ("--seed x", "1 to 16 hexadecimal digits"),
        ("--shuffle-seed x", "a decimal number"),
        ("--time-limit 5", "ns, us, ms, s, m, h or d"),
        ("--wall-limit=5x", "ns, us, ms, s, m, h or d"),
        (
            "--color sometimes",
            "[possible values: auto, always, never]",
        ),
        ("--format junit", "[possible values: pretty, terse, json]"),
        ("-Z unstable", "unstable-options"),
        ("--list=yes", "unexpected value 'yes' for '--list'"),
        ("--logfile /no/such/directory/x", "name one that can"),
    ] {
        refused(line, cure);
    }
}

#[solipsism::test]
async fn a_value_that_is_missing_is_refused() {
    for flag in [
        "--test-threads",
        "--skip",
        "--color",
        "--format",
        "--logfile",
        "--shuffle-seed",
        "--seed",
        "--repeat",
        "--time-limit",
        "--wall-limit",
        "-Z",
    ] {
        refused(flag, "a value is required for");
    }
}

#[solipsism::test]
async fn a_variable_that_cannot_be_read_is_refused() {
    for (variable, cure) in [
        ("RUST_TEST_THREADS=0", "1 or more"),
        ("RUST_TEST_THREADS=x", "1 or more"),
        ("RUST_TEST_SHUFFLE_SEED=0x3", "a decimal number"),
        ("SOLIPSISM_SEED=x", "1 to 16 hexadecimal digits"),
        ("SOLIPSISM_REPEAT=0", "1 or more"),
        ("SOLIPSISM_DEBUG=yes", "1 for traces"),
        ("SOLIPSISM_TIME_LIMIT=5", "ns, us, ms, s, m, h or d"),
        ("SOLIPSISM_WALL_LIMIT=", "write a number and a unit"),
    ] {
        let (name, _) = variable.split_once('=').expect("a value");
        refused(variable, &format!("the environment variable `{name}` is "));
        refused(variable, cure);
        refused(variable, "or unset it");
    }
}

#[solipsism::test]
async fn what_contradicts_each_other_is_refused() {
    for line in [
        "--fixtures --setup-plan",
        "--fixtures --list",
        "--setup-plan --list",
    ] {
        refused(line, "cannot be used with");
    }
}
