//! Messages, fragments, the close handshake, and what takes time, in a world that hosts tokio.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use solipsism::net::{Network, TcpListener, TcpStream};
use solipsism::time::Instant;
use tokio_tungstenite::tungstenite::error::{CapacityError, ProtocolError};
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{CloseCode, Data, OpCode};
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{accept_async_with_config, client_async};

use crate::echo::{SECOND, both, connected};

const MEBI: usize = 1 << 20;

#[solipsism::test(tokio)]
async fn what_was_said_comes_back_in_its_order() {
    let mut socket = connected().await;
    for index in 0..100 {
        socket.feed(format!("number {index}").into()).await.unwrap();
    }
    socket.flush().await.unwrap();
    for index in 0..100 {
        let message = socket.next().await.unwrap().unwrap();
        assert_eq!(message, format!("number {index}").into());
    }
}

#[solipsism::test(tokio)]
async fn either_end_closes_and_the_other_agrees() {
    let (mut client, mut server) = both().await;
    let frame = CloseFrame {
        code: CloseCode::Away,
        reason: "that is all".into(),
    };
    let closed = Message::Close(Some(frame.clone()));
    server.close(Some(frame)).await.unwrap();
    // Each agrees while it waits for the end of the connection, which is the server's to close.
    let agreed = closed.clone();
    let server = solipsism::spawn(async move {
        assert_eq!(server.next().await.unwrap().unwrap(), agreed);
        assert!(server.next().await.is_none());
    });
    assert_eq!(client.next().await.unwrap().unwrap(), closed);
    assert!(client.next().await.is_none());
    server.await.unwrap();
    let error = client.send("more".into()).await.unwrap_err();
    assert!(matches!(error, Error::AlreadyClosed), "{error}");
}

#[solipsism::test(tokio)]
async fn large_fragments_are_one_message_with_pings_between_them() {
    let network = Network::current();
    network.set_capacity(4096);
    let (mut client, mut server) = both().await;
    let sent = solipsism::spawn(async move {
        for index in 0..16_u8 {
            let kind = if index == 0 {
                Data::Binary
            } else {
                Data::Continue
            };
            let frame = Frame::message(vec![index; MEBI], OpCode::Data(kind), index == 15);
            client.send(Message::Frame(frame)).await.unwrap();
            client
                .send(Message::Ping(vec![index].into()))
                .await
                .unwrap();
        }
        for index in 0..16_u8 {
            let pong = client.next().await.unwrap().unwrap();
            assert_eq!(pong, Message::Pong(vec![index].into()));
        }
    });
    for index in 0..15_u8 {
        let ping = server.next().await.unwrap().unwrap();
        assert_eq!(ping, Message::Ping(vec![index].into()));
    }
    let whole = server.next().await.unwrap().unwrap().into_data();
    assert_eq!(whole.len(), 16 * MEBI);
    let chunks = whole.chunks(MEBI).zip(0..);
    assert!(
        chunks
            .into_iter()
            .all(|(chunk, index)| chunk.iter().all(|byte| *byte == index))
    );
    assert!(server.next().await.unwrap().unwrap().is_ping());
    server.flush().await.unwrap();
    sent.await.unwrap();
}

#[solipsism::test(tokio)]
async fn a_message_that_is_too_long_is_an_error() {
    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    let server = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let config = WebSocketConfig::default().max_message_size(Some(MEBI));
        let socket = accept_async_with_config(stream, Some(config)).await;
        socket.unwrap().next().await.unwrap().unwrap_err()
    });
    let stream = TcpStream::connect("api.internal:80").await.unwrap();
    let (mut client, _) = client_async("ws://api.internal/", stream).await.unwrap();
    client.send(vec![0; MEBI + 1].into()).await.unwrap();
    let error = server.await.unwrap();
    let Error::Capacity(CapacityError::MessageTooLong { size, max_size }) = error else {
        panic!("it is too long: {error}");
    };
    assert_eq!((size, max_size), (MEBI + 1, MEBI));
    // The server is gone and has not said why.
    let error = client.next().await.unwrap().unwrap_err();
    let told = ProtocolError::ResetWithoutClosingHandshake;
    assert!(
        matches!(&error, Error::Protocol(error) if *error == told),
        "{error}"
    );
}

#[solipsism::test(tokio)]
async fn an_answer_takes_its_minute() {
    let mut socket = connected().await;
    let start = tokio::time::Instant::now();
    socket.send("later".into()).await.unwrap();
    assert_eq!(socket.next().await.unwrap().unwrap(), "later".into());
    assert_eq!(start.elapsed(), 60 * SECOND);
}

#[solipsism::test(tokio)]
async fn a_timeout_is_exact_and_the_answer_still_comes() {
    let mut socket = connected().await;
    let start = Instant::now();
    socket.send("later".into()).await.unwrap();
    let patience = Duration::from_nanos(1_500_000_001);
    let answer = solipsism::time::timeout(patience, socket.next()).await;
    assert!(answer.is_err());
    assert_eq!(start.elapsed(), patience);
    assert_eq!(socket.next().await.unwrap().unwrap(), "later".into());
    assert_eq!(start.elapsed(), 60 * SECOND);
}

#[solipsism::test(tokio)]
async fn a_link_of_fifty_milliseconds_is_passed_as_often_as_the_protocol_says() {
    let half = Duration::from_millis(50);
    let link = Network::current().link("localhost", "api.internal");
    link.latency(half);
    let start = Instant::now();
    let mut socket = connected().await;
    // To connect, and to agree on websockets.
    assert_eq!(start.elapsed(), 4 * half);
    socket.send("hello".into()).await.unwrap();
    assert_eq!(socket.next().await.unwrap().unwrap(), "hello".into());
    assert_eq!(start.elapsed(), 6 * half);
    socket.close(None).await.unwrap();
    assert!(socket.next().await.unwrap().unwrap().is_close());
    assert!(socket.next().await.is_none());
    assert_eq!(start.elapsed(), 8 * half);
}
