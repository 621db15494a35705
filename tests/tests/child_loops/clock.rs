//! A child's clock is ahead of that of the loop around it.

use std::cell::{Cell, RefCell};
use std::future::{Future, pending};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Waker};

use solipsism::time::{
    self, Duration, Instant, MissedTickBehavior, SystemTime, sleep, sleep_until,
};
use solipsism::{EventLoop, spawn, task};

use super::secs;

#[solipsism::test]
async fn a_shift_moves_the_childs_clock_and_deadlines_and_nobody_elses(event_loop: EventLoop) {
    let theirs = spawn(sleep(secs(10)));
    let child = event_loop.child();
    let own = child.spawn(async {
        sleep(secs(10)).await;
        Instant::now()
    });
    task::yield_now().await;
    let (start, wall) = (Instant::now(), SystemTime::now());
    child.advance_local(secs(10));
    assert_eq!(format!("{:?}", own.await.unwrap()), "10s");
    assert_eq!((Instant::now(), SystemTime::now()), (start, wall));
    assert_eq!(child.now() - event_loop.now(), secs(10));
    let (local, its_wall) = child
        .run(async { (Instant::now(), SystemTime::now()) })
        .await;
    assert_eq!(local, child.now());
    assert_eq!(its_wall, wall + secs(10));
    assert!(!theirs.is_finished());
    theirs.await.unwrap();
    assert_eq!(start.elapsed(), secs(10));
    assert_eq!(child.now() - event_loop.now(), secs(10));
}

#[solipsism::test]
async fn a_shift_is_no_stepping(event_loop: EventLoop) {
    let ticks = Rc::new(Cell::new(0));
    let child = event_loop.child();
    let counted = Rc::clone(&ticks);
    child.spawn(async move {
        loop {
            sleep(secs(10)).await;
            counted.set(counted.get() + 1);
        }
    });
    event_loop.settle().await;
    child.advance_local(secs(100));
    assert_eq!(ticks.get(), 0, "not before the next turn");
    event_loop.settle().await;
    assert_eq!(ticks.get(), 1);
    child.advance_local(secs(9));
    event_loop.settle().await;
    assert_eq!(ticks.get(), 1);
    child.advance_local(secs(1));
    event_loop.settle().await;
    assert_eq!(ticks.get(), 2);
    // By itself it goes on as before.
    sleep(secs(25)).await;
    assert_eq!(ticks.get(), 4);
}

#[solipsism::test]
async fn what_is_over_fires_in_the_order_of_the_deadlines(event_loop: EventLoop) {
    let child = event_loop.child();
    let fired = Rc::new(RefCell::new(Vec::new()));
    for at in [30, 10, 20, 10, 40, 50] {
        let fired = Rc::clone(&fired);
        child.spawn(async move {
            let start = Instant::now();
            sleep(secs(at)).await;
            fired.borrow_mut().push((at, start.elapsed().as_secs()));
        });
    }
    event_loop.settle().await;
    child.advance_local(secs(40));
    event_loop.settle().await;
    let over = [(10, 40), (10, 40), (20, 40), (30, 40), (40, 40)];
    assert_eq!(*fired.borrow(), over);
    sleep(Duration::from_nanos(9_999_999_999)).await;
    assert_eq!(fired.borrow().len(), 5);
    sleep(Duration::from_nanos(1)).await;
    assert_eq!(fired.borrow().last(), Some(&(50, 50)));
}

#[solipsism::test]
async fn a_cancelled_deadline_is_not_revived(event_loop: EventLoop) {
    let child = event_loop.child();
    let gone = child.spawn(async {
        time::timeout(secs(5), sleep(secs(50))).await.unwrap_err();
        pending::<()>().await;
    });
    let aborted = child.spawn(sleep(secs(20)));
    let woken = child.spawn(async {
        let _ = time::timeout(secs(10), task::yield_now()).await;
        sleep(secs(200)).await;
    });
    event_loop.settle().await;
    child.advance_local(secs(6));
    event_loop.settle().await;
    aborted.abort();
    event_loop.settle().await;
    assert_eq!(event_loop.pending_timers(), 1);
    child.advance_local(secs(100));
    event_loop.settle().await;
    assert!(!gone.is_finished() && !woken.is_finished());
    assert!(aborted.await.unwrap_err().is_cancelled());
    assert_eq!(event_loop.pending_timers(), 1);
}

