//! Failures that have to do with the network: who waits for a peer, and what a host runs.

use std::io;
use std::time::Duration;

use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::unix::pipe;
use solipsism::net::{Network, TcpListener, TcpStream, UnixListener, UnixStream};
use solipsism::task::{Builder, JoinSet};
use solipsism::time;

/// Answers each byte with the next, until nobody asks any more.
async fn serve() -> io::Result<()> {
    let listener = TcpListener::bind("0.0.0.0:80").await?;
    loop {
        let (mut stream, _) = listener.accept().await?;
        Builder::new().name("handler").spawn(async move {
            let mut byte = [0];
            while stream.read_exact(&mut byte).await.is_ok() {
                byte[0] += 1;
                stream.write_all(&byte).await.expect("somebody asks");
            }
        });
    }
}

#[solipsism::test]
async fn hangs_on_a_peer(net: Network) -> io::Result<()> {
    net.host("api.internal").run(serve);
    let mut client = TcpStream::connect("api.internal:80").await?;
    client.write_all(&[1]).await?;
    time::sleep(Duration::from_secs(1)).await;
    client.read_exact(&mut [0; 2]).await
}

#[solipsism::test]
async fn hangs_until_a_heal(net: Network) -> io::Result<()> {
    net.host("api.internal").run(serve);
    net.link("localhost", "api.internal")
        .latency(Duration::from_millis(20));
    let mut client = TcpStream::connect("api.internal:80").await?;
    net.partition("localhost", "api.internal");
    client.write_all(b"hello").await?;
    client.read_exact(&mut [0]).await
}

#[solipsism::test]
async fn hangs_on_an_answer_that_a_hold_keeps(net: Network) -> io::Result<()> {
    net.host("api.internal").run(serve);
    let mut client = TcpStream::connect("api.internal:80").await?;
    net.one_way("api.internal", "localhost").hold();
    client.write_all(&[1]).await?;
    client.read_exact(&mut [0]).await
}

#[solipsism::test]
async fn hangs_on_a_full_buffer_under_a_partition(net: Network) -> io::Result<()> {
    net.host("api.internal").run(serve);
    let mut client = TcpStream::connect("api.internal:80").await?;
    net.every_link().partition();
    client.write_all(&[0; 100_000]).await
}

#[solipsism::test]
async fn hangs_after_a_partition_that_was_healed(net: Network) -> io::Result<()> {
    let listener = TcpListener::bind("api.internal:80").await?;
    net.partition("localhost", "api.internal");
    TcpStream::connect("api.internal:80")
        .await
        .expect_err("it takes too long");
    net.heal();
    listener.accept().await.map(drop)
}

#[solipsism::test(clock = "manual")]
async fn time_is_frozen_before_a_packet(net: Network) -> io::Result<()> {
    net.host("api.internal").run(serve);
    net.link("localhost", "api.internal")
        .latency(Duration::from_millis(20));
    TcpStream::connect("api.internal:80").await.map(drop)
}

#[solipsism::test(clock = "manual")]
async fn time_is_frozen_before_a_timeout_of_connecting(net: Network) -> io::Result<()> {
    net.partition("localhost", "api.internal");
    TcpStream::connect("api.internal:80").await.map(drop)
}

#[solipsism::test]
async fn a_program_of_a_host_fails(net: Network) {
    net.host("api.internal").run(serve);
    net.host("proxy.internal").run(|| async {
        time::sleep(Duration::from_secs(2)).await;
        TcpListener::bind("api.internal:80").await.map(drop)
    });
    time::sleep(Duration::from_secs(3)).await;
}

#[solipsism::test]
async fn a_program_of_a_host_panics(net: Network) {
    net.host("api.internal").run(|| async {
        panic!("no port is configured");
    });
    time::sleep(Duration::from_secs(3)).await;
}

#[solipsism::test]
async fn restarts_a_host_that_runs_nothing(net: Network) {
    net.host("api.internal").restart();
}

#[solipsism::test]
async fn hangs_on_sockets() {
    let listener = TcpListener::bind("api.internal:80").await.expect("free");
    let mut client = TcpStream::connect("api.internal:80").await.expect("heard");
    let (mut stream, _) = listener.accept().await.expect("connected");
    Builder::new().name("handler").spawn(async move {
        stream.write_all(b"hello").await.expect("there is room");
        time::sleep(Duration::from_secs(1)).await;
        stream.read_exact(&mut [0; 5]).await.expect("an answer");
    });
    Builder::new().name("server").spawn(async move {
        listener.accept().await.expect("connected");
    });
    let local = UnixListener::bind("/run/api.sock").expect("free");
    let mut path = UnixStream::connect("/run/api.sock").await.expect("heard");
    let (mut other, _) = local.accept().await.expect("connected");
    Builder::new().name("reader of a path").spawn(async move {
        path.read_exact(&mut [0; 8])
            .await
            .expect("something to read");
    });
    Builder::new().name("reader of a client").spawn(async move {
        other
            .read_exact(&mut [0; 8])
            .await
            .expect("something to read");
    });
    let (mut one, other) = UnixStream::pair_with_capacity(1).expect("enough");
    Builder::new().name("writer of a pair").spawn(async move {
        one.write_all(b"xy").await.expect("there is room");
    });
    time::sleep(Duration::from_secs(2)).await;
    client.read_exact(&mut [0; 6]).await.expect("another byte");
    drop(other);
}

#[solipsism::test]
async fn hangs_on_a_pipe_and_a_full_backlog() {
    let (mut full, _kept) = pipe::pipe_with_capacity(10).expect("enough");
    Builder::new().name("writer").spawn(async move {
        full.write_all(&[0; 11]).await.expect("there is room");
    });
    let _deaf = UnixListener::bind("/run/deaf.sock").expect("free");
    let mut clients = JoinSet::new();
    for _ in 0..1026 {
        clients.spawn(UnixStream::connect("/run/deaf.sock"));
    }
    let (_silent, mut receiver) = pipe::pipe().expect("it can be made");
    let mut buf = [0; 8];
    time::timeout(Duration::from_secs(1), receiver.read(&mut buf))
        .await
        .expect_err("nobody writes");
    while let Some(client) = clients.join_next().await {
        client.expect("it finishes").expect("it is heard");
    }
}
