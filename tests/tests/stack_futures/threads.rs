//! Threads and blocking jobs at the other end of a channel.

use solipsism::task::spawn_blocking;
use solipsism::time::{self, Instant};

use super::{MINUTE, seconds_since};

#[solipsism::test]
async fn a_blocking_job_sends_into_a_full_channel() {
    let (sender, receiver) = async_channel::bounded(1);
    let job = spawn_blocking(move || {
        for number in 0..100 {
            sender.send_blocking(number).unwrap();
        }
    });
    let mut sum = 0;
    while let Ok(number) = receiver.recv().await {
        sum += number;
    }
    assert_eq!(sum, 4_950);
    job.await.unwrap();
}

#[solipsism::test]
async fn a_blocking_job_reads_from_a_channel_that_a_task_fills() {
    let (sender, receiver) = flume::bounded(1);
    let job = spawn_blocking(move || receiver.iter().sum::<u32>());
    for number in 0..100 {
        sender.send_async(number).await.unwrap();
    }
    drop(sender);
    assert_eq!(job.await.unwrap(), 4_950);
}

#[solipsism::test]
async fn a_job_of_tokios_channel_blocks_for_a_task() {
    let (sender, mut receiver) = tokio::sync::mpsc::channel(1);
    let job = spawn_blocking(move || (0..100).for_each(|n| sender.blocking_send(n).unwrap()));
    let mut sum = 0;
    while let Some(number) = receiver.recv().await {
        sum += number;
    }
    assert_eq!(sum, 4_950);
    job.await.unwrap();
}

#[solipsism::test]
async fn a_thread_that_is_announced_sends(event_loop: solipsism::EventLoop) {
    let (sender, receiver) = flume::bounded(1);
    let external = event_loop.external();
    let thread = std::thread::spawn(move || {
        sender.send(5).unwrap();
        drop(external);
    });
    assert_eq!(receiver.recv_async().await, Ok(5));
    thread.join().unwrap();
    let start = Instant::now();
    time::sleep(MINUTE).await;
    assert_eq!(seconds_since(start), 60);
}

#[solipsism::test]
async fn a_thread_that_nobody_waited_for_leaves_the_world_closed() {
    let (sender, receiver) = async_channel::unbounded();
    std::thread::spawn(move || sender.send_blocking(1).unwrap())
        .join()
        .unwrap();
    assert_eq!(receiver.recv().await, Ok(1));
    let start = Instant::now();
    time::sleep(MINUTE).await;
    assert_eq!(seconds_since(start), 60);
}
