//! A stream of any transport.

mod half;
mod transfer;

pub use half::{OwnedReadHalf, OwnedWriteHalf, ReadHalf, ReuniteError, WriteHalf};

use std::fmt;
use std::io::{self, ErrorKind};
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_util::io::{AsyncRead, AsyncWrite};

use super::{Addr, AskedAt, TcpStream, UnixStream};

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
    #[track_caller]
    pub fn connect(addr: &Addr) -> impl Future<Output = io::Result<Self>> {
        AskedAt::caller(async move {
            Ok(match addr {
                Addr::Inet(addr) => TcpStream::connect(*addr).await?.into(),
                Addr::Unix(addr) => UnixStream::connect_addr(addr).await?.into(),
            })
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
