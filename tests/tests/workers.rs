//! Worker processes: what a test does to its process is told of that test and of no other, with all that it printed, and the rest
//! goes on.

use std::process::Command;

use expect_test::{Expect, expect};
use solipsism_tests::{Printed, output};

/// What the program prints with these arguments, which is the same at any number of workers.
#[track_caller]
fn reports(arguments: &[&str], expected: &Expect) {
    let printed = ["1", "2", "8"].map(|threads| {
        let Printed {
            stdout,
            stderr,
            code,
        } = run(&[arguments, &["--test-threads", threads]].concat());
        assert_eq!((stderr.as_str(), code), ("\n", Some(101)));
        without_thread(&stdout)
    });
    assert_eq!(printed[0], printed[1]);
    assert_eq!(printed[0], printed[2]);
    expected.assert_eq(&printed[0]);
}

/// The system numbers the thread whose stack overflows.
fn without_thread(text: &str) -> String {
    let Some((before, after)) = text.split_once("thread 'overflows_its_stack' (") else {
        return text.to_owned();
    };
    let (_, after) = after.split_once(')').expect("a number in parentheses");
    format!("{before}thread 'overflows_its_stack' (…){after}")
}

fn run(arguments: &[&str]) -> Printed {
    output(Command::new(env!("CARGO_BIN_EXE_workers")).args(arguments))
}

