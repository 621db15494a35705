//! How much fits into a direction, to the byte, and what happens when it is full.

use std::io::{ErrorKind, IoSlice};
use std::pin::pin;

use solipsism::fixtures::StreamPair;
use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::{Network, TcpListener, TcpSocket, TcpStream, UnixListener, UnixStream};
use solipsism::spawn;
use solipsism::task::yield_now;
use solipsism::time::Instant;

use crate::kinds::{Kind, Stream, kind, on_each_kind, polled};

/// Writes until it would block.
fn fill(stream: &impl Stream) -> usize {
    let mut written = 0;
    loop {
        match stream.try_write(&[7; 1000]) {
            Ok(count) => written += count,
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::WouldBlock);
                return written;
            }
        }
    }
}

async fn the_default_is_64_kib_in_each_direction<K: Kind>() {
    let (a, b) = K::pair().await;
    assert_eq!((fill(&a), fill(&b)), (65_536, 65_536));
}

async fn the_capacity_is_exact_in_each_direction<K: Kind>() {
    for capacity in [1, 2, 4095, 4096, 65_537, 200_000] {
        let (a, b) = K::pair_of(capacity).await;
        assert_eq!((fill(&a), fill(&b)), (capacity, capacity));
    }
}

async fn a_write_is_taken_in_part<K: Kind>() {
    let (mut a, mut b) = K::pair_of(4).await;
    assert_eq!(a.write(b"abcdef").await.unwrap(), 4);
    assert_eq!(kind(a.try_write(b"ef")), ErrorKind::WouldBlock);
    assert_eq!(
        kind(a.try_write_vectored(&[IoSlice::new(b"ef")])),
        ErrorKind::WouldBlock
    );
    let mut buf = [0; 3];
    b.read_exact(&mut buf).await.unwrap();
    assert_eq!(a.try_write(b"efgh").unwrap(), 3);
    let mut buf = [0; 4];
    b.read_exact(&mut buf).await.unwrap();
    assert_eq!(&buf, b"defg");
}

async fn several_buffers_are_taken_in_part<K: Kind>() {
    let (a, mut b) = K::pair_of(5).await;
    let parts = [&b"abc"[..], b"def", b"ghi"].map(IoSlice::new);
    assert_eq!(a.try_write_vectored(&parts).unwrap(), 5);
    let mut buf = [0; 5];
    b.read_exact(&mut buf).await.unwrap();
    assert_eq!(&buf, b"abcde");
}

async fn one_byte_more_room_is_one_byte_more<K: Kind>() {
    let (a, b) = K::pair_of(10).await;
    assert_eq!(a.try_write(&[0; 10]).unwrap(), 10);
    for _ in 0..25 {
        assert_eq!(kind(a.try_write(b"xy")), ErrorKind::WouldBlock);
        assert_eq!(b.try_read(&mut [0; 1]).unwrap(), 1);
        assert_eq!(a.try_write(b"xy").unwrap(), 1);
    }
}

/// At this capacity a write that was begun on a full buffer never ended, in one network before this one.
async fn a_write_on_a_full_buffer_completes_at_capacity_1<K: Kind>() {
    let (mut a, mut b) = K::pair_of(1).await;
    a.write_all(b"x").await.unwrap();
    let writer = spawn(async move {
        a.write_all(b"hello").await.unwrap();
        a.write_all(&[7; 500]).await.unwrap();
        a
    });
    yield_now().await;
    assert!(!writer.is_finished());
    let mut all = vec![0; 506];
    b.read_exact(&mut all).await.unwrap();
    assert_eq!(&all[..6], b"xhello");
    // And in the other direction, with the reader there first.
    let mut a = writer.await.unwrap();
    let reader = spawn(async move {
        let mut all = Vec::new();
        a.read_to_end(&mut all).await.unwrap();
        all.len()
    });
    yield_now().await;
    b.write_all(&[7; 300]).await.unwrap();
    drop(b);
    assert_eq!(reader.await.unwrap(), 300);
}

