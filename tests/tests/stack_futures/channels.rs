//! Channels of four crates, with virtual time between what is sent.

use solipsism::time::{self, Instant};

use super::{MINUTE, beside, seconds, seconds_since};

/// The same four tests for each crate: what makes a channel that holds one number, how a task sends, and how one receives,
/// the end of the channel being `None`.
macro_rules! channel {
    ($name:ident, $make:expr, $send:expr, $receive:expr) => {
        mod $name {
            use super::*;

            #[solipsism::test]
            async fn what_is_sent_a_minute_apart_arrives_a_minute_apart() {
                let (mut sender, mut receiver) = $make;
                beside(async move {
                    for number in 0..3 {
                        time::sleep(MINUTE).await;
                        assert!($send(&mut sender, number).await);
                    }
                });
                let start = Instant::now();
                for number in 0..3 {
                    assert_eq!($receive(&mut receiver).await, Some(number));
                    assert_eq!(seconds_since(start), 60 * u64::from(number + 1));
                }
                assert_eq!($receive(&mut receiver).await, None);
            }

            #[solipsism::test]
            async fn a_full_one_holds_its_sender_back() {
                let (mut sender, mut receiver) = $make;
                let start = Instant::now();
                let sending = solipsism::spawn(async move {
                    for number in 0..4 {
                        assert!($send(&mut sender, number).await);
                    }
                    seconds_since(start)
                });
                let mut all = Vec::new();
                loop {
                    seconds(10).await;
                    let Some(number) = $receive(&mut receiver).await else {
                        break;
                    };
                    all.push(number);
                }
                assert_eq!(all, [0, 1, 2, 3]);
                // At least two of the four had to wait, whatever a crate counts as its capacity.
                let waited = sending.await.unwrap();
                assert!((20..=30).contains(&waited), "{waited}");
            }

            #[solipsism::test]
            async fn a_timeout_loses_nothing() {
                let (mut sender, mut receiver) = $make;
                let start = Instant::now();
                let late = time::timeout(MINUTE, $receive(&mut receiver)).await;
                assert!(late.is_err());
                assert_eq!(seconds_since(start), 60);
                assert!($send(&mut sender, 7).await);
                assert_eq!($receive(&mut receiver).await, Some(7));
            }

            #[solipsism::test]
            async fn each_end_learns_that_the_other_was_dropped() {
                let (sender, mut receiver) = $make;
                beside(async move {
                    seconds(5).await;
                    drop(sender);
                });
                let start = Instant::now();
                assert_eq!($receive(&mut receiver).await, None);
                assert_eq!(seconds_since(start), 5);

                let (mut sender, receiver) = $make;
                beside(async move {
                    seconds(5).await;
                    drop(receiver);
                });
                let mut sent = 0;
                while $send(&mut sender, sent).await {
                    sent += 1;
                }
                assert!((1..=2).contains(&sent), "{sent}");
                assert_eq!(seconds_since(start), 10);
            }
        }
    };
}

channel!(
    of_async_channel,
    async_channel::bounded::<u32>(1),
    async |sender: &mut async_channel::Sender<u32>, number| sender.send(number).await.is_ok(),
    async |receiver: &mut async_channel::Receiver<u32>| receiver.recv().await.ok()
);
channel!(
    of_flume,
    flume::bounded::<u32>(1),
    async |sender: &mut flume::Sender<u32>, number| sender.send_async(number).await.is_ok(),
    async |receiver: &mut flume::Receiver<u32>| receiver.recv_async().await.ok()
);
channel!(
    of_async_broadcast,
    async_broadcast::broadcast::<u32>(1),
    async |sender: &mut async_broadcast::Sender<u32>, number| sender
        .broadcast(number)
        .await
        .is_ok(),
    async |receiver: &mut async_broadcast::Receiver<u32>| receiver.recv().await.ok()
);
channel!(
    of_futures,
    futures::channel::mpsc::channel::<u32>(1),
    async |sender: &mut futures::channel::mpsc::Sender<u32>, number| {
        futures::SinkExt::send(sender, number).await.is_ok()
    },
    async |receiver: &mut futures::channel::mpsc::Receiver<u32>| {
        futures::StreamExt::next(receiver).await
    }
);
channel!(
    of_tokio,
    tokio::sync::mpsc::channel::<u32>(1),
    async |sender: &mut tokio::sync::mpsc::Sender<u32>, number| sender.send(number).await.is_ok(),
    async |receiver: &mut tokio::sync::mpsc::Receiver<u32>| receiver.recv().await
);

#[solipsism::test]
async fn a_broadcast_reaches_all_and_waits_for_the_slowest() {
    let (sender, mut quick) = async_broadcast::broadcast(2);
    let mut slow = quick.clone();
    let start = Instant::now();
    beside(async move {
        for number in 0..5_u32 {
            sender.broadcast(number).await.unwrap();
        }
    });
    let slow = async {
        let mut sum = 0;
        while let Ok(number) = slow.recv().await {
            sum += number;
            seconds(1).await;
        }
        (sum, seconds_since(start))
    };
    let quick = async {
        while quick.recv().await.is_ok() {}
        seconds_since(start)
    };
    assert_eq!(futures::join!(slow, quick), ((10, 5), 2));
}

#[solipsism::test]
async fn a_oneshot_is_answered_or_cancelled() {
    let (sender, receiver) = futures::channel::oneshot::channel();
    beside(async move {
        time::sleep(MINUTE).await;
        sender.send(1).unwrap();
    });
    let start = Instant::now();
    assert_eq!(receiver.await, Ok(1));
    assert_eq!(seconds_since(start), 60);
    let (sender, receiver) = futures::channel::oneshot::channel::<u32>();
    beside(async move {
        time::sleep(MINUTE).await;
        drop(sender);
    });
    assert!(receiver.await.is_err());
    assert_eq!(seconds_since(start), 120);
}
