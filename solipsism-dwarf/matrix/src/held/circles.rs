//! Tasks of which each holds what the other one waits for.

use std::sync::Arc;

use futures::{SinkExt, StreamExt};

use super::{Locked, take, take_both, yield_once};
use crate::Task;

macro_rules! each_others {
    ($name:ident, $new:expr, $lock:ident) => {
        each_others!($name, $new, $lock, $lock);
    };
    ($name:ident, $new:expr, $hold:ident, $lock:ident) => {
        pub fn $name() -> Vec<Task> {
            let (a, b) = (Arc::new($new), Arc::new($new));
            let (a2, b2) = (a.clone(), b.clone());
            vec![
                Box::pin(async move {
                    let _held = a.clone().$hold().await;
                    yield_once().await;
                    let _ = b.clone().$lock().await;
                }),
                Box::pin(async move {
                    let _held = b2.clone().$hold().await;
                    yield_once().await;
                    let _ = a2.clone().$lock().await;
                }),
            ]
        }
    };
}

each_others!(tokio_owned_mutexes, tokio::sync::Mutex::new(0), lock_owned);

each_others!(
    tokio_owned_rwlocks,
    tokio::sync::RwLock::new(0),
    write_owned
);

each_others!(
    tokio_owned_rwlocks_read,
    tokio::sync::RwLock::new(0),
    write_owned,
    read_owned
);

each_others!(
    futures_owned_mutexes,
    futures::lock::Mutex::new(0),
    lock_owned
);

each_others!(
    tokio_semaphores,
    tokio::sync::Semaphore::new(1),
    acquire_owned
);

macro_rules! each_others_by_reference {
    ($name:ident, $new:expr, $lock:ident) => {
        each_others_by_reference!($name, $new, $lock, $lock);
    };
    ($name:ident, $new:expr, $hold:ident, $lock:ident) => {
        pub fn $name() -> Vec<Task> {
            let (a, b) = (Arc::new($new), Arc::new($new));
            let (a2, b2) = (a.clone(), b.clone());
            vec![
                Box::pin(async move {
                    let _held = a.$hold().await;
                    yield_once().await;
                    let _ = b.$lock().await;
                }),
                Box::pin(async move {
                    let _held = b2.$hold().await;
                    yield_once().await;
                    let _ = a2.$lock().await;
                }),
            ]
        }
    };
}

each_others_by_reference!(tokio_mutexes, tokio::sync::Mutex::new(0), lock);

each_others_by_reference!(tokio_rwlocks, tokio::sync::RwLock::new(0), write);

each_others_by_reference!(futures_mutexes, futures::lock::Mutex::new(0), lock);

each_others_by_reference!(async_mutexes, async_lock::Mutex::new(0), lock);

each_others_by_reference!(async_rwlocks, async_lock::RwLock::new(0), write);

each_others_by_reference!(tokio_rwlocks_read, tokio::sync::RwLock::new(0), write, read);

each_others_by_reference!(
    tokio_semaphores_by_reference,
    tokio::sync::Semaphore::new(1),
    acquire
);

each_others_by_reference!(async_arc_mutexes, async_lock::Mutex::new(0), lock_arc);

each_others_by_reference!(async_rwlocks_read, async_lock::RwLock::new(0), write, read);

each_others_by_reference!(async_arc_rwlocks, async_lock::RwLock::new(0), write_arc);

each_others_by_reference!(
    async_upgradable,
    async_lock::RwLock::new(0),
    upgradable_read
);

each_others_by_reference!(async_semaphores, async_lock::Semaphore::new(1), acquire);

each_others_by_reference!(
    async_arc_semaphores,
    async_lock::Semaphore::new(1),
    acquire_arc
);

macro_rules! each_others_reply {
    ($name:ident, $new:expr) => {
        pub fn $name() -> Vec<Task> {
            let ((ta, ra), (tb, rb)) = ($new, $new);
            vec![
                Box::pin(async move {
                    let _kept = tb;
                    let _ = ra.await;
                }),
                Box::pin(async move {
                    let _kept = ta;
                    let _ = rb.await;
                }),
            ]
        }
    };
}

each_others_reply!(tokio_oneshots, tokio::sync::oneshot::channel::<u8>());

each_others_reply!(futures_oneshots, futures::channel::oneshot::channel::<u8>());

macro_rules! each_others_message {
    ($name:ident, $new:expr, $receive:ident) => {
        pub fn $name() -> Vec<Task> {
            #[allow(unused_mut, reason = "some receive by a shared reference")]
            let ((ta, mut ra), (tb, mut rb)) = ($new, $new);
            vec![
                Box::pin(async move {
                    let _kept = tb;
                    let _ = ra.$receive().await;
                }),
                Box::pin(async move {
                    let _kept = ta;
                    let _ = rb.$receive().await;
                }),
            ]
        }
    };
}

