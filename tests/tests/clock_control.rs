//! Moving the clock by hand, stopping it, and waiting until everything is blocked.

use std::cell::RefCell;
use std::future::{Future, pending};
use std::pin::pin;
use std::rc::Rc;
use std::sync::mpsc;
use std::task::{Context, Poll, Waker};

use solipsism::task::{self, spawn_blocking};
use solipsism::time::{Duration, Instant, sleep, sleep_until, timeout};
use solipsism::{EventLoop, spawn};

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

#[solipsism::test(clock = "manual")]
async fn an_advance_includes_the_deadlines_at_its_end(event_loop: EventLoop) {
    let at = spawn(sleep(secs(2)));
    let after = spawn(sleep(Duration::new(2, 1)));
    event_loop.advance(Duration::new(1, 999_999_999)).await;
    assert!(!at.is_finished());
    event_loop.advance(Duration::from_nanos(1)).await;
    assert_eq!((at.is_finished(), after.is_finished()), (true, false));
    assert_eq!(event_loop.now(), Instant::now());
    assert_eq!(format!("{:?}", event_loop.now()), "2s");
}

#[solipsism::test(clock = "manual")]
async fn an_advance_steps_through_every_deadline_on_its_way(event_loop: EventLoop) {
    let seen = Rc::new(RefCell::new(Vec::new()));
    for at in [5, 1, 3, 3] {
        let seen = Rc::clone(&seen);
        spawn(async move {
            sleep(secs(at)).await;
            seen.borrow_mut().push(Instant::now());
        });
    }
    let start = event_loop.now();
    event_loop.advance(secs(4)).await;
    assert_eq!(*seen.borrow(), [1, 3, 3].map(|at| start + secs(at)));
    assert_eq!(event_loop.now(), start + secs(4));
}

#[solipsism::test(clock = "manual")]
async fn an_advance_steps_through_timers_that_timers_set(event_loop: EventLoop) {
    let start = event_loop.now();
    let chain = spawn(async {
        for _ in 0..10 {
            sleep(secs(1)).await;
            spawn(sleep(Duration::from_millis(500)))
                .await
                .expect("it finishes");
        }
        Instant::now()
    });
    event_loop.advance(secs(15)).await;
    assert_eq!(chain.await.expect("it finishes"), start + secs(15));
    assert_eq!(event_loop.pending_timers(), 0);
}

#[solipsism::test(clock = "manual")]
async fn an_advance_settles_before_the_clock_moves(event_loop: EventLoop) {
    let start = event_loop.now();
    let began = spawn(async {
        task::yield_now().await;
        let began = Instant::now();
        sleep(secs(1)).await;
        (began, Instant::now())
    });
    event_loop.advance(secs(1)).await;
    assert!(
        began.is_finished(),
        "its deadline counts from before the advance"
    );
    assert_eq!(began.await.expect("it finishes"), (start, start + secs(1)));
}

#[solipsism::test(clock = "manual")]
async fn an_advance_settles_after_the_clock_moved(event_loop: EventLoop) {
    let busy = spawn(async {
        sleep(secs(1)).await;
        for _ in 0..5 {
            task::yield_now().await;
            sleep(Duration::ZERO).await;
        }
        spawn_blocking(|| ()).await
    });
    event_loop.advance(secs(1)).await;
    assert!(busy.is_finished());
}

#[solipsism::test]
async fn an_advance_of_no_time_settles(event_loop: EventLoop) {
    let busy = spawn(async { task::yield_now().await });
    let later = spawn(sleep(Duration::from_nanos(1)));
    let now = event_loop.now();
    event_loop.advance(Duration::ZERO).await;
    event_loop.advance_to(now).await;
    assert_eq!(
        (busy.is_finished(), later.is_finished(), event_loop.now()),
        (true, false, now)
    );
}

#[solipsism::test]
async fn a_virtual_clock_can_be_advanced_by_a_task(event_loop: EventLoop) {
    let start = event_loop.now();
    let task = spawn(async move {
        event_loop.advance_to(start + secs(3)).await;
        event_loop.now()
    });
    sleep(secs(2)).await;
    assert_eq!(start.elapsed(), secs(2));
    assert_eq!(task.await.expect("it finishes"), start + secs(3));
}

#[solipsism::test(clock = "manual")]
async fn the_wall_clock_is_advanced_too(event_loop: EventLoop) {
    let before = event_loop.wall_clock();
    event_loop.advance(secs(60)).await;
    assert_eq!(event_loop.wall_clock(), before + secs(60));
}

