//! A stream of any transport.

mod half;

pub use half::{OwnedReadHalf, OwnedWriteHalf, ReadHalf, ReuniteError, WriteHalf};

use std::fmt;
use std::io::{self, ErrorKind, IoSlice, IoSliceMut};
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use futures_util::io::{AsyncRead, AsyncWrite};

use super::stream::{HasSocket, poll_read, poll_write};
use super::{Addr, TcpStream, UnixStream};

/// A connection over TCP, over unix sockets, or over whatever else carries bytes both ways.
///
/// It reads and writes by the traits of [`io`](crate::io), and ends as the stream inside does. Closing it, or
/// [`shutdown`](Self::shutdown), ends the direction that is written; reading goes on.
///
/// # Examples
///
/// ```
/// use solipsism::io::{AsyncReadExt, AsyncWriteExt};
/// use solipsism::net::{Stream, UnixListener, UnixStream};
///
/// async fn greet(mut stream: Stream) {
///     stream.write_all(b"hello").await.unwrap();
///     stream.close().await.unwrap();
/// }
///
/// solipsism::EventLoop::new().run(async {
///     let (one, mut other) = UnixStream::pair().unwrap();
///     greet(one.into()).await;
///     let mut all = String::new();
///     other.read_to_string(&mut all).await.unwrap();
///     assert_eq!(all, "hello");
/// }).unwrap();
/// ```
///
/// It gives back what is inside:
///
/// ```
/// use solipsism::net::{Stream, TcpListener, TcpStream};
///
/// solipsism::EventLoop::new().run(async {
///     let listener = TcpListener::bind("api.internal:80").await.unwrap();
///     let stream = Stream::connect(&listener.local_addr().unwrap().into()).await.unwrap();
///     assert!(stream.as_tcp().is_some() && stream.as_unix().is_none());
///     TcpStream::try_from(stream).unwrap().set_nodelay(true).unwrap();
/// }).unwrap();
/// ```
pub struct Stream(Inner);

enum Inner {
    Tcp(TcpStream),
    Unix(UnixStream),
    Other(Box<Other>),
}

/// A stream that is none of ours.
struct Other {
    // One direction may be read while the other is written.
    io: Mutex<Box<dyn Io>>,
    addrs: Option<[Addr; 2]>,
}

trait Io: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Io for T {}

