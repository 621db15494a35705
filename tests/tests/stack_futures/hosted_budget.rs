//! In a hosted world tokio's cooperative budget holds for tasks of ours that use its channels: it must stop nobody.

use std::cell::Cell;
use std::rc::Rc;

use solipsism::time::{self, Duration, Instant};
use tokio::sync::{mpsc, oneshot};

#[solipsism::test(tokio)]
async fn the_body_reads_ten_thousand_messages_at_one_instant() {
    let (sender, mut receiver) = mpsc::unbounded_channel();
    for number in 0..10_000_u64 {
        sender.send(number).unwrap();
    }
    drop(sender);
    let start = Instant::now();
    let mut sum = 0;
    while let Some(number) = receiver.recv().await {
        sum += number;
    }
    assert_eq!((sum, start.elapsed()), (49_995_000, Duration::ZERO));
}

#[solipsism::test(tokio, poll_budget = 20_000)]
async fn ten_tasks_of_ours_share_a_channel_with_tasks_of_tokios() {
    let (sender, mut receiver) = mpsc::channel(10);
    for number in 0..10_u64 {
        let (ours, theirs) = (sender.clone(), sender.clone());
        let send = move |sender: mpsc::Sender<u64>| async move {
            for _ in 0..200 {
                sender.send(number).await.unwrap();
            }
        };
        solipsism::spawn(send(ours)).background();
        tokio::spawn(async move {
            for _ in 0..200 {
                theirs.send(number).await.unwrap();
            }
        });
    }
    drop(sender);
    let start = Instant::now();
    let mut sum = 0;
    while let Some(number) = receiver.recv().await {
        sum += number;
    }
    assert_eq!((sum, start.elapsed()), (45 * 400, Duration::ZERO));
}

/// One that never waits must not keep a deadline of another from firing at its instant.
#[solipsism::test(tokio)]
async fn a_task_with_much_to_do_starves_nobody() {
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let reads = solipsism::spawn(async move {
        let mut last = 0;
        while let Some(number) = receiver.recv().await {
            last = number;
        }
        last
    });
    for number in 0..100 {
        for _ in 0..1_000 {
            sender.send(number).unwrap();
        }
        let start = Instant::now();
        time::sleep(Duration::from_nanos(1)).await;
        assert_eq!(start.elapsed(), Duration::from_nanos(1));
    }
    drop(sender);
    assert_eq!(reads.await.unwrap(), 99);
}

/// tokio gives each task a budget of its own. Ours have that of its root, and who has used it up must leave the next its part.
#[solipsism::test(tokio, poll_budget = 20_000)]
async fn two_that_always_have_something_to_do_do_not_starve_the_one_between() {
    let stop = Rc::new(Cell::new(false));
    let busy = |stop: Rc<Cell<bool>>| async move {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        while !stop.get() {
            sender.send(()).unwrap();
            receiver.recv().await;
        }
    };
    let (sender, receiver) = oneshot::channel();
    sender.send(()).unwrap();
    let first = solipsism::spawn(busy(Rc::clone(&stop)));
    let stops = Rc::clone(&stop);
    solipsism::spawn(async move {
        receiver.await.unwrap();
        stops.set(true);
    })
    .background();
    let last = solipsism::spawn(busy(stop));
    first.await.unwrap();
    last.await.unwrap();
}
