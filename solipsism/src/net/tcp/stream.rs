//! A TCP connection.

use std::io::{self, IoSlice, IoSliceMut};
use std::net::SocketAddr;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::io::{AsyncRead, AsyncWrite};

use super::{OwnedReadHalf, OwnedWriteHalf, ReadHalf, WriteHalf};
use crate::core::net::{Claim, Options, Side};
use crate::executor::World;
use crate::net::lookup::first_of;
use crate::net::socket::Socket;
use crate::net::stream::{HasAddr, stream_methods};
use crate::net::{Addr, Interest, Ready, ToSocketAddrs};

/// A TCP connection between two sockets of the virtual network.
///
/// It reads and writes by the traits of [`io`](crate::io). What the other end's closing looks like follows TCP on Linux:
/// reading goes on to the end of what was sent and then finds the end of the stream; the first write after the other end
/// was closed is taken, the next one is a broken pipe. An end that is dropped with bytes unread resets the connection.
///
/// # Examples
///
/// ```
/// use solipsism::io::{AsyncReadExt, AsyncWriteExt};
/// use solipsism::{EventLoop, net::{TcpListener, TcpStream}};
///
/// EventLoop::new().run(async {
///     let listener = TcpListener::bind("api.internal:80").await.unwrap();
///     let mut client = TcpStream::connect("api.internal:80").await.unwrap();
///     let (mut server, peer) = listener.accept().await.unwrap();
///     assert_eq!(peer, client.local_addr().unwrap());
///
///     server.write_all(b"hi").await.unwrap();
///     drop(server);
///     let mut all = String::new();
///     client.read_to_string(&mut all).await.unwrap();
///     assert_eq!(all, "hi");
/// }).unwrap();
/// ```
pub struct TcpStream {
    socket: Socket,
}

stream_methods!(TcpStream);

impl HasAddr for TcpStream {
    type Addr = SocketAddr;

    fn addr(addr: Addr) -> SocketAddr {
        addr.as_inet().expect("it is TCP's")
    }
}

impl TcpStream {
    pub(super) fn new(socket: Socket) -> Self {
        Self { socket }
    }

    /// Connects to the first of the addresses that takes the connection. It is made when it is in the listener's
    /// backlog; the listener need not have accepted it.
    ///
    /// # Errors
    ///
    /// `ConnectionRefused` if nobody listens there when the instant has come to rest, `TimedOut` after 127 seconds
    /// without an answer, and those of [`lookup_host`](crate::net::lookup_host). Of several addresses the last one's
    /// error is returned.
    ///
    /// # Panics
    ///
    /// Outside of a world.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future gives the connection up.
    #[track_caller]
    pub fn connect<A: ToSocketAddrs>(addr: A) -> impl Future<Output = io::Result<Self>> {
        let site = Location::caller();
        async move {
            World::with("TcpStream::connect", |_| ());
            let target = addr.target()?;
            first_of(target, |addr| {
                Self::connect_from(addr, None, Options::default(), site)
            })
            .await
        }
    }

    pub(super) async fn connect_from(
        addr: SocketAddr,
        claim: Option<Claim>,
        options: Options,
        site: &'static Location<'static>,
    ) -> io::Result<Self> {
        let socket = World::with("TcpStream::connect", |world| {
            let end = world.network(|network, call| {
                call.made_at(site);
                network.connect(addr, claim, options, call)
            })?;
            io::Result::Ok(Socket::new(world, end))
        })?;
        Ok(Self::new(socket.connected().await?))
    }

    /// Connects the client at the other end, of what a listener accepted that answers late.
    #[track_caller]
    pub(crate) fn answer(&self) {
        self.socket.answer();
    }

    /// Waits until the other end resets the stream, whatever else can be read.
    pub(crate) async fn until_reset(&self) -> io::Result<()> {
        self.socket.until_reset().await
    }

