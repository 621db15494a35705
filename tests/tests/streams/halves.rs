//! The two directions of a stream as values of their own.

use std::io::ErrorKind;

use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::{TcpStream, UnixStream, tcp, unix};
use solipsism::spawn;
use solipsism::task::yield_now;

use crate::kinds::{Kind, Pair, Stream, Tcp, kind, on_each_kind};

async fn two_tasks_use_the_two_halves<K: Kind>() {
    let (a, b) = K::pair_of(3).await;
    let (mut reader, mut writer) = a.into_split();
    let (mut echo_reader, mut echo_writer) = b.into_split();
    let echo = spawn(async move {
        let copied = solipsism::io::copy(&mut echo_reader, &mut echo_writer).await;
        drop(echo_writer);
        (copied.unwrap(), echo_reader)
    });
    let reading = spawn(async move {
        let mut all = Vec::new();
        reader.read_to_end(&mut all).await.unwrap();
        all
    });
    writer.write_all(&[5; 100]).await.unwrap();
    drop(writer);
    assert_eq!(reading.await.unwrap(), [5; 100]);
    assert_eq!(echo.await.unwrap().0, 100);
}

async fn a_half_that_waits_keeps_the_other_from_nothing<K: Kind>() {
    let (a, mut b) = K::pair().await;
    let (mut reader, mut writer) = a.into_split();
    let reading = spawn(async move {
        let mut buf = [0; 4];
        reader.read_exact(&mut buf).await.map(|()| buf)
    });
    yield_now().await;
    writer.write_all(b"ping").await.unwrap();
    let mut buf = [0; 4];
    b.read_exact(&mut buf).await.unwrap();
    b.write_all(b"pong").await.unwrap();
    assert_eq!(&reading.await.unwrap().unwrap(), b"pong");
}

async fn a_dropped_writer_ends_its_direction_alone<K: Kind>() {
    let (a, mut b) = K::pair().await;
    let (mut reader, mut writer) = a.into_split();
    writer.write_all(b"last").await.unwrap();
    drop(writer);
    let mut all = String::new();
    b.read_to_string(&mut all).await.unwrap();
    assert_eq!(all, "last");
    b.write_all(b"back").await.unwrap();
    let mut buf = [0; 4];
    reader.read_exact(&mut buf).await.unwrap();
    assert_eq!(&buf, b"back");
}

async fn a_dropped_reader_ends_nothing<K: Kind>() {
    let (a, mut b) = K::pair().await;
    let (reader, mut writer) = a.into_split();
    drop(reader);
    b.write_all(b"unread").await.unwrap();
    writer.write_all(b"data").await.unwrap();
    let mut buf = [0; 8];
    assert_eq!(b.read(&mut buf).await.unwrap(), 4);
    // With the second half the stream goes, and what was not read is told.
    drop(writer);
    let result = b.read(&mut buf).await;
    if K::TAKES_ONE_MORE {
        assert_eq!(result.unwrap(), 0, "the end was sent before the reset");
    } else {
        assert_eq!(kind(result), ErrorKind::ConnectionReset);
    }
}

async fn a_forgotten_writer_ends_nothing_until_the_other_half_goes<K: Kind>() {
    let (a, mut b) = K::pair().await;
    let (reader, writer) = a.into_split();
    K::Stream::forget(writer);
    assert_eq!(kind(b.try_read(&mut [0; 8])), ErrorKind::WouldBlock);
    b.write_all(b"fine").await.unwrap();
    drop(reader);
    assert_eq!(kind(b.read(&mut [0; 8]).await), ErrorKind::ConnectionReset);
}

async fn halves_are_reunited_without_an_end<K: Kind>() {
    let (a, mut b) = K::pair().await;
    let (reader, writer) = a.into_split();
    let mut a = K::Stream::reunite(reader, writer).expect("they are of one stream");
    assert_eq!(kind(b.try_read(&mut [0; 8])), ErrorKind::WouldBlock);
    a.write_all(b"on").await.unwrap();
    assert_eq!(b.read(&mut [0; 8]).await.unwrap(), 2);
    let (reader, _writer) = a.into_split();
    let (_reader, writer) = b.into_split();
    assert!(K::Stream::reunite(reader, writer).is_none());
}

