//! One fixture asks on behalf of all tests of a module.

use solipsism::time::{Duration, sleep};
use solipsism::tracing::{Logs, LogsSettings};
use tracing::{debug, info};

struct Recorded;

#[solipsism::fixture(autouse)]
fn recorded(_logs: &Logs) -> Recorded {
    info!("set up first");
    Recorded
}

#[solipsism::configure]
fn details(settings: &mut LogsSettings) {
    settings.filter = "debug";
}

struct Service;

#[solipsism::fixture(teardown = Service::close)]
async fn service() -> Service {
    sleep(Duration::from_secs(1)).await;
    debug!("started");
    Service
}

impl Service {
    #[expect(clippy::unused_self, reason = "a teardown takes the value")]
    fn close(self) {
        debug!("closed");
    }
}

#[solipsism::test]
async fn nothing_is_to_be_said_by_the_test() {
    info!("printed");
}

#[solipsism::test]
async fn fixtures_are_recorded_too(_service: &Service, logs: &Logs) {
    let lines: Vec<_> = logs.text().lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].starts_with("0ns  INFO") && lines[0].ends_with("set up first"));
    assert!(lines[1].starts_with("1s DEBUG") && lines[1].ends_with("started"));
}

#[solipsism::test]
async fn who_asks_last_gets_the_records(logs: &Logs, #[with(filter = "warn")] own: Logs) {
    tracing::warn!("for the last one");
    assert!(own.contain("for the last one") && !logs.contain("for the last one"));
}
