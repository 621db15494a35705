//! A TCP socket that neither listens nor is connected yet.

use std::fmt;
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::panic::Location;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{TcpListener, TcpStream};
use crate::core::net::{Backlog, Claim, Options, Protocol, Sharing};
use crate::executor::{Dropped, World};
use crate::net::acceptor::Acceptor;
use crate::net::home::Home;

/// A TCP socket on which settings are made before it listens or connects.
///
/// # Examples
///
/// ```
/// use solipsism::{EventLoop, net::{TcpListener, TcpSocket}};
///
/// EventLoop::new().run(async {
///     let listener = TcpListener::bind("10.9.9.9:80").await.unwrap();
///     let socket = TcpSocket::new_v4().unwrap();
///     socket.bind("10.1.1.1:1000".parse().unwrap()).unwrap();
///     socket.set_send_buffer_size(100).unwrap();
///     let client = socket.connect("10.9.9.9:80".parse().unwrap()).await.unwrap();
///     assert_eq!(client.try_write(&[0; 200]).unwrap(), 100);
///     assert_eq!(listener.accept().await.unwrap().1.to_string(), "10.1.1.1:1000");
/// }).unwrap();
/// ```
pub struct TcpSocket {
    is_v6: bool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    options: Options,
    reuses_addr: bool,
    /// And the world in which it is bound.
    bound: Option<(Home, Claim)>,
}

impl TcpSocket {
    /// For IPv4.
    ///
    /// # Errors
    ///
    /// None.
    pub fn new_v4() -> io::Result<Self> {
        Ok(Self::new(false))
    }

    /// For IPv6.
    ///
    /// # Errors
    ///
    /// None.
    pub fn new_v6() -> io::Result<Self> {
        Ok(Self::new(true))
    }

