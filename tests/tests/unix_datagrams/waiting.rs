//! Who waits to send or to receive: in which order they are served, what they learn, and what reports tell of them.

use std::future::poll_fn;
use std::io::ErrorKind;
use std::net::Shutdown;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Waker};

use expect_test::expect;
use solipsism::net::UnixDatagram;
use solipsism::time::{Duration, timeout};
use solipsism::{EventLoop, spawn};
use solipsism_tests::Log;

use crate::{bind, drain, elsewhere, fill, is_done, kind, pair, recv, unbound};

#[solipsism::test]
async fn a_full_queue_makes_senders_wait_in_order(event_loop: EventLoop) {
    let receiver = bind("/receiver");
    let first = unbound();
    assert_eq!(fill(&first, "/receiver"), 11);
    let log = Log::default();
    for name in 1..=3 {
        let log = log.clone();
        spawn(async move {
            let text = format!("late {name}");
            unbound()
                .send_to(text.as_bytes(), "/receiver")
                .await
                .unwrap();
            log.note(name);
        });
    }
    event_loop.settle().await;
    assert!(log.take().is_empty());
    for name in 1..=3 {
        recv(&receiver).await.unwrap();
        event_loop.settle().await;
        assert_eq!(log.take(), [name]);
    }
    let all = drain(&receiver);
    assert_eq!(all[7..], ["10", "late 1", "late 2", "late 3"]);
}

#[solipsism::test]
async fn several_senders_of_one_socket(event_loop: EventLoop) {
    let (one, other) = (bind("/one"), bind("/other"));
    let sender = Rc::new(unbound());
    fill(&sender, "/one");
    fill(&sender, "/other");
    let log = Log::default();
    for (name, to) in [(1, "/one"), (2, "/other"), (3, "/one")] {
        let (sender, log) = (Rc::clone(&sender), log.clone());
        spawn(async move {
            sender.send_to(b"late", to).await.unwrap();
            log.note(name);
        });
    }
    event_loop.settle().await;
    drain(&other);
    event_loop.settle().await;
    assert_eq!(log.take(), [2]);
    drain(&one);
    event_loop.settle().await;
    assert_eq!(log.take(), [1, 3]);
}

#[solipsism::test]
async fn between_two_that_are_connected_the_buffer_is_the_limit(event_loop: EventLoop) {
    let (a, b) = pair();
    let mut sent = 0_u32;
    while a.try_send(&sent.to_le_bytes()).is_ok() {
        sent += 1;
    }
    assert_eq!(sent, 276);
    assert!(!is_done(a.writable()));
    // Elsewhere it cannot send either, were there nobody.
    assert_eq!(kind(a.try_send_to(b"x", "/missing")), ErrorKind::WouldBlock);
    let task = spawn(async move {
        a.send(&sent.to_le_bytes()).await.unwrap();
        a.writable().await.unwrap();
        a
    });
    event_loop.settle().await;
    for number in 0..=sent {
        let mut buf = [0; 4];
        b.recv(&mut buf).await.unwrap();
        assert_eq!(buf, number.to_le_bytes());
    }
    let a = task.await.expect("it finishes");

    // Large ones fill it sooner.
    let large = [7; 100_000];
    for _ in 0..3 {
        a.send(&large).await.unwrap();
    }
    assert_eq!(kind(a.try_send(b"x")), ErrorKind::WouldBlock);
    assert_eq!(kind(a.try_send(&[0; 212_961])), ErrorKind::InvalidInput);
}

#[solipsism::test]
async fn who_waits_learns_that_the_receiver_has_gone(event_loop: EventLoop) {
    let receiver = bind("/receiver");
    let client = unbound();
    client.connect("/receiver").unwrap();
    fill(&client, "/receiver");
    assert_eq!(kind(client.try_send(b"x")), ErrorKind::WouldBlock);
    assert!(!is_done(client.writable()));
    let sends = spawn(async move { kind(client.send(b"x").await) });
    let named = spawn(async { kind(unbound().send_to(b"x", "/receiver").await) });
    event_loop.settle().await;
    drop(receiver);
    for task in [sends, named] {
        assert_eq!(
            task.await.expect("it finishes"),
            ErrorKind::ConnectionRefused
        );
    }
    // Its room is there for others.
    let (a, b) = pair();
    while a.try_send(b"x").is_ok() {}
    let other = bind("/other");
    let task = spawn(async move { a.send_to(b"x", "/other").await.map(drop) });
    event_loop.settle().await;
    drop(b);
    task.await.expect("it finishes").unwrap();
    assert_eq!(drain(&other), ["x"]);
}

