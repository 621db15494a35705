//! Steps, probes and assertions.

use std::future::{pending, ready};
use std::time::Duration;

use solipsism::task::Builder;
use solipsism::testing::{
    Probe, Sequencer, assert_elapsed, assert_pending, assert_ready, expect_silence,
};
use solipsism::time;

const SECOND: Duration = Duration::from_secs(1);

#[solipsism::test]
async fn a_step_is_used_twice() {
    let sequencer = Sequencer::new();
    let other = sequencer.clone();
    let task = Builder::new().name("other").spawn(async move {
        let _step = other.step(1).await;
    });
    time::sleep(SECOND).await;
    drop(sequencer.step(0).await);
    let _step = sequencer.step(1).await;
    task.await.unwrap();
}

#[solipsism::test]
async fn a_step_is_missing() {
    let sequencer = Sequencer::new();
    drop(sequencer.step(0).await);
    let _step = sequencer.step(2).await;
}

#[solipsism::test]
async fn a_step_is_never_done() {
    let sequencer = Sequencer::new();
    let other = sequencer.clone();
    Builder::new()
        .name("holds on")
        .spawn(async move {
            time::sleep(SECOND).await;
            let _step = other.step(0).await;
            pending::<()>().await;
        })
        .background();
    let _step = sequencer.step(1).await;
}

#[solipsism::test]
async fn a_step_is_given_up() {
    let sequencer = Sequencer::new();
    let other = sequencer.clone();
    let task = Builder::new().name("impatient").spawn(async move {
        time::timeout(SECOND, other.step(1)).await.unwrap_err();
    });
    task.await.unwrap();
    drop(sequencer.step(0).await);
    let _step = sequencer.step(2).await;
}

#[solipsism::test]
async fn events_are_never_consumed() {
    let mut probe = Probe::new();
    let recorder = probe.recorder();
    Builder::new().name("server").spawn(async move {
        recorder.note("connected");
        time::sleep(SECOND).await;
        recorder.note("said hello");
        recorder.note("closed");
    });
    probe.expect("connected").await;
    time::sleep(SECOND).await;
}

#[solipsism::test]
async fn another_event_comes() {
    let mut probe = Probe::new().named("requests");
    let recorder = probe.recorder();
    recorder.note("connected".to_owned());
    recorder.note("authenticated".to_owned());
    recorder.note("closed".to_owned());
    probe.expect("connected").await;
    probe.expect("closed").await;
}

#[solipsism::test]
async fn no_event_comes() {
    let mut probe = Probe::new().named("requests");
    probe.recorder().note(1);
    probe.expect(1).await;
    probe.next().await;
}

#[solipsism::test]
async fn a_probe_is_not_silent() {
    let mut probe = Probe::new();
    let recorder = probe.recorder();
    solipsism::spawn(async move {
        time::sleep(SECOND).await;
        recorder.note(7);
    });
    probe.expect_silence(2 * SECOND).await;
}

#[solipsism::test]
async fn there_is_no_silence() {
    time::sleep(SECOND).await;
    expect_silence(5 * SECOND, async {
        time::sleep(2 * SECOND).await;
        "a sound"
    })
    .await;
}

#[solipsism::test]
async fn it_takes_longer() {
    time::sleep(SECOND).await;
    assert_elapsed!(SECOND, time::sleep(2 * SECOND));
}

#[solipsism::test]
async fn it_is_not_pending() {
    let answers = [7, 8];
    assert_pending!(ready(answers), "of {} answers", answers.len());
}

#[solipsism::test]
async fn it_gives_what_cannot_be_shown() {
    struct Opaque;

    assert_pending!(ready(Opaque));
}

#[solipsism::test]
async fn it_is_not_ready() {
    let second = time::sleep(SECOND);
    assert_ready!(second);
}
