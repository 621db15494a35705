//! Unix sockets for datagrams: who reaches whom, who waits, and who learns of what. What Linux does is told by the
//! conformance suite.

mod addresses;
mod peers;
mod waiting;

use std::io::{self, ErrorKind};
use std::net::Shutdown;
use std::path::Path;
use std::pin::pin;
use std::task::{Context, Waker};

use solipsism::net::{Interest, Network, UnixDatagram};
use solipsism::{EventLoop, spawn};

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

solipsism::main!();
