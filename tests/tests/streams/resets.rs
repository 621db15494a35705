//! One end is dropped although something was not read: the other one learns that it was not.

use std::io::{self, ErrorKind};

use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::spawn;
use solipsism::task::yield_now;

use crate::kinds::{Kind, Stream, kind, on_each_kind};

/// One of which the other end was dropped with something unread, and what it wrote before that.
async fn reset<K: Kind>(wrote: &[u8]) -> K::Stream {
    let (mut a, mut b) = K::pair().await;
    a.write_all(b"unread").await.unwrap();
    b.write_all(wrote).await.unwrap();
    drop(b);
    a
}

async fn told(stream: &mut impl Stream) -> io::Result<usize> {
    stream.read(&mut [0; 8]).await
}

async fn a_reader_is_told_once<K: Kind>() {
    let mut a = reset::<K>(b"").await;
    assert_eq!(kind(told(&mut a).await), ErrorKind::ConnectionReset);
    for _ in 0..2 {
        assert_eq!(told(&mut a).await.unwrap(), 0);
        assert_eq!(kind(a.write_all(b"x").await), ErrorKind::BrokenPipe);
    }
    a.close().await.unwrap();
}

async fn a_writer_is_told_first<K: Kind>() {
    let mut a = reset::<K>(b"").await;
    if K::TAKES_ONE_MORE {
        assert_eq!(kind(a.write_all(b"x").await), ErrorKind::ConnectionReset);
    }
    assert_eq!(kind(a.write_all(b"x").await), ErrorKind::BrokenPipe);
    if !K::TAKES_ONE_MORE {
        assert_eq!(kind(told(&mut a).await), ErrorKind::ConnectionReset);
    }
    assert_eq!(told(&mut a).await.unwrap(), 0);
    assert_eq!(kind(a.write_all(b"x").await), ErrorKind::BrokenPipe);
}

async fn what_had_arrived_is_read_before<K: Kind>() {
    let mut a = reset::<K>(b"data").await;
    let mut buf = [0; 3];
    assert_eq!(a.read(&mut buf).await.unwrap(), 3);
    assert_eq!(a.read(&mut buf).await.unwrap(), 1);
    assert_eq!(kind(told(&mut a).await), ErrorKind::ConnectionReset);
    assert_eq!(told(&mut a).await.unwrap(), 0);
}

async fn the_error_can_be_taken<K: Kind>() {
    let mut a = reset::<K>(b"").await;
    let error = a.take_error().unwrap().expect("it was reset");
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert!(a.take_error().unwrap().is_none());
    assert_eq!(told(&mut a).await.unwrap(), 0);
    assert_eq!(kind(a.write_all(b"x").await), ErrorKind::BrokenPipe);
}

async fn what_was_read_in_part_is_unread<K: Kind>() {
    let (mut a, mut b) = K::pair().await;
    a.write_all(b"data").await.unwrap();
    b.read_exact(&mut [0; 3]).await.unwrap();
    drop(b);
    assert_eq!(kind(told(&mut a).await), ErrorKind::ConnectionReset);
}

async fn an_end_that_was_not_read_is_nothing_unread<K: Kind>() {
    let (a, b) = K::pair().await;
    let mut a = a;
    a.shutdown().await.unwrap();
    drop(b);
    assert_eq!(told(&mut a).await.unwrap(), 0);
}

async fn after_its_own_close_a_reader_is_told<K: Kind>() {
    let (mut a, mut b) = K::pair().await;
    a.write_all(b"unread").await.unwrap();
    a.close().await.unwrap();
    b.write_all(b"data").await.unwrap();
    drop(b);
    assert_eq!(told(&mut a).await.unwrap(), 4);
    assert_eq!(kind(told(&mut a).await), ErrorKind::ConnectionReset);
    assert_eq!(told(&mut a).await.unwrap(), 0);
}

