//! One end says that it sends no more, or is dropped with nothing unread.

use std::io::ErrorKind;
use std::pin::pin;

use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::Interest;
use solipsism::spawn;
use solipsism::task::yield_now;

use crate::kinds::{Kind, Stream, kind, on_each_kind, polled};

async fn each_half_closes_for_itself<K: Kind>() {
    let (mut a, mut b) = K::pair().await;
    let mut buf = [0; 8];
    a.write_all(b"last").await.unwrap();
    a.shutdown().await.unwrap();
    assert_eq!(b.read(&mut buf).await.unwrap(), 4);
    assert_eq!(b.read(&mut buf).await.unwrap(), 0);
    assert_eq!(kind(a.write_all(b"x").await), ErrorKind::BrokenPipe);

    b.write_all(b"the other way").await.unwrap();
    assert_eq!(a.read(&mut buf).await.unwrap(), 8);
    assert_eq!(a.read(&mut buf).await.unwrap(), 5);
    assert_eq!(kind(a.try_read(&mut buf)), ErrorKind::WouldBlock);
    b.shutdown().await.unwrap();
    for end in [&mut a, &mut b] {
        assert_eq!(end.read(&mut buf).await.unwrap(), 0);
        assert_eq!(kind(end.write_all(b"x").await), ErrorKind::BrokenPipe);
    }
}

/// By the trait's `close`, which is another name for it.
async fn closing_again_does_nothing<K: Kind>() {
    let (mut a, mut b) = K::pair().await;
    a.close().await.unwrap();
    a.close().await.unwrap();
    a.shutdown().await.unwrap();
    b.close().await.unwrap();
    a.close().await.unwrap();
    drop(b);
    a.close().await.unwrap();
    assert_eq!(a.read(&mut [0; 8]).await.unwrap(), 0);
    assert!(a.take_error().unwrap().is_none());
}

/// As trio's `send_eof` while the other end does not read.
async fn what_waits_in_a_full_buffer_is_read_before_the_end<K: Kind>() {
    let (a, mut b) = K::pair_of(10).await;
    assert_eq!(a.try_write(&[1; 20]).unwrap(), 10);
    a.shutdown().await.unwrap();
    let mut all = Vec::new();
    b.read_to_end(&mut all).await.unwrap();
    assert_eq!(all, [1; 10]);
    b.write_all(b"back").await.unwrap();
    assert_eq!(a.try_read(&mut [0; 8]).unwrap(), 4);
}

async fn a_blocked_writer_learns_that_its_own_end_was_closed<K: Kind>() {
    let (a, b) = K::pair_of(4).await;
    assert_eq!(a.try_write(b"full").unwrap(), 4);
    let a = std::rc::Rc::new(a);
    let waits = spawn({
        let a = std::rc::Rc::clone(&a);
        async move {
            a.writable().await.unwrap();
            kind(a.try_write(b"more"))
        }
    });
    yield_now().await;
    a.shutdown().await.unwrap();
    assert_eq!(waits.await.unwrap(), ErrorKind::BrokenPipe);
    let mut buf = [0; 8];
    assert_eq!(b.try_read(&mut buf).unwrap(), 4);
    assert_eq!(b.try_read(&mut buf).unwrap(), 0);
}

async fn a_blocked_writer_does_not_mind_that_its_peer_closes<K: Kind>() {
    let (mut a, mut b) = K::pair_of(4).await;
    a.write_all(b"full").await.unwrap();
    let writer = spawn(async move {
        a.write_all(b"more").await.unwrap();
        a
    });
    yield_now().await;
    b.shutdown().await.unwrap();
    b.read_exact(&mut [0; 8]).await.unwrap();
    let mut a = writer.await.unwrap();
    assert_eq!(a.read(&mut [0; 8]).await.unwrap(), 0);
    a.write_all(b"also").await.unwrap();
}

async fn a_peer_that_closed_its_direction_still_reads<K: Kind>() {
    let (mut a, mut b) = K::pair().await;
    b.shutdown().await.unwrap();
    assert_eq!(a.read(&mut [0; 8]).await.unwrap(), 0);
    for _ in 0..3 {
        a.write_all(b"abc").await.unwrap();
    }
    drop(a);
    let mut all = String::new();
    b.read_to_string(&mut all).await.unwrap();
    assert_eq!(all, "abcabcabc");
}

