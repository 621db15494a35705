//! What else of tokio's works where no runtime of tokio's is, and how tasks share the thread there.

use std::rc::Rc;

use solipsism::time::{self, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
use tokio::sync::{Notify, mpsc};

use super::{MINUTE, beside, seconds, seconds_since};

/// There is no runtime whose budget could run out: a task goes on for as long as its channel is ready.
#[solipsism::test]
async fn a_hundred_thousand_messages_are_one_poll() {
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    for number in 0..100_000_u64 {
        sender.send(number).unwrap();
    }
    drop(sender);
    let sum = solipsism::spawn(async move {
        let mut sum = 0;
        while let Some(number) = receiver.recv().await {
            sum += number;
        }
        sum
    });
    time::sleep(std::time::Duration::from_nanos(1)).await;
    assert!(sum.is_finished());
    assert_eq!(sum.await.unwrap(), 4_999_950_000);
}

#[solipsism::test]
async fn what_yields_to_tokio_yields() {
    let order = solipsism_tests::Log::default();
    let other = order.clone();
    let task = solipsism::spawn(async move {
        other.note(1);
        tokio::task::yield_now().await;
        other.note(3);
    });
    solipsism::task::yield_now().await;
    order.note(2);
    task.await.unwrap();
    assert_eq!(order.take(), [1, 2, 3]);
    tokio::task::coop::consume_budget().await;
    tokio::task::coop::unconstrained(seconds(1)).await;
}

#[solipsism::test]
async fn a_duplex_is_full_until_it_is_read() {
    let (mut one, mut other) = duplex(4);
    let start = Instant::now();
    beside(async move {
        one.write_all(b"a minute").await.unwrap();
        assert_eq!(seconds_since(start), 60);
    });
    time::sleep(MINUTE).await;
    let mut all = String::new();
    other.read_to_string(&mut all).await.unwrap();
    assert_eq!(all, "a minute");
}

#[solipsism::test]
async fn a_local_set_is_a_future_like_others() {
    let start = Instant::now();
    let local = tokio::task::LocalSet::new();
    let slow = local.spawn_local(seconds(60));
    local.spawn_local(seconds(5));
    local.run_until(async { slow.await.unwrap() }).await;
    assert_eq!(seconds_since(start), 60);
    local.await;
}

#[solipsism::test]
async fn a_place_that_is_not_used_is_given_back() {
    let (sender, mut receiver) = mpsc::channel(1);
    let start = Instant::now();
    let reserves = sender.clone();
    beside(async move {
        let _unused = reserves.reserve().await.unwrap();
        seconds(60).await;
    });
    seconds(1).await;
    sender.send(1).await.unwrap();
    assert_eq!(seconds_since(start), 60);
    assert_eq!(receiver.recv().await, Some(1));
}

#[solipsism::test]
async fn a_notification_is_handed_on_by_one_who_no_longer_waits() {
    let notify = Rc::new(Notify::new());
    let waits = |notify: Rc<Notify>| async move { notify.notified().await };
    let first = solipsism::spawn(waits(Rc::clone(&notify)));
    let second = solipsism::spawn(waits(Rc::clone(&notify)));
    seconds(1).await;
    notify.notify_one();
    first.abort();
    second.await.unwrap();
}
