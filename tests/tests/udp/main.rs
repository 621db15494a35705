//! UDP sockets: what arrives, what does not, and who learns of it. What Linux does is told by the conformance suite.

mod links;

use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::pin;
use std::task::{Context, Waker};

use expect_test::expect;
use solipsism::net::{Interest, Network, UdpSocket};
use solipsism::time::{Duration, Instant, timeout};
use solipsism::{EventLoop, spawn};
use solipsism_tests::Log;

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
async fn every_address_of_a_host(net: Network) {
    let api = net.host("api");
    let any = api.spawn(async { bind("0.0.0.0:53").await });
    let any = any.await.expect("it finishes");
    let client = bind("client:1").await;
    client.send_to(b"hi", "api:53").await.unwrap();
    let mut buf = [0; 8];
    assert_eq!(any.recv_from(&mut buf).await.unwrap(), (2, at(&client)));
    any.send_to(b"yes", at(&client)).await.unwrap();
    let from = client.recv_from(&mut buf).await.unwrap().1;
    assert_eq!(from, SocketAddr::new(api.addr(), 53));
    // A first peer chooses the address, and it stays.
    assert_eq!(at(&any), "0.0.0.0:53".parse().unwrap());
    any.connect(at(&client)).await.unwrap();
    assert_eq!(at(&any), SocketAddr::new(api.addr(), 53));
}

#[solipsism::test]
async fn a_wildcard_means_the_own_host() {
    let any = bind("0.0.0.0:0").await;
    let port = at(&any).port();
    any.send_to(b"self", ("0.0.0.0", port)).await.unwrap();
    let mut buf = [0; 8];
    let (_, from) = any.recv_from(&mut buf).await.unwrap();
    assert_eq!(from, (Ipv4Addr::LOCALHOST, port).into());
}

#[solipsism::test]
async fn ipv6(net: Network) {
    let v6 = SocketAddr::new(net.host("six").v6().into(), 7);
    let six = UdpSocket::bind(v6).await.unwrap();
    let any = bind("[::]:0").await;
    any.send_to(b"hi", v6).await.unwrap();
    let mut buf = [0; 8];
    let (_, from) = six.recv_from(&mut buf).await.unwrap();
    let local = net.host("localhost").v6();
    assert_eq!(from, SocketAddr::new(local.into(), at(&any).port()));

    let four = bind("four:4").await;
    assert_eq!(
        kind(six.send_to(b"x", at(&four)).await),
        ErrorKind::NetworkUnreachable
    );
    assert_eq!(kind(four.send_to(b"x", v6).await), ErrorKind::InvalidInput);
    assert_eq!(kind(four.connect(v6).await), ErrorKind::InvalidInput);
}

#[solipsism::test]
async fn a_wildcard_of_ipv6_sees_ipv4_mapped(net: Network) {
    let mapped = |addr: SocketAddr| match addr.ip() {
        IpAddr::V4(ip) => SocketAddr::new(ip.to_ipv6_mapped().into(), addr.port()),
        IpAddr::V6(_) => addr,
    };
    let any = bind("[::]:0").await;
    let four = bind("four:4").await;
    let local = SocketAddr::new(net.host("localhost").addr(), at(&any).port());
    four.send_to(b"ping", local).await.unwrap();
    let mut buf = [0; 8];
    let (_, from) = any.recv_from(&mut buf).await.unwrap();
    assert_eq!(from, mapped(at(&four)));
    // It may answer to either form.
    any.send_to(b"pong", from).await.unwrap();
    any.send_to(b"pong", at(&four)).await.unwrap();
    for _ in 0..2 {
        assert_eq!(four.recv_from(&mut buf).await.unwrap(), (4, local));
    }
    any.connect(at(&four)).await.unwrap();
    assert_eq!(any.peer_addr().unwrap(), mapped(at(&four)));
    assert_eq!(at(&any), mapped(local));
    four.send_to(b"again", local).await.unwrap();
    assert_eq!(drain(&any), ["again"]);

    let bound = bind("[::ffff:127.0.0.1]:9").await;
    assert_eq!(at(&bound), "[::ffff:127.0.0.1]:9".parse().unwrap());
    let own = bind("127.0.0.1:10").await;
    own.send_to(b"x", "127.0.0.1:9").await.unwrap();
    let from = bound.recv_from(&mut buf).await.unwrap().1;
    assert_eq!(from, "[::ffff:127.0.0.1]:10".parse().unwrap());
}

#[solipsism::test]
async fn port_0_is_the_first_free_port() {
    let sockets = [bind("a:0").await, bind("a:0").await, bind("a:0").await];
    let ports = |sockets: &[UdpSocket]| sockets.iter().map(|it| at(it).port()).collect::<Vec<_>>();
    assert_eq!(ports(&sockets), [60_001, 60_002, 60_003]);
    let [a, b, c] = sockets;
    drop(b);
    assert_eq!(
        ports(&[bind("a:0").await, bind("b:0").await]),
        [60_002, 60_001]
    );
    // TCP has its own.
    let tcp = solipsism::net::TcpListener::bind("a:0").await.unwrap();
    assert_eq!(tcp.local_addr().unwrap(), at(&a));
    drop(c);
}

#[solipsism::test]
async fn a_port_is_taken_once() {
    let a = bind("127.0.0.1:53").await;
    for other in ["127.0.0.1:53", "0.0.0.0:53", "[::]:53"] {
        assert_eq!(
            kind(UdpSocket::bind(other).await),
            ErrorKind::AddrInUse,
            "{other}"
        );
    }
    bind("127.0.0.2:53").await;
    bind("elsewhere:53").await;
    drop(a);
    bind("0.0.0.0:53").await;
    let none = UdpSocket::bind(&[][..] as &[SocketAddr]).await;
    assert_eq!(kind(none), ErrorKind::InvalidInput);
    let second = [([127, 0, 0, 1], 1).into(), ([127, 0, 0, 1], 2).into()];
    let _first = bind("127.0.0.1:1").await;
    let socket = UdpSocket::bind(&second[..] as &[SocketAddr]).await.unwrap();
    assert_eq!(at(&socket), second[1]);
}

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

#[solipsism::test]
async fn names_are_hosts(net: Network) {
    let dns = bind("DNS.Internal:53").await;
    assert_eq!(at(&dns).ip(), net.host("dns.internal").addr());
    let client = bind("0.0.0.0:0").await;
    client.send_to(b"x", ("dns.internal", 53)).await.unwrap();
    assert_eq!(drain(&dns), ["x"]);
    net.fail_lookup("gone.internal", ErrorKind::NotFound);
    let gone = client.send_to(b"x", "gone.internal:53").await;
    assert_eq!(kind(gone), ErrorKind::NotFound);
    net.resolve("nowhere.internal", []);
    let nowhere = client.send_to(b"x", "nowhere.internal:53").await;
    assert_eq!(kind(nowhere), ErrorKind::InvalidInput);
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
        a_report_tells_who_waits_for_a_datagram  tests/tests/udp/main.rs:602  recv(&b).await.unwrap();
        waits for a datagram to 10.38.18.181:1 (a.internal) since 0ns
        a_report_tells_who_waits_for_a_datagram  tests/tests/udp/main.rs:601  let task = spawn(async move { recv(&a).await });"#]]
    .assert_eq(&text);
}

solipsism::main!();
