//! `TcpProxy`: what goes through it and when, what changes and cuts it, and who is told.

mod clients;
mod delays;
mod ends;
mod example;
mod fixtures;
mod network;
mod processors;
mod transparency;
mod unreachable;

use std::io;
use std::net::SocketAddr;

use solipsism::fixtures::TcpProxy;
use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::{TcpListener, TcpStream};
use solipsism::time::{Duration, Instant};

/// Starts a server that sends back what it gets, and says where it listens.
async fn echo() -> io::Result<SocketAddr> {
    serve(async |mut stream| {
        let mut chunk = vec![0; 64 * 1024];
        loop {
            let count = stream.read(&mut chunk).await?;
            if count == 0 {
                return Ok(());
            }
            stream.write_all(&chunk[..count]).await?;
        }
    })
    .await
}

/// Starts a server that does this with each client. That one is reset is no failure of it.
async fn serve<F>(handler: F) -> io::Result<SocketAddr>
where
    F: AsyncFn(TcpStream) -> io::Result<()> + Clone + 'static,
{
    let listener = TcpListener::bind("server.internal:80").await?;
    let addr = listener.local_addr()?;
    let accept = async move {
        // Until its host crashes.
        while let Ok((stream, _)) = listener.accept().await {
            let handler = handler.clone();
            solipsism::spawn(async move { drop(handler(stream).await) }).background();
        }
    };
    solipsism::spawn(accept).background();
    Ok(addr)
}

/// Sends this, and gives what comes back for it in one piece, and how long that took.
async fn ask(client: &mut TcpStream, request: &[u8]) -> io::Result<(Vec<u8>, Duration)> {
    let start = Instant::now();
    client.write_all(request).await?;
    Ok((receive(client).await?, start.elapsed()))
}

/// What comes next, in one piece; nothing at the end.
async fn receive(client: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut answer = vec![0; 64 * 1024];
    let count = client.read(&mut answer).await?;
    answer.truncate(count);
    Ok(answer)
}

/// A proxy in front of an echo, with a client.
async fn start() -> io::Result<(TcpProxy, TcpStream)> {
    let proxy = TcpProxy::start(echo().await?).await?;
    let client = proxy.connect().await?;
    Ok((proxy, client))
}

/// A proxy in front of a listener: the client's end and the server's.
async fn through() -> io::Result<(TcpProxy, TcpStream, TcpStream)> {
    let listener = TcpListener::bind("server.internal:80").await?;
    let proxy = TcpProxy::start("server.internal:80").await?;
    let client = proxy.connect().await?;
    let (server, _) = listener.accept().await?;
    Ok((proxy, client, server))
}

solipsism::main!();
