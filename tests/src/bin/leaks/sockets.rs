use std::mem::forget;

use solipsism::io::AsyncWriteExt;
use solipsism::net::unix::pipe;
use solipsism::net::{TcpListener, TcpStream, UdpSocket, UnixDatagram, UnixListener, UnixStream};

crate::leaves!(
    a_listener,
    a_client,
    an_accepted_stream,
    a_unix_listener,
    unix_streams,
    a_pair,
    a_pipe,
    a_udp_socket,
    a_unix_datagram_socket,
);

/// One connection waits there.
async fn a_listener() {
    forget(TcpListener::bind("api.internal:80").await.unwrap());
    TcpStream::connect("api.internal:80").await.unwrap();
}

async fn a_client() {
    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    let client = TcpStream::connect("api.internal:80").await.unwrap();
    let (mut server, _) = listener.accept().await.unwrap();
    server.write_all(b"hello").await.unwrap();
    forget(client);
}

async fn an_accepted_stream() {
    let listener = TcpListener::bind("127.0.0.1:80").await.unwrap();
    for _ in 0..2 {
        TcpStream::connect("127.0.0.1:80").await.unwrap();
        forget(listener.accept().await.unwrap());
    }
}

async fn a_unix_listener() {
    forget(UnixListener::bind("/run/api.sock").unwrap());
}

async fn unix_streams() {
    let listener = UnixListener::bind("/run/api.sock").unwrap();
    forget(UnixStream::connect("/run/api.sock").await.unwrap());
    forget(listener.accept().await.unwrap());
}

async fn a_pair() {
    forget(UnixStream::pair().unwrap());
}

async fn a_pipe() {
    let (mut sender, receiver) = pipe::pipe().unwrap();
    sender.write_all(b"!").await.unwrap();
    forget((sender, receiver));
}

async fn a_udp_socket() {
    let socket = UdpSocket::bind("api.internal:53").await.unwrap();
    let other = UdpSocket::bind("0.0.0.0:0").await.unwrap();
    other.send_to(b"one", "api.internal:53").await.unwrap();
    other.send_to(b"two", "api.internal:53").await.unwrap();
    forget(socket);
}

async fn a_unix_datagram_socket() {
    forget(UnixDatagram::bind("/run/log.sock").unwrap());
}
