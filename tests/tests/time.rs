//! Waiting in virtual time: sleeps and timeouts.

use std::cell::RefCell;
use std::future::{Future, pending, poll_fn, ready};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use solipsism::time::{Duration, Instant, Sleep, sleep, sleep_until, timeout, timeout_at};
use solipsism::{EventLoop, spawn, task};

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// A waker that only notes that it was woken.
struct Note(u32, Arc<Mutex<Vec<u32>>>);

impl Wake for Note {
    fn wake(self: Arc<Self>) {
        self.1.lock().expect("nobody panics").push(self.0);
    }
}

#[solipsism::test]
async fn a_sleep_ends_exactly_at_its_deadline() {
    for duration in [
        Duration::from_nanos(1),
        secs(86_401),
        secs(100 * 31_557_600),
    ] {
        let start = Instant::now();
        sleep(duration).await;
        assert_eq!(start.elapsed(), duration);
    }
}

#[solipsism::test]
async fn ten_tenths_make_a_second() {
    let start = Instant::now();
    for _ in 0..10 {
        sleep(Duration::from_secs_f64(0.1)).await;
    }
    assert_eq!(start.elapsed(), secs(1));
}

#[solipsism::test]
async fn a_sleep_counts_from_its_creation() {
    let early = sleep(secs(3));
    assert_eq!(early.deadline(), Instant::now() + secs(3));
    sleep(secs(2)).await;
    let start = Instant::now();
    early.await;
    assert_eq!(start.elapsed(), secs(1));
}

#[solipsism::test]
async fn a_sleep_past_the_end_of_time_is_no_deadline(event_loop: EventLoop) {
    let mut never = pin!(sleep(Duration::MAX));
    assert!(poll_once(never.as_mut()).is_pending());
    assert_eq!(
        (event_loop.pending_timers(), event_loop.next_deadline()),
        (0, None)
    );
    assert!(timeout(secs(100 * 31_557_600), never).await.is_err());
}

#[solipsism::test]
async fn a_sleep_of_no_time_yields_once() {
    let other = spawn(async {});
    let mut zero = pin!(sleep(Duration::ZERO));
    let mut polls = 0;
    poll_fn(|cx| {
        polls += 1;
        zero.as_mut().poll(cx)
    })
    .await;
    assert_eq!((polls, other.is_finished()), (2, true));
    assert_eq!(
        Instant::now().duration_since(zero.deadline()),
        Duration::ZERO
    );
}

#[solipsism::test]
async fn a_deadline_in_the_past_is_reached_at_once() {
    let start = Instant::now();
    sleep(secs(5)).await;
    for past in [start, start + secs(1), Instant::now()] {
        assert!(poll_once(pin!(sleep_until(past))).is_ready());
    }
    let late = sleep(secs(1));
    sleep(secs(2)).await;
    assert!(poll_once(pin!(late)).is_ready());
}

#[solipsism::test]
async fn equal_deadlines_fire_in_the_order_in_which_they_were_set() {
    let order = Rc::new(RefCell::new(Vec::new()));
    let deadline = Instant::now() + secs(10);
    for set_at in [3, 1, 2] {
        let order = Rc::clone(&order);
        spawn(async move {
            sleep(secs(set_at)).await;
            sleep_until(deadline).await;
            order.borrow_mut().push(set_at);
        });
    }
    sleep(secs(10)).await;
    assert_eq!(*order.borrow(), [1, 2, 3]);
}

#[solipsism::test]
async fn a_deadline_is_set_by_the_first_poll() {
    let order = Arc::default();
    let mut sleeps: Vec<_> = (0..3).map(|_| Box::pin(sleep(secs(1)))).collect();
    for name in [2_u32, 0, 1] {
        let waker = Waker::from(Arc::new(Note(name, Arc::clone(&order))));
        let sleep = sleeps[name as usize].as_mut();
        assert!(sleep.poll(&mut Context::from_waker(&waker)).is_pending());
    }
    sleep(secs(2)).await;
    assert_eq!(*order.lock().expect("nobody panics"), [2, 0, 1]);
}

