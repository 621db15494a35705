//! Unix sockets for datagrams: who reaches whom, who waits, and who learns of what. What Linux does is told by the
//! conformance suite.

use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::net::Shutdown;
use std::path::Path;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Waker};

use expect_test::expect;
use solipsism::net::{Interest, Network, UnixDatagram, UnixListener};
use solipsism::time::{Duration, timeout};
use solipsism::{EventLoop, spawn};
use solipsism_tests::Log;

fn bind(path: &str) -> UnixDatagram {
    UnixDatagram::bind(path).expect("it is free")
}

fn pair() -> (UnixDatagram, UnixDatagram) {
    UnixDatagram::pair().expect("nothing can fail")
}

fn unbound() -> UnixDatagram {
    UnixDatagram::unbound().expect("nothing can fail")
}

async fn recv(socket: &UnixDatagram) -> io::Result<String> {
    let mut buf = [0; 64];
    let count = socket.recv(&mut buf).await?;
    Ok(String::from_utf8_lossy(&buf[..count]).into_owned())
}

/// All that is there.
fn drain(socket: &UnixDatagram) -> Vec<String> {
    let mut buf = [0; 64];
    let mut all = Vec::new();
    while let Ok(count) = socket.try_recv(&mut buf) {
        all.push(String::from_utf8_lossy(&buf[..count]).into_owned());
    }
    all
}

/// Sends numbers until that would wait.
fn fill(socket: &UnixDatagram, path: &str) -> usize {
    let mut sent = 0;
    while socket
        .try_send_to(format!("{sent}").as_bytes(), path)
        .is_ok()
    {
        sent += 1;
    }
    sent
}

fn kind<T>(result: io::Result<T>) -> ErrorKind {
    result.map(drop).unwrap_err().kind()
}

/// Whether a future is done at its first poll.
fn is_done(future: impl Future) -> bool {
    let mut noop = Context::from_waker(Waker::noop());
    pin!(future).poll(&mut noop).is_ready()
}

/// Runs a test in a world beside this one, whose thread waits meanwhile.
fn elsewhere<T: Send>(test: impl FnOnce() -> T + Send) -> std::thread::Result<T> {
    std::thread::scope(|scope| scope.spawn(test).join())
}

fn is_send<T: Send + Sync>(_: &T) {}

#[solipsism::test]
async fn datagrams_come_one_by_one_and_in_order() {
    let (a, b) = (bind("/a"), bind("/b"));
    for text in ["one", "", "three"] {
        assert_eq!(a.send_to(text.as_bytes(), "/b").await.unwrap(), text.len());
    }
    unbound().send_to(b"four", "/b").await.unwrap();
    let mut two = [0; 2];
    let (count, from) = b.peek_from(&mut two).await.unwrap();
    assert_eq!((count, from), (2, a.local_addr().unwrap()));
    assert_eq!(b.peek(&mut two).await.unwrap(), 2);
    // What does not fit is cut off.
    let (count, from) = b.recv_from(&mut two).await.unwrap();
    assert_eq!((count, from.as_pathname()), (2, Some(Path::new("/a"))));
    assert_eq!(b.recv(&mut two).await.unwrap(), 0);
    assert_eq!(recv(&b).await.unwrap(), "three");
    let (count, from) = b.try_recv_from(&mut two).unwrap();
    assert!(count == 2 && from.is_unnamed());
    assert_eq!(kind(b.try_recv(&mut two)), ErrorKind::WouldBlock);
}

#[solipsism::test]
async fn addresses() {
    let path = bind("/run/a");
    assert_eq!(
        path.local_addr().unwrap().as_pathname(),
        Some(Path::new("/run/a"))
    );
    assert_eq!(kind(path.peer_addr()), ErrorKind::NotConnected);
    let name = bind("\0name");
    assert_eq!(
        name.local_addr().unwrap().as_abstract_name(),
        Some(&b"name"[..])
    );
    name.connect("/run/a").unwrap();
    assert_eq!(name.peer_addr().unwrap(), path.local_addr().unwrap());
    assert!(unbound().local_addr().unwrap().is_unnamed());
    let (a, _b) = pair();
    assert!(a.local_addr().unwrap().is_unnamed() && a.peer_addr().unwrap().is_unnamed());
}

