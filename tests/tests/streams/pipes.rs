//! Pipes: one end writes, the other reads.

use std::io::{ErrorKind, IoSlice, IoSliceMut};
use std::pin::pin;

use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::unix::pipe::{Receiver, Sender, pipe, pipe_with_capacity};
use solipsism::spawn;
use solipsism::task::yield_now;

use crate::kinds::{kind, polled};

/// As much as this is written whole, or not at all.
const ATOMIC: usize = 4096;

#[solipsism::test]
async fn what_is_written_is_read() {
    let (mut sender, mut receiver): (Sender, Receiver) = pipe().unwrap();
    let mut buf = [0; 8];
    assert_eq!(kind(receiver.try_read(&mut buf)), ErrorKind::WouldBlock);
    sender.write_all(b"one").await.unwrap();
    assert_eq!(sender.try_write(b"two").unwrap(), 3);
    let parts = [IoSlice::new(b""), IoSlice::new(b"three")];
    assert_eq!(sender.try_write_vectored(&parts).unwrap(), 5);
    assert_eq!(receiver.read(&mut buf[..2]).await.unwrap(), 2);
    let (mut first, mut second) = ([0; 3], [0; 100]);
    let bufs = &mut [IoSliceMut::new(&mut first), IoSliceMut::new(&mut second)];
    assert_eq!(receiver.try_read_vectored(bufs).unwrap(), 9);
    assert_eq!((&first, &second[..6]), (b"etw", &b"othree"[..]));
}

#[solipsism::test]
async fn a_pipe_ends_with_its_sender() {
    let (mut sender, mut receiver) = pipe().unwrap();
    sender.write_all(b"data").await.unwrap();
    drop(sender);
    receiver.readable().await.unwrap();
    let mut all = String::new();
    receiver.read_to_string(&mut all).await.unwrap();
    assert_eq!(all, "data");
    assert_eq!(receiver.try_read(&mut [0; 8]).unwrap(), 0);
    receiver.readable().await.unwrap();

    let (sender, mut receiver) = pipe().unwrap();
    let reader = spawn(async move { receiver.read(&mut [0; 8]).await });
    yield_now().await;
    drop(sender);
    assert_eq!(reader.await.unwrap().unwrap(), 0);
}

#[solipsism::test]
async fn a_pipe_breaks_with_its_receiver() {
    let (mut sender, receiver) = pipe().unwrap();
    sender.write_all(b"unread").await.unwrap();
    drop(receiver);
    assert_eq!(kind(sender.write_all(b"one").await), ErrorKind::BrokenPipe);
    assert_eq!(kind(sender.try_write(b"two")), ErrorKind::BrokenPipe);
    sender.writable().await.unwrap();

    let (mut sender, receiver) = pipe_with_capacity(4).unwrap();
    let writer = spawn(async move { sender.write_all(&[7; 100]).await });
    yield_now().await;
    drop(receiver);
    assert_eq!(kind(writer.await.unwrap()), ErrorKind::BrokenPipe);
}

#[solipsism::test]
async fn empty_reads_and_writes_say_nothing() {
    let (sender, receiver) = pipe().unwrap();
    assert_eq!(receiver.try_read(&mut []).unwrap(), 0);
    assert_eq!(receiver.try_read_vectored(&mut []).unwrap(), 0);
    assert_eq!(sender.try_write(b"").unwrap(), 0);
    drop(receiver);
    assert_eq!(sender.try_write(b"").unwrap(), 0);
    assert_eq!(sender.try_write_vectored(&[]).unwrap(), 0);
}

#[solipsism::test]
async fn small_writes_go_in_whole_or_not_at_all() {
    let (sender, receiver) = pipe().unwrap();
    let page = [7; ATOMIC];
    for _ in 0..16 {
        assert_eq!(sender.try_write(&page).unwrap(), ATOMIC);
    }
    assert_eq!(kind(sender.try_write(b"x")), ErrorKind::WouldBlock);
    assert_eq!(receiver.try_read(&mut [0; ATOMIC - 1]).unwrap(), ATOMIC - 1);
    assert_eq!(kind(sender.try_write(&page)), ErrorKind::WouldBlock);
    let halves = [IoSlice::new(&page[..2048]), IoSlice::new(&page[..2048])];
    assert_eq!(
        kind(sender.try_write_vectored(&halves)),
        ErrorKind::WouldBlock
    );
    assert_eq!(receiver.try_read(&mut [0; 1]).unwrap(), 1);
    assert_eq!(
        sender.try_write(&[7; ATOMIC + 1]).unwrap(),
        ATOMIC,
        "this one is large"
    );
    assert_eq!(kind(sender.try_write(b"x")), ErrorKind::WouldBlock);
}