#[solipsism::test]
async fn the_body_is_the_last_to_wake_at_its_instant() {
    let own = sleep(secs(1));
    let (sender, receiver) = futures_channel::oneshot::channel();
    spawn(async move {
        sleep(secs(1)).await;
        for _ in 0..3 {
            sleep(Duration::ZERO).await;
            task::yield_now().await;
        }
        let doubled = spawn(async { task::spawn_blocking(|| 2 * 21).await });
        let _ = sender.send(doubled.await);
    });
    let last = spawn(receiver);
    own.await;
    assert!(last.is_finished());
    let sent = last.await.expect("it finishes").expect("it is sent");
    let doubled = sent.expect("the task finishes");
    assert_eq!(doubled.expect("the job finishes"), 42);
}

#[solipsism::test]
async fn the_body_is_the_last_although_it_set_its_deadline_first() {
    let (sender, receiver) = futures_channel::oneshot::channel();
    spawn(async move {
        task::yield_now().await;
        sleep(secs(1)).await;
        sender.send(()).expect("the body still waits");
    });
    assert!(timeout(secs(1), receiver).await.is_ok());
}

#[solipsism::test]
async fn the_body_is_the_last_with_a_sleep_that_a_task_began() {
    let (sender, mut receiver) = futures_channel::oneshot::channel();
    let begun = spawn(async {
        let mut begun = Box::pin(sleep(secs(1)));
        assert!(poll_once(begun.as_mut()).is_pending());
        [begun]
    });
    let [begun] = begun.await.expect("it finishes");
    spawn(async move {
        sleep(secs(1)).await;
        sender.send(())
    });
    begun.await;
    assert_eq!(receiver.try_recv(), Ok(Some(())));
}

#[solipsism::test]
async fn a_task_takes_over_a_sleep_that_the_body_began() {
    let mut begun = Box::pin(sleep(secs(1)));
    assert!(timeout(Duration::from_millis(1), &mut begun).await.is_err());
    let taken_over = spawn(async {
        begun.await;
        Instant::now()
    });
    sleep(secs(1)).await;
    assert!(taken_over.is_finished());
    assert_eq!(
        format!("{:?}", taken_over.await.expect("it finishes")),
        "1s"
    );
}

#[solipsism::test]
async fn a_sleep_wakes_the_waker_of_its_last_poll_alone() {
    let woken = Arc::default();
    let deadline = Instant::now() + secs(2);
    let mut sleep = pin!(sleep(secs(1)));
    for name in [1, 2] {
        let waker = Waker::from(Arc::new(Note(name, Arc::clone(&woken))));
        let mut cx = Context::from_waker(&waker);
        assert!(sleep.as_mut().poll(&mut cx).is_pending());
    }
    sleep_until(deadline).await;
    assert_eq!(*woken.lock().expect("nobody panics"), [2]);
    assert!(poll_once(sleep).is_ready());
}

