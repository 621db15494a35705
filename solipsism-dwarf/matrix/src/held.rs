//! Tasks that wait for each other, and tasks that only look as if.

use std::cell::RefCell;
use std::future::pending;
use std::rc::Rc;
use std::sync::Arc;

use futures::{SinkExt, StreamExt};

use crate::Task;

pub struct Group {
    pub name: &'static str,
    pub tasks: fn() -> Vec<Task>,
    /// `waiter: holder.local`
    pub holders: &'static [&'static str],
    /// What a report says of the circle that they are in, if they are.
    pub cycle: &'static str,
}

macro_rules! groups {
    ($($function:ident => [$($holder:literal),*], $cycle:literal;)*) => {
        pub const GROUPS: &[Group] = &[$(Group {
            name: stringify!($function),
            tasks: $function,
            holders: &[$($holder),*],
            cycle: $cycle,
        }),*];
    };
}

groups! {
    tokio_mutexes => ["0: 1._held", "1: 0._held"], "deadlock: 0 → Mutex → 1 → Mutex → 0";
    tokio_owned_mutexes => ["0: 1._held", "1: 0._held"], "deadlock: 0 → Mutex → 1 → Mutex → 0";
    tokio_rwlocks => ["0: 1._held", "1: 0._held"], "deadlock: 0 → RwLock → 1 → RwLock → 0";
    tokio_rwlocks_read => ["0: 1._held", "1: 0._held"], "deadlock: 0 → RwLock → 1 → RwLock → 0";
    tokio_owned_rwlocks => ["0: 1._held", "1: 0._held"], "deadlock: 0 → RwLock → 1 → RwLock → 0";
    tokio_owned_rwlocks_read => ["0: 1._held", "1: 0._held"], "deadlock: 0 → RwLock → 1 → RwLock → 0";
    tokio_semaphores => ["0: 1._held", "1: 0._held"], "they wait for each other: 0 → Semaphore → 1 → Semaphore → 0";
    tokio_semaphores_by_reference => ["0: 1._held", "1: 0._held"], "they wait for each other: 0 → Semaphore → 1 → Semaphore → 0";
    futures_mutexes => ["0: 1._held", "1: 0._held"], "deadlock: 0 → Mutex → 1 → Mutex → 0";
    futures_owned_mutexes => ["0: 1._held", "1: 0._held"], "deadlock: 0 → Mutex → 1 → Mutex → 0";
    async_mutexes => ["0: 1._held", "1: 0._held"], "deadlock: 0 → Mutex → 1 → Mutex → 0";
    async_arc_mutexes => ["0: 1._held", "1: 0._held"], "deadlock: 0 → Mutex → 1 → Mutex → 0";
    async_rwlocks => ["0: 1._held", "1: 0._held"], "deadlock: 0 → RwLock → 1 → RwLock → 0";
    async_rwlocks_read => ["0: 1._held", "1: 0._held"], "deadlock: 0 → RwLock → 1 → RwLock → 0";
    async_arc_rwlocks => ["0: 1._held", "1: 0._held"], "deadlock: 0 → RwLock → 1 → RwLock → 0";
    async_upgradable => ["0: 1._held", "1: 0._held"], "deadlock: 0 → RwLock → 1 → RwLock → 0";
    async_semaphores => ["0: 1._held", "1: 0._held"], "they wait for each other: 0 → Semaphore → 1 → Semaphore → 0";
    async_arc_semaphores => ["0: 1._held", "1: 0._held"], "they wait for each other: 0 → Semaphore → 1 → Semaphore → 0";
    tokio_oneshots => ["0: 1._kept", "1: 0._kept"], "they wait for each other: 0 → channel → 1 → channel → 0";
    futures_oneshots => ["0: 1._kept", "1: 0._kept"], "they wait for each other: 0 → channel → 1 → channel → 0";
    tokio_channels => ["0: 1._kept", "1: 0._kept"], "they wait for each other: 0 → channel → 1 → channel → 0";
    tokio_unbounded => ["0: 1._kept", "1: 0._kept"], "they wait for each other: 0 → channel → 1 → channel → 0";
    tokio_broadcasts => ["0: 1._kept", "1: 0._kept"], "they wait for each other: 0 → channel → 1 → channel → 0";
    tokio_watches => ["0: 1._kept", "1: 0._kept"], "they wait for each other: 0 → channel → 1 → channel → 0";
    futures_channels => ["0: 1._kept", "1: 0._kept"], "they wait for each other: 0 → channel → 1 → channel → 0";
    futures_unbounded => ["0: 1._kept", "1: 0._kept"], "they wait for each other: 0 → channel → 1 → channel → 0";
    async_channels => ["0: 1._kept", "1: 0._kept"], "they wait for each other: 0 → channel → 1 → channel → 0";
    flumes => ["0: 1._kept", "1: 0._kept"], "they wait for each other: 0 → channel → 1 → channel → 0";
    tokio_full => ["0: 1._kept", "1: 0._kept"], "they wait for each other: 0 → channel → 1 → channel → 0";
    futures_full => ["0: 1._kept", "1: 0._kept"], "they wait for each other: 0 → channel → 1 → channel → 0";
    async_channel_full => ["0: 1._kept", "1: 0._kept"], "they wait for each other: 0 → channel → 1 → channel → 0";
    flume_full => ["0: 1._kept", "1: 0._kept"], "they wait for each other: 0 → channel → 1 → channel → 0";
    two_readers => ["0: 0._held", "0: 1._held", "1: 0._held", "1: 1._held"], "";
    mutex_and_semaphore => ["0: 1._held", "1: 0._held"], "they wait for each other: 0 → Semaphore → 1 → Mutex → 0";
    mutex_and_reply => ["0: 1._reply", "1: 0._held"], "they wait for each other: 0 → channel → 1 → Mutex → 0";
    tokio_and_futures_mutexes => ["0: 1._held", "1: 0._held"], "deadlock: 0 → Mutex → 1 → Mutex → 0";
    deep_mutexes => ["0: 1._held", "1: 0._held"], "deadlock: 0 → Mutex → 1 → Mutex → 0";
    boxed_mutexes => ["0: 1._held", "1: 0._held"], "deadlock: 0 → Mutex → 1 → Mutex → 0";
    own_sender => ["0: 0._tx"], "";
    same_task => ["0: 0._held"], "";
    parked_reply => ["1: 0.parked"], "";
    watched => ["0: 0._tx"], "";
    let_go_later => ["1: 0.held"], "";
    let_go_each_round => ["1: 0.reply"], "";
    cloned_away => ["0: 0.tx"], "";
    mutex_in_mutex => [], "";
    let_go => [], "";
    let_go_early => [], "";
    other_lock => [], "";
    given_away => [], "";
    sent => [], "";
    forgotten => [], "";
    scoped => [], "";
    argument_let_go => [], "";
    captured_let_go => [], "";
    sent_along => [], "";
    list_let_go => [], "";
    set_anew => [], "";
    let_go_by_its_name => [], "";
    row_of_three => ["0: 1._held", "1: 2._held"], "";
    let_go_before => ["0: 1._held"], "";
    given_to_task => ["0: 1._kept"], "";
    kept_in_cell => [], "";
    two_locks => ["1: 0._held"], "";
    lock_in_lock => ["1: 0.held"], "";
    one_of_two_permits => ["1: 0._permit", "1: 1._own"], "";
    parked_in_channel => [], "";
    select_of_two => ["0: 1._held", "1: 0._held"], "";
    broken => ["1: 0._held"], "";
    both_wait_for_a_third => ["0: 2._held", "1: 2._held"], "";
    one_way => ["0: 1._held"], "";
    readers => [], "";
    after_each_other => ["1: 0._held"], "";
    tried_only => [], "";
    each_its_own => ["0: 0._own", "1: 1._own"], "";
    taken_by_the_end => [], "";
}