/// TCP takes the first write, and learns by its answer; a unix socket knows at once.
async fn writing_to_a_peer_that_was_dropped<K: Kind>() {
    for reads_first in [false, true] {
        let (mut a, b) = K::pair().await;
        drop(b);
        if reads_first {
            assert_eq!(a.read(&mut [0; 8]).await.unwrap(), 0);
        }
        if K::TAKES_ONE_MORE {
            assert_eq!(a.write(b"one").await.unwrap(), 3);
        }
        for _ in 0..3 {
            assert_eq!(kind(a.write(b"more").await), ErrorKind::BrokenPipe);
            assert_eq!(kind(a.try_write(b"more")), ErrorKind::BrokenPipe);
        }
        assert_eq!(a.read(&mut [0; 8]).await.unwrap(), 0);
    }
}

async fn what_a_dropped_peer_wrote_can_be_read_after_the_broken_pipe<K: Kind>() {
    let (mut a, mut b) = K::pair().await;
    b.write_all(b"data").await.unwrap();
    drop(b);
    if K::TAKES_ONE_MORE {
        a.write_all(b"one").await.unwrap();
    }
    let mut buf = [0; 2];
    assert_eq!(a.read(&mut buf).await.unwrap(), 2);
    assert_eq!(kind(a.write_all(b"two").await), ErrorKind::BrokenPipe);
    assert_eq!(a.read(&mut buf).await.unwrap(), 2);
    assert_eq!(&buf, b"ta");
    assert_eq!(a.read(&mut buf).await.unwrap(), 0);
}

async fn nothing_but_empty_writes_to_a_peer_that_was_dropped<K: Kind>() {
    let (a, b) = K::pair().await;
    drop(b);
    for _ in 0..2 {
        if K::TAKES_ONE_MORE {
            assert_eq!(a.try_write(b"").unwrap(), 0, "no packet, no answer");
        } else {
            assert_eq!(kind(a.try_write(b"")), ErrorKind::BrokenPipe);
        }
    }
}

async fn the_end_is_ready_and_told_as_closed<K: Kind>() {
    let (a, b) = K::pair().await;
    let both = Interest::READABLE | Interest::WRITABLE;
    let ready = a.ready(both).await.unwrap();
    assert!(ready.is_writable() && !ready.is_readable());
    assert!(!ready.is_read_closed() && !ready.is_write_closed());
    {
        let mut readable = pin!(a.ready(Interest::READABLE));
        assert!(polled(readable.as_mut()).await.is_pending());
        b.shutdown().await.unwrap();
        let ready = readable.await.unwrap();
        assert!(ready.is_readable() && ready.is_read_closed());
    }
    let ready = a.ready(both).await.unwrap();
    assert!(ready.is_writable() && !ready.is_write_closed());
    a.shutdown().await.unwrap();
    assert!(a.ready(Interest::WRITABLE).await.unwrap().is_write_closed());
}

async fn a_peer_that_is_gone_closes_what_is_written<K: Kind>() {
    let (a, b) = K::pair_of(4).await;
    assert_eq!(a.try_write(b"full").unwrap(), 4);
    let mut writable = pin!(a.ready(Interest::WRITABLE));
    assert!(polled(writable.as_mut()).await.is_pending());
    drop(b);
    assert!(writable.await.unwrap().is_write_closed());
}

on_each_kind!(
    each_half_closes_for_itself,
    closing_again_does_nothing,
    what_waits_in_a_full_buffer_is_read_before_the_end,
    a_blocked_writer_learns_that_its_own_end_was_closed,
    a_blocked_writer_does_not_mind_that_its_peer_closes,
    a_peer_that_closed_its_direction_still_reads,
    writing_to_a_peer_that_was_dropped,
    what_a_dropped_peer_wrote_can_be_read_after_the_broken_pipe,
    nothing_but_empty_writes_to_a_peer_that_was_dropped,
    the_end_is_ready_and_told_as_closed,
    a_peer_that_is_gone_closes_what_is_written,
);
