//! Tasks that wait for each other, and tasks that only look as if.

use crate::{Task, poll};

use std::future::pending;
use std::sync::Arc;

use solipsism_dwarf::Suspended;

struct Group {
    name: &'static str,
    tasks: fn() -> Vec<Task>,
    /// `waiter: holder.local`
    holders: &'static [&'static str],
}

macro_rules! groups {
    ($($function:ident => [$($holder:literal),*],)*) => {
        const GROUPS: &[Group] = &[$(Group {
            name: stringify!($function),
            tasks: $function,
            holders: &[$($holder),*],
        }),*];
    };
}

groups! {
    tokio_mutexes => ["0: 1._held", "1: 0._held"],
    tokio_owned_mutexes => ["0: 1._held", "1: 0._held"],
    tokio_rwlocks => ["0: 1._held", "1: 0._held"],
    tokio_semaphores => ["0: 1._held", "1: 0._held"],
    futures_mutexes => ["0: 1._held", "1: 0._held"],
    async_mutexes => ["0: 1._held", "1: 0._held"],
    async_rwlocks => ["0: 1._held", "1: 0._held"],
    tokio_oneshots => ["0: 1._kept", "1: 0._kept"],
    futures_oneshots => ["0: 1._kept", "1: 0._kept"],
    tokio_full => ["0: 1._kept", "1: 0._kept"],
    async_channel_full => ["0: 1._kept", "1: 0._kept"],
    flume_full => ["0: 1._kept", "1: 0._kept"],
    own_sender => ["0: 0._tx"],
    same_task => ["0: 0._held"],
    parked_reply => ["1: 0.parked"],
    watched => ["0: 0._tx"],
    let_go_later => ["1: 0.held"],
    let_go_each_round => ["1: 0.reply"],
    cloned_away => ["0: 0.tx"],
    mutex_in_mutex => [],
    let_go => [],
    let_go_early => [],
    other_lock => [],
    given_away => [],
    sent => [],
    forgotten => [],
    scoped => [],
    argument_let_go => [],
    captured_let_go => [],
    sent_along => [],
    list_let_go => [],
    set_anew => [],
    let_go_by_its_name => [],
}

macro_rules! each_others {
    ($name:ident, $new:expr, $lock:ident) => {
        fn $name() -> Vec<Task> {
            let (a, b) = (Arc::new($new), Arc::new($new));
            let (a2, b2) = (a.clone(), b.clone());
            vec![
                Box::pin(async move {
                    let _held = a.clone().$lock().await;
                    yield_once().await;
                    let _ = b.clone().$lock().await;
                }),
                Box::pin(async move {
                    let _held = b2.clone().$lock().await;
                    yield_once().await;
                    let _ = a2.clone().$lock().await;
                }),
            ]
        }
    };
}

async fn yield_once() {
    let mut is_first = true;
    std::future::poll_fn(|_| {
        if std::mem::take(&mut is_first) {
            std::task::Poll::Pending
        } else {
            std::task::Poll::Ready(())
        }
    })
    .await;
}

each_others!(tokio_owned_mutexes, tokio::sync::Mutex::new(0), lock_owned);
each_others!(
    tokio_semaphores,
    tokio::sync::Semaphore::new(1),
    acquire_owned
);

macro_rules! each_others_by_reference {
    ($name:ident, $new:expr, $lock:ident) => {
        fn $name() -> Vec<Task> {
            let (a, b) = (Arc::new($new), Arc::new($new));
            let (a2, b2) = (a.clone(), b.clone());
            vec![
                Box::pin(async move {
                    let _held = a.$lock().await;
                    yield_once().await;
                    let _ = b.$lock().await;
                }),
                Box::pin(async move {
                    let _held = b2.$lock().await;
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

macro_rules! each_others_reply {
    ($name:ident, $new:expr) => {
        fn $name() -> Vec<Task> {
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

macro_rules! each_others_queue {
    ($name:ident, $new:expr, $send:ident) => {
        fn $name() -> Vec<Task> {
            let ((ta, ra), (tb, rb)) = ($new, $new);
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
each_others_queue!(async_channel_full, async_channel::bounded::<u8>(2), send);
each_others_queue!(flume_full, flume::bounded::<u8>(2), send_async);

fn own_sender() -> Vec<Task> {
    vec![Box::pin(async {
        let (_tx, mut rx) = tokio::sync::mpsc::channel::<u8>(2);
        rx.recv().await;
    })]
}

fn same_task() -> Vec<Task> {
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

fn parked_reply() -> Vec<Task> {
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

fn watched() -> Vec<Task> {
    vec![Box::pin(async {
        let (_tx, mut rx) = tokio::sync::watch::channel(1);
        let _ = rx.changed().await;
    })]
}

fn let_go_later() -> Vec<Task> {
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

fn let_go_each_round() -> Vec<Task> {
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

fn cloned_away() -> Vec<Task> {
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
fn let_go_by_its_name() -> Vec<Task> {
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
fn set_anew() -> Vec<Task> {
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

/// The outer lock's guard is held; the inner lock, which lies at some place in what it guards, is waited for.
fn mutex_in_mutex() -> Vec<Task> {
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

/// The guard was borrowed, so that its bytes stay, and dropped.
fn let_go() -> Vec<Task> {
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

fn let_go_early() -> Vec<Task> {
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

fn other_lock() -> Vec<Task> {
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

fn given_away() -> Vec<Task> {
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
fn sent() -> Vec<Task> {
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

fn forgotten() -> Vec<Task> {
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

fn scoped() -> Vec<Task> {
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

fn argument_let_go() -> Vec<Task> {
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

fn captured_let_go() -> Vec<Task> {
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
fn sent_along() -> Vec<Task> {
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

fn list_let_go() -> Vec<Task> {
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

/// How many groups were read wrongly.
pub fn check(sees: bool, is_shown: bool) -> usize {
    let (mut right, mut wrong) = (0, 0);
    for group in GROUPS {
        let mut tasks = (group.tasks)();
        for _ in 0..2 {
            tasks.iter_mut().for_each(poll);
        }
        let suspended: Vec<_> = tasks.iter().filter_map(|it| Suspended::of(&**it)).collect();
        let found = solipsism_dwarf::read(&suspended).unwrap_or_default();
        let mut read: Vec<_> = found
            .holders
            .iter()
            .map(|it| format!("{}: {}.{}", it.waiter, it.holder, it.local))
            .collect();
        read.dedup();
        let is_right = if sees {
            read == group.holders
        } else {
            read.is_empty()
        };
        if !is_right || is_shown {
            println!(
                "{}\n  read     {read:?}\n  expected {:?}",
                group.name, group.holders
            );
        }
        *(if is_right { &mut right } else { &mut wrong }) += 1;
        std::mem::forget(tasks);
    }
    println!("holders: {right} right, {wrong} wrong");
    wrong
}
