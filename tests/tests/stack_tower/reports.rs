//! What tests tell that hang or fail behind tower's middleware.

use expect_test::expect;
use solipsism_tests::run;

#[solipsism::test]
async fn a_server_that_never_answers_behind_a_stack_of_middleware() {
    let printed = run(
        env!("CARGO_BIN_EXE_stack_tower_failures"),
        &["a_server_never_answers"],
    );
    expect![[r#"

        running 1 test
        test a_server_never_answers ... FAILED

        failures:

        ---- a_server_never_answers ----
        sleeps forever: at 0ns nothing in this world can wake the body
          the body, at tests/src/bin/stack_tower_failures.rs:24:10
            waits for tower::util::Oneshot
              a_server_never_answers  tests/src/bin/stack_tower_failures.rs:47  service.oneshot(request()).await.expect("it is answered");
            last woken by task 2 `hyper`
          task 1 `server`, spawned at tests/src/bin/stack_tower_failures.rs:40:10, in the background
            waits to read from 10.255.255.254:32768 (localhost), at 10.176.141.155:80 (api.internal), since 0ns: 38 bytes read, 0 unread, peer open, peer last used by task 2 `hyper`
              a_server_never_answers  tests/src/bin/stack_tower_failures.rs:35  serve_connection(stream, service_fn(never)).await
          task 2 `hyper`, spawned by hyper, in the background
            waits to read from 10.176.141.155:80 (api.internal), at 10.255.255.254:32768 (localhost), since 0ns: no byte has come, peer open, peer last used by task 1 `server`
            waits for hyper::client::conn::http1::upgrades::UpgradeableConnection, through Map and MapErr and Map and IntoFuture
          no timer of tokio's is set; whether another thread will wake a tokio task cannot be seen
          no task is ready, no deadline is set, no packet is under way, no blocking job is out, and no outside wake was announced (`event_loop.external()` does)
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin stack_tower_failures a_server_never_answers -- --exact   (not repeatable where an unbiased `tokio::select!` is used)


        failures:
            a_server_never_answers

        test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 2 filtered out; finished in …

    "#]].assert_eq(&printed.stdout);
}

#[solipsism::test]
async fn a_permit_that_nobody_gives_back() {
    let printed = run(
        env!("CARGO_BIN_EXE_stack_tower_failures"),
        &["keeps_its_permit"],
    );
    expect![[r#"

        running 1 test
        test keeps_its_permit ... FAILED

        failures:

        ---- keeps_its_permit ----
        sleeps forever: at 0ns nothing in this world can wake the body
          the body, at tests/src/bin/stack_tower_failures.rs:52:10
            waits for tower::util::Oneshot
              keeps_its_permit  tests/src/bin/stack_tower_failures.rs:55  let asked = service.clone().oneshot(request()).await;
          no timer of tokio's is set; whether another thread will wake a tokio task cannot be seen
          no task is ready, no deadline is set, no packet is under way, no blocking job is out, and no outside wake was announced (`event_loop.external()` does)
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin stack_tower_failures keeps_its_permit -- --exact   (not repeatable where an unbiased `tokio::select!` is used)


        failures:
            keeps_its_permit

        test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 2 filtered out; finished in …

    "#]].assert_eq(&printed.stdout);
}

#[solipsism::test]
async fn a_buffers_worker_that_panics() {
    let printed = run(
        env!("CARGO_BIN_EXE_stack_tower_failures"),
        &["its_worker_panics"],
    );
    expect![[r#"

        running 1 test
        test its_worker_panics ... FAILED

        failures:

        ---- its_worker_panics ----
        background task failed at 0ns: a tokio task panicked at tests/src/bin/stack_tower_failures.rs:62:71:
        not this one
          nobody was seen to await it; if somebody did, in a tokio task or after its end, call `solipsism::task::forgive(&join_error)` there
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin stack_tower_failures its_worker_panics -- --exact   (not repeatable where an unbiased `tokio::select!` is used)


        failures:
            its_worker_panics

        test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 2 filtered out; finished in …

    "#]].assert_eq(&printed.stdout);
}
