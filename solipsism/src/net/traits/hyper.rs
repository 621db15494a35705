//! hyper's `Read` and `Write` on every stream.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use ::hyper::rt::{Read, ReadBufCursor, Write};

use super::for_every_stream;

/// How much one read takes. hyper's buffer can be filled without `unsafe` only by copying, and this has room on the stack.
const CHUNK: usize = 8 * 1024;

macro_rules! read {
    ([$($generics:tt)*] $stream:ty) => {
        /// With the feature `hyper`.
        impl<$($generics)*> Read for $stream {
            #[track_caller]
            fn poll_read(
                self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                mut buf: ReadBufCursor<'_>,
            ) -> Poll<io::Result<()>> {
                let mut chunk = [0; CHUNK];
                let most = CHUNK.min(buf.remaining());
                let count =
                    ready!(futures_util::AsyncRead::poll_read(self, cx, &mut chunk[..most]))?;
                buf.put_slice(&chunk[..count]);
                Poll::Ready(Ok(()))
            }
        }
    };
}

macro_rules! write {
    ([$($generics:tt)*] $stream:ty) => {
        /// With the feature `hyper`. Shutting down ends the direction that is written; reading goes on.
        impl<$($generics)*> Write for $stream {
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
