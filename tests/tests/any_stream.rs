//! `net::Stream`: one type over every transport.

use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use solipsism::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use solipsism::net::{Addr, Stream, TcpListener, TcpStream, UnixListener, UnixStream};

fn is_send<T: Send + Sync + 'static>(_: &T) {}

async fn tcp() -> io::Result<(Stream, Stream)> {
    let listener = TcpListener::bind("api.internal:80").await?;
    let client = TcpStream::connect("api.internal:80").await?;
    let (server, _) = listener.accept().await?;
    Ok((client.into(), server.into()))
}

fn unix() -> io::Result<(Stream, Stream)> {
    let (one, other) = UnixStream::pair()?;
    Ok((one.into(), other.into()))
}

/// Over streams that the crate knows nothing of.
fn wrapped() -> io::Result<(Stream, Stream)> {
    let (one, other) = UnixStream::pair()?;
    Ok((Stream::new(Foreign(one)), Stream::new(Foreign(other))))
}

struct Foreign(UnixStream);

impl AsyncRead for Foreign {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Foreign {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_close(cx)
    }
}

/// One end sends, closes and still reads; the other answers when it has everything.
async fn half_closes((mut one, mut other): (Stream, Stream)) -> io::Result<()> {
    is_send(&one);
    one.write_all(b"a question").await?;
    one.flush().await?;
    one.close().await?;
    let mut asked = String::new();
    other.read_to_string(&mut asked).await?;
    assert_eq!(asked, "a question");
    other.write_all(b"an answer").await?;
    other.shutdown().await?;
    let mut answered = String::new();
    one.read_to_string(&mut answered).await?;
    assert_eq!(answered, "an answer");
    Ok(())
}

/// Both directions at once, and more than fits into them.
async fn splits((mut one, other): (Stream, Stream)) -> io::Result<()> {
    const MUCH: usize = 200_000;
    let (reader, mut writer) = other.into_split();
    let echo = solipsism::spawn(async move { solipsism::io::copy(reader, &mut writer).await });
    {
        let (mut reader, mut writer) = Stream::split(&mut one);
        let mut back = vec![0; MUCH];
        let sent = vec![7; MUCH];
        let (wrote, read) = futures_util::future::join(
            async {
                writer.write_all(&sent).await?;
                writer.close().await
            },
            reader.read_exact(&mut back),
        )
        .await;
        wrote?;
        read?;
        assert!(back.iter().all(|byte| *byte == 7));
        // A half that is dropped ends nothing.
    }
    assert_eq!(echo.await.expect("it finishes")?, MUCH as u64);
    // The echo's half is gone, and its direction with it.
    assert_eq!(one.read(&mut [0]).await?, 0);
    Ok(())
}

async fn reunites((one, other): (Stream, Stream)) -> io::Result<()> {
    let (reader, writer) = one.into_split();
    let (mut other_reader, other_writer) = other.into_split();
    let error = reader.reunite(other_writer).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the two halves belong to different streams"
    );
    let mut one = writer.reunite(error.0).expect("they are of one stream");
    error.1.forget();
    // Nothing has ended meanwhile.
    one.write_all(b"x").await?;
    other_reader.read_exact(&mut [0]).await?;
    drop(other_reader);
    assert_eq!(one.read(&mut [0]).await?, 0);
    Ok(())
}

#[solipsism::test]
async fn over_tcp() -> io::Result<()> {
    half_closes(tcp().await?).await?;
    splits(tcp().await?).await?;
    reunites(tcp().await?).await
}

#[solipsism::test]
async fn over_unix_sockets() -> io::Result<()> {
    half_closes(unix()?).await?;
    splits(unix()?).await?;
    reunites(unix()?).await
}

#[solipsism::test]
async fn over_a_foreign_transport() -> io::Result<()> {
    half_closes(wrapped()?).await?;
    splits(wrapped()?).await?;
    reunites(wrapped()?).await
}

