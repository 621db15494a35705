//! Loops of one's own, on threads of their own: a world is none of another's.

use std::future::pending;
use std::time::Duration;

use expect_test::expect;
use solipsism::EventLoop;
use solipsism::time::sleep;

fn elsewhere<R: Send>(run: impl FnOnce() -> R + Send) -> R {
    std::thread::scope(|scope| scope.spawn(run).join().expect("it does not panic"))
}

#[solipsism::test]
async fn a_report_has_the_events_that_led_to_it() {
    let reports = elsewhere(|| {
        let event_loop = EventLoop::builder().trace(10).build();
        let first = event_loop.run(async {
            sleep(Duration::from_secs(1)).await;
            pending::<()>().await;
        });
        let second = event_loop.run(async { solipsism::spawn(pending::<()>()).await });
        let kept = event_loop.trace().len();
        format!(
            "{}\n\n{}\n\n{kept} events\n",
            first.expect_err("it hangs"),
            second.expect_err("it hangs")
        )
    });
    // Whether that feature is on is nothing to a trace.
    let lines = reports
        .lines()
        .filter(|line| !line.contains("feature `dwarf`"));
    let reports = lines.flat_map(|line| [line, "\n"]).collect::<String>();
    expect![[r#"
        never woken: at 1s the body waits and no waker of it is alive, so nothing can ever wake it
          the body, at tests/tests/trace/without_a_harness.rs:18:32
            kept no waker: nothing can ever wake it
            last woken by a deadline
          the trace:
            0ns  the body sets a deadline for 1s, at tests/tests/trace/without_a_harness.rs:19:13
            1s   the body is woken by a deadline, set at tests/tests/trace/without_a_harness.rs:19:13

        sleeps forever: at 1s nothing in this world can wake the body
          task 1, spawned at tests/tests/trace/without_a_harness.rs:22:45
            kept no waker: nothing can ever wake it
          the body, at tests/tests/trace/without_a_harness.rs:22:33
            waits for task 1 to finish
              without_a_harness::a_report_has_the_events_that_led_to_it  tests/tests/trace/without_a_harness.rs:22  let second = event_loop.run(async { solipsism::spawn(pending::<()>()).await });
          no task is ready, no deadline is set, no packet is under way, no blocking job is out, and no outside wake was announced (`event_loop.external()` does)
          the trace:
            1s  the body spawns task 1, at tests/tests/trace/without_a_harness.rs:22:45

        3 events
    "#]].assert_eq(&reports);
}

#[solipsism::test]
async fn what_a_stuck_task_does_when_it_is_polled_once_more_is_no_event() {
    let events = elsewhere(|| {
        let event_loop = EventLoop::builder().trace(10).build();
        let mut polls = 0;
        let spawns_when_polled_again = std::future::poll_fn(move |_| {
            polls += 1;
            if polls > 1 {
                drop(solipsism::spawn(async {}));
            }
            std::task::Poll::<()>::Pending
        });
        let stopped = event_loop
            .run(spawns_when_polled_again)
            .expect_err("it hangs");
        assert!(stopped.is_never_woken(), "{stopped}");
        event_loop.trace()
    });
    assert_eq!(events, []);
}
