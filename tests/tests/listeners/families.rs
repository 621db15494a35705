//! IPv4, IPv6, wildcards, and each host's own addresses.

use std::io::ErrorKind;

use solipsism::io::AsyncWriteExt;
use solipsism::net::{Network, TcpListener, TcpSocket, TcpStream};

use crate::{addr, connection, kind};

#[solipsism::test]
async fn a_wildcard_answers_on_every_address_of_the_host(net: Network) {
    let listener = TcpListener::bind("0.0.0.0:80").await.unwrap();
    let own = format!("{}:80", net.host("localhost").v4());
    for to in [
        "127.0.0.1:80",
        "127.0.0.2:80",
        "localhost:80",
        "0.0.0.0:80",
        own.as_str(),
    ] {
        let (client, server) = connection(&listener, to).await;
        let seen = server.local_addr().unwrap();
        assert_eq!(seen, client.peer_addr().unwrap(), "{to}");
        assert!(!seen.ip().is_unspecified());
    }
    for to in ["[::1]:80", "other.internal:80"] {
        assert_eq!(
            kind(TcpStream::connect(to).await),
            ErrorKind::ConnectionRefused,
            "{to}"
        );
    }
}

#[solipsism::test]
async fn an_address_answers_for_itself() {
    let listener = TcpListener::bind("127.0.0.1:80").await.unwrap();
    let (client, server) = connection(&listener, "127.0.0.1:80").await;
    assert_eq!(client.local_addr().unwrap().ip(), addr("127.0.0.1:1").ip());
    assert_eq!(server.local_addr().unwrap(), addr("127.0.0.1:80"));
    for to in ["127.0.0.2:80", "10.255.255.254:80", "[::1]:80"] {
        assert_eq!(
            kind(TcpStream::connect(to).await),
            ErrorKind::ConnectionRefused,
            "{to}"
        );
    }
}

#[solipsism::test]
async fn to_connect_to_a_wildcard_is_to_connect_to_this_host() {
    let four = TcpListener::bind("127.0.0.1:80").await.unwrap();
    let (client, _server) = connection(&four, "0.0.0.0:80").await;
    assert_eq!(client.peer_addr().unwrap(), addr("127.0.0.1:80"));
    let six = TcpListener::bind("[::1]:80").await.unwrap();
    let (client, _server) = connection(&six, "[::]:80").await;
    assert_eq!(client.peer_addr().unwrap(), addr("[::1]:80"));
    assert_eq!(client.local_addr().unwrap().ip(), addr("[::1]:1").ip());
}

/// The server sees addresses of IPv4 mapped, its client sees them as they are.
#[solipsism::test]
async fn the_wildcard_of_ipv6_takes_ipv4_in() {
    let listener = TcpListener::bind("[::]:80").await.unwrap();
    let (client, mut server) = connection(&listener, "127.0.0.1:80").await;
    assert_eq!(client.local_addr().unwrap(), addr("127.0.0.1:32768"));
    assert_eq!(client.peer_addr().unwrap(), addr("127.0.0.1:80"));
    assert_eq!(server.local_addr().unwrap(), addr("[::ffff:127.0.0.1]:80"));
    assert_eq!(
        server.peer_addr().unwrap(),
        addr("[::ffff:127.0.0.1]:32768")
    );
    server.write_all(b"x").await.unwrap();
    assert_eq!(client.try_read(&mut [0; 8]).unwrap(), 1);

    let (client, server) = connection(&listener, "[::1]:80").await;
    assert_eq!(server.local_addr().unwrap(), addr("[::1]:80"));
    assert_eq!(client.local_addr().unwrap(), addr("[::1]:32768"));

    // A client that writes IPv4 as IPv6 has a socket of IPv6 itself.
    let (client, server) = connection(&listener, "[::ffff:127.0.0.1]:80").await;
    assert_eq!(
        client.local_addr().unwrap(),
        addr("[::ffff:127.0.0.1]:32769")
    );
    assert_eq!(client.peer_addr().unwrap(), addr("[::ffff:127.0.0.1]:80"));
    assert_eq!(
        server.peer_addr().unwrap(),
        addr("[::ffff:127.0.0.1]:32769")
    );
}

