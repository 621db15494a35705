//! Ticks at even distances, and what happens to those that were missed.

use solipsism::time::{Duration, Instant, MissedTickBehavior};
use solipsism::time::{interval, interval_at, sleep, timeout};

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

#[solipsism::test]
async fn an_interval_ticks_at_once_and_then_every_period() {
    let start = Instant::now();
    let mut interval = interval(secs(10));
    for due in [0, 10, 20, 30] {
        assert_eq!(interval.tick().await, start + secs(due));
        assert_eq!(start.elapsed(), secs(due));
    }
}

#[solipsism::test]
async fn an_interval_can_begin_at_an_instant() {
    let start = Instant::now();
    let mut later = interval_at(start + secs(7), secs(10));
    assert_eq!(later.tick().await, start + secs(7));
    assert_eq!(later.tick().await, start + secs(17));
    let mut past = interval_at(start, secs(10));
    assert_eq!(
        (past.tick().await, past.tick().await),
        (start, start + secs(10))
    );
    assert_eq!(start.elapsed(), secs(17));
}

/// When each of the next ticks was due, and when it was given, in nanoseconds, after `busy` and with a period of 10.
async fn ticks_after(busy: u64, missed: MissedTickBehavior) -> Vec<(u64, u64)> {
    let start = Instant::now();
    let mut interval = interval(Duration::from_nanos(10));
    interval.set_missed_tick_behavior(missed);
    interval.tick().await;
    sleep(Duration::from_nanos(busy)).await;
    let since = |at: Instant| u64::try_from((at - start).as_nanos()).expect("it is short");
    let mut ticks = Vec::new();
    for _ in 0..4 {
        ticks.push((since(interval.tick().await), since(Instant::now())));
    }
    ticks
}

#[solipsism::test]
async fn missed_ticks_come_in_a_burst_unless_told_otherwise() {
    assert_eq!(
        interval(secs(1)).missed_tick_behavior(),
        MissedTickBehavior::Burst
    );
    let ticks = ticks_after(25, MissedTickBehavior::Burst).await;
    assert_eq!(ticks, [(10, 25), (20, 25), (30, 30), (40, 40)]);
}

#[solipsism::test]
async fn missed_ticks_can_delay_those_that_follow() {
    let ticks = ticks_after(25, MissedTickBehavior::Delay).await;
    assert_eq!(ticks, [(10, 25), (35, 35), (45, 45), (55, 55)]);
}

#[solipsism::test]
async fn missed_ticks_can_be_skipped() {
    let ticks = ticks_after(25, MissedTickBehavior::Skip).await;
    assert_eq!(ticks, [(10, 25), (30, 30), (40, 40), (50, 50)]);
    let ticks = ticks_after(30, MissedTickBehavior::Skip).await;
    assert_eq!(ticks, [(10, 30), (40, 40), (50, 50), (60, 60)]);
}

#[solipsism::test]
async fn a_tick_is_missed_by_a_nanosecond_and_not_by_none() {
    let on_time = [(10, 10), (20, 20), (30, 30), (40, 40)];
    for missed in [
        MissedTickBehavior::Burst,
        MissedTickBehavior::Delay,
        MissedTickBehavior::Skip,
    ] {
        assert_eq!(ticks_after(10, missed).await, on_time, "{missed:?}");
    }
    let late = ticks_after(11, MissedTickBehavior::Delay).await;
    assert_eq!(late, [(10, 11), (21, 21), (31, 31), (41, 41)]);
}

#[solipsism::test]
async fn an_interval_can_be_reset() {
    let start = Instant::now();
    let mut interval = interval(secs(10));
    interval.tick().await;
    for (reset, due) in [(1, 3 + 10), (2, 13 + 3), (3, 16 + 3 + 2), (4, 21 + 3 + 50)] {
        sleep(secs(3)).await;
        match reset {
            1 => interval.reset(),
            2 => interval.reset_immediately(),
            3 => interval.reset_after(secs(2)),
            _ => interval.reset_at(Instant::now() + secs(50)),
        }
        assert_eq!(interval.tick().await, start + secs(due));
        assert_eq!(start.elapsed(), secs(due));
    }
    assert_eq!(interval.tick().await, start + secs(74 + 10));
}

#[solipsism::test]
async fn a_cancelled_tick_is_not_lost() {
    let start = Instant::now();
    let mut interval = interval(secs(10));
    interval.tick().await;
    assert!(timeout(secs(4), interval.tick()).await.is_err());
    assert_eq!(interval.tick().await, start + secs(10));
}

#[solipsism::test]
#[should_panic(expected = "`period` must not be zero")]
async fn an_interval_of_no_time_is_refused() {
    let _ = interval(Duration::ZERO);
}

solipsism::main!();
