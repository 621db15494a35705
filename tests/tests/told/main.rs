//! What is told of a run beside its verdicts: what passing tests printed, times, files for machines, annotations.

mod json;
mod junit;
mod verdicts;

use std::fs;
use std::path::Path;
use std::process::Command;

use expect_test::{Expect, expect};
use solipsism::fixtures::TempDir;
use solipsism_tests::{Printed, output};

fn told() -> Command {
    Command::new(env!("CARGO_BIN_EXE_told"))
}

fn run(arguments: &[&str]) -> Printed {
    output(told().args(arguments))
}

/// The parts of what is printed after libtest-mimic's summary.
#[track_caller]
fn rest(stdout: &str) -> &str {
    let (_, rest) = stdout.split_once("finished in …\n").expect("a summary");
    rest
}

#[track_caller]
fn rest_is(arguments: &[&str], expected: &Expect) {
    let printed = ["1", "2", "8"].map(|threads| {
        let arguments = [arguments, &["--test-threads", threads]].concat();
        rest(&run(&arguments).stdout).to_owned()
    });
    assert_eq!(printed[0], printed[1]);
    assert_eq!(printed[0], printed[2]);
    expected.assert_eq(&printed[0]);
}

#[solipsism::test]
async fn the_output_of_passing_tests_is_shown_if_asked_for() {
    rest_is(
        &["a_", "--show-output"],
        &expect![[r#"

            successes:

            ---- a_year_passes ----
                a year is over


            successes:
                a_year_passes
                in_a_loop::one_second
                in_a_loop::two_seconds
                on_a_thread::one_second

            fixture `clock`, at tests/src/bin/told.rs:111:10: its teardown was not run, since its thread never came back from in_a_loop::two_seconds_and_never_back

            fixture `bound`, at tests/src/bin/told.rs:142:4: its teardown was not run, since its thread never came back from on_a_thread::three_seconds_and_never_back

            errors: 2 teardowns failed, 1 test failed by a fixture of its own
            7 tests, 1 year of virtual time in …
        "#]],
    );
    // One alone, too.
    rest_is(
        &["a_year", "--show-output"],
        &expect![[r#"

        successes:

        ---- a_year_passes ----
            a year is over


        successes:
            a_year_passes

        1 test, 1 year of virtual time in …
    "#]],
    );
}

#[solipsism::test]
async fn errors_teardowns_and_failures_are_counted_apart() {
    rest_is(
        &["taken_along", "broken", "uses_what", "fails"],
        &expect![[r#"

            fixture `leaking`, at tests/src/bin/told.rs:96:4: its teardown failed
            panicked at tests/src/bin/told.rs:101:5:
            it leaks
              in the teardown of `leaking`, at 0ns

            errors: 1 fixture failed in its set-up and took 2 tests along, 1 teardown failed, 1 test failed by a fixture of its own
        "#]],
    );
}

#[solipsism::test]
async fn what_was_printed_is_no_part_of_a_report() {
    let Printed { stdout, .. } = run(&["--exact", "fails", "a_year_passes"]);
    expect![[r#"

        running 2 tests
        test a_year_passes ... ok
        test fails         ... FAILED

        failures:

        ---- fails ----
        panicked at tests/src/bin/told.rs:27:5:
        no: <this>
          cannot be, 100%
          in the body, at 1.5s
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin told fails -- --exact
          it printed:
            red & <bold> ]]>
            rings\u{7}, 100%

            ---- another ----
            "quoted" ä ￾


        failures:
            fails

        test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 29 filtered out; finished in …

        2 tests, 1 year of virtual time in …
    "#]].assert_eq(&stdout);
}

#[solipsism::test]
async fn times_are_told_if_asked_for() {
    let Printed { stdout, .. } = run(&["in_a_loop", "limits", "aborts", "--report-time"]);
    let rows: Vec<_> = rest(&stdout)
        .lines()
        .skip_while(|it| !it.starts_with("times"))
        .collect();
    let without_real = |row: &&str| row.split_whitespace().skip(1).collect::<Vec<_>>().join(" ");
    let rows: Vec<_> = rows[1..].iter().map(without_real).collect();
    expect![[r#"
        unknown aborts
        1s in_a_loop::one_second
        2s in_a_loop::two_seconds
        2s in_a_loop::two_seconds_and_never_back
        5s limits::of_the_wall
        3600s limits::of_time

        tests, 1 hour of virtual time in …"#]]
    .assert_eq(&rows.join("\n"));
}

#[solipsism::test]
async fn the_slowest_are_told_if_asked_for() {
    let durations = |count: &str| {
        let Printed { stdout, .. } = run(&["in_a_loop", "year", "limits", "--durations", count]);
        let (real, virtual_time) = rest(&stdout)
            .split_once("slowest by virtual time:\n")
            .map(|(real, rest)| (real.to_owned(), rest.to_owned()))
            .expect("both are told");
        let (_, real) = real
            .split_once("slowest by real time:\n")
            .expect("both are told");
        (real.lines().count(), virtual_time)
    };
    let (real, virtual_time) = durations("3");
    assert_eq!(real, 3);
    expect![[r#"
            31536000s  a_year_passes
            3600s      limits::of_time
            5s         limits::of_the_wall

        6 tests, 1 year of virtual time in …
    "#]]
    .assert_eq(&virtual_time);
    assert_eq!(durations("0").0, 6);
}

#[solipsism::test]
async fn github_is_given_annotations() {
    let arguments = [
        "taken_along",
        "uses_what",
        "fails",
        "returns",
        "aborts",
        "wants",
    ];
    let stdout = output(told().args(arguments).env("GITHUB_ACTIONS", "true")).stdout;
    let annotations = stdout.lines().filter(|line| line.starts_with("::"));
    expect![[r#"
        ::error file=tests/src/bin/told.rs,line=16,title=aborts::the process in which it ran was killed by signal 6 (SIGABRT)%0A  run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin told aborts -- --exact
        ::error file=tests/src/bin/told.rs,line=27,title=fails::panicked at tests/src/bin/told.rs:27:5:%0Ano: <this>%0A  cannot be, 100%25%0A  in the body, at 1.5s%0A  run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin told fails -- --exact
        ::error file=tests/src/bin/told.rs,line=36,title=returns_an_error::returned an error at 0ns: invalid digit found in string%0A  passed on by the `?` at tests/src/bin/told.rs:36:23  "x".parse::<u32>()?;%0A  run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin told returns_an_error -- --exact
        ::error file=tests/src/bin/told.rs,line=68,title=taken_along%3A%3Afirst::fixture `broken`, at tests/src/bin/told.rs:68:4: its set-up failed%0Areturned an error at 0ns: an error occurred when formatting an argument%0A  it takes 2 tests along%0A  run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin told taken_along::first -- --exact
        ::error file=tests/src/bin/told.rs,line=101,title=a teardown after uses_what_cannot_be_torn_down::fixture `leaking`, at tests/src/bin/told.rs:96:4: its teardown failed%0Apanicked at tests/src/bin/told.rs:101:5:%0Ait leaks%0A  in the teardown of `leaking`, at 0ns"#]].assert_eq(&annotations.collect::<Vec<_>>().join("\n"));
    assert!(!run(&arguments).stdout.contains("::error"));
}

#[solipsism::test]
async fn an_annotation_names_its_file_as_the_repository_does() {
    // The repository is the directory above the workspace, and the test runs in a package of that.
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let workspace = package.parent().expect("it is in a workspace");
    let repository = workspace.parent().expect("it is in a directory");
    let mut told = told();
    told.args(["--exact", "fails"]).current_dir(package);
    told.env("GITHUB_ACTIONS", "true")
        .env("GITHUB_WORKSPACE", repository);
    let name = workspace
        .file_name()
        .expect("it has a name")
        .to_string_lossy();
    let expected = format!("::error file={name}/tests/src/bin/told.rs,line=");
    let stdout = output(&mut told).stdout;
    assert!(stdout.contains(&expected), "{expected}\n{stdout}");
}

/// Filters for all but those that come to a limit of their own.
const ALL_BUT_LIMITS: [&str; 10] = [
    "a_", "aborts", "fails", "is_", "returns", "waits", "wants", "taken", "broken", "uses",
];

#[solipsism::test]
async fn a_directory_gets_a_file_for_each_target(dir: TempDir) {
    let reports = dir.path().join("not/yet/there/");
    let printed = output(
        told()
            .args(["a_year"])
            .env("SOLIPSISM_JUNIT", &reports)
            .env("SOLIPSISM_JSON", dir.path()),
    );
    assert_eq!(printed.code, Some(0), "{printed:?}");
    junit::is_valid(&fs::read_to_string(reports.join("told.xml")).expect("it was written"));
    assert!(dir.path().join("told.jsonl").is_file());
    // Whoever only asks for a list gets no report.
    let other = dir.path().join("list.xml");
    let list = output(told().arg("--list").env("SOLIPSISM_JUNIT", &other));
    assert_eq!((list.code, other.exists()), (Some(0), false));
}

#[solipsism::test]
async fn what_cannot_be_written_is_an_error_of_the_run() {
    let printed = run(&["a_year", "--junit", "/dev/null/report.xml"]);
    expect![[r#"
        error: `--junit` asks for a report at /dev/null/report.xml, where none can be written: File exists (os error 17); name a file that can be, or a directory, which gets a file for each target
    "#]].assert_eq(&printed.stderr);
    assert_eq!((printed.stdout.as_str(), printed.code), ("\n", Some(101)));
    let printed = output(
        told()
            .arg("a_year")
            .env("SOLIPSISM_JSON", "/dev/null/run.jsonl"),
    );
    assert!(
        printed.stderr.contains("the variable `SOLIPSISM_JSON`"),
        "{printed:?}"
    );
}

#[cfg(target_os = "linux")]
#[solipsism::test]
async fn a_full_disk_is_an_error_of_the_run() {
    for flag in ["--junit", "--json"] {
        let printed = run(&["a_year", flag, "/dev/full"]);
        assert_eq!(printed.code, Some(101), "{printed:?}");
        let told = "error: the report /dev/full could not be written: ";
        assert!(printed.stdout.contains(told), "{printed:?}");
    }
}

#[solipsism::test]
async fn what_a_lost_test_may_have_printed_is_not_blamed_on_another_without_a_word() {
    let Printed { stdout, .. } = run(&["beside", "--ignored"]);
    let (_, report) = stdout
        .split_once("---- beside::b_fails ----\n")
        .expect("it fails");
    let (report, _) = report.split_once("\n\n").expect("it ends");
    expect![[r#"
        panicked at tests/src/bin/told.rs:202:9:
        it fails
          in the body, at 0ns
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin told beside::b_fails -- --exact --include-ignored
          it printed, unless beside::a_spins did, a thread of which goes on beside it:
            one of the two says so"#]]
    .assert_eq(report);
}

solipsism::main!();
