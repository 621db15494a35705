//! What the streams of all transports have in common.

use std::io::{self, IoSlice, IoSliceMut};
use std::task::{Context, Poll};

use super::Addr;
use super::socket::Socket;

/// A stream is a handle of a socket.
pub trait HasSocket {
    #[doc(hidden)]
    fn socket(&self) -> &Socket;
}

/// A stream whose ends have addresses.
pub trait HasAddr: HasSocket {
    /// What its addresses are.
    type Addr;

    #[doc(hidden)]
    fn addr(addr: Addr) -> Self::Addr;
}

/// Reads by way of the socket.
#[track_caller]
pub(super) fn poll_read(
    stream: &impl HasSocket,
    cx: &Context<'_>,
    buf: &mut [u8],
) -> Poll<io::Result<usize>> {
    stream.socket().poll_read(cx, &mut [IoSliceMut::new(buf)])
}

/// Writes by way of the socket.
#[track_caller]
pub(super) fn poll_write(
    stream: &impl HasSocket,
    cx: &Context<'_>,
    buf: &[u8],
) -> Poll<io::Result<usize>> {
    stream.socket().poll_write(cx, &[IoSlice::new(buf)])
}

/// Implements the traits of futures-io, in a direction or both, for a type that has a socket.
macro_rules! async_io {
    (read: $($stream:tt)*) => {
        $($stream)* {
            #[track_caller]
            fn poll_read(
                self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                buf: &mut [u8],
            ) -> Poll<io::Result<usize>> {
                crate::net::stream::poll_read(&*self, cx, buf)
            }

            #[track_caller]
            fn poll_read_vectored(
                self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                bufs: &mut [IoSliceMut<'_>],
            ) -> Poll<io::Result<usize>> {
                crate::net::stream::HasSocket::socket(&*self).poll_read_vectored(cx, bufs)
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
                crate::net::stream::poll_write(&*self, cx, buf)
            }

            #[track_caller]
            fn poll_write_vectored(
                self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                bufs: &[IoSlice<'_>],
            ) -> Poll<io::Result<usize>> {
                crate::net::stream::HasSocket::socket(&*self).poll_write_vectored(cx, bufs)
            }

            fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
                Poll::Ready(Ok(()))
            }

            #[track_caller]
            fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
                Poll::Ready(crate::net::stream::HasSocket::socket(&*self).shut_down())
            }
        }
    };
}
pub(super) use async_io;

