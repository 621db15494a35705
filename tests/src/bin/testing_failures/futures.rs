//! Futures with a defect each.

use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use solipsism::task::JoinHandle;
use solipsism::testing::check_future;
use solipsism::time::{self, Sleep};

const SECOND: Duration = Duration::from_secs(1);

/// Set by a task after a second. What becomes of the wakers is the defect's.
#[derive(Default)]
struct Event {
    is_set: Cell<bool>,
    wakers: RefCell<Vec<Waker>>,
}

impl Event {
    fn after_a_second() -> Rc<Self> {
        let event = Rc::new(Self::default());
        let setter = Rc::clone(&event);
        solipsism::task::spawn_local(async move {
            time::sleep(SECOND).await;
            setter.is_set.set(true);
            setter.wakers.take().into_iter().for_each(Waker::wake);
        });
        event
    }

    /// Waits for it; `keep` says what becomes of the waker of a poll.
    fn wait(keep: fn(&Self, &Waker)) -> impl Future<Output = ()> {
        let event = Self::after_a_second();
        poll_fn(move |cx| {
            if event.is_set.get() {
                return Poll::Ready(());
            }
            keep(&event, cx.waker());
            Poll::Pending
        })
    }
}

#[solipsism::test]
async fn loses_its_waker() {
    check_future(|| Event::wait(|_, _| ())).await;
}

#[solipsism::test]
async fn never_ends() {
    check_future(pending::<()>).await;
}

#[solipsism::test]
async fn keeps_its_first_waker() {
    check_future(|| {
        Event::wait(|event, waker| {
            let mut wakers = event.wakers.borrow_mut();
            if wakers.is_empty() {
                wakers.push(waker.clone());
            }
        })
    })
    .await;
}

#[solipsism::test]
async fn keeps_every_waker() {
    check_future(|| Event::wait(|event, waker| event.wakers.borrow_mut().push(waker.clone())))
        .await;
}

#[solipsism::test]
async fn wakes_when_it_was_dropped() {
    check_future(|| Event::wait(|event, waker| *event.wakers.borrow_mut() = vec![waker.clone()]))
        .await;
}

#[solipsism::test]
async fn takes_every_poll_for_its_end() {
    struct Twice(Sleep, bool);

    impl Future for Twice {
        type Output = ();

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
            let was_polled = std::mem::replace(&mut self.1, true);
            let _ = Pin::new(&mut self.0).poll(cx);
            if was_polled {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        }
    }

    check_future(|| Twice(time::sleep(SECOND), false)).await;
}

#[solipsism::test]
async fn begins_anew_with_every_poll() {
    check_future(|| {
        let mut sleep = time::sleep(SECOND);
        poll_fn(move |cx| {
            if time::Instant::now() < sleep.deadline() {
                sleep = time::sleep(SECOND);
            }
            Pin::new(&mut sleep).poll(cx)
        })
    })
    .await;
}

#[solipsism::test]
async fn panics_when_it_is_polled_again() {
    struct Once(JoinHandle<()>, Option<Waker>);

    impl Future for Once {
        type Output = ();

        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
            let done = Pin::new(&mut self.0).poll(cx).is_ready();
            if done {
                return Poll::Ready(());
            }
            let former = self.1.replace(cx.waker().clone());
            assert!(
                !former.is_some_and(|former| former.will_wake(cx.waker())),
                "nobody woke me"
            );
            Poll::Pending
        }
    }

    check_future(|| Once(solipsism::spawn(time::sleep(SECOND)), None)).await;
}

#[solipsism::test]
async fn loses_what_comes_before_a_late_poll() {
    check_future(|| {
        let event = Event::after_a_second();
        let since = time::Instant::now();
        poll_fn(move |cx| {
            // It is only looked at in the instant in which it is set.
            if event.is_set.get() && time::Instant::now() == since + SECOND {
                return Poll::Ready(());
            }
            *event.wakers.borrow_mut() = vec![cx.waker().clone()];
            Poll::Pending
        })
    })
    .await;
}
