//! What aiomisc's own tests and manual ask of a proxy.

use std::io;

use solipsism::fixtures::TcpProxy;
use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::time::{Duration, Instant};
use solipsism_tests::net::millis;

use crate::{ask, echo, receive, serve, start};

/// The sum and the count of all bytes until now.
fn digest(seen: &[u8]) -> Vec<u8> {
    let sum = seen.iter().map(|byte| u64::from(*byte)).sum::<u64>();
    let count = seen.len() as u64;
    [sum.to_be_bytes(), count.to_be_bytes()].concat()
}

/// Answers each chunk with the digest of all until then.
async fn digests() -> io::Result<TcpProxy> {
    let server = serve(async |mut stream| {
        let mut seen = Vec::new();
        loop {
            let chunk = receive(&mut stream).await?;
            if chunk.is_empty() {
                return Ok(());
            }
            seen.extend(chunk);
            stream.write_all(&digest(&seen)).await?;
        }
    });
    TcpProxy::start(server.await?).await
}

#[solipsism::test]
async fn what_is_sent_arrives() -> io::Result<()> {
    let proxy = digests().await?;
    let mut client = proxy.connect().await?;
    client.write_all(b"Hello world").await?;
    let mut answer = [0; 16];
    client.read_exact(&mut answer).await?;
    assert_eq!(answer[..], digest(b"Hello world"));
    Ok(())
}

#[solipsism::test]
async fn a_disconnected_client_finds_the_end() -> io::Result<()> {
    let proxy = digests().await?;
    let mut client = proxy.connect().await?;
    ask(&mut client, b"Hello world").await?;
    proxy.disconnect_all().await;
    assert_eq!(receive(&mut client).await?, b"");
    Ok(())
}

#[solipsism::test]
async fn a_delay_is_slept_in_each_direction() -> io::Result<()> {
    let proxy = digests().await?;
    proxy.set_delay(millis(100), millis(100));
    let mut client = proxy.connect().await?;
    let (answer, took) = ask(&mut client, b"Hello world").await?;
    assert_eq!((answer, took), (digest(b"Hello world"), millis(200)));
    Ok(())
}

#[solipsism::test]
async fn a_slowdown_may_differ_by_direction() -> io::Result<()> {
    let proxy = TcpProxy::start(echo().await?).await?;
    let _slow = proxy.slowdown(millis(100), millis(200));
    let mut client = proxy.connect().await?;
    let (answer, took) = ask(&mut client, b"Hello world").await?;
    assert_eq!((&answer[..], took), (&b"Hello world"[..], millis(300)));
    Ok(())
}

#[solipsism::test]
async fn processors_see_the_request_and_the_answer() -> io::Result<()> {
    let proxy = digests().await?;
    proxy.to_server().map(|_| b"Never say hello".to_vec());
    proxy
        .to_client()
        .map(|chunk| chunk.iter().rev().copied().collect());
    let mut client = proxy.connect().await?;
    let (mut answer, _) = ask(&mut client, b"Hello world").await?;
    answer.reverse();
    assert_eq!(answer, digest(b"Never say hello"));
    Ok(())
}

#[solipsism::test]
#[rustfmt::skip]
async fn through_a_proxy(server: solipsism::fixtures::Server) -> std::io::Result<()> {
    server.start(|_stream| async { std::io::Result::Ok(()) }).await?;
    let proxy = TcpProxy::start(server.addr()).await?;
    let _client = proxy.connect().await?;
    {
        let _slow = proxy.slowdown(Duration::from_millis(100), Duration::from_millis(200)); // to the server, to the client; until dropped
    }
    proxy.to_server().map(|_chunk| b"replaced".to_vec());
    proxy.to_client().map(|chunk| chunk.iter().rev().copied().collect());
    proxy.disconnect_all().await;
    Ok(())
}

#[solipsism::test]
async fn without_delays_it_takes_no_time() -> io::Result<()> {
    let (_proxy, mut client) = start().await?;
    let start = Instant::now();
    for _ in 0..100 {
        assert_eq!(ask(&mut client, b"x").await?.0, b"x");
    }
    assert_eq!(start.elapsed(), Duration::ZERO);
    Ok(())
}
