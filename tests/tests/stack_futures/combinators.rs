//! What futures makes of many futures.

use futures::future::{self, AbortHandle, Aborted, FutureExt, abortable};
use futures::stream::{self, FuturesOrdered, FuturesUnordered, StreamExt};
use futures::{pin_mut, select, select_biased};
use solipsism::time::{self, Instant};

use super::{MINUTE, beside, seconds, seconds_since};

/// The number, after as many seconds.
async fn after(count: u64) -> u64 {
    seconds(count).await;
    count
}

#[solipsism::test]
async fn many_finish_in_the_order_of_their_deadlines() {
    let mut all: FuturesUnordered<_> = [30, 60, 10, 20].into_iter().map(after).collect();
    let start = Instant::now();
    let mut finished = Vec::new();
    while let Some(count) = all.next().await {
        assert_eq!(seconds_since(start), count);
        finished.push(count);
    }
    assert_eq!(finished, [10, 20, 30, 60]);
}

#[solipsism::test]
async fn or_in_their_own() {
    let all: FuturesOrdered<_> = [30, 60, 10].into_iter().map(after).collect();
    let start = Instant::now();
    assert_eq!(all.collect::<Vec<_>>().await, [30, 60, 10]);
    assert_eq!(seconds_since(start), 60);
}

#[solipsism::test]
async fn a_hundred_are_joined_when_the_last_is_done() {
    let start = Instant::now();
    let all = future::join_all((1..=100).map(after)).await;
    assert_eq!(all.iter().sum::<u64>(), 5_050);
    assert_eq!(seconds_since(start), 100);
}

#[solipsism::test]
async fn the_first_error_ends_the_others() {
    let start = Instant::now();
    let fails = async { Err::<u64, &str>(after(5).map(|_| "no").await) };
    let lasts = async { Ok(after(60).await) };
    assert_eq!(future::try_join(fails, lasts).await, Err("no"));
    assert_eq!(seconds_since(start), 5);
}

#[solipsism::test]
async fn a_stream_works_on_three_things_at_a_time() {
    let start = Instant::now();
    let done = stream::iter([10, 20, 30, 10, 10]).map(after);
    let done: Vec<_> = done.buffer_unordered(3).collect().await;
    // Of two that end at one instant the deadline that was set first is first.
    assert_eq!(done, [10, 20, 10, 30, 10]);
    assert_eq!(seconds_since(start), 30);
}

#[solipsism::test]
async fn select_takes_what_is_ready_first() {
    let start = Instant::now();
    let (slow, quick) = (after(60).fuse(), after(5).fuse());
    pin_mut!(slow, quick);
    let mut sum = 0;
    loop {
        select! {
            count = slow => sum += count,
            count = quick => sum += count * 100,
            complete => break,
        }
    }
    assert_eq!((sum, seconds_since(start)), (560, 60));
}

/// `select!` itself draws lots, and not from the world's seed.
#[solipsism::test]
async fn of_two_that_are_ready_select_biased_takes_the_first() {
    for _ in 0..20 {
        let (one, other) = (time::sleep(MINUTE).fuse(), time::sleep(MINUTE).fuse());
        pin_mut!(one, other);
        let first = select_biased! { () = one => true, () = other => false };
        assert!(first);
    }
}

#[solipsism::test]
async fn a_shared_future_is_polled_for_others_when_its_first_waiter_goes_away() {
    let start = Instant::now();
    let shared = after(60).shared();
    let first = solipsism::spawn(shared.clone());
    let second = solipsism::spawn(shared);
    seconds(10).await;
    first.abort();
    assert_eq!(second.await.unwrap(), 60);
    assert_eq!(seconds_since(start), 60);
}

#[solipsism::test]
async fn an_abort_handle_ends_the_wait() {
    let start = Instant::now();
    let (waits, handle): (_, AbortHandle) = abortable(after(60));
    beside(async move {
        seconds(5).await;
        handle.abort();
    });
    assert_eq!(waits.await, Err(Aborted));
    assert_eq!(seconds_since(start), 5);
}

#[solipsism::test]
async fn a_lock_of_futures_and_a_timeout() {
    let mutex = futures::lock::Mutex::new(());
    let guard = mutex.lock().await;
    let start = Instant::now();
    assert!(time::timeout(MINUTE, mutex.lock()).await.is_err());
    assert_eq!(seconds_since(start), 60);
    drop(guard);
    assert!(mutex.lock().now_or_never().is_some());
}

#[solipsism::test]
async fn an_unfold_and_a_take_until_end_exactly() {
    let start = Instant::now();
    let ticks = stream::unfold(0, |tick| async move {
        seconds(1).await;
        Some((tick, tick + 1))
    });
    let ticks = ticks.take_until(time::sleep(MINUTE)).count().await;
    // What ends the stream is polled before the tick of its instant.
    assert_eq!((ticks, seconds_since(start)), (59, 60));
}
