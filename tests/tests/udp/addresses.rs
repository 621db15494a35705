//! Which addresses a socket may have, whom they reach, and what names mean.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use solipsism::net::{Network, UdpSocket};

use crate::{at, bind, drain, kind};

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
