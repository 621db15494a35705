//! Tasks, wakes, timers and what stops them, as `event_loop.trace()` gives them.

use std::future::pending;
use std::time::Duration;

use expect_test::expect;
use solipsism::EventLoop;
use solipsism::net::Network;
use solipsism::signal::unix::{SignalKind, raise, signal};
use solipsism::task::{Builder, spawn_blocking, yield_now};
use solipsism::time::{Instant, sleep};
use solipsism::trace::{Cause, Kind};

use super::told;

const SECOND: Duration = Duration::from_secs(1);

#[solipsism::test]
async fn tasks_and_their_wakes(event_loop: EventLoop) {
    event_loop.start_trace(100);
    let (sender, receiver) = futures_channel::oneshot::channel();
    let receives = Builder::new().name("receiver").spawn(receiver);
    let sends = solipsism::spawn(async {
        sleep(SECOND).await;
        sender.send(42).expect("somebody receives");
        yield_now().await;
    });
    assert_eq!(receives.await.expect("it ends"), Ok(42));
    sends.await.expect("it ends");
    expect![[r"
        0ns the body spawns task 1 `receiver`
        0ns the body spawns task 2
        0ns task 2 sets a deadline for 1s
        1s task 2 is woken by a deadline, set
        1s task 1 `receiver` is woken by task 2
        1s task 2 is woken by task 2
        1s task 1 `receiver` finishes
        1s the body is woken by the end of task 1 `receiver`
        1s task 2 finishes
    "]]
    .assert_eq(&told(&event_loop));
}

#[solipsism::test]
async fn ends_of_every_kind(event_loop: EventLoop) {
    event_loop.start_trace(100);
    let aborted = solipsism::spawn(pending::<()>());
    aborted.abort();
    let panics = solipsism::spawn(async { panic!("two\nlines") });
    assert!(aborted.await.is_err());
    assert!(panics.await.is_err());
    expect![[r"
        0ns the body spawns task 1
        0ns the body spawns task 2
        0ns task 1 is dropped before its end
        0ns the body is woken by the end of task 1
        0ns task 2 panics: two …
    "]]
    .assert_eq(&told(&event_loop));
}

#[solipsism::test]
async fn what_else_wakes(event_loop: EventLoop) {
    event_loop.start_trace(100);
    spawn_blocking(|| ()).await.expect("it ends");
    event_loop.advance(SECOND).await;
    event_loop.settle().await;
    let mut signals = signal(SignalKind::hangup()).expect("it is known");
    let raises = solipsism::spawn(async { raise(SignalKind::hangup()) });
    signals.recv().await;
    drop(raises);
    expect![[r"
        0ns the body sends a blocking job out
        0ns the body spawns task 1
        0ns task 1 is woken by the result of a blocking job
        0ns task 1 finishes
        0ns the body is woken by the end of task 1
        0ns the body advances the clock to 1s
        1s the body is woken by the clock
        1s the body is woken by the clock
        1s the body spawns task 2
        1s the body is woken by task 2
        1s task 2 finishes
    "]]
    .assert_eq(&told(&event_loop));
}

#[solipsism::test]
async fn the_last_events_are_kept(event_loop: EventLoop) {
    event_loop.start_trace(3);
    for _ in 0..10 {
        sleep(SECOND).await;
    }
    expect![[r"
        9s the body is woken by a deadline, set
        9s the body sets a deadline for 10s
        10s the body is woken by a deadline, set
    "]]
    .assert_eq(&told(&event_loop));
    // More of them from here on, and never fewer.
    event_loop.start_trace(4);
    event_loop.start_trace(1);
    for _ in 0..3 {
        sleep(SECOND).await;
    }
    assert_eq!(event_loop.trace().len(), 4);
}

#[solipsism::test]
async fn what_came_before_it_began_is_not_in_it(event_loop: EventLoop) {
    let task = Builder::new().name("early").spawn(sleep(SECOND));
    sleep(Duration::ZERO).await;
    event_loop.start_trace(100);
    task.await.expect("it ends");
    expect![[r"
        1s task 1 `early` is woken by a deadline, set
        1s task 1 `early` finishes
        1s the body is woken by the end of task 1 `early`
    "]]
    .assert_eq(&told(&event_loop));
}

#[solipsism::test]
async fn events_are_data(event_loop: EventLoop) {
    event_loop.start_trace(100);
    let start = Instant::now();
    let task = Builder::new().name("nap").spawn(sleep(SECOND));
    let id = task.id();
    task.await.expect("it ends");
    let events = event_loop.trace();
    let woken = |event: &&solipsism::trace::Event| {
        event.task.as_ref().and_then(solipsism::trace::Task::id) == Some(id)
            && matches!(event.kind, Kind::Woken { .. })
    };
    let woken = events.iter().find(woken).expect("it was");
    assert_eq!(woken.at, start + SECOND);
    let Kind::Woken {
        by: Cause::Deadline { site: Some(site) },
        ..
    } = &woken.kind
    else {
        panic!("{woken:?}")
    };
    assert!(site.file().ends_with("data.rs"));
    let end = events.last().expect("there are some");
    let Kind::Woken {
        by: Cause::End(ended),
        ..
    } = &end.kind
    else {
        panic!("{end:?}")
    };
    assert_eq!(ended.name(), Some("nap"));
    assert_eq!(events, events.clone());
}

#[solipsism::test]
async fn deadlines_of_one_instant_are_told_apart(event_loop: EventLoop) {
    event_loop.start_trace(100);
    let one = solipsism::spawn(async { sleep(SECOND).await });
    let other = solipsism::spawn(async { sleep(SECOND).await });
    sleep(SECOND).await;
    let sites: Vec<u32> = event_loop
        .trace()
        .iter()
        .filter_map(|event| match &event.kind {
            Kind::Woken {
                by: Cause::Deadline { site: Some(site) },
                ..
            } => Some(site.line()),
            _ => None,
        })
        .collect();
    assert_eq!(sites.len(), 3);
    assert!(sites.is_sorted() && sites[0] < sites[1] && sites[1] < sites[2]);
    drop((one, other));
}

#[solipsism::test]
async fn times_are_those_of_the_clock_that_a_task_sees(event_loop: EventLoop) {
    event_loop.start_trace(100);
    let child = event_loop.child();
    let naps = child.spawn(async {
        sleep(SECOND).await;
        sleep(SECOND).await;
    });
    sleep(SECOND / 2).await;
    child.advance_local(Duration::from_secs(3600));
    naps.await.expect("it ends");
    child.run(sleep(SECOND)).await;
    sleep(SECOND).await;
    expect![[r"
        0ns the body spawns task 1
        0ns the body sets a deadline for 500ms
        0ns task 1 sets a deadline for 1s
        500ms the body is woken by a deadline, set
        500ms the body puts the clock of a child loop 3600s ahead
        3600.5s task 1 is woken by the body
        3600.5s task 1 sets a deadline for 3601.5s
        3601.5s task 1 is woken by a deadline, set
        3601.5s task 1 finishes
        1.5s the body is woken by the end of task 1
        3601.5s the body sets a deadline for 3602.5s
        3602.5s the body is woken by a deadline, set
        2.5s the body sets a deadline for 3.5s
        3.5s the body is woken by a deadline, set
    "]]
    .assert_eq(&told(&event_loop));
}

#[solipsism::test]
async fn orders_to_the_network_are_told(event_loop: EventLoop, net: Network) {
    event_loop.start_trace(100);
    let links = net.link("localhost", "db.internal");
    links.latency(Duration::from_millis(10)..=Duration::from_millis(20));
    links.bandwidth(1_000).loss(0.5).duplication(0.25);
    net.one_way("localhost", "db.internal").reordering(1.0);
    net.partition("localhost", "db.internal");
    net.heal();
    net.every_link().hold().release();
    let db = net.host("db.internal");
    db.run(pending::<()>);
    db.restart();
    expect![[r"
        0ns the body sets a latency of 10ms to 20ms on the links between localhost and db.internal
        0ns the body allows 1000 bytes a second on the links between localhost and db.internal
        0ns the body sets a loss of 0.5 on the links between localhost and db.internal
        0ns the body sets a duplication of 0.25 on the links between localhost and db.internal
        0ns the body sets a reordering of 1 on the link from localhost to db.internal
        0ns the body cuts the links between localhost and db.internal
        0ns the body heals every link
        0ns the body holds every link
        0ns the body releases every link
        0ns the body spawns task 1 `db.internal`
        0ns the body restarts the host db.internal
        0ns the body crashes the host db.internal
        0ns task 1 `db.internal` is dropped before its end
        0ns the body spawns task 2 `db.internal`
    "]]
    .assert_eq(&told(&event_loop));
}
