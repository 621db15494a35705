//! Verdicts hold where tokio is the host.

use std::time::Duration;

use solipsism::{EventLoop, time};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

fn hosted() -> solipsism::Builder {
    EventLoop::builder().tokio()
}

/// A wait that only tokio knows.
async fn nothing_comes() {
    tokio::sync::Notify::new().notified().await;
}

#[test]
fn sleeping_for_ever_is_told_at_the_last_instant() {
    let event_loop = hosted().build();
    let stopped = event_loop
        .run(async {
            tokio::spawn(async {
                tokio::time::sleep(Duration::from_secs(4)).await;
                nothing_comes().await;
            });
            time::sleep(Duration::from_micros(1_500)).await;
            nothing_comes().await;
        })
        .unwrap_err();
    assert!(stopped.is_sleep_forever(), "{stopped}");
    assert_eq!(format!("{:?}", stopped.now()), "4s");
    let stopped = event_loop
        .run(async {
            time::sleep(Duration::from_micros(1_500)).await;
            nothing_comes().await;
        })
        .unwrap_err();
    assert_eq!(format!("{:?}", stopped.now()), "4.0015s");
    let later = async { tokio::time::sleep(Duration::from_millis(1)).await };
    event_loop.run(later).unwrap();
    assert_eq!(format!("{:?}", event_loop.now()), "4.0025s");
}

#[test]
fn never_woken_is_told() {
    let stopped = hosted()
        .build()
        .run(std::future::pending::<()>())
        .unwrap_err();
    assert!(stopped.is_never_woken(), "{stopped}");
}

#[test]
fn a_time_limit_holds_for_timers_of_both_kinds() {
    let limit = Duration::from_secs(60);
    for nanos in [0, 1, 999_999] {
        let event_loop = hosted().time_limit(limit).build();
        event_loop.run(tokio_sleep(limit)).unwrap();
        let event_loop = hosted()
            .time_limit(limit + Duration::from_nanos(nanos))
            .build();
        let stopped = event_loop
            .run(tokio_sleep(limit + Duration::from_millis(1)))
            .unwrap_err();
        assert!(stopped.is_time_limit(), "{stopped}");
        assert_eq!(event_loop.now(), stopped.now());
        let event_loop = hosted().time_limit(limit).build();
        let beyond = limit + Duration::from_nanos(1);
        let stopped = event_loop
            .run(async { time::sleep(beyond).await })
            .unwrap_err();
        assert!(stopped.is_time_limit(), "{stopped}");
        assert_eq!(format!("{:?}", event_loop.now()), "60s");
        let stopped = event_loop.run(nothing_comes()).unwrap_err();
        assert!(stopped.is_sleep_forever(), "{stopped}");
    }
}

async fn tokio_sleep(duration: Duration) {
    tokio::time::sleep(duration).await;
}

#[test]
fn heartbeats_alone_end_at_the_step_limit() {
    let stopped = hosted()
        .step_limit(1_000)
        .build()
        .run(async {
            tokio::spawn(async {
                loop {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            });
            nothing_comes().await;
        })
        .unwrap_err();
    assert!(stopped.is_step_limit(), "{stopped}");
}

#[test]
fn a_livelock_of_ours_is_told_beside_tokio_tasks() {
    let stopped = hosted()
        .poll_budget(10_000)
        .build()
        .run(async {
            tokio::spawn(async {
                loop {
                    tokio::task::yield_now().await;
                }
            });
            loop {
                solipsism::task::yield_now().await;
            }
        })
        .unwrap_err();
    assert!(stopped.is_livelock(), "{stopped}");
}

/// Two of tokio's tasks send each other a byte for as long as they are let.
fn echo_for_ever() {
    let (one, other) = solipsism::net::UnixStream::pair().unwrap();
    for mut stream in [one, other] {
        tokio::spawn(async move {
            let mut byte = [0];
            stream.write_all(&byte).await.unwrap();
            loop {
                stream.read_exact(&mut byte).await.unwrap();
                stream.write_all(&byte).await.unwrap();
            }
        });
    }
}

#[test]
fn a_livelock_of_tokios_tasks_is_told_where_they_wait_for_the_network() {
    let event_loop = hosted().poll_budget(10_000).build();
    let livelock = async {
        echo_for_ever();
        time::sleep(Duration::from_secs(1)).await;
    };
    let stopped = event_loop.run(livelock).unwrap_err();
    assert!(stopped.is_livelock(), "{stopped}");
    assert_eq!(format!("{:?}", stopped.now()), "0ns");
    assert!(
        stopped.to_string().contains("tasks of tokio's"),
        "{stopped}"
    );
}

#[test]
fn what_tokios_tasks_do_over_many_instants_is_no_livelock() {
    let event_loop = hosted().poll_budget(1_000).build();
    let ticks = async {
        let (mut one, mut other) = solipsism::net::UnixStream::pair().unwrap();
        let echo = tokio::spawn(async move {
            let mut byte = [0];
            while other.read_exact(&mut byte).await.is_ok() {
                other.write_all(&byte).await.unwrap();
            }
        });
        let ask = tokio::spawn(async move {
            for _ in 0..2_000 {
                tokio::time::sleep(Duration::from_millis(1)).await;
                one.write_all(b"!").await.unwrap();
                one.read_exact(&mut [0]).await.unwrap();
            }
        });
        ask.await.unwrap();
        echo.await.unwrap();
    };
    event_loop.run(ticks).unwrap();
}

#[test]
fn a_loop_that_stopped_can_be_used_again() {
    let event_loop = hosted().build();
    for _ in 0..10 {
        assert!(event_loop.run(nothing_comes()).is_err());
        let both = async {
            tokio::spawn(tokio_sleep(Duration::from_secs(1)))
                .await
                .unwrap();
            time::sleep(Duration::from_secs(1)).await;
        };
        event_loop.run(both).unwrap();
    }
    assert_eq!(format!("{:?}", event_loop.now()), "20s");
}

#[test]
fn a_frozen_clock_tells_of_a_timer_of_tokios() {
    let event_loop = hosted().build();
    let frozen = event_loop.freeze();
    let soon = async { tokio::time::sleep(Duration::from_secs(1)).await };
    let stopped = event_loop.run(soon).unwrap_err();
    assert!(stopped.is_time_frozen(), "{stopped}");
    assert_eq!(event_loop.now(), stopped.now());
    assert_eq!(format!("{:?}", event_loop.now()), "0ns");
    let stopped = event_loop
        .run(async { tokio::sync::Notify::new().notified().await })
        .unwrap_err();
    assert!(stopped.is_sleep_forever(), "{stopped}");
    drop(frozen);
    let hour = async { tokio::time::sleep(Duration::from_secs(3600)).await };
    event_loop.run(hour).unwrap();
    assert_eq!(format!("{:?}", event_loop.now()), "3600s");
}

#[test]
fn a_century_is_reached() {
    let century = Duration::from_secs(100 * 365 * 86_400);
    let event_loop = hosted().build();
    let elapsed = event_loop.run(async {
        let start = time::Instant::now();
        let tick = tokio::spawn(tokio::time::sleep(Duration::from_millis(1)));
        time::sleep(century + Duration::from_nanos(1)).await;
        tick.await.unwrap();
        start.elapsed()
    });
    assert_eq!(elapsed.unwrap(), century + Duration::from_nanos(1));
}

#[test]
#[should_panic = "time is not frozen"]
fn a_clock_that_is_resumed_ends_the_run() {
    let _unreachable = hosted().build().run(async {
        tokio::time::resume();
        time::sleep(Duration::from_secs(1)).await;
    });
}
