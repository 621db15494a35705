//! Reading, writing and closing, by way of a shared reference, so that both halves of a stream can.

use std::io::{self, IoSlice, IoSliceMut};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use futures_util::io::{AsyncRead, AsyncWrite};

use super::{Inner, Stream};
use crate::executor::World;
use crate::net::stream::{HasSocket, poll_read, poll_write};

impl Stream {
    #[track_caller]
    pub(super) fn read(&self, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        match &self.0 {
            Inner::Tcp(stream) => poll_read(stream, cx, buf),
            Inner::Unix(stream) => poll_read(stream, cx, buf),
            Inner::Other(other) => Pin::new(&mut *other.io()).poll_read(cx, buf),
        }
    }

    #[track_caller]
    pub(super) fn read_vectored(
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
    pub(super) fn write(&self, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match &self.0 {
            Inner::Tcp(stream) => poll_write(stream, cx, buf),
            Inner::Unix(stream) => poll_write(stream, cx, buf),
            Inner::Other(other) => Pin::new(&mut *other.io()).poll_write(cx, buf),
        }
    }

    #[track_caller]
    pub(super) fn write_vectored(
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

    pub(super) fn flush(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &self.0 {
            // What is written to a socket is on its way.
            Inner::Tcp(_) | Inner::Unix(_) => Poll::Ready(Ok(())),
            Inner::Other(other) => Pin::new(&mut *other.io()).poll_flush(cx),
        }
    }

    #[track_caller]
    pub(super) fn close(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &self.0 {
            Inner::Tcp(stream) => Poll::Ready(stream.socket().shut_down()),
            Inner::Unix(stream) => Poll::Ready(stream.socket().shut_down()),
            Inner::Other(other) => Pin::new(&mut *other.io()).poll_close(cx),
        }
    }

    /// As `close`, where nobody can wait or hear of an error.
    pub(super) fn close_on_drop(&self) {
        match &self.0 {
            Inner::Tcp(stream) => stream.socket().shut_down_on_drop(),
            Inner::Unix(stream) => stream.socket().shut_down_on_drop(),
            // One that is made of our streams could do nothing after the end of its world, and would say so by a panic.
            Inner::Other(_) if World::try_with(|_| ()).is_none() => {}
            Inner::Other(_) => {
                let _ = self.close(&mut Context::from_waker(Waker::noop()));
            }
        }
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
pub(super) use async_io;

impl Stream {
    fn stream(&self) -> &Self {
        self
    }
}

async_io!(read: impl AsyncRead for Stream);
async_io!(write: impl AsyncWrite for Stream);
