use solipsism::time::{self, Instant};
use std::time::Duration;

#[solipsism::test]
async fn a_minute_costs_nothing() {
    let start = Instant::now();
    time::sleep(Duration::from_secs(60)).await;
    assert_eq!(start.elapsed(), Duration::from_secs(60)); // exact, to the nanosecond
}

#[solipsism::test]
async fn slow_things_time_out() {
    let slow = time::sleep(Duration::from_secs(3600));
    assert!(
        time::timeout(Duration::from_millis(1500), slow)
            .await
            .is_err()
    );
}

solipsism::main!();