macro_rules! each_others {
    ($name:ident, $new:expr, $lock:ident) => {
        each_others!($name, $new, $lock, $lock);
    };
    ($name:ident, $new:expr, $hold:ident, $lock:ident) => {
        fn $name() -> Vec<Task> {
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

async fn yield_once() {
    let mut is_first = true;
    std::future::poll_fn(|context| {
        if std::mem::take(&mut is_first) {
            context.waker().wake_by_ref();
            std::task::Poll::Pending
        } else {
            std::task::Poll::Ready(())
        }
    })
    .await;
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
        fn $name() -> Vec<Task> {
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

macro_rules! each_others_message {
    ($name:ident, $new:expr, $receive:ident) => {
        fn $name() -> Vec<Task> {
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
        fn $name() -> Vec<Task> {
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
fn two_readers() -> Vec<Task> {
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

fn mutex_and_semaphore() -> Vec<Task> {
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

fn mutex_and_reply() -> Vec<Task> {
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

fn tokio_and_futures_mutexes() -> Vec<Task> {
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

type Locked = Arc<tokio::sync::Mutex<i32>>;

async fn take(lock: &Locked) {
    *lock.lock().await += 1;
}

async fn take_both(first: Locked, second: Locked) {
    let _held = first.lock().await;
    yield_once().await;
    take(&second).await;
}

fn deep_mutexes() -> Vec<Task> {
    let (one, other) = (Locked::default(), Locked::default());
    let (one2, other2) = (one.clone(), other.clone());
    vec![
        Box::pin(async move { take_both(one, other).await }),
        Box::pin(async move { take_both(other2, one2).await }),
    ]
}

fn boxed_mutexes() -> Vec<Task> {
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

/// The first waits for the second, the second for the third, and that for something else.
fn row_of_three() -> Vec<Task> {
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

/// It would be a circle, if the first had not let go.
fn let_go_before() -> Vec<Task> {
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

fn given_to_task() -> Vec<Task> {
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

fn kept_in_cell() -> Vec<Task> {
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

/// Of two locks that the first has, one is for reading, and is not what the second waits for.
fn two_locks() -> Vec<Task> {
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

fn lock_in_lock() -> Vec<Task> {
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

fn one_of_two_permits() -> Vec<Task> {
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

/// What was sent lies in a channel that nobody reads.
fn parked_in_channel() -> Vec<Task> {
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

/// Either lock would do; one of them is the second's, who waits for the first.
fn select_of_two() -> Vec<Task> {
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

/// The second lock is tried, and given up.
fn broken() -> Vec<Task> {
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

fn both_wait_for_a_third() -> Vec<Task> {
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
fn one_way() -> Vec<Task> {
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
fn readers() -> Vec<Task> {
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
fn after_each_other() -> Vec<Task> {
    let (one, other) = (Locked::default(), Locked::default());
    std::mem::forget(other.clone().try_lock_owned());
    let both = |first: Locked, second: Locked| Box::pin(take_both(first, second));
    vec![both(one.clone(), other.clone()), both(one, other)]
}

/// Each keeps the sender of its own channel.
fn each_its_own() -> Vec<Task> {
    let waits = || {
        let (tx, mut rx) = tokio::sync::mpsc::channel::<u8>(1);
        Box::pin(async move {
            let _own = tx;
            rx.recv().await;
        })
    };
    vec![waits(), waits()]
}

/// Both locks were taken by who is gone.
fn tried_only() -> Vec<Task> {
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
fn taken_by_the_end() -> Vec<Task> {
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
