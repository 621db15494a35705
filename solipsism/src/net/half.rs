//! The two directions of a stream, each as a value of its own.

use std::error::Error;
use std::fmt;
use std::io::{self, IoSlice, IoSliceMut};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::io::{AsyncRead, AsyncWrite};

use super::stream::{HasAddr, HasSocket, async_io};
use super::{Interest, Ready};

/// The direction of a borrowed stream that is read.
pub struct ReadHalf<'a, S>(&'a S);

/// The direction of a borrowed stream that is written. Dropping it ends nothing.
pub struct WriteHalf<'a, S>(&'a S);

/// The direction of a stream that is read.
pub struct OwnedReadHalf<S: HasSocket>(Arc<S>);

/// The direction of a stream that is written. When it is dropped the direction ends, unless it is
/// [forgotten](Self::forget).
pub struct OwnedWriteHalf<S: HasSocket> {
    stream: Arc<S>,
    shut_down_on_drop: bool,
}

/// Two halves that were to be reunited belong to different streams.
#[derive(Debug)]
pub struct ReuniteError<S: HasSocket>(
    /// The half that reads.
    pub OwnedReadHalf<S>,
    /// The half that writes.
    pub OwnedWriteHalf<S>,
);

pub(super) fn split<S>(stream: &S) -> (ReadHalf<'_, S>, WriteHalf<'_, S>) {
    (ReadHalf(stream), WriteHalf(stream))
}

pub(super) fn into_split<S: HasSocket>(stream: S) -> (OwnedReadHalf<S>, OwnedWriteHalf<S>) {
    let stream = Arc::new(stream);
    let writer = OwnedWriteHalf {
        stream: Arc::clone(&stream),
        shut_down_on_drop: true,
    };
    (OwnedReadHalf(stream), writer)
}

impl<S: HasSocket> OwnedReadHalf<S> {
    /// Makes one stream of the halves again.
    ///
    /// # Errors
    ///
    /// If they are not of one stream, with both.
    pub fn reunite(self, other: OwnedWriteHalf<S>) -> Result<S, ReuniteError<S>> {
        if !Arc::ptr_eq(&self.0, &other.stream) {
            return Err(ReuniteError(self, other));
        }
        other.forget();
        Ok(Arc::try_unwrap(self.0)
            .ok()
            .expect("a stream has two halves, and one is gone"))
    }
}

impl<S: HasSocket> OwnedWriteHalf<S> {
    /// Drops the half without ending its direction. It ends with the stream, when the other half is dropped.
    pub fn forget(mut self) {
        self.shut_down_on_drop = false;
    }

    /// As [`OwnedReadHalf::reunite`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn reunite(self, other: OwnedReadHalf<S>) -> Result<S, ReuniteError<S>> {
        other.reunite(self)
    }
}

impl<S: HasSocket> Drop for OwnedWriteHalf<S> {
    fn drop(&mut self) {
        if self.shut_down_on_drop {
            self.stream.socket().shut_down_on_drop();
        }
    }
}

/// The methods of the halves that read.
macro_rules! reading {
    ($half:ty, $($generics:tt)*) => {
        impl<$($generics)*> $half {
            /// Reads what is there, without waiting.
            ///
            /// # Errors
            ///
            /// Those of the stream's `try_read`.
            #[track_caller]
            pub fn try_read(&self, buf: &mut [u8]) -> io::Result<usize> {
                self.socket().try_read(&mut [IoSliceMut::new(buf)])
            }

            /// As `try_read`, into several buffers.
            ///
            /// # Errors
            ///
            /// Those of the stream's `try_read`.
            #[track_caller]
            pub fn try_read_vectored(&self, bufs: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
                self.socket().try_read_vectored(bufs)
            }

            /// Reads what there is, once there is something, and leaves it there.
            ///
            /// # Errors
            ///
            /// `ConnectionReset` once after a reset.
            ///
            /// # Cancel safety
            ///
            /// Nothing is lost.
            pub async fn peek(&mut self, buf: &mut [u8]) -> io::Result<usize> {
                self.socket().peek(buf).await
            }

            /// Waits until reading would not block.
            ///
            /// # Errors
            ///
            /// None.
            pub async fn readable(&self) -> io::Result<()> {
                self.ready(Interest::READABLE).await.map(drop)
            }
        }
    };
}

