//! axum's websockets, and a client of tokio-tungstenite's.

use std::io::ErrorKind;
use std::time::Duration;

use axum::extract::WebSocketUpgrade;
use axum::extract::ws::{self, WebSocket};
use axum::response::Response;
use axum::routing::any;
use axum::{Router, serve};
use futures_util::{SinkExt, StreamExt};
use solipsism::net::{Network, TcpListener, TcpStream};
use solipsism::time::Instant;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

const SECOND: Duration = Duration::from_secs(1);

/// Says everything again, a minute later for what starts with `later`; who says nothing for two minutes is sent away.
async fn echo(mut socket: WebSocket) {
    while let Ok(Some(Ok(message))) = tokio::time::timeout(120 * SECOND, socket.recv()).await {
        if matches!(&message, ws::Message::Text(text) if text.starts_with("later")) {
            tokio::time::sleep(60 * SECOND).await;
        }
        if matches!(message, ws::Message::Text(_) | ws::Message::Binary(_)) {
            socket.send(message).await.unwrap();
        }
    }
    let away = ws::CloseFrame {
        code: ws::close_code::AWAY,
        reason: "nothing was said".into(),
    };
    let _ = socket.send(ws::Message::Close(Some(away))).await;
}

async fn upgraded(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(echo)
}

async fn connected() -> WebSocketStream<TcpStream> {
    let app = Router::new().route("/ws", any(upgraded));
    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    tokio::spawn(async { serve(listener, app).await });
    let stream = TcpStream::connect("api.internal:80").await.unwrap();
    let (socket, response) = client_async("ws://api.internal/ws", stream).await.unwrap();
    assert_eq!(response.status(), 101);
    socket
}

#[solipsism::test(tokio)]
async fn an_upgraded_connection_talks_and_is_closed_by_both() {
    let mut socket = connected().await;
    socket.send("hello".into()).await.unwrap();
    assert_eq!(socket.next().await.unwrap().unwrap(), "hello".into());
    socket.send(vec![7_u8; 1 << 20].into()).await.unwrap();
    assert_eq!(socket.next().await.unwrap().unwrap().len(), 1 << 20);
    socket.close(None).await.unwrap();
    assert!(socket.next().await.unwrap().unwrap().is_close());
    assert!(socket.next().await.is_none());
}

#[solipsism::test(tokio)]
async fn what_takes_a_minute_takes_a_minute_and_pings_are_answered_after_it() {
    let mut socket = connected().await;
    let start = Instant::now();
    socket.send("later".into()).await.unwrap();
    socket.send(Message::Ping("there?".into())).await.unwrap();
    assert_eq!(socket.next().await.unwrap().unwrap(), "later".into());
    assert_eq!(start.elapsed(), 60 * SECOND);
    let pong = socket.next().await.unwrap().unwrap();
    assert_eq!(pong, Message::Pong("there?".into()));
    assert_eq!(start.elapsed(), 60 * SECOND);
}

#[solipsism::test(tokio)]
async fn who_says_nothing_is_sent_away_after_two_minutes() {
    let mut socket = connected().await;
    let start = Instant::now();
    let Message::Close(Some(CloseFrame { code, reason })) = socket.next().await.unwrap().unwrap()
    else {
        panic!("it is sent away");
    };
    assert_eq!(
        (u16::from(code), reason.as_str()),
        (1001, "nothing was said")
    );
    assert_eq!(start.elapsed(), 120 * SECOND);
}

#[solipsism::test(tokio)]
async fn a_client_has_the_patience_that_it_has() {
    let mut socket = connected().await;
    let start = Instant::now();
    socket.send("later".into()).await.unwrap();
    let patience = Duration::from_nanos(5_000_000_001);
    let answer = solipsism::time::timeout(patience, socket.next()).await;
    assert!(answer.is_err());
    assert_eq!(start.elapsed(), patience);
}

#[solipsism::test(tokio)]
async fn a_server_whose_host_crashes_resets_its_websockets() {
    let host = Network::current().host("api.internal");
    let mut socket = connected().await;
    let start = Instant::now();
    solipsism::spawn(async move {
        tokio::time::sleep(5 * SECOND).await;
        host.crash();
    })
    .background();
    let Err(Error::Io(error)) = socket.next().await.unwrap() else {
        panic!("it is reset");
    };
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert_eq!(start.elapsed(), 5 * SECOND);
}
