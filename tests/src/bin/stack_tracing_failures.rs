//! Tests that fail on purpose and record what they do. The suite `stack_tracing` runs this program and compares what it prints.

use std::future::pending;

use solipsism::task::Builder;
use solipsism::time::{Duration, sleep};
use solipsism::tracing::Logs;
use tracing::{Instrument, debug, info, info_span};

struct Recorded;

#[solipsism::fixture(autouse)]
fn recorded(_logs: &Logs) -> Recorded {
    Recorded
}

#[solipsism::test]
async fn waits_for_a_worker_that_never_ends() {
    println!("printed before");
    let work = async {
        sleep(Duration::from_secs(60)).await;
        info!("one job done");
        println!("printed between");
        debug!("now the next");
        pending().await
    };
    let work = work.instrument(info_span!("worker", id = 7));
    Builder::new()
        .name("worker")
        .spawn(work)
        .await
        .expect("it ends")
}

#[solipsism::test]
async fn is_given_a_filter_that_is_none(#[with(filter = "my_crate=loud")] _logs: Logs) {}

solipsism::main!();