#[solipsism::test(clock = "manual")]
async fn two_advances_at_once_are_told_apart_by_their_sites(event_loop: EventLoop) {
    let first = (event_loop.advance(secs(1)), line!());
    let second = (event_loop.advance(secs(1)), line!());
    let under_way = spawn(first.0);
    let error = spawn(second.0).await.expect_err("it panics").to_string();
    under_way.await.expect("it goes on");
    for (which, line) in [("the call", second.1), ("while that", first.1)] {
        let site = format!("{which} at {}:{line}:", file!());
        assert!(error.contains(&site), "{error}");
    }
    assert!(error.contains("two at once advance the clock"), "{error}");
}

#[solipsism::test(clock = "manual")]
async fn one_advance_may_follow_another(event_loop: EventLoop) {
    let other = event_loop.clone();
    let start = event_loop.now();
    spawn(async move { other.advance(secs(1)).await })
        .await
        .expect("it finishes");
    event_loop.advance(secs(1)).await;
    assert_eq!(start.elapsed(), secs(2));
}

#[solipsism::test(clock = "manual")]
async fn a_cancelled_advance_leaves_the_clock_where_it_is(event_loop: EventLoop) {
    let start = event_loop.now();
    assert!(timeout(secs(2), event_loop.advance(secs(5))).await.is_err());
    assert_eq!(start.elapsed(), secs(2));
    event_loop.advance(secs(1)).await;
    assert_eq!(start.elapsed(), secs(3));
}

#[solipsism::test(clock = "manual")]
async fn an_aborted_advance_leaves_room_for_another(event_loop: EventLoop) {
    let other = event_loop.clone();
    let advancing = spawn(async move { other.advance(secs(5)).await });
    task::yield_now().await;
    advancing.abort();
    task::yield_now().await;
    event_loop.advance(secs(1)).await;
    assert_eq!(format!("{:?}", event_loop.now()), "1s");
}

#[solipsism::test]
async fn an_advance_counts_from_its_call(event_loop: EventLoop) {
    let start = event_loop.now();
    let advance = event_loop.advance(secs(3));
    sleep(secs(2)).await;
    advance.await;
    assert_eq!(start.elapsed(), secs(3));
}

#[solipsism::test]
#[should_panic(expected = "`advance_to(1s)` was called at 2s: time does not go back")]
async fn an_advance_to_the_past_is_refused(event_loop: EventLoop) {
    let start = event_loop.now();
    sleep(secs(2)).await;
    event_loop.advance_to(start + secs(1)).await;
}

#[solipsism::test]
#[should_panic(expected = "`advance` ends within 584 years")]
async fn an_advance_past_the_end_of_time_is_refused(event_loop: EventLoop) {
    event_loop.advance(Duration::MAX).await;
}

#[solipsism::test(clock = "real")]
#[should_panic(expected = "this loop's is real: sleep instead")]
async fn a_real_clock_cannot_be_advanced(event_loop: EventLoop) {
    event_loop.advance(secs(1)).await;
}

#[solipsism::test]
async fn a_frozen_clock_is_moved_by_advance_alone(event_loop: EventLoop) {
    let start = event_loop.now();
    let sleeper = spawn(sleep(secs(1)));
    let frozen = event_loop.freeze();
    let again = event_loop.freeze();
    event_loop.settle().await;
    assert!(!sleeper.is_finished());
    event_loop.advance(secs(1)).await;
    assert!(sleeper.is_finished());
    drop(frozen);
    let other = event_loop.clone();
    spawn(async move {
        other.settle().await;
        assert_eq!(other.now(), start + secs(1), "one guard is left");
        drop(again);
    });
    sleep(secs(1)).await;
    assert_eq!(start.elapsed(), secs(2));
}

#[solipsism::test(clock = "manual")]
async fn the_next_deadline_can_be_seen(event_loop: EventLoop) {
    assert_eq!(
        (event_loop.next_deadline(), event_loop.pending_timers()),
        (None, 0)
    );
    let start = event_loop.now();
    let tasks: Vec<_> = [3, 1, 2].map(|at| spawn(sleep(secs(at)))).into();
    spawn(sleep(Duration::MAX));
    event_loop.settle().await;
    for left in [3_usize, 2, 1] {
        assert_eq!(event_loop.pending_timers(), left);
        let next = event_loop.next_deadline().expect("there is one");
        assert_eq!(next, event_loop.now() + secs(1));
        event_loop.advance_to(next).await;
    }
    assert_eq!(event_loop.now(), start + secs(3));
    assert!(tasks.iter().all(task::JoinHandle::is_finished));
    assert_eq!(event_loop.next_deadline(), None);
}

#[solipsism::test(clock = "manual")]
async fn an_aborted_sleep_is_no_deadline(event_loop: EventLoop) {
    let sleeper = spawn(sleep(secs(1)));
    event_loop.settle().await;
    assert_eq!(event_loop.pending_timers(), 1);
    sleeper.abort();
    event_loop.settle().await;
    assert_eq!(
        (event_loop.next_deadline(), event_loop.pending_timers()),
        (None, 0)
    );
}

