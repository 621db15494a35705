//! Timers of reactors that are not the world's: real time never passes in a world by itself, and it says so.

use std::time::Duration;

use solipsism::time::{self, Instant};

use super::{MINUTE, seconds_since, stopped};

const HOUR: Duration = Duration::from_secs(3_600);

#[solipsism::test]
async fn a_timer_of_futures_timer_alone_is_a_hang() {
    let verdict = stopped(|| async { futures_timer::Delay::new(HOUR).await });
    assert_eq!(verdict, "sleeps forever at 0ns");
}

#[solipsism::test]
async fn a_timer_of_smol_alone_is_a_hang() {
    let verdict = stopped(|| async { async_io::Timer::after(HOUR).await });
    assert_eq!(verdict, "sleeps forever at 0ns");
}

#[solipsism::test]
async fn virtual_time_goes_on_beside_them() {
    let start = Instant::now();
    let late = time::timeout(MINUTE, futures_timer::Delay::new(HOUR)).await;
    assert!(late.is_err());
    let late = time::timeout(MINUTE, async_io::Timer::after(HOUR)).await;
    assert!(late.is_err());
    assert_eq!(seconds_since(start), 120);
}

#[solipsism::test]
async fn what_is_announced_is_waited_for_and_the_clock_stands(event_loop: solipsism::EventLoop) {
    let start = Instant::now();
    let external = event_loop.external();
    futures_timer::Delay::new(Duration::ZERO).await;
    async_io::Timer::after(Duration::ZERO).await;
    drop(external);
    assert_eq!(seconds_since(start), 0);
    time::sleep(MINUTE).await;
    assert_eq!(seconds_since(start), 60);
}

#[solipsism::test]
async fn a_timer_of_tokios_fails_loudly() {
    let verdict = stopped(|| async {
        let sleeps = solipsism::spawn(async { tokio::time::sleep(MINUTE).await });
        let error = sleeps.await.unwrap_err().to_string();
        assert!(error.contains("runtime"), "{error}");
    });
    assert_eq!(verdict, "finished");
}
