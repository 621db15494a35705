//! A UDP socket.

use std::fmt::Display;
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::panic::Location;
use std::task::{Context, Poll};

use super::datagrams::{DatagramSocket, datagram_methods};
use super::lookup::{first_of, look_up};
use super::{Addr, Interest, Ready, ToSocketAddrs};
use crate::executor::World;

/// A UDP socket on the virtual network.
///
/// Sending never waits. A datagram is lost where nobody receives it, where the [`Link`](super::Link) says so, and where
/// the receiver has more than 208 KiB unread, counted as Linux does: 768 bytes for each datagram and those in it.
///
/// # Examples
///
/// ```
/// use solipsism::{EventLoop, net::UdpSocket};
///
/// EventLoop::new().run(async {
///     let dns = UdpSocket::bind("dns.internal:53").await.unwrap();
///     let client = UdpSocket::bind("0.0.0.0:0").await.unwrap();
///     client.send_to(b"where?", "dns.internal:53").await.unwrap();
///     let mut buf = [0; 512];
///     let (count, from) = dns.recv_from(&mut buf).await.unwrap();
///     assert_eq!(&buf[..count], b"where?");
///     assert_eq!(from.port(), 60_001); // the first that was free
/// }).unwrap();
/// ```
///
/// Who is connected learns that nobody is there, once:
///
/// ```
/// use std::io::ErrorKind;
/// use solipsism::{EventLoop, net::UdpSocket};
///
/// EventLoop::new().run(async {
///     let client = UdpSocket::bind("0.0.0.0:0").await.unwrap();
///     client.connect("dns.internal:53").await.unwrap();
///     client.send(b"where?").await.unwrap();
///     let refused = client.recv(&mut [0; 512]).await.unwrap_err();
///     assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
/// }).unwrap();
/// ```
pub struct UdpSocket {
    socket: DatagramSocket,
}

datagram_methods!(UdpSocket, SocketAddr, inet);

impl UdpSocket {
    /// A socket at the first of the addresses that is free. Port 0 is the first free port from 60001 on.
    ///
    /// The wildcard of IPv6 receives IPv4 too, from mapped addresses.
    ///
    /// # Errors
    ///
    /// `AddrInUse`, and those of [`lookup_host`](super::lookup_host).
    ///
    /// # Panics
    ///
    /// Outside of a world.
    #[track_caller]
    pub fn bind<A: ToSocketAddrs>(addr: A) -> impl Future<Output = io::Result<Self>> {
        let site = Location::caller();
        async move {
            World::with("UdpSocket::bind", |_| ());
            first_of(addr.target()?, async |addr| {
                World::with("UdpSocket::bind", |world| {
                    let key = world.network(|network, call| {
                        call.made_at(site);
                        network.open_udp(addr, call)
                    })?;
                    Ok(Self {
                        socket: DatagramSocket::new(world, key),
                    })
                })
            })
            .await
        }
    }

    /// Closes it before it is dropped. Nobody must use it afterwards.
    pub(crate) fn close(&self) {
        self.socket.close();
    }

    /// Has [`send`](Self::send) send to the first of the addresses that can be reached, and hears nobody else from now
    /// on. What has arrived before stays. A socket at a wildcard address gets the address that leads there.
    ///
    /// # Errors
    ///
    /// Those of [`send_to`](Self::send_to), but for what is pending.
    pub async fn connect<A: ToSocketAddrs>(&self, addr: A) -> io::Result<()> {
        first_of(addr.target()?, async |addr| {
            self.socket.connect(&addr.into())
        })
        .await
    }

    /// Sends one datagram to the first of the addresses.
    ///
    /// # Errors
    ///
    /// - `InvalidInput` for more than 65507 bytes (in IPv6 65527), for port 0, for IPv6 from a socket of IPv4, and for
    ///   another host from a loopback address; `NetworkUnreachable` for IPv4 from a socket of IPv6 that is not at the
    ///   wildcard.
    /// - `PermissionDenied` for 255.255.255.255, unless [`set_broadcast`](Self::set_broadcast) gave leave.
    /// - `Unsupported` for multicast.
    /// - `ConnectionRefused` once if the socket is connected and nobody was there for an earlier datagram.
    /// - `ConnectionAborted` once the socket's host has crashed.
    /// - Those of [`lookup_host`](super::lookup_host).
    ///
    /// # Cancel safety
    ///
    /// Nothing was sent if the future is dropped before it is done.
    pub async fn send_to<A: ToSocketAddrs>(&self, buf: &[u8], addr: A) -> io::Result<usize> {
        let Some(addr) = look_up(addr.target()?).await?.into_iter().next() else {
            return Err(io::Error::new(
                ErrorKind::InvalidInput,
                "there is no address to send to",
            ));
        };
        self.socket.send(buf, Some(&addr.into())).await
    }

