//! The tasks of a host that crashes, in which order they end, and what they do meanwhile.

use std::future::pending;

use solipsism::net::Network;
use solipsism::task::yield_now;
use solipsism::time::{Duration, sleep};
use solipsism::{EventLoop, spawn};
use solipsism_tests::net::millis;
use solipsism_tests::{Guard, Log};

use crate::{OnDrop, hold};

#[solipsism::test]
async fn a_crash_drops_the_tasks_of_the_host_in_the_order_in_which_they_were_spawned(net: Network) {
    let log = Log::default();
    let api = net.host("api.internal");
    let handle = api.spawn(hold(Guard(log.clone(), 1)));
    let elsewhere = net.host("db.internal").spawn(hold(Guard(log.clone(), 99)));
    let (first, second) = (log.clone(), log.clone());
    api.run(move || {
        let log = second.clone();
        async move {
            spawn(hold(Guard(log.clone(), 3)));
            hold(Guard(log, 2)).await;
        }
    });
    // Not polled even once.
    sleep(millis(1)).await;
    api.spawn(hold(Guard(first, 4)));
    api.crash();
    assert_eq!(log.take(), [1, 2, 3, 4]);
    assert!(handle.await.unwrap_err().is_cancelled());
    assert!(!elsewhere.is_finished());
    api.crash();
    assert!(log.take().is_empty(), "there is nothing left");
    drop(elsewhere);
}

#[solipsism::test]
async fn a_crashed_host_has_no_deadlines_any_more(event_loop: EventLoop, net: Network) {
    let api = net.host("api.internal");
    api.run(|| sleep(Duration::from_secs(3600)));
    sleep(millis(1)).await;
    assert_eq!(event_loop.pending_timers(), 1);
    api.crash();
    assert_eq!(event_loop.pending_timers(), 0);
    assert_eq!(event_loop.next_deadline(), None);
}

#[solipsism::test]
async fn a_task_can_crash_its_own_host(net: Network) {
    let log = Log::default();
    let api = net.host("api.internal");
    let (noted, other) = (log.clone(), log.clone());
    let (own, runner) = (api.clone(), api.clone());
    api.spawn(hold(Guard(other, 1)));
    let task = runner.spawn(async move {
        let _guard = Guard(noted.clone(), 3);
        own.crash();
        noted.note(2);
        spawn(hold(Guard(noted.clone(), 4)));
        sleep(millis(1)).await;
        noted.note(99);
    });
    assert!(task.await.unwrap_err().is_cancelled());
    assert_eq!(
        log.take(),
        [1, 2, 4, 3],
        "it goes on to its next `.await`, and what it spawns is gone"
    );

    // One that needs no other `.await` comes to its end.
    let own = api.clone();
    let task = api.spawn(async move {
        own.crash();
        42
    });
    assert_eq!(task.await.unwrap(), 42);
}

#[solipsism::test]
async fn a_task_can_restart_its_own_host(net: Network) {
    let log = Log::default();
    let api = net.host("api.internal");
    let (own, noted) = (api.clone(), log.clone());
    api.run(move || {
        let (own, log) = (own.clone(), noted.clone());
        async move {
            log.note(1);
            sleep(millis(10)).await;
            own.restart();
            pending::<()>().await;
        }
    });
    sleep(millis(35)).await;
    assert_eq!(log.take(), [1, 1, 1, 1]);
    api.crash();
    sleep(millis(35)).await;
    assert!(log.take().is_empty());
}

#[solipsism::test]
async fn a_crash_concerns_no_task_of_another_host(net: Network) {
    let (api, db) = (net.host("api.internal"), net.host("db.internal"));
    let crashed = db.clone();
    let task = api.spawn(async move {
        crashed.crash();
        sleep(millis(1)).await;
        // A destructor that runs here is still its own host's.
        let elsewhere = crashed.clone();
        let other = crashed.spawn(hold(OnDrop(move || elsewhere.crash())));
        sleep(millis(1)).await;
        other.abort();
        sleep(millis(1)).await;
        42
    });
    assert_eq!(task.await.unwrap(), 42);
    // The body crashes a host, and the next tasks to be polled are none of it.
    let one = db.spawn(hold(()));
    db.crash();
    let later = db.spawn(async { yield_now().await });
    later.await.unwrap();
    assert!(one.await.unwrap_err().is_cancelled());
}

#[solipsism::test]
async fn what_a_destructor_spawns_on_a_host_that_crashes_is_dropped(net: Network) {
    let log = Log::default();
    let api = net.host("api.internal");
    let noted = log.clone();
    api.spawn(hold(OnDrop(move || {
        noted.note(1);
        spawn(hold(Guard(noted.clone(), 2)));
    })));
    sleep(millis(1)).await;
    api.crash();
    assert_eq!(log.take(), [1, 2]);
}
