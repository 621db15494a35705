//! How connections through a proxy end: by a client, by the server, by the proxy.

use std::io::{self, ErrorKind};

use solipsism::fixtures::TcpProxy;
use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::{TcpListener, TcpStream};
use solipsism::time::{Duration, Instant, sleep, timeout};
use solipsism_tests::net::{connect_error, millis, secs};

use crate::{ask, echo, receive, start, through};

/// What reading at a stream fails with.
async fn read_error(stream: &mut TcpStream) -> ErrorKind {
    let read = stream.read(&mut [0; 8]).await;
    read.expect_err("the stream was reset").kind()
}

#[solipsism::test]
async fn a_client_half_closes_first() -> io::Result<()> {
    let (proxy, mut client, mut server) = through().await?;
    client.write_all(b"request").await?;
    client.shutdown().await?;
    let mut request = Vec::new();
    server.read_to_end(&mut request).await?;
    assert_eq!(request, b"request");
    sleep(secs(5)).await;
    assert_eq!(proxy.clients().len(), 1);
    server.write_all(b"response").await?;
    drop(server);
    let mut response = Vec::new();
    client.read_to_end(&mut response).await?;
    assert_eq!(response, b"response");
    assert_eq!(proxy.clients(), []);
    Ok(())
}

#[solipsism::test]
async fn a_server_half_closes_first() -> io::Result<()> {
    let (proxy, mut client, mut server) = through().await?;
    server.write_all(b"greeting").await?;
    server.shutdown().await?;
    let mut greeting = Vec::new();
    client.read_to_end(&mut greeting).await?;
    assert_eq!(greeting, b"greeting");
    client.write_all(b"thanks").await?;
    client.shutdown().await?;
    let mut thanks = Vec::new();
    server.read_to_end(&mut thanks).await?;
    assert_eq!(thanks, b"thanks");
    assert_eq!(proxy.clients(), []);
    Ok(())
}

#[solipsism::test]
async fn an_end_is_behind_what_is_delayed() -> io::Result<()> {
    let (proxy, mut client, mut server) = through().await?;
    proxy.set_delay(millis(100), Duration::ZERO);
    let start = Instant::now();
    client.write_all(b"last words").await?;
    drop(client);
    assert_eq!(receive(&mut server).await?, b"last words");
    assert_eq!(receive(&mut server).await?, b"");
    assert_eq!(start.elapsed(), millis(100));
    Ok(())
}

#[solipsism::test]
async fn a_server_resets() -> io::Result<()> {
    let (proxy, mut client, server) = through().await?;
    server.try_write(b"bye")?;
    sleep(millis(1)).await;
    server.set_zero_linger()?;
    drop(server);
    sleep(millis(1)).await;
    assert_eq!(receive(&mut client).await?, b"bye");
    assert_eq!(read_error(&mut client).await, ErrorKind::ConnectionReset);
    assert_eq!(proxy.clients(), []);
    Ok(())
}

#[solipsism::test]
async fn a_client_resets() -> io::Result<()> {
    let (proxy, client, mut server) = through().await?;
    client.set_zero_linger()?;
    drop(client);
    assert_eq!(read_error(&mut server).await, ErrorKind::ConnectionReset);
    assert_eq!(proxy.clients(), []);
    Ok(())
}

#[solipsism::test]
async fn a_reset_is_behind_what_is_delayed() -> io::Result<()> {
    let (proxy, mut client, mut server) = through().await?;
    proxy.set_delay(millis(100), Duration::ZERO);
    let start = Instant::now();
    client.write_all(b"last words").await?;
    sleep(millis(1)).await;
    client.set_zero_linger()?;
    drop(client);
    assert_eq!(receive(&mut server).await?, b"last words");
    assert_eq!(read_error(&mut server).await, ErrorKind::ConnectionReset);
    assert_eq!(start.elapsed(), millis(100));
    Ok(())
}

#[solipsism::test]
async fn a_client_that_is_gone_stops_the_server() -> io::Result<()> {
    let (_proxy, client, mut server) = through().await?;
    drop(client);
    let error = loop {
        match server.write_all(b"anybody?").await {
            Ok(()) => sleep(millis(1)).await,
            Err(error) => break error.kind(),
        }
    };
    // As without a proxy: the server had found the end of the stream before it was reset.
    assert_eq!(error, ErrorKind::BrokenPipe);
    Ok(())
}

#[solipsism::test]
async fn a_disconnect_reaches_both_and_lets_new_clients_in() -> io::Result<()> {
    let listener = TcpListener::bind("server.internal:80").await?;
    let proxy = TcpProxy::start("server.internal:80").await?;
    for _ in 0..3 {
        let mut client = proxy.connect().await?;
        let (mut server, _) = listener.accept().await?;
        client.write_all(b"x").await?;
        assert_eq!(receive(&mut server).await?, b"x");
        proxy.disconnect_all().await;
        assert_eq!(receive(&mut server).await?, b"");
        assert_eq!(receive(&mut client).await?, b"");
        proxy.disconnect_all().await;
    }
    Ok(())
}

