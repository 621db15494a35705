//! async-lock and event-listener.

use std::rc::Rc;
use std::sync::Arc;

use async_lock::{Barrier, Mutex, OnceCell, RwLock, Semaphore};
use event_listener::Event;
use solipsism::time::{self, Instant};

use super::{MINUTE, beside, seconds, seconds_since};

#[solipsism::test]
async fn a_mutex_is_held_for_a_minute_by_each() {
    let (mutex, start) = (Rc::new(Mutex::new(Vec::new())), Instant::now());
    let tasks: Vec<_> = (0..3)
        .map(|task| {
            let mutex = Rc::clone(&mutex);
            solipsism::spawn(async move {
                let mut guard = mutex.lock().await;
                time::sleep(MINUTE).await;
                guard.push((task, seconds_since(start)));
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(*mutex.lock().await, [(0, 60), (1, 120), (2, 180)]);
}

#[solipsism::test]
async fn a_timeout_takes_no_lock_away() {
    let mutex = Rc::new(Mutex::new(()));
    let held = Rc::clone(&mutex);
    beside(async move {
        let _guard = held.lock().await;
        seconds(90).await;
    });
    seconds(1).await;
    let start = Instant::now();
    assert!(time::timeout(MINUTE, mutex.lock()).await.is_err());
    assert_eq!(seconds_since(start), 60);
    let _guard = mutex.lock().await;
    assert_eq!(seconds_since(start), 89);
}

#[solipsism::test]
async fn an_aborted_holder_gives_its_lock_back() {
    let mutex = Rc::new(Mutex::new(()));
    let held = Rc::clone(&mutex);
    let holder = solipsism::spawn(async move {
        let _guard = held.lock().await;
        std::future::pending::<()>().await;
    });
    seconds(1).await;
    holder.abort();
    let start = Instant::now();
    let _guard = mutex.lock().await;
    assert_eq!(seconds_since(start), 0);
}

#[solipsism::test]
async fn readers_share_and_a_writer_waits_for_all_of_them() {
    let (lock, start) = (Rc::new(RwLock::new(0)), Instant::now());
    for duration in [10, 60, 30] {
        let lock = Rc::clone(&lock);
        beside(async move {
            let value = lock.read().await;
            seconds(duration).await;
            assert_eq!(*value, 0);
        });
    }
    seconds(1).await;
    *lock.write().await += 1;
    assert_eq!(seconds_since(start), 60);
    assert_eq!(*lock.read().await, 1);
}

#[solipsism::test]
async fn a_semaphore_lets_two_in_at_a_time() {
    let (semaphore, start) = (Arc::new(Semaphore::new(2)), Instant::now());
    let task = |_| {
        let semaphore = Arc::clone(&semaphore);
        solipsism::spawn(async move {
            let _permit = semaphore.acquire_arc().await;
            seconds(10).await;
            seconds_since(start)
        })
    };
    let tasks: Vec<_> = (0..5).map(task).collect();
    let ended = futures::future::try_join_all(tasks).await.unwrap();
    assert_eq!(ended, [10, 10, 20, 20, 30]);
}

#[solipsism::test]
async fn a_barrier_opens_when_the_last_one_comes() {
    let (barrier, start) = (Barrier::new(3), Instant::now());
    let comes = async |after| {
        seconds(after).await;
        let leads = barrier.wait().await.is_leader();
        (seconds_since(start), leads)
    };
    let all = futures::join!(comes(1), comes(60), comes(30));
    assert_eq!(all, ((60, false), (60, true), (60, false)));
}

#[solipsism::test]
async fn a_cell_is_filled_by_the_next_one_where_the_first_gives_up() {
    let (cell, start) = (OnceCell::<u32>::new(), Instant::now());
    let first = time::timeout(MINUTE, cell.get_or_init(std::future::pending::<u32>));
    let second = async {
        seconds(1).await;
        *cell.get_or_init(|| async { 2 }).await
    };
    let (first, second) = futures::join!(first, second);
    assert!(first.is_err());
    assert_eq!((second, seconds_since(start)), (2, 60));
}

#[solipsism::test]
async fn an_event_wakes_as_many_as_it_says_in_their_order() {
    let (event, start) = (Rc::new(Event::new()), Instant::now());
    let listen = |_| {
        let event = Rc::clone(&event);
        solipsism::spawn(async move {
            event.listen().await;
            seconds_since(start)
        })
    };
    let tasks: Vec<_> = (0..4).map(listen).collect();
    for count in [1, 2, 3] {
        time::sleep(MINUTE).await;
        event.notify(count);
    }
    let woken = futures::future::try_join_all(tasks).await.unwrap();
    // A second `notify` counts those who have been told and have not run; these have.
    assert_eq!(woken, [60, 120, 120, 180]);
}

#[solipsism::test]
async fn a_listener_that_is_dropped_hands_its_notification_on() {
    let (event, start) = (Rc::new(Event::new()), Instant::now());
    let first = event.listen();
    let second = event.listen();
    event.notify(1);
    beside(async move {
        time::sleep(MINUTE).await;
        drop(first);
    });
    second.await;
    assert_eq!(seconds_since(start), 60);
}