/// A waker that owns a sleep, as that of a hand-written combinator might.
struct Owner(#[expect(dead_code, reason = "it is there to be dropped")] Mutex<Sleep>);

impl Wake for Owner {
    fn wake(self: Arc<Self>) {}
}

#[solipsism::test]
async fn a_waker_that_is_replaced_may_own_a_sleep(event_loop: EventLoop) {
    let mut owned = sleep(secs(5));
    assert!(poll_once(Pin::new(&mut owned)).is_pending());
    let mut sleep = pin!(sleep(secs(1)));
    let waker = Waker::from(Arc::new(Owner(Mutex::new(owned))));
    assert!(
        sleep
            .as_mut()
            .poll(&mut Context::from_waker(&waker))
            .is_pending()
    );
    drop(waker);
    assert_eq!(event_loop.pending_timers(), 2);
    assert!(poll_once(sleep.as_mut()).is_pending());
    assert_eq!(event_loop.pending_timers(), 1);
}

#[solipsism::test]
async fn a_dropped_sleep_takes_its_deadline_back(event_loop: EventLoop) {
    let mut sleep = Box::pin(sleep(secs(1)));
    assert_eq!(event_loop.pending_timers(), 0, "it was not polled");
    assert!(poll_once(sleep.as_mut()).is_pending());
    assert_eq!(event_loop.next_deadline(), Some(sleep.deadline()));
    drop(sleep);
    assert_eq!(
        (event_loop.pending_timers(), event_loop.next_deadline()),
        (0, None)
    );
}

#[solipsism::test]
async fn a_sleep_can_be_reset_before_and_after_its_end() {
    let start = Instant::now();
    let mut sleep = pin!(sleep(secs(10)));
    assert!(poll_once(sleep.as_mut()).is_pending());
    for (deadline, end) in [(3, 3), (5, 5), (4, 5)] {
        sleep.as_mut().reset(start + secs(deadline));
        assert!(!sleep.is_elapsed());
        sleep.as_mut().await;
        assert!(sleep.is_elapsed());
        assert_eq!(start.elapsed(), secs(end));
    }
}

#[solipsism::test]
async fn a_reset_sets_the_deadline_anew_behind_others_of_its_instant() {
    let order = Arc::default();
    let [mut first, mut second] = [Box::pin(sleep(secs(1))), Box::pin(sleep(secs(1)))];
    let poll = |name, sleep: &mut Pin<Box<Sleep>>| {
        let waker = Waker::from(Arc::new(Note(name, Arc::clone(&order))));
        assert!(
            sleep
                .as_mut()
                .poll(&mut Context::from_waker(&waker))
                .is_pending()
        );
    };
    poll(1, &mut first);
    poll(2, &mut second);
    let deadline = first.deadline();
    first.as_mut().reset(deadline);
    poll(1, &mut first);
    sleep(secs(2)).await;
    assert_eq!(*order.lock().expect("nobody panics"), [2, 1]);
}

#[solipsism::test]
async fn a_future_that_is_ready_at_the_deadline_has_made_it() {
    assert!(timeout(secs(1), sleep(secs(1))).await.is_ok());
    assert!(timeout(Duration::ZERO, ready(())).await.is_ok());
    let task = spawn(timeout(secs(1), sleep(secs(1))));
    assert!(task.await.expect("it finishes").is_ok());
}

#[solipsism::test]
async fn a_timeout_ends_exactly_at_its_deadline() {
    for duration in [Duration::ZERO, Duration::from_nanos(1), secs(3600)] {
        let start = Instant::now();
        let elapsed = timeout(duration, pending::<()>()).await;
        assert_eq!(
            elapsed.expect_err("it never finishes").to_string(),
            "deadline has elapsed"
        );
        assert_eq!(start.elapsed(), duration);
    }
}

#[solipsism::test]
async fn of_nested_timeouts_the_shorter_one_counts() {
    let start = Instant::now();
    let inner = timeout(secs(1), timeout(secs(2), pending::<()>())).await;
    assert!(inner.is_err());
    let outer = timeout(secs(4), timeout(secs(3), pending::<()>())).await;
    assert!(outer.expect("the inner one ends first").is_err());
    let both = timeout(secs(5), timeout(secs(5), pending::<()>())).await;
    assert!(both.expect("it is ready at the deadline").is_err());
    assert_eq!(start.elapsed(), secs(1 + 3 + 5));
}

#[solipsism::test]
async fn a_timeout_past_the_end_of_time_is_no_deadline(event_loop: EventLoop) {
    let mut limited = pin!(timeout(Duration::MAX, sleep(secs(1))));
    assert!(poll_once(limited.as_mut()).is_pending());
    assert_eq!(event_loop.pending_timers(), 1);
    assert!(limited.await.is_ok());
}

#[solipsism::test]
async fn a_timeout_that_is_over_or_dropped_leaves_no_deadline(event_loop: EventLoop) {
    assert!(timeout(secs(9), sleep(secs(1))).await.is_ok());
    assert_eq!(event_loop.pending_timers(), 0);
    let mut limited = Box::pin(timeout(secs(9), sleep(secs(1))));
    assert!(poll_once(limited.as_mut()).is_pending());
    assert_eq!(event_loop.pending_timers(), 2);
    drop(limited);
    assert_eq!(event_loop.pending_timers(), 0);
}

#[solipsism::test]
async fn a_timeout_can_end_at_an_instant() {
    let start = Instant::now();
    assert!(timeout_at(start + secs(2), pending::<()>()).await.is_err());
    assert_eq!(start.elapsed(), secs(2));
    assert!(timeout_at(start, sleep(secs(1))).await.is_err());
    assert!(timeout_at(start, ready(())).await.is_ok());
    assert_eq!(start.elapsed(), secs(2));
}

#[solipsism::test]
async fn debugging_a_sleep_shows_nothing_that_differs_between_runs() {
    let mut sleep = std::pin::pin!(sleep(Duration::from_secs(2)));
    let _elapsed = timeout(Duration::from_secs(1), sleep.as_mut()).await;
    assert_eq!(format!("{sleep:?}"), "Sleep { deadline: 2s, .. }");
}

solipsism::main!();
