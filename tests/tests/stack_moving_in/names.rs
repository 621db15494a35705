//! What can be written under tokio's names and ours alike: this file is compiled with `net`, `signal`, `spawn`, `task` and `time`
//! of either. Nothing here is run: what the names mean is held against each other elsewhere.

#![expect(dead_code, reason = "it need only compile")]

use std::future::pending;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use super::{net, signal, spawn, task, time};
use net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use net::{TcpListener, TcpSocket, TcpStream, UdpSocket, UnixDatagram, UnixListener, UnixStream};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

const ADDR: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 80);

fn is_sent<T: Send + 'static>(value: T) -> T {
    value
}

fn is_shared<T: Send + Sync + 'static>(value: T) -> Arc<T> {
    Arc::new(value)
}

async fn binds_and_connects() -> io::Result<()> {
    TcpListener::bind("localhost:80").await?;
    TcpListener::bind(("localhost", 80)).await?;
    TcpListener::bind((Ipv4Addr::LOCALHOST, 80)).await?;
    TcpListener::bind(&[ADDR][..]).await?;
    TcpStream::connect(String::from("localhost:80")).await?;
    for addr in net::lookup_host("localhost:80").await? {
        let _: SocketAddr = addr;
    }
    let listener = is_shared(TcpListener::bind(ADDR).await?);
    listener.set_ttl(listener.ttl()?)?;
    let _: SocketAddr = listener.local_addr()?;
    std::future::poll_fn(|cx| listener.poll_accept(cx)).await?;
    let (stream, peer): (TcpStream, SocketAddr) = listener.accept().await?;
    assert_eq!(stream.peer_addr()?, peer);
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.set_nodelay(true)?;
    socket.set_keepalive(true)?;
    socket.set_send_buffer_size(socket.recv_buffer_size()?)?;
    socket.bind(ADDR)?;
    socket.listen(16)?;
    TcpSocket::new_v6()?.connect(ADDR).await?;
    Ok(())
}

async fn speaks(stream: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
    let (mut reader, mut writer) = tokio::io::split(stream);
    writer.write_all(b"hello").await?;
    writer.shutdown().await?;
    reader.read_exact(&mut [0; 5]).await.map(drop)
}

async fn streams(mut stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(!stream.nodelay()?)?;
    stream.set_ttl(stream.ttl()?)?;
    stream.set_zero_linger()?;
    let _: Option<io::Error> = stream.take_error()?;
    stream.readable().await?;
    stream.writable().await?;
    stream.try_read(&mut [0; 8])?;
    stream.try_write(b"hello")?;
    stream.peek(&mut [0; 8]).await?;
    let (reader, writer) = stream.split();
    let _: (SocketAddr, SocketAddr) = (reader.local_addr()?, writer.peer_addr()?);
    let (mut reader, mut writer): (OwnedReadHalf, OwnedWriteHalf) = stream.into_split();
    reader.peek(&mut [0; 8]).await?;
    reader.readable().await?;
    let task = spawn(async move { writer.write_all(b"hello").await.map(|()| writer) });
    reader.read_u8().await?;
    let writer = task.await??;
    let together: TcpStream = reader.reunite(writer).map_err(io::Error::other)?;
    let (reader, writer) = together.into_split();
    writer.forget();
    drop(reader);
    Ok(())
}

async fn readiness(stream: &TcpStream, one: &UdpSocket) -> io::Result<()> {
    std::future::poll_fn(|cx| stream.poll_read_ready(cx)).await?;
    std::future::poll_fn(|cx| one.poll_send_ready(cx)).await
}

