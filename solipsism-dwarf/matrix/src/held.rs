//! Tasks that wait for each other, and tasks that only look as if.

mod aside;
mod circles;
mod let_go;
mod no_circle;
mod temporaries;

use std::sync::Arc;

use self::aside::*;
use self::circles::*;
use self::let_go::*;
use self::no_circle::*;
use self::temporaries::*;
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
    in_scrutinee => ["0: 0.a temporary"], "";
    in_head_of_loop => ["1: 0.a temporary"], "";
    in_chain_of_calls => ["0: 1.sender", "1: 0.a temporary"], "they wait for each other: 0 → channel → 1 → Mutex → 0";
    in_arguments => ["0: 1.a temporary", "1: 0.a temporary"], "deadlock: 0 → Mutex → 1 → Mutex → 0";
    extended => ["1: 0.a temporary"], "";
    at_end_of_statement => [], "";
    given_to_call => [], "";
    bound_by_match => [], "";
    bound_on_condition => [], "";
    permits_in_set => ["0: 0.permit"], "";
    guard_in_future => ["0: 0.held"], "";
    future_given_away => [], "";
    let_go_in_future => [], "";
    set_is_awaited => [], "";
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

type Locked = Arc<tokio::sync::Mutex<i32>>;

async fn take(lock: &Locked) {
    *lock.lock().await += 1;
}

async fn take_both(first: Locked, second: Locked) {
    let _held = first.lock().await;
    yield_once().await;
    take(&second).await;
}
