//! Pipes: one end writes, the other reads.

use std::fmt;
use std::io::{self, IoSlice, IoSliceMut};
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::io::{AsyncRead, AsyncWrite};

use crate::core::net::Kind;
use crate::executor::World;
use crate::net::Interest;
use crate::net::socket::Socket;
use crate::net::stream::{HasSocket, async_io};

/// The end of a pipe that writes. Once the other end is dropped, writing is a broken pipe.
pub struct Sender {
    socket: Socket,
}

/// The end of a pipe that reads. Once the other end is dropped, it finds the end of what was written.
pub struct Receiver {
    socket: Socket,
}

/// A pipe with room for 64 KiB. As much as 4096 bytes (`PIPE_BUF`) is written whole, or not at all.
///
/// # Errors
///
/// None.
///
/// # Panics
///
/// Outside of a world.
///
/// # Examples
///
/// ```
/// use solipsism::io::{AsyncReadExt, AsyncWriteExt};
/// use solipsism::{EventLoop, net::unix::pipe::pipe};
///
/// EventLoop::new().run(async {
///     let (mut sender, mut receiver) = pipe().unwrap();
///     sender.write_all(b"hi").await.unwrap();
///     drop(sender);
///     let mut all = String::new();
///     receiver.read_to_string(&mut all).await.unwrap();
///     assert_eq!(all, "hi");
/// }).unwrap();
/// ```
#[track_caller]
pub fn pipe() -> io::Result<(Sender, Receiver)> {
    pipe_of(None)
}

/// As [`pipe`], with room for so many bytes.
///
/// # Errors
///
/// `InvalidInput` for 0.
///
/// # Panics
///
/// Outside of a world.
#[track_caller]
pub fn pipe_with_capacity(capacity: usize) -> io::Result<(Sender, Receiver)> {
    pipe_of(Some(capacity))
}

#[track_caller]
fn pipe_of(capacity: Option<usize>) -> io::Result<(Sender, Receiver)> {
    let site = Location::caller();
    World::with("pipe", |world| {
        let [writer, reader] = world.network(|network, call| {
            call.made_at(site);
            network.pair(Kind::Pipe, capacity, call)
        })?;
        Ok((
            Sender {
                socket: Socket::new(world, writer),
            },
            Receiver {
                socket: Socket::new(world, reader),
            },
        ))
    })
}

impl Sender {
    /// Writes without waiting: all of up to 4096 bytes or nothing, and of more what there is room for.
    ///
    /// # Errors
    ///
    /// `WouldBlock` where there is no room, `BrokenPipe` where nobody will read.
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

    /// Waits until there is room, or nobody reads any more.
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
}

impl Receiver {
    /// Reads what is there, without waiting. Nothing read means that nobody writes any more.
    ///
    /// # Errors
    ///
    /// `WouldBlock` where there is nothing.
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

    /// Waits until there is something to read, or the end.
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
}

impl HasSocket for Sender {
    fn socket(&self) -> &Socket {
        &self.socket
    }
}

impl HasSocket for Receiver {
    fn socket(&self) -> &Socket {
        &self.socket
    }
}

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").finish_non_exhaustive()
    }
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").finish_non_exhaustive()
    }
}

async_io!(write: impl AsyncWrite for Sender);
async_io!(read: impl AsyncRead for Receiver);
