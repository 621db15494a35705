//! What a test tells that hangs in a call.

use expect_test::expect;
use solipsism_tests::run;

const FAILURES: &str = env!("CARGO_BIN_EXE_stack_tonic_failures");

#[solipsism::test]
async fn a_handler_that_never_answers() {
    let printed = run(FAILURES, &["a_handler_never_answers"]);
    expect![[r#"

        running 1 test
        test a_handler_never_answers ... FAILED

        failures:

        ---- a_handler_never_answers ----
        sleeps forever: at 0ns nothing in this world can wake the body
          the body, at tests/src/bin/stack_tonic_failures.rs:39:10
            waits for tonic::client::Grpc::unary
              counter::CounterClient::unary  tests/src/bin/../../tests/stack_tonic/counter.rs:177  Ok(answered.await?.into_inner().value)
              counter::CounterClient::next  tests/src/bin/../../tests/stack_tonic/counter.rs:181  self.unary("/count.Counter/Next", of.into_request()).await
              a_handler_never_answers  tests/src/bin/stack_tonic_failures.rs:42  client.next(never()).await.expect("it is answered");
            last woken by a tokio task
          task 1 `server`, spawned at tests/src/bin/stack_tonic_failures.rs:21:10, in the background
            waits for a connection to 10.176.141.155:80 (api.internal) since 0ns
              serve  tests/src/bin/stack_tonic_failures.rs:18  let serving = async { server.serve_with_incoming(incoming).await };
          a tokio task
            waits to read from 10.176.141.155:80 (api.internal), at 10.255.255.254:32768 (localhost), since 0ns: 49 bytes read, 0 unread, peer open, peer last used by a tokio task
          a tokio task
            waits to read from 10.255.255.254:32768 (localhost), at 10.176.141.155:80 (api.internal), since 0ns: 188 bytes read, 0 unread, peer open, peer last used by a tokio task
          a tokio task
            waits past the end of time, set at tests/src/bin/../../tests/stack_tonic/counter.rs:46:9
          and 3 more tokio tasks; what they wait for inside of tokio cannot be seen
          no timer of tokio's is set; whether another thread will wake a tokio task cannot be seen
          no task is ready, no deadline is set, no packet is under way, no blocking job is out, and no outside wake was announced (`event_loop.external()` does)
          solipsism's feature `dwarf` looks further: into combinators, at tokio's tasks, at futures without a waker, and for who holds what
          left behind, perhaps since it failed: 6 tokio tasks are still alive; where they were spawned tokio does not tell; they have 1 TCP stream to 10.176.141.155:80 (api.internal), 1 accepted TCP stream at 10.176.141.155:80 (api.internal) and 1 timer past the end of time
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin stack_tonic_failures a_handler_never_answers -- --exact   (not repeatable where an unbiased `tokio::select!` is used)


        failures:
            a_handler_never_answers

        test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 2 filtered out; finished in …

    "#]].assert_eq(&printed.stdout);
}

#[solipsism::test]
async fn a_stream_that_neither_side_ends() {
    let printed = run(FAILURES, &["a_stream_never_goes_on"]);
    expect![[r#"

        running 1 test
        test a_stream_never_goes_on ... FAILED

        failures:

        ---- a_stream_never_goes_on ----
        sleeps forever: at 0ns nothing in this world can wake the body
          the body, at tests/src/bin/stack_tonic_failures.rs:46:10
            waits for tonic::codec::decode::Streaming::message
              a_stream_never_goes_on  tests/src/bin/stack_tonic_failures.rs:53  while let Some(answer) = answers.message().await.expect("it is well") {
            last woken by a tokio task
          task 1 `server`, spawned at tests/src/bin/stack_tonic_failures.rs:21:10, in the background
            waits for a connection to 10.176.141.155:80 (api.internal) since 0ns
              serve  tests/src/bin/stack_tonic_failures.rs:18  let serving = async { server.serve_with_incoming(incoming).await };
          a tokio task
            waits to read from 10.176.141.155:80 (api.internal), at 10.255.255.254:32768 (localhost), since 0ns: 112 bytes read, 0 unread, peer open, peer last used by a tokio task
          a tokio task
            waits to read from 10.255.255.254:32768 (localhost), at 10.176.141.155:80 (api.internal), since 0ns: 168 bytes read, 0 unread, peer open, peer last used by a tokio task
          and 4 more tokio tasks; what they wait for inside of tokio cannot be seen
          no timer of tokio's is set; whether another thread will wake a tokio task cannot be seen
          no task is ready, no deadline is set, no packet is under way, no blocking job is out, and no outside wake was announced (`event_loop.external()` does)
          solipsism's feature `dwarf` looks further: into combinators, at tokio's tasks, at futures without a waker, and for who holds what
          left behind, perhaps since it failed: 6 tokio tasks are still alive; where they were spawned tokio does not tell; they have 1 TCP stream to 10.176.141.155:80 (api.internal) and 1 accepted TCP stream at 10.176.141.155:80 (api.internal)
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin stack_tonic_failures a_stream_never_goes_on -- --exact   (not repeatable where an unbiased `tokio::select!` is used)


        failures:
            a_stream_never_goes_on

        test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 2 filtered out; finished in …

    "#]].assert_eq(&printed.stdout);
}

#[solipsism::test]
async fn pings_keep_a_hang_from_being_proved_and_a_time_limit_ends_it() {
    let printed = run(FAILURES, &["pings_go_on_beside_a_hang"]);
    expect![[r#"

        running 1 test
        test pings_go_on_beside_a_hang ... FAILED

        failures:

        ---- pings_go_on_beside_a_hang ----
        time limit: not finished after 3600s of virtual time
          the body, at tests/src/bin/stack_tonic_failures.rs:60:10, asleep since 0ns
            waits for tonic::client::Grpc::unary
              counter::CounterClient::unary  tests/src/bin/../../tests/stack_tonic/counter.rs:177  Ok(answered.await?.into_inner().value)
              counter::CounterClient::next  tests/src/bin/../../tests/stack_tonic/counter.rs:181  self.unary("/count.Counter/Next", of.into_request()).await
              pings_go_on_beside_a_hang  tests/src/bin/stack_tonic_failures.rs:64  client.next(never()).await.expect("it is answered");
            last woken by a tokio task
          task 1 `server`, spawned at tests/src/bin/stack_tonic_failures.rs:21:10, in the background
            waits for a connection to 10.176.141.155:80 (api.internal) since 0ns
              serve  tests/src/bin/stack_tonic_failures.rs:18  let serving = async { server.serve_with_incoming(incoming).await };
          a tokio task
            waits to read from 10.176.141.155:80 (api.internal), at 10.255.255.254:32768 (localhost), since 3600s: 6169 bytes read, 0 unread, peer open, peer last used by a tokio task
          a tokio task
            waits to read from 10.255.255.254:32768 (localhost), at 10.176.141.155:80 (api.internal), since 3600s: 6308 bytes read, 0 unread, peer open, peer last used by a tokio task
          a tokio task
            waits past the end of time, set at tests/src/bin/../../tests/stack_tonic/counter.rs:46:9
          and 3 more tokio tasks; what they wait for inside of tokio cannot be seen
          solipsism's feature `dwarf` looks further: into combinators, at tokio's tasks, at futures without a waker, and for who holds what
          left behind, perhaps since it failed: 6 tokio tasks are still alive; where they were spawned tokio does not tell; they have 1 TCP stream to 10.176.141.155:80 (api.internal), 1 accepted TCP stream at 10.176.141.155:80 (api.internal) and 1 timer past the end of time
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin stack_tonic_failures pings_go_on_beside_a_hang -- --exact   (not repeatable where an unbiased `tokio::select!` is used)


        failures:
            pings_go_on_beside_a_hang

        test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 2 filtered out; finished in …

        1 test, 1 hour of virtual time in …
    "#]].assert_eq(&printed.stdout);
}
