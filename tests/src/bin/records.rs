//! Tests that fail on purpose after they have printed and recorded something. The suite `records` runs this program with a trace.

use solipsism::time::{Duration, sleep};
use solipsism::tracing::Logs;

const SECOND: Duration = Duration::from_secs(1);

/// For records of the crate `log`, once in the process.
fn bridge() {
    _ = tracing_log::LogTracer::init();
}

#[solipsism::test]
async fn from_everywhere() {
    bridge();
    println!("the body prints");
    sleep(SECOND).await;
    tracing::info!(attempt = 2, "of tracing");
    log::warn!("of log");
    let task = async {
        sleep(SECOND).await;
        log::error!(target: "library", "of a task");
        eprintln!("a task prints");
    };
    solipsism::spawn(task).await.expect("it does not panic");
    tracing::debug!("which nobody asked for");
    log::debug!("nor for this");
    panic!("on purpose");
}

#[solipsism::test]
async fn from_another_at_the_same_time() {
    bridge();
    for attempt in 1..=3 {
        log::info!("attempt {attempt}");
        println!("attempt {attempt} prints");
        sleep(SECOND).await;
    }
    panic!("on purpose");
}

#[solipsism::test]
async fn with_a_subscriber_of_its_own(#[with(filter = "debug")] _logs: Logs) {
    bridge();
    log::debug!("of log");
    sleep(SECOND).await;
    tracing::debug!("of tracing");
    panic!("on purpose");
}

solipsism::main!();
