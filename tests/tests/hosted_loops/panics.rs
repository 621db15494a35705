//! Panics of tokio's tasks: lost ones fail, awaited ones do not.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use solipsism::{EventLoop, Stopped, task, time};

/// Runs a body in a hosted world, on a thread of its own, and ends that.
fn outcome<F: Future<Output = ()>>(body: impl FnOnce() -> F + Send) -> Result<(), Stopped> {
    let run = || {
        let event_loop = EventLoop::builder().tokio().build();
        let ran = event_loop
            .run(body())
            .map_err(|stopped| stopped.to_string());
        (ran, event_loop.close())
    };
    let (ran, closed) = std::thread::scope(|scope| scope.spawn(run).join().unwrap());
    ran.unwrap();
    closed
}

#[expect(clippy::unused_async, reason = "it is spawned")]
async fn fails() {
    panic!("on purpose");
}

/// Another task ends in the same instant, and wakes the body.
#[test]
fn a_dropped_handle_loses_nothing() {
    let lost = outcome(|| async {
        drop(tokio::spawn(fails()));
        tokio::spawn(async {}).await.unwrap();
        drop(tokio::spawn(fails()));
        tokio::task::yield_now().await;
    });
    let stopped = lost.unwrap_err();
    assert!(stopped.is_background_failure());
    assert_eq!(
        stopped.to_string().matches("on purpose").count(),
        2,
        "{stopped}"
    );
}

#[test]
fn a_handle_that_is_never_read_loses_nothing() {
    let lost = outcome(|| async {
        let _handle = tokio::spawn(fails());
        time::sleep(Duration::from_secs(1)).await;
    });
    assert!(lost.unwrap_err().is_background_failure());
}

#[test]
fn whoever_awaits_is_told() {
    let kept = outcome(|| async {
        assert!(tokio::spawn(fails()).await.unwrap_err().is_panic());
        assert!(
            tokio::task::spawn_local(fails())
                .await
                .unwrap_err()
                .is_panic()
        );
        let joined =
            solipsism::spawn(async { tokio::spawn(fails()).await.unwrap_err().is_panic() });
        assert!(joined.await.unwrap());
        let slow = tokio::spawn(async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            fails().await;
        });
        assert!(
            time::timeout(Duration::from_secs(9), slow)
                .await
                .unwrap()
                .is_err()
        );
    });
    kept.unwrap();
}

#[test]
fn what_cannot_be_seen_is_forgiven_by_hand() {
    let kept = outcome(|| async {
        let handle = tokio::spawn(fails());
        time::sleep(Duration::from_secs(1)).await;
        task::forgive(&handle.await.unwrap_err());
    });
    kept.unwrap();
}

#[test]
fn a_panic_that_the_task_itself_catches_is_none() {
    let kept = outcome(|| async {
        let handle = tokio::spawn(async {
            let caught = catch_unwind(AssertUnwindSafe(|| panic!("caught")));
            time::sleep(Duration::from_secs(1)).await;
            caught.is_err()
        });
        time::sleep(Duration::from_secs(2)).await;
        assert!(handle.await.unwrap());
    });
    kept.unwrap();
}

/// What a destructor spawns makes up for the task that died.
#[test]
fn a_destructor_that_spawns_hides_no_panic() {
    struct Spawns;
    impl Drop for Spawns {
        fn drop(&mut self) {
            tokio::spawn(std::future::pending::<()>());
        }
    }
    let lost = outcome(|| async {
        tokio::spawn(async {
            let _spawns = Spawns;
            fails().await;
        });
        time::sleep(Duration::from_secs(1)).await;
    });
    assert!(lost.unwrap_err().is_background_failure());
}

/// Such an end looks like that of the task that panicked, but comes later.
#[test]
fn another_task_that_ends_with_its_budget_used_up_hides_no_panic() {
    let lost = outcome(|| async {
        let panics = tokio::spawn(fails());
        let other = tokio::spawn(async {
            while tokio::task::coop::has_budget_remaining() {
                tokio::task::coop::consume_budget().await;
            }
        });
        drop(panics);
        other.await.unwrap();
    });
    assert!(lost.unwrap_err().is_background_failure());
}

#[test]
fn a_local_set_loses_nothing() {
    let lost = outcome(|| async {
        let set = tokio::task::LocalSet::new();
        set.spawn_local(fails());
        set.run_until(time::sleep(Duration::from_secs(1))).await;
    });
    assert!(lost.unwrap_err().is_background_failure());
}

#[test]
fn a_blocking_job_loses_nothing() {
    fn fail() {
        panic!("on purpose");
    }
    let lost = outcome(|| async {
        let (begins, begun) = tokio::sync::oneshot::channel();
        drop(tokio::task::spawn_blocking(move || {
            begins.send(()).unwrap();
            fail()
        }));
        begun.await.unwrap();
    });
    let stopped = lost.unwrap_err().to_string();
    assert!(
        stopped.contains("a tokio blocking job panicked"),
        "{stopped}"
    );
    let kept = outcome(|| async {
        let joined = tokio::task::spawn_blocking(fail).await;
        task::forgive(&joined.unwrap_err());
        let caught = tokio::task::spawn_blocking(|| catch_unwind(fail).is_err());
        assert!(caught.await.unwrap());
    });
    kept.unwrap();
}

struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("a destructor");
    }
}

#[test]
fn destructors_at_the_end_are_told() {
    let lost = outcome(|| async {
        tokio::spawn(async {
            let _bomb = Bomb;
            std::future::pending::<()>().await;
        });
        tokio::task::yield_now().await;
    });
    let stopped = lost.unwrap_err();
    assert!(stopped.to_string().contains("a destructor"), "{stopped}");
}
