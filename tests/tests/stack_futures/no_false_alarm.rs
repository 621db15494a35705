//! Programs that are fine, and that would look like hangs to a world which knew less of wakers than these crates do with
//! them.

use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use futures::future::{self, FutureExt};
use futures::stream::{FuturesUnordered, StreamExt};
use futures::task::{ArcWake, AtomicWaker, noop_waker, waker};
use solipsism::time::{self, Duration, Instant};

use super::{MINUTE, beside, seconds, seconds_since};

#[solipsism::test]
async fn a_waker_inside_of_another_ones_is_alive() {
    struct Wrapped(Waker);
    impl ArcWake for Wrapped {
        fn wake_by_ref(this: &Arc<Self>) {
            this.0.wake_by_ref();
        }
    }
    let (sender, receiver) = async_channel::bounded::<()>(1);
    beside(async move {
        seconds(1).await;
        sender.send(()).await.unwrap();
    });
    let mut receive = pin!(receiver.recv());
    let received = poll_fn(|cx| {
        let wrapped = waker(Arc::new(Wrapped(cx.waker().clone())));
        receive.as_mut().poll(&mut Context::from_waker(&wrapped))
    });
    received.await.unwrap();
}

#[solipsism::test]
async fn a_waker_in_a_static_cell_is_alive() {
    thread_local!(static WAKER: RefCell<Option<Waker>> = const { RefCell::new(None) });
    let woken = Rc::new(Cell::new(false));
    let wakes = Rc::clone(&woken);
    beside(async move {
        time::sleep(MINUTE).await;
        wakes.set(true);
        WAKER.take().unwrap().wake();
    });
    let wait = poll_fn(|cx| {
        if woken.get() {
            return Poll::Ready(());
        }
        WAKER.set(Some(cx.waker().clone()));
        Poll::Pending
    });
    wait.await;
}

#[solipsism::test]
async fn an_atomic_waker_that_is_registered_anew_wakes_its_last_task() {
    let shared = Arc::new(AtomicWaker::new());
    let done = Rc::new(Cell::new(0));
    let wait = |number| {
        let (shared, done) = (Arc::clone(&shared), Rc::clone(&done));
        async move {
            poll_fn(|cx| {
                shared.register(cx.waker());
                if done.get() >= number {
                    Poll::Ready(())
                } else {
                    Poll::Pending
                }
            })
            .await;
        }
    };
    let first = solipsism::spawn(wait(2));
    seconds(1).await;
    let second = solipsism::spawn(wait(1));
    seconds(1).await;
    done.set(1);
    shared.wake();
    second.await.unwrap();
    done.set(2);
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
}

#[solipsism::test]
async fn what_was_polled_with_a_waker_that_does_nothing_is_polled_again() {
    let (sender, receiver) = flume::bounded::<u32>(1);
    let mut receive = receiver.recv_async();
    let nobody = noop_waker();
    assert!(
        receive
            .poll_unpin(&mut Context::from_waker(&nobody))
            .is_pending()
    );
    beside(async move {
        seconds(1).await;
        sender.send_async(1).await.unwrap();
    });
    assert_eq!(receive.await, Ok(1));
}

#[solipsism::test]
async fn the_only_waker_is_in_a_task_that_sleeps_for_a_century() {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    beside(async move {
        seconds(100 * 365 * 86_400).await;
        sender.send(()).unwrap();
    });
    receiver.await.unwrap();
}

#[solipsism::test]
async fn the_only_waker_goes_from_task_to_task() {
    let (sender, receiver) = futures::channel::oneshot::channel::<u32>();
    let mut waits = Some(receiver);
    let slot = Rc::new(RefCell::new(None));
    poll_fn(|cx| {
        let poll = waits.as_mut().unwrap().poll_unpin(cx);
        assert!(poll.is_pending());
        slot.replace(waits.take());
        Poll::Ready(())
    })
    .await;
    let moved = solipsism::spawn(async move { slot.take().unwrap().await });
    seconds(1).await;
    sender.send(3).unwrap();
    assert_eq!(moved.await.unwrap(), Ok(3));
}

#[solipsism::test]
async fn a_future_that_panics_in_catch_unwind_wakes_no_less() {
    let (sender, receiver) = async_channel::bounded::<u32>(1);
    let panics = std::panic::AssertUnwindSafe(async move {
        seconds(1).await;
        let _dropped_by_the_panic = sender;
        std::panic::resume_unwind(Box::new("on purpose"));
    });
    beside(async move { assert!(panics.catch_unwind().await.is_err()) });
    assert!(receiver.recv().await.is_err());
}

