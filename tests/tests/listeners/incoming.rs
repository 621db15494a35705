//! A listener's connections as a stream of values.

use std::io::ErrorKind;
use std::task::Poll;

use futures_util::StreamExt;
use solipsism::net::{Network, TcpListener, TcpStream, UnixListener, UnixStream};

use super::{kind, polled};

#[solipsism::test]
async fn connections_come_in_their_order() {
    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    let mut clients = Vec::new();
    for _ in 0..3 {
        clients.push(TcpStream::connect("api.internal:80").await.unwrap());
    }
    let servers: Vec<_> = listener.into_incoming().take(3).collect().await;
    for (client, server) in clients.iter().zip(servers) {
        assert_eq!(
            server.unwrap().peer_addr().unwrap(),
            client.local_addr().unwrap()
        );
    }
}

#[solipsism::test]
async fn it_waits_for_the_next_one() {
    let mut incoming = UnixListener::bind("/run/api.sock").unwrap().into_incoming();
    assert!(matches!(
        polled(std::pin::pin!(incoming.next())).await,
        Poll::Pending
    ));
    let served = solipsism::spawn(async move { incoming.next().await });
    let _client = UnixStream::connect("/run/api.sock").await.unwrap();
    served.await.unwrap().expect("it came").unwrap();
}

#[solipsism::test]
async fn it_ends_with_its_host(network: Network) {
    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    let mut incoming = listener.into_incoming();
    network.host("api.internal").crash();
    let last = incoming.next().await.expect("the error");
    assert_eq!(kind(last), ErrorKind::ConnectionAborted);
    assert!(incoming.next().await.is_none());
}

#[solipsism::test]
async fn dropping_it_ends_listening() {
    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    drop(listener.into_incoming());
    let refused = TcpStream::connect("api.internal:80").await;
    assert_eq!(kind(refused), ErrorKind::ConnectionRefused);
}