#[solipsism::test]
async fn a_deadline_that_is_set_right_after_a_shift_is_right(event_loop: EventLoop) {
    sleep(secs(1)).await;
    let child = event_loop.child();
    child.advance_local(secs(60));
    let start = Instant::now();
    child
        .run(async {
            let now = Instant::now();
            assert_eq!(format!("{now:?}"), "61s");
            sleep_until(now + secs(5)).await;
            assert_eq!(now.elapsed(), secs(5));
            sleep_until(now).await;
            assert_eq!(now.elapsed(), secs(5), "that is past");
            time::timeout_at(now + secs(7), pending::<()>())
                .await
                .unwrap_err();
            assert_eq!(now.elapsed(), secs(7));
            assert_eq!(EventLoop::current().now(), Instant::now());
        })
        .await;
    assert_eq!(start.elapsed(), secs(7));
    let next = child.run(async { event_loop.next_deadline() }).await;
    assert_eq!(next, None);
    let sleep = child.spawn(sleep(secs(3)));
    event_loop.settle().await;
    let inside = child.handle();
    assert_eq!(inside.next_deadline(), Some(inside.now() + secs(3)));
    assert_eq!(event_loop.next_deadline(), Some(event_loop.now() + secs(3)));
    sleep.await.unwrap();
}

#[solipsism::test]
async fn several_shifts_add_up_and_none_is_none(event_loop: EventLoop) {
    let child = event_loop.child();
    let sleep = child.spawn(async {
        sleep(secs(10)).await;
        Instant::now()
    });
    event_loop.settle().await;
    for _ in 0..9 {
        child.advance_local(Duration::ZERO);
        child.advance_local(secs(1));
        event_loop.settle().await;
        assert!(!sleep.is_finished());
    }
    child.advance_local(Duration::ZERO);
    assert_eq!(child.now() - event_loop.now(), secs(9));
    assert_eq!(format!("{:?}", sleep.await.unwrap()), "10s");
    assert_eq!(format!("{:?}", event_loop.now()), "1s");
}

#[solipsism::test]
async fn what_was_set_on_the_parent_stays_the_parents(event_loop: EventLoop) {
    let child = event_loop.child();
    let mut timer = pin!(sleep(secs(10)));
    assert!(
        timer
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
            .is_pending()
    );
    let mut interval = time::interval(secs(4));
    interval.set_missed_tick_behavior(MissedTickBehavior::Skip);
    interval.tick().await;
    let start = Instant::now();
    child
        .run(async {
            EventLoop::current().advance_local(secs(1000));
            interval.tick().await;
            assert_eq!(start + secs(1004), Instant::now());
            timer.await;
            assert_eq!(start + secs(1010), Instant::now());
            interval.reset();
            interval.tick().await;
            assert_eq!(start + secs(1014), Instant::now());
        })
        .await;
    assert_eq!(start.elapsed(), secs(14));
    let joined = spawn(sleep(secs(5)));
    let waiting = child.spawn(async move { joined.await.is_ok() });
    event_loop.settle().await;
    child.advance_local(secs(5));
    event_loop.settle().await;
    assert!(!waiting.is_finished());
    assert!(waiting.await.unwrap());
    assert_eq!(start.elapsed(), secs(19));
}

