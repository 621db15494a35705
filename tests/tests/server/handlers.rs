//! What a handler may be, return and see.

use std::error::Error;
use std::io;
use std::time::Duration;

use solipsism::fixtures::Server;
use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::Stream;
use solipsism::time::{self, Instant};

use super::{SECOND, ask, shout};

#[solipsism::test]
async fn may_return_much(server: Server) -> io::Result<()> {
    async fn send(_: Stream) -> Result<(), Box<dyn Error + Send + Sync>> {
        Ok(())
    }
    async fn boxed(_: Stream) -> Result<(), Box<dyn Error>> {
        Ok(())
    }
    async fn text(_: Stream) -> Result<(), String> {
        Ok(())
    }
    async fn never(_: Stream) -> Result<std::convert::Infallible, std::fmt::Error> {
        std::future::pending().await
    }
    server.start_and_connect(send).await?;
    server.close().await;
    server.start_and_connect(boxed).await?;
    server.close().await;
    server.start_and_connect(text).await?;
    server.close().await;
    server.start_and_connect(never).await?;
    server.close().await;
    server.start_and_connect(|_stream| async {}).await?;
    server.close().await;
    server
        .start_and_connect(|_stream| async { io::Result::Ok(()) })
        .await?;
    server.close().await;
    server
        .start_and_connect(|stream| async {
            let _stream = stream;
            loop {
                time::sleep(Duration::MAX).await;
            }
        })
        .await?;
    Ok(())
}

#[solipsism::test]
async fn each_connection_has_its_own(server: Server) -> io::Result<()> {
    let mut count = 0_u8;
    server
        .start(move |mut stream| {
            count += 1;
            async move { stream.write_all(&[count]).await }
        })
        .await?;
    let mut clients = Vec::new();
    for _ in 0..200 {
        clients.push(server.connect().await?);
    }
    for (expected, client) in (1..).zip(&mut clients) {
        let mut told = [0];
        client.read_exact(&mut told).await?;
        assert_eq!(told, [expected]);
    }
    Ok(())
}

#[solipsism::test]
async fn are_met_by_tasks(server: Server) -> io::Result<()> {
    server.start(shout).await?;
    let tasks: Vec<_> = (0..10)
        .map(|number| {
            let server = server.clone();
            solipsism::spawn(async move {
                time::sleep(number * SECOND).await;
                let mut client = server.connect().await?;
                ask(&mut client, &format!("client {number}")).await
            })
        })
        .collect();
    for (number, task) in tasks.into_iter().enumerate() {
        let reply = task.await.expect("it finishes")?;
        assert_eq!(reply, format!("CLIENT {number}"));
    }
    Ok(())
}

#[solipsism::test]
async fn see_a_half_close(server: Server) -> io::Result<()> {
    let mut client = server
        .start_and_connect(|mut stream: Stream| async move {
            let mut all = Vec::new();
            stream.read_to_end(&mut all).await?;
            all.reverse();
            stream.write_all(&all).await
        })
        .await?;
    client.write_all(b"abc").await?;
    client.close().await?;
    let mut reply = String::new();
    client.read_to_string(&mut reply).await?;
    assert_eq!(reply, "cba");
    Ok(())
}

#[solipsism::test]
async fn may_close_the_server(server: Server) -> io::Result<()> {
    let own = server.clone();
    let mut client = server
        .start_and_connect(move |stream| {
            let own = own.clone();
            async move {
                own.close().await;
                drop(stream);
            }
        })
        .await?;
    assert_eq!(client.read(&mut [0]).await?, 0);
    assert!(server.connect().await.is_err());
    Ok(())
}

#[solipsism::test]
async fn may_be_shut_down_by_one_of_several(server: Server) -> io::Result<()> {
    let start = Instant::now();
    for _ in 0..3 {
        server.start(|_stream| time::sleep(SECOND)).await?;
        let _clients = [server.connect().await?, server.connect().await?];
        let both = futures_util::future::join(server.shutdown(), server.shutdown());
        both.await;
    }
    assert_eq!(start.elapsed(), 3 * SECOND);
    let late = server.start_and_connect(|_stream| time::sleep(SECOND));
    let _late = late.await?;
    // Giving up is no end of anything.
    let shut_down = time::timeout(SECOND / 2, server.shutdown());
    assert!(shut_down.await.is_err());
    server.shutdown().await;
    assert_eq!(start.elapsed(), 4 * SECOND);
    Ok(())
}

#[solipsism::test]
async fn are_waited_for_by_shutdown(server: Server) -> io::Result<()> {
    let start = Instant::now();
    let _client = server
        .start_and_connect(|_stream| time::sleep(3600 * SECOND))
        .await?;
    server.shutdown().await;
    assert_eq!(start.elapsed(), 3600 * SECOND);
    Ok(())
}
