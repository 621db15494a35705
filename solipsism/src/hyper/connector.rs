//! Connections for hyper-util's client.

use std::fmt;
use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use ::hyper::Uri;
use ::hyper::rt::{Read, ReadBufCursor, Write};
use ::hyper_util::client::legacy::connect::{Connected, Connection as HasMetadata};

use crate::net::{Stream, TcpStream};

/// Connects to the host and port of a URI, on the virtual network: a `tower_service::Service<Uri>`.
///
/// `http` is TCP, to port 80 unless the URI names another. `https` is TLS over TCP, to port 443, with the feature `tls`;
/// it trusts the world's authority alone (see `solipsism::tls`). Any other scheme is an error.
///
/// The futures are `Send`. Dropping one gives its connection up.
///
/// # Examples
///
/// A client with other settings than [`client`](super::client)'s:
///
/// ```
/// use solipsism::hyper::{Connector, Executor, Timer};
/// use solipsism::time::{self, Instant};
/// use bytes::Bytes;
/// use http_body_util::Full;
/// use hyper_util::client::legacy::Client;
///
/// solipsism::EventLoop::new().run(async {
///     let client: Client<_, Full<Bytes>> = Client::builder(Executor)
///         .pool_timer(Timer)
///         .pool_max_idle_per_host(0)
///         .build(Connector::new());
///     assert!(client.get("http://nobody.internal/".parse().unwrap()).await.unwrap_err().is_connect());
/// }).unwrap();
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Connector;

/// The future of [`Connector`].
pub struct Connecting(Pin<Box<dyn Future<Output = io::Result<Connection>> + Send>>);

/// What [`Connector`] gives: a [`Stream`] that hyper-util's client takes.
#[derive(Debug)]
pub struct Connection(Stream);

impl Connector {
    /// A connector of the world in which it is used.
    pub fn new() -> Self {
        Self
    }
}

impl tower_service::Service<Uri> for Connector {
    type Response = Connection;
    type Error = io::Error;
    type Future = Connecting;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Connecting {
        Connecting(Box::pin(connect(uri)))
    }
}

async fn connect(uri: Uri) -> io::Result<Connection> {
    let host = uri.host().ok_or_else(|| {
        let text = format!("`{uri}` names no host to connect to");
        io::Error::new(ErrorKind::InvalidInput, text)
    })?;
    // In a URI an IPv6 address stands in brackets.
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let port = |default| uri.port_u16().unwrap_or(default);
    let stream = match uri.scheme_str() {
        Some("http") | None => TcpStream::connect((host, port(80))).await?.into(),
        #[cfg(feature = "tls")]
        Some("https") => {
            let stream = TcpStream::connect((host, port(443))).await?;
            let (local, peer) = (stream.local_addr()?, stream.peer_addr()?);
            let name = rustls::pki_types::ServerName::try_from(host.to_owned())
                .map_err(|error| io::Error::new(ErrorKind::InvalidInput, error))?;
            let stream = crate::tls::connector().connect(name, stream).await?;
            Stream::with_addrs(stream, local.into(), peer.into())
        }
        other => {
            let text = format!(
                "`{uri}` has a scheme that this connector does not know: {}",
                other.unwrap_or("none")
            );
            return Err(io::Error::new(ErrorKind::Unsupported, text));
        }
    };
    Ok(Connection(stream))
}

impl Connection {
    /// The stream.
    pub fn into_inner(self) -> Stream {
        self.0
    }
}

impl AsRef<Stream> for Connection {
    fn as_ref(&self) -> &Stream {
        &self.0
    }
}

impl HasMetadata for Connection {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl Future for Connecting {
    type Output = io::Result<Connection>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<Connection>> {
        self.0.as_mut().poll(cx)
    }
}

impl fmt::Debug for Connecting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connecting").finish_non_exhaustive()
    }
}

impl Read for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl Write for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Write::poll_write(Pin::new(&mut self.0), cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Write::poll_write_vectored(Pin::new(&mut self.0), cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Write::poll_flush(Pin::new(&mut self.0), cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Write::poll_shutdown(Pin::new(&mut self.0), cx)
    }
}