#[solipsism::test]
async fn a_sleep_is_of_the_loop_that_first_waits_for_it(event_loop: EventLoop) {
    let child = event_loop.child();
    let task = child.spawn(sleep(secs(10)));
    let limited = child.spawn(time::timeout(secs(10), pending::<()>()));
    event_loop.settle().await;
    child.advance_local(secs(10));
    event_loop.settle().await;
    assert!(task.is_finished() && limited.is_finished());
    // A shift before that does not count: ten seconds were asked for where no time had passed.
    let timer = sleep(secs(10));
    let start = Instant::now();
    child.advance_local(secs(10));
    child.run(timer).await;
    assert_eq!(start.elapsed(), secs(10));
}

#[solipsism::test]
async fn an_interval_makes_up_for_what_it_missed_as_it_was_told(event_loop: EventLoop) {
    let child = event_loop.child();
    let mut all = [MissedTickBehavior::Burst, MissedTickBehavior::Skip].map(|behavior| {
        child.spawn(async move {
            let mut interval = time::interval(secs(10));
            interval.set_missed_tick_behavior(behavior);
            for _ in 0..4 {
                interval.tick().await;
            }
            Instant::now()
        })
    });
    event_loop.settle().await;
    child.advance_local(secs(35));
    event_loop.settle().await;
    assert_eq!(
        all.each_ref().map(task::JoinHandle::is_finished),
        [true, false]
    );
    let last = (&mut all[1]).await.unwrap();
    assert_eq!(format!("{last:?}"), "50s");
}

#[solipsism::test(clock = "manual")]
async fn a_manual_clock_stands_while_the_childs_is_put_ahead(event_loop: EventLoop) {
    let child = event_loop.child();
    let theirs = spawn(sleep(secs(1)));
    let [first, second] = [1, 3].map(|after| child.spawn(sleep(secs(after))));
    event_loop.settle().await;
    child.advance_local(secs(2));
    event_loop.settle().await;
    let finished = [&theirs, &first, &second].map(task::JoinHandle::is_finished);
    assert_eq!(finished, [false, true, false]);
    assert_eq!(format!("{:?}", event_loop.now()), "0ns");
    // The child's own handle moves everybody's clock, from where the child's stands.
    child.handle().advance_to(child.now() + secs(1)).await;
    assert!(theirs.is_finished() && second.is_finished());
    assert_eq!(format!("{:?}", event_loop.now()), "1s");
    event_loop.advance(secs(1)).await;
    assert_eq!(format!("{:?}", child.now()), "4s");
}

#[solipsism::test(clock = "real")]
async fn under_the_real_clock_nobody_waits_for_what_a_shift_covers(event_loop: EventLoop) {
    let child = event_loop.child();
    let task = child.spawn(async {
        let start = Instant::now();
        sleep(secs(86_400)).await;
        start.elapsed()
    });
    task::yield_now().await;
    child.advance_local(secs(86_400));
    assert!(task.await.unwrap() >= secs(86_400));
    assert!(event_loop.now().duration_since(Instant::now()) == Duration::ZERO);
    assert!(child.now() - event_loop.now() >= secs(86_399));
}

#[solipsism::test]
async fn the_wall_clock_that_a_child_sets_is_what_it_reads(event_loop: EventLoop) {
    let before = SystemTime::now();
    let child = event_loop.child();
    child.advance_local(secs(60));
    let set = before + secs(1_000_000);
    child
        .run(async {
            EventLoop::current().set_wall_clock(set);
            assert_eq!(SystemTime::now(), set);
        })
        .await;
    assert_eq!(SystemTime::now(), set - secs(60));
    child.end().await;
    assert_eq!(SystemTime::now(), before);
}

#[solipsism::test]
async fn what_never_ends_does_not_end_sooner(event_loop: EventLoop) {
    let child = event_loop.child();
    let never = child.spawn(sleep(Duration::MAX));
    event_loop.settle().await;
    child.advance_local(secs(100 * 365 * 86_400));
    child.advance_local(secs(400 * 365 * 86_400));
    event_loop.settle().await;
    assert!(!never.is_finished());
    let late = child.run(async {
        time::timeout(secs(1), sleep(secs(400 * 365 * 86_400)))
            .await
            .is_err()
    });
    assert!(late.await);
}
