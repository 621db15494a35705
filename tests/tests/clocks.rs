//! What the clocks show: instants, the wall clock, and real time.

use std::future::pending;

use solipsism::time::{Duration, Instant, SystemTime, interval, sleep, sleep_until, timeout};
use solipsism::{EventLoop, spawn};

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

#[solipsism::test]
async fn instants_are_counted_from_the_beginning_of_the_loop() {
    let start = Instant::now();
    let later = start + Duration::from_secs_f64(1.5);
    assert_eq!(
        (format!("{start:?}"), format!("{later:?}")),
        ("0ns".into(), "1.5s".into())
    );
    assert_eq!(later - start, Duration::from_millis(1500));
    assert_eq!(later - Duration::from_millis(500), start + secs(1));
    let mut moved = start;
    moved += secs(2);
    moved -= secs(1);
    assert_eq!(moved, start + secs(1));
}

#[solipsism::test]
async fn the_time_since_a_later_instant_is_zero() {
    let start = Instant::now();
    let later = start + secs(1);
    assert_eq!(start - later, Duration::ZERO);
    assert_eq!(start.duration_since(later), Duration::ZERO);
    assert_eq!(start.saturating_duration_since(later), Duration::ZERO);
    assert_eq!(start.checked_duration_since(later), None);
    assert_eq!(later.elapsed(), Duration::ZERO);
}

#[solipsism::test]
async fn checked_arithmetic_stays_within_time() {
    let start = Instant::now();
    assert_eq!(start.checked_sub(Duration::from_nanos(1)), None);
    assert_eq!(start.checked_add(Duration::MAX), None);
    assert_eq!(start.checked_add(Duration::from_nanos(u64::MAX)), None);
    let last = start + Duration::from_nanos(u64::MAX - 1);
    assert_eq!(last.checked_add(Duration::from_nanos(1)), None);
    sleep_until(last).await;
    assert_eq!(Instant::now(), last);
}

#[solipsism::test]
#[should_panic(expected = "an `Instant` lies within 584 years of its loop's beginning")]
async fn an_instant_past_the_end_of_time_panics() {
    let _ = Instant::now() + Duration::MAX;
}

#[solipsism::test]
#[should_panic(expected = "an `Instant` does not lie before its loop's beginning")]
async fn an_instant_before_the_beginning_panics() {
    let _ = Instant::now() - secs(1);
}

#[solipsism::test]
async fn a_panic_of_arithmetic_is_placed_where_it_is_written() {
    let sum = spawn(async { Instant::now() + Duration::MAX });
    let difference = spawn(async { Instant::now() - secs(1) });
    for error in [sum.await, difference.await] {
        let text = error.expect_err("it panics").to_string();
        assert!(text.contains(file!()), "{text}");
    }
}

#[solipsism::test]
async fn the_wall_clock_begins_in_2000_and_goes_with_time() {
    let start = SystemTime::now();
    assert_eq!(format!("{start:?}"), "2000-01-01T00:00:00Z");
    sleep(Duration::from_nanos(1)).await;
    assert_eq!(
        format!("{:?}", SystemTime::now()),
        "2000-01-01T00:00:00.000000001Z"
    );
    sleep(secs(86_400)).await;
    assert_eq!(
        start.elapsed().expect("it is past"),
        secs(86_400) + Duration::from_nanos(1)
    );
}

#[solipsism::test(epoch = "2024-02-29T23:59:59Z")]
async fn the_wall_clock_begins_at_the_epoch_of_the_attribute(event_loop: EventLoop) {
    sleep(secs(1)).await;
    assert_eq!(format!("{:?}", SystemTime::now()), "2024-03-01T00:00:00Z");
    assert_eq!(SystemTime::now(), event_loop.wall_clock());
}

#[solipsism::test]
async fn a_step_of_the_wall_clock_moves_no_deadline(event_loop: EventLoop) {
    let start = Instant::now();
    let sleeper = spawn(async {
        sleep(secs(10)).await;
        (Instant::now(), SystemTime::now())
    });
    sleep(secs(4)).await;
    let before = SystemTime::now();
    event_loop.set_wall_clock(before - secs(3600));
    assert_eq!(
        before.elapsed().expect_err("it stepped back").duration(),
        secs(3600)
    );
    sleep(secs(2)).await;
    event_loop.set_wall_clock(SystemTime::UNIX_EPOCH);
    assert_eq!(start.elapsed(), secs(6));
    let woken = sleeper.await.expect("it finishes");
    assert_eq!(woken, (start + secs(10), SystemTime::UNIX_EPOCH + secs(4)));
}

#[solipsism::test(clock = "real")]
async fn a_real_clock_is_never_early(event_loop: EventLoop) {
    let start = event_loop.now();
    sleep(Duration::from_millis(3)).await;
    assert!(event_loop.now() - start >= Duration::from_millis(3));
    assert!(
        timeout(Duration::from_millis(2), pending::<()>())
            .await
            .is_err()
    );
    let mut interval = interval(Duration::from_millis(1));
    interval.tick().await;
    interval.tick().await;
    assert!(start.elapsed() >= Duration::from_millis(3 + 2 + 1));
}

solipsism::main!();