#[solipsism::test]
async fn its_addresses_are_those_of_the_stream_inside() -> io::Result<()> {
    let (client, server) = tcp().await?;
    assert_eq!(client.local_addr()?, server.peer_addr()?);
    assert_eq!(client.peer_addr()?, server.local_addr()?);
    assert!(client.peer_addr()?.as_inet().is_some());
    let (reader, writer) = client.into_split();
    assert_eq!(reader.peer_addr()?, writer.peer_addr()?);
    assert_eq!(reader.as_ref().local_addr()?, server.peer_addr()?);

    let listener = UnixListener::bind("/run/api.sock")?;
    let addr: Addr = listener.local_addr()?.into();
    let client = Stream::connect(&addr).await?;
    assert_eq!(client.peer_addr()?, addr);

    let foreign = Stream::with_addrs(client, addr.clone(), server.local_addr()?);
    assert_eq!(foreign.local_addr()?, addr);
    assert_eq!(foreign.peer_addr()?, server.local_addr()?);
    assert_eq!(
        format!("{foreign:?}"),
        format!(
            "Stream {{ local: {addr}, peer: {}, .. }}",
            server.local_addr()?
        )
    );
    Ok(())
}

#[solipsism::test]
async fn a_foreign_stream_has_none() -> io::Result<()> {
    let (one, _other) = wrapped()?;
    let error = one.peer_addr().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!(
        error.to_string(),
        "this stream's transport gave it no addresses: `Stream::with_addrs` does"
    );
    assert_eq!(format!("{one:?}"), "Stream { .. }");
    Ok(())
}

#[solipsism::test]
async fn there_is_a_way_back() -> io::Result<()> {
    let (client, _server) = tcp().await?;
    assert!(client.as_unix().is_none());
    client.as_tcp().expect("it is TCP's").set_nodelay(true)?;
    let client = UnixStream::try_from(client).expect_err("it is TCP's");
    assert!(
        TcpStream::try_from(client)
            .expect("it is TCP's")
            .nodelay()?
    );

    let (one, _other) = unix()?;
    assert!(one.as_tcp().is_none() && one.as_unix().is_some());
    let one = TcpStream::try_from(one).expect_err("it is a unix socket's");
    assert!(UnixStream::try_from(one).is_ok());

    let (one, _other) = wrapped()?;
    assert!(one.as_tcp().is_none() && one.as_unix().is_none());
    assert!(TcpStream::try_from(one).is_err());
    Ok(())
}

#[solipsism::test]
async fn it_is_as_a_connection_shows_itself() -> io::Result<()> {
    let (client, _server) = tcp().await?;
    assert!(format!("{client:?}").starts_with("TcpStream { local: "));
    Ok(())
}

#[solipsism::test]
async fn nobody_to_connect_to_is_as_with_the_transport() {
    let tcp: Addr = std::net::SocketAddr::from(([127, 0, 0, 1], 80)).into();
    let refused = Stream::connect(&tcp).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
}

#[solipsism::test]
async fn a_foreign_half_that_writes_is_closed_when_it_is_dropped() -> io::Result<()> {
    struct Notes(Arc<Mutex<Vec<&'static str>>>);
    impl AsyncRead for Notes {
        fn poll_read(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
            _: &mut [u8],
        ) -> Poll<io::Result<usize>> {
            Poll::Pending
        }
    }
    impl AsyncWrite for Notes {
        fn poll_write(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
            buf: &[u8],
        ) -> Poll<io::Result<usize>> {
            self.0.lock().unwrap().push("written");
            Poll::Ready(Ok(buf.len()))
        }
        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            self.0.lock().unwrap().push("flushed");
            Poll::Ready(Ok(()))
        }
        fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            self.0.lock().unwrap().push("closed");
            Poll::Pending
        }
    }
    let notes = Arc::default();
    let (_reader, mut writer) = Stream::new(Notes(Arc::clone(&notes))).into_split();
    writer.write_all(b"x").await?;
    writer.flush().await?;
    drop(writer);
    assert_eq!(*notes.lock().unwrap(), ["written", "flushed", "closed"]);
    Ok(())
}

#[solipsism::test]
async fn a_half_may_outlive_its_world() {
    let make = || {
        let halves = |stream: Stream| stream.into_split();
        let made =
            solipsism::EventLoop::new().run(async move { wrapped().map(|(one, _)| halves(one)) });
        let (reader, writer) = made.expect("it finishes").expect("a pair can be made");
        drop(writer);
        drop(reader);
    };
    std::thread::spawn(make).join().expect("it does not panic");
}

solipsism::main!();
