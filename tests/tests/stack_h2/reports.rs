//! What a test tells that hangs in HTTP/2.

use expect_test::expect;
use solipsism_tests::run;

const FAILURES: &str = env!("CARGO_BIN_EXE_stack_h2_failures");

#[solipsism::test]
async fn a_body_that_never_comes() {
    let printed = run(FAILURES, &["a_body_never_comes"]);
    expect![[r#"

        running 1 test
        test a_body_never_comes ... FAILED

        failures:

        ---- a_body_never_comes ----
        sleeps forever: at 0ns nothing in this world can wake the body
          the body, at tests/src/bin/stack_h2_failures.rs:48:10
            waits for h2::share::RecvStream::data
              a_body_never_comes  tests/src/bin/stack_h2_failures.rs:54  body.data().await;
            last woken by task 2 `connection`
          task 1 `server`, spawned at tests/src/bin/stack_h2_failures.rs:26:35, in the background
            waits for h2::server::Connection::accept
            waits to read from 10.255.255.254:32768 (localhost), at 10.176.141.155:80 (api.internal), since 0ns: 54 bytes read, 0 unread, peer open, peer last used by task 2 `connection`
            both of these in
              serve  tests/src/bin/stack_h2_failures.rs:20  while let Some(asked) = connection.accept().await {
          task 2 `connection`, spawned at tests/src/bin/stack_h2_failures.rs:43:10, in the background
            waits for h2::client::Connection
            waits to read from 10.176.141.155:80 (api.internal), at 10.255.255.254:32768 (localhost), since 0ns: 28 bytes read, 0 unread, peer open, peer last used by task 1 `server`
            both of these in
              drive  tests/src/bin/stack_h2_failures.rs:40  let driving = async { connection.await.expect("it is well") };
          no task is ready, no deadline is set, no packet is under way, no blocking job is out, and no outside wake was announced (`event_loop.external()` does)
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin stack_h2_failures a_body_never_comes -- --exact


        failures:
            a_body_never_comes

        test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 3 filtered out; finished in …

    "#]].assert_eq(&printed.stdout);
}

#[solipsism::test]
async fn a_window_that_never_opens() {
    let printed = run(FAILURES, &["a_window_never_opens"]);
    expect![[r#"

        running 1 test
        test a_window_never_opens ... FAILED

        failures:

        ---- a_window_never_opens ----
        sleeps forever: at 0ns nothing in this world can wake the body
          the body, at tests/src/bin/stack_h2_failures.rs:58:10
            waits for h2::share::SendStream
              a_window_never_opens  tests/src/bin/stack_h2_failures.rs:65  let room = poll_fn(|cx| body.poll_capacity(cx)).await;
            last woken by task 2 `connection`
          task 1 `server`, spawned at tests/src/bin/stack_h2_failures.rs:26:35, in the background
            waits for h2::server::Connection::accept
            waits to read from 10.255.255.254:32768 (localhost), at 10.176.141.155:80 (api.internal), since 0ns: 66183 bytes read, 0 unread, peer open, peer last used by task 2 `connection`
            both of these in
              serve  tests/src/bin/stack_h2_failures.rs:20  while let Some(asked) = connection.accept().await {
          task 2 `connection`, spawned at tests/src/bin/stack_h2_failures.rs:43:10, in the background
            waits for h2::client::Connection
            waits to read from 10.176.141.155:80 (api.internal), at 10.255.255.254:32768 (localhost), since 0ns: 28 bytes read, 0 unread, peer open, peer last used by task 1 `server`
            both of these in
              drive  tests/src/bin/stack_h2_failures.rs:40  let driving = async { connection.await.expect("it is well") };
          no task is ready, no deadline is set, no packet is under way, no blocking job is out, and no outside wake was announced (`event_loop.external()` does)
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin stack_h2_failures a_window_never_opens -- --exact


        failures:
            a_window_never_opens

        test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 3 filtered out; finished in …

    "#]].assert_eq(&printed.stdout);
}

#[solipsism::test]
async fn a_connection_that_nobody_drives() {
    let printed = run(FAILURES, &["nobody_drives_the_connection"]);
    expect![[r#"

        running 1 test
        test nobody_drives_the_connection ... FAILED

        failures:

        ---- nobody_drives_the_connection ----
        sleeps forever: at 0ns nothing in this world can wake the body
          the body, at tests/src/bin/stack_h2_failures.rs:74:10
            waits for h2::client::ResponseFuture
              nobody_drives_the_connection  tests/src/bin/stack_h2_failures.rs:78  response.await.expect("it has a head");
          task 1 `server`, spawned at tests/src/bin/stack_h2_failures.rs:26:35, in the background
            waits for h2::server::Connection::accept
            waits to read from 10.255.255.254:32768 (localhost), at 10.176.141.155:80 (api.internal), since 0ns: 24 bytes read, 0 unread, peer open, peer last used by the body
            both of these in
              serve  tests/src/bin/stack_h2_failures.rs:20  while let Some(asked) = connection.accept().await {
          no task is ready, no deadline is set, no packet is under way, no blocking job is out, and no outside wake was announced (`event_loop.external()` does)
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin stack_h2_failures nobody_drives_the_connection -- --exact


        failures:
            nobody_drives_the_connection

        test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 3 filtered out; finished in …

    "#]].assert_eq(&printed.stdout);
}

#[solipsism::test]
async fn a_hang_in_a_world_that_hosts_tokio() {
    let printed = run(FAILURES, &["hangs_in_a_world_that_hosts_tokio"]);
    expect![[r#"

        running 1 test
        test hangs_in_a_world_that_hosts_tokio ... FAILED

        failures:

        ---- hangs_in_a_world_that_hosts_tokio ----
        sleeps forever: at 0ns nothing in this world can wake the body
          the body, at tests/src/bin/stack_h2_failures.rs:82:10
            waits for h2::share::RecvStream::data
              hangs_in_a_world_that_hosts_tokio  tests/src/bin/stack_h2_failures.rs:88  body.data().await;
            last woken by a tokio task
          task 1 `server`, spawned at tests/src/bin/stack_h2_failures.rs:26:35, in the background
            waits for h2::server::Connection::accept
            waits to read from 10.255.255.254:32768 (localhost), at 10.176.141.155:80 (api.internal), since 0ns: 54 bytes read, 0 unread, peer open, peer last used by a tokio task
            both of these in
              serve  tests/src/bin/stack_h2_failures.rs:20  while let Some(asked) = connection.accept().await {
          a tokio task
            waits to read from 10.176.141.155:80 (api.internal), at 10.255.255.254:32768 (localhost), since 0ns: 28 bytes read, 0 unread, peer open, peer last used by task 1 `server`
          no timer of tokio's is set; whether another thread will wake a tokio task cannot be seen
          no task is ready, no deadline is set, no packet is under way, no blocking job is out, and no outside wake was announced (`event_loop.external()` does)
          solipsism's feature `dwarf` looks further: into combinators, at tokio's tasks, at futures without a waker, and for who holds what
          left behind, perhaps since it failed: 1 tokio task is still alive; where it was spawned tokio does not tell; it has 1 TCP stream to 10.176.141.155:80 (api.internal)
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin stack_h2_failures hangs_in_a_world_that_hosts_tokio -- --exact   (not repeatable where an unbiased `tokio::select!` is used)


        failures:
            hangs_in_a_world_that_hosts_tokio

        test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 3 filtered out; finished in …

    "#]].assert_eq(&printed.stdout);
}
