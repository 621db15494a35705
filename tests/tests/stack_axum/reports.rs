//! What a test tells that hangs behind `axum::serve`.

use expect_test::expect;
use solipsism_tests::run;

#[solipsism::test]
async fn a_handler_that_never_answers() {
    let printed = run(env!("CARGO_BIN_EXE_stack_axum_failures"), &[]);
    expect![[r#"

        running 1 test
        test a_handler_never_answers ... FAILED

        failures:

        ---- a_handler_never_answers ----
        sleeps forever: at 0ns nothing in this world can wake the body
          the body, at tests/src/bin/stack_axum_failures.rs:11:10
            waits for something that is not solipsism's: a channel, a lock, a future of another crate
          task 1 `server`, spawned at tests/src/bin/stack_axum_failures.rs:19:10, in the background
            waits for a connection to 10.176.141.155:80 (api.internal) since 0ns
          task 2 `hyper`, spawned at solipsism/src/hyper/executor.rs:34:5, in the background
            waits to read from 10.176.141.155:80 (api.internal), at 10.0.0.1:32768 (localhost), since 0ns: 0 bytes unread, peer open, peer last used by a tokio task
          1 tokio task; what it waits for inside of tokio cannot be seen
            one waits to read from 10.0.0.1:32768 (localhost), at 10.176.141.155:80 (api.internal), since 0ns: 0 bytes unread, peer open, peer last used by task 2 `hyper`
          no timer of tokio's is set; whether another thread will wake a tokio task cannot be seen
          no task is ready, no deadline is set, no packet is under way, no blocking job is out, and no outside wake was announced (`event_loop.external()` does)
          run it again: cargo test a_handler_never_answers -- --exact   (not repeatable where an unbiased `tokio::select!` is used)


        failures:
            a_handler_never_answers

        test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in …

    "#]].assert_eq(&printed.stdout);
}
