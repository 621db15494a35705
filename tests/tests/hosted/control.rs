//! `advance`, `settle`, manual and frozen clocks move and stop tokio's timers too.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use solipsism::EventLoop;
use solipsism::time::Instant;

const SECOND: Duration = Duration::from_secs(1);

#[solipsism::test(tokio, clock = "manual")]
async fn a_manual_clock_is_tokios_as_well(event_loop: EventLoop) {
    let start = Instant::now();
    let task = tokio::spawn(tokio::time::sleep(5 * SECOND));
    event_loop.settle().await;
    assert!(!task.is_finished());
    event_loop
        .advance(Duration::from_nanos(4_999_999_999))
        .await;
    assert!(!task.is_finished());
    event_loop.advance(Duration::from_nanos(1)).await;
    assert!(task.is_finished());
    assert_eq!(start.elapsed(), 5 * SECOND);
}

#[solipsism::test(tokio)]
async fn advance_stops_at_each_timer_of_tokios(event_loop: EventLoop) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    let start = Instant::now();
    tokio::spawn(async move {
        for _ in 0..3 {
            tokio::time::sleep(SECOND).await;
            log.lock().unwrap().push(start.elapsed());
        }
    });
    event_loop.advance(SECOND * 5 / 2).await;
    assert_eq!(*seen.lock().unwrap(), [SECOND, 2 * SECOND]);
    assert_eq!(start.elapsed(), SECOND * 5 / 2);
}

#[solipsism::test(tokio)]
async fn settle_waits_for_tokios_tasks(event_loop: EventLoop) {
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        for number in 0..100 {
            tokio::task::yield_now().await;
            let _ = sender.send(number);
        }
        tokio::time::sleep(SECOND).await;
        let _ = sender.send(100);
    });
    event_loop.settle().await;
    assert_eq!(std::iter::from_fn(|| receiver.try_recv().ok()).count(), 100);
}