#[solipsism::test]
async fn who_cannot_be_reached(net: Network) {
    let a = bind("/a");
    assert_eq!(kind(a.send(b"x").await), ErrorKind::NotConnected);
    for at in ["", "/missing", "\0missing", "/gone", "/stream"] {
        if at == "/gone" {
            drop(bind(at));
        }
        let _listener = (at == "/stream").then(|| UnixListener::bind(at).unwrap());
        let expected = match at {
            "" | "/stream" => ErrorKind::InvalidInput,
            "/missing" => ErrorKind::NotFound,
            _ => ErrorKind::ConnectionRefused,
        };
        assert_eq!(kind(a.send_to(b"x", at).await), expected, "{at}");
        assert_eq!(kind(a.connect(at)), expected, "{at}");
    }
    // Each host has its own.
    let theirs = net.host("other").spawn(async { bind("/a") }).await;
    theirs
        .expect("it finishes")
        .send_to(b"x", "/a")
        .await
        .unwrap();
    assert!(drain(&a).is_empty());
}

#[solipsism::test]
async fn a_name_is_taken_once() {
    let socket = bind("/a");
    assert_eq!(kind(UnixDatagram::bind("/a")), ErrorKind::AddrInUse);
    assert_eq!(kind(UnixListener::bind("/a")), ErrorKind::AddrInUse);
    drop(socket);
    let _again = bind("/a");
    for bad in [String::new(), "a\0b".to_owned(), "x".repeat(108)] {
        assert_eq!(kind(UnixDatagram::bind(bad)), ErrorKind::InvalidInput);
    }
}

#[solipsism::test]
async fn a_connected_socket_hears_its_peer_alone() {
    let (a, b, c) = (bind("/a"), bind("/b"), bind("/c"));
    c.send_to(b"before", "/a").await.unwrap();
    a.connect("/b").unwrap();
    let error = c.send_to(b"other", "/a").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied);
    expect!["the socket at /a is connected to another, and hears nobody else"]
        .assert_eq(&error.to_string());
    assert_eq!(kind(c.connect("/a")), ErrorKind::PermissionDenied);
    b.send_to(b"peer", "/a").await.unwrap();
    assert_eq!(drain(&a), ["before", "peer"]);
    a.send_to(b"still", "/c").await.unwrap();
    assert_eq!(drain(&c), ["still"]);
    // To connect again loses what was not read.
    b.send_to(b"unread", "/a").await.unwrap();
    a.connect("/c").unwrap();
    assert!(drain(&a).is_empty());
    b.send_to(b"x", "/c").await.unwrap();
    a.send(b"y").await.unwrap();
    assert_eq!(drain(&c), ["x", "y"]);
    // The same peer is no other.
    c.send_to(b"unread", "/a").await.unwrap();
    a.connect("/c").unwrap();
    assert_eq!(drain(&a), ["unread"]);
}

#[solipsism::test]
async fn a_peer_is_a_socket_and_not_a_name() {
    let (a, b) = (unbound(), bind("/b"));
    a.connect("/b").unwrap();
    drop(b);
    let again = bind("/b");
    assert_eq!(a.peer_addr().unwrap(), again.local_addr().unwrap());
    assert_eq!(kind(a.send(b"x").await), ErrorKind::ConnectionRefused);
    assert_eq!(kind(a.send(b"x").await), ErrorKind::NotConnected);
    assert_eq!(kind(a.peer_addr()), ErrorKind::NotConnected);
    a.send_to(b"y", "/b").await.unwrap();
    assert_eq!(drain(&again), ["y"]);
}

#[solipsism::test]
async fn a_socket_may_be_its_own_peer() {
    let a = bind("/a");
    a.connect("/a").unwrap();
    for _ in 0..100 {
        a.send(b"x").await.unwrap();
    }
    assert_eq!(drain(&a).len(), 100);
    a.send(b"x").await.unwrap();
}

#[solipsism::test]
async fn a_pair() {
    let (a, b) = pair();
    a.send(b"one").await.unwrap();
    b.try_send(b"two").unwrap();
    assert_eq!(
        (drain(&a), drain(&b)),
        (vec!["two".to_owned()], vec!["one".to_owned()])
    );
    // The peer goes: what it sent is read first, and only sending tells.
    b.send(b"last").await.unwrap();
    drop(b);
    assert_eq!(drain(&a), ["last"]);
    assert!(!is_done(recv(&a)));
    a.writable().await.unwrap();
    assert_eq!(kind(a.send(b"x").await), ErrorKind::ConnectionRefused);
    assert_eq!(kind(a.send(b"x").await), ErrorKind::NotConnected);
    // Who sends first loses what is there.
    let (a, b) = pair();
    b.send(b"last").await.unwrap();
    drop(b);
    assert_eq!(kind(a.try_send(b"x")), ErrorKind::ConnectionRefused);
    assert!(drain(&a).is_empty());
}

