//! tokio's traits on every stream, and axum's on the listeners.

use std::io::IoSlice;

use solipsism::net::unix::pipe::pipe;
use solipsism::net::{self, Stream, TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::io::{
    AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader, ReadBuf,
};

async fn tcp_pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    let client = TcpStream::connect("api.internal:80").await.unwrap();
    let (server, _) = listener.accept().await.unwrap();
    (client, server)
}

/// Writes in one direction until its end; then reads the other one.
async fn ask_and_listen(
    mut writer: impl AsyncWrite + Unpin,
    mut reader: impl AsyncRead + Unpin,
) -> String {
    writer.write_all(b"one\ntwo\n").await.unwrap();
    writer.flush().await.unwrap();
    writer.shutdown().await.unwrap();
    let mut all = String::new();
    reader.read_to_string(&mut all).await.unwrap();
    all
}

/// Reads to the end, line by line, and answers only then.
async fn listen_and_answer(reader: impl AsyncRead + Unpin, mut writer: impl AsyncWrite + Unpin) {
    let mut lines = BufReader::new(reader).lines();
    let mut answer = String::new();
    while let Some(line) = lines.next_line().await.unwrap() {
        answer.insert_str(0, &line);
    }
    writer.write_all(answer.as_bytes()).await.unwrap();
    writer.shutdown().await.unwrap();
}

#[solipsism::test]
async fn a_tcp_stream_ends_one_direction_and_reads_on() {
    let (mut client, mut server) = tcp_pair().await;
    let served = solipsism::spawn(async move {
        let (reader, writer) = server.split();
        listen_and_answer(reader, writer).await;
    });
    let (reader, writer) = client.split();
    assert_eq!(ask_and_listen(writer, reader).await, "twoone");
    served.await.unwrap();
}

#[solipsism::test]
async fn a_unix_stream_likewise_by_owned_halves() {
    let (client, server) = UnixStream::pair().unwrap();
    let (reader, writer) = server.into_split();
    let served = solipsism::spawn(listen_and_answer(reader, writer));
    let (reader, writer) = client.into_split();
    assert_eq!(ask_and_listen(writer, reader).await, "twoone");
    served.await.unwrap();
}

#[solipsism::test]
async fn a_stream_of_any_transport_likewise() {
    let (client, server) = tcp_pair().await;
    // One that is none of this crate's, to the stream: it goes through a box.
    let (mut client, server) = (Stream::new(client), Stream::from(server));
    let (reader, writer) = server.into_split();
    let served = solipsism::spawn(listen_and_answer(reader, writer));
    let (reader, writer) = client.split();
    assert_eq!(ask_and_listen(writer, reader).await, "twoone");
    served.await.unwrap();
}

#[solipsism::test]
async fn tokios_own_split_and_copies_work() {
    let (client, server) = tcp_pair().await;
    let echo = solipsism::spawn(async move {
        let (mut reader, mut writer) = tokio::io::split(server);
        tokio::io::copy(&mut reader, &mut writer).await.unwrap();
        writer.shutdown().await.unwrap();
    });
    let (reader, writer) = tokio::io::split(client);
    assert_eq!(ask_and_listen(writer, reader).await, "one\ntwo\n");
    echo.await.unwrap();
}

#[solipsism::test]
async fn a_pipe_goes_one_way() {
    let (mut sender, mut receiver) = pipe().unwrap();
    sender.write_all(b"hi").await.unwrap();
    drop(sender);
    let mut all = String::new();
    receiver.read_to_string(&mut all).await.unwrap();
    assert_eq!(all, "hi");
}

#[solipsism::test]
async fn a_read_appends_to_what_the_buffer_has() {
    let (mut client, mut server) = tcp_pair().await;
    client.write_all(b"hello").await.unwrap();
    let mut room = [b'-'; 6];
    let mut buf = ReadBuf::new(&mut room);
    buf.put_slice(b">");
    std::future::poll_fn(|cx| std::pin::Pin::new(&mut server).poll_read(cx, &mut buf))
        .await
        .unwrap();
    assert_eq!(buf.filled(), b">hello");
}

#[solipsism::test]
async fn several_slices_are_written_at_once() {
    let (mut client, mut server) = tcp_pair().await;
    assert!(AsyncWrite::is_write_vectored(&client));
    let slices = [
        IoSlice::new(b"one "),
        IoSlice::new(b""),
        IoSlice::new(b"two"),
    ];
    assert_eq!(client.write_vectored(&slices).await.unwrap(), 7);
    let mut seven = [0; 7];
    server.read_exact(&mut seven).await.unwrap();
    assert_eq!(&seven, b"one two");
}

#[solipsism::test]
async fn a_reset_is_an_error_to_tokio_too() {
    let (mut client, server) = tcp_pair().await;
    server.set_zero_linger().unwrap();
    drop(server);
    let error = client.read_u8().await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
}

#[solipsism::test]
async fn both_families_of_traits_serve_one_stream() {
    let (mut client, mut server) = UnixStream::pair().unwrap();
    solipsism::io::AsyncWriteExt::write_all(&mut client, b"one")
        .await
        .unwrap();
    client.write_all(b"two").await.unwrap();
    let mut six = [0; 6];
    server.read_exact(&mut six[..3]).await.unwrap();
    solipsism::io::AsyncReadExt::read_exact(&mut server, &mut six[3..])
        .await
        .unwrap();
    assert_eq!(&six, b"onetwo");
}

#[solipsism::test]
async fn axum_can_accept_from_the_listeners() {
    async fn accept<L: axum::serve::Listener>(mut listener: L) -> (L::Io, L::Addr, L::Addr) {
        let (io, peer) = listener.accept().await;
        (io, peer, listener.local_addr().unwrap())
    }

    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    let client = TcpStream::connect("api.internal:80").await.unwrap();
    let (_io, peer, local) = accept(listener).await;
    assert_eq!(
        (peer, local),
        (client.local_addr().unwrap(), client.peer_addr().unwrap())
    );

    let listener = UnixListener::bind("/run/api.sock").unwrap();
    let client = UnixStream::connect("/run/api.sock").await.unwrap();
    let (_io, peer, local) = accept(listener).await;
    assert!(peer.is_unnamed());
    assert_eq!(local, client.peer_addr().unwrap());
}

#[solipsism::test]
async fn axum_waits_where_a_crashed_host_accepts_nobody_any_more(network: net::Network) {
    let mut listener = TcpListener::bind("api.internal:80").await.unwrap();
    network.host("api.internal").crash();
    let accept = axum::serve::Listener::accept(&mut listener);
    let patience = std::time::Duration::from_secs(3600);
    assert!(solipsism::time::timeout(patience, accept).await.is_err());
}

solipsism::main!();