/// The methods of the halves that write.
macro_rules! writing {
    ($half:ty, $($generics:tt)*) => {
        impl<$($generics)*> $half {
            /// Writes what there is room for, without waiting.
            ///
            /// # Errors
            ///
            /// Those of the stream's `try_write`.
            #[track_caller]
            pub fn try_write(&self, buf: &[u8]) -> io::Result<usize> {
                self.socket().try_write(&[IoSlice::new(buf)])
            }

            /// As `try_write`, from several buffers.
            ///
            /// # Errors
            ///
            /// Those of the stream's `try_write`.
            #[track_caller]
            pub fn try_write_vectored(&self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
                self.socket().try_write_vectored(bufs)
            }

            /// Waits until writing would not block.
            ///
            /// # Errors
            ///
            /// None.
            pub async fn writable(&self) -> io::Result<()> {
                self.ready(Interest::WRITABLE).await.map(drop)
            }

            /// Says that this end sends no more.
            ///
            /// # Errors
            ///
            /// None.
            pub async fn shutdown(&self) -> io::Result<()> {
                self.socket().shut_down()
            }
        }
    };
}

/// What all halves have.
macro_rules! half {
    ($half:ty, $name:literal, $stream:ident, $place:tt, $($generics:tt)*) => {
        impl<$($generics)*> $half {
            /// Waits until the stream is ready for one of these, and tells which.
            ///
            /// # Errors
            ///
            /// None.
            pub async fn ready(&self, interest: Interest) -> io::Result<Ready> {
                self.socket().ready(interest).await
            }

            /// The address of this end.
            ///
            /// # Errors
            ///
            /// None.
            #[track_caller]
            pub fn local_addr(&self) -> io::Result<S::Addr>
            where
                S: HasAddr,
            {
                Ok(S::addr(self.socket().local_addr()))
            }

            /// The address of the other end.
            ///
            /// # Errors
            ///
            /// Those of the stream's `peer_addr`.
            #[track_caller]
            pub fn peer_addr(&self) -> io::Result<S::Addr>
            where
                S: HasAddr,
            {
                self.socket().peer_addr().map(S::addr)
            }
        }

        impl<$($generics)*> AsRef<S> for $half {
            fn as_ref(&self) -> &S {
                &self.$place
            }
        }

        impl<$($generics)*> fmt::Debug for $half {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.socket().debug(f, $name)
            }
        }

        impl<$($generics)*> HasSocket for $half {
            fn socket(&self) -> &super::socket::Socket {
                self.$place.socket()
            }
        }
    };
}

half!(ReadHalf<'_, S>, "ReadHalf", S, 0, S: HasSocket);
half!(WriteHalf<'_, S>, "WriteHalf", S, 0, S: HasSocket);
half!(OwnedReadHalf<S>, "OwnedReadHalf", S, 0, S: HasSocket);
half!(OwnedWriteHalf<S>, "OwnedWriteHalf", S, stream, S: HasSocket);

reading!(ReadHalf<'_, S>, S: HasSocket);
reading!(OwnedReadHalf<S>, S: HasSocket);
writing!(WriteHalf<'_, S>, S: HasSocket);
writing!(OwnedWriteHalf<S>, S: HasSocket);

async_io!(read: impl<S: HasSocket> AsyncRead for ReadHalf<'_, S>);
async_io!(read: impl<S: HasSocket> AsyncRead for OwnedReadHalf<S>);
async_io!(write: impl<S: HasSocket> AsyncWrite for WriteHalf<'_, S>);
async_io!(write: impl<S: HasSocket> AsyncWrite for OwnedWriteHalf<S>);

impl<S: HasSocket> fmt::Display for ReuniteError<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the two halves belong to different streams")
    }
}

impl<S: HasSocket + fmt::Debug> Error for ReuniteError<S> {}
