//! Who waits for a datagram: in which order they are served, what happens when they give up, and what reports tell of them.

use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::pin::pin;
use std::task::{Context, Waker};

use expect_test::expect;
use solipsism::net::{Interest, Network};
use solipsism::time::timeout;
use solipsism::{EventLoop, spawn};
use solipsism_tests::Log;

use crate::{bind, elsewhere, kind, millis, pair, recv};

#[solipsism::test]
async fn a_receive_that_is_given_up_loses_nothing() {
    let (a, b) = pair().await;
    assert!(timeout(millis(1), recv(&b)).await.is_err());
    {
        let mut buf = [0; 8];
        let mut receive = pin!(b.recv(&mut buf));
        let mut noop = Context::from_waker(Waker::noop());
        assert!(receive.as_mut().poll(&mut noop).is_pending());
        a.send(b"x").await.unwrap();
    }
    assert_eq!(recv(&b).await.unwrap(), "x");
}

#[solipsism::test]
async fn several_receivers_are_served_in_the_order_in_which_they_came(event_loop: EventLoop) {
    let (a, b) = pair().await;
    let b = std::sync::Arc::new(b);
    let log = Log::default();
    for name in 1..=3 {
        let (b, log) = (b.clone(), log.clone());
        spawn(async move {
            recv(&b).await.unwrap();
            log.note(name);
        });
    }
    event_loop.settle().await;
    for served in [&[1][..], &[2, 3]] {
        for _ in served {
            a.send(b"x").await.unwrap();
        }
        event_loop.settle().await;
        assert_eq!(log.take(), served);
    }
}

#[solipsism::test]
async fn whoever_polls_last_is_woken(event_loop: EventLoop) {
    let (a, b) = pair().await;
    let mut noop = Context::from_waker(Waker::noop());
    assert!(b.poll_recv(&mut noop, &mut [0; 8]).is_pending());
    let task = spawn(async move {
        poll_fn(|cx| b.poll_recv_ready(cx)).await.unwrap();
        let mut buf = [0; 8];
        let from = poll_fn(|cx| b.poll_recv_from(cx, &mut buf)).await.unwrap();
        (
            from.0,
            poll_fn(|cx| b.poll_recv(cx, &mut buf)).await.unwrap(),
        )
    });
    event_loop.settle().await;
    poll_fn(|cx| a.poll_send_ready(cx)).await.unwrap();
    poll_fn(|cx| a.poll_send(cx, b"one")).await.unwrap();
    event_loop.settle().await;
    let to = a.peer_addr().unwrap();
    poll_fn(|cx| a.poll_send_to(cx, b"three", to))
        .await
        .unwrap();
    assert_eq!(task.await.expect("it finishes"), (3, 5));
}

#[solipsism::test]
async fn readiness(event_loop: EventLoop) {
    let (a, b) = pair().await;
    let both = Interest::READABLE | Interest::WRITABLE;
    let ready = b.ready(both).await.unwrap();
    assert!(ready.is_writable() && !ready.is_readable());
    let blocked = b.try_io(Interest::READABLE, || -> io::Result<()> { unreachable!() });
    assert_eq!(kind(blocked), ErrorKind::WouldBlock);
    let task = spawn(async move {
        b.readable().await.unwrap();
        let ready = b.ready(both).await.unwrap();
        b.try_io(Interest::READABLE, || b.try_recv(&mut [0; 8]))
            .unwrap();
        ready.is_readable() && ready.is_writable()
    });
    event_loop.settle().await;
    a.try_send_to(b"x", a.peer_addr().unwrap()).unwrap();
    assert!(task.await.expect("it finishes"));
}

/// What a report says of datagrams, but for the lines of this file.
fn told(body: impl Future<Output = ()> + Send) -> String {
    let report = elsewhere(|| EventLoop::new().run(body).unwrap_err().to_string());
    let report = report.expect("it finishes");
    let lines = report
        .lines()
        .filter_map(|line| line.split(" ordered at").next());
    let told = lines.filter(|line| line.contains("datagram") || line.contains("held"));
    told.map(str::trim).collect::<Vec<_>>().join("\n")
}

#[solipsism::test]
async fn a_report_tells_who_waits_for_a_datagram() {
    let text = told(async {
        let (a, b) = (bind("a.internal:1").await, bind("b.internal:1").await);
        Network::current().link("a.internal", "b.internal").hold();
        a.send_to(b"x", "b.internal:1").await.unwrap();
        let task = spawn(async move { recv(&a).await });
        recv(&b).await.unwrap();
        drop(task);
    });
    expect![[r#"
        waits for a datagram to 10.49.24.131:1 (b.internal) since 0ns
        held back until `release` by the hold
        waiting::a_report_tells_who_waits_for_a_datagram  tests/tests/udp/waiting.rs:115  recv(&b).await.unwrap();
        waits for a datagram to 10.38.18.181:1 (a.internal) since 0ns
        waiting::a_report_tells_who_waits_for_a_datagram  tests/tests/udp/waiting.rs:114  let task = spawn(async move { recv(&a).await });"#]]
    .assert_eq(&text);
}
