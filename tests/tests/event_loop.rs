//! Event loops without a harness: made, run, used again. Under libtest, since a loop does not run inside of a test's
//! own.

use std::future::{Future, pending, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, mpsc};
use std::task::{Context, Poll, Waker};

use solipsism::signal::unix::{SignalKind, raise, signal};
use solipsism::task::{self, spawn_blocking, yield_now};
use solipsism::time::{Duration, Instant, SystemTime, interval, sleep, sleep_until, timeout};
use solipsism::{ClockKind, EventLoop, spawn};
use solipsism_tests::{Guard, Log};

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

async fn hold<T>(held: T) {
    let _held = held;
    pending::<()>().await;
}

/// Keeps its waker, and is never woken.
async fn nobody_sends() {
    let (sender, receiver) = futures_channel::oneshot::channel::<()>();
    let _ = receiver.await;
    drop(sender);
}

fn message(result: std::thread::Result<()>) -> String {
    let payload = result.unwrap_err();
    match payload.downcast_ref::<&str>() {
        Some(text) => (*text).to_owned(),
        None => payload.downcast_ref::<String>().unwrap().clone(),
    }
}

#[test]
fn a_run_gives_the_output_and_the_clock_can_be_read_afterwards() {
    let event_loop = EventLoop::new();
    assert_eq!(event_loop.run(async { 42 }).unwrap(), 42);
    event_loop.block_on(async { sleep(secs(60)).await });
    assert_eq!(format!("{:?}", event_loop.now()), "60s");
    assert_eq!(
        format!("{:?}", event_loop.wall_clock()),
        "2000-01-01T00:01:00Z"
    );
}

#[test]
fn a_body_may_borrow() {
    let mut text = String::from("a");
    EventLoop::new().block_on(async { text.push('b') });
    assert_eq!(text, "ab");
}

#[test]
fn tasks_go_on_from_one_run_to_the_next() {
    let event_loop = EventLoop::new();
    let ten_seconds = async {
        sleep(secs(10)).await;
        Instant::now()
    };
    let [task] = event_loop.block_on(async { [spawn(ten_seconds)] });
    event_loop.block_on(async { sleep(secs(4)).await });
    assert_eq!(
        (task.is_finished(), event_loop.pending_timers()),
        (false, 1)
    );
    let end = event_loop.block_on(task).unwrap();
    assert_eq!((end, format!("{end:?}")), (event_loop.now(), "10s".into()));
}

#[test]
fn a_loop_can_be_used_again_after_a_hang() {
    let event_loop = EventLoop::new();
    let log = Log::default();
    for _ in 0..2 {
        let stopped = event_loop.run(hold(Guard(log.clone(), 0))).unwrap_err();
        assert!(stopped.is_never_woken() && stopped.is_sleep_forever());
        assert_eq!(log.take(), [0], "the body is dropped");
        let stopped = event_loop.run(nobody_sends()).unwrap_err();
        assert!(stopped.is_sleep_forever() && !stopped.is_never_woken());
        event_loop.block_on(async { sleep(secs(1)).await });
    }
    assert_eq!(format!("{:?}", event_loop.now()), "2s");
}

#[test]
fn a_loop_can_be_used_again_after_a_panic() {
    let event_loop = EventLoop::new();
    let run = || event_loop.block_on(async { panic!("in the body") });
    assert_eq!(message(catch_unwind(AssertUnwindSafe(run))), "in the body");
    assert_eq!(
        event_loop
            .block_on(async { spawn(async { 42 }).await })
            .unwrap(),
        42
    );
}

#[test]
fn a_body_is_not_woken_by_what_woke_the_one_before() {
    let event_loop = EventLoop::new();
    event_loop.block_on(poll_fn(|cx| {
        cx.waker().wake_by_ref();
        Poll::Ready(())
    }));
    let log = Log::default();
    event_loop.block_on(async {
        let other = log.clone();
        spawn(async move { other.note(1) });
        yield_now().await;
        log.note(2);
    });
    assert_eq!(log.take(), [1, 2]);
}

