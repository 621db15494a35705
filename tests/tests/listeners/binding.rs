//! Who may bind what.

use std::io::ErrorKind;

use solipsism::net::{TcpListener, TcpStream};

use crate::{addr, kind};

fn port_of(listener: &TcpListener) -> u16 {
    listener.local_addr().unwrap().port()
}

#[solipsism::test]
async fn a_port_is_taken_once() {
    let first = TcpListener::bind("server.internal:80").await.unwrap();
    let error = TcpListener::bind("SERVER.internal:80").await.unwrap_err();
    let text = format!(
        "address in use: another socket is bound to {}, or to a wildcard that takes it in",
        first.local_addr().unwrap()
    );
    assert_eq!(
        (error.kind(), error.to_string()),
        (ErrorKind::AddrInUse, text)
    );
    let _other_port = TcpListener::bind("server.internal:81").await.unwrap();
    let _other_host = TcpListener::bind("other.internal:80").await.unwrap();
    drop(first);
    TcpListener::bind("server.internal:80").await.unwrap();
}

#[solipsism::test]
async fn port_0_is_the_first_that_is_free_from_60001() {
    let first = TcpListener::bind("server:0").await.unwrap();
    let second = TcpListener::bind("server:0").await.unwrap();
    assert_eq!((port_of(&first), port_of(&second)), (60_001, 60_002));
    let other = TcpListener::bind("other:0").await.unwrap();
    assert_eq!(port_of(&other), 60_001, "each address has its own");
    drop(first);
    let taken = TcpListener::bind("server:60003").await.unwrap();
    let third = TcpListener::bind("server:0").await.unwrap();
    let fourth = TcpListener::bind("server:0").await.unwrap();
    assert_eq!((port_of(&third), port_of(&fourth)), (60_001, 60_004));
    drop(taken);
    assert_eq!(
        port_of(&TcpListener::bind("server:0").await.unwrap()),
        60_003
    );
}

#[solipsism::test]
async fn port_0_of_a_wildcard_is_free_on_every_address() {
    let _taken = TcpListener::bind("127.0.0.1:60001").await.unwrap();
    let any = TcpListener::bind("0.0.0.0:0").await.unwrap();
    assert_eq!(any.local_addr().unwrap(), addr("0.0.0.0:60002"));
    let local = TcpListener::bind("127.0.0.1:0").await.unwrap();
    assert_eq!(port_of(&local), 60_003);
}

#[solipsism::test]
async fn port_0_ends_with_the_last_port() {
    let mut all = Vec::new();
    for port in 60_001..=65_535 {
        let listener = TcpListener::bind(("server", 0)).await.unwrap();
        assert_eq!(port_of(&listener), port);
        all.push(listener);
    }
    let error = TcpListener::bind(("server", 0)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AddrInUse);
    assert!(
        error.to_string().contains("all ports from 60001"),
        "{error}"
    );
    all.pop();
    assert_eq!(
        port_of(&TcpListener::bind(("server", 0)).await.unwrap()),
        65_535
    );
}

#[solipsism::test]
async fn a_wildcard_takes_all_addresses() {
    let any = TcpListener::bind("0.0.0.0:80").await.unwrap();
    for taken in [
        "127.0.0.1:80",
        "10.255.255.254:80",
        "[::]:80",
        "[::ffff:127.0.0.1]:80",
    ] {
        assert_eq!(
            kind(TcpListener::bind(taken).await),
            ErrorKind::AddrInUse,
            "{taken}"
        );
    }
    let _six = TcpListener::bind("[::1]:80").await.unwrap();
    drop(any);
    let one = TcpListener::bind("127.0.0.1:80").await.unwrap();
    assert_eq!(
        kind(TcpListener::bind("0.0.0.0:80").await),
        ErrorKind::AddrInUse
    );
    let _two = TcpListener::bind("127.0.0.2:80").await.unwrap();
    drop(one);
    assert_eq!(
        kind(TcpListener::bind("0.0.0.0:80").await),
        ErrorKind::AddrInUse
    );
}

