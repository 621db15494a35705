//! A socket that listens for TCP connections.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::panic::Location;
use std::task::{Context, Poll};

use super::TcpStream;
use crate::core::net::{Addr, Backlog, Options, Protocol, Sharing};
use crate::executor::World;
use crate::net::ToSocketAddrs;
use crate::net::acceptor::Acceptor;
use crate::net::lookup::first_free;

/// As many connections as tokio lets wait.
const BACKLOG: Backlog = Backlog(1024);

/// Accepts TCP connections on an address of the virtual network.
///
/// When it is dropped nobody listens there any more: connections that wait to be accepted are reset, those that were
/// accepted go on.
///
/// # Examples
///
/// ```
/// use solipsism::{EventLoop, net::{TcpListener, TcpStream}};
///
/// EventLoop::new().run(async {
///     let listener = TcpListener::bind("api.internal:0").await.unwrap();
///     let addr = listener.local_addr().unwrap();
///     assert_eq!(addr.port(), 60_001); // the first that is free
///     let client = TcpStream::connect(addr).await.unwrap();
///     let (_server, peer) = listener.accept().await.unwrap();
///     assert_eq!(peer, client.local_addr().unwrap());
/// }).unwrap();
/// ```
pub struct TcpListener {
    acceptor: Acceptor,
}

impl TcpListener {
    pub(super) fn new(acceptor: Acceptor) -> Self {
        Self { acceptor }
    }

    /// Listens on the first of the addresses that is free. Port 0 is the first free port from 60001 on.
    ///
    /// # Errors
    ///
    /// `AddrInUse`, and those of [`lookup_host`](crate::net::lookup_host).
    ///
    /// # Panics
    ///
    /// Outside of a world.
    #[track_caller]
    pub fn bind<A: ToSocketAddrs>(addr: A) -> impl Future<Output = io::Result<Self>> {
        let site = Location::caller();
        async move {
            World::with("TcpListener::bind", |_| ());
            first_free(addr.target()?, async |addr| {
                World::with("TcpListener::bind", |world| {
                    let key = world.network(|network, call| {
                        call.made_at(site);
                        let claim = network.claim(Protocol::Tcp, addr, Sharing::Reuse, call)?;
                        network
                            .listen(claim, BACKLOG, Options::default(), call)
                            .inspect_err(|_| network.release(claim))
                    })?;
                    Ok(Self::new(Acceptor::new(world, key)))
                })
            })
            .await
        }
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
    pub fn accept(&self) -> impl Future<Output = io::Result<(TcpStream, SocketAddr)>> {
        let accepting = self.acceptor.accept(Some(Location::caller()));
        async { accepting.await.map(Self::accepted) }
    }

    /// As `accept`, where nobody knows who asked for the stream: it is told by where the listener was bound.
    #[cfg(feature = "axum")]
    pub(crate) async fn accept_unasked(&self) -> io::Result<(TcpStream, SocketAddr)> {
        self.acceptor.accept(None).await.map(Self::accepted)
    }

    /// As [`accept`](Self::accept), for a hand-written future. The last caller is woken.
    ///
    /// # Errors
    ///
    /// As `accept`.
    #[track_caller]
    pub fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(TcpStream, SocketAddr)>> {
        self.acceptor
            .poll_accept(cx, Some(Location::caller()))
            .map_ok(Self::accepted)
    }

    /// From now on a client is connected when [`TcpStream::answer`] says so, and is refused if the stream that was
    /// accepted is dropped before.
    #[track_caller]
    pub(crate) fn answer_late(&self) {
        self.acceptor.answer_late();
    }

    fn accepted((socket, peer): (crate::net::socket::Socket, Addr)) -> (TcpStream, SocketAddr) {
        let peer = peer.as_inet().expect("it is TCP's");
        (TcpStream::new(socket), peer)
    }

    /// The address that it listens on.
    ///
    /// # Errors
    ///
    /// None.
    #[track_caller]
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.acceptor.local_addr().as_inet().expect("it is TCP's"))
    }

    /// How many bytes fit into each direction of the streams that come in from now on; their other ends may ask for
    /// less.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for 0.
    #[track_caller]
    pub fn set_capacity(&self, capacity: usize) -> io::Result<()> {
        self.acceptor.set_capacity(capacity)
    }

    /// The time to live of packets, which is only kept.
    ///
    /// # Errors
    ///
    /// None.
    #[track_caller]
    pub fn ttl(&self) -> io::Result<u32> {
        Ok(self.acceptor.options(|options| options.ttl))
    }

    /// See [`ttl`](Self::ttl).
    ///
    /// # Errors
    ///
    /// `InvalidInput` for what is not between 1 and 255.
    #[track_caller]
    pub fn set_ttl(&self, ttl: u32) -> io::Result<()> {
        let ttl = super::stream::checked_ttl(ttl)?;
        self.acceptor.options(|options| options.ttl = ttl);
        Ok(())
    }
}

impl fmt::Debug for TcpListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.acceptor.debug(f, "TcpListener")
    }
}
