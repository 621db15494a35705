//! Streams of other people's under the checkers: tokio's, rustls's, and what futures and tokio put around them. And what of
//! ours does not go along with a tokio runtime.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::future::join;
use solipsism::EventLoop;
use solipsism::io::{AsyncRead, AsyncWrite, BufReader, BufWriter};
use solipsism::net::UnixStream;
use solipsism::testing::{Disturbed, check_one_way_stream, check_stream, check_two_way_stream};
use solipsism::tls;
use tokio::io::ReadBuf;

/// A stream with tokio's traits under those of futures.
struct Tokios<S>(S);

impl<S: tokio::io::AsyncRead + Unpin> AsyncRead for Tokios<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let mut buf = ReadBuf::new(buf);
        ready!(Pin::new(&mut self.0).poll_read(cx, &mut buf))?;
        Poll::Ready(Ok(buf.filled().len()))
    }
}

impl<S: tokio::io::AsyncWrite + Unpin> AsyncWrite for Tokios<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write_vectored(cx, bufs)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

#[solipsism::test]
async fn tokios_duplex(#[values(1, 64, 4096, 65_536)] room: usize) {
    check_stream(async || {
        let (one, other) = tokio::io::duplex(room);
        io::Result::Ok((Tokios(one), Tokios(other)))
    })
    .await;
}

/// Its halves are those of one stream, and are not told of each other's drop.
#[solipsism::test]
#[should_panic(expected = "when a writer was dropped its reader finds the end, or an error")]
async fn tokios_simplex() {
    check_one_way_stream(async || {
        let (reader, writer) = tokio::io::simplex(256);
        io::Result::Ok((Tokios(writer), Tokios(reader)))
    })
    .await;
}

#[solipsism::test]
async fn tokios_buffers_and_halves() {
    check_stream(async || {
        let (one, other) = tokio::io::duplex(512);
        let (reader, writer) = tokio::io::split(other);
        io::Result::Ok((
            Tokios(tokio::io::BufStream::with_capacity(64, 64, one)),
            Tokios(tokio::io::join(reader, writer)),
        ))
    })
    .await;
}

#[solipsism::test]
async fn our_streams_with_tokios_traits() {
    check_stream(async || {
        let (one, other) = UnixStream::pair_with_capacity(1000)?;
        io::Result::Ok((Tokios(one), Tokios(Disturbed::new(other).pending_first())))
    })
    .await;
}

/// Both ends of a TLS connection over a pair of sockets.
async fn shake_hands<S: AsyncRead + AsyncWrite + Unpin>(
    (one, other): (S, S),
) -> io::Result<(tls::client::TlsStream<S>, tls::server::TlsStream<S>)> {
    let (connector, acceptor) = (tls::connector(), tls::acceptor("api.internal"));
    let client = connector.connect(tls::name("api.internal"), one);
    let (client, server) = join(client, acceptor.accept(other)).await;
    Ok((client?, server?))
}

/// A read into an empty buffer is none: rustls's streams take what it gives for the end of the stream.
struct NoEmptyReads<S>(S);

impl<S: AsyncRead + Unpin> AsyncRead for NoEmptyReads<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        if buf.is_empty() {
            return Poll::Ready(Ok(0));
        }
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for NoEmptyReads<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write_vectored(cx, bufs)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_close(cx)
    }
}

type Ends<S> = (
    NoEmptyReads<tls::client::TlsStream<S>>,
    NoEmptyReads<tls::server::TlsStream<S>>,
);

async fn connect<S: AsyncRead + AsyncWrite + Unpin>(
    pair: io::Result<(S, S)>,
) -> io::Result<Ends<S>> {
    let (client, server) = shake_hands(pair?).await?;
    Ok((NoEmptyReads(client), NoEmptyReads(server)))
}

#[solipsism::test]
#[should_panic(expected = "a read into an empty buffer takes nothing")]
async fn tls_ends_by_an_empty_read() {
    check_stream(async || shake_hands(UnixStream::pair()?).await).await;
}

#[solipsism::test]
async fn tls_over_sockets() {
    check_stream(async || connect(UnixStream::pair()).await).await;
}

#[solipsism::test]
async fn tls_over_little_room() {
    check_two_way_stream(async || connect(UnixStream::pair_with_capacity(4096)).await).await;
}

#[solipsism::test]
async fn buffers_around_tls() {
    check_stream(async || {
        let (client, server) = connect(UnixStream::pair()).await?;
        io::Result::Ok((
            BufReader::new(BufWriter::new(client)),
            BufWriter::new(server),
        ))
    })
    .await;
}

#[solipsism::test(tokio)]
#[should_panic(expected = "put what needs a child into a test without `tokio`")]
async fn a_hosted_loop_has_no_children() {
    let _child = EventLoop::current().child();
}

solipsism::main!();
