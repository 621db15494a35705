//! Streams that keep the rules, under the checker of them.

use std::cell::Cell;
use std::io;
use std::time::Duration;

use solipsism::io::{AsyncReadExt, BufReader, BufWriter};
use solipsism::net::unix::pipe;
use solipsism::net::{Network, Stream, TcpListener, TcpStream, UnixStream};
use solipsism::testing::{check_one_way_stream, check_stream, check_two_way_stream};

async fn tcp(port: &Cell<u16>) -> io::Result<(TcpStream, TcpStream)> {
    port.set(port.get() + 1);
    let addr = ("api.internal", port.get());
    let listener = TcpListener::bind(addr).await?;
    let client = TcpStream::connect(addr).await?;
    Ok((client, listener.accept().await?.0))
}

#[solipsism::test]
async fn unix_sockets() {
    check_stream(async || UnixStream::pair()).await;
}

#[solipsism::test]
async fn unix_sockets_with_little_room(#[values(1, 2, 7, 4096)] room: usize) {
    check_stream(async || UnixStream::pair_with_capacity(room)).await;
}

#[solipsism::test]
async fn tcp_sockets() {
    let port = Cell::new(1000);
    check_stream(async || tcp(&port).await).await;
}

#[solipsism::test]
async fn tcp_sockets_far_from_each_other(net: Network) {
    net.host("api.internal");
    net.link("localhost", "api.internal")
        .latency(Duration::from_millis(20));
    let port = Cell::new(1000);
    check_stream(async || tcp(&port).await).await;
}

#[solipsism::test]
async fn streams_of_any_transport() {
    check_stream(async || {
        let (one, other) = UnixStream::pair()?;
        io::Result::Ok((Stream::from(one), Stream::new(other)))
    })
    .await;
}

#[solipsism::test]
async fn pipes() {
    check_one_way_stream(async || pipe::pipe()).await;
}

#[solipsism::test]
async fn halves() {
    check_one_way_stream(async || {
        let (one, other) = UnixStream::pair()?;
        io::Result::Ok((one.into_split().1, other.into_split().0))
    })
    .await;
}

#[solipsism::test]
async fn buffered_streams() {
    check_stream(async || {
        let (one, other) = UnixStream::pair_with_capacity(512)?;
        let buffered = |stream| BufReader::with_capacity(64, BufWriter::with_capacity(64, stream));
        io::Result::Ok((buffered(one), buffered(other)))
    })
    .await;
}

#[solipsism::test]
async fn halves_of_futures() {
    check_one_way_stream(async || {
        let (one, other) = UnixStream::pair()?;
        io::Result::Ok((one, AsyncReadExt::split(other).0))
    })
    .await;
}

#[solipsism::test]
async fn streams_of_which_a_close_ends_both_directions() {
    check_two_way_stream(async || UnixStream::pair()).await;
}

solipsism::main!();
