//! The programs of the chapter, and what they do with tokio's own sockets and clock, which is their other side.

#[path = "listeners_from_outside_clock.rs"]
mod clock;
#[path = "listeners_from_outside_http.rs"]
mod http;
#[path = "listeners_from_outside_incoming.rs"]
mod incoming;
#[path = "listeners_from_outside_traits.rs"]
mod traits;

use std::time::Duration;

use clock::Tokio;
use http::Greeter;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use traits::Tcp;

async fn listener() -> (TcpListener, &'static str) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap().to_string();
    (listener, addr.leak())
}

#[tokio::test]
async fn incoming_of_tokio() {
    let (listener, addr) = listener().await;
    tokio::spawn(incoming::run(listener));
    let mut client = TcpStream::connect(addr).await.unwrap();
    client.write_all(b"hello\n").await.unwrap();
    let mut answer = [0; 6];
    client.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HELLO\n");
}

#[tokio::test]
async fn traits_of_tokio() {
    let (front, addr) = listener().await;
    let (backend, behind) = listener().await;
    tokio::spawn(traits::proxy(front, Tcp, behind));
    let mut client = TcpStream::connect(addr).await.unwrap();
    let (mut inward, _) = backend.accept().await.unwrap();
    inward.write_all(b"hello").await.unwrap();
    drop(inward);
    let mut heard = String::new();
    client.read_to_string(&mut heard).await.unwrap();
    assert_eq!(heard, "hello");
}

#[tokio::test(start_paused = true)]
async fn clock_of_tokio() {
    let (send, mut done) = tokio::sync::mpsc::unbounded_channel();
    let runtime = Tokio(tokio::time::Instant::now());
    clock::hourly(&runtime, move |at| send.send(at).unwrap());
    assert_eq!(done.recv().await, Some(Duration::from_secs(3600)));
}

#[tokio::test]
async fn http_of_tokio() {
    let (listener, addr) = listener().await;
    tokio::spawn(http::run(listener));
    let uri = format!("http://{addr}/").leak();
    let greeting = Greeter::over_tcp().greeting(uri).await.unwrap();
    assert_eq!(greeting, "hi");
}
