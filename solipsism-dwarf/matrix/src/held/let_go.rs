//! Tasks that had something, and have it no longer, or not for certain.

use std::cell::RefCell;
use std::future::pending;
use std::rc::Rc;
use std::sync::Arc;

use super::{Locked, take, yield_once};
use crate::Task;

pub fn let_go_later() -> Vec<Task> {
    let mutex = Arc::new(tokio::sync::Mutex::new(0));
    let other = mutex.clone();
    vec![
        Box::pin(async move {
            let held = mutex.lock().await;
            pending::<()>().await;
            drop(held);
        }),
        Box::pin(async move {
            let _ = other.lock().await;
        }),
    ]
}

pub fn let_go_each_round() -> Vec<Task> {
    use tokio::sync::{mpsc, oneshot};
    let (ask, mut asked) = mpsc::channel::<oneshot::Sender<u8>>(1);
    let (reply, answer) = oneshot::channel();
    ask.try_send(reply).expect("there is room");
    vec![
        Box::pin(async move {
            while let Some(reply) = asked.recv().await {
                pending::<()>().await;
                let _ = reply.send(1);
            }
        }),
        Box::pin(async move {
            let _ = answer.await;
            drop(ask);
        }),
    ]
}

pub fn cloned_away() -> Vec<Task> {
    vec![Box::pin(async {
        let (tx, mut rx) = tokio::sync::mpsc::channel::<u8>(2);
        let worker = {
            let tx = tx.clone();
            async move { tx.send(1).await }
        };
        drop(worker);
        rx.recv().await;
    })]
}

/// The guard is called as the lock is.
pub fn let_go_by_its_name() -> Vec<Task> {
    async fn use_it(mutex: Arc<tokio::sync::Mutex<i32>>) {
        let mut mutex = mutex.lock().await;
        yield_once().await;
        *mutex += 1;
        drop(mutex);
        pending::<()>().await;
    }
    let mutex = Arc::new(tokio::sync::Mutex::new(0));
    let other = mutex.clone();
    vec![
        Box::pin(use_it(mutex)),
        Box::pin(async move {
            yield_once().await;
            std::mem::forget(other.lock().await);
            let _ = other.lock().await;
        }),
    ]
}

/// A guard that was dropped, where a later round would take a new one.
pub fn set_anew() -> Vec<Task> {
    let mutex = Arc::new(tokio::sync::Mutex::new(0));
    let other = mutex.clone();
    vec![
        Box::pin(async move {
            let mut guard = mutex.lock().await;
            for round in 0..2 {
                if round == 1 {
                    pending::<()>().await;
                    guard = mutex.lock().await;
                }
                *guard += 1;
                drop(guard);
                yield_once().await;
                if round == 0 {
                    pending::<()>().await;
                }
                guard = mutex.lock().await;
            }
        }),
        Box::pin(async move {
            std::mem::forget(other.lock().await);
            let _ = other.lock().await;
        }),
    ]
}

/// The guard was borrowed, so that its bytes stay, and dropped.
pub fn let_go() -> Vec<Task> {
    let mutex = Arc::new(tokio::sync::Mutex::new(0));
    let other = mutex.clone();
    vec![
        Box::pin(async move {
            let mut guard = mutex.lock().await;
            *guard += 1;
            drop(guard);
            pending::<()>().await;
        }),
        Box::pin(async move {
            std::mem::forget(other.lock().await);
            let _ = other.lock().await;
        }),
    ]
}

pub fn let_go_early() -> Vec<Task> {
    let mutex = Arc::new(tokio::sync::Mutex::new(0));
    let other = mutex.clone();
    vec![
        Box::pin(async move {
            let guard = mutex.lock().await;
            drop(guard);
            pending::<()>().await;
        }),
        Box::pin(async move {
            std::mem::forget(other.lock().await);
            let _ = other.lock().await;
        }),
    ]
}

pub fn given_away() -> Vec<Task> {
    let (tx, rx) = tokio::sync::oneshot::channel::<u8>();
    vec![
        Box::pin(async move {
            let tx = tx;
            assert!(!tx.is_closed());
            std::mem::forget(tx);
            pending::<()>().await;
        }),
        Box::pin(async move {
            let _ = rx.await;
        }),
    ]
}

/// The channel is empty again, and the one who read it waits for a second message that another sender would send.
pub fn sent() -> Vec<Task> {
    let (tx, mut rx) = tokio::sync::mpsc::unbounded_channel::<u8>();
    std::mem::forget(tx.clone());
    vec![
        Box::pin(async move {
            let mine = tx;
            let _ = mine.send(1);
            drop(mine);
            pending::<()>().await;
        }),
        Box::pin(async move {
            rx.recv().await;
            rx.recv().await;
        }),
    ]
}

pub fn forgotten() -> Vec<Task> {
    let semaphore = Arc::new(tokio::sync::Semaphore::new(1));
    let other = semaphore.clone();
    vec![
        Box::pin(async move {
            let permit = semaphore.acquire().await.expect("it is open");
            assert_eq!(permit.num_permits(), 1);
            permit.forget();
            pending::<()>().await;
        }),
        Box::pin(async move {
            let _ = other.acquire().await;
        }),
    ]
}

pub fn scoped() -> Vec<Task> {
    let mutex = Arc::new(tokio::sync::Mutex::new(0));
    let other = mutex.clone();
    vec![
        Box::pin(async move {
            {
                let mut guard = mutex.lock().await;
                *guard += 1;
            }
            pending::<()>().await;
        }),
        Box::pin(async move {
            std::mem::forget(other.lock().await);
            let _ = other.lock().await;
        }),
    ]
}

