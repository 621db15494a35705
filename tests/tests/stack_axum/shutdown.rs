//! What `with_graceful_shutdown` does to a request in flight, to a new connection, and to one that is idle.

use std::io::ErrorKind;
use std::time::Duration;

use axum::routing::get;
use axum::{Router, serve};
use futures_util::{AsyncReadExt, AsyncWriteExt};
use http_body_util::BodyExt;
use solipsism::hyper::client;
use solipsism::net::{TcpListener, TcpStream};
use solipsism::time::Instant;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

const SECOND: Duration = Duration::from_secs(1);

/// A server that is told to stop after ten seconds.
async fn stops_after_ten_seconds() -> JoinHandle<Instant> {
    let slow = || async {
        tokio::time::sleep(60 * SECOND).await;
        "done"
    };
    let app = Router::new()
        .route("/slow", get(slow))
        .route("/", get(|| async { "hi" }));
    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    let stop = tokio::time::sleep(10 * SECOND);
    let serving = serve(listener, app).with_graceful_shutdown(stop);
    tokio::spawn(async {
        serving.await.unwrap();
        Instant::now()
    })
}

#[solipsism::test(tokio)]
async fn a_request_in_flight_is_answered_and_a_new_connection_refused() {
    let start = Instant::now();
    let served = stops_after_ten_seconds().await;
    let (sender, answered) = oneshot::channel();
    tokio::spawn(async move {
        let uri = "http://api.internal/slow".parse().unwrap();
        let response = client().get(uri).await.unwrap();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        sender.send((body, Instant::now())).unwrap();
    });
    solipsism::time::sleep(Duration::from_nanos(9_999_999_999)).await;
    TcpStream::connect("api.internal:80").await.unwrap();
    solipsism::time::sleep(Duration::from_nanos(1)).await;
    let error = TcpStream::connect("api.internal:80").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    let (body, at) = answered.await.unwrap();
    assert_eq!((&body[..], at - start), (&b"done"[..], 60 * SECOND));
    assert_eq!(served.await.unwrap() - start, 60 * SECOND);
}

#[solipsism::test(tokio)]
async fn an_idle_connection_is_closed_at_once() {
    let start = Instant::now();
    let served = stops_after_ten_seconds().await;
    let mut stream = TcpStream::connect("api.internal:80").await.unwrap();
    let request = b"GET / HTTP/1.1\r\nhost: api.internal\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\nhi"));
    assert_eq!(start.elapsed(), 10 * SECOND);
    assert_eq!(served.await.unwrap() - start, 10 * SECOND);
}

#[solipsism::test(tokio)]
async fn a_client_that_goes_away_is_not_waited_for() {
    let start = Instant::now();
    let served = stops_after_ten_seconds().await;
    let uri = "http://api.internal/slow".parse().unwrap();
    let patience = 30 * SECOND;
    let asked = tokio::time::timeout(patience, client().get(uri)).await;
    assert!(asked.is_err());
    assert_eq!(served.await.unwrap() - start, patience);
}
