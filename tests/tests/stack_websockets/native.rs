//! Without a tokio runtime: tokio-tungstenite asks for tokio's traits and nothing more, and async-tungstenite for those of
//! futures-io.

use async_tungstenite::tungstenite::{Error, Message};
use async_tungstenite::{WebSocketStream, accept_async, client_async};
use futures_util::{SinkExt, StreamExt};
use solipsism::net::{Network, TcpListener, TcpStream, UnixStream};
use solipsism::time::{Instant, sleep, timeout};

use crate::echo::{SECOND, connected, echo};

/// A client by async-tungstenite of a server by tokio-tungstenite.
async fn mixed() -> WebSocketStream<TcpStream> {
    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    solipsism::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        echo(tokio_tungstenite::accept_async(stream).await.unwrap()).await;
    })
    .background();
    let stream = TcpStream::connect("api.internal:80").await.unwrap();
    client_async("ws://api.internal/", stream).await.unwrap().0
}

#[solipsism::test]
async fn tokio_tungstenite_needs_no_runtime() {
    let mut socket = connected().await;
    let start = Instant::now();
    socket.send("later".into()).await.unwrap();
    assert!(timeout(59 * SECOND, socket.next()).await.is_err());
    assert_eq!(socket.next().await.unwrap().unwrap(), "later".into());
    assert_eq!(start.elapsed(), 60 * SECOND);
    socket.close(None).await.unwrap();
    assert!(socket.next().await.unwrap().unwrap().is_close());
    assert!(socket.next().await.is_none());
}

#[solipsism::test]
async fn both_crates_understand_each_other() {
    let mut socket = mixed().await;
    let start = Instant::now();
    for message in ["hello".into(), Message::Binary(vec![7; 1 << 20].into())] {
        socket.send(message.clone()).await.unwrap();
        assert_eq!(socket.next().await.unwrap().unwrap(), message);
    }
    socket.send("later".into()).await.unwrap();
    assert_eq!(socket.next().await.unwrap().unwrap(), "later".into());
    assert_eq!(start.elapsed(), 60 * SECOND);
    socket.close(None).await.unwrap();
    assert!(socket.next().await.unwrap().unwrap().is_close());
    assert!(socket.next().await.is_none());
}

#[solipsism::test]
async fn a_heartbeat_made_of_a_timeout_notices_a_silent_partition() {
    let mut socket = mixed().await;
    let start = Instant::now();
    solipsism::spawn(async {
        sleep(70 * SECOND).await;
        Network::current().partition("localhost", "api.internal");
    })
    .background();
    let mut pongs = 0;
    loop {
        sleep(30 * SECOND).await;
        socket.send(Message::Ping("there?".into())).await.unwrap();
        match timeout(10 * SECOND, socket.next()).await {
            Ok(message) => assert!(message.unwrap().unwrap().is_pong()),
            Err(_) => break,
        }
        pongs += 1;
    }
    assert_eq!(pongs, 2);
    assert_eq!(start.elapsed(), 100 * SECOND);
}

#[solipsism::test]
async fn a_crash_resets_at_its_instant() {
    let host = Network::current().host("api.internal");
    let mut socket = mixed().await;
    let start = Instant::now();
    solipsism::spawn(async move {
        sleep(60 * SECOND).await;
        host.crash();
    })
    .background();
    assert!(matches!(socket.next().await, Some(Err(Error::Io(_)))));
    assert_eq!(start.elapsed(), 60 * SECOND);
}

#[solipsism::test]
async fn over_a_unix_pair() {
    let (client, server) = UnixStream::pair().unwrap();
    let server = solipsism::spawn(async move {
        let mut socket = accept_async(server).await.unwrap();
        let message = socket.next().await.unwrap().unwrap();
        sleep(60 * SECOND).await;
        socket.send(message).await.unwrap();
        assert!(socket.next().await.unwrap().unwrap().is_close());
        assert!(socket.next().await.is_none());
    });
    let start = Instant::now();
    let (mut client, _) = client_async("ws://localhost/", client).await.unwrap();
    client.send("hello".into()).await.unwrap();
    assert_eq!(client.next().await.unwrap().unwrap(), "hello".into());
    assert_eq!(start.elapsed(), 60 * SECOND);
    client.close(None).await.unwrap();
    server.await.unwrap();
}
