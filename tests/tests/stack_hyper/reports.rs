//! What a test with hyper in it tells that hangs.

use expect_test::expect;
use solipsism_tests::run;

const FAILURES: &str = env!("CARGO_BIN_EXE_stack_failures");

#[solipsism::test]
async fn a_handler_that_never_answers() {
    let printed = run(FAILURES, &["a_handler_never_answers"]);
    expect![[r#"

        running 1 test
        test a_handler_never_answers ... FAILED

        failures:

        ---- a_handler_never_answers ----
        sleeps forever: at 0ns nothing in this world can wake the body
          the body, at tests/src/bin/stack_failures.rs:23:10
            waits for hyper_util::client::legacy::client::ResponseFuture: the head of a response has not come
              a_handler_never_answers  tests/src/bin/stack_failures.rs:40  client().get(uri).await.expect("it is answered");
            last woken by task 2 `hyper`
          task 1 `server`, spawned at tests/src/bin/stack_failures.rs:37:10, in the background
            waits to read from 10.255.255.254:32768 (localhost), at 10.176.141.155:80 (api.internal), since 0ns: 38 bytes read, 0 unread, peer open, peer last used by task 2 `hyper`
              a_handler_never_answers  tests/src/bin/stack_failures.rs:32  serve_connection(stream, service_fn(never)).await
          task 2 `hyper`, spawned by hyper, in the background
            waits to read from 10.176.141.155:80 (api.internal), at 10.255.255.254:32768 (localhost), since 0ns: no byte has come, peer open, peer last used by task 1 `server`
            waits for hyper::client::conn::http1::upgrades::UpgradeableConnection, through Map and MapErr and Map and IntoFuture
          no task is ready, no deadline is set, no packet is under way, no blocking job is out, and no outside wake was announced (`event_loop.external()` does)
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin stack_failures a_handler_never_answers -- --exact


        failures:
            a_handler_never_answers

        test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 3 filtered out; finished in …

    "#]].assert_eq(&printed.stdout);
}

#[solipsism::test]
async fn a_server_that_does_not_speak_http() {
    let printed = run(FAILURES, &["nobody_speaks_http"]);
    expect![[r#"

        running 1 test
        test nobody_speaks_http ... FAILED

        failures:

        ---- nobody_speaks_http ----
        sleeps forever: at 1s nothing in this world can wake the body
          the body, at tests/src/bin/stack_failures.rs:44:10, asleep since 0ns
            waits for hyper_util::client::legacy::client::ResponseFuture: the head of a response has not come
              nobody_speaks_http  tests/src/bin/stack_failures.rs:56  client().get(uri).await.expect("it is answered");
            last woken by task 2 `hyper`
          task 1 `server`, spawned at tests/src/bin/stack_failures.rs:53:10, in the background
            kept no waker: nothing can ever wake it
            last woken by a deadline
          task 2 `hyper`, spawned by hyper, in the background
            waits to read from 10.176.141.155:80 (api.internal), at 10.255.255.254:32768 (localhost), since 0ns: no byte has come, peer open, peer last used by task 1 `server`
            waits for hyper::client::conn::http1::upgrades::UpgradeableConnection, through Map and MapErr and Map and IntoFuture
          no task is ready, no deadline is set, no packet is under way, no blocking job is out, and no outside wake was announced (`event_loop.external()` does)
          solipsism's feature `dwarf` looks further: into combinators, at futures without a waker, and for who holds what
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin stack_failures nobody_speaks_http -- --exact


        failures:
            nobody_speaks_http

        test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 3 filtered out; finished in …

    "#]].assert_eq(&printed.stdout);
}

#[solipsism::test]
async fn a_hang_beside_an_idle_connection_is_told_when_the_pool_has_let_it_go() {
    let printed = run(FAILURES, &["hangs_beside_an_idle_connection"]);
    expect![[r#"

        running 1 test
        test hangs_beside_an_idle_connection ... FAILED

        failures:

        ---- hangs_beside_an_idle_connection ----
        sleeps forever: at 180s nothing in this world can wake the body
          the body, at tests/src/bin/stack_failures.rs:61:10, asleep since 0ns
            waits for futures::channel::oneshot::Receiver: its sender is alive and has sent nothing
              hangs_beside_an_idle_connection  tests/src/bin/stack_failures.rs:78  receiver.await.expect("somebody sends");
            last woken by task 2 `hyper`, spawned by hyper, which is finished
          no task is ready, no deadline is set, no packet is under way, no blocking job is out, and no outside wake was announced (`event_loop.external()` does)
          solipsism's feature `dwarf` looks further: into combinators, at futures without a waker, and for who holds what
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin stack_failures hangs_beside_an_idle_connection -- --exact


        failures:
            hangs_beside_an_idle_connection

        test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 3 filtered out; finished in …

        1 test, 3 minutes of virtual time in …
    "#]].assert_eq(&printed.stdout);
}
