//! Hosts that crash: what ends, who sees it and when, and what a restart brings back.

mod links;
mod restarts;
mod tasks;

use std::future::pending;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;

use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::unix::pipe;
use solipsism::net::{
    Network, TcpListener, TcpSocket, TcpStream, UnixListener, UnixStream, lookup_host,
};
use solipsism::spawn;
use solipsism::time::{Duration, Instant, sleep};
use solipsism_tests::net::{ask, connect_error, millis, own_ip, serve};

/// Does something when it is dropped.
struct OnDrop<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

async fn hold<T>(held: T) {
    let _held = held;
    pending::<()>().await;
}

#[solipsism::test]
async fn a_crash_resets_connections_refuses_new_ones_and_closes_the_ports(net: Network) {
    let api = net.host("api.internal");
    api.run(serve);
    let mut client = TcpStream::connect("api.internal:80").await.unwrap();
    assert_eq!(ask(&mut client).await.unwrap(), 2);

    api.crash();
    let reset = client.read(&mut [0]).await.unwrap_err();
    assert_eq!(reset.kind(), ErrorKind::ConnectionReset);
    assert_eq!(client.read(&mut [0]).await.unwrap(), 0, "it is told once");
    let broken = client.write(&[1]).await.unwrap_err();
    assert_eq!(broken.kind(), ErrorKind::BrokenPipe);
    assert_eq!(
        connect_error("api.internal:80").await,
        ErrorKind::ConnectionRefused
    );
    let _listener = TcpListener::bind("api.internal:80").await.unwrap();
}

#[solipsism::test]
async fn whoever_waits_at_a_host_that_crashes_is_woken(net: Network) {
    let api = net.host("api.internal");
    api.run(serve);
    let client = TcpStream::connect("api.internal:80").await.unwrap();
    client.set_capacity(4).unwrap();
    let (mut reader, mut writer) = client.into_split();
    let read = spawn(async move { reader.read(&mut [0]).await });
    let mut pair = TcpStream::connect("api.internal:80").await.unwrap();
    let write = spawn(async move { writer.write_all(&[0; 100_000]).await });
    let crash = spawn(async move {
        api.crash();
        Instant::now()
    });
    assert_eq!(
        read.await.unwrap().unwrap_err().kind(),
        ErrorKind::ConnectionReset
    );
    assert_eq!(
        write.await.unwrap().unwrap_err().kind(),
        ErrorKind::BrokenPipe
    );
    assert_eq!(
        ask(&mut pair).await.unwrap_err().kind(),
        ErrorKind::ConnectionReset
    );
    assert_eq!(crash.await.unwrap(), Instant::now(), "no time has passed");
}

#[solipsism::test]
async fn what_had_arrived_can_be_read_after_a_crash(net: Network) {
    let api = net.host("api.internal");
    api.run(|| async {
        let listener = TcpListener::bind("0.0.0.0:80").await?;
        let (mut stream, _) = listener.accept().await?;
        stream.write_all(b"last words").await?;
        pending::<io::Result<()>>().await
    });
    let mut client = TcpStream::connect("api.internal:80").await.unwrap();
    sleep(millis(1)).await;
    api.crash();
    let mut words = [0; 10];
    client.read_exact(&mut words).await.unwrap();
    assert_eq!(&words, b"last words");
    let reset = client.read(&mut [0]).await.unwrap_err();
    assert_eq!(reset.kind(), ErrorKind::ConnectionReset);
}

#[solipsism::test]
async fn whoever_waits_for_a_full_backlog_is_refused_by_a_crash(net: Network) {
    let api = net.host("api.internal");
    api.run(|| async {
        let socket = TcpSocket::new_v4()?;
        socket.bind("0.0.0.0:80".parse().unwrap())?;
        let _listener = socket.listen(0)?;
        pending::<io::Result<()>>().await
    });
    let mut first = TcpStream::connect("api.internal:80").await.unwrap();
    let second = spawn(TcpStream::connect("api.internal:80"));
    sleep(Duration::from_secs(1)).await;
    assert!(!second.is_finished());
    let start = Instant::now();
    api.crash();
    let refused = second.await.unwrap().unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    let reset = first.read(&mut [0]).await.unwrap_err();
    assert_eq!(
        reset.kind(),
        ErrorKind::ConnectionReset,
        "nobody had accepted it"
    );
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[solipsism::test]
async fn a_connect_from_a_host_that_crashes_is_aborted(net: Network) {
    let api = net.host("api.internal");
    net.partition("api.internal", "db.internal");
    // The body connects for the host, and is still there afterwards.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::new(api.addr(), 0)).unwrap();
    let db = SocketAddr::new(net.host("db.internal").addr(), 80);
    let pending = spawn(socket.connect(db));
    let own = api.spawn(TcpStream::connect("db.internal:80"));
    let start = Instant::now();
    sleep(millis(1)).await;
    api.crash();
    let aborted = pending.await.unwrap().unwrap_err();
    assert_eq!(aborted.kind(), ErrorKind::ConnectionAborted);
    assert!(own.await.unwrap_err().is_cancelled());
    assert_eq!(start.elapsed(), millis(1));
}

#[solipsism::test]
async fn a_listener_that_survives_its_host_says_so(net: Network) {
    // The body listens for the host, and is not crashed with it.
    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    let waiting = spawn(async move {
        let error = listener.accept().await.unwrap_err();
        (
            error.kind(),
            listener.accept().await.unwrap_err().to_string(),
        )
    });
    sleep(millis(1)).await;
    net.host("api.internal").crash();
    let (kind, text) = waiting.await.unwrap();
    assert_eq!(kind, ErrorKind::ConnectionAborted);
    assert_eq!(text, "the host of this listener crashed: bind a new one");
    let _anew = TcpListener::bind("api.internal:80").await.unwrap();
}

#[solipsism::test]
async fn a_crash_ends_unix_sockets_and_pipes_of_the_host(net: Network) {
    let api = net.host("api.internal");
    let path = "/run/api";
    let listener = api
        .spawn(async move { UnixListener::bind(path) })
        .await
        .unwrap()
        .unwrap();
    let mut client = api.spawn(UnixStream::connect(path)).await.unwrap().unwrap();
    let (sender, mut receiver) = api.spawn(async { pipe::pipe() }).await.unwrap().unwrap();
    // And of no other.
    let (mut one, mut other) = UnixStream::pair().unwrap();
    api.crash();
    assert!(client.read(&mut [0]).await.is_err());
    assert!(receiver.read(&mut [0]).await.is_err());
    assert!(listener.accept().await.is_err());
    drop(sender);
    let free = api.spawn(async move { UnixListener::bind(path) });
    let _free = free.await.unwrap().unwrap();
    one.write_all(&[7]).await.unwrap();
    other.read_exact(&mut [0]).await.unwrap();
}

#[solipsism::test]
async fn a_host_goes_on_after_a_crash(net: Network) {
    let api = net.host("api.internal");
    api.crash();
    assert_eq!(api.spawn(own_ip()).await.unwrap(), api.addr());
    let mut addrs = lookup_host("api.internal:1").await.unwrap();
    assert_eq!(addrs.next().unwrap().ip(), api.addr());
}

#[solipsism::test]
#[should_panic(
    expected = "`localhost` is the host of the test's body and cannot crash: run what is to crash on a host of its own"
)]
async fn the_host_of_the_body_cannot_crash(net: Network) {
    net.host("localhost").crash();
}

solipsism::main!();