async fn closing_a_writer_twice_is_as_once<K: Kind>() {
    let (a, mut b) = K::pair().await;
    let (_reader, mut writer) = a.into_split();
    writer.close().await.unwrap();
    writer.close().await.unwrap();
    assert_eq!(kind(writer.write(b"x").await), ErrorKind::BrokenPipe);
    drop(writer);
    assert_eq!(b.read(&mut [0; 8]).await.unwrap(), 0);
}

on_each_kind!(
    two_tasks_use_the_two_halves,
    a_half_that_waits_keeps_the_other_from_nothing,
    a_dropped_writer_ends_its_direction_alone,
    a_dropped_reader_ends_nothing,
    a_forgotten_writer_ends_nothing_until_the_other_half_goes,
    halves_are_reunited_without_an_end,
    closing_a_writer_twice_is_as_once,
);

/// By its full name, since `AsyncReadExt` has a `split` that takes the stream.
#[solipsism::test]
async fn a_borrowed_stream_is_split_for_a_while() {
    let (mut a, mut b) = Tcp::pair().await;
    {
        let (mut reader, mut writer): (tcp::ReadHalf<'_>, tcp::WriteHalf<'_>) =
            TcpStream::split(&mut a);
        writer.write_all(b"ping").await.unwrap();
        b.write_all(b"pong").await.unwrap();
        let mut buf = [0; 4];
        assert_eq!(reader.peek(&mut buf).await.unwrap(), 4);
        reader.read_exact(&mut buf).await.unwrap();
        assert_eq!((&buf, reader.peer_addr().unwrap().port()), (b"pong", 80));
        assert_eq!(writer.local_addr().unwrap(), reader.local_addr().unwrap());
    }
    assert_eq!(b.try_read(&mut [0; 8]).unwrap(), 4);
    assert_eq!(
        kind(b.try_read(&mut [0; 8])),
        ErrorKind::WouldBlock,
        "it is still open"
    );
    a.write_all(b"on").await.unwrap();
}

#[solipsism::test]
async fn halves_have_the_methods_of_their_direction() {
    let (a, b) = UnixStream::pair_with_capacity(4).unwrap();
    let (mut reader, writer): (unix::OwnedReadHalf, unix::OwnedWriteHalf) = a.into_split();
    writer.writable().await.unwrap();
    assert_eq!(writer.try_write(b"full!").unwrap(), 4);
    assert_eq!(kind(writer.try_write(b"!")), ErrorKind::WouldBlock);
    assert_eq!(b.try_write(b"data").unwrap(), 4);
    reader.readable().await.unwrap();
    assert_eq!(reader.peek(&mut [0; 8]).await.unwrap(), 4);
    assert_eq!(reader.try_read(&mut [0; 8]).unwrap(), 4);
    assert!(reader.local_addr().unwrap().is_unnamed());
    let whole: &UnixStream = reader.as_ref();
    assert!(whole.peer_addr().unwrap().is_unnamed());
    writer.shutdown().await.unwrap();
    assert_eq!(kind(writer.try_write(b"x")), ErrorKind::BrokenPipe);
}

#[solipsism::test]
async fn halves_of_two_streams_come_back_with_the_error() {
    let (a, b) = Tcp::pair().await;
    let (_c, d) = Pair::pair().await;
    drop(d);
    let ((a_reader, a_writer), (b_reader, b_writer)) = (a.into_split(), b.into_split());
    let error = a_reader.reunite(b_writer).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the two halves belong to different streams"
    );
    let (a_reader, b_writer) = (error.0, error.1);
    let a: TcpStream = a_writer.reunite(a_reader).unwrap();
    let b = b_writer.reunite(b_reader).unwrap();
    assert_eq!(a.local_addr().unwrap(), b.peer_addr().unwrap());
}