#[solipsism::test]
async fn the_port_of_a_mapped_client_is_free_again() {
    let listener = TcpListener::bind("[::]:80").await.unwrap();
    for to in ["127.0.0.1:80", "[::ffff:127.0.0.1]:80"] {
        for _ in 0..3 {
            let (client, _server) = connection(&listener, to).await;
            assert_eq!(client.local_addr().unwrap().port(), 32_768);
        }
    }
}

#[solipsism::test]
async fn a_mapped_address_leads_to_ipv4() {
    let listener = TcpListener::bind("127.0.0.1:80").await.unwrap();
    let client = TcpSocket::new_v6().unwrap();
    client.bind(addr("[::]:1000")).unwrap();
    let client = client.connect(addr("[::ffff:127.0.0.1]:80")).await.unwrap();
    assert_eq!(
        client.local_addr().unwrap(),
        addr("[::ffff:127.0.0.1]:1000")
    );
    let (server, from) = listener.accept().await.unwrap();
    assert_eq!(
        (from, server.local_addr().unwrap()),
        (addr("127.0.0.1:1000"), addr("127.0.0.1:80"))
    );
}

#[solipsism::test]
async fn a_host_has_an_address_of_ipv6(net: Network) {
    let host = net.host("server.internal");
    let listener = TcpListener::bind((host.v6(), 80)).await.unwrap();
    let client = TcpStream::connect((host.v6(), 80)).await.unwrap();
    let (_server, from) = listener.accept().await.unwrap();
    assert_eq!(from.ip(), net.host("localhost").v6());
    assert_eq!(client.peer_addr().unwrap().ip(), host.v6());
    let refused = TcpStream::connect("server.internal:80").await;
    assert_eq!(
        kind(refused),
        ErrorKind::ConnectionRefused,
        "a name is its IPv4 address"
    );
}

#[solipsism::test]
async fn every_host_has_a_localhost_of_its_own(net: Network) {
    let (one, other) = (net.host("one"), net.host("other"));
    let listener = one
        .spawn(async { TcpListener::bind("localhost:80").await.unwrap() })
        .await
        .unwrap();
    let connect = || async { TcpStream::connect("localhost:80").await };
    assert_eq!(kind(connect().await), ErrorKind::ConnectionRefused);
    assert_eq!(
        kind(other.spawn(connect()).await.unwrap()),
        ErrorKind::ConnectionRefused
    );
    let client = one.spawn(connect()).await.unwrap().unwrap();
    assert_eq!(client.peer_addr().unwrap(), listener.local_addr().unwrap());
    let _own = TcpListener::bind("localhost:80")
        .await
        .expect("it is another host's");
}

#[solipsism::test]
async fn every_host_has_a_wildcard_of_its_own(net: Network) {
    let (one, other) = (net.host("one"), net.host("other"));
    let listen = || async { TcpListener::bind("0.0.0.0:80").await.unwrap() };
    let first = one.spawn(listen()).await.unwrap();
    let second = other.spawn(listen()).await.unwrap();
    let (client, server) = connection(&first, "one:80").await;
    assert_eq!(server.local_addr().unwrap().ip(), one.addr());
    assert_eq!(
        client.local_addr().unwrap().ip(),
        net.host("localhost").addr()
    );
    connection(&second, "other:80").await;
}

#[solipsism::test]
async fn a_task_connects_from_its_hosts_address(net: Network) {
    let listener = TcpListener::bind("server:80").await.unwrap();
    let host = net.host("client.internal");
    let client = host
        .spawn(TcpStream::connect("server:80"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(client.local_addr().unwrap().ip(), host.addr());
    assert_eq!(
        listener.accept().await.unwrap().1,
        client.local_addr().unwrap()
    );
}