async fn datagrams() -> io::Result<()> {
    let socket = is_shared(UdpSocket::bind("0.0.0.0:0").await?);
    socket.set_broadcast(socket.broadcast()?)?;
    socket.send_to(b"hello", "localhost:80").await?;
    socket.send_to(b"hello", ADDR).await?;
    socket.try_send_to(b"hello", ADDR)?;
    let (_, _): (usize, SocketAddr) = socket.recv_from(&mut [0; 8]).await?;
    socket.try_recv_from(&mut [0; 8])?;
    socket.peek_from(&mut [0; 8]).await?;
    socket.connect(ADDR).await?;
    socket.send(b"hello").await?;
    socket.try_send(b"hello")?;
    socket.recv(&mut [0; 8]).await?;
    socket.try_recv(&mut [0; 8])?;
    socket.readable().await?;
    socket.writable().await?;
    let _: (SocketAddr, SocketAddr) = (socket.local_addr()?, socket.peer_addr()?);
    Ok(())
}

async fn unix() -> io::Result<()> {
    let listener = UnixListener::bind("/run/it.sock")?;
    let (stream, peer): (UnixStream, net::unix::SocketAddr) = listener.accept().await?;
    assert!(peer.is_unnamed() || peer.as_pathname().is_some());
    stream.into_split();
    let (one, other) = UnixStream::pair()?;
    tokio::join!(speaks(one), speaks(other)).0?;
    speaks(UnixStream::connect("/run/it.sock").await?).await?;
    let (one, other) = UnixDatagram::pair()?;
    one.send(b"hello").await?;
    other.recv(&mut [0; 8]).await?;
    UnixDatagram::unbound()?
        .send_to(b"hello", "/run/it.sock")
        .await?;
    let (mut sender, mut receiver) = net::unix::pipe::pipe()?;
    sender.write_all(b"hello").await?;
    receiver.read_u8().await.map(drop)
}

async fn clock() -> io::Result<()> {
    let start = time::Instant::now();
    is_sent(time::sleep(Duration::from_secs(1))).await;
    time::sleep_until(start + Duration::from_secs(1)).await;
    let mut sleep = Box::pin(time::sleep(time::Duration::ZERO));
    sleep.as_mut().reset(start);
    assert!(sleep.is_elapsed() || sleep.deadline() == start);
    let late: Result<(), time::error::Elapsed> =
        is_sent(time::timeout(Duration::from_secs(1), pending())).await;
    late?;
    time::timeout_at(start, pending::<()>()).await?;
    let mut ticks = is_sent(time::interval(Duration::from_secs(1)));
    ticks.set_missed_tick_behavior(time::MissedTickBehavior::Delay);
    let _: time::Instant = ticks.tick().await;
    ticks.reset_after(ticks.period());
    time::interval_at(start, Duration::from_secs(1))
        .tick()
        .await;
    assert!(start.elapsed() >= start.duration_since(start));
    assert!(start.checked_add(Duration::from_secs(1)) > start.checked_sub(Duration::from_secs(1)));
    Ok(())
}

async fn tasks() -> Result<(), task::JoinError> {
    let handle: task::JoinHandle<u8> = is_sent(spawn(async { 1 }));
    let (_, aborting): (task::Id, task::AbortHandle) = (handle.id(), handle.abort_handle());
    aborting.abort();
    assert!(handle.is_finished());
    match handle.await {
        Ok(_) => {}
        Err(error) if error.is_cancelled() => {}
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
    task::spawn(task::yield_now()).await?;
    task::spawn_local(task::yield_now()).await?;
    task::spawn_blocking(|| 1).await?;
    let mut set = task::JoinSet::new();
    set.spawn(async { 1 });
    set.spawn_local(async { 2 });
    set.spawn_blocking(|| 3);
    set.try_join_next().transpose()?;
    set.join_next().await.transpose()?;
    set.abort_all();
    set.detach_all();
    assert_eq!((set.len(), set.is_empty()), (0, true));
    set.shutdown().await;
    Ok(())
}

async fn signals() -> io::Result<()> {
    let mut terminate = signal::unix::signal(signal::unix::SignalKind::terminate())?;
    tokio::select! {
        interrupted = signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}
