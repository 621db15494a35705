//! Who learns that nobody is there.

use std::io::ErrorKind;
use std::pin::pin;
use std::task::{Context, Waker};

use solipsism::EventLoop;
use solipsism::net::Network;
use solipsism::time::timeout;

use crate::{bind, drain, kind, millis, recv};

#[solipsism::test]
async fn who_is_connected_learns_once_that_nobody_is_there() {
    let (a, b) = (bind("a:1").await, bind("b:1").await);
    // Who is not does not.
    a.send_to(b"x", "c:1").await.unwrap();
    assert_eq!(kind(a.try_recv(&mut [])), ErrorKind::WouldBlock);
    a.connect("c:1").await.unwrap();
    a.send(b"x").await.unwrap();
    assert_eq!(kind(recv(&a).await), ErrorKind::ConnectionRefused);
    assert_eq!(kind(a.try_recv(&mut [])), ErrorKind::WouldBlock);
    // Whatever is done next is told, were it sent to another.
    a.send(b"x").await.unwrap();
    assert_eq!(
        kind(a.send_to(b"y", "b:1").await),
        ErrorKind::ConnectionRefused
    );
    a.send_to(b"y", "b:1").await.unwrap();
    assert_eq!(drain(&b), ["y"]);
    a.send(b"x").await.unwrap();
    let error = a.take_error().unwrap().expect("it is pending");
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    assert!(a.take_error().unwrap().is_none());
    // To be misused costs no error.
    a.send(b"x").await.unwrap();
    assert_eq!(kind(a.send(&[0; 65_508]).await), ErrorKind::InvalidInput);
    assert_eq!(kind(a.send(b"x").await), ErrorKind::ConnectionRefused);
}

#[solipsism::test]
async fn a_receiver_learns_while_it_waits(event_loop: EventLoop) {
    let a = bind("a:1").await;
    a.connect("nobody:1").await.unwrap();
    {
        let mut receive = pin!(recv(&a));
        let mut noop = Context::from_waker(Waker::noop());
        assert!(receive.as_mut().poll(&mut noop).is_pending());
        a.send(b"x").await.unwrap();
        assert_eq!(kind(receive.await), ErrorKind::ConnectionRefused);
    }
    a.send(b"x").await.unwrap();
    event_loop.settle().await;
    // As for tokio, to be refused is not to be readable.
    assert!(timeout(millis(1), a.readable()).await.is_err());
    a.writable().await.unwrap();
}

#[solipsism::test]
async fn whom_a_connected_socket_does_not_hear_is_refused() {
    let (a, _b, c) = (bind("a:1").await, bind("b:1").await, bind("c:1").await);
    a.connect("b:1").await.unwrap();
    c.connect("a:1").await.unwrap();
    c.send(b"x").await.unwrap();
    assert_eq!(kind(recv(&c).await), ErrorKind::ConnectionRefused);
}

#[solipsism::test]
async fn a_refusal_takes_the_link_back(net: Network) {
    let a = bind("a:1").await;
    a.connect("b:1").await.unwrap();
    net.one_way("b", "a").partition();
    a.send(b"x").await.unwrap();
    assert_eq!(kind(a.try_recv(&mut [])), ErrorKind::WouldBlock);
    // A partition between hosts cuts no host off from itself.
    net.every_link().partition();
    a.connect("a:2").await.unwrap();
    a.send(b"x").await.unwrap();
    assert_eq!(kind(a.try_recv(&mut [])), ErrorKind::ConnectionRefused);
}
