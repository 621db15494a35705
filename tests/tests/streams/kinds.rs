//! The kinds of streams, and what they have in common.

use std::future::poll_fn;
use std::io::{self, IoSlice, IoSliceMut};
use std::pin::Pin;
use std::task::Poll;

use solipsism::io::{AsyncRead, AsyncWrite};
use solipsism::net::{
    Interest, Ready, TcpListener, TcpStream, UnixListener, UnixStream, tcp, unix,
};

/// How two connected streams are made.
pub trait Kind {
    type Stream: Stream;

    /// Whether the first write after the other end was dropped is taken, as TCP's is.
    const TAKES_ONE_MORE: bool;

    async fn pair() -> (Self::Stream, Self::Stream);

    /// With room for so many bytes in each direction.
    async fn pair_of(capacity: usize) -> (Self::Stream, Self::Stream) {
        let (a, b) = Self::pair().await;
        a.set_capacity(capacity).expect("it is not 0");
        (a, b)
    }
}

/// The methods that all streams have, beside the traits.
pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send + Sync + 'static {
    type Reader: AsyncRead + Unpin + Send + Sync + 'static;
    type Writer: AsyncWrite + Unpin + Send + Sync + 'static;

    fn try_read(&self, buf: &mut [u8]) -> io::Result<usize>;
    fn try_read_vectored(&self, bufs: &mut [IoSliceMut<'_>]) -> io::Result<usize>;
    fn try_write(&self, buf: &[u8]) -> io::Result<usize>;
    fn try_write_vectored(&self, bufs: &[IoSlice<'_>]) -> io::Result<usize>;
    fn set_capacity(&self, capacity: usize) -> io::Result<()>;
    fn take_error(&self) -> io::Result<Option<io::Error>>;
    async fn readable(&self) -> io::Result<()>;
    async fn writable(&self) -> io::Result<()>;
    async fn ready(&self, interest: Interest) -> io::Result<Ready>;
    async fn shutdown(&self) -> io::Result<()>;
    fn into_split(self) -> (Self::Reader, Self::Writer);
    fn reunite(reader: Self::Reader, writer: Self::Writer) -> Option<Self>
    where
        Self: Sized;
    fn forget(writer: Self::Writer);
}

macro_rules! stream {
    ($stream:ident, $module:ident) => {
        impl Stream for $stream {
            type Reader = $module::OwnedReadHalf;
            type Writer = $module::OwnedWriteHalf;

            fn try_read(&self, buf: &mut [u8]) -> io::Result<usize> {
                self.try_read(buf)
            }

            fn try_read_vectored(&self, bufs: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
                self.try_read_vectored(bufs)
            }

            fn try_write(&self, buf: &[u8]) -> io::Result<usize> {
                self.try_write(buf)
            }

            fn try_write_vectored(&self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
                self.try_write_vectored(bufs)
            }

            fn set_capacity(&self, capacity: usize) -> io::Result<()> {
                self.set_capacity(capacity)
            }

            fn take_error(&self) -> io::Result<Option<io::Error>> {
                self.take_error()
            }

            async fn readable(&self) -> io::Result<()> {
                self.readable().await
            }

            async fn writable(&self) -> io::Result<()> {
                self.writable().await
            }

            async fn ready(&self, interest: Interest) -> io::Result<Ready> {
                self.ready(interest).await
            }

            async fn shutdown(&self) -> io::Result<()> {
                self.shutdown().await
            }

            fn into_split(self) -> (Self::Reader, Self::Writer) {
                self.into_split()
            }

            fn reunite(reader: Self::Reader, writer: Self::Writer) -> Option<Self> {
                reader.reunite(writer).ok()
            }

            fn forget(writer: Self::Writer) {
                writer.forget();
            }
        }
    };
}

stream!(TcpStream, tcp);
stream!(UnixStream, unix);

/// A client, and the server that accepted it.
pub struct Tcp;

impl Kind for Tcp {
    type Stream = TcpStream;

    const TAKES_ONE_MORE: bool = true;

    async fn pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("server.internal:80").await.unwrap();
        let client = TcpStream::connect("server.internal:80").await.unwrap();
        (client, listener.accept().await.unwrap().0)
    }
}

/// A client, and the server that accepted it, by a path.
pub struct Unix;

impl Kind for Unix {
    type Stream = UnixStream;

    const TAKES_ONE_MORE: bool = false;

    async fn pair() -> (UnixStream, UnixStream) {
        let listener = UnixListener::bind("/run/server.sock").unwrap();
        let client = UnixStream::connect("/run/server.sock").await.unwrap();
        (client, listener.accept().await.unwrap().0)
    }
}

/// As `socketpair(2)` makes them.
pub struct Pair;

impl Kind for Pair {
    type Stream = UnixStream;

    const TAKES_ONE_MORE: bool = false;

    async fn pair() -> (UnixStream, UnixStream) {
        UnixStream::pair().unwrap()
    }

    async fn pair_of(capacity: usize) -> (UnixStream, UnixStream) {
        UnixStream::pair_with_capacity(capacity).unwrap()
    }
}

/// Polls a future once.
pub async fn polled<F: Future>(mut future: Pin<&mut F>) -> Poll<F::Output> {
    poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await
}

/// The kind of a result's error.
pub fn kind<T: std::fmt::Debug>(result: io::Result<T>) -> io::ErrorKind {
    result.expect_err("it fails").kind()
}

/// Makes a test of each of these functions for each kind of stream.
macro_rules! on_each_kind {
    ($($check:ident),* $(,)?) => {
        mod on_tcp {
            $(
                #[solipsism::test]
                async fn $check() {
                    super::$check::<crate::kinds::Tcp>().await;
                }
            )*
        }

        mod on_unix {
            $(
                #[solipsism::test]
                async fn $check() {
                    super::$check::<crate::kinds::Unix>().await;
                }
            )*
        }

        mod on_pair {
            $(
                #[solipsism::test]
                async fn $check() {
                    super::$check::<crate::kinds::Pair>().await;
                }
            )*
        }
    };
}
pub(crate) use on_each_kind;
