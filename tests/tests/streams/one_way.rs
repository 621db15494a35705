//! One direction of a stream: what is written is read, in order, and then comes the end.

use std::io::{ErrorKind, IoSlice, IoSliceMut};
use std::pin::pin;

use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::spawn;
use solipsism::task::yield_now;
use solipsism::time::Instant;

use crate::kinds::{Kind, Stream, kind, on_each_kind, polled};

async fn what_is_written_is_read_in_the_same_instant<K: Kind>() {
    let (mut a, b) = K::pair().await;
    let now = Instant::now();
    a.write_all(b"ping").await.unwrap();
    let mut buf = [0; 8];
    assert_eq!(b.try_read(&mut buf).unwrap(), 4);
    assert_eq!((&buf[..4], Instant::now()), (&b"ping"[..], now));
}

async fn both_directions_are_apart<K: Kind>() {
    let (mut a, mut b) = K::pair().await;
    a.write_all(b"ping").await.unwrap();
    b.write_all(b"pong!").await.unwrap();
    let mut buf = [0; 8];
    assert_eq!(a.read(&mut buf).await.unwrap(), 5);
    assert_eq!(&buf[..5], b"pong!");
    assert_eq!(b.read(&mut buf).await.unwrap(), 4);
    assert_eq!(&buf[..4], b"ping");
}

async fn a_stream_has_no_messages<K: Kind>() {
    let (mut a, mut b) = K::pair().await;
    for part in ["one", "two", "three"] {
        a.write_all(part.as_bytes()).await.unwrap();
    }
    let mut buf = [0; 7];
    assert_eq!(b.read(&mut buf).await.unwrap(), 7);
    assert_eq!(&buf, b"onetwot");
    assert_eq!(b.read(&mut buf).await.unwrap(), 4);
    assert_eq!(&buf[..4], b"hree");
}

async fn nothing_there_would_block<K: Kind>() {
    let (a, b) = K::pair().await;
    for end in [&a, &b] {
        assert_eq!(kind(end.try_read(&mut [0; 8])), ErrorKind::WouldBlock);
        let mut buf = [0; 8];
        let bufs = &mut [IoSliceMut::new(&mut buf)];
        assert_eq!(kind(end.try_read_vectored(bufs)), ErrorKind::WouldBlock);
    }
}

async fn a_reader_waits_for_a_writer<K: Kind>() {
    let (mut a, mut b) = K::pair().await;
    let reader = spawn(async move {
        let mut buf = [0; 8];
        let count = b.read(&mut buf).await.unwrap();
        buf[..count].to_vec()
    });
    yield_now().await;
    assert!(!reader.is_finished());
    a.write_all(b"late").await.unwrap();
    assert_eq!(reader.await.unwrap(), b"late");
}

async fn several_buffers_are_written_and_read_at_once<K: Kind>() {
    let (mut a, mut b) = K::pair().await;
    let parts = [&b"one"[..], b"", b"two", b"three"].map(IoSlice::new);
    assert_eq!(a.write_vectored(&parts).await.unwrap(), 11);
    assert_eq!(a.try_write_vectored(&parts).unwrap(), 11);
    let (mut first, mut none, mut second) = ([0; 4], [0; 0], [0; 100]);
    let mut bufs = [
        IoSliceMut::new(&mut first),
        IoSliceMut::new(&mut none),
        IoSliceMut::new(&mut second),
    ];
    assert_eq!(b.read_vectored(&mut bufs).await.unwrap(), 22);
    assert_eq!(
        (&first, &second[..18]),
        (b"onet", &b"wothreeonetwothree"[..])
    );
}

