//! Tests that hang on purpose while something else goes on. The suite `evidence` runs this program and compares what it prints.

use futures_channel::oneshot;
use solipsism::EventLoop;
use solipsism::task::Builder;
use solipsism::time::{Duration, interval, sleep};

const SECOND: Duration = Duration::from_secs(1);

fn beats() {
    let beat = async {
        loop {
            sleep(30 * SECOND).await;
        }
    };
    let tick = async {
        let mut ticks = interval(10 * SECOND);
        loop {
            ticks.tick().await;
        }
    };
    Builder::new().name("beat").spawn(beat).background();
    Builder::new().name("tick").spawn(tick).background();
}

#[solipsism::test(step_limit = 2_000)]
async fn beside_heartbeats_nobody_sends() {
    sleep(SECOND).await;
    beats();
    let (_sender, receiver) = oneshot::channel::<()>();
    _ = receiver.await;
}

#[solipsism::test(step_limit = 2_000)]
async fn beside_heartbeats_nobody_sends_to_whom_it_waits_for() {
    beats();
    let (_sender, receiver) = oneshot::channel::<()>();
    let reader = Builder::new()
        .name("reader")
        .spawn(async { receiver.await.is_ok() });
    let joiner = Builder::new().name("joiner").spawn(reader);
    _ = joiner.await;
}

#[solipsism::test(step_limit = 2_000)]
async fn whom_it_waits_for_goes_on_for_ever() {
    beats();
    let poll = async {
        loop {
            sleep(SECOND).await;
        }
    };
    Builder::new()
        .name("poller")
        .spawn(poll)
        .await
        .expect("it never ends");
}

#[solipsism::test(wall_limit = "100ms")]
async fn an_announced_wake_never_comes(event_loop: EventLoop) {
    sleep(SECOND).await;
    let (sender, receiver) = oneshot::channel::<()>();
    let asks = Builder::new().name("asks").spawn(async move {
        let _announced = event_loop.external();
        _ = receiver.await;
    });
    asks.await.expect("it does not panic");
    drop(sender);
}

// The suite runs this from another directory.
#[path = "evidence/finished.rs"]
mod finished;
#[path = "evidence/kept_busy.rs"]
mod kept_busy;
#[path = "evidence/waits.rs"]
mod waits;

solipsism::main!();
