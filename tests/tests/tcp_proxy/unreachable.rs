//! What a client sees whose server cannot be reached.

use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::pin::pin;
use std::task::Poll;

use solipsism::fixtures::TcpProxy;
use solipsism::fixtures::tcp_proxy::Unreachable;
use solipsism::io::AsyncReadExt;
use solipsism::net::{Addr, Network, TcpStream, UnixListener};
use solipsism::spawn;
use solipsism::time::{Instant, sleep};
use solipsism_tests::net::secs;

use crate::{ask, echo};

#[solipsism::test]
async fn a_client_is_refused() -> io::Result<()> {
    let proxy = TcpProxy::start("server.internal:80").await?;
    let error = proxy.connect().await.expect_err("nobody listens");
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    assert_eq!(proxy.clients(), []);
    let statistics = proxy.statistics();
    assert_eq!((statistics.accepted, statistics.unreachable), (1, 1));
    let _server = echo().await?;
    assert_eq!(ask(&mut proxy.connect().await?, b"x").await?.0, b"x");
    Ok(())
}

#[solipsism::test]
async fn a_client_is_reset() -> io::Result<()> {
    let proxy = TcpProxy::start("server.internal:80").await?;
    proxy.set_unreachable(Unreachable::Reset);
    let mut client = proxy.connect().await?;
    client.try_write(b"hello?")?;
    let read = client.read(&mut [0]).await;
    assert_eq!(
        read.expect_err("it is reset").kind(),
        ErrorKind::ConnectionReset
    );
    assert_eq!(proxy.clients(), []);
    let _server = echo().await?;
    assert_eq!(ask(&mut proxy.connect().await?, b"x").await?.0, b"x");
    proxy.set_unreachable(Unreachable::Refuse);
    assert_eq!(ask(&mut proxy.connect().await?, b"x").await?.0, b"x");
    Ok(())
}

#[solipsism::test]
async fn a_server_that_comes_in_the_same_instant_is_reached() -> io::Result<()> {
    let proxy = TcpProxy::start("server.internal:80").await?;
    let late = spawn(echo());
    let mut client = proxy.connect().await?;
    late.await.expect("no panic")?;
    assert_eq!(ask(&mut client, b"x").await?.0, b"x");
    Ok(())
}

#[solipsism::test]
async fn a_client_waits_as_long_as_for_the_server_itself(net: Network) -> io::Result<()> {
    let _server = echo().await?;
    let proxy = TcpProxy::start("server.internal:80").await?;
    net.partition("localhost", "server.internal");
    let start = Instant::now();
    let error = proxy.connect().await.expect_err("it takes too long");
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    assert!(!error.to_string().contains("backlog"), "{error}");
    assert_eq!(start.elapsed(), secs(127));
    net.heal();
    assert_eq!(ask(&mut proxy.connect().await?, b"x").await?.0, b"x");
    Ok(())
}

#[solipsism::test]
async fn a_client_that_is_still_connecting_is_refused_by_a_disconnect(
    net: Network,
) -> io::Result<()> {
    let _server = echo().await?;
    let proxy = TcpProxy::start("server.internal:80").await?;
    net.partition("localhost", "server.internal");
    let addr = proxy.addr();
    let client = spawn(TcpStream::connect(addr));
    sleep(secs(1)).await;
    proxy.disconnect_all().await;
    let error = client.await.expect("no panic").expect_err("it is refused");
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    Ok(())
}

#[solipsism::test]
async fn a_closed_proxy_refuses_who_was_not_accepted() -> io::Result<()> {
    let _server = echo().await?;
    let proxy = TcpProxy::start("server.internal:80").await?;
    let addr = proxy.addr();
    let mut client = pin!(TcpStream::connect(addr));
    let is_pending = poll_fn(|cx| Poll::Ready(client.as_mut().poll(cx).is_pending()));
    assert!(is_pending.await, "nobody has accepted it");
    drop(proxy);
    let error = client.await.expect_err("it is refused");
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    Ok(())
}

#[solipsism::test]
async fn an_upstream_must_be_an_address_of_the_internet() -> io::Result<()> {
    let error = TcpProxy::start("nowhere")
        .await
        .expect_err("it has no port");
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    let listener = UnixListener::bind("/run/server.sock")?;
    let addr = Addr::from(listener.local_addr()?);
    let error = TcpProxy::start(addr)
        .await
        .expect_err("it is a unix socket's");
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    Ok(())
}
