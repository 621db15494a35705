//! What is printed of records, and where.

use std::process::Command;

use expect_test::expect;
use solipsism_tests::run;

const FAILURES: &str = env!("CARGO_BIN_EXE_stack_tracing_failures");

#[solipsism::test]
async fn a_hang_with_its_records() {
    let printed = run(FAILURES, &["waits_for_a_worker_that_never_ends"]);
    // Where the harness's own first lines come between, the threads decide.
    let told = [
        "printed before\n",
        "60s  INFO worker{id=7}: stack_tracing_failures: one job done\n",
        "printed between\n",
    ];
    let places = told.map(|line| printed.stdout.find(line).expect("it is there"));
    assert!(places.is_sorted(), "{}", printed.stdout);
    let (_, report) = printed.stdout.split_once("failures:\n").expect("it failed");
    expect![[r#"

        ---- waits_for_a_worker_that_never_ends ----
        sleeps forever: at 60s nothing in this world can wake the body
          task 1 `worker`, spawned at tests/src/bin/stack_tracing_failures.rs:30:10
            kept no waker: nothing can ever wake it
            last woken by a deadline
          the body, at tests/src/bin/stack_tracing_failures.rs:18:10, asleep since 0ns
            waits for task 1 `worker` to finish
              waits_for_a_worker_that_never_ends  tests/src/bin/stack_tracing_failures.rs:31  Builder::new().name("worker").spawn(work).await
          no task is ready, no deadline is set, no packet is under way, no blocking job is out, and no outside wake was announced (`event_loop.external()` does)
          solipsism's feature `dwarf` looks further: into combinators, at futures without a waker, and for who holds what
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin stack_tracing_failures waits_for_a_worker_that_never_ends -- --exact


        failures:
            waits_for_a_worker_that_never_ends

        test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 1 filtered out; finished in …

        1 test, 1 minute of virtual time in …
    "#]].assert_eq(report);
}

#[solipsism::test]
async fn a_filter_that_is_none() {
    let printed = run(FAILURES, &["is_given_a_filter_that_is_none"]);
    expect![[r#"

        running 1 test
        test is_given_a_filter_that_is_none ... FAILED

        failures:

        ---- is_given_a_filter_that_is_none ----
        fixture `Logs`: its set-up failed
        returned an error at 0ns: `filter` is "my_crate=loud", which is no filter (error parsing level filter: expected one of "off", "error", "warn", "info", "debug", "trace", or a number 0-5): write a level, such as "debug", or levels by target, such as "warn,my_crate=debug"
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin stack_tracing_failures is_given_a_filter_that_is_none -- --exact


        failures:
            is_given_a_filter_that_is_none

        test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 1 filtered out; finished in …

        errors: 1 test failed by a fixture of its own
    "#]].assert_eq(&printed.stdout);
}

#[solipsism::test]
#[case::more("debug", &["one job done", "now the next"])]
#[case::none("off", &[])]
async fn a_variable_says_what_is_printed(#[case] wanted: &str, #[case] told: &[&str]) {
    let mut command = Command::new(FAILURES);
    command.arg("waits_for").env("RUST_LOG", wanted);
    let printed = command.output().expect("it can be run").stdout;
    let printed = String::from_utf8_lossy(&printed);
    for text in ["one job done", "now the next"] {
        assert_eq!(printed.contains(text), told.contains(&text), "{printed}");
    }
}