each_others_message!(tokio_channels, tokio::sync::mpsc::channel::<u8>(1), recv);

each_others_message!(
    tokio_unbounded,
    tokio::sync::mpsc::unbounded_channel::<u8>(),
    recv
);

each_others_message!(
    tokio_broadcasts,
    tokio::sync::broadcast::channel::<u8>(1),
    recv
);

each_others_message!(tokio_watches, tokio::sync::watch::channel(1), changed);

each_others_message!(
    futures_channels,
    futures::channel::mpsc::channel::<u8>(1),
    next
);

each_others_message!(
    futures_unbounded,
    futures::channel::mpsc::unbounded::<u8>(),
    next
);

each_others_message!(async_channels, async_channel::bounded::<u8>(1), recv);

each_others_message!(flumes, flume::unbounded::<u8>(), recv_async);

macro_rules! each_others_queue {
    ($name:ident, $new:expr, $send:ident) => {
        pub fn $name() -> Vec<Task> {
            #[allow(unused_mut, reason = "some send by a shared reference")]
            let ((mut ta, ra), (mut tb, rb)) = ($new, $new);
            vec![
                Box::pin(async move {
                    let _kept = ra;
                    for it in 0..9 {
                        let _ = tb.$send(it).await;
                    }
                }),
                Box::pin(async move {
                    let _kept = rb;
                    for it in 0..9 {
                        let _ = ta.$send(it).await;
                    }
                }),
            ]
        }
    };
}

each_others_queue!(tokio_full, tokio::sync::mpsc::channel::<u8>(2), send);

each_others_queue!(futures_full, futures::channel::mpsc::channel::<u8>(2), send);

each_others_queue!(async_channel_full, async_channel::bounded::<u8>(2), send);

each_others_queue!(flume_full, flume::bounded::<u8>(2), send_async);

/// Both read, and want to write: each waits for itself, too.
pub fn two_readers() -> Vec<Task> {
    let lock = Arc::new(tokio::sync::RwLock::new(0));
    let upgrade = |lock: Arc<tokio::sync::RwLock<i32>>| {
        Box::pin(async move {
            let _held = lock.read().await;
            yield_once().await;
            let _ = lock.write().await;
        })
    };
    vec![upgrade(lock.clone()), upgrade(lock)]
}

pub fn mutex_and_semaphore() -> Vec<Task> {
    let mutex = Arc::new(tokio::sync::Mutex::new(0));
    let limit = Arc::new(tokio::sync::Semaphore::new(1));
    let (mutex2, limit2) = (mutex.clone(), limit.clone());
    vec![
        Box::pin(async move {
            let _held = mutex.lock().await;
            yield_once().await;
            let _ = limit.acquire().await;
        }),
        Box::pin(async move {
            let _held = limit2.acquire().await;
            yield_once().await;
            let _ = mutex2.lock().await;
        }),
    ]
}

pub fn mutex_and_reply() -> Vec<Task> {
    let mutex = Arc::new(tokio::sync::Mutex::new(0));
    let other = mutex.clone();
    let (reply, answer) = tokio::sync::oneshot::channel::<u8>();
    vec![
        Box::pin(async move {
            let _held = mutex.lock().await;
            let _ = answer.await;
        }),
        Box::pin(async move {
            let _reply = reply;
            let _ = other.lock().await;
        }),
    ]
}

pub fn tokio_and_futures_mutexes() -> Vec<Task> {
    let one = Arc::new(tokio::sync::Mutex::new(0));
    let other = Arc::new(futures::lock::Mutex::new(0));
    let (one2, other2) = (one.clone(), other.clone());
    vec![
        Box::pin(async move {
            let _held = one.lock().await;
            yield_once().await;
            let _ = other.lock().await;
        }),
        Box::pin(async move {
            let _held = other2.lock().await;
            yield_once().await;
            let _ = one2.lock().await;
        }),
    ]
}

pub fn deep_mutexes() -> Vec<Task> {
    let (one, other) = (Locked::default(), Locked::default());
    let (one2, other2) = (one.clone(), other.clone());
    vec![
        Box::pin(async move { take_both(one, other).await }),
        Box::pin(async move { take_both(other2, one2).await }),
    ]
}

pub fn boxed_mutexes() -> Vec<Task> {
    let (one, other) = (Locked::default(), Locked::default());
    let boxed = |first: &Locked, second: &Locked| -> Task {
        let (first, second) = (first.clone(), second.clone());
        Box::pin(async move {
            let _held = first.lock().await;
            yield_once().await;
            let take: Task = Box::pin(async move { take(&second).await });
            take.await;
        })
    };
    vec![boxed(&one, &other), boxed(&other, &one)]
}
