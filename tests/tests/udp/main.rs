//! UDP sockets: what arrives, what does not, and who learns of it. What Linux does is told by the conformance suite.

mod addresses;
mod links;
mod refusals;
mod waiting;

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use expect_test::expect;
use solipsism::net::{Interest, Network, UdpSocket};
use solipsism::time::{Duration, Instant};
use solipsism::{EventLoop, spawn};

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

async fn bind(addr: &str) -> UdpSocket {
    UdpSocket::bind(addr).await.expect("it is free")
}

/// Two sockets of `localhost` that know each other.
async fn pair() -> (UdpSocket, UdpSocket) {
    let (a, b) = (bind("localhost:0").await, bind("localhost:0").await);
    a.connect(at(&b)).await.unwrap();
    b.connect(at(&a)).await.unwrap();
    (a, b)
}

fn at(socket: &UdpSocket) -> SocketAddr {
    socket.local_addr().unwrap()
}

/// All that is there.
fn drain(socket: &UdpSocket) -> Vec<String> {
    let mut buf = [0; 64];
    let mut all = Vec::new();
    while let Ok(count) = socket.try_recv(&mut buf) {
        all.push(String::from_utf8_lossy(&buf[..count]).into_owned());
    }
    all
}

async fn recv(socket: &UdpSocket) -> io::Result<String> {
    let mut buf = [0; 64];
    let count = socket.recv(&mut buf).await?;
    Ok(String::from_utf8_lossy(&buf[..count]).into_owned())
}

fn kind<T>(result: io::Result<T>) -> ErrorKind {
    result.map(drop).unwrap_err().kind()
}

/// Runs a test in a world beside this one, whose thread waits meanwhile.
fn elsewhere<T: Send>(test: impl FnOnce() -> T + Send) -> std::thread::Result<T> {
    std::thread::scope(|scope| scope.spawn(test).join())
}

fn is_send<T: Send + Sync>(_: &T) {}

#[solipsism::test]
async fn datagrams_come_one_by_one_and_in_order() {
    let (a, b) = (bind("a:1").await, bind("b:2").await);
    for text in ["one", "", "three"] {
        assert_eq!(a.send_to(text.as_bytes(), "b:2").await.unwrap(), text.len());
    }
    let mut buf = [0; 8];
    assert_eq!(b.recv_from(&mut buf).await.unwrap(), (3, at(&a)));
    assert_eq!(b.recv_from(&mut buf).await.unwrap(), (0, at(&a)));
    assert_eq!(b.try_recv_from(&mut buf).unwrap(), (5, at(&a)));
    assert_eq!(&buf[..5], b"three");
    assert_eq!(kind(b.try_recv(&mut buf)), ErrorKind::WouldBlock);
    assert_eq!(kind(b.try_recv_from(&mut buf)), ErrorKind::WouldBlock);
}

