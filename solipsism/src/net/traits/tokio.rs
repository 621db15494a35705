//! tokio's `AsyncRead` and `AsyncWrite` on every stream.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use ::tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::for_every_stream;

/// The most that one read takes. A buffer can be filled without `unsafe` only once it is initialized, and one of a megabyte
/// is not to be for every few bytes.
const MOST: usize = 64 * 1024;

macro_rules! read {
    ([$($generics:tt)*] $stream:ty) => {
        /// With the feature `tokio`.
        impl<$($generics)*> AsyncRead for $stream {
            #[track_caller]
            fn poll_read(
                self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                buf: &mut ReadBuf<'_>,
            ) -> Poll<io::Result<()>> {
                let most = MOST.min(buf.remaining());
                let unfilled = buf.initialize_unfilled_to(most);
                let count = ready!(futures_util::AsyncRead::poll_read(self, cx, unfilled))?;
                buf.advance(count);
                Poll::Ready(Ok(()))
            }
        }
    };
}

macro_rules! write {
    ([$($generics:tt)*] $stream:ty) => {
        /// With the feature `tokio`. Shutting down ends the direction that is written; reading goes on.
        impl<$($generics)*> AsyncWrite for $stream {
            #[track_caller]
            fn poll_write(
                self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                buf: &[u8],
            ) -> Poll<io::Result<usize>> {
                futures_util::AsyncWrite::poll_write(self, cx, buf)
            }

            #[track_caller]
            fn poll_write_vectored(
                self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                bufs: &[IoSlice<'_>],
            ) -> Poll<io::Result<usize>> {
                futures_util::AsyncWrite::poll_write_vectored(self, cx, bufs)
            }

            fn is_write_vectored(&self) -> bool {
                true
            }

            fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
                futures_util::AsyncWrite::poll_flush(self, cx)
            }

            #[track_caller]
            fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
                futures_util::AsyncWrite::poll_close(self, cx)
            }
        }
    };
}

for_every_stream!(read, write);
