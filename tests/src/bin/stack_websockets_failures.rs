//! Websockets in tests that fail on purpose. The suite `stack_websockets` runs this program and compares what it prints.

use std::future::pending;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use solipsism::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, accept_async, client_async};

/// A client of a server that agrees to websockets and then does what it is given.
async fn connected<F>(serve: fn(WebSocketStream<TcpStream>) -> F) -> WebSocketStream<TcpStream>
where
    F: Future<Output = ()> + 'static,
{
    let listener = TcpListener::bind("api.internal:80")
        .await
        .expect("it is free");
    let server = async move {
        let (stream, _) = listener.accept().await.expect("it listens");
        serve(accept_async(stream).await.expect("it is a websocket")).await;
    };
    solipsism::task::Builder::new()
        .name("server")
        .spawn(server)
        .background();
    let stream = TcpStream::connect("api.internal:80")
        .await
        .expect("it listens");
    let agreed = client_async("ws://api.internal/", stream).await;
    agreed.expect("it is a websocket").0
}

/// Answers pings and nothing else.
async fn listens(mut socket: WebSocketStream<TcpStream>) {
    while let Some(Ok(_)) = socket.next().await {}
}

async fn holds(socket: WebSocketStream<TcpStream>) {
    pending::<()>().await;
    drop(socket);
}

#[solipsism::test(tokio)]
async fn each_waits_for_the_other_to_speak() {
    let mut socket = connected(listens).await;
    socket.next().await;
}

#[solipsism::test]
async fn each_waits_for_the_other_to_speak_without_a_runtime() {
    let mut socket = connected(listens).await;
    socket.next().await;
}

#[solipsism::test(tokio)]
async fn nobody_agrees_to_close() {
    let mut socket = connected(holds).await;
    socket.close(None).await.expect("it is open");
    while let Some(Ok(_)) = socket.next().await {}
}

#[solipsism::test(tokio)]
async fn nobody_reads_a_large_message() {
    let mut socket = connected(holds).await;
    let message = Message::Binary(vec![0; 1 << 20].into());
    socket.send(message).await.expect("it is open");
}

/// Its heartbeat goes on, and keeps the world alive.
#[solipsism::test(tokio, time_limit = "1h")]
async fn waits_for_a_message_behind_a_heartbeat() {
    let mut socket = connected(listens).await;
    let mut interval = tokio::time::interval(Duration::from_secs(30));
    loop {
        tokio::select! {
            biased;
            message = socket.next() => match message {
                Some(Ok(Message::Pong(_))) => {}
                _ => break,
            },
            _ = interval.tick() => socket.send(Message::Ping("there?".into())).await.expect("it is open"),
        }
    }
}

solipsism::main!();