#[solipsism::test]
async fn a_test_that_ends_its_process_is_named_and_the_others_go_on() {
    reports(
        &["aborts", "exits", "overflows", "passes"],
        &expect![[r#"

            running 6 tests
            test aborts              ... FAILED
            test exits               ... FAILED
            test overflows_its_stack ... FAILED
            test prints_and_passes   ... ok
            test shares::a_passes    ... ok
            test shares::b_aborts    ... FAILED

            failures:

            ---- aborts ----
            the process in which it ran was killed by signal 6 (SIGABRT)
              run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin workers aborts -- --exact
              it printed:
                before

            ---- exits ----
            the process in which it ran ended with code 0, as by a call of `exit`
              run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin workers exits -- --exact
              it printed:
                without an end

            ---- overflows_its_stack ----
            the process in which it ran was killed by signal 6 (SIGABRT)
              run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin workers overflows_its_stack -- --exact
              it printed:
                thread 'overflows_its_stack' (…) has overflowed its stack
                fatal runtime error: stack overflow, aborting

            ---- shares::b_aborts ----
            the process in which it ran was killed by signal 6 (SIGABRT)
              not torn down, since it was there: `db`, at tests/src/bin/workers.rs:86:4
              run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin workers shares::b_aborts -- --exact


            failures:
                aborts
                exits
                overflows_its_stack
                shares::b_aborts

            test result: FAILED. 2 passed; 4 failed; 0 ignored; 0 measured; 10 filtered out; finished in …

        "#]],
    );
}

#[solipsism::test]
async fn a_test_that_never_comes_back_is_named_and_the_others_go_on() {
    reports(
        &["spins", "passes"],
        &expect![[r#"

            running 4 tests
            test prints_and_passes             ... ok
            test shares::a_passes              ... ok
            test spins                         ... FAILED
            test spins_with_the_lock_of_stdout ... FAILED

            failures:

            ---- spins ----
            wall limit: not finished after 200ms of real time, at 0ns
              stuck inside one poll of the body, at tests/src/bin/workers.rs:30:10
              run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin workers spins -- --exact
              it printed:
                spinning

            ---- spins_with_the_lock_of_stdout ----
            wall limit: not finished after 200ms of real time, at 0ns
              stuck inside one poll of the body, at tests/src/bin/workers.rs:39:10
              run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin workers spins_with_the_lock_of_stdout -- --exact
              it printed:
                spinning


            failures:
                spins
                spins_with_the_lock_of_stdout

            test result: FAILED. 2 passed; 2 failed; 0 ignored; 0 measured; 12 filtered out; finished in …

        "#]],
    );
}

#[solipsism::test]
async fn a_test_that_fails_is_shown_with_what_it_printed_in_order() {
    reports(
        &["in_every_way", "passes", "stdin"],
        &expect![[r#"

            running 4 tests
            test prints_and_passes   ... ok
            test prints_in_every_way ... FAILED
            test reads_stdin         ... ok
            test shares::a_passes    ... ok

            failures:

            ---- prints_in_every_way ----
            panicked at tests/src/bin/workers.rs:60:5:
            all was printed
              in the body, at 0ns
              run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin workers prints_in_every_way -- --exact
              it printed:
                to stdout
                to stderr
                from a thread
                from a process
                no text: �
                without an end


            failures:
                prints_in_every_way

            test result: FAILED. 3 passed; 1 failed; 0 ignored; 0 measured; 12 filtered out; finished in …

        "#]],
    );
}

#[solipsism::test]
async fn of_much_that_is_printed_the_beginning_and_the_end_are_shown() {
    let Printed { stdout, .. } = run(&["prints_more", "prints_and_passes"]);
    let lines = stdout
        .lines()
        .map(|it| it.strip_prefix("    ").unwrap_or(it));
    let stdout = lines.collect::<Vec<_>>().join("\n");
    let (before, after) = stdout.split_once("\n… ").expect("something is left out");
    let (count, after) = after
        .split_once(" bytes are left out here …\n")
        .expect("it is said how much");
    let lines = (0..100_000).map(|line| format!("line {line} of very many"));
    let all = lines.collect::<Vec<_>>().join("\n");
    let (_, beginning) = before.split_once("it printed:\n").expect("it is shown");
    let (end, _) = after
        .split_once("\n\n\nfailures:")
        .expect("the list follows");
    assert!(all.starts_with(beginning) && all.ends_with(end));
    let left_out: usize = count.parse().unwrap();
    assert_eq!(beginning.len() + left_out + end.len(), all.len());
}

#[solipsism::test]
async fn who_comes_after_an_abort_has_another_database() {
    reports(
        &["shares"],
        &expect![[r#"

            running 3 tests
            test shares::a_passes ... ok
            test shares::b_aborts ... FAILED
            test shares::c_fails  ... FAILED

            failures:

            ---- shares::b_aborts ----
            the process in which it ran was killed by signal 6 (SIGABRT)
              not torn down, since it was there: `db`, at tests/src/bin/workers.rs:86:4; set up again for the tests to come
              run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin workers shares::b_aborts -- --exact

            ---- shares::c_fails ----
            panicked at tests/src/bin/workers.rs:108:9:
            and its database is another
              in the body, at 0ns
              run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin workers shares::c_fails -- --exact
              it printed:
                set up
                torn down


            failures:
                shares::b_aborts
                shares::c_fails

            test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 13 filtered out; finished in …

        "#]],
    );
}

#[solipsism::test]
async fn what_came_after_a_verdict_is_told_at_the_end() {
    let Printed { stdout, .. } = run(&["late", "--test-threads", "1"]);
    expect![[r#"

        running 2 tests
        test late::a_waits    ... FAILED
        test late::b_wakes_it ... ok

        failures:

        ---- late::a_waits ----
        sleeps forever: at 0ns nothing in this world can wake the body
          the body, at tests/src/bin/workers.rs:125:14
            waits for futures::channel::oneshot::Receiver: its sender is alive and has sent nothing
              late::a_waits  tests/src/bin/workers.rs:134  receiver.await.expect("the sender sends");
          no task is ready, no deadline is set, no packet is under way, no blocking job is out, and no outside wake was announced (`event_loop.external()` does)
          solipsism's feature `dwarf` looks further: into combinators, at futures without a waker, and for who holds what
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin workers late::a_waits -- --exact


        failures:
            late::a_waits

        test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 14 filtered out; finished in …

        after the verdict on late::a_waits: after this verdict thread `without a name` woke the body: hold an `event_loop.external()` guard for as long as it may
    "#]].assert_eq(&stdout);
}

#[solipsism::test]
async fn a_panic_hook_does_not_outlive_the_test_that_set_it() {
    reports(
        &["spoils"],
        &expect![[r#"

        running 2 tests
        test spoils::a_sets_a_panic_hook ... ok
        test spoils::b_panics            ... FAILED

        failures:

        ---- spoils::b_panics ----
        panicked at tests/src/bin/workers.rs:156:9:
        the report says where
          in the body, at 0ns
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin workers spoils::b_panics -- --exact


        failures:
            spoils::b_panics

        test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 14 filtered out; finished in …

    "#]],
    );
}

#[solipsism::test]
async fn one_test_alone_runs_in_the_process_itself() {
    let Printed { stdout, .. } = run(&["prints_and_passes"]);
    assert!(stdout.contains("nobody wants to know"), "{stdout}");
    let Printed { stdout, .. } = run(&["passes"]);
    assert!(!stdout.contains("nobody wants to know"), "{stdout}");
    for here in ["--nocapture", "--in-process"] {
        let Printed { stdout, .. } = run(&["passes", here]);
        assert!(stdout.contains("nobody wants to know"), "{stdout}");
    }
}

solipsism::main!();
