//! What goes over the wire is the same in every run.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use solipsism::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use solipsism::net::UnixStream;
use solipsism::tls;
use solipsism_tests::in_own_world;

/// Keeps what is written.
struct Noting(UnixStream, Arc<Mutex<Vec<u8>>>);

impl AsyncRead for Noting {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        AsyncRead::poll_read(Pin::new(&mut self.0), cx, buf)
    }
}

impl AsyncWrite for Noting {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = AsyncWrite::poll_write(Pin::new(&mut self.0), cx, buf);
        if let Poll::Ready(Ok(count)) = written {
            self.1.lock().unwrap().extend(&buf[..count]);
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        AsyncWrite::poll_flush(Pin::new(&mut self.0), cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        AsyncWrite::poll_close(Pin::new(&mut self.0), cx)
    }
}

/// All that both ends of a connection wrote, in the order in which they did.
async fn conversation() -> Vec<u8> {
    let written = Arc::<Mutex<Vec<u8>>>::default();
    let (one, other) = UnixStream::pair().unwrap();
    let (one, other) = (Noting(one, written.clone()), Noting(other, written.clone()));
    let acceptor = tls::acceptor("api.internal");
    let server = solipsism::spawn(async move {
        let mut stream = acceptor.accept(one).await.unwrap();
        let mut three = [0; 3];
        stream.read_exact(&mut three).await.unwrap();
        stream.write_all(&three).await.unwrap();
        stream.close().await.unwrap();
    });
    let mut stream = tls::connector()
        .connect(tls::name("api.internal"), other)
        .await
        .unwrap();
    stream.write_all(b"one").await.unwrap();
    let mut all = Vec::new();
    stream.read_to_end(&mut all).await.unwrap();
    server.await.unwrap();
    written.lock().unwrap().clone()
}

#[solipsism::test]
async fn a_seed_gives_the_same_bytes() {
    let first = in_own_world(7, conversation);
    assert_eq!(first, in_own_world(7, conversation));
    let other = in_own_world(8, conversation);
    assert_ne!(first, other);
    assert_eq!(first.len(), other.len());
}