/// TCP has nothing more to say to a reader that was told of the end.
async fn after_its_peers_close_a_reader_is_told_by_a_unix_socket_alone<K: Kind>() {
    let (mut a, mut b) = K::pair().await;
    b.write_all(b"data").await.unwrap();
    b.close().await.unwrap();
    a.write_all(b"unread").await.unwrap();
    drop(b);
    assert_eq!(told(&mut a).await.unwrap(), 4);
    if !K::TAKES_ONE_MORE {
        assert_eq!(kind(told(&mut a).await), ErrorKind::ConnectionReset);
    }
    assert_eq!(told(&mut a).await.unwrap(), 0);
    assert_eq!(kind(a.write_all(b"x").await), ErrorKind::BrokenPipe);
}

async fn when_both_have_closed_a_reader_is_told_by_a_unix_socket_alone<K: Kind>() {
    let (mut a, mut b) = K::pair().await;
    a.write_all(b"unread").await.unwrap();
    a.close().await.unwrap();
    b.close().await.unwrap();
    drop(b);
    if !K::TAKES_ONE_MORE {
        assert_eq!(kind(told(&mut a).await), ErrorKind::ConnectionReset);
    }
    assert_eq!(told(&mut a).await.unwrap(), 0);
}

async fn a_waiting_reader_is_told<K: Kind>() {
    let (mut a, b) = K::pair().await;
    a.write_all(b"unread").await.unwrap();
    let reader = spawn(async move { kind(told(&mut a).await) });
    yield_now().await;
    assert!(!reader.is_finished());
    drop(b);
    assert_eq!(reader.await.unwrap(), ErrorKind::ConnectionReset);
}

async fn a_blocked_writer_is_told<K: Kind>() {
    let (mut a, b) = K::pair_of(4).await;
    let writer = spawn(async move { (kind(a.write_all(&[7; 100]).await), a) });
    yield_now().await;
    assert!(!writer.is_finished());
    drop(b);
    let (told_writer, mut a) = writer.await.unwrap();
    if K::TAKES_ONE_MORE {
        assert_eq!(told_writer, ErrorKind::ConnectionReset);
    } else {
        assert_eq!(told_writer, ErrorKind::BrokenPipe);
        assert_eq!(kind(told(&mut a).await), ErrorKind::ConnectionReset);
    }
    assert_eq!(told(&mut a).await.unwrap(), 0);
    assert_eq!(kind(a.write_all(b"x").await), ErrorKind::BrokenPipe);
}

async fn a_reset_is_ready_for_everything<K: Kind>() {
    use solipsism::net::Interest;
    let a = reset::<K>(b"").await;
    let ready = a
        .ready(Interest::READABLE | Interest::WRITABLE)
        .await
        .unwrap();
    assert!(ready.is_readable() && ready.is_writable());
    assert!(ready.is_read_closed() && ready.is_write_closed());
}

async fn writing_to_a_peer_that_is_gone_is_no_reset_for_the_reader<K: Kind>() {
    let (mut a, b) = K::pair().await;
    drop(b);
    let _taken_or_broken = a.write(b"one").await;
    assert_eq!(told(&mut a).await.unwrap(), 0);
    assert_eq!(kind(a.write(b"two").await), ErrorKind::BrokenPipe);
    assert_eq!(told(&mut a).await.unwrap(), 0);
}

on_each_kind!(
    a_reader_is_told_once,
    a_writer_is_told_first,
    what_had_arrived_is_read_before,
    the_error_can_be_taken,
    what_was_read_in_part_is_unread,
    an_end_that_was_not_read_is_nothing_unread,
    after_its_own_close_a_reader_is_told,
    after_its_peers_close_a_reader_is_told_by_a_unix_socket_alone,
    when_both_have_closed_a_reader_is_told_by_a_unix_socket_alone,
    a_waiting_reader_is_told,
    a_blocked_writer_is_told,
    a_reset_is_ready_for_everything,
    writing_to_a_peer_that_is_gone_is_no_reset_for_the_reader,
);
