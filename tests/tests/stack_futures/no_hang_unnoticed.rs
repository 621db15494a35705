//! Programs that hang, each told at the instant of its last event.

use std::future::{pending, poll_fn};
use std::rc::Rc;
use std::task::Poll;

use futures::future::FutureExt;
use futures::stream::{FuturesUnordered, StreamExt};
use solipsism::time;

use super::{MINUTE, beside, seconds, stopped};

#[solipsism::test]
async fn two_tasks_wait_for_each_others_channel() {
    let verdict = stopped(|| async {
        let (to_one, one) = async_channel::bounded::<()>(1);
        let (to_other, other) = async_channel::bounded::<()>(1);
        let task = solipsism::spawn(async move {
            one.recv().await.unwrap();
            to_other.send(()).await.unwrap();
        });
        seconds(60).await;
        other.recv().await.unwrap();
        to_one.send(()).await.unwrap();
        task.await.unwrap();
    });
    assert_eq!(verdict, "sleeps forever at 60s");
}

#[solipsism::test]
async fn two_locks_are_taken_in_two_orders() {
    let verdict = stopped(|| async {
        let locks = Rc::new((async_lock::Mutex::new(()), tokio::sync::Mutex::new(())));
        let other = Rc::clone(&locks);
        let task = solipsism::spawn(async move {
            let _second = other.1.lock().await;
            seconds(1).await;
            drop(other.0.lock().await);
        });
        let _first = locks.0.lock().await;
        seconds(1).await;
        drop(locks.1.lock().await);
        task.await.unwrap();
    });
    assert_eq!(verdict, "sleeps forever at 1s");
}

#[solipsism::test]
async fn a_lock_is_taken_twice() {
    let verdict = stopped(|| async {
        let lock = futures::lock::Mutex::new(());
        let _held = lock.lock().await;
        drop(lock.lock().await);
    });
    assert_eq!(verdict, "sleeps forever at 0ns");
}

#[solipsism::test]
async fn a_guard_is_forgotten() {
    let verdict = stopped(|| async {
        let lock = tokio::sync::RwLock::new(());
        std::mem::forget(lock.read().await);
        drop(time::timeout(MINUTE, lock.write()).await);
        drop(lock.write().await);
    });
    assert_eq!(verdict, "sleeps forever at 60s");
}

#[solipsism::test]
async fn a_permit_is_forgotten() {
    let verdict = stopped(|| async {
        let semaphore = tokio::sync::Semaphore::new(1);
        semaphore.acquire().await.unwrap().forget();
        drop(semaphore.acquire().await);
    });
    assert_eq!(verdict, "sleeps forever at 0ns");
}

#[solipsism::test]
async fn a_notification_comes_before_its_listener() {
    let verdict = stopped(|| async {
        let event = event_listener::Event::new();
        event.notify(1);
        event.listen().await;
    });
    assert_eq!(verdict, "sleeps forever at 0ns");
}

#[solipsism::test]
async fn waiters_are_notified_before_they_wait() {
    let verdict = stopped(|| async {
        let notify = tokio::sync::Notify::new();
        notify.notify_waiters();
        notify.notified().await;
    });
    assert_eq!(verdict, "sleeps forever at 0ns");
}

#[solipsism::test]
async fn a_sender_is_kept_by_its_receiver() {
    let verdict = stopped(|| async {
        let (sender, receiver) = flume::unbounded::<u32>();
        let sends = sender.clone();
        beside(async move {
            seconds(1).await;
            sends.send_async(1).await.unwrap();
        });
        while receiver.recv_async().await.is_ok() {}
        drop(sender);
    });
    assert_eq!(verdict, "sleeps forever at 1s");
}

#[solipsism::test]
async fn a_broadcast_waits_for_a_receiver_that_never_reads() {
    let verdict = stopped(|| async {
        let (sender, _reads_nothing) = async_broadcast::broadcast(1);
        sender.broadcast(1).await.unwrap();
        sender.broadcast(2).await.unwrap();
    });
    assert_eq!(verdict, "sleeps forever at 0ns");
}

#[solipsism::test]
async fn a_barrier_waits_for_one_who_does_not_come() {
    let verdict = stopped(|| async {
        let barrier = Rc::new(async_lock::Barrier::new(2));
        barrier.wait().await;
    });
    assert_eq!(verdict, "sleeps forever at 0ns");
}

#[solipsism::test]
async fn a_watch_is_kept_open_by_what_waits_for_it() {
    let verdict = stopped(|| async {
        let (sender, mut receiver) = tokio::sync::watch::channel(0);
        receiver.changed().await.unwrap();
        drop(sender);
    });
    assert_eq!(verdict, "sleeps forever at 0ns");
}

#[solipsism::test]
async fn an_empty_select_waits() {
    let verdict = stopped(|| async {
        let mut nothing = FuturesUnordered::<std::future::Ready<()>>::new();
        futures::select! {
            () = nothing.select_next_some() => {}
            () = pending().fuse() => {}
        }
    });
    assert_eq!(verdict, "sleeps forever at 0ns");
}

#[solipsism::test]
async fn a_waker_is_dropped() {
    let verdict = stopped(|| async {
        seconds(1).await;
        poll_fn(|_| Poll::<()>::Pending).await;
    });
    assert_eq!(verdict, "never woken at 1s");
}

#[solipsism::test]
async fn a_waker_is_leaked() {
    let verdict = stopped(|| async {
        let wait = poll_fn(|cx| {
            std::mem::forget(cx.waker().clone());
            Poll::<()>::Pending
        });
        wait.await;
    });
    assert_eq!(verdict, "sleeps forever at 0ns");
}

#[solipsism::test]
async fn a_shared_future_waits_for_itself() {
    let verdict = stopped(|| async {
        let slot = Rc::new(std::cell::RefCell::new(
            None::<futures::future::Shared<futures::future::LocalBoxFuture<'static, ()>>>,
        ));
        let inner = Rc::clone(&slot);
        let shared = async move {
            seconds(1).await;
            let itself = inner.borrow().clone();
            itself.unwrap().await;
        };
        let shared = shared.boxed_local().shared();
        slot.replace(Some(shared.clone()));
        shared.await;
    });
    assert_eq!(verdict, "sleeps forever at 1s");
}

#[solipsism::test]
async fn only_a_heartbeat_is_left() {
    let verdict = stopped(|| async {
        let (sender, receiver) = async_channel::unbounded::<()>();
        beside(async move {
            let _never_used = sender;
            loop {
                seconds(1).await;
            }
        });
        receiver.recv().await.unwrap();
    });
    assert_eq!(verdict, "step limit at 1000s");
}

#[solipsism::test]
async fn a_loop_waits_for_time_to_pass_and_lets_none_pass() {
    let verdict = stopped(|| async {
        let until = time::Instant::now() + MINUTE;
        while time::Instant::now() < until {
            solipsism::task::yield_now().await;
        }
    });
    assert_eq!(verdict, "livelock at 0ns");
}