    /// As [`send_to`](Self::send_to), for a hand-written future. It is always ready.
    ///
    /// # Errors
    ///
    /// As `send_to`.
    #[track_caller]
    pub fn poll_send_to(
        &self,
        cx: &mut Context<'_>,
        buf: &[u8],
        addr: SocketAddr,
    ) -> Poll<io::Result<usize>> {
        self.socket.poll_send(cx, buf, Some(&addr.into()))
    }

    /// As [`send_to`](Self::send_to), without waiting.
    ///
    /// # Errors
    ///
    /// As `send_to`.
    #[track_caller]
    pub fn try_send_to(&self, buf: &[u8], addr: SocketAddr) -> io::Result<usize> {
        self.socket.try_send(buf, Some(&addr.into()))
    }

    /// Whether it may send to all hosts at once.
    ///
    /// # Errors
    ///
    /// None.
    #[track_caller]
    pub fn broadcast(&self) -> io::Result<bool> {
        Ok(self
            .socket
            .with(|network, key, _| network.udp_options(key).broadcast))
    }

    /// Lets it send to 255.255.255.255, where the sockets of every host hear it that are bound to a wildcard and this
    /// port, or to 127.255.255.255, where those of its own host do.
    ///
    /// # Errors
    ///
    /// None.
    #[track_caller]
    pub fn set_broadcast(&self, on: bool) -> io::Result<()> {
        self.socket
            .with(|network, key, _| network.udp_options(key).broadcast = on);
        Ok(())
    }

    /// The time to live of packets, which is only kept.
    ///
    /// # Errors
    ///
    /// None.
    #[track_caller]
    pub fn ttl(&self) -> io::Result<u32> {
        Ok(self
            .socket
            .with(|network, key, _| network.udp_options(key).ttl))
    }

    /// See [`ttl`](Self::ttl).
    ///
    /// # Errors
    ///
    /// `InvalidInput` unless it is from 1 to 255.
    #[track_caller]
    pub fn set_ttl(&self, ttl: u32) -> io::Result<()> {
        if !(1..=255).contains(&ttl) {
            return Err(io::Error::new(
                ErrorKind::InvalidInput,
                format!("a time to live is from 1 to 255, and this is {ttl}"),
            ));
        }
        self.socket
            .with(|network, key, _| network.udp_options(key).ttl = ttl);
        Ok(())
    }

    /// Joins no group: this network has no multicast.
    ///
    /// # Errors
    ///
    /// `Unsupported`, always.
    pub fn join_multicast_v4(&self, multiaddr: Ipv4Addr, interface: Ipv4Addr) -> io::Result<()> {
        Err(no_multicast(&multiaddr, &interface))
    }

    /// As [`join_multicast_v4`](Self::join_multicast_v4).
    ///
    /// # Errors
    ///
    /// `Unsupported`, always.
    pub fn join_multicast_v6(&self, multiaddr: &Ipv6Addr, interface: u32) -> io::Result<()> {
        Err(no_multicast(multiaddr, &interface))
    }

    /// As [`join_multicast_v4`](Self::join_multicast_v4).
    ///
    /// # Errors
    ///
    /// `Unsupported`, always.
    pub fn leave_multicast_v4(&self, multiaddr: Ipv4Addr, interface: Ipv4Addr) -> io::Result<()> {
        self.join_multicast_v4(multiaddr, interface)
    }

    /// As [`join_multicast_v4`](Self::join_multicast_v4).
    ///
    /// # Errors
    ///
    /// `Unsupported`, always.
    pub fn leave_multicast_v6(&self, multiaddr: &Ipv6Addr, interface: u32) -> io::Result<()> {
        self.join_multicast_v6(multiaddr, interface)
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "its like for unix sockets takes the address apart"
)]
fn inet(addr: Addr) -> SocketAddr {
    match addr {
        Addr::Inet(addr) => addr,
        Addr::Unix(_) => unreachable!("a UDP socket has no path"),
    }
}

fn no_multicast(group: &dyn Display, interface: &dyn Display) -> io::Error {
    io::Error::new(
        ErrorKind::Unsupported,
        format!("{group} cannot be joined or left at {interface}: this network has no multicast"),
    )
}
