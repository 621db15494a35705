//! `solipsism::io` on streams, and what may go to another thread.

use std::io::ErrorKind;

use solipsism::io::{
    self, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, BufWriter, Cursor,
};
use solipsism::net::unix::pipe::{Receiver, Sender, pipe};
use solipsism::net::{
    Interest, TcpListener, TcpSocket, TcpStream, UnixListener, UnixStream, lookup_host, tcp, unix,
};
use solipsism::spawn;

use crate::kinds::{Kind, kind, on_each_kind};

async fn lines_are_read_through_a_buffer<K: Kind>() {
    let (mut a, b) = K::pair().await;
    a.write_all(b"one\ntwo\r\nthree").await.unwrap();
    drop(a);
    let mut reader = BufReader::new(b);
    let mut line = String::new();
    let mut lines = Vec::new();
    while reader.read_line(&mut line).await.unwrap() > 0 {
        lines.push(std::mem::take(&mut line));
    }
    assert_eq!(lines, ["one\n", "two\r\n", "three"]);
}

async fn a_buffer_writes_when_it_is_flushed<K: Kind>() {
    let (a, mut b) = K::pair().await;
    let mut writer = BufWriter::new(a);
    writer.write_all(b"data").await.unwrap();
    let mut buf = [0; 8];
    assert_eq!(
        kind(crate::kinds::Stream::try_read(&b, &mut buf)),
        ErrorKind::WouldBlock
    );
    writer.flush().await.unwrap();
    assert_eq!(b.read(&mut buf).await.unwrap(), 4);
    writer.write_all(b"last").await.unwrap();
    writer.close().await.unwrap();
    let mut rest = String::new();
    b.read_to_string(&mut rest).await.unwrap();
    assert_eq!(rest, "last");
}

async fn a_stream_is_copied_into_another<K: Kind>() {
    let (mut a, b) = K::pair_of(10).await;
    let (c, mut d) = K::pair_of(7).await;
    let copy = spawn(async move { io::copy(b, &mut { c }).await });
    let writer = spawn(async move { a.write_all(&[3; 1000]).await });
    let mut all = Vec::new();
    d.read_to_end(&mut all).await.unwrap();
    assert_eq!((all.len(), copy.await.unwrap().unwrap()), (1000, 1000));
    writer.await.unwrap().unwrap();
}

async fn a_stream_is_split_by_the_trait<K: Kind>() {
    let (a, b) = K::pair().await;
    let (mut reader, mut writer) = a.split();
    let (echo_reader, mut echo_writer) = b.split();
    let echo = spawn(async move {
        io::copy(echo_reader, &mut echo_writer).await.unwrap();
        echo_writer.close().await.unwrap();
    });
    writer.write_all(b"round").await.unwrap();
    writer.close().await.unwrap();
    let mut all = String::new();
    reader.read_to_string(&mut all).await.unwrap();
    assert_eq!(all, "round");
    echo.await.unwrap();
}

async fn a_stream_is_taken_and_chained<K: Kind>() {
    let (mut a, b) = K::pair().await;
    a.write_all(b"0123456789").await.unwrap();
    let mut all = String::new();
    let mut reader = Cursor::new(b"before ").chain(b.take(4));
    reader.read_to_string(&mut all).await.unwrap();
    assert_eq!(all, "before 0123");
}

on_each_kind!(
    lines_are_read_through_a_buffer,
    a_buffer_writes_when_it_is_flushed,
    a_stream_is_copied_into_another,
    a_stream_is_split_by_the_trait,
    a_stream_is_taken_and_chained,
);

fn is_send_and_sync<T: Send + Sync>() {}

fn is_send<T: Send>(_: &T) {}

#[solipsism::test]
async fn handles_may_go_to_another_thread() {
    is_send_and_sync::<TcpStream>();
    is_send_and_sync::<TcpListener>();
    is_send_and_sync::<TcpSocket>();
    is_send_and_sync::<tcp::ReadHalf<'_>>();
    is_send_and_sync::<tcp::WriteHalf<'_>>();
    is_send_and_sync::<tcp::OwnedReadHalf>();
    is_send_and_sync::<tcp::OwnedWriteHalf>();
    is_send_and_sync::<tcp::ReuniteError>();
    is_send_and_sync::<UnixStream>();
    is_send_and_sync::<UnixListener>();
    is_send_and_sync::<unix::ReadHalf<'_>>();
    is_send_and_sync::<unix::WriteHalf<'_>>();
    is_send_and_sync::<unix::OwnedReadHalf>();
    is_send_and_sync::<unix::OwnedWriteHalf>();
    is_send_and_sync::<unix::SocketAddr>();
    is_send_and_sync::<Sender>();
    is_send_and_sync::<Receiver>();
    is_send_and_sync::<io::BufReader<TcpStream>>();
}

/// None of them is awaited: it is enough that they compile.
#[solipsism::test]
async fn futures_may_go_to_another_thread() {
    is_send(&TcpStream::connect("server:80"));
    is_send(&TcpStream::connect(("server", 80)));
    is_send(&TcpListener::bind(String::from("server:80")));
    is_send(
        &TcpSocket::new_v4()
            .unwrap()
            .connect(([10, 1, 1, 1], 80).into()),
    );
    is_send(&UnixStream::connect("/run/server"));
    is_send(&lookup_host("server:80"));

    let listener = TcpListener::bind("server:80").await.unwrap();
    is_send(&listener.accept());
    let local = UnixListener::bind("/run/server").unwrap();
    is_send(&local.accept());

    let mut buf = [0; 8];
    let mut stream = TcpStream::connect("server:80").await.unwrap();
    is_send(&stream.peek(&mut buf));
    is_send(&stream.readable());
    is_send(&stream.writable());
    is_send(&stream.ready(Interest::READABLE));
    is_send(&stream.shutdown());
    is_send(&stream.read(&mut buf));
    is_send(&stream.write_all(b"x"));
    let (mut reader, writer) = stream.into_split();
    is_send(&reader.peek(&mut buf));
    is_send(&writer.writable());
    let (sender, receiver) = pipe().unwrap();
    is_send(&sender.writable());
    is_send(&receiver.readable());
}