#[solipsism::test]
async fn the_wildcard_of_ipv6_takes_those_of_ipv4_too() {
    let any = TcpListener::bind("[::]:80").await.unwrap();
    for taken in ["0.0.0.0:80", "127.0.0.1:80", "[::1]:80"] {
        assert_eq!(
            kind(TcpListener::bind(taken).await),
            ErrorKind::AddrInUse,
            "{taken}"
        );
    }
    drop(any);
    let four = TcpListener::bind("127.0.0.1:80").await.unwrap();
    assert_eq!(
        kind(TcpListener::bind("[::]:80").await),
        ErrorKind::AddrInUse
    );
    let _six = TcpListener::bind("[::1]:80").await.unwrap();
    drop(four);
    let _all_of_ipv4 = TcpListener::bind("0.0.0.0:80").await.unwrap();
}

#[solipsism::test]
async fn a_mapped_address_is_the_one_of_ipv4() {
    let mapped = TcpListener::bind("[::ffff:127.0.0.1]:80").await.unwrap();
    assert_eq!(mapped.local_addr().unwrap(), addr("[::ffff:127.0.0.1]:80"));
    assert_eq!(
        kind(TcpListener::bind("127.0.0.1:80").await),
        ErrorKind::AddrInUse
    );
    let client = TcpStream::connect("127.0.0.1:80").await.unwrap();
    let (server, from) = mapped.accept().await.unwrap();
    assert_eq!(server.local_addr().unwrap(), addr("[::ffff:127.0.0.1]:80"));
    assert_eq!(from.ip(), addr("[::ffff:127.0.0.1]:1").ip());
    assert_eq!(client.peer_addr().unwrap(), addr("127.0.0.1:80"));
}

#[solipsism::test]
async fn of_several_addresses_the_first_that_is_free_is_bound() {
    let _taken = TcpListener::bind("127.0.0.1:80").await.unwrap();
    let several = [
        addr("127.0.0.1:80"),
        addr("127.0.0.2:80"),
        addr("127.0.0.3:80"),
    ];
    let listener = TcpListener::bind(&several[..]).await.unwrap();
    assert_eq!(listener.local_addr().unwrap(), several[1]);
    let error = TcpListener::bind([addr("239.0.0.1:80"), several[0]]).await;
    assert_eq!(kind(error), ErrorKind::AddrInUse, "the last error is told");
    let error = TcpListener::bind([several[0], addr("239.0.0.1:80")]).await;
    assert_eq!(kind(error), ErrorKind::AddrNotAvailable);
}

#[solipsism::test]
async fn what_is_nobodys_own_cannot_be_bound() {
    for nobodys in ["224.0.0.1:80", "255.255.255.255:80", "[ff02::1]:80"] {
        let error = TcpListener::bind(nobodys).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AddrNotAvailable, "{nobodys}");
        assert!(error.to_string().ends_with("is not one host's"), "{error}");
    }
}

#[solipsism::test]
async fn a_port_is_free_although_a_connection_has_it() {
    let listener = TcpListener::bind("server:80").await.unwrap();
    let (client, server) = crate::connection(&listener, "server:80").await;
    drop(listener);
    let listener = TcpListener::bind("server:80").await.unwrap();
    let (other, _other_server) = crate::connection(&listener, "server:80").await;
    assert_ne!(client.local_addr().unwrap(), other.local_addr().unwrap());
    assert_eq!(client.try_write(b"old").unwrap(), 3);
    assert_eq!(server.try_read(&mut [0; 8]).unwrap(), 3);
}

#[solipsism::test]
async fn a_listener_has_a_time_to_live() {
    let listener = TcpListener::bind("server:80").await.unwrap();
    assert_eq!(listener.ttl().unwrap(), 64);
    listener.set_ttl(7).unwrap();
    assert_eq!(listener.ttl().unwrap(), 7);
    assert_eq!(kind(listener.set_ttl(0)), ErrorKind::InvalidInput);
    assert!(format!("{listener:?}").starts_with("TcpListener"));
}
