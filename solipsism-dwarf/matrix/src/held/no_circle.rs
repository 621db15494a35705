//! Tasks that hold what others wait for, and not the other way round.

use std::future::pending;
use std::sync::Arc;

use super::{Locked, take, take_both, yield_once};
use crate::Task;

pub fn own_sender() -> Vec<Task> {
    vec![Box::pin(async {
        let (_tx, mut rx) = tokio::sync::mpsc::channel::<u8>(2);
        rx.recv().await;
    })]
}

pub fn same_task() -> Vec<Task> {
    vec![Box::pin(async {
        let mutex = tokio::sync::Mutex::new(0);
        let mut _held = mutex.lock().await;
        *_held += 1;
        let _ = mutex.lock().await;
    })]
}

struct Request {
    _number: u32,
    _reply: tokio::sync::oneshot::Sender<u8>,
}

pub fn parked_reply() -> Vec<Task> {
    let (reply, answer) = tokio::sync::oneshot::channel();
    vec![
        Box::pin(async move {
            let _reply = reply;
            let parked = vec![Request { _number: 1, _reply }];
            pending::<()>().await;
            println!("{}", &parked.len());
        }),
        Box::pin(async move {
            let _ = answer.await;
        }),
    ]
}

pub fn watched() -> Vec<Task> {
    vec![Box::pin(async {
        let (_tx, mut rx) = tokio::sync::watch::channel(1);
        let _ = rx.changed().await;
    })]
}

/// The outer lock's guard is held; the inner lock, which lies at some place in what it guards, is waited for.
pub fn mutex_in_mutex() -> Vec<Task> {
    use tokio::sync::Mutex;
    let outer = Box::leak(Box::new(Mutex::new(Mutex::new(0))));
    let inner: *const Mutex<i32> = outer.get_mut();
    let inner = inner.addr();
    std::mem::forget(outer.get_mut().try_lock());
    let outer = &*outer;
    vec![Box::pin(async move {
        let guard = outer.lock().await;
        assert_eq!(std::ptr::from_ref(&*guard).addr(), inner);
        let _ = (*guard).lock().await;
    })]
}

pub fn other_lock() -> Vec<Task> {
    let mutex = Arc::new(tokio::sync::Mutex::new(0));
    let other = Arc::new(tokio::sync::Mutex::new(0));
    std::mem::forget(other.clone().try_lock_owned());
    vec![
        Box::pin(async move {
            let _guard = mutex.lock().await;
            pending::<()>().await;
        }),
        Box::pin(async move {
            let _ = other.lock().await;
        }),
    ]
}

/// The first waits for the second, the second for the third, and that for something else.
pub fn row_of_three() -> Vec<Task> {
    let (one, other) = (Locked::default(), Locked::default());
    let (one2, other2) = (one.clone(), other.clone());
    vec![
        Box::pin(async move {
            yield_once().await;
            take(&one).await;
        }),
        Box::pin(async move {
            let _held = one2.lock().await;
            yield_once().await;
            take(&other).await;
        }),
        Box::pin(async move {
            let _held = other2.lock().await;
            pending::<()>().await;
        }),
    ]
}

/// Of two locks that the first has, one is for reading, and is not what the second waits for.
pub fn two_locks() -> Vec<Task> {
    let one = Arc::new(tokio::sync::RwLock::new(0));
    let other = Arc::new(tokio::sync::RwLock::new(0));
    let (one2, other2) = (one.clone(), other.clone());
    vec![
        Box::pin(async move {
            let _free = one.read().await;
            let _held = other.write().await;
            pending::<()>().await;
        }),
        Box::pin(async move {
            let _also = one2.read().await;
            let _ = other2.read().await;
        }),
    ]
}

pub fn lock_in_lock() -> Vec<Task> {
    use tokio::sync::Mutex;
    let outer = Arc::new(Mutex::new(Mutex::new(0)));
    let other = outer.clone();
    vec![
        Box::pin(async move {
            let held = outer.lock().await;
            let _inner = held.lock().await;
            pending::<()>().await;
        }),
        Box::pin(async move {
            let outer = other.lock().await;
            let _ = outer.lock().await;
        }),
    ]
}

pub fn one_of_two_permits() -> Vec<Task> {
    let limit = Arc::new(tokio::sync::Semaphore::new(2));
    let other = limit.clone();
    vec![
        Box::pin(async move {
            let _permit = limit.acquire().await;
            pending::<()>().await;
        }),
        Box::pin(async move {
            let _own = other.acquire().await;
            let _ = other.acquire().await;
        }),
    ]
}

/// Either lock would do; one of them is the second's, who waits for the first.
pub fn select_of_two() -> Vec<Task> {
    let (one, other, own) = (Locked::default(), Locked::default(), Locked::default());
    std::mem::forget(one.clone().try_lock_owned());
    let (other2, own2) = (other.clone(), own.clone());
    vec![
        Box::pin(async move {
            let _held = own.lock().await;
            yield_once().await;
            tokio::select! {
                () = take(&one) => {}
                () = take(&other) => {}
            }
        }),
        Box::pin(async move {
            let _held = other2.lock().await;
            yield_once().await;
            take(&own2).await;
        }),
    ]
}

pub fn both_wait_for_a_third() -> Vec<Task> {
    let lock = Locked::default();
    let waits = |lock: Locked| {
        Box::pin(async move {
            yield_once().await;
            take(&lock).await;
        })
    };
    vec![
        waits(lock.clone()),
        waits(lock.clone()),
        Box::pin(async move {
            let _held = lock.lock().await;
            pending::<()>().await;
        }),
    ]
}

/// The second has what the first waits for, and waits for what nobody of them has.
pub fn one_way() -> Vec<Task> {
    let (one, other) = (Locked::default(), Locked::default());
    std::mem::forget(other.clone().try_lock_owned());
    let one2 = one.clone();
    vec![
        Box::pin(async move {
            yield_once().await;
            take(&one).await;
        }),
        Box::pin(async move {
            let _held = one2.lock().await;
            take(&other).await;
        }),
    ]
}

/// Both read, and wait for messages that a third would send.
pub fn readers() -> Vec<Task> {
    let lock = Arc::new(tokio::sync::RwLock::new(0));
    let waits = |lock: Arc<tokio::sync::RwLock<i32>>| {
        let (tx, rx) = tokio::sync::oneshot::channel::<u8>();
        std::mem::forget(tx);
        Box::pin(async move {
            let _held = lock.read().await;
            let _ = rx.await;
        })
    };
    vec![waits(lock.clone()), waits(lock)]
}

/// In one order, as it should be.
pub fn after_each_other() -> Vec<Task> {
    let (one, other) = (Locked::default(), Locked::default());
    std::mem::forget(other.clone().try_lock_owned());
    let both = |first: Locked, second: Locked| Box::pin(take_both(first, second));
    vec![both(one.clone(), other.clone()), both(one, other)]
}

/// Each keeps the sender of its own channel.
pub fn each_its_own() -> Vec<Task> {
    let waits = || {
        let (tx, mut rx) = tokio::sync::mpsc::channel::<u8>(1);
        Box::pin(async move {
            let _own = tx;
            rx.recv().await;
        })
    };
    vec![waits(), waits()]
}
