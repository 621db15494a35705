//! A run outlives what becomes of its worker processes, and what they and it find missing.

use std::process::Command;

use expect_test::expect;
use solipsism_tests::{Printed, output};

const BINARY: &str = env!("CARGO_BIN_EXE_enduring");

#[solipsism::test]
async fn whatever_becomes_of_a_process_is_told_of_the_test_that_did_it() {
    let printed = ["1", "2", "8"].map(|threads| {
        let Printed { stdout, code, .. } =
            output(Command::new(BINARY).args(["--test-threads", threads]));
        assert_eq!(code, Some(101));
        stdout
    });
    assert_eq!(printed[0], printed[1]);
    assert_eq!(printed[0], printed[2]);
    expect![[r#"

        running 7 tests
        test a_changes_the_directory              ... ok
        test b_finds_its_directory                ... ok
        test c_stops_its_process                  ... FAILED
        test d_leaves_a_process_behind_and_aborts ... FAILED
        test e_exits_elsewhere                    ... FAILED
        test f_ends_with_its_thread               ... FAILED
        test g_passes                             ... ok

        failures:

        ---- c_stops_its_process ----
        the process in which it ran was stopped by a signal (SIGSTOP), did not go on and was killed for that
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin enduring c_stops_its_process -- --exact
          it printed:
            before

        ---- d_leaves_a_process_behind_and_aborts ----
        the process in which it ran was killed by signal 6 (SIGABRT)
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin enduring d_leaves_a_process_behind_and_aborts -- --exact

        ---- e_exits_elsewhere ----
        the process in which it ran ended with code 7, as by a call of `exit`
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin enduring e_exits_elsewhere -- --exact

        ---- f_ends_with_its_thread ----
        the process in which it ran was killed by signal 6 (SIGABRT)
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin enduring f_ends_with_its_thread -- --exact


        failures:
            c_stops_its_process
            d_leaves_a_process_behind_and_aborts
            e_exits_elsewhere
            f_ends_with_its_thread

        test result: FAILED. 3 passed; 4 failed; 0 ignored; 0 measured; 0 filtered out; finished in …

    "#]].assert_eq(&printed[0]);
}

/// They print there and meet there, as long as they can.
#[solipsism::test]
async fn another_directory_is_found_for_temporary_files() {
    let too_long = format!("/tmp/{}", "x".repeat(200));
    for directory in ["/nonexistent", "/proc", &too_long] {
        let mut run = Command::new(BINARY);
        let run = run.args(["a_changes", "b_finds", "g_passes"]);
        let Printed {
            stdout,
            stderr,
            code,
        } = output(run.env("TMPDIR", directory));
        // It is in a file, and was not let out.
        assert!(!stdout.contains("false"), "{directory}: {stdout}");
        assert_eq!((stderr.as_str(), code), ("\n", Some(0)), "{directory}");
    }
}

#[solipsism::test]
async fn without_processes_the_tests_run_here() {
    let limit = "ulimit -n 7; exec \"$0\" b_finds g_passes";
    let Printed {
        stdout,
        stderr,
        code,
    } = output(Command::new("sh").args(["-c", limit, BINARY]));
    assert!(stdout.contains("2 passed"), "{stdout}");
    assert!(
        stderr.starts_with("note: no worker process could be started: "),
        "{stderr}"
    );
    assert_eq!(code, Some(0));
}

solipsism::main!();