#[solipsism::test]
async fn the_end_of_a_task_drops_what_another_waits_for() {
    let (sender, receiver) = async_broadcast::broadcast::<u32>(1);
    let holder = solipsism::spawn(async move {
        let _held = sender;
        pending::<()>().await;
    });
    beside(async move {
        seconds(1).await;
        holder.abort();
    });
    let mut receiver = receiver;
    assert!(receiver.recv().await.is_err());
}

#[solipsism::test]
async fn a_channel_of_channels_answers() {
    let (ask, asked) = flume::unbounded::<(u32, futures::channel::oneshot::Sender<u32>)>();
    beside(async move {
        while let Ok((number, answer)) = asked.recv_async().await {
            seconds(1).await;
            answer.send(number * 2).unwrap();
        }
    });
    let start = Instant::now();
    for number in 0..60 {
        let (answer, answered) = futures::channel::oneshot::channel();
        ask.send_async((number, answer)).await.unwrap();
        assert_eq!(answered.await, Ok(number * 2));
    }
    assert_eq!(seconds_since(start), 60);
}

#[solipsism::test]
async fn two_tasks_play_ping_pong_a_hundred_thousand_times_at_one_instant() {
    let (ping, pinged) = async_channel::bounded(1);
    let (pong, ponged) = async_channel::bounded(1);
    beside(async move {
        while let Ok(number) = pinged.recv().await {
            if pong.send(number).await.is_err() {
                return;
            }
        }
    });
    let start = Instant::now();
    for number in 0..100_000_u32 {
        ping.send(number).await.unwrap();
        assert_eq!(ponged.recv().await, Ok(number));
    }
    assert_eq!(seconds_since(start), 0);
}

#[solipsism::test]
async fn a_thousand_tasks_wait_for_one_lock() {
    let lock = Rc::new(async_lock::Mutex::new(0));
    let tasks: Vec<_> = (0..1_000)
        .map(|_| {
            let lock = Rc::clone(&lock);
            solipsism::spawn(async move {
                let mut count = lock.lock().await;
                time::sleep(Duration::from_millis(1)).await;
                *count += 1;
            })
        })
        .collect();
    let start = Instant::now();
    future::try_join_all(tasks).await.unwrap();
    assert_eq!((*lock.lock().await, seconds_since(start)), (1_000, 1));
}

#[solipsism::test]
async fn a_set_of_futures_is_filled_while_it_is_drained() {
    let mut set = FuturesUnordered::new();
    set.push(seconds(1).boxed_local());
    let (start, mut count) = (Instant::now(), 0);
    while let Some(()) = set.next().await {
        count += 1;
        if count < 60 {
            set.push(seconds(1).boxed_local());
        }
    }
    assert_eq!(seconds_since(start), 60);
}

#[solipsism::test]
async fn a_state_machine_of_std_wakes_those_who_wait() {
    let state = Arc::new(Mutex::new((0, Vec::<Waker>::new())));
    let waits = |until| {
        let state = Arc::clone(&state);
        poll_fn(move |cx| {
            let mut state = state.lock().unwrap();
            if state.0 >= until {
                return Poll::Ready(());
            }
            state.1.push(cx.waker().clone());
            Poll::Pending
        })
    };
    let counts = Arc::clone(&state);
    beside(async move {
        for _ in 0..60 {
            seconds(1).await;
            let mut state = counts.lock().unwrap();
            state.0 += 1;
            state.1.drain(..).for_each(Waker::wake);
        }
    });
    let start = Instant::now();
    future::join_all([waits(60), waits(30)]).await;
    assert_eq!(seconds_since(start), 60);
}

#[solipsism::test]
async fn a_channel_without_room_hands_over() {
    let (sender, receiver) = flume::bounded(0);
    let start = Instant::now();
    let sends = solipsism::spawn(async move {
        sender.send_async(1).await.unwrap();
        seconds_since(start)
    });
    time::sleep(MINUTE).await;
    assert_eq!(receiver.recv_async().await, Ok(1));
    assert_eq!(sends.await.unwrap(), 60);
}

#[solipsism::test]
async fn a_set_polls_a_thousand_that_yield() {
    let yields = |_| async {
        for _ in 0..100 {
            solipsism::task::yield_now().await;
        }
    };
    let set: FuturesUnordered<_> = (0..1_000).map(yields).collect();
    assert_eq!(set.count().await, 1_000);
}