#[solipsism::test]
async fn settled_means_that_every_other_task_is_blocked(event_loop: EventLoop) {
    let busy = spawn(async {
        for _ in 0..100 {
            task::yield_now().await;
        }
        [spawn(async { task::yield_now().await })]
    });
    spawn(sleep(Duration::from_nanos(1)));
    let now = event_loop.now();
    event_loop.settle().await;
    let [inner] = busy.await.expect("it finishes");
    assert_eq!((inner.is_finished(), event_loop.now()), (true, now));
}

#[solipsism::test]
async fn whoever_settles_first_goes_on_first_and_the_others_when_it_is_blocked(
    event_loop: EventLoop,
) {
    let order = Rc::new(RefCell::new(Vec::new()));
    for name in [1, 2, 3] {
        let (event_loop, order) = (event_loop.clone(), Rc::clone(&order));
        spawn(async move {
            event_loop.settle().await;
            for _ in 0..3 {
                task::yield_now().await;
                order.borrow_mut().push(name);
            }
        });
    }
    event_loop.settle().await;
    assert!(order.borrow().is_empty(), "the body asked first");
    event_loop.settle().await;
    assert_eq!(*order.borrow(), [1, 1, 1, 2, 2, 2, 3, 3, 3]);
}

#[solipsism::test]
async fn settle_waits_for_blocking_jobs(event_loop: EventLoop) {
    let (release, released) = mpsc::channel::<()>();
    let job = spawn_blocking(move || released.recv());
    spawn(async move { release.send(()) });
    event_loop.settle().await;
    assert!(job.is_finished());
}

#[solipsism::test]
async fn settle_waits_for_announced_wakes(event_loop: EventLoop) {
    let (sender, receiver) = futures_channel::oneshot::channel();
    let receiver = spawn(receiver);
    let external = event_loop.external();
    let thread = std::thread::spawn(move || {
        sender.send(()).expect("the task still waits");
        drop(external);
    });
    event_loop.settle().await;
    assert!(receiver.is_finished());
    thread.join().expect("it does not panic");
}

#[solipsism::test]
async fn a_cancelled_settle_holds_nobody_up(event_loop: EventLoop) {
    let mut settle = Box::pin(event_loop.settle());
    let poll = settle
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()));
    assert_eq!(poll, Poll::Pending);
    drop(settle);
    event_loop.settle().await;
    sleep(secs(1)).await;
}

#[solipsism::test(clock = "manual")]
async fn a_settle_within_an_advance_comes_before_the_next_deadline(event_loop: EventLoop) {
    let handle = event_loop.clone();
    let settled = spawn(async move {
        sleep(secs(1)).await;
        handle.settle().await;
        handle.now()
    });
    spawn(sleep(secs(2)));
    let start = event_loop.now();
    event_loop.advance(secs(3)).await;
    assert_eq!(settled.await.expect("it finishes"), start + secs(1));
}

#[solipsism::test]
async fn time_stands_still_while_a_blocking_job_is_out() {
    let start = Instant::now();
    let timer = spawn(sleep(Duration::from_nanos(1)));
    let (release, released) = mpsc::channel::<()>();
    let job = spawn_blocking(move || released.recv());
    spawn(async move {
        task::yield_now().await;
        release.send(())
    });
    job.await.expect("it finishes").expect("it is released");
    assert_eq!(
        (start.elapsed(), timer.is_finished()),
        (Duration::ZERO, false)
    );
}

#[solipsism::test]
async fn a_job_comes_back_before_the_body_wakes_at_its_instant() {
    let job = spawn(async {
        sleep(secs(1)).await;
        spawn_blocking(|| 1).await.expect("it finishes")
    });
    sleep(secs(1)).await;
    assert!(job.is_finished());
}

#[solipsism::test]
#[should_panic(expected = "`settle` of one event loop was awaited inside of another one")]
async fn a_foreign_loop_cannot_be_settled() {
    EventLoop::new().settle().await;
}

#[solipsism::test]
#[should_panic(expected = "`advance` of one event loop was awaited inside of another one")]
async fn a_foreign_loop_cannot_be_advanced() {
    EventLoop::new().advance(secs(1)).await;
}

#[solipsism::test]
async fn an_advance_is_under_way_from_its_first_poll(event_loop: EventLoop) {
    let unused = event_loop.advance(secs(9));
    event_loop.advance(secs(1)).await;
    drop(unused);
    let mut begun = pin!(event_loop.advance(secs(1)));
    assert!(
        begun
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
            .is_pending()
    );
    let second = timeout(secs(5), spawn(event_loop.advance(secs(1)))).await;
    assert!(second.expect("it ends at once").is_err());
    sleep_until(event_loop.now() + secs(1)).await;
    let _ = timeout(secs(1), pending::<()>()).await;
}

solipsism::main!();