#[solipsism::test]
async fn a_disconnect_delivers_what_was_relayed_and_discards_what_is_delayed() -> io::Result<()> {
    let (proxy, mut client, mut server) = through().await?;
    client.write_all(b"relayed").await?;
    server.write_all(b"relayed").await?;
    sleep(millis(1)).await;
    proxy.set_delay(secs(1), secs(1));
    client.write_all(b"delayed").await?;
    server.write_all(b"delayed").await?;
    sleep(millis(500)).await;
    client.write_all(b"unread").await?;
    server.write_all(b"unread").await?;
    proxy.disconnect_all().await;
    for stream in [&mut client, &mut server] {
        assert_eq!(receive(stream).await?, b"relayed");
        assert_eq!(receive(stream).await?, b"");
    }
    Ok(())
}

#[solipsism::test]
async fn a_reset_delivers_what_was_relayed_and_discards_what_is_delayed() -> io::Result<()> {
    let (proxy, mut client, mut server) = through().await?;
    client.write_all(b"relayed").await?;
    sleep(millis(1)).await;
    proxy.set_delay(secs(1), secs(1));
    client.write_all(b"delayed").await?;
    sleep(millis(500)).await;
    proxy.reset_all().await;
    assert_eq!(receive(&mut server).await?, b"relayed");
    assert_eq!(read_error(&mut server).await, ErrorKind::ConnectionReset);
    assert_eq!(read_error(&mut client).await, ErrorKind::ConnectionReset);
    Ok(())
}

#[solipsism::test]
async fn a_reset_lets_new_clients_in() -> io::Result<()> {
    let (proxy, mut client) = start().await?;
    for _ in 0..3 {
        assert_eq!(ask(&mut client, b"x").await?.0, b"x");
        proxy.reset_all().await;
        assert_eq!(read_error(&mut client).await, ErrorKind::ConnectionReset);
        client = proxy.connect().await?;
    }
    Ok(())
}

#[solipsism::test]
async fn a_chunk_that_is_being_written_is_delivered_by_a_disconnect() -> io::Result<()> {
    let (proxy, mut client, mut server) = through().await?;
    proxy.to_server().map(|_| vec![1; 200_000]);
    client.write_all(b"x").await?;
    sleep(millis(1)).await;
    proxy.disconnect_all().await;
    assert_eq!(proxy.clients(), []);
    assert_eq!(receive(&mut client).await?, b"");
    let mut all = Vec::new();
    server.read_to_end(&mut all).await?;
    assert_eq!(all.len(), 200_000);
    Ok(())
}

#[solipsism::test]
async fn a_reset_ends_what_a_disconnect_still_writes() -> io::Result<()> {
    let (proxy, mut client, mut server) = through().await?;
    proxy.to_server().map(|_| vec![1; 200_000]);
    client.write_all(b"x").await?;
    sleep(millis(1)).await;
    proxy.disconnect_all().await;
    proxy.reset_all().await;
    let mut all = Vec::new();
    let read = server.read_to_end(&mut all).await;
    let error = read.expect_err("it was reset").kind();
    assert_eq!((all.len(), error), (65_536, ErrorKind::ConnectionReset));
    Ok(())
}

#[solipsism::test]
async fn a_client_that_never_reads_stops_the_server() -> io::Result<()> {
    let (_proxy, mut client, mut server) = through().await?;
    let mut written = 0;
    while let Ok(count) = timeout(secs(1), server.write(&[0; 10_000])).await {
        written += count?;
    }
    // What fits into the two connections, and a chunk in the proxy.
    assert_eq!(written, 3 * 65_536);
    client.read_exact(&mut [0; 70_000]).await?;
    timeout(secs(1), server.write_all(&[0; 10_000])).await??;
    Ok(())
}

#[solipsism::test]
async fn a_closed_proxy_disconnects_and_refuses() -> io::Result<()> {
    let (proxy, mut client) = start().await?;
    proxy.close().await;
    assert_eq!(receive(&mut client).await?, b"");
    let error = proxy.connect().await.expect_err("nobody listens");
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    proxy.close().await;
    proxy.disconnect_all().await;
    Ok(())
}

#[solipsism::test]
async fn dropping_closes() -> io::Result<()> {
    let (proxy, mut client) = start().await?;
    let addr = proxy.addr();
    drop(proxy);
    assert_eq!(receive(&mut client).await?, b"");
    assert_eq!(
        connect_error(&addr.to_string()).await,
        ErrorKind::ConnectionRefused
    );
    Ok(())
}

#[solipsism::test]
async fn a_proxy_is_started_again_at_its_address() -> io::Result<()> {
    let server = echo().await?;
    for _ in 0..3 {
        let proxy = TcpProxy::start_on("proxy.internal:5432", server).await?;
        assert_eq!(proxy.addr().port(), 5432);
        let again = TcpProxy::start_on("proxy.internal:5432", server).await;
        assert_eq!(again.expect_err("taken").kind(), ErrorKind::AddrInUse);
        let mut client = TcpStream::connect("proxy.internal:5432").await?;
        assert_eq!(ask(&mut client, b"x").await?.0, b"x");
        proxy.close().await;
        assert_eq!(receive(&mut client).await?, b"");
    }
    Ok(())
}