/// Or else a loop of `writable` and `try_write` would never rest.
#[solipsism::test]
async fn writable_means_that_a_small_write_goes_in() {
    let (sender, receiver) = pipe_with_capacity(2 * ATOMIC).unwrap();
    assert_eq!(sender.try_write(&[7; ATOMIC + 1]).unwrap(), ATOMIC + 1);
    let mut writable = pin!(sender.writable());
    assert!(polled(writable.as_mut()).await.is_pending());
    assert_eq!(
        sender.try_write(b"xy").unwrap(),
        2,
        "there is room for this"
    );
    assert_eq!(receiver.try_read(&mut [0; 2]).unwrap(), 2);
    assert!(polled(writable.as_mut()).await.is_pending());
    assert_eq!(receiver.try_read(&mut [0; 1]).unwrap(), 1);
    writable.await.unwrap();
    assert_eq!(sender.try_write(&[7; ATOMIC]).unwrap(), ATOMIC);
}

#[solipsism::test]
async fn the_capacity_is_exact() {
    for capacity in [1, 10, 5000] {
        let (sender, receiver) = pipe_with_capacity(capacity).unwrap();
        assert_eq!(sender.try_write(&vec![7; capacity]).unwrap(), capacity);
        assert_eq!(kind(sender.try_write(b"x")), ErrorKind::WouldBlock);
        assert_eq!(receiver.try_read(&mut [0; 6000]).unwrap(), capacity);
        assert_eq!(
            sender.try_write(&vec![7; capacity + ATOMIC]).unwrap(),
            capacity
        );
    }
    assert_eq!(kind(pipe_with_capacity(0)), ErrorKind::InvalidInput);
}

#[solipsism::test]
async fn a_write_on_a_full_pipe_completes_at_capacity_1() {
    let (mut sender, mut receiver) = pipe_with_capacity(1).unwrap();
    sender.write_all(b"x").await.unwrap();
    let writer = spawn(async move { sender.write_all(&[7; 300]).await });
    let mut all = Vec::new();
    receiver.read_to_end(&mut all).await.unwrap();
    assert_eq!(all.len(), 301);
    writer.await.unwrap().unwrap();
}

#[solipsism::test]
async fn much_goes_through_a_pipe() {
    let (mut sender, mut receiver) = pipe().unwrap();
    let data: Vec<u8> = (0..=250).cycle().take(1 << 20).collect();
    let expected = data.clone();
    let writer = spawn(async move { sender.write_all(&data).await });
    let mut all = Vec::new();
    receiver.read_to_end(&mut all).await.unwrap();
    writer.await.unwrap().unwrap();
    assert!(all == expected);
}

#[solipsism::test]
async fn what_is_given_up_has_no_effect() {
    let (mut sender, mut receiver) = pipe_with_capacity(4).unwrap();
    {
        let mut buf = [0; 8];
        assert!(polled(pin!(receiver.read(&mut buf))).await.is_pending());
    }
    sender.write_all(b"full").await.unwrap();
    assert!(polled(pin!(sender.write(b"lost"))).await.is_pending());
    assert_eq!(receiver.try_read(&mut [0; 8]).unwrap(), 4);
    assert_eq!(kind(receiver.try_read(&mut [0; 8])), ErrorKind::WouldBlock);
}

#[solipsism::test]
async fn a_closed_sender_has_said_its_last() {
    let (mut sender, mut receiver) = pipe().unwrap();
    sender.close().await.unwrap();
    assert_eq!(receiver.read(&mut [0; 8]).await.unwrap(), 0);
    assert_eq!(kind(sender.write_all(b"x").await), ErrorKind::BrokenPipe);
}
