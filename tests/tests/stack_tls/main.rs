//! TLS in a world.

mod certificates;
mod https;
mod reports;
mod same_bytes;
mod tokios;
mod transport;

use std::io;

use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::UnixStream;
use solipsism::tls::rustls::HandshakeKind::{Full, Resumed};
use solipsism::tls::{self, TlsAcceptor, TlsConnector, client, server};

type Client = client::TlsStream<UnixStream>;
type Server = server::TlsStream<UnixStream>;

/// Both ends of one connection to `api.internal`.
async fn shake_hands(
    connector: &TlsConnector,
    acceptor: &TlsAcceptor,
) -> (io::Result<Client>, io::Result<Server>) {
    let (one, other) = UnixStream::pair().unwrap();
    let client = connector.connect(tls::name("api.internal"), one);
    futures_util::future::join(client, acceptor.accept(other)).await
}

#[solipsism::test]
async fn bytes_go_both_ways_and_each_direction_ends_by_itself() {
    let (client, server) = shake_hands(&tls::connector(), &tls::acceptor("api.internal")).await;
    let (mut client, mut server) = (client.unwrap(), server.unwrap());
    client.write_all(b"one").await.unwrap();
    client.close().await.unwrap();
    let mut all = String::new();
    server.read_to_string(&mut all).await.unwrap();
    server.write_all(b"two").await.unwrap();
    server.close().await.unwrap();
    client.read_to_string(&mut all).await.unwrap();
    assert_eq!(all, "onetwo");
}

#[solipsism::test]
async fn a_session_is_resumed() {
    let (connector, acceptor) = (tls::connector(), tls::acceptor("api.internal"));
    let mut kinds = Vec::new();
    for _ in 0..2 {
        let (client, server) = shake_hands(&connector, &acceptor).await;
        let (mut client, mut server) = (client.unwrap(), server.unwrap());
        server.write_all(b"!").await.unwrap();
        client.read_exact(&mut [0]).await.unwrap();
        kinds.push(client.get_ref().1.handshake_kind().unwrap());
    }
    assert_eq!(kinds, [Full, Resumed]);
}

solipsism::main!();