    fn new(is_v6: bool) -> Self {
        Self {
            is_v6,
            state: Mutex::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Binds the address; port 0 is the first free port from 60001 on.
    ///
    /// # Errors
    ///
    /// `AddrInUse`; `InvalidInput` for an address of the other family, and if it is bound already.
    ///
    /// # Panics
    ///
    /// Outside of a world.
    #[track_caller]
    pub fn bind(&self, addr: SocketAddr) -> io::Result<()> {
        if addr.is_ipv6() != self.is_v6 {
            return Err(io::Error::new(
                ErrorKind::InvalidInput,
                format!("{addr} is of the other address family than the socket"),
            ));
        }
        let mut state = self.state();
        if let Some((_, claim)) = &state.bound {
            return Err(io::Error::new(
                ErrorKind::InvalidInput,
                format!("the socket is bound to {} already", claim.addr),
            ));
        }
        let sharing = sharing(state.reuses_addr);
        let bound = World::with("TcpSocket::bind", |world| {
            let claim =
                world.network(|network, call| network.claim(Protocol::Tcp, addr, sharing, call))?;
            io::Result::Ok((Home::new(world), claim))
        })?;
        state.bound = Some(bound);
        Ok(())
    }

    /// Listens at the bound address, or else on a free port. While `backlog + 1` connections wait to be accepted, further
    /// ones wait to get in.
    ///
    /// # Errors
    ///
    /// `AddrInUse` if another socket that shares the address listens.
    ///
    /// # Panics
    ///
    /// Outside of a world.
    #[track_caller]
    pub fn listen(self, backlog: u32) -> io::Result<TcpListener> {
        if self.state().bound.is_none() {
            self.bind(SocketAddr::new(self.any(), 0))?;
        }
        let site = Location::caller();
        let home = self.home().expect("it was bound just now");
        home.with("a bound `TcpSocket`", |world| {
            let (options, claim) = self.take();
            let claim = claim.expect("it is bound");
            let key = world.network(|network, call| {
                call.made_at(site);
                network
                    .listen(claim, Backlog(backlog), options, call)
                    .inspect_err(|_| network.release(claim))
            })?;
            Ok(TcpListener::new(Acceptor::new(world, key)))
        })
    }

    /// Connects; see [`TcpStream::connect`].
    ///
    /// # Errors
    ///
    /// As there; `InvalidInput` for an address of the other family.
    ///
    /// # Panics
    ///
    /// Outside of a world.
    #[track_caller]
    pub fn connect(self, addr: SocketAddr) -> impl Future<Output = io::Result<TcpStream>> {
        self.connect_at(addr, Location::caller())
    }

    async fn connect_at(
        self,
        addr: SocketAddr,
        site: &'static Location<'static>,
    ) -> io::Result<TcpStream> {
        if addr.is_ipv6() != self.is_v6 {
            return Err(io::Error::new(
                ErrorKind::InvalidInput,
                format!("{addr} is of the other address family than the socket"),
            ));
        }
        if let Some(home) = self.home() {
            home.with("a bound `TcpSocket`", |_| {});
        }
        let (options, claim) = self.take();
        TcpStream::connect_from(addr, claim, options, site).await
    }

    /// The world in which it is bound.
    fn home(&self) -> Option<Home> {
        self.state().bound.as_ref().map(|(home, _)| home.clone())
    }

    /// Leaves an unbound socket behind.
    fn take(&self) -> (Options, Option<Claim>) {
        let mut state = self.state();
        (state.options, state.bound.take().map(|(_, claim)| claim))
    }

    /// Leaves an unbound socket behind, and its address to others.
    pub(crate) fn close(&self) {
        let bound = self.state().bound.take();
        if let Some((home, claim)) = bound {
            home.end(Dropped::Claim(claim));
        }
    }

    fn any(&self) -> std::net::IpAddr {
        if self.is_v6 {
            Ipv6Addr::UNSPECIFIED.into()
        } else {
            Ipv4Addr::UNSPECIFIED.into()
        }
    }

    /// The bound address; before that the wildcard with port 0.
    ///
    /// # Errors
    ///
    /// None.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        let unbound = SocketAddr::new(self.any(), 0);
        Ok(self
            .state()
            .bound
            .as_ref()
            .map_or(unbound, |(_, claim)| claim.addr))
    }

    /// Whether the address may be shared with other sockets that ask for it, as long as none of them listens.
    ///
    /// # Errors
    ///
    /// None.
    pub fn reuseaddr(&self) -> io::Result<bool> {
        Ok(self.state().reuses_addr)
    }

    /// See [`reuseaddr`](Self::reuseaddr).
    ///
    /// # Errors
    ///
    /// None.
    ///
    /// # Panics
    ///
    /// Outside of the world in which the socket is bound, if it is.
    #[track_caller]
    pub fn set_reuseaddr(&self, on: bool) -> io::Result<()> {
        let mut state = self.state();
        if let Some((home, claim)) = &state.bound {
            home.with("a bound `TcpSocket`", |world| {
                world.network(|network, _| network.share(*claim, sharing(on)));
            });
        }
        state.reuses_addr = on;
        Ok(())
    }

    /// Whether several sockets may listen at one address: never.
    ///
    /// # Errors
    ///
    /// None.
    pub fn reuseport(&self) -> io::Result<bool> {
        Ok(false)
    }

    /// See [`reuseport`](Self::reuseport).
    ///
    /// # Errors
    ///
    /// `Unsupported` for true.
    pub fn set_reuseport(&self, on: bool) -> io::Result<()> {
        if on {
            return Err(io::Error::new(
                ErrorKind::Unsupported,
                "`SO_REUSEPORT` is not supported by this network: let one listener accept for all",
            ));
        }
        Ok(())
    }

    /// How many bytes fit into the direction in which it sends; 64 KiB unless set, or what the other end asks for.
    ///
    /// # Errors
    ///
    /// None.
    pub fn send_buffer_size(&self) -> io::Result<u32> {
        Ok(size(self.state().options.send_buffer))
    }

    /// See [`send_buffer_size`](Self::send_buffer_size).
    ///
    /// # Errors
    ///
    /// `InvalidInput` for 0.
    pub fn set_send_buffer_size(&self, size: u32) -> io::Result<()> {
        self.state().options.send_buffer = Some(capacity(size)?);
        Ok(())
    }

    /// How many bytes fit into the direction in which it receives; 64 KiB unless set, or what the other end asks for.
    ///
    /// # Errors
    ///
    /// None.
    pub fn recv_buffer_size(&self) -> io::Result<u32> {
        Ok(size(self.state().options.recv_buffer))
    }

    /// See [`recv_buffer_size`](Self::recv_buffer_size).
    ///
    /// # Errors
    ///
    /// `InvalidInput` for 0.
    pub fn set_recv_buffer_size(&self, size: u32) -> io::Result<()> {
        self.state().options.recv_buffer = Some(capacity(size)?);
        Ok(())
    }

    /// See [`TcpStream::nodelay`].
    ///
    /// # Errors
    ///
    /// None.
    pub fn nodelay(&self) -> io::Result<bool> {
        Ok(self.state().options.nodelay)
    }

    /// See [`TcpStream::nodelay`].
    ///
    /// # Errors
    ///
    /// None.
    pub fn set_nodelay(&self, on: bool) -> io::Result<()> {
        self.state().options.nodelay = on;
        Ok(())
    }

    /// See [`TcpStream::keepalive`].
    ///
    /// # Errors
    ///
    /// None.
    pub fn keepalive(&self) -> io::Result<bool> {
        Ok(self.state().options.keepalive)
    }

    /// See [`TcpStream::keepalive`].
    ///
    /// # Errors
    ///
    /// None.
    pub fn set_keepalive(&self, on: bool) -> io::Result<()> {
        self.state().options.keepalive = on;
        Ok(())
    }

    /// See [`TcpStream::linger`].
    ///
    /// # Errors
    ///
    /// None.
    pub fn linger(&self) -> io::Result<Option<Duration>> {
        Ok(self.state().options.linger)
    }

    /// See [`TcpStream::set_linger`].
    ///
    /// # Errors
    ///
    /// None.
    pub fn set_linger(&self, linger: Option<Duration>) -> io::Result<()> {
        self.state().options.linger = linger.map(super::stream::whole_seconds);
        Ok(())
    }

    /// See [`TcpStream::set_zero_linger`].
    ///
    /// # Errors
    ///
    /// None.
    pub fn set_zero_linger(&self) -> io::Result<()> {
        self.set_linger(Some(Duration::ZERO))
    }
}

impl fmt::Debug for TcpSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("TcpSocket");
        if let Some((_, claim)) = &self.state().bound {
            text.field("local", &claim.addr);
        }
        text.finish_non_exhaustive()
    }
}

impl Drop for TcpSocket {
    fn drop(&mut self) {
        self.close();
    }
}

fn sharing(reuses_addr: bool) -> Sharing {
    if reuses_addr {
        Sharing::Reuse
    } else {
        Sharing::Exclusive
    }
}

fn capacity(size: u32) -> io::Result<usize> {
    if size == 0 {
        return Err(io::Error::new(
            ErrorKind::InvalidInput,
            "a buffer of 0 bytes would let nothing through: it must be at least 1",
        ));
    }
    Ok(usize::try_from(size).unwrap_or(usize::MAX))
}

fn size(set: Option<usize>) -> u32 {
    let default = 64 * 1024;
    u32::try_from(set.unwrap_or(default)).unwrap_or(u32::MAX)
}
