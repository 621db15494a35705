//! What only TCP streams have: peeking, lingering, options, addresses.

use std::io::ErrorKind;
use std::pin::pin;

use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::{Interest, Network, TcpSocket, TcpStream, UnixStream};
use solipsism::spawn;
use solipsism::task::yield_now;
use solipsism::time::{Duration, Instant};

use crate::kinds::{Kind, Tcp, kind, polled};

#[solipsism::test]
async fn peeking_takes_nothing() {
    let (mut a, mut b) = Tcp::pair().await;
    let mut buf = [0; 8];
    assert!(polled(pin!(a.peek(&mut buf))).await.is_pending());
    b.write_all(b"data").await.unwrap();
    for (room, seen) in [(8, 4), (2, 2), (0, 0), (8, 4)] {
        assert_eq!(a.peek(&mut buf[..room]).await.unwrap(), seen);
    }
    assert_eq!(a.read(&mut buf[..1]).await.unwrap(), 1);
    assert_eq!(a.peek(&mut buf).await.unwrap(), 3);
    assert_eq!(&buf[..3], b"ata");
    assert_eq!(a.read(&mut buf).await.unwrap(), 3);
    drop(b);
    for _ in 0..2 {
        assert_eq!(a.peek(&mut buf).await.unwrap(), 0);
    }
}

#[solipsism::test]
async fn a_peeker_waits_beside_a_reader() {
    let (a, mut b) = Tcp::pair().await;
    let a = std::rc::Rc::new(a);
    let peeking = spawn({
        let a = std::rc::Rc::clone(&a);
        async move { a.peek(&mut [0; 8]).await }
    });
    yield_now().await;
    b.write_all(b"data").await.unwrap();
    assert_eq!(peeking.await.unwrap().unwrap(), 4);
    assert_eq!(a.try_read(&mut [0; 8]).unwrap(), 4);
}

#[solipsism::test]
async fn peeking_is_told_of_a_reset_once() {
    let (mut a, mut b) = Tcp::pair().await;
    b.write_all(b"data").await.unwrap();
    b.set_linger(Some(Duration::ZERO)).unwrap();
    drop(b);
    let mut buf = [0; 8];
    assert_eq!(a.peek(&mut buf).await.unwrap(), 4);
    assert_eq!(a.read(&mut buf).await.unwrap(), 4);
    assert_eq!(kind(a.peek(&mut buf).await), ErrorKind::ConnectionReset);
    assert_eq!(a.peek(&mut buf).await.unwrap(), 0);
}

#[solipsism::test]
async fn what_was_only_peeked_at_is_unread() {
    let (a, mut b) = Tcp::pair().await;
    b.write_all(b"data").await.unwrap();
    assert_eq!(a.peek(&mut [0; 8]).await.unwrap(), 4);
    drop(a);
    assert_eq!(kind(b.read(&mut [0; 8]).await), ErrorKind::ConnectionReset);
}

#[solipsism::test]
async fn without_lingering_a_drop_is_a_reset() {
    let (mut a, b) = Tcp::pair().await;
    b.set_linger(Some(Duration::ZERO)).unwrap();
    drop(b);
    assert_eq!(kind(a.read(&mut [0; 8]).await), ErrorKind::ConnectionReset);
    assert_eq!(a.read(&mut [0; 8]).await.unwrap(), 0);
    assert_eq!(kind(a.write(b"x").await), ErrorKind::BrokenPipe);

    let (mut a, b) = Tcp::pair().await;
    b.set_linger(Some(Duration::ZERO)).unwrap();
    b.set_linger(None).unwrap();
    drop(b);
    assert_eq!(a.read(&mut [0; 8]).await.unwrap(), 0, "it was taken back");
}

