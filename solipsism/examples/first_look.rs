//! A first look: an hour that passes in no time, and a hang that explains itself. The second test fails on purpose.
//!
//! `cargo run --example first_look`

use std::time::Duration;

use futures_channel::oneshot;
use solipsism::task::Builder;
use solipsism::time::{self, Instant};

#[solipsism::test]
async fn an_hour_passes_in_no_time() {
    let start = Instant::now();
    time::sleep(Duration::from_secs(3600)).await;
    assert_eq!(start.elapsed(), Duration::from_secs(3600)); // exact, to the nanosecond
}

#[solipsism::test]
async fn a_hang_explains_itself() {
    let (send_job, next_job) = oneshot::channel();
    let worker = Builder::new().name("worker").spawn(next_job);
    time::sleep(Duration::from_secs(5)).await;
    let done = worker.await; // but its job is only sent on the next line
    send_job.send("some work").expect("the worker listens");
    assert!(done.is_ok());
}

solipsism::main!();
