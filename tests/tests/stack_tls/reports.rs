//! What a hanging handshake looks like.

use expect_test::expect;
use solipsism_tests::run;

const FAILURES: &str = env!("CARGO_BIN_EXE_stack_failures");

#[solipsism::test]
async fn a_server_that_never_shakes_hands() {
    let printed = run(FAILURES, &["never_shakes_hands"]);
    expect![[r#"

        running 1 test
        test never_shakes_hands ... FAILED

        failures:

        ---- never_shakes_hands ----
        sleeps forever: at 0ns nothing in this world can wake the body
          the body, at tests/src/bin/stack_failures.rs:82:10
            waits to read from 10.176.141.155:80 (api.internal), at 10.255.255.254:32768 (localhost), since 0ns: no byte has come, peer open, peer last used by the body
              never_shakes_hands  tests/src/bin/stack_failures.rs:91  tls::connector().connect(name, stream).await
          the body itself was the last to use the other end of that stream, and while it waits it uses neither: do both at once (`join!`), or let another task have one end
          no task is ready, no deadline is set, no packet is under way, no blocking job is out, and no outside wake was announced (`event_loop.external()` does)
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin stack_failures never_shakes_hands -- --exact


        failures:
            never_shakes_hands

        test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 3 filtered out; finished in …

    "#]].assert_eq(&printed.stdout);
}