#[solipsism::test]
async fn it_takes_no_time() {
    let (a, b) = pair().await;
    let start = Instant::now();
    a.send(b"x").await.unwrap();
    assert_eq!(drain(&b), ["x"]);
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[solipsism::test]
async fn what_does_not_fit_is_cut_off() {
    let (a, b) = pair().await;
    for text in ["one", "two", "three"] {
        a.try_send(text.as_bytes()).unwrap();
    }
    let mut two = [0; 2];
    assert_eq!(b.recv(&mut two).await.unwrap(), 2);
    assert_eq!(&two, b"on");
    assert_eq!(b.recv(&mut []).await.unwrap(), 0);
    assert_eq!(drain(&b), ["three"]);
}

#[solipsism::test]
async fn peeking_takes_nothing() {
    let (a, b) = pair().await;
    let peeks = spawn({
        a.send(b"one").await.unwrap();
        async move {
            let mut buf = [0; 2];
            assert_eq!(b.peek(&mut buf).await.unwrap(), 2);
            assert_eq!(b.peek_from(&mut buf).await.unwrap().0, 2);
            (drain(&b), kind(b.try_recv(&mut buf)))
        }
    });
    let (all, then) = peeks.await.expect("it finishes");
    assert_eq!((all, then), (vec!["one".to_owned()], ErrorKind::WouldBlock));
}

#[solipsism::test]
async fn a_connected_socket_hears_its_peer_alone() {
    let (a, b, c) = (bind("a:1").await, bind("b:1").await, bind("c:1").await);
    assert_eq!(kind(a.peer_addr()), ErrorKind::NotConnected);
    assert_eq!(kind(a.send(b"x").await), ErrorKind::NotConnected);
    c.send_to(b"before", "a:1").await.unwrap();
    a.connect("b:1").await.unwrap();
    assert_eq!(a.peer_addr().unwrap(), at(&b));
    c.send_to(b"other", "a:1").await.unwrap();
    b.send_to(b"peer", "a:1").await.unwrap();
    assert_eq!(drain(&a), ["before", "peer"]);
    a.send_to(b"still", "c:1").await.unwrap();
    assert_eq!(drain(&c), ["still"]);
    a.connect("c:1").await.unwrap();
    a.send(b"moved").await.unwrap();
    assert_eq!((drain(&b), drain(&c)), (vec![], vec!["moved".to_owned()]));
}

#[solipsism::test]
async fn misuse() {
    let a = bind("127.0.0.1:1").await;
    assert_eq!(kind(a.send_to(b"x", "b:0").await), ErrorKind::InvalidInput);
    // Linux connects to port 0, and knows no such peer.
    a.connect("127.0.0.1:0").await.unwrap();
    assert_eq!(kind(a.peer_addr()), ErrorKind::NotConnected);
    a.send(b"x").await.unwrap();
    // A loopback address is nobody else's.
    assert_eq!(kind(a.try_recv(&mut [])), ErrorKind::ConnectionRefused);
    assert_eq!(kind(a.send_to(b"x", "b:1").await), ErrorKind::InvalidInput);
    assert_eq!(kind(a.connect("b:1").await), ErrorKind::InvalidInput);
    let group = Ipv4Addr::new(239, 1, 2, 3);
    assert_eq!(
        kind(a.send_to(b"x", (group, 1)).await),
        ErrorKind::Unsupported
    );
    assert_eq!(kind(a.connect((group, 1)).await), ErrorKind::Unsupported);
    let error = a
        .join_multicast_v4(group, Ipv4Addr::UNSPECIFIED)
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    expect!["239.1.2.3 cannot be joined or left at 0.0.0.0: this network has no multicast"]
        .assert_eq(&error.to_string());
    let group = Ipv6Addr::new(0xFF02, 0, 0, 0, 0, 0, 0, 1);
    assert_eq!(
        kind(a.leave_multicast_v6(&group, 0)),
        ErrorKind::Unsupported
    );
}

#[solipsism::test]
async fn how_long_a_datagram_may_be() {
    let (a, b) = pair().await;
    let mut buf = vec![0; 100_000];
    assert_eq!(a.send(&[7; 65_507]).await.unwrap(), 65_507);
    assert_eq!(b.recv(&mut buf).await.unwrap(), 65_507);
    let error = a.send(&[7; 65_508]).await.unwrap_err();
    expect!["a datagram of 65508 bytes is too long: 65507 fit at most"]
        .assert_eq(&error.to_string());
    let (six, to) = (bind("[::1]:0").await, bind("[::1]:0").await);
    assert_eq!(six.send_to(&[7; 65_527], at(&to)).await.unwrap(), 65_527);
    let long = six.send_to(&[7; 65_528], at(&to)).await;
    assert_eq!(kind(long), ErrorKind::InvalidInput);
}

#[solipsism::test]
async fn a_broadcast_needs_leave(net: Network) {
    let everywhere = ["a", "b", "c"].map(|name| net.host(name));
    let hear = |addr: &'static str| {
        let tasks = everywhere.each_ref();
        async move {
            let mut sockets = Vec::new();
            for host in tasks {
                let bound = host.spawn(bind(addr));
                sockets.push(bound.await.expect("it finishes"));
            }
            sockets
        }
    };
    let wild = hear("0.0.0.0:5").await;
    let other = hear("0.0.0.0:6").await;
    let exact = bind("a:7").await;
    let all = SocketAddr::from((Ipv4Addr::BROADCAST, 5));
    let a = bind("0.0.0.0:0").await;
    assert!(!a.broadcast().unwrap());
    assert_eq!(
        kind(a.send_to(b"x", all).await),
        ErrorKind::PermissionDenied
    );
    assert_eq!(kind(a.connect(all).await), ErrorKind::PermissionDenied);
    a.set_broadcast(true).unwrap();
    assert!(a.broadcast().unwrap());
    a.send_to(b"hello", all).await.unwrap();
    let mut buf = [0; 8];
    let local = SocketAddr::new(net.host("localhost").addr(), at(&a).port());
    for socket in &wild {
        assert_eq!(socket.recv_from(&mut buf).await.unwrap(), (5, local));
    }
    assert!(other.iter().all(|socket| drain(socket).is_empty()));
    // Not at an address of one host.
    a.send_to(b"x", (Ipv4Addr::BROADCAST, 7)).await.unwrap();
    assert!(drain(&exact).is_empty());
    let own = bind("0.0.0.0:5").await;
    let here = bind("127.0.0.1:0").await;
    here.set_broadcast(true).unwrap();
    here.send_to(b"own", "127.255.255.255:5").await.unwrap();
    here.send_to(b"too", all).await.unwrap();
    assert_eq!(drain(&own), ["own", "too"]);
    // Nobody says that nobody is there.
    here.connect("127.255.255.255:8").await.unwrap();
    here.send(b"x").await.unwrap();
    assert!(here.take_error().unwrap().is_none());
    assert!(wild.iter().all(|socket| drain(socket).is_empty()));
}

