//! Sockets that are connected: whom they hear, and what becomes of half of a pair.

use std::io::ErrorKind;

use expect_test::expect;
use solipsism::{EventLoop, spawn};

use crate::{bind, drain, is_done, kind, pair, recv, unbound};

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