#[solipsism::test]
async fn without_lingering_after_the_peers_close() {
    let (mut a, mut b) = Tcp::pair().await;
    a.close().await.unwrap();
    b.set_linger(Some(Duration::ZERO)).unwrap();
    drop(b);
    assert_eq!(kind(a.read(&mut [0; 8]).await), ErrorKind::ConnectionReset);

    let (mut a, mut c) = Tcp::pair().await;
    a.close().await.unwrap();
    c.close().await.unwrap();
    c.set_linger(Some(Duration::ZERO)).unwrap();
    drop(c);
    assert_eq!(
        a.read(&mut [0; 8]).await.unwrap(),
        0,
        "there was nothing left to reset"
    );
    assert!(a.take_error().unwrap().is_none());
    b = a;
    drop(b);
}

/// The reset is the answer to a write, and the reader has been told of the end.
#[solipsism::test]
async fn a_reset_after_the_end_is_a_broken_pipe() {
    let (mut a, b) = Tcp::pair().await;
    drop(b);
    assert_eq!(a.read(&mut [0; 8]).await.unwrap(), 0);
    assert_eq!(a.write(b"one").await.unwrap(), 3);
    a.readable().await.unwrap();
    a.writable().await.unwrap();
    let error = a.take_error().unwrap().expect("there was an answer");
    assert_eq!(error.kind(), ErrorKind::BrokenPipe);
    assert_eq!(a.peek(&mut [0; 8]).await.unwrap(), 0);
    assert_eq!(kind(a.write(b"two").await), ErrorKind::BrokenPipe);
}

#[solipsism::test]
async fn options_are_kept() {
    let (a, b) = Tcp::pair().await;
    assert!(!a.nodelay().unwrap() && !a.keepalive().unwrap());
    a.set_nodelay(true).unwrap();
    a.set_keepalive(true).unwrap();
    assert!(a.nodelay().unwrap() && a.keepalive().unwrap());
    assert!(!b.nodelay().unwrap() && !b.keepalive().unwrap());

    assert_eq!((a.ttl().unwrap(), a.linger().unwrap()), (64, None));
    a.set_ttl(5).unwrap();
    assert_eq!(a.ttl().unwrap(), 5);
    for bad in [0, 256] {
        let error = a.set_ttl(bad).unwrap_err();
        let text = format!("a time to live must be between 1 and 255, and this is {bad}");
        assert_eq!(
            (error.kind(), error.to_string()),
            (ErrorKind::InvalidInput, text)
        );
    }
    // Linux keeps whole seconds.
    for (set, kept) in [(0, 0), (5000, 5), (1, 1), (1500, 2)] {
        a.set_linger(Some(Duration::from_millis(set))).unwrap();
        assert_eq!(a.linger().unwrap(), Some(Duration::from_secs(kept)));
    }
}

#[solipsism::test]
async fn a_sockets_options_become_its_streams() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_nodelay(true).unwrap();
    socket.set_keepalive(true).unwrap();
    socket.set_linger(Some(Duration::ZERO)).unwrap();
    assert!(socket.nodelay().unwrap() && socket.keepalive().unwrap());
    let listening = TcpSocket::new_v4().unwrap();
    listening.set_nodelay(true).unwrap();
    listening.bind("10.1.1.1:80".parse().unwrap()).unwrap();
    let listener = listening.listen(1).unwrap();
    let client = socket
        .connect("10.1.1.1:80".parse().unwrap())
        .await
        .unwrap();
    assert!(client.nodelay().unwrap() && client.keepalive().unwrap());
    let (mut server, _) = listener.accept().await.unwrap();
    assert!(server.nodelay().unwrap() && !server.keepalive().unwrap());
    drop(client);
    assert_eq!(
        kind(server.read(&mut [0; 8]).await),
        ErrorKind::ConnectionReset
    );
}

