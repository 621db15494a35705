//! What a test with quinn in it tells that hangs.

use expect_test::expect;
use solipsism_tests::run;

const FAILURES: &str = env!("CARGO_BIN_EXE_stack_quinn_failures");

#[solipsism::test]
async fn a_stream_that_is_never_answered() {
    let printed = run(FAILURES, &["a_stream_is_never_answered"]);
    expect![[r#"

        running 1 test
        test a_stream_is_never_answered ... FAILED

        failures:

        ---- a_stream_is_never_answered ----
        sleeps forever: at 26ms nothing in this world can wake the body
          the body, at tests/src/bin/stack_quinn_failures.rs:37:10, asleep since 0ns
            waits for quinn::RecvStream::read_to_end
              ask  tests/src/bin/stack_quinn_failures.rs:33  receive.read_to_end(100).await.expect("it is answered");
              a_stream_is_never_answered  tests/src/bin/stack_quinn_failures.rs:43  ask(|| { … }).await;
            last woken by task 4 `quinn's connection`
          task 1 `quinn's endpoint`, spawned at tests/src/quic/runtime.rs:92:31, in the background
            waits for tracing::instrument::Instrumented
            waits for a datagram to 10.176.141.155:443 (api.internal) since 0ns
              quic::runtime::Socket::poll_recv  tests/src/quic/runtime.rs:140  let (len, addr) = ready!(self.0.poll_recv_from(cx, &mut bufs[0]))?;
          task 2 `server`, spawned at tests/src/bin/stack_quinn_failures.rs:21:10, in the background, asleep since 0ns
            waits for quinn::Connection::closed
              ask  tests/src/bin/stack_quinn_failures.rs:17  connection.closed().await;
            last woken by task 5 `quinn's connection`
          task 3 `quinn's endpoint`, spawned at tests/src/quic/runtime.rs:92:31, in the background
            waits for tracing::instrument::Instrumented
            waits for a datagram to 0.0.0.0:60001 (localhost) since 0ns
              quic::runtime::Socket::poll_recv  tests/src/quic/runtime.rs:140  let (len, addr) = ready!(self.0.poll_recv_from(cx, &mut bufs[0]))?;
          2 tasks, `quinn's connection` and `quinn's connection`, spawned at tests/src/quic/runtime.rs:92:31, in the background
            waits for tracing::instrument::Instrumented
            last woken by a deadline
          no task is ready, no deadline is set, no packet is under way, no blocking job is out, and no outside wake was announced (`event_loop.external()` does)
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin stack_quinn_failures a_stream_is_never_answered -- --exact


        failures:
            a_stream_is_never_answered

        test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 1 filtered out; finished in …

    "#]].assert_eq(&printed.stdout);
}

#[solipsism::test]
async fn one_that_is_kept_alive_for_ever() {
    let printed = run(FAILURES, &["is_kept_alive_for_ever"]);
    expect![[r#"

        running 1 test
        test is_kept_alive_for_ever ... FAILED

        failures:

        ---- is_kept_alive_for_ever ----
        step limit: the clock moved 1000 times, to 5012.45s, and not once was the body polled; if that is meant, raise `step_limit`
          the clock moved 1000 times since the body was last polled; in the last 1000 of these steps fired
            1992 deadlines set at tests/src/quic/runtime.rs:64:20, by task 5 `quinn's connection` and task 4 `quinn's connection`
            none of them woke the body, asleep since 0ns
          the body, at tests/src/bin/stack_quinn_failures.rs:47:10, asleep since 0ns
            waits for quinn::RecvStream::read_to_end
              ask  tests/src/bin/stack_quinn_failures.rs:33  receive.read_to_end(100).await.expect("it is answered");
              is_kept_alive_for_ever  tests/src/bin/stack_quinn_failures.rs:53  ask(|| { … }).await;
            last woken by task 4 `quinn's connection`
          task 1 `quinn's endpoint`, spawned at tests/src/quic/runtime.rs:92:31, in the background
            waits for tracing::instrument::Instrumented
            waits for a datagram to 10.176.141.155:443 (api.internal) since 5012.45s
              quic::runtime::Socket::poll_recv  tests/src/quic/runtime.rs:140  let (len, addr) = ready!(self.0.poll_recv_from(cx, &mut bufs[0]))?;
          task 2 `server`, spawned at tests/src/bin/stack_quinn_failures.rs:21:10, in the background, asleep since 0ns
            waits for quinn::Connection::closed
              ask  tests/src/bin/stack_quinn_failures.rs:17  connection.closed().await;
            last woken by task 5 `quinn's connection`
          task 3 `quinn's endpoint`, spawned at tests/src/quic/runtime.rs:92:31, in the background
            waits for tracing::instrument::Instrumented
            waits for a datagram to 0.0.0.0:60001 (localhost) since 5012.45s
              quic::runtime::Socket::poll_recv  tests/src/quic/runtime.rs:140  let (len, addr) = ready!(self.0.poll_recv_from(cx, &mut bufs[0]))?;
          2 tasks, `quinn's connection` and `quinn's connection`, spawned at tests/src/quic/runtime.rs:92:31, in the background
            waits for tracing::instrument::Instrumented
            waits until 5012.475s, set at tests/src/quic/runtime.rs:64:20
              quic::runtime::Timer::poll  tests/src/quic/runtime.rs:108  Pin::new(&mut self.sleep).poll(cx)
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin stack_quinn_failures is_kept_alive_for_ever -- --exact


        failures:
            is_kept_alive_for_ever

        test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 1 filtered out; finished in …

        1 test, 1.3 hours of virtual time in …
    "#]].assert_eq(&printed.stdout);
}