#[solipsism::test]
async fn what_a_full_receiver_loses_is_the_newest() {
    let (a, b) = pair().await;
    for number in 0..1000_u32 {
        a.send(&number.to_le_bytes()).await.unwrap();
    }
    let mut buf = [0; 4];
    let mut received = 0_u32;
    while b.try_recv(&mut buf).is_ok() {
        assert_eq!(buf, received.to_le_bytes());
        received += 1;
    }
    assert_eq!(received, 275);
    for _ in 0..1000 {
        a.send(b"").await.unwrap();
    }
    assert_eq!(drain(&b).len(), 277);
    a.send(b"later").await.unwrap();
    assert_eq!(drain(&b), ["later"]);
}

#[solipsism::test]
async fn what_was_sent_outlives_its_sender() {
    let (a, b) = pair().await;
    a.send(b"x").await.unwrap();
    drop(a);
    assert_eq!(recv(&b).await.unwrap(), "x");
}

#[solipsism::test]
async fn options_are_kept() {
    let a = bind("a:1").await;
    assert_eq!(a.ttl().unwrap(), 64);
    a.set_ttl(255).unwrap();
    assert_eq!(a.ttl().unwrap(), 255);
    assert_eq!(kind(a.set_ttl(0)), ErrorKind::InvalidInput);
    assert_eq!(kind(a.set_ttl(256)), ErrorKind::InvalidInput);
}

#[solipsism::test]
async fn sockets_and_their_futures_may_change_threads() {
    let (a, b) = pair().await;
    is_send(&a);
    let to = at(&b);
    let mut buf = [0; 8];
    is_send(&a.send(b"x"));
    is_send(&a.send_to(b"x", to));
    is_send(&b.recv(&mut buf));
    is_send(&b.peek_from(&mut [0; 8]));
    is_send(&b.ready(Interest::READABLE));
    is_send(&UdpSocket::bind("a:1"));
    is_send(&b.connect("a:1"));
}

#[solipsism::test]
async fn a_socket_stays_in_its_world() {
    let (a, b) = pair().await;
    let message = elsewhere(|| EventLoop::new().run(async { a.try_send(b"x") }));
    let message = message.map(drop).unwrap_err();
    let message = message.downcast_ref::<String>().expect("it is formatted");
    expect!["a socket for datagrams was used in another world than its own: each has a network of its own, so make it in the world that uses it"]
        .assert_eq(message);
    // To be dropped there is to be closed all the same.
    let to = at(&b);
    elsewhere(|| EventLoop::new().block_on(async { drop(b) })).expect("it may be dropped");
    UdpSocket::bind(to).await.unwrap();
}

solipsism::main!();