#[solipsism::test]
async fn both_ends_agree_on_their_addresses() {
    let (mut a, mut b) = Tcp::pair().await;
    let (client, server) = (a.local_addr().unwrap(), b.local_addr().unwrap());
    assert_eq!(
        (a.peer_addr().unwrap(), b.peer_addr().unwrap()),
        (server, client)
    );
    assert_eq!(
        (client.to_string(), server.port()),
        ("10.255.255.254:32768".into(), 80)
    );
    b.close().await.unwrap();
    assert_eq!(a.peer_addr().unwrap(), server, "half closed");
    a.close().await.unwrap();
    for (end, own) in [(&a, client), (&b, server)] {
        assert_eq!(end.local_addr().unwrap(), own);
        assert_eq!(kind(end.peer_addr()), ErrorKind::NotConnected);
    }
}

#[solipsism::test]
async fn a_reset_takes_the_peers_address() {
    let (a, b) = Tcp::pair().await;
    b.set_linger(Some(Duration::ZERO)).unwrap();
    drop(b);
    a.local_addr().unwrap();
    assert_eq!(kind(a.peer_addr()), ErrorKind::NotConnected);
}

#[solipsism::test]
async fn try_io_asks_for_readiness_first() {
    let (a, b) = Tcp::pair().await;
    let result = a.try_io(Interest::READABLE, || -> std::io::Result<()> {
        panic!("it is not ready");
    });
    assert_eq!(kind(result), ErrorKind::WouldBlock);
    let mut written = Vec::new();
    let count = b.try_io(Interest::WRITABLE, || {
        std::io::Write::write(&mut written, b"abc")
    });
    assert_eq!(count.unwrap(), 3);
}

/// The `poll_` functions wake the last caller; futures wait beside it.
#[solipsism::test]
async fn poll_functions_wake_their_last_caller() {
    let (a, b) = Tcp::pair().await;
    let a = std::rc::Rc::new(a);
    let polling = || {
        let a = std::rc::Rc::clone(&a);
        spawn(std::future::poll_fn(move |cx| a.poll_read_ready(cx)))
    };
    let (first, second) = (polling(), polling());
    let beside = spawn({
        let a = std::rc::Rc::clone(&a);
        async move { a.readable().await }
    });
    yield_now().await;
    assert_eq!(b.try_write(b"x").unwrap(), 1);
    second.await.unwrap().unwrap();
    beside.await.unwrap().unwrap();
    assert!(!first.is_finished());
    first.abort();
    std::future::poll_fn(|cx| a.poll_write_ready(cx))
        .await
        .unwrap();
    let mut buf = [0; 8];
    let peeked = std::future::poll_fn(|cx| a.poll_peek(cx, &mut buf)).await;
    assert_eq!(peeked.unwrap(), 1);
}

#[solipsism::test]
async fn a_stream_shows_itself_in_debug() {
    let (a, _b) = Tcp::pair().await;
    assert!(format!("{a:?}").starts_with("TcpStream"));
    assert!(format!("{:?}", UnixStream::pair().unwrap()).starts_with("(UnixStream"));
}

/// The last bytes of a stream come before its end also where a capacity of 1 lets them through one by one.
#[solipsism::test]
async fn a_client_can_go_before_its_bytes_are_read() {
    let (mut a, mut b): (TcpStream, TcpStream) = Tcp::pair().await;
    a.write_all(b"last words").await.unwrap();
    drop(a);
    let mut all = String::new();
    b.read_to_string(&mut all).await.unwrap();
    assert_eq!(all, "last words");
}

/// The writer cannot know yet: there is no room while its bytes are under way, and then there is a reset.
#[solipsism::test]
async fn a_peer_that_is_gone_behind_a_slow_link_is_not_known_to_be(net: Network) {
    let (a, b) = Tcp::pair_of(4).await;
    net.link("localhost", "server.internal")
        .latency(Duration::from_millis(10));
    assert_eq!(a.try_write(b"full").unwrap(), 4);
    drop(b);
    assert!(polled(pin!(a.writable())).await.is_pending());
    let start = Instant::now();
    let ready = a.ready(Interest::WRITABLE).await.unwrap();
    assert!(ready.is_write_closed());
    assert_eq!(start.elapsed(), Duration::from_millis(20), "there and back");
}