async fn a_large_write_flows_through_any_capacity<K: Kind>() {
    for capacity in [1, 3, 64, 100_000] {
        let (mut a, mut b) = K::pair_of(capacity).await;
        let writer = spawn(async move { a.write_all(&[1; 10_000]).await });
        let mut all = Vec::new();
        b.read_to_end(&mut all).await.unwrap();
        writer.await.unwrap().unwrap();
        assert_eq!(all.len(), 10_000);
    }
}

async fn back_pressure_costs_no_time<K: Kind>() {
    let (mut a, mut b) = K::pair_of(10).await;
    let start = Instant::now();
    let writer = spawn(async move {
        a.write_all(&[0; 1000]).await.unwrap();
        Instant::now()
    });
    solipsism::time::sleep(solipsism::time::Duration::from_secs(5)).await;
    assert!(!writer.is_finished());
    b.read_exact(&mut [0; 1000]).await.unwrap();
    let end = writer.await.unwrap();
    assert_eq!(end - start, solipsism::time::Duration::from_secs(5));
}

async fn a_write_that_was_given_up_wrote_nothing<K: Kind>() {
    let (mut a, mut b) = K::pair_of(4).await;
    a.write_all(b"full").await.unwrap();
    {
        let mut write = pin!(a.write(b"lost"));
        assert!(polled(write.as_mut()).await.is_pending());
        b.read_exact(&mut [0; 4]).await.unwrap();
    }
    assert_eq!(kind(b.try_read(&mut [0; 4])), ErrorKind::WouldBlock);
    assert_eq!(a.try_write(b"12345").unwrap(), 4);
}

async fn a_capacity_of_0_is_an_error<K: Kind>() {
    let (a, _b) = K::pair().await;
    let error = a.set_capacity(0).unwrap_err();
    assert_eq!(
        (error.kind(), error.to_string().as_str()),
        (
            ErrorKind::InvalidInput,
            "a capacity of 0 would let nothing through: it must be at least 1"
        )
    );
    assert_eq!(fill(&a), 65_536, "nothing was changed");
}

async fn more_capacity_wakes_who_waits_for_room<K: Kind>() {
    let (mut a, b) = K::pair().await;
    b.set_capacity(4).unwrap();
    a.write_all(b"full").await.unwrap();
    let writer = spawn(async move { a.write_all(b"more").await });
    yield_now().await;
    assert!(!writer.is_finished());
    b.set_capacity(8).unwrap();
    writer.await.unwrap().unwrap();
    assert_eq!(b.try_read(&mut [0; 10]).unwrap(), 8);
}

async fn less_capacity_loses_nothing<K: Kind>() {
    let (a, b) = K::pair_of(100).await;
    assert_eq!(a.try_write(&[1; 100]).unwrap(), 100);
    a.set_capacity(10).unwrap();
    assert_eq!(kind(a.try_write(b"x")), ErrorKind::WouldBlock);
    assert_eq!(b.try_read(&mut [0; 91]).unwrap(), 91);
    assert_eq!(a.try_write(b"xyz").unwrap(), 1);
    assert_eq!(b.try_read(&mut [0; 91]).unwrap(), 10);
}

on_each_kind!(
    the_default_is_64_kib_in_each_direction,
    the_capacity_is_exact_in_each_direction,
    a_write_is_taken_in_part,
    several_buffers_are_taken_in_part,
    one_byte_more_room_is_one_byte_more,
    a_write_on_a_full_buffer_completes_at_capacity_1,
    a_large_write_flows_through_any_capacity,
    back_pressure_costs_no_time,
    a_write_that_was_given_up_wrote_nothing,
    a_capacity_of_0_is_an_error,
    more_capacity_wakes_who_waits_for_room,
    less_capacity_loses_nothing,
);

#[solipsism::test]
async fn a_pair_needs_a_capacity() {
    let error = UnixStream::pair_with_capacity(0).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}

