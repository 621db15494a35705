use solipsism::{EventLoop, time};
use std::time::Duration;

#[solipsism::test(clock = "manual")]
async fn the_second_retry_waits_longer(event_loop: EventLoop) {
    let retries = solipsism::spawn(async {
        time::sleep(Duration::from_secs(1)).await;
        time::sleep(Duration::from_secs(2)).await;
    });
    event_loop.advance(Duration::from_secs(1)).await; // inclusive, and settled when it returns
    assert!(!retries.is_finished());
    assert_eq!(
        event_loop.next_deadline(),
        Some(event_loop.now() + Duration::from_secs(2))
    );
    event_loop.advance(Duration::from_secs(2)).await;
    event_loop.settle().await; // every other task is blocked; time has not moved
    assert!(retries.is_finished());
}

solipsism::main!();
