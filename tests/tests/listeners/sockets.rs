//! Sockets on which settings are made before they listen or connect.

use std::io::ErrorKind;

use solipsism::net::{TcpListener, TcpSocket, TcpStream};

use crate::{addr, kind};

fn bound(at: &str) -> std::io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(addr(at)).map(|()| socket)
}

#[solipsism::test]
async fn a_socket_is_bound_once() {
    let socket = TcpSocket::new_v4().unwrap();
    assert_eq!(socket.local_addr().unwrap(), addr("0.0.0.0:0"));
    assert_eq!(
        TcpSocket::new_v6().unwrap().local_addr().unwrap(),
        addr("[::]:0")
    );
    socket.bind(addr("127.0.0.1:0")).unwrap();
    assert_eq!(socket.local_addr().unwrap(), addr("127.0.0.1:60001"));
    let error = socket.bind(addr("127.0.0.1:0")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(
        error.to_string(),
        "the socket is bound to 127.0.0.1:60001 already"
    );
}

#[solipsism::test]
async fn a_socket_is_of_one_family() {
    let four = TcpSocket::new_v4().unwrap();
    let error = four.bind(addr("[::1]:80")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(
        error.to_string(),
        "[::1]:80 is of the other address family than the socket"
    );
    let refused = four.connect(addr("[::1]:80")).await;
    assert_eq!(kind(refused), ErrorKind::InvalidInput);
    let six = TcpSocket::new_v6().unwrap();
    assert_eq!(
        kind(six.bind(addr("127.0.0.1:80"))),
        ErrorKind::InvalidInput
    );
    assert_eq!(
        kind(six.connect(addr("127.0.0.1:80")).await),
        ErrorKind::InvalidInput
    );
}

#[solipsism::test]
async fn a_socket_of_ipv6_keeps_no_address_that_it_cannot_connect_from() {
    let socket = TcpSocket::new_v6().unwrap();
    socket.bind(addr("[::1]:80")).unwrap();
    let error = socket
        .connect(addr("[::ffff:127.0.0.1]:80"))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    TcpListener::bind("[::1]:80")
        .await
        .expect("it is free again");
}

#[solipsism::test]
async fn a_bound_client_connects_from_there() {
    let listener = TcpListener::bind("server:80").await.unwrap();
    let to = listener.local_addr().unwrap();
    let client = bound("10.9.9.9:1000").unwrap().connect(to).await.unwrap();
    assert_eq!(client.local_addr().unwrap(), addr("10.9.9.9:1000"));
    assert_eq!(listener.accept().await.unwrap().1, addr("10.9.9.9:1000"));
    let client = bound("0.0.0.0:1000").unwrap().connect(to).await.unwrap();
    assert_eq!(client.local_addr().unwrap(), addr("10.255.255.254:1000"));
}

#[solipsism::test]
async fn a_bound_client_keeps_its_address_until_it_is_gone() {
    let listener = TcpListener::bind("server:80").await.unwrap();
    let to = listener.local_addr().unwrap();
    let client = bound("10.9.9.9:1000").unwrap().connect(to).await.unwrap();
    assert_eq!(kind(bound("10.9.9.9:1000")), ErrorKind::AddrInUse);
    let server = listener.accept().await.unwrap();
    drop((client, server));
    bound("10.9.9.9:1000").expect("it is free again");
}

#[solipsism::test]
async fn a_dropped_socket_gives_its_address_back() {
    let socket = bound("127.0.0.1:80").unwrap();
    assert_eq!(kind(bound("127.0.0.1:80")), ErrorKind::AddrInUse);
    assert_eq!(
        kind(TcpListener::bind("127.0.0.1:80").await),
        ErrorKind::AddrInUse
    );
    drop(socket);
    let listener = bound("127.0.0.1:80").unwrap().listen(8).unwrap();
    assert_eq!(kind(bound("127.0.0.1:80")), ErrorKind::AddrInUse);
    drop(listener);
    bound("127.0.0.1:80").unwrap();
}

/// Both must ask for it, and one of them may listen.
#[solipsism::test]
async fn an_address_may_be_shared() {
    let at = addr("127.0.0.1:80");
    let (one, other) = (TcpSocket::new_v4().unwrap(), TcpSocket::new_v4().unwrap());
    assert!(!one.reuseaddr().unwrap());
    one.bind(at).unwrap();
    other.set_reuseaddr(true).unwrap();
    assert_eq!(kind(other.bind(at)), ErrorKind::AddrInUse);
    one.set_reuseaddr(true).unwrap();
    assert!(one.reuseaddr().unwrap());
    other.bind(at).unwrap();
    let listener = one.listen(8).unwrap();
    assert_eq!(kind(other.listen(8)), ErrorKind::AddrInUse);
    crate::connection(&listener, "127.0.0.1:80").await;
    let late = TcpSocket::new_v4().unwrap();
    late.set_reuseaddr(true).unwrap();
    assert_eq!(kind(late.bind(at)), ErrorKind::AddrInUse);
}

#[solipsism::test]
async fn an_unbound_socket_listens_somewhere() {
    let listener = TcpSocket::new_v4().unwrap().listen(8).unwrap();
    assert_eq!(listener.local_addr().unwrap(), addr("0.0.0.0:60001"));
    TcpStream::connect("127.0.0.1:60001").await.unwrap();
    let listener = TcpSocket::new_v6().unwrap().listen(8).unwrap();
    assert_eq!(listener.local_addr().unwrap(), addr("[::]:60002"));
}

#[solipsism::test]
async fn what_is_not_supported_says_so() {
    let socket = TcpSocket::new_v4().unwrap();
    assert!(!socket.reuseport().unwrap());
    socket.set_reuseport(false).unwrap();
    let error = socket.set_reuseport(true).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(
        error.to_string(),
        "`SO_REUSEPORT` is not supported by this network: let one listener accept for all"
    );
}