pub fn argument_let_go() -> Vec<Task> {
    async fn answer(tx: tokio::sync::oneshot::Sender<u8>) {
        assert!(!tx.is_closed());
        std::mem::forget(tx);
        pending::<()>().await;
    }
    let (tx, rx) = tokio::sync::oneshot::channel::<u8>();
    vec![
        Box::pin(answer(tx)),
        Box::pin(async move {
            let _ = rx.await;
        }),
    ]
}

pub fn captured_let_go() -> Vec<Task> {
    let (tx, rx) = tokio::sync::oneshot::channel::<u8>();
    vec![
        Box::pin(async move {
            assert!(!tx.is_closed());
            std::mem::forget(tx);
            pending::<()>().await;
        }),
        Box::pin(async move {
            let _ = rx.await;
        }),
    ]
}

/// What waits to be sent has a sender in it; whose receiver another one holds is beside the point.
pub fn sent_along() -> Vec<Task> {
    use tokio::sync::mpsc::{Sender, channel};
    let (inner, _kept) = channel::<u8>(1);
    let (tx, rx) = channel::<Sender<u8>>(1);
    std::mem::forget(rx);
    vec![
        Box::pin(async move {
            let _ = tx.send(inner.clone()).await;
            let _ = tx.send(inner).await;
        }),
        Box::pin(async move {
            let _kept = _kept;
            pending::<()>().await;
        }),
    ]
}

pub fn list_let_go() -> Vec<Task> {
    let mutex = Arc::new(tokio::sync::Mutex::new(0));
    let other = mutex.clone();
    vec![
        Box::pin(async move {
            let guards = vec![mutex.clone().lock_owned().await];
            assert_eq!(guards.len(), 1);
            guards.into_iter().for_each(drop);
            pending::<()>().await;
        }),
        Box::pin(async move {
            std::mem::forget(other.lock().await);
            let _ = other.lock().await;
        }),
    ]
}

/// It would be a circle, if the first had not let go.
pub fn let_go_before() -> Vec<Task> {
    let (one, other) = (Locked::default(), Locked::default());
    let (one2, other2) = (one.clone(), other.clone());
    vec![
        Box::pin(async move {
            let held = other.lock().await;
            drop(held);
            yield_once().await;
            take(&one).await;
        }),
        Box::pin(async move {
            let _held = one2.lock().await;
            yield_once().await;
            std::mem::forget(other2.lock().await);
            take(&other2).await;
        }),
    ]
}

pub fn given_to_task() -> Vec<Task> {
    let lock = Locked::default();
    let guard = lock.clone().try_lock_owned().expect("it is free");
    vec![
        Box::pin(async move { take(&lock).await }),
        Box::pin(async move {
            let _kept = guard;
            pending::<()>().await;
        }),
    ]
}

pub fn kept_in_cell() -> Vec<Task> {
    let lock = Locked::default();
    let cell = Rc::new(RefCell::new(Vec::new()));
    let guard = lock.clone().try_lock_owned().expect("it is free");
    cell.borrow_mut().push(guard);
    vec![
        Box::pin(async move { take(&lock).await }),
        Box::pin(async move {
            let _kept = cell;
            pending::<()>().await;
        }),
    ]
}

/// What was sent lies in a channel that nobody reads.
pub fn parked_in_channel() -> Vec<Task> {
    let (parking, parked) = tokio::sync::mpsc::channel(1);
    let (reply, answer) = tokio::sync::oneshot::channel::<u8>();
    parking.try_send(reply).expect("there is room");
    vec![
        Box::pin(async move {
            let _ = answer.await;
        }),
        Box::pin(async move {
            let _parked = parked;
            pending::<()>().await;
        }),
    ]
}

/// The second lock is tried, and given up.
pub fn broken() -> Vec<Task> {
    let (one, other) = (Locked::default(), Locked::default());
    let (one2, other2) = (one.clone(), other.clone());
    vec![
        Box::pin(async move {
            let _held = one.lock().await;
            yield_once().await;
            assert!(other.try_lock().is_err());
            pending::<()>().await;
        }),
        Box::pin(async move {
            let _held = other2.lock().await;
            yield_once().await;
            take(&one2).await;
        }),
    ]
}

/// Both locks were taken by who is gone.
pub fn tried_only() -> Vec<Task> {
    let (one, other) = (Locked::default(), Locked::default());
    std::mem::forget(one.clone().try_lock_owned());
    std::mem::forget(other.clone().try_lock_owned());
    let (one2, other2) = (one.clone(), other.clone());
    vec![
        Box::pin(async move {
            let _not = one.try_lock();
            take(&other).await;
        }),
        Box::pin(async move {
            let _not = other2.try_lock();
            take(&one2).await;
        }),
    ]
}

/// The guard went into a future that has come to its end.
pub fn taken_by_the_end() -> Vec<Task> {
    let (one, other) = (Locked::default(), Locked::default());
    std::mem::forget(one.clone().try_lock_owned());
    let (one2, other2) = (one.clone(), other.clone());
    vec![
        Box::pin(async move {
            let held = other.lock().await;
            let end = async move { drop(held) };
            end.await;
            take(&one).await;
        }),
        Box::pin(async move {
            std::mem::forget(other2.lock().await);
            let _ = one2.try_lock();
            take(&other2).await;
        }),
    ]
}
