//! What a test tells that waits for a list to which nobody pushes.

use expect_test::expect;
use solipsism_tests::run;

#[solipsism::test]
async fn a_pop_of_what_nobody_pushes() {
    let printed = run(env!("CARGO_BIN_EXE_stack_redis_failures"), &[]);
    expect![[r#"

        running 1 test
        test nobody_pushes ... FAILED

        failures:

        ---- nobody_pushes ----
        sleeps forever: at 0ns nothing in this world can wake the body
          the body, at tests/src/bin/stack_redis_failures.rs:11:10
            waits for redis::commands::AsyncCommands::blpop
              nobody_pushes  tests/src/bin/stack_redis_failures.rs:38  let popped = redis.blpop::<_, (String, String)>("jobs", 0.0).await;
            last woken by task 1 `server`
          task 1 `server`, spawned at tests/src/bin/stack_redis_failures.rs:28:10, in the background
            waits for tokio::sync::Notify::notified: it was not notified since it began to wait
              nobody_pushes  tests/src/bin/stack_redis_failures.rs:24  Notify::new().notified().await;
            last woken by a tokio task
          a tokio task
            waits to read from 10.214.210.205:6379 (redis.internal), at 10.255.255.254:32768 (localhost), since 0ns: 10 bytes read, 0 unread, peer open, peer last used by task 1 `server`
          no timer of tokio's is set; whether another thread will wake a tokio task cannot be seen
          no task is ready, no deadline is set, no packet is under way, no blocking job is out, and no outside wake was announced (`event_loop.external()` does)
          solipsism's feature `dwarf` looks further: into combinators, at tokio's tasks, at futures without a waker, and for who holds what
          left behind, perhaps since it failed: 1 tokio task is still alive; where it was spawned tokio does not tell; it has 1 TCP stream to 10.214.210.205:6379 (redis.internal)
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin stack_redis_failures nobody_pushes -- --exact   (not repeatable where an unbiased `tokio::select!` is used)


        failures:
            nobody_pushes

        test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in …

    "#]].assert_eq(&printed.stdout);
}
