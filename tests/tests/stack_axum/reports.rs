//! What tests tell that hang behind `axum::serve`.

use expect_test::expect;
use solipsism_tests::run;

#[solipsism::test]
async fn every_way_to_hang_behind_axum_is_reported() {
    let printed = run(env!("CARGO_BIN_EXE_stack_axum_failures"), &[]);
    expect![[r#"

        running 3 tests
        test a_handler_never_answers              ... FAILED
        test a_shutdown_waits_for_what_never_ends ... FAILED
        test both_ends_of_a_websocket_listen      ... FAILED

        failures:

        ---- a_handler_never_answers ----
        sleeps forever: at 0ns nothing in this world can wake the body
          the body, at tests/src/bin/stack_axum_failures.rs:15:10
            waits for hyper_util::client::legacy::client::ResponseFuture: the head of a response has not come
              a_handler_never_answers  tests/src/bin/stack_axum_failures.rs:26  client().get(uri).await.expect("it is answered");
            last woken by task 2 `hyper`
          task 1 `server`, spawned at tests/src/bin/stack_axum_failures.rs:23:10, in the background
            waits for a connection to 10.176.141.155:80 (api.internal) since 0ns
              a_handler_never_answers  tests/src/bin/stack_axum_failures.rs:20  let server = async { axum::serve(listener, app).await };
          task 2 `hyper`, spawned by hyper, in the background
            waits to read from 10.176.141.155:80 (api.internal), at 10.255.255.254:32768 (localhost), since 0ns: no byte has come, peer open, peer last used by a tokio task
            waits for hyper::client::conn::http1::upgrades::UpgradeableConnection, through Map and MapErr and Map and IntoFuture
          a tokio task
            waits to read from 10.255.255.254:32768 (localhost), at 10.176.141.155:80 (api.internal), since 0ns: 38 bytes read, 0 unread, peer open, peer last used by task 2 `hyper`
          no timer of tokio's is set; whether another thread will wake a tokio task cannot be seen
          no task is ready, no deadline is set, no packet is under way, no blocking job is out, and no outside wake was announced (`event_loop.external()` does)
          solipsism's feature `dwarf` looks further: into combinators, at tokio's tasks, at futures without a waker, and for who holds what
          left behind, perhaps since it failed: 1 tokio task is still alive; where it was spawned tokio does not tell; it has 1 accepted TCP stream at 10.176.141.155:80 (api.internal)
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin stack_axum_failures a_handler_never_answers -- --exact   (not repeatable where an unbiased `tokio::select!` is used)

        ---- a_shutdown_waits_for_what_never_ends ----
        sleeps forever: at 1s nothing in this world can wake the body
          the body, at tests/src/bin/stack_axum_failures.rs:30:10
            waits for tokio::task::JoinHandle
              a_shutdown_waits_for_what_never_ends  tests/src/bin/stack_axum_failures.rs:43  served.await.expect("it runs").expect("it listens");
            last woken by a deadline
          task 1 `hyper`, spawned by hyper, in the background
            waits to read from 10.176.141.155:80 (api.internal), at 10.255.255.254:32768 (localhost), since 0ns: no byte has come, peer open, peer last used by a tokio task
            waits for hyper::client::conn::http1::upgrades::UpgradeableConnection, through Map and MapErr and Map and IntoFuture
          a tokio task
            waits to read from 10.255.255.254:32768 (localhost), at 10.176.141.155:80 (api.internal), since 0ns: 38 bytes read, 0 unread, peer open, peer last used by task 1 `hyper`
          and 2 more tokio tasks; what they wait for inside of tokio cannot be seen
          no timer of tokio's is set; whether another thread will wake a tokio task cannot be seen
          no task is ready, no deadline is set, no packet is under way, no blocking job is out, and no outside wake was announced (`event_loop.external()` does)
          solipsism's feature `dwarf` looks further: into combinators, at tokio's tasks, at futures without a waker, and for who holds what
          left behind, perhaps since it failed: 3 tokio tasks are still alive; where they were spawned tokio does not tell; they have 1 accepted TCP stream at 10.176.141.155:80 (api.internal)
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin stack_axum_failures a_shutdown_waits_for_what_never_ends -- --exact   (not repeatable where an unbiased `tokio::select!` is used)

        ---- both_ends_of_a_websocket_listen ----
        sleeps forever: at 0ns nothing in this world can wake the body
          the body, at tests/src/bin/stack_axum_failures.rs:47:10
            waits to read from 10.176.141.155:80 (api.internal), at 10.255.255.254:32768 (localhost), since 0ns: 166 bytes read, 0 unread, peer open, peer last used by a tokio task
            waits for tokio_tungstenite::WebSocketStream, through Next
              both_ends_of_a_websocket_listen  tests/src/bin/stack_axum_failures.rs:62  agreed.expect("it is a websocket").0.next().await;
          a tokio task
            waits for a connection to 10.176.141.155:80 (api.internal) since 0ns
              both_ends_of_a_websocket_listen  tests/src/bin/stack_axum_failures.rs:57  tokio::spawn(async { axum::serve(listener, app).await });
          a tokio task
            waits to read from 10.255.255.254:32768 (localhost), at 10.176.141.155:80 (api.internal), since 0ns: 151 bytes read, 0 unread, peer open, peer last used by the body
              both_ends_of_a_websocket_listen::listens  tests/src/bin/stack_axum_failures.rs:49  while let Some(Ok(_)) = socket.recv().await {}
          no timer of tokio's is set; whether another thread will wake a tokio task cannot be seen
          no task is ready, no deadline is set, no packet is under way, no blocking job is out, and no outside wake was announced (`event_loop.external()` does)
          left behind, perhaps since it failed: 2 tokio tasks are still alive; where they were spawned tokio does not tell; they have 1 TCP listener at 10.176.141.155:80 (api.internal) and 1 accepted TCP stream at 10.176.141.155:80 (api.internal)
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin stack_axum_failures both_ends_of_a_websocket_listen -- --exact   (not repeatable where an unbiased `tokio::select!` is used)


        failures:
            a_handler_never_answers
            a_shutdown_waits_for_what_never_ends
            both_ends_of_a_websocket_listen

        test result: FAILED. 0 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in …

    "#]].assert_eq(&printed.stdout);
}
