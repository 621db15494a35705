//! A unix socket for datagrams.

use std::io;
use std::net::Shutdown;
use std::panic::Location;
use std::path::Path;
use std::task::{Context, Poll};

use super::{SocketAddr, unix};
use crate::core::net::{Call, DatagramKey, Network};
use crate::executor::World;
use crate::net::datagrams::{DatagramSocket, datagram_methods};
use crate::net::{Addr, Interest, Ready};

/// A unix socket for datagrams, which come in order and are never lost: a sender waits while more than ten are unread
/// at the receiver, or 208 KiB of its own, counted as Linux does: 768 bytes for each datagram and those in it. Between
/// two that are connected to each other the latter alone counts.
///
/// # Examples
///
/// ```
/// use solipsism::{EventLoop, net::UnixDatagram};
///
/// EventLoop::new().run(async {
///     let log = UnixDatagram::bind("/dev/log").unwrap();
///     let client = UnixDatagram::unbound().unwrap();
///     client.send_to(b"it rains", "/dev/log").await.unwrap();
///     let mut buf = [0; 512];
///     let (count, from) = log.recv_from(&mut buf).await.unwrap();
///     assert_eq!(&buf[..count], b"it rains");
///     assert!(from.is_unnamed());
/// }).unwrap();
/// ```
pub struct UnixDatagram {
    socket: DatagramSocket,
}

datagram_methods!(UnixDatagram, SocketAddr, unix);

impl UnixDatagram {
    /// A socket with this path, or with the abstract name that follows a zero byte.
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
        let addr = SocketAddr::new(path.as_ref());
        Self::open("UnixDatagram::bind", |network, call| {
            network.open_mailbox(&addr, call)
        })
    }

    /// A socket without a name. It can send, and receives once it is connected to somebody who sends back.
    ///
    /// # Errors
    ///
    /// None.
    ///
    /// # Panics
    ///
    /// Outside of a world.
    #[track_caller]
    pub fn unbound() -> io::Result<Self> {
        Self::open("UnixDatagram::unbound", |network, call| {
            Ok(network.open_unnamed_mailbox(call))
        })
    }

    #[track_caller]
    fn open(
        what: &str,
        open: impl FnOnce(&mut Network, &mut Call) -> io::Result<DatagramKey>,
    ) -> io::Result<Self> {
        let site = Location::caller();
        World::with(what, |world| {
            let key = world.network(|network, call| {
                call.made_at(site);
                open(network, call)
            })?;
            Ok(Self {
                socket: DatagramSocket::new(world, key),
            })
        })
    }

    /// Two sockets without names that are connected to each other.
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
        let site = Location::caller();
        World::with("UnixDatagram::pair", |world| {
            let keys = world.network(|network, call| {
                call.made_at(site);
                network.open_mailbox_pair(call)
            });
            let [one, other] = keys.map(|key| Self {
                socket: DatagramSocket::new(world, key),
            });
            Ok((one, other))
        })
    }

    /// Has [`send`](Self::send) send to the socket that has this path or name now, and hears nobody else from now on.
    ///
    /// A socket that had another peer loses what it has not read, and if that peer is connected to it, then that gets a
    /// `ConnectionReset`.
    ///
    /// # Errors
    ///
    /// `NotFound` if nothing was ever bound there, `ConnectionRefused` if nobody receives there now,
    /// `PermissionDenied` if the socket there is connected to another, `InvalidInput` if the path is empty or too long,
    /// `ConnectionAborted` once the socket's host has crashed.
    #[track_caller]
    pub fn connect<P: AsRef<Path>>(&self, path: P) -> io::Result<()> {
        self.socket.connect(&addr(path))
    }

    /// Sends one datagram to the socket that has this path or name, when there is room at the receiver.
    ///
    /// # Errors
    ///
    /// Those of [`connect`](Self::connect); `InvalidInput` for more than 212960 bytes, `BrokenPipe` if either end
    /// [has shut](Self::shutdown) the direction, and once what became of a former peer.
    ///
    /// # Cancel safety
    ///
    /// Nothing was sent if the future is dropped before it is done.
    pub async fn send_to<P: AsRef<Path>>(&self, buf: &[u8], path: P) -> io::Result<usize> {
        let to = addr(path);
        self.socket.send(buf, Some(&to)).await
    }

    /// As [`send_to`](Self::send_to), for a hand-written future. The last caller is woken.
    ///
    /// # Errors
    ///
    /// As `send_to`.
    #[track_caller]
    pub fn poll_send_to<P: AsRef<Path>>(
        &self,
        cx: &mut Context<'_>,
        buf: &[u8],
        path: P,
    ) -> Poll<io::Result<usize>> {
        self.socket.poll_send(cx, buf, Some(&addr(path)))
    }

    /// As [`send_to`](Self::send_to), without waiting.
    ///
    /// # Errors
    ///
    /// As `send_to`, and `WouldBlock` where that would wait.
    #[track_caller]
    pub fn try_send_to<P: AsRef<Path>>(&self, buf: &[u8], path: P) -> io::Result<usize> {
        self.socket.try_send(buf, Some(&addr(path)))
    }

    /// Ends a direction, or both. Who sends there, this socket or others to it, finds a broken pipe. What has arrived
    /// can still be received; to wait for more is to wait forever, as it is with tokio.
    ///
    /// # Errors
    ///
    /// None.
    #[track_caller]
    pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        self.socket
            .with(|network, key, call| network.shut_down_mailbox(key, how, call));
        Ok(())
    }
}

fn addr<P: AsRef<Path>>(path: P) -> Addr {
    SocketAddr::new(path.as_ref()).into()
}
