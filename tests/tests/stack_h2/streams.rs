//! Streams of one connection: many at once, windows, resets.

use std::future::poll_fn;
use std::time::Duration;

use bytes::Bytes;
use h2::Reason;
use solipsism::net::{Network, TcpListener, TcpStream};
use solipsism::time::{Instant, timeout};

use super::peers::{MINUTE, answer, connect, get, read, request, send, serve};

super::in_both_worlds! {
    an_answer_that_takes_a_minute
    a_hundred_streams_share_a_connection_and_a_minute
    a_megabyte_there_and_back_through_small_windows_and_a_smaller_stream
    whoever_gets_no_window_waits_for_it
    a_stream_that_the_server_resets
    a_request_that_is_given_up_is_cancelled_at_that_instant
}

async fn an_answer_that_takes_a_minute() {
    serve().await;
    let (client, _connection) = connect().await;
    let start = Instant::now();
    assert_eq!(get(&client, "/slow").await.unwrap(), "at last");
    assert_eq!(start.elapsed(), MINUTE);
}

async fn a_hundred_streams_share_a_connection_and_a_minute() {
    serve().await;
    let (client, _connection) = connect().await;
    let start = Instant::now();
    let mut answers = solipsism::task::JoinSet::new();
    for _ in 0..100 {
        let client = client.clone();
        answers.spawn(async move { get(&client, "/slow").await });
    }
    for answer in answers.join_all().await {
        assert_eq!(answer.unwrap(), "at last");
    }
    assert_eq!(start.elapsed(), MINUTE);
}

async fn a_megabyte_there_and_back_through_small_windows_and_a_smaller_stream() {
    Network::current().set_capacity(1000);
    serve().await;
    let (client, _connection) = connect().await;
    let mut client = client.ready().await.unwrap();
    let all: Bytes = (0..1 << 20)
        .map(|i: u32| i.to_le_bytes()[i as usize % 3])
        .collect();
    let (response, mut there) = client.send_request(request("/echo"), false).unwrap();
    let sent = all.clone();
    let sending = solipsism::spawn(async move {
        send(&mut there, sent).await.unwrap();
        there.send_data(Bytes::new(), true).unwrap();
    });
    let mut back = response.await.unwrap().into_body();
    assert!(read(&mut back).await.unwrap() == all);
    sending.await.unwrap();
}

async fn whoever_gets_no_window_waits_for_it() {
    serve().await;
    let (client, _connection) = connect().await;
    let mut client = client.ready().await.unwrap();
    let start = Instant::now();
    let (response, mut there) = client.send_request(request("/patient"), false).unwrap();
    let window = Bytes::from(vec![7; 65_535]);
    send(&mut there, window.clone()).await.unwrap();
    assert_eq!(start.elapsed(), Duration::ZERO);
    send(&mut there, window).await.unwrap();
    assert_eq!(start.elapsed(), MINUTE);
    there.send_data(Bytes::new(), true).unwrap();
    let mut body = response.await.unwrap().into_body();
    assert_eq!(read(&mut body).await.unwrap(), "131070");
}

async fn a_stream_that_the_server_resets() {
    serve().await;
    let (client, _connection) = connect().await;
    let refused = get(&client, "/refuse").await.unwrap_err();
    assert!(refused.is_reset() && refused.is_remote());
    assert_eq!(refused.reason(), Some(Reason::REFUSED_STREAM));
    assert_eq!(get(&client, "/slow").await.unwrap(), "at last");
}

async fn a_request_that_is_given_up_is_cancelled_at_that_instant() {
    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    let start = Instant::now();
    let server = solipsism::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut connection = h2::server::handshake(stream).await.unwrap();
        let (_request, mut respond) = connection.accept().await.unwrap().unwrap();
        // Its connection is driven meanwhile.
        let driving = solipsism::spawn(async move { connection.accept().await.is_none() });
        let reason = poll_fn(|cx| respond.poll_reset(cx)).await.unwrap();
        let given_up = start.elapsed();
        drop(respond);
        assert!(driving.await.unwrap());
        (reason, given_up)
    });
    let (client, connection) = connect().await;
    let patience = Duration::from_nanos(1_500_000_001);
    assert!(timeout(patience, get(&client, "/slow")).await.is_err());
    drop(client);
    assert_eq!(server.await.unwrap(), (Reason::CANCEL, patience));
    connection.await.unwrap().unwrap();
    assert_eq!(start.elapsed(), patience);
}

#[solipsism::test(tokio)]
async fn tokios_tasks_drive_both_sides() {
    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut connection = h2::server::handshake(stream).await.unwrap();
        while let Some(asked) = connection.accept().await {
            let (request, respond) = asked.unwrap();
            tokio::spawn(answer(request, respond));
        }
    });
    let stream = TcpStream::connect("api.internal:80").await.unwrap();
    let (client, connection) = h2::client::handshake(stream).await.unwrap();
    let driven = tokio::spawn(connection);
    let start = Instant::now();
    assert_eq!(get(&client, "/slow").await.unwrap(), "at last");
    assert_eq!(start.elapsed(), MINUTE);
    drop(client);
    driven.await.unwrap().unwrap();
}
