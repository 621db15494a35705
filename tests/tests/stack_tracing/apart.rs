//! No test sees what another one records, however they run side by side.

use std::sync::Barrier;
use std::thread;

use solipsism::EventLoop;
use solipsism::time::{Duration, sleep};
use solipsism::tracing::Logs;
use tracing::info;

fn say(what: u32) {
    info!(what, "said");
}

#[solipsism::test]
async fn one_of_many_sees_its_own_alone(#[values(0, 1, 2, 3, 4, 5, 6, 7)] number: u32, logs: Logs) {
    for _ in 0..100 {
        sleep(Duration::from_millis(1)).await;
        say(number);
    }
    let text = logs.text();
    let own = format!("what={number}");
    assert_eq!(text.lines().count(), 100);
    assert!(text.lines().all(|line| line.ends_with(&own)));
}

/// The first to come to a place in the code must not decide for the others.
#[solipsism::test]
async fn a_test_without_records_silences_no_other(logs: Logs) {
    fn record() {
        info!("once from each");
    }
    let barrier = Barrier::new(2);
    thread::scope(|scope| {
        let other = scope.spawn(|| {
            EventLoop::new().run(async { record() }).unwrap();
            barrier.wait();
        });
        barrier.wait();
        other.join().unwrap();
    });
    record();
    assert_eq!(logs.text().lines().count(), 1);
}

#[solipsism::test]
async fn threads_of_ones_own_are_told_where_to_record(logs: Logs) {
    thread::scope(|scope| {
        scope.spawn(|| info!("lost"));
    });
    let here = tracing::dispatcher::get_default(Clone::clone);
    thread::scope(|scope| {
        scope.spawn(|| tracing::dispatcher::with_default(&here, || info!("kept")));
    });
    assert!(logs.contain("- INFO") || logs.contain("-  INFO"));
    assert!(logs.contain("kept") && !logs.contain("lost"));
}
