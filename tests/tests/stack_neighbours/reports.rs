//! What is told of a property that does not hold.

use expect_test::expect;
use solipsism_tests::run;

const FAILURES: &str = env!("CARGO_BIN_EXE_stack_neighbours_failures");

#[solipsism::test]
async fn a_hang_is_told_with_the_least_input() {
    let printed = run(FAILURES, &["hangs_from_a_hundred_on"]);
    expect![[r#"

        running 1 test
        test hangs_from_a_hundred_on ... FAILED

        failures:

        ---- hangs_from_a_hundred_on ----
        panicked at tests/src/bin/stack_neighbours_failures.rs:43:36:
        Test failed: never woken: at 100ms the body waits and no waker of it is alive, so nothing can ever wake it
          the body, at tests/src/bin/stack_neighbours_failures.rs:16:38
            kept no waker: nothing can ever wake it
            last woken by a deadline
          solipsism's feature `dwarf` looks further: into combinators, at futures without a waker, and for who holds what.
        minimal failing input: 100
          in the body, at 0ns
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin stack_neighbours_failures hangs_from_a_hundred_on -- --exact


        failures:
            hangs_from_a_hundred_on

        test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 2 filtered out; finished in …

    "#]].assert_eq(&printed.stdout);
}

#[solipsism::test]
async fn a_property_that_does_not_hold_shrinks() {
    let printed = run(FAILURES, &["is_false_from_a_hundred_on"]);
    expect![[r#"

        running 1 test
        test is_false_from_a_hundred_on ... FAILED

        failures:

        ---- is_false_from_a_hundred_on ----
        panicked at tests/src/bin/stack_neighbours_failures.rs:57:36:
        Test failed: assertion failed: elapsed < Duration::from_millis(100) at tests/src/bin/stack_neighbours_failures.rs:54.
        minimal failing input: 100
          in the body, at 0ns
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin stack_neighbours_failures is_false_from_a_hundred_on -- --exact


        failures:
            is_false_from_a_hundred_on

        test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 2 filtered out; finished in …

    "#]].assert_eq(&printed.stdout);
}

#[solipsism::test]
async fn a_world_inside_of_a_test_is_refused() {
    let printed = run(FAILURES, &["runs_a_world_inside_of_one"]);
    expect![[r#"

        running 1 test
        test runs_a_world_inside_of_one ... FAILED

        failures:

        ---- runs_a_world_inside_of_one ----
        panicked at tests/src/bin/stack_neighbours_failures.rs:62:22:
        `EventLoop::block_on` was called inside of a running event loop or executor, which would block it for ever: `.await` the future, or `solipsism::spawn` it
          in the body, at 0ns
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin stack_neighbours_failures runs_a_world_inside_of_one -- --exact


        failures:
            runs_a_world_inside_of_one

        test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 2 filtered out; finished in …

    "#]].assert_eq(&printed.stdout);
}
