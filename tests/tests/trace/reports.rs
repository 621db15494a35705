//! Traces in reports: those that were asked for, and those of a second run.

use expect_test::{Expect, expect, expect_file};
use solipsism_tests::{Printed, output, run};

const TRACED: &str = env!("CARGO_BIN_EXE_traced");

/// What the program prints, which is the same at any number of workers.
fn printed(arguments: &[&str]) -> Printed {
    let mut printed = ["1", "2", "8"]
        .map(|threads| run(TRACED, &[arguments, &["--test-threads", threads]].concat()))
        .into_iter();
    let first = printed.next().expect("there are three");
    for other in printed {
        assert_eq!(other, first);
    }
    first
}

/// The reports alone.
#[track_caller]
fn reports(arguments: &[&str], expected: &Expect) {
    let Printed { stdout, .. } = printed(arguments);
    let (_, after) = stdout.split_once("failures:\n").expect("there are some");
    let (reports, _) = after
        .split_once("\n\nfailures:\n")
        .expect("they are listed");
    expected.assert_eq(reports);
}

#[solipsism::test]
async fn the_last_events_are_a_part_of_each_report() {
    let Printed { stdout, .. } = printed(&["--trace", "--skip", "is_long"]);
    expect_file!["../reports/traced.txt"].assert_eq(&stdout);
}

#[solipsism::test]
async fn so_many_are_told_as_were_asked_for() {
    reports(
        &["is_long", "--trace", "2"],
        &expect![[r#"

        ---- is_long ----
        panicked at tests/src/bin/traced.rs:53:5:
        at last
          in the body, at 1s
          the trace:
            … 1998 earlier events left out
            999ms  the body sets a deadline for 1s, at tests/src/bin/traced.rs:51:9
            1s     the body is woken by a deadline, set at tests/src/bin/traced.rs:51:9
          run it again: SOLIPSISM_TRACE=2 cargo test -p solipsism-tests --bin traced is_long -- --exact
    "#]],
    );
    let asked = |command: &mut std::process::Command| output(command.args(["is_long"])).stdout;
    let mut command = std::process::Command::new(TRACED);
    let by_variable = asked(command.env("SOLIPSISM_TRACE", "2"));
    assert!(
        by_variable.contains("\n    … 1998 earlier events left out\n"),
        "{by_variable}"
    );
    // The flag beats it, and the line that runs it again asks for as many.
    let by_both = asked(command.args(["--trace=3"]));
    assert!(
        by_both.contains("SOLIPSISM_TRACE=3 cargo test"),
        "{by_both}"
    );
}

#[solipsism::test]
async fn a_failed_test_is_run_once_more_for_its_events() {
    reports(
        &["--trace-failures", "panics_at", "does_not_panic", "sharing"],
        &expect![[r#"

            ---- does_not_panic ----
            note: test did not panic as expected at tests/src/bin/traced.rs:102:10
              it was run again for its events, and failed alike
              the trace:
                0ns  the body spawns task 1, at tests/src/bin/traced.rs:103:5
                0ns  task 1 finishes
                0ns  the body is woken by the end of task 1
              run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin traced does_not_panic -- --exact
              it printed:
                run again for its events, does_not_panic begins

            ---- panics_at_its_third_try ----
            background task failed at 3s: task 1, spawned at tests/src/bin/traced.rs:43:16, panicked at tests/src/bin/traced.rs:43:41:
            no more
            than that
              it was run again for its events, and failed alike
              the trace:
                0ns  the body sets a deadline for 10s, at tests/src/bin/traced.rs:38:20
                0ns  the body sets a deadline for 1s, at tests/src/bin/traced.rs:39:17
                1s   the body is woken by a deadline, set at tests/src/bin/traced.rs:39:17
                1s   the body prints: attempt 1 timed out
                1s   the body sets a deadline for 11s, at tests/src/bin/traced.rs:38:20
                1s   the body sets a deadline for 3s, at tests/src/bin/traced.rs:39:17
                3s   the body is woken by a deadline, set at tests/src/bin/traced.rs:39:17
                3s   the body prints: attempt 2 timed out
                3s   the body spawns task 1, at tests/src/bin/traced.rs:43:16
                3s   the body sets a deadline for 4s, at tests/src/bin/traced.rs:45:5
                3s   task 1 panics: no more …
              run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin traced panics_at_its_third_try -- --exact
              it printed:
                attempt 1 timed out
                attempt 2 timed out
                run again for its events, panics_at_its_third_try begins
                attempt 1 timed out
                attempt 2 timed out

            ---- sharing::second ----
            panicked at tests/src/bin/traced.rs:165:9:
            of this one alone
              in the body, at 9.5s
              it was not run again for its events, since what it shares with others is not as it was: the line below runs it with all it needs
              run it again, along with those before it in its loop: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin traced -- --exact sharing::first sharing::second
        "#]],
    );
}

#[solipsism::test]
async fn a_second_run_that_differs_is_told() {
    reports(
        &["--trace-failures", "counts_its_runs"],
        &expect![[r#"

        ---- counts_its_runs ----
        panicked at tests/src/bin/traced.rs:133:5:
        run 0
          in the body, at 0ns
          it was run again for its events, and came to something else, so that not its seed alone decides: it failed otherwise:
            panicked at tests/src/bin/traced.rs:133:5:
            run 1
              in the body, at 1s
          the trace:
            0ns  the body sets a deadline for 1s, at tests/src/bin/traced.rs:132:5
            1s   the body is woken by a deadline, set at tests/src/bin/traced.rs:132:5
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin traced counts_its_runs -- --exact
          it printed:
            run again for its events, counts_its_runs begins
    "#]],
    );
}

#[solipsism::test]
async fn nothing_is_told_unless_it_is_asked_for() {
    let Printed { stdout, .. } = printed(&["panics_at"]);
    assert!(!stdout.contains("the trace:"), "{stdout}");
    assert!(
        stdout.contains("SOLIPSISM_TRACE=100 cargo test"),
        "{stdout}"
    );
}

#[solipsism::test]
async fn with_debug_those_of_passing_tests_are_told_too() {
    let Printed { stdout, .. } = run(TRACED, &["sharing::first", "--trace", "--debug"]);
    let (_, traces) = stdout.split_once("traces:\n").expect("there are some");
    assert!(
        traces.contains("\n  the trace:\n    5s  the body sets a deadline for 8s"),
        "{traces}"
    );
}

#[solipsism::test]
async fn the_page_shows_what_is_told() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../solipsism/docs/running.md");
    let page = std::fs::read_to_string(path).expect("the page is there");
    let Printed { stdout, .. } = run(TRACED, &["panics_at", "--trace", "9"]);
    let blocks: Vec<_> = page.split("```text\n").skip(1).collect();
    assert_eq!(blocks.len(), 2);
    for block in blocks {
        let (block, _) = block.split_once("```").expect("it ends");
        let block = block.replace("SOLIPSISM_TRACE=100", "SOLIPSISM_TRACE=9");
        assert!(
            stdout.contains(&block),
            "not told:\n{block}\nbut:\n{stdout}"
        );
    }
}
