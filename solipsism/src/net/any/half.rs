//! The two directions of a stream of any transport, each as a value of its own.

use std::error::Error;
use std::fmt;
use std::io::{self, IoSlice, IoSliceMut};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::io::{AsyncRead, AsyncWrite};

use super::Stream;
use super::transfer::async_io;
use crate::net::Addr;

/// The half of a borrowed [`Stream`] that reads.
pub struct ReadHalf<'a>(&'a Stream);

/// The half of a borrowed [`Stream`] that writes. Dropping it ends nothing.
pub struct WriteHalf<'a>(&'a Stream);

/// The half of a [`Stream`] that reads.
pub struct OwnedReadHalf(Arc<Stream>);

/// The half of a [`Stream`] that writes. When it is dropped the direction ends, unless it is
/// [forgotten](Self::forget). Another transport is asked to close it once, and not waited for; where no world runs it
/// is not asked.
pub struct OwnedWriteHalf {
    stream: Arc<Stream>,
    close_on_drop: bool,
}

/// Two halves that were to be reunited belong to different streams.
#[derive(Debug)]
pub struct ReuniteError(
    /// The half that reads.
    pub OwnedReadHalf,
    /// The half that writes.
    pub OwnedWriteHalf,
);

pub(super) fn split(stream: &Stream) -> (ReadHalf<'_>, WriteHalf<'_>) {
    (ReadHalf(stream), WriteHalf(stream))
}

pub(super) fn into_split(stream: Stream) -> (OwnedReadHalf, OwnedWriteHalf) {
    let stream = Arc::new(stream);
    let writer = OwnedWriteHalf {
        stream: Arc::clone(&stream),
        close_on_drop: true,
    };
    (OwnedReadHalf(stream), writer)
}

impl OwnedReadHalf {
    /// Makes one stream of the halves again.
    ///
    /// # Errors
    ///
    /// If they are not of one stream, with both.
    pub fn reunite(self, other: OwnedWriteHalf) -> Result<Stream, ReuniteError> {
        if !Arc::ptr_eq(&self.0, &other.stream) {
            return Err(ReuniteError(self, other));
        }
        other.forget();
        let stream = Arc::into_inner(self.0);
        Ok(stream.expect("a stream has two halves, and one is gone"))
    }
}

impl OwnedWriteHalf {
    /// Drops the half without ending its direction. It ends with the stream, when the other half is dropped.
    pub fn forget(mut self) {
        self.close_on_drop = false;
    }

    /// As [`OwnedReadHalf::reunite`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn reunite(self, other: OwnedReadHalf) -> Result<Stream, ReuniteError> {
        other.reunite(self)
    }
}

impl Drop for OwnedWriteHalf {
    fn drop(&mut self) {
        if self.close_on_drop {
            self.stream.close_on_drop();
        }
    }
}

/// What all halves have.
macro_rules! half {
    ($half:ty, $place:tt) => {
        impl $half {
            fn stream(&self) -> &Stream {
                &self.$place
            }

            /// The address of this end.
            ///
            /// # Errors
            ///
            /// As [`Stream::local_addr`].
            #[track_caller]
            pub fn local_addr(&self) -> io::Result<Addr> {
                self.stream().local_addr()
            }

            /// The address of the other end.
            ///
            /// # Errors
            ///
            /// As [`Stream::peer_addr`].
            #[track_caller]
            pub fn peer_addr(&self) -> io::Result<Addr> {
                self.stream().peer_addr()
            }
        }

        impl AsRef<Stream> for $half {
            fn as_ref(&self) -> &Stream {
                self.stream()
            }
        }

        impl fmt::Debug for $half {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.stream().fmt(f)
            }
        }
    };
}

half!(ReadHalf<'_>, 0);
half!(WriteHalf<'_>, 0);
half!(OwnedReadHalf, 0);
half!(OwnedWriteHalf, stream);

async_io!(read: impl AsyncRead for ReadHalf<'_>);
async_io!(read: impl AsyncRead for OwnedReadHalf);
async_io!(write: impl AsyncWrite for WriteHalf<'_>);
async_io!(write: impl AsyncWrite for OwnedWriteHalf);

impl fmt::Display for ReuniteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the two halves belong to different streams")
    }
}

impl Error for ReuniteError {}