/// The methods that `TcpStream` and `UnixStream` share, with tokio's names.
macro_rules! stream_methods {
    ($stream:ident) => {
        impl $stream {
            /// Reads what is there, without waiting. Nothing read means the end of the stream.
            ///
            /// # Errors
            ///
            /// `WouldBlock` where there is nothing, `ConnectionReset` once after a reset.
            #[track_caller]
            pub fn try_read(&self, buf: &mut [u8]) -> io::Result<usize> {
                self.socket.try_read(&mut [IoSliceMut::new(buf)])
            }

            /// As [`try_read`](Self::try_read), into several buffers.
            ///
            /// # Errors
            ///
            /// As `try_read`.
            #[track_caller]
            pub fn try_read_vectored(&self, bufs: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
                self.socket.try_read_vectored(bufs)
            }

            /// Writes what there is room for, without waiting.
            ///
            /// # Errors
            ///
            /// `WouldBlock` where there is no room, `BrokenPipe` where nobody will read, `ConnectionReset` once after a
            /// reset.
            #[track_caller]
            pub fn try_write(&self, buf: &[u8]) -> io::Result<usize> {
                self.socket.try_write(&[IoSlice::new(buf)])
            }

            /// As [`try_write`](Self::try_write), from several buffers.
            ///
            /// # Errors
            ///
            /// As `try_write`.
            #[track_caller]
            pub fn try_write_vectored(&self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
                self.socket.try_write_vectored(bufs)
            }

            /// Calls `f`, which reads or writes at this stream and may say `WouldBlock`.
            ///
            /// # Errors
            ///
            /// Those of `f`; `WouldBlock` without a call if the stream is not ready.
            #[track_caller]
            pub fn try_io<R>(
                &self,
                interest: Interest,
                f: impl FnOnce() -> io::Result<R>,
            ) -> io::Result<R> {
                if self.socket.readiness(interest).is_empty() {
                    return Err(io::ErrorKind::WouldBlock.into());
                }
                f()
            }

            /// Waits until reading would not block.
            ///
            /// # Errors
            ///
            /// None.
            ///
            /// # Cancel safety
            ///
            /// Nothing is lost.
            pub async fn readable(&self) -> io::Result<()> {
                self.socket.ready(Interest::READABLE).await.map(drop)
            }

            /// Waits until writing would not block.
            ///
            /// # Errors
            ///
            /// None.
            ///
            /// # Cancel safety
            ///
            /// Nothing is lost.
            pub async fn writable(&self) -> io::Result<()> {
                self.socket.ready(Interest::WRITABLE).await.map(drop)
            }

            /// Waits until the stream is ready for one of these, and tells which.
            ///
            /// # Errors
            ///
            /// None.
            ///
            /// # Cancel safety
            ///
            /// Nothing is lost.
            pub async fn ready(&self, interest: Interest) -> io::Result<Ready> {
                self.socket.ready(interest).await
            }

            /// As [`readable`](Self::readable), for a hand-written future. The last caller is woken.
            ///
            /// # Errors
            ///
            /// None.
            #[track_caller]
            pub fn poll_read_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
                self.socket.poll_ready(cx, Side::Read)
            }

            /// As [`writable`](Self::writable), for a hand-written future. The last caller is woken.
            ///
            /// # Errors
            ///
            /// None.
            #[track_caller]
            pub fn poll_write_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
                self.socket.poll_ready(cx, Side::Write)
            }

            /// Says that this end sends no more. What was written can still be read at the other end, then it finds the
            /// end of the stream. Reading goes on.
            ///
            /// # Errors
            ///
            /// None: what has ended already stays so.
            ///
            /// # Cancel safety
            ///
            /// It is done at the first poll.
            pub async fn shutdown(&self) -> io::Result<()> {
                self.socket.shut_down()
            }

            /// The error that is pending, which no operation then gets.
            ///
            /// # Errors
            ///
            /// None.
            #[track_caller]
            pub fn take_error(&self) -> io::Result<Option<io::Error>> {
                Ok(self.socket.take_error())
            }

            /// How many bytes fit into each direction, as asked for at this end.
            ///
            /// # Errors
            ///
            /// `InvalidInput` for 0.
            #[track_caller]
            pub fn set_capacity(&self, capacity: usize) -> io::Result<()> {
                self.socket.set_options(|options| {
                    options.send_buffer = Some(capacity);
                    options.recv_buffer = Some(capacity);
                })
            }

            /// The two directions, to be used at the same time.
            ///
            /// Where `AsyncReadExt` is in scope, `stream.split()` is that trait's, which takes the stream: name the type
            /// then, as in `TcpStream::split(&mut stream)`.
            pub fn split(&mut self) -> (ReadHalf<'_>, WriteHalf<'_>) {
                crate::net::half::split(self)
            }

            /// The two directions, for two tasks. When the half that writes is dropped the direction ends.
            pub fn into_split(self) -> (OwnedReadHalf, OwnedWriteHalf) {
                crate::net::half::into_split(self)
            }
        }

        impl crate::net::stream::HasSocket for $stream {
            fn socket(&self) -> &Socket {
                &self.socket
            }
        }

        impl std::fmt::Debug for $stream {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.socket.debug(f, stringify!($stream))
            }
        }

        crate::net::stream::async_io!(read: impl AsyncRead for $stream);
        crate::net::stream::async_io!(write: impl AsyncWrite for $stream);
    };
}
pub(super) use stream_methods;
