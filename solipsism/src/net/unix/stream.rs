//! A connection between two unix sockets.

use std::io::{self, IoSlice, IoSliceMut};
use std::panic::Location;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::io::{AsyncRead, AsyncWrite};

use super::{OwnedReadHalf, OwnedWriteHalf, ReadHalf, SocketAddr, WriteHalf, unix};
use crate::core::net::{Kind, Side};
use crate::executor::World;
use crate::net::socket::Socket;
use crate::net::stream::{HasAddr, stream_methods};
use crate::net::{Addr, Interest, Ready};

/// A connection between two unix sockets of the virtual network.
///
/// It reads and writes by the traits of [`io`](crate::io). What the other end's closing looks like follows a socketpair
/// on Linux: reading goes on to the end of what was sent, and writing is a broken pipe at once.
///
/// # Examples
///
/// ```
/// use solipsism::io::{AsyncReadExt, AsyncWriteExt};
/// use solipsism::{EventLoop, net::UnixStream};
///
/// EventLoop::new().run(async {
///     let (mut one, mut other) = UnixStream::pair().unwrap();
///     one.write_all(b"hi").await.unwrap();
///     drop(one);
///     let mut all = String::new();
///     other.read_to_string(&mut all).await.unwrap();
///     assert_eq!(all, "hi");
///     assert!(other.write_all(b"?").await.is_err());
/// }).unwrap();
/// ```
pub struct UnixStream {
    socket: Socket,
}

stream_methods!(UnixStream);

impl HasAddr for UnixStream {
    type Addr = SocketAddr;

    fn addr(addr: Addr) -> SocketAddr {
        unix(addr)
    }
}

impl UnixStream {
    pub(super) fn new(socket: Socket) -> Self {
        Self { socket }
    }

    /// Connects to the path, or to the abstract name that follows a zero byte, of a listener on the same host.
    ///
    /// # Errors
    ///
    /// When the instant has come to rest: `NotFound` if nothing was ever bound there, `ConnectionRefused` if nobody
    /// listens there now.
    ///
    /// # Panics
    ///
    /// Outside of a world.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future gives the connection up.
    #[track_caller]
    pub fn connect<P: AsRef<Path>>(path: P) -> impl Future<Output = io::Result<Self>> {
        let site = Location::caller();
        async move { Self::connect_at(&SocketAddr::new(path.as_ref()), site).await }
    }

    /// As [`connect`](Self::connect).
    ///
    /// # Errors
    ///
    /// As there.
    ///
    /// # Panics
    ///
    /// Outside of a world.
    #[track_caller]
    pub fn connect_addr(addr: &SocketAddr) -> impl Future<Output = io::Result<Self>> {
        Self::connect_at(addr, Location::caller())
    }

    async fn connect_at(addr: &SocketAddr, site: &'static Location<'static>) -> io::Result<Self> {
        let socket = World::with("UnixStream::connect", |world| {
            let end = world.network(|network, call| {
                call.made_at(site);
                network.connect_unix(addr, call)
            })?;
            io::Result::Ok(Socket::new(world, end))
        })?;
        Ok(Self::new(socket.connected().await?))
    }

    /// Two streams that are connected to each other.
    ///
    /// # Errors
    ///
    /// None.
    ///
    /// # Panics
    ///
    /// Outside of a world.
    #[track_caller]
    pub fn pair() -> io::Result<(Self, Self)> {
        Self::pair_of(None)
    }

    /// As [`pair`](Self::pair), with room for so many bytes in each direction.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for 0.
    ///
    /// # Panics
    ///
    /// Outside of a world.
    #[track_caller]
    pub fn pair_with_capacity(capacity: usize) -> io::Result<(Self, Self)> {
        Self::pair_of(Some(capacity))
    }

    #[track_caller]
    fn pair_of(capacity: Option<usize>) -> io::Result<(Self, Self)> {
        let site = Location::caller();
        World::with("UnixStream::pair", |world| {
            let [one, other] = world.network(|network, call| {
                call.made_at(site);
                network.pair(Kind::Unix, capacity, call)
            })?;
            Ok((
                Self::new(Socket::new(world, one)),
                Self::new(Socket::new(world, other)),
            ))
        })
    }

    /// The address of this end.
    ///
    /// # Errors
    ///
    /// None.
    #[track_caller]
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(unix(self.socket.local_addr()))
    }

    /// The address of the other end.
    ///
    /// # Errors
    ///
    /// None.
    #[track_caller]
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.socket.peer_addr().map(unix)
    }
}
