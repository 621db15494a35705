//! Tasks of tokio's, which it alone can list and poll: what they wait for, and who has it.

use std::sync::Arc;

use tokio::sync::{Mutex, Semaphore, mpsc, oneshot};

async fn transfer(from: Arc<Mutex<u32>>, to: Arc<Mutex<u32>>) {
    let mut from = from.lock().await;
    tokio::task::yield_now().await;
    let mut to = to.lock().await;
    *from -= 1;
    *to += 1;
}

#[solipsism::test(tokio)]
async fn two_tasks_of_tokio_want_two_locks() {
    let (one, other): (Arc<Mutex<u32>>, Arc<Mutex<u32>>) = (Arc::default(), Arc::default());
    let there = tokio::spawn(transfer(one.clone(), other.clone()));
    let back = tokio::spawn(transfer(other, one));
    there.await.expect("it finishes");
    back.await.expect("it finishes");
}

#[solipsism::test(tokio)]
async fn a_body_has_what_a_task_of_tokio_wants() {
    let limit = Arc::new(Semaphore::new(1));
    let permit = limit.clone().acquire_owned().await;
    let worker = tokio::spawn(async move { limit.acquire().await.is_ok() });
    assert!(worker.await.expect("it finishes"));
    drop(permit);
}

/// The guard of the first one is gone, though its bytes are there.
#[solipsism::test(tokio)]
async fn a_task_of_tokio_has_dropped_its_guard() {
    let lock = Arc::new(Mutex::new(1));
    let (asks, mut asked) = mpsc::channel::<oneshot::Sender<u32>>(1);
    tokio::spawn({
        let lock = lock.clone();
        async move {
            let guard = lock.lock().await;
            let (reply, answer) = oneshot::channel();
            asks.send(reply).await.expect("somebody is asked");
            drop(guard);
            answer.await.expect("it is answered");
        }
    });
    let _reply = asked.recv().await;
    let _kept = lock.lock().await;
    let other = tokio::spawn({
        let lock = lock.clone();
        async move { *lock.lock().await }
    });
    other.await.expect("it finishes");
}

/// Many of one type, and some that are gone.
#[solipsism::test(tokio)]
async fn the_last_of_many_tasks_is_awaited() {
    let (senders, receivers): (Vec<_>, Vec<_>) = (0..4).map(|_| oneshot::channel::<u32>()).unzip();
    let tasks = receivers.into_iter().map(|receiver| {
        tokio::spawn(async move {
            let number = receiver.await;
            number.unwrap_or_default()
        })
    });
    let mut tasks: Vec<_> = tasks.collect();
    let mut senders = senders.into_iter();
    for _ in 0..2 {
        let sender = senders.next().expect("there are four");
        sender.send(1).expect("it is awaited");
        tasks.remove(0).await.expect("it finishes");
    }
    let last = tasks.pop().expect("there are two more");
    last.await.expect("it finishes");
    drop(senders);
}
