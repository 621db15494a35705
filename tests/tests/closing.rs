//! The end of a world: what is dropped when, and what is told of it. Under libtest, since a loop does not run inside of
//! a test's own.

use std::future::{pending, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::task::Poll;

use solipsism::task::{self, JoinSet, spawn_blocking, yield_now};
use solipsism::time::{Duration, sleep};
use solipsism::{EventLoop, spawn};
use solipsism_tests::{Guard, Log};

struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("dropped");
    }
}

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

#[test]
fn the_tasks_are_dropped_in_the_order_of_spawning_and_the_body_first() {
    let event_loop = EventLoop::new();
    let log = Log::default();
    let body = async {
        let _guard = Guard(log.clone(), 0);
        let first = spawn(async {});
        for id in [2, 3] {
            spawn(hold(Guard(log.clone(), id)));
        }
        first.await.unwrap();
        spawn(hold(Guard(log.clone(), 4)));
        nobody_sends().await;
    };
    assert!(event_loop.run(body).is_err());
    assert_eq!(log.take(), [0]);
    drop(event_loop);
    assert_eq!(
        log.take(),
        [2, 3, 4],
        "although the last one lives where the first one did"
    );
}

#[test]
fn what_a_destructor_spawns_at_the_end_is_dropped_at_once() {
    struct Spawns(Log);
    impl Drop for Spawns {
        fn drop(&mut self) {
            let spawned = spawn(hold(Guard(self.0.clone(), 2)));
            self.0.note(u32::from(spawned.is_finished()));
            assert_eq!(task::id().to_string(), "1");
        }
    }
    let event_loop = EventLoop::new();
    let log = Log::default();
    event_loop.block_on(async {
        spawn(hold(Spawns(log.clone())));
        spawn(hold(Guard(log.clone(), 3)));
        yield_now().await;
    });
    event_loop.close().unwrap();
    assert_eq!(log.take(), [2, 1, 3]);
}

#[test]
fn a_destructor_that_panics_at_the_end_is_told_and_stops_no_other() {
    let event_loop = EventLoop::new();
    let log = Log::default();
    let line = line!() + 2;
    event_loop.block_on(async {
        spawn(hold(Bomb));
        spawn(hold(Guard(log.clone(), 2)));
        yield_now().await;
    });
    let text = event_loop.close().unwrap_err().to_string();
    let start = format!(
        "destructor failed at 0ns: while task 1, spawned at {}:{line}:9, was dropped",
        file!()
    );
    assert!(text.starts_with(&start), "{text}");
    assert_eq!(log.take(), [2]);
}

#[test]
fn a_destructor_that_panics_in_an_aborted_task_fails_the_run() {
    let stopped = EventLoop::new().run(async {
        spawn(hold(Bomb)).abort();
        sleep(secs(1)).await;
    });
    assert!(
        stopped
            .unwrap_err()
            .to_string()
            .starts_with("destructor failed at 0ns: while task 1")
    );
}

#[test]
fn a_destructor_that_panics_in_the_body_is_told_beside_the_verdict() {
    let event_loop = EventLoop::new();
    let stopped = event_loop.run(hold(Bomb)).unwrap_err();
    let text = stopped.to_string();
    assert!(
        stopped.is_never_woken() && text.contains("destructor failed at 0ns: while the body"),
        "{text}"
    );
    event_loop.close().unwrap();
}

#[test]
fn the_result_of_a_job_that_was_given_up_may_panic_when_it_is_dropped() {
    let event_loop = EventLoop::new();
    let run = || {
        event_loop.run(async {
            let (release, released) = mpsc::channel::<()>();
            let job = spawn_blocking(move || {
                released.recv().unwrap();
                Bomb
            });
            yield_now().await;
            job.abort();
            assert!(job.await.map(drop).unwrap_err().is_cancelled());
            release.send(()).unwrap();
            sleep(secs(1)).await;
        })
    };
    let stopped = catch_unwind(AssertUnwindSafe(run))
        .expect("it is contained")
        .unwrap_err();
    assert!(stopped.to_string().contains("dropped"), "{stopped}");
}

#[test]
fn closing_tells_of_a_panic_that_nobody_read() {
    let event_loop = EventLoop::new();
    let [held] = event_loop.block_on(async {
        let held = spawn(async { panic!("read me") });
        yield_now().await;
        [held]
    });
    let stopped = event_loop.close().unwrap_err();
    assert!(
        stopped.is_background_failure() && stopped.to_string().contains("read me"),
        "{stopped}"
    );
    drop(held);
}

#[test]
fn what_a_report_has_told_is_not_told_again() {
    let event_loop = EventLoop::new();
    let body = async {
        let _held = spawn(async { panic!("once") });
        nobody_sends().await;
    };
    let stopped = event_loop.run(body).unwrap_err();
    assert!(
        stopped.is_sleep_forever() && stopped.to_string().contains("once"),
        "{stopped}"
    );
    event_loop.block_on(async { sleep(secs(1)).await });
    event_loop.close().unwrap();
}

#[test]
fn the_first_panic_in_a_dropped_set_is_told_first() {
    let stopped = EventLoop::new().run(async {
        let mut set = JoinSet::<()>::new();
        set.spawn(async { panic!("first") });
        set.spawn(async { panic!("second") });
        yield_now().await;
    });
    let text = stopped.unwrap_err().to_string();
    assert!(text.find("first") < text.find("second"), "{text}");
}

#[test]
fn a_handle_that_is_dropped_after_its_world_is_harmless() {
    let event_loop = EventLoop::new();
    let (task, abort) = event_loop.block_on(async {
        let task = spawn(pending::<()>());
        let abort = task.abort_handle();
        (task, abort)
    });
    drop(event_loop);
    abort.abort();
    assert!(task.is_finished() && abort.is_finished());
    drop(task);
}

#[test]
fn a_waker_may_outlive_its_world_and_its_thread() {
    let event_loop = EventLoop::new();
    let body = event_loop.block_on(poll_fn(|cx| Poll::Ready(cx.waker().clone())));
    let (sender, receiver) = mpsc::channel();
    event_loop.block_on(async {
        spawn(poll_fn(move |cx| {
            sender.send(cx.waker().clone()).unwrap();
            Poll::<()>::Pending
        }));
        yield_now().await;
    });
    drop(event_loop);
    let task = receiver.recv().unwrap();
    let use_them = move || {
        for waker in [body, task] {
            waker.wake_by_ref();
            waker.wake();
        }
    };
    std::thread::spawn(use_them).join().unwrap();
}

#[test]
#[should_panic(expected = "keep what `EventLoop::new` returned")]
fn a_handle_does_not_keep_its_loop_alive() {
    let handle = EventLoop::new().clone();
    let _ = handle.run(async {});
}
