//! Listeners and who connects to them: addresses, ports, backlogs, and when a connection is refused.

mod accepting;
mod addresses;
mod binding;
mod connecting;
mod families;
mod giving_up;
mod incoming;
mod misuse;
mod sockets;
mod unix;

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::Poll;

use solipsism::net::{TcpListener, TcpStream};

/// The kind of a result's error.
fn kind<T: std::fmt::Debug>(result: io::Result<T>) -> io::ErrorKind {
    result.expect_err("it fails").kind()
}

/// Polls a future once.
async fn polled<F: Future>(mut future: Pin<&mut F>) -> Poll<F::Output> {
    std::future::poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await
}

fn addr(text: &str) -> SocketAddr {
    text.parse().expect("it is an address")
}

/// A connection by this address, at which somebody listens.
async fn connection(listener: &TcpListener, to: &str) -> (TcpStream, TcpStream) {
    let client = TcpStream::connect(to).await.expect("somebody listens");
    let (server, from) = listener.accept().await.expect("it was connected to");
    assert_eq!(from, server.peer_addr().expect("it is connected"));
    (client, server)
}

solipsism::main!();
