//! How addresses can be written, and what is said of those that are none.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddrV4, SocketAddrV6};

use solipsism::net::{Addr, TcpListener, TcpStream, ToSocketAddrs, lookup_host};

use crate::addr;

async fn is_127_0_0_1_port_80(to: impl ToSocketAddrs) {
    let listener = TcpListener::bind("127.0.0.1:80").await.unwrap();
    let client = TcpStream::connect(to).await.unwrap();
    assert_eq!(client.peer_addr().unwrap(), listener.local_addr().unwrap());
}

#[solipsism::test]
async fn an_address_is_written_in_many_ways() {
    let (v4, port) = (Ipv4Addr::LOCALHOST, 80);
    is_127_0_0_1_port_80("127.0.0.1:80").await;
    is_127_0_0_1_port_80("localhost:80").await;
    is_127_0_0_1_port_80("LocalHost.:80").await;
    is_127_0_0_1_port_80("api.localhost:80").await;
    is_127_0_0_1_port_80(String::from("localhost:80")).await;
    is_127_0_0_1_port_80(&String::from("localhost:80")).await;
    is_127_0_0_1_port_80(("localhost", port)).await;
    is_127_0_0_1_port_80(("127.0.0.1", port)).await;
    is_127_0_0_1_port_80((String::from("localhost"), port)).await;
    is_127_0_0_1_port_80((v4, port)).await;
    is_127_0_0_1_port_80((IpAddr::V4(v4), port)).await;
    is_127_0_0_1_port_80(SocketAddrV4::new(v4, port)).await;
    is_127_0_0_1_port_80(addr("127.0.0.1:80")).await;
    is_127_0_0_1_port_80(&addr("127.0.0.1:80")).await;
    is_127_0_0_1_port_80([addr("127.0.0.1:80")]).await;
    is_127_0_0_1_port_80(&[addr("127.0.0.1:80")][..]).await;
    is_127_0_0_1_port_80(vec![addr("127.0.0.1:80")]).await;
}

#[solipsism::test]
async fn an_address_of_ipv6_is_written_in_many_ways() {
    let (v6, port) = (Ipv6Addr::LOCALHOST, 80);
    let listener = TcpListener::bind("[::1]:80").await.unwrap();
    let mut ways = vec![
        TcpStream::connect("[::1]:80").await,
        TcpStream::connect(("::1", port)).await,
        TcpStream::connect((v6, port)).await,
        TcpStream::connect(SocketAddrV6::new(v6, port, 0, 0)).await,
    ];
    ways.push(TcpStream::connect((IpAddr::V6(v6), port)).await);
    for way in ways {
        assert_eq!(
            way.unwrap().peer_addr().unwrap(),
            listener.local_addr().unwrap()
        );
    }
}

#[solipsism::test]
async fn what_is_no_address_is_told_with_what_is_one() {
    for (bad, text) in [
        (
            "localhost",
            "`localhost` is no address: write \"host:port\"",
        ),
        ("", "`` is no address: write \"host:port\""),
        (
            "localhost:http",
            "`localhost:http` is no address: write \"host:port\"",
        ),
        (
            "localhost:65536",
            "`localhost:65536` is no address: write \"host:port\"",
        ),
        (
            "localhost:-1",
            "`localhost:-1` is no address: write \"host:port\"",
        ),
        ("[::1]", "`[::1]` is no address: write \"host:port\""),
        (":80", "`` is no host name"),
        ("two words:80", "`two words` is no host name"),
        ("a\0b:80", "`a\\0b` is no host name"),
    ] {
        let (bound, connected) = (TcpListener::bind(bad).await, TcpStream::connect(bad).await);
        let looked_up = lookup_host(bad).await.map(drop);
        for error in [
            bound.unwrap_err(),
            connected.unwrap_err(),
            looked_up.unwrap_err(),
        ] {
            assert_eq!(
                (error.kind(), error.to_string().as_str()),
                (ErrorKind::InvalidInput, text)
            );
        }
    }
    let error = TcpStream::connect(("http://server", 80)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
}

#[solipsism::test]
async fn one_type_names_any_end() {
    let listener = TcpListener::bind("127.0.0.1:80").await.unwrap();
    let inet: Addr = listener.local_addr().unwrap().into();
    assert_eq!(
        (inet.to_string().as_str(), inet.as_inet()),
        ("127.0.0.1:80", Some(addr("127.0.0.1:80")))
    );
    assert!(inet.as_unix().is_none());
    let local = solipsism::net::UnixListener::bind("/run/server").unwrap();
    let unix: Addr = local.local_addr().unwrap().into();
    assert_eq!(
        (unix.to_string().as_str(), unix.as_inet()),
        ("/run/server", None)
    );
    assert!(
        unix.as_unix()
            .is_some_and(|addr| addr.as_pathname().is_some())
    );
    assert!(inet < unix && inet != unix);
}