/// As `recv`, `send`, `readv` and `writev` of Linux do.
async fn nothing_can_be_read_and_written<K: Kind>() {
    let (mut a, b) = K::pair().await;
    assert_eq!(a.try_write(b"").unwrap(), 0);
    assert_eq!(a.write(b"").await.unwrap(), 0);
    assert_eq!(a.try_write_vectored(&[]).unwrap(), 0);
    assert_eq!(
        kind(b.try_read(&mut [0; 8])),
        ErrorKind::WouldBlock,
        "nobody sees it"
    );

    assert_eq!(kind(b.try_read(&mut [])), ErrorKind::WouldBlock);
    assert_eq!(b.try_read_vectored(&mut []).unwrap(), 0);
    a.write_all(b"data").await.unwrap();
    assert_eq!(b.try_read(&mut []).unwrap(), 0);
    assert_eq!(b.try_read(&mut [0; 8]).unwrap(), 4);

    a.shutdown().await.unwrap();
    assert_eq!(b.try_read(&mut []).unwrap(), 0);
    assert_eq!(kind(a.try_write(b"")), ErrorKind::BrokenPipe);
    assert_eq!(a.try_write_vectored(&[IoSlice::new(b"")]).unwrap(), 0);
}

async fn flushing_does_nothing<K: Kind>() {
    let (mut a, b) = K::pair().await;
    a.flush().await.unwrap();
    a.write_all(b"x").await.unwrap();
    a.flush().await.unwrap();
    drop(b);
    a.flush().await.unwrap();
}

async fn the_end_comes_after_what_was_written_and_stays<K: Kind>() {
    let (mut a, mut b) = K::pair().await;
    a.write_all(b"data").await.unwrap();
    drop(a);
    let mut buf = [0; 3];
    assert_eq!(b.read(&mut buf).await.unwrap(), 3);
    assert_eq!(b.read(&mut buf).await.unwrap(), 1);
    for _ in 0..3 {
        assert_eq!(b.read(&mut buf).await.unwrap(), 0);
        assert_eq!(b.try_read(&mut buf).unwrap(), 0);
    }
    let mut rest = Vec::new();
    assert_eq!(b.read_to_end(&mut rest).await.unwrap(), 0);
}

async fn a_reader_is_woken_by_the_end<K: Kind>() {
    for by_dropping in [false, true] {
        let (a, mut b) = K::pair().await;
        let reader = spawn(async move { b.read(&mut [0; 8]).await.unwrap() });
        yield_now().await;
        assert!(!reader.is_finished());
        if by_dropping {
            drop(a);
        } else {
            a.shutdown().await.unwrap();
        }
        assert_eq!(reader.await.unwrap(), 0);
    }
}

async fn too_little_is_an_unexpected_end<K: Kind>() {
    let (mut a, mut b) = K::pair().await;
    a.write_all(b"data").await.unwrap();
    drop(a);
    let result = b.read_exact(&mut [0; 5]).await;
    assert_eq!(kind(result), ErrorKind::UnexpectedEof);
}

async fn a_read_that_was_given_up_loses_nothing<K: Kind>() {
    let (mut a, mut b) = K::pair().await;
    let mut buf = [0; 8];
    {
        let mut read = pin!(b.read(&mut buf));
        assert!(polled(read.as_mut()).await.is_pending());
        a.write_all(b"data").await.unwrap();
    }
    assert_eq!(b.read(&mut buf).await.unwrap(), 4);
    assert_eq!(&buf[..4], b"data");
}

async fn a_reader_that_was_aborted_loses_nothing<K: Kind>() {
    let (mut a, b) = K::pair().await;
    let (mut reader, _writer) = b.into_split();
    let task = spawn(async move {
        let read = reader.read(&mut [0; 8]).await;
        panic!("it was aborted before {read:?}");
    });
    yield_now().await;
    a.write_all(b"data").await.unwrap();
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    // Its half went with it, and the bytes were not read: the writer learns of the end as a whole.
    a.write_all(b"more").await.unwrap();
}

on_each_kind!(
    what_is_written_is_read_in_the_same_instant,
    both_directions_are_apart,
    a_stream_has_no_messages,
    nothing_there_would_block,
    a_reader_waits_for_a_writer,
    several_buffers_are_written_and_read_at_once,
    nothing_can_be_read_and_written,
    flushing_does_nothing,
    the_end_comes_after_what_was_written_and_stays,
    a_reader_is_woken_by_the_end,
    too_little_is_an_unexpected_end,
    a_read_that_was_given_up_loses_nothing,
    a_reader_that_was_aborted_loses_nothing,
);
