//! Crates that know no runtime, unmodified, in a plain world: channels, locks, events and combinators. tokio's `sync` is one
//! of them.

mod channels;
mod combinators;
mod hosted_budget;
mod locks;
mod no_false_alarm;
mod no_hang_unnoticed;
mod real_time;
mod reports;
mod threads;
mod tokio_sync;
mod tokio_without_runtime;

use solipsism::EventLoop;
use solipsism::time::{self, Duration, Instant};

const MINUTE: Duration = Duration::from_secs(60);

/// Runs it beside the body, in the background.
fn beside(future: impl Future<Output = ()> + 'static) {
    solipsism::spawn(future).background();
}

/// Polls nothing for that many seconds.
async fn seconds(count: u64) {
    time::sleep(Duration::from_secs(count)).await;
}

/// How many seconds have passed since then: a whole number.
fn seconds_since(start: Instant) -> u64 {
    let elapsed = start.elapsed();
    assert_eq!(elapsed.subsec_nanos(), 0);
    elapsed.as_secs()
}

/// What stops a world in which this runs: the first words of its report, and when.
fn stopped<F: Future>(body: impl FnOnce() -> F + Send) -> String {
    let run = || {
        let event_loop = EventLoop::builder()
            .step_limit(1_000)
            .poll_budget(10_000)
            .build();
        let Err(stopped) = event_loop.run(body()) else {
            return "finished".to_owned();
        };
        let text = stopped.to_string();
        let kind = text.split(':').next().unwrap_or_default();
        format!("{kind} at {:?}", stopped.now())
    };
    std::thread::scope(|scope| scope.spawn(run).join().unwrap())
}

solipsism::main!();
