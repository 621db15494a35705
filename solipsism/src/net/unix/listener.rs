//! A socket that listens for connections of unix sockets.

use std::fmt;
use std::io;
use std::panic::Location;
use std::path::Path;
use std::task::{Context, Poll};

use super::{SocketAddr, UnixStream, unix};
use crate::core::net::{Addr, Backlog};
use crate::executor::World;
use crate::net::acceptor::Acceptor;
use crate::net::socket::Socket;

/// As many connections as tokio lets wait.
const BACKLOG: Backlog = Backlog(1024);

/// Accepts connections at a path or an abstract name.
///
/// # Examples
///
/// ```
/// use solipsism::{EventLoop, net::{UnixListener, UnixStream}};
///
/// EventLoop::new().run(async {
///     let listener = UnixListener::bind("/run/api.sock").unwrap();
///     let client = UnixStream::connect("/run/api.sock").await.unwrap();
///     let (_server, peer) = listener.accept().await.unwrap();
///     assert!(peer.is_unnamed());
///     assert_eq!(client.peer_addr().unwrap(), listener.local_addr().unwrap());
/// }).unwrap();
/// ```
pub struct UnixListener {
    acceptor: Acceptor,
}

impl UnixListener {
    /// Listens at the path, or at the abstract name that follows a zero byte.
    ///
    /// # Errors
    ///
    /// `AddrInUse`; `InvalidInput` if the path is empty or too long.
    ///
    /// # Panics
    ///
    /// Outside of a world.
    #[track_caller]
    pub fn bind<P: AsRef<Path>>(path: P) -> io::Result<Self> {
        Self::bind_addr(&SocketAddr::new(path.as_ref()))
    }

    /// As [`bind`](Self::bind).
    ///
    /// # Errors
    ///
    /// As there.
    ///
    /// # Panics
    ///
    /// Outside of a world.
    #[track_caller]
    pub fn bind_addr(addr: &SocketAddr) -> io::Result<Self> {
        let site = Location::caller();
        World::with("UnixListener::bind", |world| {
            let key = world.network(|network, call| {
                call.made_at(site);
                network.listen_unix(addr, BACKLOG, call)
            })?;
            Ok(Self {
                acceptor: Acceptor::new(world, key),
            })
        })
    }

    /// The next connection, and the address of its other end, in the order in which they came.
    ///
    /// # Errors
    ///
    /// `ConnectionAborted` once the listener's host has crashed.
    ///
    /// # Cancel safety
    ///
    /// No connection is lost.
    #[track_caller]
    pub fn accept(&self) -> impl Future<Output = io::Result<(UnixStream, SocketAddr)>> {
        let accepting = self.acceptor.accept(Some(Location::caller()));
        async { accepting.await.map(accepted) }
    }

    /// As `accept`, where nobody knows who asked for the stream: it is told by where the listener was bound.
    #[cfg(feature = "axum")]
    pub(crate) async fn accept_unasked(&self) -> io::Result<(UnixStream, SocketAddr)> {
        self.acceptor.accept(None).await.map(accepted)
    }

    /// As [`accept`](Self::accept), for a hand-written future. The last caller is woken.
    ///
    /// # Errors
    ///
    /// As `accept`.
    #[track_caller]
    pub fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(UnixStream, SocketAddr)>> {
        self.acceptor
            .poll_accept(cx, Some(Location::caller()))
            .map_ok(accepted)
    }

    /// The address that it listens on.
    ///
    /// # Errors
    ///
    /// None.
    #[track_caller]
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(unix(self.acceptor.local_addr()))
    }

    /// How many bytes fit into each direction of the streams that come in from now on.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for 0.
    #[track_caller]
    pub fn set_capacity(&self, capacity: usize) -> io::Result<()> {
        self.acceptor.set_capacity(capacity)
    }
}

impl fmt::Debug for UnixListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.acceptor.debug(f, "UnixListener")
    }
}

fn accepted((socket, peer): (Socket, Addr)) -> (UnixStream, SocketAddr) {
    (UnixStream::new(socket), unix(peer))
}
