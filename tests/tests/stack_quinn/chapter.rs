use std::sync::Arc;

use quinn::crypto::rustls::{QuicClientConfig, QuicServerConfig};
use quinn::{ClientConfig, Endpoint, EndpointConfig, ServerConfig};
use solipsism::net::{UdpSocket, lookup_host};
use solipsism::tls::Authority;

use crate::runtime::{Runtime, Socket};

async fn endpoint(addr: &str, server: Option<ServerConfig>) -> Endpoint {
    let socket = Arc::new(Socket::new(UdpSocket::bind(addr).await.unwrap()));
    let (config, runtime) = (EndpointConfig::default(), Arc::new(Runtime::new()));
    Endpoint::new_with_abstract_socket(config, server, socket, runtime).unwrap()
}

#[solipsism::test]
async fn hello_over_quic() {
    let crypto = Authority::current().server_config("api.internal");
    let crypto = Arc::new(QuicServerConfig::try_from(crypto).unwrap());
    let config = ServerConfig::with_crypto(crypto);
    let server = endpoint("api.internal:443", Some(config)).await;
    solipsism::spawn(async move {
        let connection = server.accept().await.unwrap().await.unwrap();
        let mut stream = connection.open_uni().await.unwrap();
        stream.write_all(b"hello").await.unwrap();
        stream.finish().unwrap();
        connection.closed().await;
    })
    .background();

    let crypto = Authority::current().client_config();
    let crypto = Arc::new(QuicClientConfig::try_from(crypto).unwrap());
    let client = endpoint("0.0.0.0:0", None).await;
    let mut addrs = lookup_host("api.internal:443").await.unwrap();
    let addr = addrs.next().unwrap();
    let connecting = client.connect_with(ClientConfig::new(crypto), addr, "api.internal");
    let connection = connecting.unwrap().await.unwrap();
    let mut stream = connection.accept_uni().await.unwrap();
    assert_eq!(stream.read_to_end(100).await.unwrap(), b"hello");
}