impl Stream {
    /// A stream of another transport, which has no addresses.
    ///
    /// # Examples
    ///
    /// ```
    /// use solipsism::io::{AsyncReadExt, Cursor};
    /// use solipsism::net::Stream;
    ///
    /// solipsism::EventLoop::new().run(async {
    ///     let mut stream = Stream::new(Cursor::new(b"hello".to_vec()));
    ///     let mut all = String::new();
    ///     stream.read_to_string(&mut all).await.unwrap();
    ///     assert_eq!(all, "hello");
    ///     assert!(stream.peer_addr().is_err());
    /// }).unwrap();
    /// ```
    pub fn new(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> Self {
        Self::other(Box::new(stream), None)
    }

    /// A stream of another transport, with the addresses of its ends: this one's, and the other's.
    pub fn with_addrs(
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        local: Addr,
        peer: Addr,
    ) -> Self {
        Self::other(Box::new(stream), Some([local, peer]))
    }

    fn other(io: Box<dyn Io>, addrs: Option<[Addr; 2]>) -> Self {
        let io = Mutex::new(io);
        Self(Inner::Other(Box::new(Other { io, addrs })))
    }

    /// Connects to an address of whichever kind.
    ///
    /// # Errors
    ///
    /// Those of [`TcpStream::connect`] and [`UnixStream::connect`].
    ///
    /// # Panics
    ///
    /// Outside of a world.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future gives the connection up.
    pub async fn connect(addr: &Addr) -> io::Result<Self> {
        Ok(match addr {
            Addr::Inet(addr) => TcpStream::connect(*addr).await?.into(),
            Addr::Unix(addr) => UnixStream::connect_addr(addr).await?.into(),
        })
    }

    /// The address of this end.
    ///
    /// # Errors
    ///
    /// `Unsupported` if the stream is of another transport and has none.
    #[track_caller]
    pub fn local_addr(&self) -> io::Result<Addr> {
        match &self.0 {
            Inner::Tcp(stream) => stream.local_addr().map(Addr::from),
            Inner::Unix(stream) => stream.local_addr().map(Addr::from),
            Inner::Other(other) => other.addr(0),
        }
    }

    /// The address of the other end.
    ///
    /// # Errors
    ///
    /// Those of the stream inside; `Unsupported` if it is of another transport and has none.
    #[track_caller]
    pub fn peer_addr(&self) -> io::Result<Addr> {
        match &self.0 {
            Inner::Tcp(stream) => stream.peer_addr().map(Addr::from),
            Inner::Unix(stream) => stream.peer_addr().map(Addr::from),
            Inner::Other(other) => other.addr(1),
        }
    }

    /// The TCP connection inside, if it is one.
    pub fn as_tcp(&self) -> Option<&TcpStream> {
        match &self.0 {
            Inner::Tcp(stream) => Some(stream),
            _ => None,
        }
    }

    /// The connection of unix sockets inside, if it is one.
    pub fn as_unix(&self) -> Option<&UnixStream> {
        match &self.0 {
            Inner::Unix(stream) => Some(stream),
            _ => None,
        }
    }

    /// Says that this end sends no more. What was written can still be read at the other end, then it finds the end of
    /// the stream. Reading goes on.
    ///
    /// # Errors
    ///
    /// Those of another transport.
    ///
    /// # Cancel safety
    ///
    /// It is done at the first poll; another transport may take longer.
    pub async fn shutdown(&self) -> io::Result<()> {
        std::future::poll_fn(|cx| self.close(cx)).await
    }

    /// The two directions, to be used at the same time.
    ///
    /// Where `AsyncReadExt` is in scope, `stream.split()` is that trait's, which takes the stream: write
    /// `Stream::split(&mut stream)` then.
    pub fn split(&mut self) -> (ReadHalf<'_>, WriteHalf<'_>) {
        half::split(self)
    }

    /// The two directions, for two tasks. When the half that writes is dropped the direction ends.
    ///
    /// # Examples
    ///
    /// ```
    /// use solipsism::io::{self, AsyncReadExt};
    /// use solipsism::net::{Stream, UnixStream};
    ///
    /// solipsism::EventLoop::new().run(async {
    ///     let (one, other) = UnixStream::pair().unwrap();
    ///     let (reader, mut writer) = Stream::from(one).into_split();
    ///     let echo = solipsism::spawn(async move { io::copy(reader, &mut writer).await });
    ///     let (mut reader, mut writer) = Stream::from(other).into_split();
    ///     solipsism::io::AsyncWriteExt::write_all(&mut writer, b"hello").await.unwrap();
    ///     drop(writer);
    ///     let mut all = String::new();
    ///     reader.read_to_string(&mut all).await.unwrap();
    ///     assert_eq!((all.as_str(), echo.await.unwrap().unwrap()), ("hello", 5));
    /// }).unwrap();
    /// ```
    pub fn into_split(self) -> (OwnedReadHalf, OwnedWriteHalf) {
        half::into_split(self)
    }

    #[track_caller]
    fn read(&self, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        match &self.0 {
            Inner::Tcp(stream) => poll_read(stream, cx, buf),
            Inner::Unix(stream) => poll_read(stream, cx, buf),
            Inner::Other(other) => Pin::new(&mut *other.io()).poll_read(cx, buf),
        }
    }

    #[track_caller]
    fn read_vectored(
        &self,
        cx: &mut Context<'_>,
        bufs: &mut [IoSliceMut<'_>],
    ) -> Poll<io::Result<usize>> {
        match &self.0 {
            Inner::Tcp(stream) => stream.socket().poll_read_vectored(cx, bufs),
            Inner::Unix(stream) => stream.socket().poll_read_vectored(cx, bufs),
            Inner::Other(other) => Pin::new(&mut *other.io()).poll_read_vectored(cx, bufs),
        }
    }

    #[track_caller]
    fn write(&self, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match &self.0 {
            Inner::Tcp(stream) => poll_write(stream, cx, buf),
            Inner::Unix(stream) => poll_write(stream, cx, buf),
            Inner::Other(other) => Pin::new(&mut *other.io()).poll_write(cx, buf),
        }
    }

    #[track_caller]
    fn write_vectored(
        &self,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match &self.0 {
            Inner::Tcp(stream) => stream.socket().poll_write_vectored(cx, bufs),
            Inner::Unix(stream) => stream.socket().poll_write_vectored(cx, bufs),
            Inner::Other(other) => Pin::new(&mut *other.io()).poll_write_vectored(cx, bufs),
        }
    }

    fn flush(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &self.0 {
            // What is written to a socket is on its way.
            Inner::Tcp(_) | Inner::Unix(_) => Poll::Ready(Ok(())),
            Inner::Other(other) => Pin::new(&mut *other.io()).poll_flush(cx),
        }
    }

    #[track_caller]
    fn close(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &self.0 {
            Inner::Tcp(stream) => Poll::Ready(stream.socket().shut_down()),
            Inner::Unix(stream) => Poll::Ready(stream.socket().shut_down()),
            Inner::Other(other) => Pin::new(&mut *other.io()).poll_close(cx),
        }
    }

    /// As `close`, where nobody can wait or hear of an error.
    fn close_on_drop(&self) {
        match &self.0 {
            Inner::Tcp(stream) => stream.socket().shut_down_on_drop(),
            Inner::Unix(stream) => stream.socket().shut_down_on_drop(),
            Inner::Other(_) => {
                let _ = self.close(&mut Context::from_waker(Waker::noop()));
            }
        }
    }
}

impl Other {
    fn io(&self) -> MutexGuard<'_, Box<dyn Io>> {
        self.io.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn addr(&self, place: usize) -> io::Result<Addr> {
        self.addrs
            .as_ref()
            .map(|addrs| addrs[place].clone())
            .ok_or_else(|| {
                io::Error::new(
                    ErrorKind::Unsupported,
                    "this stream's transport gave it no addresses: `Stream::with_addrs` does",
                )
            })
    }
}

/// Implements a direction's trait of futures-io for what leads to a `Stream`.
macro_rules! async_io {
    (read: $($stream:tt)*) => {
        $($stream)* {
            #[track_caller]
            fn poll_read(
                self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                buf: &mut [u8],
            ) -> Poll<io::Result<usize>> {
                self.stream().read(cx, buf)
            }

            #[track_caller]
            fn poll_read_vectored(
                self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                bufs: &mut [IoSliceMut<'_>],
            ) -> Poll<io::Result<usize>> {
                self.stream().read_vectored(cx, bufs)
            }
        }
    };
    (write: $($stream:tt)*) => {
        $($stream)* {
            #[track_caller]
            fn poll_write(
                self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                buf: &[u8],
            ) -> Poll<io::Result<usize>> {
                self.stream().write(cx, buf)
            }

            #[track_caller]
            fn poll_write_vectored(
                self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                bufs: &[IoSlice<'_>],
            ) -> Poll<io::Result<usize>> {
                self.stream().write_vectored(cx, bufs)
            }

            fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
                self.stream().flush(cx)
            }

            #[track_caller]
            fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
                self.stream().close(cx)
            }
        }
    };
}
use async_io;

impl Stream {
    fn stream(&self) -> &Self {
        self
    }
}

async_io!(read: impl AsyncRead for Stream);
async_io!(write: impl AsyncWrite for Stream);

impl From<TcpStream> for Stream {
    fn from(stream: TcpStream) -> Self {
        Self(Inner::Tcp(stream))
    }
}

impl From<UnixStream> for Stream {
    fn from(stream: UnixStream) -> Self {
        Self(Inner::Unix(stream))
    }
}

/// The error is the stream itself.
impl TryFrom<Stream> for TcpStream {
    type Error = Stream;

    fn try_from(stream: Stream) -> Result<Self, Stream> {
        match stream.0 {
            Inner::Tcp(stream) => Ok(stream),
            other => Err(Stream(other)),
        }
    }
}

/// The error is the stream itself.
impl TryFrom<Stream> for UnixStream {
    type Error = Stream;

    fn try_from(stream: Stream) -> Result<Self, Stream> {
        match stream.0 {
            Inner::Unix(stream) => Ok(stream),
            other => Err(Stream(other)),
        }
    }
}

/// As the stream inside.
impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Inner::Tcp(stream) => stream.fmt(f),
            Inner::Unix(stream) => stream.fmt(f),
            Inner::Other(other) => {
                let mut text = f.debug_struct("Stream");
                if let Some([local, peer]) = &other.addrs {
                    text.field("local", &format_args!("{local}"));
                    text.field("peer", &format_args!("{peer}"));
                }
                text.finish_non_exhaustive()
            }
        }
    }
}
