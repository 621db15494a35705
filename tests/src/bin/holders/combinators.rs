//! What waits within combinators, of which many poll only who was woken.

use std::future::pending;
use std::pin::Pin;
use std::rc::Rc;

use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt, stream};
use tokio::sync::{Mutex, Notify, mpsc, oneshot};

use crate::named;

async fn deposit(balance: &Mutex<u32>, amount: u32) {
    *balance.lock().await += amount;
}

#[solipsism::test]
async fn join_all_of_fifty() {
    let balance = Mutex::new(0);
    let audit = balance.lock().await;
    futures::future::join_all((0..50).map(|amount| deposit(&balance, amount))).await;
    drop(audit);
}

#[solipsism::test]
async fn futures_unordered_of_three() {
    async fn first(answer: oneshot::Receiver<u8>) {
        answer.await.expect("it is answered");
    }
    async fn second(signal: &Notify) {
        signal.notified().await;
    }
    async fn third() {
        pending::<()>().await;
    }

    let (_reply, answer) = oneshot::channel();
    let signal = Notify::new();
    let mut all: FuturesUnordered<Pin<Box<dyn Future<Output = ()>>>> = FuturesUnordered::new();
    all.push(Box::pin(first(answer)));
    all.push(Box::pin(second(&signal)));
    all.push(Box::pin(third()));
    while all.next().await.is_some() {}
}

#[solipsism::test]
async fn a_shared_future() {
    async fn connect(ready: oneshot::Receiver<u8>) -> u8 {
        ready.await.unwrap_or_default()
    }

    let (_ready, is_ready) = oneshot::channel();
    let pool = connect(is_ready).shared();
    let one = named("one", query(pool.clone()));
    let other = named("other", query(pool));
    one.await.expect("it finishes");
    other.await.expect("it finishes");
}

async fn query(pool: impl Future<Output = u8>) -> u8 {
    pool.await
}

#[solipsism::test]
async fn a_select_over_channels() {
    let (_jobs, mut next_job) = mpsc::channel::<u8>(1);
    let (stop, mut stopped) = mpsc::channel::<u8>(1);
    let supervisor = named("supervisor", async move {
        pending::<()>().await;
        stop.send(1).await
    });
    loop {
        tokio::select! {
            job = next_job.recv() => println!("{job:?}"),
            _ = stopped.recv() => break,
        }
    }
    supervisor
        .await
        .expect("it finishes")
        .expect("it is received");
}

async fn for_ever() {
    pending().await
}

#[solipsism::test]
async fn pending_beside_what_finishes() {
    futures::join!(async { 1 }, for_ever());
}

#[solipsism::test]
async fn a_buffered_stream_behind_a_channel() {
    let lock = Rc::new(Mutex::new(0));
    let _kept = lock.lock().await;
    let deposits = stream::iter(0..10).map(|amount| deposit(&lock, amount));
    deposits.buffer_unordered(3).for_each(|()| async {}).await;
}

#[solipsism::test]
async fn tasks_in_a_set_of_futures() {
    let mut all = FuturesUnordered::new();
    for name in ["one", "two"] {
        all.push(named(name, for_ever()));
    }
    while all.next().await.is_some() {}
}
