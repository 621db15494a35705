//! What failing tests print, literally, and that it is the same in every run.

use std::fs;

use expect_test::{expect, expect_file};
use solipsism::fixtures::TempDir;
use solipsism_tests::run;

const FAILURES: &str = env!("CARGO_BIN_EXE_failures");

#[solipsism::test]
async fn every_way_to_fail_is_reported() {
    let printed = run(FAILURES, &[]);
    expect_file!["reports/failures.txt"].assert_eq(&printed.stdout);
    assert_eq!((printed.stderr.as_str(), printed.code), ("\n", Some(101)));
}

#[solipsism::test]
async fn a_report_is_the_same_at_any_number_of_threads() {
    let one = run(FAILURES, &["--test-threads", "1"]);
    for threads in ["2", "8"] {
        assert_eq!(
            one,
            run(FAILURES, &["--test-threads", threads]),
            "at {threads} threads"
        );
    }
}

#[solipsism::test]
async fn a_seed_is_part_of_the_line_that_repeats_a_run() {
    let printed = run(FAILURES, &["panics", "--exact", "--seed", "0x7F3a"]);
    expect![[r#"

        running 1 test
        test panics ... FAILED

        failures:

        ---- panics ----
        panicked at tests/src/bin/failures.rs:106:5:
        assertion `left == right` failed: arithmetic
          left: 2
         right: 3
          in the body, at 1.5s
          run it again: SOLIPSISM_SEED=7f3a SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin failures panics -- --exact


        failures:
            panics

        test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 82 filtered out; finished in …

    "#]]
    .assert_eq(&printed.stdout);
}

#[solipsism::test]
async fn the_line_that_repeats_a_run_has_the_profile_of_the_build(dir: TempDir) {
    let name = "passes";
    for (profile, flag) in [
        ("debug", ""),
        ("release", "--release "),
        ("ci-tests", "--profile ci-tests "),
    ] {
        let built = dir.path().join(profile);
        fs::create_dir_all(built.join(".fingerprint")).expect("it is there");
        fs::create_dir_all(built.join("deps")).expect("it is there");
        let program = built.join("deps/failures-0123456789abcdef");
        fs::copy(FAILURES, &program).expect("it is copied");
        let program = program.to_str().expect("it is text");
        let printed = run(program, &["--exact", name, "--time-limit", "1s"]);
        let line = format!("cargo test {flag}-p solipsism-tests --bin failures {name} -- --exact");
        assert!(printed.stdout.contains(&line), "{}", printed.stdout);
        fs::remove_dir_all(&built).expect("it is there");
    }
}

#[solipsism::test]
async fn a_time_limit_of_the_command_line_beats_that_of_the_test() {
    let printed = run(FAILURES, &["is_over_its", "--time-limit", "2h"]);
    assert_eq!(printed.code, Some(0), "{}", printed.stdout);
    let printed = run(FAILURES, &["passes", "--exact", "--time-limit", "59m"]);
    assert_eq!(printed.code, Some(101), "{}", printed.stdout);
}

#[solipsism::test]
async fn an_ignored_test_runs_when_asked() {
    let printed = run(FAILURES, &["--ignored", "is_ignored"]);
    assert_eq!(printed.code, Some(0));
    assert!(
        printed.stdout.contains("test is_ignored ... ok"),
        "{}",
        printed.stdout
    );
    let printed = run(FAILURES, &["is_ignored"]);
    assert!(
        printed.stdout.contains("test is_ignored ... ignored"),
        "{}",
        printed.stdout
    );
}

#[solipsism::test]
async fn a_wall_limit_tells_what_was_going_on_and_what_had_gone_wrong() {
    let printed = run(FAILURES, &["--ignored", "runs_for_too_long"]);
    for told in [
        "wall limit: not finished after 100ms of real time, at ",
        "still running after ",
        "\n  the body, at tests/src/bin/failures.rs:303:10\n    waits until ",
        "an early cause\nafter that: ",
    ] {
        assert_eq!(
            printed.stdout.matches(told).count(),
            1,
            "{told}\n{}",
            printed.stdout
        );
    }
}

#[solipsism::test]
async fn a_list_names_the_tests_and_runs_none() {
    let printed = run(
        FAILURES,
        &["--list", "--format", "terse", "--exact", "panics"],
    );
    assert_eq!(
        (printed.stdout.as_str(), printed.code),
        ("panics: test\n", Some(0))
    );
}

#[solipsism::test]
async fn a_bad_command_line_ends_with_the_code_of_libtest() {
    for (arguments, cure) in [
        (["--sed", "1"], "'--seed'"),
        (["--seed", "forty-two"], "hexadecimal"),
        (["--time-limit", "5"], "needs a unit"),
        (["--test-threads", "0"], "1 or more"),
    ] {
        let printed = run(FAILURES, &arguments);
        assert_eq!((printed.stdout.as_str(), printed.code), ("\n", Some(101)));
        assert!(
            printed.stderr.contains(cure),
            "{arguments:?}: {}",
            printed.stderr
        );
    }
}

#[solipsism::test]
async fn a_target_without_tests_is_an_error() {
    let printed = run(env!("CARGO_BIN_EXE_no_tests"), &[]);
    expect![[r"
        error: no test is registered in this target: write one with `#[solipsism::test]`; tests in a library are only here if something names it, and `use the_crate as _;` does
    "]]
    .assert_eq(&printed.stderr);
    assert_eq!(printed.code, Some(101));
}

#[solipsism::test]
async fn two_tests_of_one_name_are_an_error() {
    let printed = run(env!("CARGO_BIN_EXE_one_name_twice"), &[]);
    expect![[r"
        error: two tests are named `twice`, one at tests/src/bin/one_name_twice.rs:4:10 and one at tests/src/bin/one_name_twice.rs:9:14: rename one of them, or move it into another module
    "]]
    .assert_eq(&printed.stderr);
    assert_eq!(printed.code, Some(101));
}

solipsism::main!();