#[test]
fn a_waker_of_a_former_body_does_not_wake_this_one() {
    let event_loop = EventLoop::new();
    let waker = event_loop.block_on(poll_fn(|cx| Poll::Ready(cx.waker().clone())));
    let mut polls = 0;
    let stopped = event_loop.run(poll_fn(|cx| {
        polls += 1;
        spawn(hold(cx.waker().clone()));
        waker.wake_by_ref();
        Poll::<()>::Pending
    }));
    assert!(stopped.unwrap_err().is_sleep_forever());
    // The second is there to see where it waits.
    assert_eq!(polls, 2);
}

#[test]
fn a_manual_clock_stands_still_while_a_body_runs() {
    let event_loop = EventLoop::builder().clock(ClockKind::Manual).build();
    assert!(
        event_loop
            .run(async { sleep(secs(1)).await })
            .unwrap_err()
            .is_time_frozen()
    );
    event_loop.block_on(async { EventLoop::current().advance(secs(1)).await });
    assert_eq!(format!("{:?}", event_loop.now()), "1s");
}

#[test]
#[should_panic(expected = "a `JoinHandle` was awaited in another world than its task's")]
fn a_handle_is_awaited_in_its_own_world() {
    let (one, other) = (EventLoop::new(), EventLoop::new());
    let [task] = one.block_on(async { [spawn(async {})] });
    other.block_on(task).unwrap();
}

#[test]
#[should_panic(expected = "a `Sleep` was polled in another world than before")]
fn a_sleep_stays_in_its_world() {
    let (one, other) = (EventLoop::new(), EventLoop::new());
    let [begun] = one.block_on(async {
        let mut begun = Box::pin(sleep(secs(1)));
        assert!(
            begun
                .as_mut()
                .poll(&mut Context::from_waker(Waker::noop()))
                .is_pending()
        );
        [begun]
    });
    other.block_on(begun);
}

#[test]
fn a_wake_between_two_runs_counts_in_the_next() {
    let event_loop = EventLoop::new();
    let (sender, receiver) = futures_channel::oneshot::channel();
    let [task] = event_loop.block_on(async {
        let task = spawn(receiver);
        yield_now().await;
        [task]
    });
    sender.send(42).unwrap();
    assert_eq!(event_loop.block_on(task).unwrap(), Ok(42));
}

#[test]
fn a_late_wake_belongs_to_the_verdict_that_it_followed() {
    let event_loop = EventLoop::new();
    let (sender, receiver) = mpsc::channel::<Waker>();
    let first = event_loop.run(poll_fn(|cx| {
        sender.send(cx.waker().clone()).unwrap();
        Poll::<()>::Pending
    }));
    let waker = receiver.recv().unwrap();
    std::thread::spawn(move || waker.wake()).join().unwrap();
    let late = "after this verdict thread";
    assert!(first.unwrap_err().to_string().contains(late));
    let second = event_loop.run(nobody_sends()).unwrap_err().to_string();
    assert!(!second.contains(late), "{second}");
}

#[test]
fn an_outside_wake_is_picked_up() {
    let event_loop = EventLoop::new();
    let (sender, receiver) = futures_channel::oneshot::channel();
    let external = event_loop.external();
    let thread = std::thread::spawn(move || {
        sender.send(42).unwrap();
        drop(external);
    });
    assert_eq!(event_loop.block_on(receiver), Ok(42));
    thread.join().unwrap();
    assert!(
        event_loop
            .run(nobody_sends())
            .unwrap_err()
            .is_sleep_forever()
    );
}

