//! The same websocket over TCP, a unix socket and TLS, and the host's name that TLS sees.

use async_tungstenite as over_futures_io;
use futures_util::{AsyncWriteExt, SinkExt, StreamExt};
use solipsism::fixtures::EachTransport;
use solipsism::net::{TcpListener, TcpStream};
use solipsism::time::{Instant, sleep};
use solipsism::tls;
use tokio_tungstenite::{accept_async, client_async};

use crate::echo::{SECOND, echo};

#[solipsism::test]
async fn over_each(EachTransport(server): EachTransport) {
    let started = server.start(async |stream| {
        echo(accept_async(stream).await.unwrap()).await;
        std::io::Result::Ok(())
    });
    started.await.unwrap();
    let stream = server.connect().await.unwrap();
    let (mut socket, _) = client_async("ws://localhost/", stream).await.unwrap();
    let start = Instant::now();
    socket.send("later".into()).await.unwrap();
    assert_eq!(socket.next().await.unwrap().unwrap(), "later".into());
    assert_eq!(start.elapsed(), 60 * SECOND);
    socket.send(vec![7; 1 << 20].into()).await.unwrap();
    assert_eq!(socket.next().await.unwrap().unwrap().len(), 1 << 20);
    socket.close(None).await.unwrap();
    assert!(socket.next().await.unwrap().unwrap().is_close());
    assert!(socket.next().await.is_none());
}

#[solipsism::test]
async fn a_secure_websocket_by_name() {
    let listener = TcpListener::bind("api.internal:443").await.unwrap();
    solipsism::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let stream = tls::acceptor("api.internal").accept(stream).await.unwrap();
        let mut socket = over_futures_io::accept_async(stream).await.unwrap();
        sleep(60 * SECOND).await;
        socket.send("at last".into()).await.unwrap();
        assert!(socket.next().await.unwrap().unwrap().is_close());
        assert!(socket.next().await.is_none());
        // A drop would not tell the client, to whom an end that is not told of is an error in TLS.
        socket.into_inner().close().await.unwrap();
    })
    .background();
    let start = Instant::now();
    let stream = TcpStream::connect("api.internal:443").await.unwrap();
    let name = tls::name("api.internal");
    let stream = tls::connector().connect(name, stream).await.unwrap();
    let agreed = over_futures_io::client_async("wss://api.internal/", stream).await;
    let (mut socket, _) = agreed.unwrap();
    assert_eq!(socket.next().await.unwrap().unwrap(), "at last".into());
    assert_eq!(start.elapsed(), 60 * SECOND);
    socket.close(None).await.unwrap();
    assert!(socket.next().await.unwrap().unwrap().is_close());
    assert!(socket.next().await.is_none());
}
