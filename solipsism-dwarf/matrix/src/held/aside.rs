//! What futures have that are kept, and not awaited: before their first poll, and when they wait for something.

use std::future::pending;
use std::sync::Arc;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use tokio::sync::{Mutex, OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};

use super::yield_once;
use crate::Task;

pub fn permits_in_set() -> Vec<Task> {
    async fn fetch(permit: OwnedSemaphorePermit) {
        yield_once().await;
        drop(permit);
    }
    let permits = Arc::new(Semaphore::new(2));
    vec![Box::pin(async move {
        let mut under_way = FuturesUnordered::new();
        for _ in 0..3 {
            let permit = permits.clone().acquire_owned().await;
            under_way.push(fetch(permit.expect("it is never closed")));
        }
        while under_way.next().await.is_some() {}
    })]
}

async fn works(held: OwnedMutexGuard<u8>) {
    pending::<()>().await;
    drop(held);
}

pub fn guard_in_future() -> Vec<Task> {
    let mutex = Arc::new(Mutex::new(0));
    vec![Box::pin(async move {
        let mut work = Box::pin(works(mutex.clone().lock_owned().await));
        assert!(futures::poll!(&mut work).is_pending());
        let _ = mutex.lock().await;
        work.await;
    })]
}

pub fn future_given_away() -> Vec<Task> {
    let mutex = Arc::new(Mutex::new(0));
    vec![Box::pin(async move {
        let mut work = Box::pin(works(mutex.clone().lock_owned().await));
        assert!(futures::poll!(&mut work).is_pending());
        drop(work);
        std::mem::forget(mutex.lock().await);
        let _ = mutex.lock().await;
    })]
}

/// The future is there, and its guard is not.
pub fn let_go_in_future() -> Vec<Task> {
    async fn works(held: OwnedMutexGuard<u8>) {
        assert_eq!(*held, 0);
        drop(held);
        pending::<()>().await;
    }
    let mutex = Arc::new(Mutex::new(0));
    vec![Box::pin(async move {
        let mut work = Box::pin(works(mutex.clone().lock_owned().await));
        assert!(futures::poll!(&mut work).is_pending());
        std::mem::forget(mutex.lock().await);
        let _ = mutex.lock().await;
        work.await;
    })]
}

/// What is awaited may be polled: it is told as that.
pub fn set_is_awaited() -> Vec<Task> {
    let mutex = Arc::new(Mutex::new(0));
    vec![Box::pin(async move {
        let mut works_under_way = FuturesUnordered::new();
        works_under_way.push(works(mutex.clone().lock_owned().await));
        works_under_way.next().await;
        let _ = mutex.lock().await;
    })]
}