#[solipsism::test]
async fn who_waits_learns_that_the_receiver_has_another_peer(event_loop: EventLoop) {
    let receiver = bind("/receiver");
    let other = bind("/other");
    fill(&other, "/receiver");
    let refused = spawn(async { kind(unbound().send_to(b"x", "/receiver").await) });
    let heard = spawn(async move { other.send_to(b"x", "/receiver").await });
    event_loop.settle().await;
    receiver.connect("/other").unwrap();
    assert_eq!(
        refused.await.expect("it finishes"),
        ErrorKind::PermissionDenied
    );
    // Now the sender's buffer is the limit.
    heard.await.expect("it finishes").unwrap();
}

#[solipsism::test]
async fn who_waits_may_go_to_another_peer(event_loop: EventLoop) {
    let (_one, other) = (bind("/one"), bind("/other"));
    let client = Rc::new(unbound());
    client.connect("/one").unwrap();
    fill(&client, "/one");
    let task = spawn({
        let client = Rc::clone(&client);
        async move { client.send(b"moved").await.map(drop) }
    });
    event_loop.settle().await;
    client.connect("/other").unwrap();
    task.await.expect("it finishes").unwrap();
    assert_eq!(drain(&other), ["moved"]);
}

#[solipsism::test]
async fn who_waits_learns_of_a_shutdown(event_loop: EventLoop) {
    let receiver = bind("/receiver");
    let client = Rc::new(unbound());
    fill(&client, "/receiver");
    let send = |client: &Rc<UnixDatagram>| {
        let client = Rc::clone(client);
        spawn(async move { kind(client.send_to(b"x", "/receiver").await) })
    };
    let (one, other) = (send(&client), send(&Rc::new(unbound())));
    event_loop.settle().await;
    client.shutdown(Shutdown::Write).unwrap();
    assert_eq!(one.await.expect("it finishes"), ErrorKind::BrokenPipe);
    receiver.shutdown(Shutdown::Read).unwrap();
    assert_eq!(other.await.expect("it finishes"), ErrorKind::BrokenPipe);
}

#[solipsism::test]
async fn what_is_given_up_loses_nothing(event_loop: EventLoop) {
    let receiver = bind("/receiver");
    let client = unbound();
    assert!(!is_done(recv(&receiver)));
    assert_eq!(fill(&client, "/receiver"), 11);
    let given_up = client.send_to(b"given up", "/receiver");
    assert!(timeout(Duration::from_millis(1), given_up).await.is_err());
    // Who is woken and gives up takes no room from the next.
    let next = spawn(async { unbound().send_to(b"next", "/receiver").await });
    event_loop.settle().await;
    {
        let mut given_up = pin!(client.send_to(b"given up", "/receiver"));
        let mut noop = Context::from_waker(Waker::noop());
        assert!(given_up.as_mut().poll(&mut noop).is_pending());
        recv(&receiver).await.unwrap();
    }
    next.await.expect("it finishes").unwrap();
    let all = drain(&receiver);
    assert_eq!((all.len(), all[10].as_str()), (11, "next"));
}

#[solipsism::test]
async fn whoever_polls_last_is_woken(event_loop: EventLoop) {
    let receiver = bind("/receiver");
    let client = unbound();
    client.connect("/receiver").unwrap();
    fill(&client, "/receiver");
    let mut noop = Context::from_waker(Waker::noop());
    assert!(client.poll_send(&mut noop, b"x").is_pending());
    let task = spawn(async move {
        poll_fn(|cx| client.poll_send_ready(cx)).await.unwrap();
        poll_fn(|cx| client.poll_send_to(cx, b"x", "/receiver")).await
    });
    event_loop.settle().await;
    recv(&receiver).await.unwrap();
    task.await.expect("it finishes").unwrap();
}

#[solipsism::test]
async fn a_report_tells_to_whom_somebody_waits_to_send() {
    let text = elsewhere(|| {
        let waiting = EventLoop::new().run(async {
            let (_log, client) = (bind("/dev/log"), unbound());
            fill(&client, "/dev/log");
            let (a, b) = pair();
            while a.try_send(b"x").is_ok() {}
            let task = spawn(async move { a.send(b"x").await });
            client.send_to(b"x", "/dev/log").await.unwrap();
            drop((task, b));
        });
        waiting.unwrap_err().to_string()
    });
    let text = text.expect("it finishes");
    let lines = text.lines().filter(|line| line.contains("waits"));
    let told: Vec<_> = lines.map(str::trim).collect();
    expect![[r#"
        waits to send to /dev/log since 0ns: its queue is full
        waiting::a_report_tells_to_whom_somebody_waits_to_send  tests/tests/unix_datagrams/waiting.rs:229  client.send_to(b"x", "/dev/log").await.unwrap();
        waits to send to (unnamed) since 0ns: its queue is full
        waiting::a_report_tells_to_whom_somebody_waits_to_send  tests/tests/unix_datagrams/waiting.rs:228  let task = spawn(async move { a.send(b"x").await });"#]]
    .assert_eq(&told.join("\n"));
}
