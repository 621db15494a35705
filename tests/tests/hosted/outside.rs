//! Blocking work and threads outside: time stands still for what is announced.

use std::time::Duration;

use solipsism::EventLoop;
use solipsism::time::{self, Instant};

#[solipsism::test(tokio)]
async fn blocking_jobs_of_either_kind_hold_time_still() {
    let start = Instant::now();
    let timer = solipsism::spawn(time::sleep(Duration::from_secs(1)));
    let (sender, receiver) = std::sync::mpsc::channel();
    let job = tokio::task::spawn_blocking(move || receiver.recv().unwrap());
    let ours = solipsism::task::spawn_blocking(move || sender.send(7).unwrap());
    ours.await.unwrap();
    assert_eq!(job.await.unwrap(), 7);
    assert_eq!(start.elapsed(), Duration::ZERO);
    assert!(!timer.is_finished());
}

#[solipsism::test(tokio)]
async fn a_thread_that_was_announced_wakes_tasks_of_both_kinds(event_loop: EventLoop) {
    let (to_tokio, from_thread) = tokio::sync::oneshot::channel();
    let (to_body, answer) = futures_channel::oneshot::channel();
    let theirs = tokio::spawn(async move {
        let number: u32 = from_thread.await.unwrap();
        number + 1
    });
    let external = event_loop.external();
    let thread = std::thread::spawn(move || {
        to_tokio.send(1).unwrap();
        to_body.send(1).unwrap();
        drop(external);
    });
    assert_eq!(theirs.await.unwrap(), 2);
    assert_eq!(answer.await.unwrap(), 1);
    thread.join().unwrap();
}

#[solipsism::test(tokio)]
async fn a_stranger_makes_the_world_open(event_loop: EventLoop) {
    let (sender, receiver) = futures_channel::oneshot::channel();
    let (ask, asked) = std::sync::mpsc::channel();
    let thread = std::thread::spawn(move || {
        asked.recv().unwrap();
        sender.send(()).unwrap();
    });
    let external = event_loop.external();
    ask.send(()).unwrap();
    receiver.await.unwrap();
    drop(external);
    thread.join().unwrap();
}

/// Its thread wakes the body, and is no stranger.
#[solipsism::test(tokio)]
async fn a_world_that_awaits_blocking_jobs_of_tokios_is_not_open() {
    let start = Instant::now();
    for _ in 0..50 {
        tokio::task::spawn_blocking(std::thread::yield_now)
            .await
            .unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
        time::sleep(Duration::from_nanos(1)).await;
        time::sleep(Duration::from_nanos(999_999)).await;
    }
    assert_eq!(start.elapsed(), 50 * Duration::from_millis(1_001));
}