#[solipsism::test]
async fn half_of_a_pair_finds_another_peer(event_loop: EventLoop) {
    let other = bind("/other");
    let (a, b) = pair();
    a.connect("/other").unwrap();
    assert!(b.take_error().unwrap().is_none());
    assert_eq!(kind(b.send(b"x").await), ErrorKind::PermissionDenied);
    a.send(b"x").await.unwrap();
    assert_eq!(drain(&other), ["x"]);

    // What was lost is told to whoever sent it, were it waiting.
    let (a, b) = pair();
    b.send(b"unread").await.unwrap();
    let task = spawn(async move { kind(recv(&b).await) });
    event_loop.settle().await;
    a.connect("/other").unwrap();
    assert_eq!(task.await.expect("it finishes"), ErrorKind::ConnectionReset);
}

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
async fn to_shut_down() {
    let (a, b) = pair();
    b.send(b"before").await.unwrap();
    b.shutdown(Shutdown::Write).unwrap();
    assert_eq!(drain(&a), ["before"]);
    assert_eq!(kind(a.try_recv(&mut [])), ErrorKind::WouldBlock);
    assert_eq!(kind(b.send(b"x").await), ErrorKind::BrokenPipe);
    a.send(b"back").await.unwrap();
    b.shutdown(Shutdown::Read).unwrap();
    assert_eq!(kind(a.send(b"x").await), ErrorKind::BrokenPipe);
    assert_eq!(drain(&b), ["back"]);
    let unbound = unbound();
    unbound.shutdown(Shutdown::Both).unwrap();
    let _c = bind("/c");
    assert_eq!(
        kind(unbound.send_to(b"x", "/c").await),
        ErrorKind::BrokenPipe
    );
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
async fn readiness() {
    let (a, b) = pair();
    let both = Interest::READABLE | Interest::WRITABLE;
    assert!(!a.ready(both).await.unwrap().is_readable());
    let blocked = a.try_io(Interest::READABLE, || -> io::Result<()> { unreachable!() });
    assert_eq!(kind(blocked), ErrorKind::WouldBlock);
    b.send(b"").await.unwrap();
    let ready = a.ready(both).await.unwrap();
    assert!(ready.is_readable() && ready.is_writable());
    a.readable().await.unwrap();
    unbound().writable().await.unwrap();
}

#[solipsism::test]
async fn a_crash_takes_its_sockets_along(net: Network, event_loop: EventLoop) {
    let db = net.host("db");
    let sockets = db
        .spawn(async { (bind("/a"), bind("/b"), unbound()) })
        .await;
    let (a, b, client) = sockets.expect("it finishes");
    b.connect("/a").unwrap();
    fill(&client, "/a");
    let waits = [
        spawn(async move { kind(b.send(b"x").await) }),
        spawn(async move { kind(client.send_to(b"x", "/a").await) }),
    ];
    event_loop.settle().await;
    db.crash();
    for wait in waits {
        assert_eq!(
            wait.await.expect("it finishes"),
            ErrorKind::ConnectionAborted
        );
    }
    assert_eq!(kind(recv(&a).await), ErrorKind::ConnectionAborted);
    // The path can be bound anew, and the old socket does not free it.
    let again = db.spawn(async { bind("/a") }).await.expect("it finishes");
    drop(a);
    let taken = db.spawn(async { kind(UnixDatagram::bind("/a")) }).await;
    assert_eq!(taken.expect("it finishes"), ErrorKind::AddrInUse);
    drop(again);
}

#[solipsism::test]
async fn a_pair_crashes_with_its_host(net: Network) {
    let db = net.host("db.internal");
    let (a, b) = db.spawn(async { pair() }).await.expect("it finishes");
    db.crash();
    assert_eq!(kind(a.send(b"x").await), ErrorKind::ConnectionAborted);
    assert_eq!(kind(b.recv(&mut []).await), ErrorKind::ConnectionAborted);
}

#[solipsism::test]
async fn sockets_and_their_futures_may_change_threads() {
    let (a, b) = pair();
    is_send(&a);
    is_send(&a.send(b"x"));
    is_send(&a.send_to(b"x", "/b"));
    is_send(&b.recv_from(&mut [0; 8]));
    is_send(&b.ready(Interest::READABLE));
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
        a_report_tells_to_whom_somebody_waits_to_send  tests/tests/unix_datagrams.rs:546  client.send_to(b"x", "/dev/log").await.unwrap();
        waits to send to (unnamed) since 0ns: its queue is full
        a_report_tells_to_whom_somebody_waits_to_send  tests/tests/unix_datagrams.rs:545  let task = spawn(async move { a.send(b"x").await });"#]]
    .assert_eq(&told.join("\n"));
}

solipsism::main!();