#[test]
fn calls_outside_of_a_world_say_so_and_how_to_get_one() {
    let calls: [(&str, fn()); 12] = [
        ("spawn", || drop(spawn(async {}))),
        ("spawn_blocking", || drop(spawn_blocking(|| ()))),
        ("sleep", || drop(sleep(secs(1)))),
        ("sleep_until", || drop(sleep_until(EventLoop::new().now()))),
        ("timeout", || drop(timeout(secs(1), pending::<()>()))),
        ("Instant::now", || drop(interval(secs(1)))),
        ("Instant::now", || _ = Instant::now()),
        ("SystemTime::now", || _ = SystemTime::now()),
        ("EventLoop::current", || drop(EventLoop::current())),
        ("task::id", || _ = task::id()),
        ("signal", || _ = signal(SignalKind::hangup())),
        ("raise", || raise(SignalKind::child())),
    ];
    for (name, call) in calls {
        let cure = format!(
            "`{name}` needs a world, and none runs on this thread: call it inside of `#[solipsism::test]` or \
             `EventLoop::run`"
        );
        assert_eq!(message(catch_unwind(call)), cure);
    }
    assert_eq!(task::try_id(), None);
}

#[test]
#[should_panic(expected = "`advance` needs a world, and none runs on this thread")]
fn an_advance_is_awaited_inside_of_its_world() {
    let event_loop = EventLoop::new();
    let mut advance = pin!(event_loop.advance(secs(1)));
    let _ = advance
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()));
}

#[test]
fn as_many_jobs_run_at_a_time_as_there_are_blocking_threads() {
    let barrier = Arc::new(Barrier::new(3));
    EventLoop::builder()
        .blocking_threads(3)
        .build()
        .block_on(async {
            let meet = [(); 3].map(|()| {
                let barrier = Arc::clone(&barrier);
                spawn_blocking(move || barrier.wait())
            });
            for job in meet {
                job.await.unwrap();
            }
        });
    let running = Arc::new(AtomicUsize::new(0));
    EventLoop::builder()
        .blocking_threads(1)
        .build()
        .block_on(async {
            let jobs = [(); 20].map(|()| {
                let running = Arc::clone(&running);
                spawn_blocking(move || {
                    assert_eq!(running.fetch_add(1, Ordering::SeqCst), 0);
                    std::thread::yield_now();
                    running.fetch_sub(1, Ordering::SeqCst);
                })
            });
            for job in jobs {
                job.await.unwrap();
            }
        });
}

#[test]
#[should_panic(expected = "`blocking_threads` must not be zero")]
fn no_blocking_threads_are_refused() {
    let _ = EventLoop::builder().blocking_threads(0);
}

/// The order in which eight tasks run that are ready at the same instant, twice.
fn order(event_loop: &EventLoop) -> Vec<u32> {
    let log = Log::default();
    event_loop.block_on(async {
        for name in 0..8 {
            let log = log.clone();
            spawn(async move {
                log.note(name);
                sleep(secs(1)).await;
                log.note(name);
            });
        }
        sleep(secs(2)).await;
    });
    log.take()
}

#[test]
fn without_a_seed_the_first_that_is_ready_runs_first() {
    let fifo: Vec<_> = (0..8).chain(0..8).collect();
    assert_eq!(order(&EventLoop::new()), fifo);
}

#[test]
fn a_seed_chooses_the_order_and_always_the_same() {
    let seeded = |seed| order(&EventLoop::builder().seed(seed).build());
    let mut orders: Vec<_> = (0..20).map(seeded).collect();
    assert_eq!(orders, (0..20).map(seeded).collect::<Vec<_>>());
    for order in &orders {
        let [mut before, mut after] = [order[..8].to_vec(), order[8..].to_vec()];
        before.sort_unstable();
        after.sort_unstable();
        assert_eq!(
            (before, after),
            ((0..8).collect(), (0..8).collect()),
            "time is kept"
        );
    }
    orders.sort_unstable();
    orders.dedup();
    assert_eq!(
        orders.len(),
        20,
        "of 40320 × 40320 orders twenty are hardly the same"
    );
}

#[test]
fn a_loop_tells_its_seed() {
    assert_eq!(EventLoop::builder().seed(7).build().seed(), 7);
}
