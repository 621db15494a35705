//! Steps across tasks, probes, silence, and futures polled once.

use std::future::{pending, ready};
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use futures_util::FutureExt;
use solipsism::fixtures::StreamPair;
use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::testing::{
    Probe, Sequencer, assert_elapsed, assert_pending, assert_ready, expect_silence, settle,
};
use solipsism::time::{self, Instant};
use solipsism_tests::Log;

const SECOND: Duration = Duration::from_secs(1);

#[solipsism::test]
async fn steps_run_in_the_order_of_their_numbers() {
    let (sequencer, log) = (Sequencer::new(), Log::default());
    let worker = |numbers: [u32; 2]| {
        let (sequencer, log) = (sequencer.clone(), log.clone());
        solipsism::spawn(async move {
            for number in numbers {
                let _step = sequencer.step(number).await;
                time::sleep(SECOND).await;
                log.note(number);
            }
        })
    };
    for task in [worker([2, 5]), worker([1, 3]), worker([0, 4])] {
        task.await.unwrap();
    }
    assert_eq!(log.take(), [0, 1, 2, 3, 4, 5]);
    assert_eq!(format!("{:?}", Instant::now()), "6s");
}

#[solipsism::test]
async fn a_step_that_nobody_polled_was_not_asked_for() {
    let sequencer = Sequencer::new();
    drop(sequencer.step(0));
    let _step = sequencer.step(0).await;
}

#[solipsism::test]
async fn a_step_is_done_also_when_its_task_panicked() {
    let sequencer = Sequencer::new();
    let other = sequencer.clone();
    let task = solipsism::spawn(async move {
        let _step = other.step(0).await;
        panic!("in the middle of a step");
    });
    drop(sequencer.step(1).await);
    assert!(task.await.unwrap_err().is_panic());
}

#[solipsism::test]
async fn whoever_takes_part_in_a_broken_sequence_panics() {
    let sequencer = Sequencer::new();
    let other = sequencer.clone();
    let waits = solipsism::spawn(async move { drop(other.step(5).await) });
    time::timeout(SECOND, sequencer.step(1)).await.unwrap_err();
    for result in [
        waits.await.map_err(|error| error.to_string()),
        AssertUnwindSafe(sequencer.step(0))
            .catch_unwind()
            .await
            .map(drop)
            .map_err(|_| "step 1 was given up".to_owned()),
    ] {
        let error = result.unwrap_err();
        assert!(error.contains("step 1 was given up"), "{error}");
    }
}

#[solipsism::test]
async fn steps_are_taken_from_within_one_task_too() {
    let (sequencer, log) = (Sequencer::new(), Log::default());
    let step = async |number| {
        let _step = sequencer.step(number).await;
        log.note(number);
    };
    futures_util::future::join3(step(2), step(1), step(0)).await;
    assert_eq!(log.take(), [0, 1, 2]);
}

#[solipsism::test]
async fn a_probe_gives_events_in_order() {
    let mut probe = Probe::new();
    let (one, two) = (probe.recorder(), probe.recorder().clone());
    solipsism::spawn(async move {
        one.note(1);
        time::sleep(SECOND).await;
        one.note(3);
    });
    two.note(0);
    assert_eq!(probe.next().await, 0);
    probe.expect(1).await;
    probe.expect_silence(SECOND / 2).await;
    assert_eq!(probe.try_next(), None);
    probe.expect(3).await;
    two.note(4);
    two.note(5);
    assert_eq!(format!("{probe:?}"), "[4, 5]");
    assert_eq!(probe.take(), [4, 5]);
    assert_eq!(probe.take(), []);
}

#[solipsism::test]
async fn a_probe_loses_nothing_to_a_wait_that_is_given_up() {
    let mut probe = Probe::new();
    let recorder = probe.recorder();
    time::timeout(SECOND, probe.next()).await.unwrap_err();
    recorder.note(());
    probe.next().await;
}

#[solipsism::test]
async fn what_is_noted_when_the_probe_is_gone_is_forgotten() {
    let probe = Probe::new();
    let recorder = probe.recorder();
    drop(probe);
    recorder.note("too late");
}

#[solipsism::test]
async fn nothing_comes_for_a_while(StreamPair(mut a, mut b): StreamPair) -> std::io::Result<()> {
    expect_silence(SECOND, a.read(&mut [0; 8])).await;
    assert_elapsed!(SECOND, expect_silence(SECOND, pending::<()>()));
    b.write_all(b"now").await?;
    let mut read = [0; 3];
    a.read_exact(&mut read).await
}

#[solipsism::test]
#[should_panic(expected = "1s of silence were expected, and after 1s something came, at 1s: ()")]
async fn what_comes_at_the_very_end_breaks_the_silence() {
    expect_silence(SECOND, time::sleep(SECOND)).await;
}

#[solipsism::test]
async fn futures_and_polls_are_ready_or_pending() {
    let mut sleep = pin!(time::sleep(SECOND));
    assert_pending!(sleep.as_mut());
    time::sleep(SECOND).await;
    assert_ready!(sleep.as_mut());
    assert_eq!(assert_ready!(ready(1)) + assert_ready!(Poll::Ready(1)), 2);
    assert_pending!(Poll::<()>::Pending, "a message of {}", "one's own");
    let text = String::from("moved out");
    assert_eq!(assert_ready!(async { text }), "moved out");
}

#[solipsism::test]
async fn what_is_settled_is_blocked() {
    let task = solipsism::spawn(async { solipsism::task::yield_now().await });
    settle().await;
    assert!(task.is_finished());
}

solipsism::main!();
