//! tokio-rustls with the world's configurations: over our streams it needs no runtime of tokio's.

use std::sync::Arc;

use solipsism::net::{TcpListener, TcpStream};
use solipsism::tls::{self, Authority};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::{TlsAcceptor, TlsConnector};

#[solipsism::test]
async fn tokio_rustls_takes_configurations_and_streams() {
    let authority = Authority::current();
    let acceptor = TlsAcceptor::from(Arc::new(authority.server_config("api.internal")));
    let connector = TlsConnector::from(Arc::new(authority.client_config()));

    let listener = TcpListener::bind("api.internal:443").await.unwrap();
    let served = solipsism::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = acceptor.accept(stream).await.unwrap();
        let mut all = String::new();
        stream.read_to_string(&mut all).await.unwrap();
        stream
            .write_all(all.to_uppercase().as_bytes())
            .await
            .unwrap();
        stream.shutdown().await.unwrap();
    });
    let stream = TcpStream::connect("api.internal:443").await.unwrap();
    let name = tls::name("api.internal");
    let mut stream = connector.connect(name, stream).await.unwrap();
    stream.write_all(b"ohai").await.unwrap();
    stream.shutdown().await.unwrap();
    let mut all = String::new();
    stream.read_to_string(&mut all).await.unwrap();
    assert_eq!(all, "OHAI");
    served.await.unwrap();
}
