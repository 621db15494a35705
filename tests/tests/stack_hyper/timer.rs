//! The virtual clock as hyper's timer.

use std::time::Duration;

use hyper::rt::Timer as _;
use solipsism::hyper::Timer;
use solipsism::time::Instant;

#[solipsism::test]
async fn sleeps_are_exact() {
    let start = Instant::now();
    Timer.sleep(Duration::from_nanos(1)).await;
    Timer
        .sleep_until(Timer.now() + Duration::from_secs(3600))
        .await;
    assert_eq!(start.elapsed(), Duration::from_nanos(3_600_000_000_001));
}

#[solipsism::test]
async fn a_sleep_can_be_reset() {
    let mut sleep = Timer.sleep(Duration::from_secs(1));
    Timer.reset(&mut sleep, Timer.now() + Duration::from_secs(5));
    let start = Instant::now();
    sleep.await;
    assert_eq!(start.elapsed(), Duration::from_secs(5));
}

#[solipsism::test]
async fn what_is_past_is_over_at_once() {
    let past = Timer.now();
    solipsism::time::sleep(Duration::from_secs(1)).await;
    let start = Instant::now();
    Timer.sleep_until(past).await;
    assert_eq!(start.elapsed(), Duration::ZERO);
}