#[solipsism::test]
async fn a_fixture_can_be_given_its_capacity(
    #[with(capacity = 4)] StreamPair(a, b): StreamPair,
    StreamPair(c, _d): StreamPair,
) {
    assert_eq!((fill(&a), fill(&b), fill(&c)), (4, 4, 65_536));
}

#[solipsism::test]
async fn a_network_has_a_capacity_for_the_streams_to_come(net: Network) {
    let (old, _other) = UnixStream::pair().unwrap();
    net.set_capacity(10);
    let (a, b) = UnixStream::pair().unwrap();
    let listener = TcpListener::bind("server:80").await.unwrap();
    let client = TcpStream::connect("server:80").await.unwrap();
    let (server, _) = listener.accept().await.unwrap();
    let path = UnixListener::bind("/run/server").unwrap();
    let local = UnixStream::connect("/run/server").await.unwrap();
    net.set_capacity(20);
    let _server = path.accept().await.unwrap();
    assert_eq!((fill(&a), fill(&b)), (10, 10));
    assert_eq!((fill(&client), fill(&server), fill(&local)), (10, 10, 10));
    assert_eq!(fill(&old), 65_536);
}

#[solipsism::test]
#[should_panic(expected = "a capacity of 0 would let nothing through: it must be at least 1")]
async fn a_network_needs_a_capacity(net: Network) {
    net.set_capacity(0);
}

#[solipsism::test]
async fn a_listener_has_a_capacity_for_the_streams_to_come() {
    let listener = TcpListener::bind("server:80").await.unwrap();
    let old = TcpStream::connect("server:80").await.unwrap();
    listener.set_capacity(10).unwrap();
    let new = TcpStream::connect("server:80").await.unwrap();
    let (old_server, _) = listener.accept().await.unwrap();
    let (new_server, _) = listener.accept().await.unwrap();
    assert_eq!((fill(&old), fill(&old_server)), (65_536, 65_536));
    assert_eq!((fill(&new), fill(&new_server)), (10, 10));
    assert_eq!(kind(listener.set_capacity(0)), ErrorKind::InvalidInput);

    let listener = UnixListener::bind("/run/server").unwrap();
    listener.set_capacity(10).unwrap();
    let client = UnixStream::connect("/run/server").await.unwrap();
    let (server, _) = listener.accept().await.unwrap();
    assert_eq!((fill(&client), fill(&server)), (10, 10));
    assert_eq!(kind(listener.set_capacity(0)), ErrorKind::InvalidInput);
}

#[solipsism::test]
async fn sockets_have_a_buffer_for_each_direction() {
    let socket = TcpSocket::new_v4().unwrap();
    let sizes = || {
        (
            socket.send_buffer_size().unwrap(),
            socket.recv_buffer_size().unwrap(),
        )
    };
    assert_eq!(sizes(), (65_536, 65_536));
    socket.set_send_buffer_size(10).unwrap();
    socket.set_recv_buffer_size(20).unwrap();
    assert_eq!(sizes(), (10, 20));
    assert_eq!(
        kind(socket.set_send_buffer_size(0)),
        ErrorKind::InvalidInput
    );
    assert_eq!(
        kind(socket.set_recv_buffer_size(0)),
        ErrorKind::InvalidInput
    );

    let listening = TcpSocket::new_v4().unwrap();
    listening.set_send_buffer_size(30).unwrap();
    listening.set_recv_buffer_size(5).unwrap();
    listening.bind("10.1.1.1:80".parse().unwrap()).unwrap();
    let listener = listening.listen(8).unwrap();
    let client = socket
        .connect("10.1.1.1:80".parse().unwrap())
        .await
        .unwrap();
    let (server, _) = listener.accept().await.unwrap();
    // Of what both ends of a direction ask for, the smaller.
    assert_eq!((fill(&client), fill(&server)), (5, 20));
}