    /// The address of this end.
    ///
    /// # Errors
    ///
    /// None.
    #[track_caller]
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(Self::addr(self.socket.local_addr()))
    }

    /// The address of the other end.
    ///
    /// # Errors
    ///
    /// `NotConnected` once the connection is over: after a reset, and when both directions have ended.
    #[track_caller]
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.socket.peer_addr().map(Self::addr)
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
    pub async fn peek(&self, buf: &mut [u8]) -> io::Result<usize> {
        self.socket.peek(buf).await
    }

    /// As [`peek`](Self::peek), for a hand-written future. The last caller is woken.
    ///
    /// # Errors
    ///
    /// As `peek`.
    #[track_caller]
    pub fn poll_peek(&self, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        self.socket.poll_peek(cx, buf)
    }

    /// Whether small writes are sent at once. They always are; the setting is only kept.
    ///
    /// # Errors
    ///
    /// None.
    #[track_caller]
    pub fn nodelay(&self) -> io::Result<bool> {
        Ok(self.socket.options().nodelay)
    }

    /// See [`nodelay`](Self::nodelay).
    ///
    /// # Errors
    ///
    /// None.
    #[track_caller]
    pub fn set_nodelay(&self, on: bool) -> io::Result<()> {
        self.socket.set_options(|options| options.nodelay = on)
    }

    /// Whether an idle connection is probed. No connection is ever lost here; the setting is only kept.
    ///
    /// # Errors
    ///
    /// None.
    #[track_caller]
    pub fn keepalive(&self) -> io::Result<bool> {
        Ok(self.socket.options().keepalive)
    }

    /// See [`keepalive`](Self::keepalive).
    ///
    /// # Errors
    ///
    /// None.
    #[track_caller]
    pub fn set_keepalive(&self, on: bool) -> io::Result<()> {
        self.socket.set_options(|options| options.keepalive = on)
    }

    /// How long closing lingers, if that was set.
    ///
    /// # Errors
    ///
    /// None.
    #[track_caller]
    pub fn linger(&self) -> io::Result<Option<Duration>> {
        Ok(self.socket.options().linger)
    }

    /// With zero, dropping the stream resets the connection. Any other time changes nothing: dropping never waits. It is
    /// kept in whole seconds, rounded up.
    ///
    /// # Errors
    ///
    /// None.
    #[track_caller]
    pub fn set_linger(&self, linger: Option<Duration>) -> io::Result<()> {
        let linger = linger.map(whole_seconds);
        self.socket.set_options(|options| options.linger = linger)
    }

    /// Has dropping the stream reset the connection, as `set_linger` with zero does.
    ///
    /// # Errors
    ///
    /// None.
    #[track_caller]
    pub fn set_zero_linger(&self) -> io::Result<()> {
        self.set_linger(Some(Duration::ZERO))
    }

    /// The time to live of packets, which is only kept.
    ///
    /// # Errors
    ///
    /// None.
    #[track_caller]
    pub fn ttl(&self) -> io::Result<u32> {
        Ok(self.socket.options().ttl)
    }

    /// See [`ttl`](Self::ttl).
    ///
    /// # Errors
    ///
    /// `InvalidInput` for what is not between 1 and 255.
    #[track_caller]
    pub fn set_ttl(&self, ttl: u32) -> io::Result<()> {
        let ttl = checked_ttl(ttl)?;
        self.socket.set_options(|options| options.ttl = ttl)
    }
}

/// `SO_LINGER` counts seconds.
pub(super) fn whole_seconds(linger: Duration) -> Duration {
    let part = u64::from(linger.subsec_nanos() > 0);
    Duration::from_secs(linger.as_secs().saturating_add(part))
}

/// The header of a packet has a byte for it.
pub(super) fn checked_ttl(ttl: u32) -> io::Result<u32> {
    if (1..=255).contains(&ttl) {
        return Ok(ttl);
    }
    Err(io::Error::new(
        io::ErrorKind::InvalidInput,
        format!("a time to live must be between 1 and 255, and this is {ttl}"),
    ))
}
