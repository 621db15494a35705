//! Which tests are run, listed and told of.

use std::fs;

use expect_test::expect;
use solipsism::fixtures::TempDir;

use super::{ran, reports, run, run_line, told};

#[solipsism::test]
async fn a_test_is_run_if_any_filter_matches_and_no_skip_does() {
    for (line, expected) in [
        (
            "a_pass c_pass",
            &[
                "a_passes",
                "c_passes",
                "shares::a_passes",
                "shares::c_passes",
            ][..],
        ),
        ("--exact c_passes a_passes", &["a_passes", "c_passes"]),
        (
            "--exact g_has_cases",
            &["g_has_cases::case_1", "g_has_cases::case_2"],
        ),
        (
            "--exact g_has_cases::case_2 h_fails",
            &["g_has_cases::case_2", "h_fails"],
        ),
        ("_passes --skip shares --skip=c_", &["a_passes"]),
        ("--exact a_passes c_passes --skip c_passes", &["a_passes"]),
        ("is_ignored --ignored", &["d_is_ignored", "e_is_ignored"]),
        (
            "--include-ignored d_is a_p --skip ::",
            &["a_passes", "d_is_ignored"],
        ),
        ("a_passes --test --exact", &["a_passes"]),
        ("a_passes --test --bench --exact", &["a_passes"]),
        ("a_passes --bench --exact", &[]),
        (
            "-Z unstable-options a_passes --exact -Zunstable-options",
            &["a_passes"],
        ),
        ("-- a_passes --exact", &["a_passes", "shares::a_passes"]),
    ] {
        let printed = run_line(&format!("--in-process --test-threads 1 {line}"));
        assert_eq!(ran(&printed), expected, "{line}");
    }
}

#[solipsism::test]
async fn under_bench_tests_are_told_as_ignored_and_nothing_is_listed_as_a_benchmark() {
    let printed = run(&["--bench", "_passes"]);
    assert_eq!(printed.code, Some(0));
    assert!(told(&printed).iter().all(|(_, told)| *told == "ignored"));
    for line in ["--list --bench", "--list --test", "--list --format terse"] {
        let listed = run_line(line).stdout;
        assert!(
            listed.lines().all(|line| line.ends_with(": test")),
            "{listed}"
        );
    }
}

#[solipsism::test]
async fn a_list_is_all_that_is_printed_and_nothing_is_set_up() {
    for line in [
        "--list shares g_has",
        "--list --format terse shares g_has",
        "--list -q shares g_has --nocapture --shuffle",
        "RUST_TEST_SHUFFLE=1 --list shares g_has",
    ] {
        let printed = run_line(line);
        assert_eq!((printed.stderr.as_str(), printed.code), ("\n", Some(0)));
        let names = [
            "g_has_cases::case_1",
            "g_has_cases::case_2",
            "shares::a_passes",
            "shares::b_fails",
            "shares::c_passes",
            "shares::rarely_fails",
        ];
        let expected: String = names.map(|name| format!("{name}: test\n")).concat();
        assert_eq!(printed.stdout, expected, "{line}");
    }
    let printed = run(&["--list", "--ignored", "--skip", "::"]);
    assert_eq!(printed.stdout, "d_is_ignored: test\ne_is_ignored: test\n");
}

#[solipsism::test]
async fn listed_as_json_lines_tests_are_told_as_libtest_does() {
    let printed = run(&[
        "-Zunstable-options",
        "--list",
        "--format=json",
        "is_ignored",
        "g_has",
        "--test-threads=1",
    ]);
    assert_eq!((printed.stderr.as_str(), printed.code), ("\n", Some(0)));
    expect![[r#"
        { "type": "suite", "event": "discovery" }
        { "type": "test", "event": "discovered", "name": "d_is_ignored", "ignore": true, "ignore_message": "it costs money", "source_path": "tests/src/bin/command_line.rs", "start_line": 31, "start_col": 10, "end_line": 31, "end_col": 22 }
        { "type": "test", "event": "discovered", "name": "e_is_ignored", "ignore": true, "ignore_message": "", "source_path": "tests/src/bin/command_line.rs", "start_line": 37, "start_col": 10, "end_line": 37, "end_col": 22 }
        { "type": "test", "event": "discovered", "name": "g_has_cases::case_1", "ignore": false, "ignore_message": "", "source_path": "tests/src/bin/command_line.rs", "start_line": 54, "start_col": 10, "end_line": 54, "end_col": 21 }
        { "type": "test", "event": "discovered", "name": "g_has_cases::case_2", "ignore": false, "ignore_message": "", "source_path": "tests/src/bin/command_line.rs", "start_line": 54, "start_col": 10, "end_line": 54, "end_col": 21 }
        { "type": "suite", "event": "completed", "tests": 4, "benchmarks": 0, "total": 4, "ignored": 2 }
    "#]].assert_eq(&printed.stdout);
}

#[solipsism::test]
async fn why_a_test_is_ignored_is_told() {
    reports(
        &["is_ignored", "is_skipped"],
        &expect![[r#"

            running 3 tests
            test d_is_ignored ... ignored (it costs money)
            test e_is_ignored ... ignored
            test f_is_skipped ... ignored (no display)

            test result: ok. 0 passed; 0 failed; 3 ignored; 0 measured; 15 filtered out; finished in …

        "#]],
    );
}

#[solipsism::test]
async fn quiet_is_terse_and_a_format_beats_it() {
    for line in [
        "-q a_passes h_fails",
        "--quiet a_passes h_fails",
        "--format=terse a_passes h_fails",
    ] {
        let printed = run_line(line);
        assert!(
            printed.stdout.starts_with("\nrunning 3 tests\n.F."),
            "{printed:?}"
        );
    }
    let printed = run_line("-q --format pretty a_passes h_fails");
    assert_eq!(told(&printed).len(), 3);
    let printed = run_line("--format json a_passes h_fails --shuffle -Z unstable-options");
    assert!(
        printed.stdout.lines().all(|line| line.starts_with("{ ")),
        "{printed:?}"
    );
}

#[solipsism::test]
async fn colours_are_there_when_asked_for() {
    for (when, is_there) in [("always", true), ("never", false), ("auto", false)] {
        let printed = run(&["a_passes", "--color", when]);
        assert_eq!(printed.stdout.contains('\u{1b}'), is_there, "{when}");
    }
}

#[solipsism::test]
async fn what_tests_print_goes_where_it_goes_if_anything_says_so() {
    for (line, goes) in [
        ("_passes", false),
        ("_passes --nocapture", true),
        ("_passes --no-capture", true),
        ("_passes --in-process", true),
        ("RUST_TEST_NOCAPTURE=1 _passes", true),
        ("RUST_TEST_NOCAPTURE=0 _passes", false),
    ] {
        assert_eq!(ran(&run_line(line)).is_empty(), !goes, "{line}");
    }
}

#[solipsism::test]
async fn a_log_file_gains_a_line_for_each_test_of_each_run(dir: TempDir) {
    let path = dir.path().join("log");
    let path = path.to_str().expect("it is Unicode");
    let printed = run(&["_passes", "ignored", "--logfile", path, "--skip", "shares"]);
    assert_eq!(told(&printed).len(), 4, "stdout is as ever");
    run(&["h_fails", "f_is", "--logfile", path, "--format", "terse"]);
    expect![[r#"
        ok a_passes
        ok c_passes
        ignored: it costs money d_is_ignored
        ignored e_is_ignored
        ignored: no display f_is_skipped
        failed h_fails
    "#]]
    .assert_eq(&fs::read_to_string(path).expect("it was written"));
}
