//! Futures that keep the rules, under the checker of them.

use std::future::ready;
use std::time::Duration;

use futures_channel::oneshot;
use futures_util::FutureExt;
use futures_util::stream::{FuturesUnordered, StreamExt};
use solipsism::fixtures::Context;
use solipsism::task::{JoinSet, spawn_blocking, yield_now};
use solipsism::testing::{Probe, check_future};
use solipsism::time;

const SECOND: Duration = Duration::from_secs(1);

#[solipsism::test]
async fn ours_keep_the_rules() {
    let checked = check_future(|| time::sleep(SECOND)).await;
    assert_eq!((checked.polls, checked.needless_wakes), (2, 0));
    assert_eq!(checked.took, SECOND);
    check_future(|| time::sleep(Duration::ZERO)).await;
    check_future(yield_now).await;
    check_future(|| time::timeout(SECOND, time::sleep(2 * SECOND))).await;
    check_future(|| solipsism::spawn(time::sleep(SECOND))).await;
    check_future(|| spawn_blocking(|| ())).await;
    check_future(|| async {
        let mut set = JoinSet::new();
        set.spawn(time::sleep(SECOND));
        set.join_next().await
    })
    .await;
    check_future(solipsism::testing::settle).await;
}

#[solipsism::test]
async fn those_of_the_instruments_do() {
    check_future(|| {
        let mut probe = Probe::new();
        let recorder = probe.recorder();
        solipsism::spawn(async move {
            time::sleep(SECOND).await;
            recorder.note(());
        });
        async move { probe.next().await }
    })
    .await;
}

#[solipsism::test]
async fn values_of_a_context_do(context: Context) {
    let mut number = 0;
    check_future(|| {
        number += 1;
        let key = format!("key {number}");
        let get = context.get::<u32>(&key);
        let context = context.clone();
        solipsism::task::spawn_local(async move {
            time::sleep(SECOND).await;
            context.set(&key, 7_u32);
        });
        get
    })
    .await;
}

#[solipsism::test]
async fn others_do() {
    check_future(|| ready(7)).await;
    check_future(|| time::sleep(SECOND).map(|()| 7)).await;
    check_future(|| {
        let (sender, receiver) = oneshot::channel();
        solipsism::spawn(time::sleep(SECOND).map(|()| sender.send(()).ok()));
        receiver
    })
    .await;
    check_future(|| {
        let all: FuturesUnordered<_> = (1..4).map(|i| time::sleep(i * SECOND)).collect();
        all.collect::<Vec<_>>()
    })
    .await;
    let shared = || time::sleep(SECOND).shared();
    check_future(shared).await;
}

#[solipsism::test]
async fn needless_wakes_are_told() {
    let checked = check_future(|| async {
        for _ in 0..3 {
            yield_now().await;
        }
    })
    .await;
    assert_eq!((checked.polls, checked.needless_wakes), (4, 2));
}

solipsism::main!();
