//! What a record says of when and where it was made.

use expect_test::expect;
use solipsism::EventLoop;
use solipsism::time::{Duration, SystemTime, sleep};
use solipsism::tracing::{Logs, VirtualTime};
use tracing::{Instrument, debug, error, info, info_span, warn};

const SECOND: Duration = Duration::from_secs(1);

#[solipsism::test]
async fn records_tell_the_exact_virtual_time(logs: Logs) {
    info!("begun");
    sleep(60 * SECOND).await;
    warn!(attempt = 2, "late");
    sleep(Duration::from_nanos(1_500)).await;
    error!(target: "app::db", reason = "gone");
    expect![[r#"
        0ns  INFO stack_tracing::time_stamps: begun
        60s  WARN stack_tracing::time_stamps: late attempt=2
        60.0000015s ERROR app::db: reason="gone"
    "#]]
    .assert_eq(&logs.text());
}

#[solipsism::test]
async fn the_wall_clock_is_shown_where_it_is_asked_for(
    event_loop: EventLoop,
    #[with(time = VirtualTime::WallClock)] logs: Logs,
) {
    sleep(SECOND).await;
    info!("here");
    event_loop.set_wall_clock(SystemTime::UNIX_EPOCH);
    info!("there");
    expect![[r#"
        2000-01-01T00:00:01Z  INFO stack_tracing::time_stamps: here
        1970-01-01T00:00:00Z  INFO stack_tracing::time_stamps: there
    "#]]
    .assert_eq(&logs.text());
}

#[solipsism::test]
async fn a_span_is_that_of_the_task_that_is_in_it(logs: Logs) {
    let worker = |id: u32| {
        let work = async move {
            sleep(id * Duration::from_millis(10)).await;
            info!("half done");
            sleep(Duration::from_millis(15)).await;
            info!("done");
        };
        solipsism::spawn(work.instrument(info_span!("worker", id)))
    };
    let (one, two) = (worker(1), worker(2));
    info!("nobody's");
    one.await.unwrap();
    two.await.unwrap();
    expect![[r"
        0ns  INFO stack_tracing::time_stamps: nobody's
        10ms  INFO worker{id=1}: stack_tracing::time_stamps: half done
        20ms  INFO worker{id=2}: stack_tracing::time_stamps: half done
        25ms  INFO worker{id=1}: stack_tracing::time_stamps: done
        35ms  INFO worker{id=2}: stack_tracing::time_stamps: done
    "]]
    .assert_eq(&logs.text());
}

#[solipsism::test]
async fn a_filter_chooses_by_target(#[with(filter = "off,app=debug")] logs: Logs) {
    debug!(target: "app", "wanted");
    info!(target: "library", "not wanted");
    assert!(logs.contain("wanted") && !logs.contain("library"));
}

#[solipsism::test]
async fn debug_is_left_out_unless_asked_for(logs: Logs) {
    debug!("a detail");
    assert_eq!(logs.text(), "");
}

#[solipsism::test(tokio)]
async fn tokio_tasks_of_a_hosted_world_are_recorded(logs: Logs) {
    let work = async {
        tokio::time::sleep(SECOND).await;
        info!("from tokio");
    };
    tokio::spawn(work.instrument(info_span!("work")))
        .await
        .unwrap();
    sleep(Duration::from_micros(1)).await;
    info!("from the body");
    expect![[r"
        1s  INFO work: stack_tracing::time_stamps: from tokio
        1.000001s  INFO stack_tracing::time_stamps: from the body
    "]]
    .assert_eq(&logs.text());
}

#[solipsism::test]
async fn blocking_jobs_record_at_the_instant_at_which_time_stands_still(logs: Logs) {
    sleep(3 * SECOND).await;
    solipsism::task::spawn_blocking(|| info!("on another thread"))
        .await
        .unwrap();
    expect![[r"
        3s  INFO stack_tracing::time_stamps: on another thread
    "]]
    .assert_eq(&logs.text());
}

#[solipsism::test]
async fn records_of_the_crate_log_come_along(logs: Logs) {
    tracing_log::LogTracer::init().expect("nobody else did");
    sleep(SECOND).await;
    log::warn!("by another road");
    let text = logs.text();
    assert!(
        text.starts_with("1s  WARN ") && text.contains("by another road"),
        "{text}"
    );
}
