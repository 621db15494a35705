//! What connecting and closing do where nobody listens.

use std::io::ErrorKind;

use solipsism::fixtures::{EachTransport, Server};

use super::shout;

#[solipsism::test]
async fn tcp_refuses(server: Server) {
    let error = server.connect().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
}

#[solipsism::test]
async fn unix_finds_nothing(#[with(transports = [unix])] EachTransport(server): EachTransport) {
    let error = server.connect().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[solipsism::test]
async fn memory_refuses(#[with(transports = [memory])] EachTransport(server): EachTransport) {
    let error = server.connect().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
}

#[solipsism::test]
async fn closing_does_nothing(server: Server) {
    server.close().await;
    server.close().await;
    server.shutdown().await;
}

#[solipsism::test]
async fn a_server_that_is_just_being_started_is_waited_for(
    #[with(transports = [memory])] EachTransport(memory): EachTransport,
    server: Server,
) {
    for server in [memory, server] {
        let late = server.clone();
        solipsism::spawn(async move { late.start(shout).await });
        assert!(server.connect().await.is_ok());
    }
}
