//! Proxies whose processors fail, or that are waited for in vain.

use std::error::Error;
use std::fmt;
use std::future::pending;
use std::io;

use solipsism::fixtures::TcpProxy;
use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::{Network, TcpListener, TcpStream};
use solipsism::time::{self, Duration};

/// A proxy with two clients in front of a listener that accepts nobody.
async fn start() -> io::Result<(TcpListener, TcpProxy, [TcpStream; 2])> {
    let listener = TcpListener::bind("db.internal:5432").await?;
    let proxy = TcpProxy::start("db.internal:5432").await?;
    let clients = [proxy.connect().await?, proxy.connect().await?];
    Ok((listener, proxy, clients))
}

#[derive(Debug)]
struct BadFrame(std::num::ParseIntError);

impl fmt::Display for BadFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no frame begins so")
    }
}

impl Error for BadFrame {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

#[solipsism::test]
async fn a_processor_returns_an_error() -> io::Result<()> {
    let (_listener, proxy, mut clients) = start().await?;
    proxy.to_server().try_map(|chunk| {
        let text = String::from_utf8_lossy(&chunk);
        match text.parse::<u8>() {
            Ok(_) => Ok(chunk),
            Err(error) => Err(BadFrame(error)),
        }
    });
    time::sleep(Duration::from_secs(1)).await;
    clients[1].write_all(b"300").await?;
    clients[1].read_exact(&mut [0]).await
}

#[solipsism::test]
async fn an_async_processor_returns_an_error() -> io::Result<()> {
    let (listener, proxy, mut clients) = start().await?;
    proxy.to_client().try_map_async(|_| async {
        time::sleep(Duration::from_secs(1)).await;
        Err("nobody may see this")
    });
    let (mut server, _) = listener.accept().await?;
    server.write_all(b"secret").await?;
    clients[0].read_exact(&mut [0]).await
}

#[solipsism::test]
async fn a_processor_panics() -> io::Result<()> {
    let (_listener, proxy, mut clients) = start().await?;
    proxy.to_server().map(|chunk| {
        assert!(chunk.len() >= 8, "a header has 8 bytes");
        chunk[8..].to_vec()
    });
    clients[1].write_all(b"xyz").await?;
    clients[1].read_exact(&mut [0]).await
}

#[solipsism::test]
async fn a_client_hangs() -> io::Result<()> {
    let (_listener, proxy, mut clients) = start().await?;
    proxy.set_delay(Duration::MAX, Duration::ZERO);
    proxy.to_client().map_async(|_| pending());
    clients[1].write_all(b"x").await?;
    clients[0].read_exact(&mut [0]).await
}

#[solipsism::test(clock = "manual")]
async fn a_client_of_a_slow_proxy_is_frozen() -> io::Result<()> {
    let (_listener, proxy, mut clients) = start().await?;
    proxy.set_delay(Duration::from_secs(1), Duration::ZERO);
    clients[1].write_all(b"x").await?;
    clients[1].read_exact(&mut [0]).await
}

#[solipsism::test(clock = "manual")]
async fn the_server_of_a_proxy_is_cut_off(net: Network) -> io::Result<()> {
    let (_listener, proxy, _clients) = start().await?;
    net.partition("localhost", "db.internal");
    proxy.connect().await.map(drop)
}
