//! `tokio::sync` needs no runtime: it works in a plain world.

use std::rc::Rc;
use std::sync::Arc;

use solipsism::time::{self, Instant};
use tokio::sync::{Mutex, Notify, OnceCell, RwLock, Semaphore, broadcast, oneshot, watch};

use super::{MINUTE, beside, seconds, seconds_since};

#[solipsism::test]
async fn a_mutex_is_fair_and_a_timeout_leaves_its_queue() {
    let (mutex, start) = (Rc::new(Mutex::new(())), Instant::now());
    let holder = Rc::clone(&mutex);
    beside(async move {
        let _guard = holder.lock().await;
        seconds(90).await;
    });
    seconds(1).await;
    assert!(time::timeout(MINUTE, mutex.lock()).await.is_err());
    assert_eq!(seconds_since(start), 61);
    drop(mutex.lock().await);
    assert_eq!(seconds_since(start), 90);
}

#[solipsism::test]
async fn a_writer_waits_for_readers_and_later_readers_for_it() {
    let (lock, start) = (Rc::new(RwLock::new(0)), Instant::now());
    let (reads, writes) = (Rc::clone(&lock), Rc::clone(&lock));
    beside(async move {
        let _read = reads.read().await;
        seconds(60).await;
    });
    beside(async move {
        seconds(1).await;
        *writes.write().await += 1;
        assert_eq!(seconds_since(start), 60);
    });
    seconds(2).await;
    assert_eq!(*lock.read().await, 1);
    assert_eq!(seconds_since(start), 60);
}

#[solipsism::test]
async fn permits_are_given_in_turn_until_the_semaphore_is_closed() {
    let (semaphore, start) = (Arc::new(Semaphore::new(1)), Instant::now());
    let task = |_| {
        let semaphore = Arc::clone(&semaphore);
        solipsism::spawn(async move {
            let permit = semaphore.acquire_owned().await;
            seconds(10).await;
            permit.ok().map(|_| seconds_since(start))
        })
    };
    let tasks: Vec<_> = (0..4).map(task).collect();
    seconds(25).await;
    semaphore.close();
    let ended = futures::future::try_join_all(tasks).await.unwrap();
    assert_eq!(ended, [Some(10), Some(20), Some(30), None]);
}

#[solipsism::test]
async fn notify_keeps_one_permit_and_wakes_all_who_wait() {
    let (notify, start) = (Rc::new(Notify::new()), Instant::now());
    notify.notify_one();
    notify.notify_one();
    notify.notified().await;
    assert!(time::timeout(MINUTE, notify.notified()).await.is_err());
    let wait = |_| {
        let notify = Rc::clone(&notify);
        solipsism::spawn(async move { notify.notified().await })
    };
    let tasks: Vec<_> = (0..3).map(wait).collect();
    seconds(5).await;
    notify.notify_waiters();
    futures::future::try_join_all(tasks).await.unwrap();
    assert_eq!(seconds_since(start), 65);
}

#[solipsism::test]
async fn a_oneshot_tells_both_ends_of_each_other() {
    let start = Instant::now();
    let (sender, receiver) = oneshot::channel::<u32>();
    beside(async move {
        seconds(5).await;
        drop(sender);
    });
    assert!(receiver.await.is_err());
    assert_eq!(seconds_since(start), 5);
    let (mut sender, receiver) = oneshot::channel::<u32>();
    beside(async move {
        seconds(5).await;
        drop(receiver);
    });
    sender.closed().await;
    assert_eq!(seconds_since(start), 10);
}

#[solipsism::test]
async fn a_watch_shows_the_newest_value_and_its_end() {
    let start = Instant::now();
    let (sender, mut receiver) = watch::channel(0);
    beside(async move {
        for value in 1..=3 {
            seconds(20).await;
            sender.send(value).unwrap();
        }
    });
    assert_eq!(*receiver.wait_for(|value| *value == 2).await.unwrap(), 2);
    assert_eq!(seconds_since(start), 40);
    receiver.changed().await.unwrap();
    assert_eq!(*receiver.borrow_and_update(), 3);
    assert!(receiver.changed().await.is_err());
    assert_eq!(seconds_since(start), 60);
}

#[solipsism::test]
async fn a_broadcast_leaves_the_slow_behind() {
    let (sender, mut receiver) = broadcast::channel(2);
    beside(async move {
        for value in 0..5 {
            seconds(1).await;
            sender.send(value).unwrap();
        }
    });
    time::sleep(MINUTE).await;
    let lagged = broadcast::error::RecvError::Lagged(3);
    assert_eq!(receiver.recv().await, Err(lagged));
    assert_eq!(receiver.recv().await, Ok(3));
    assert_eq!(receiver.recv().await, Ok(4));
    let closed = broadcast::error::RecvError::Closed;
    assert_eq!(receiver.recv().await, Err(closed));
}

#[solipsism::test]
async fn a_cell_and_a_barrier() {
    let (cell, barrier, start) = (
        OnceCell::new(),
        tokio::sync::Barrier::new(2),
        Instant::now(),
    );
    let init = async |after| {
        let value = cell.get_or_init(async || {
            seconds(after).await;
            after
        });
        let value = *value.await;
        barrier.wait().await;
        value
    };
    assert_eq!(futures::join!(init(60), init(5)), (60, 60));
    assert_eq!(seconds_since(start), 60);
}
