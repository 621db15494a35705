//! Tasks that belong together.

use std::future::pending;

use solipsism::task::{self, Builder, JoinSet, yield_now};
use solipsism::time::{Duration, sleep};
use solipsism_tests::Log;

/// Notes that it was dropped, and as part of which task.
struct Guard(Log);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0
            .note(task::id().to_string().parse().expect("an id is a number"));
    }
}

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

#[solipsism::test]
async fn a_set_gives_outputs_in_the_order_of_their_end() {
    let mut set = JoinSet::new();
    for name in [3, 1, 2] {
        set.spawn(async move {
            sleep(secs(name)).await;
            name
        });
    }
    assert_eq!(set.len(), 3);
    assert_eq!(
        set.join_next()
            .await
            .expect("three are left")
            .expect("it finishes"),
        1
    );
    assert_eq!(set.join_all().await, [2, 3]);
}

#[solipsism::test]
async fn a_set_has_blocking_jobs_and_tasks_alike() {
    let mut set = JoinSet::new();
    set.spawn_blocking(|| 1);
    set.spawn_local(async { 2 });
    assert!(set.try_join_next().is_none());
    assert_eq!(set.join_all().await, [2, 1]);
}

#[solipsism::test]
async fn asking_whether_one_is_finished_loses_nobody() {
    let mut set = JoinSet::new();
    set.spawn(sleep(secs(1)));
    assert!(set.try_join_next().is_none());
    sleep(secs(1)).await;
    set.try_join_next()
        .expect("it is finished")
        .expect("it slept");
    assert!(set.try_join_next().is_none());
    set.spawn(sleep(secs(1)));
    assert!(set.try_join_next().is_none());
    set.join_next()
        .await
        .expect("one is left")
        .expect("it slept");
}

#[solipsism::test]
async fn a_set_without_tasks_has_nothing_to_join() {
    let mut set = JoinSet::<()>::new();
    assert!(set.is_empty() && set.join_next().await.is_none());
    assert_eq!(format!("{set:?}"), "JoinSet { len: 0 }");
}

#[solipsism::test]
async fn an_aborted_set_is_still_joined() {
    let mut set = JoinSet::new();
    let done = set.spawn(async { 42 });
    yield_now().await;
    set.spawn(pending());
    set.abort_all();
    assert!(done.is_finished());
    assert_eq!(
        set.join_next()
            .await
            .expect("two are left")
            .expect("it was finished"),
        42
    );
    let error = set
        .join_next()
        .await
        .expect("one is left")
        .expect_err("it was aborted");
    assert_eq!(error.to_string(), "task 2 was cancelled");
    assert!(set.join_next().await.is_none());
}

#[solipsism::test]
async fn a_set_is_shut_down_when_its_tasks_are_gone() {
    let log = Log::default();
    let mut set = JoinSet::new();
    for _ in 0..3 {
        let guard = Guard(log.clone());
        set.spawn(async move {
            let _guard = guard;
            pending::<()>().await;
        });
    }
    yield_now().await;
    set.shutdown().await;
    assert_eq!((set.len(), log.take()), (0, vec![1, 2, 3]));
}

#[solipsism::test]
async fn a_dropped_set_aborts_its_tasks_and_a_detached_one_does_not() {
    let mut set = JoinSet::new();
    let aborted = set.spawn(sleep(secs(1)));
    drop(set);
    let mut set = JoinSet::new();
    let detached = set.spawn(sleep(secs(1)));
    set.detach_all();
    assert!(set.is_empty());
    drop(set);
    yield_now().await;
    assert_eq!(
        (aborted.is_finished(), detached.is_finished()),
        (true, false)
    );
    sleep(secs(1)).await;
    assert!(detached.is_finished());
}

#[solipsism::test]
#[should_panic(expected = "one of many")]
async fn a_panic_in_a_set_goes_on_where_all_are_joined() {
    let mut set = JoinSet::new();
    set.spawn(pending());
    Builder::new()
        .name("member")
        .spawn_on(async { panic!("one of many") }, &mut set);
    set.join_all().await;
}

solipsism::main!();
