//! What the tests of tokio-tungstenite talk to.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use solipsism::net::{TcpListener, TcpStream};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::{WebSocketStream, accept_async, client_async};

pub(crate) const SECOND: Duration = Duration::from_secs(1);

pub(crate) type Socket = WebSocketStream<TcpStream>;

/// Says everything again, a minute later for what is `later`, until the connection ends in whatever way.
pub(crate) async fn echo<S>(mut socket: WebSocketStream<S>)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    while let Some(Ok(message)) = socket.next().await {
        if message == "later".into() {
            solipsism::time::sleep(60 * SECOND).await;
        }
        if message.is_text() || message.is_binary() {
            let _ = socket.send(message).await;
        }
    }
}

/// Both ends of a connection to `api.internal`, after their handshake.
pub(crate) async fn both() -> (Socket, Socket) {
    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    let server = solipsism::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        accept_async(stream).await.unwrap()
    });
    let stream = TcpStream::connect("api.internal:80").await.unwrap();
    let (client, _) = client_async("ws://api.internal/", stream).await.unwrap();
    (client, server.await.unwrap())
}

/// A client whose messages come back.
pub(crate) async fn connected() -> Socket {
    let (client, server) = both().await;
    solipsism::spawn(echo(server)).background();
    client
}
