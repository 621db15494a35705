//! Every way to ask for a trace in the wrong way, and its cure.

use expect_test::{Expect, expect};
use solipsism::EventLoop;
use solipsism_tests::output;

#[track_caller]
fn refusal(arguments: &[&str], variables: &[(&str, &str)], expected: &Expect) {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_traced"));
    let printed = output(command.args(arguments).envs(variables.iter().copied()));
    assert_eq!((printed.stdout.as_str(), printed.code), ("\n", Some(101)));
    expected.assert_eq(&printed.stderr);
}

#[solipsism::test]
async fn of_no_events_or_none_that_can_be_counted() {
    refusal(
        &["--trace=0"],
        &[],
        &expect![[r#"
        error: invalid value '0' for '--trace [<COUNT>]': it is a number, 1 or more: how many of the last events are told, or 100 if left out; write a filter before the flag

        For more information, try '--help'.
    "#]],
    );
    refusal(
        &["--trace", "abc"],
        &[],
        &expect![[r#"
        error: invalid value 'abc' for '--trace [<COUNT>]': it is a number, 1 or more: how many of the last events are told, or 100 if left out; write a filter before the flag

        For more information, try '--help'.
    "#]],
    );
    refusal(
        &["--trace-failures=1"],
        &[],
        &expect![[r#"
        error: unexpected value '1' for '--trace-failures' found; no more were expected

        Usage: traced --trace-failures [FILTER]...

        For more information, try '--help'.
    "#]],
    );
}

#[solipsism::test]
async fn by_a_variable() {
    refusal(
        &[],
        &[("SOLIPSISM_TRACE", "yes")],
        &expect![[r#"
        error: the environment variable `SOLIPSISM_TRACE` is "yes": it is a number, 1 or more: how many of the last events are told, such as 100; or unset it
    "#]],
    );
    refusal(
        &[],
        &[("SOLIPSISM_TRACE_FAILURES", "all")],
        &expect![[r#"
        error: the environment variable `SOLIPSISM_TRACE_FAILURES` is "all": it is 1 to run each test that fails once more for its events, or 0 not to; or unset it
    "#]],
    );
}

#[solipsism::test]
#[should_panic(
    expected = "`trace` was called on a loop of which no events are kept: call `start_trace` before"
)]
async fn of_a_loop_that_keeps_none(event_loop: EventLoop) {
    event_loop.trace();
}

#[solipsism::test]
#[should_panic(expected = "a trace of no events tells nothing: keep 1 or more")]
async fn by_a_count_of_zero(event_loop: EventLoop) {
    event_loop.start_trace(0);
}
