//! A socket for datagrams, as whoever holds it, and the methods that `UdpSocket` and `UnixDatagram` share.

use std::fmt;
use std::io::{self, ErrorKind};
use std::task::{Context, Poll};

use super::attempt::{Attempt, Source};
use super::home::Home;
use super::{Addr, Interest, Ready};
use crate::core::net::{Call, DatagramKey, Network, Side, Ticket};
use crate::executor::{Dropped, World};

/// Closes the socket when it is dropped.
pub(super) struct DatagramSocket {
    home: Home,
    key: DatagramKey,
}

impl DatagramSocket {
    pub(super) fn new(world: &World, key: DatagramKey) -> Self {
        Self {
            home: Home::new(world),
            key,
        }
    }

    /// Closes it before it is dropped. Nobody must use it afterwards.
    pub(super) fn close(&self) {
        self.home.end(Dropped::Datagrams(self.key));
    }

    /// Asks the network for something about this socket.
    ///
    /// # Panics
    ///
    /// Outside of its world.
    #[track_caller]
    pub(super) fn with<R>(&self, f: impl FnOnce(&mut Network, DatagramKey, &mut Call) -> R) -> R {
        self.home.with("a socket for datagrams", |world| {
            world.network(|network, call| f(network, self.key, call))
        })
    }

    #[track_caller]
    pub(super) fn connect(&self, peer: &Addr) -> io::Result<()> {
        self.with(|network, key, call| network.connect_datagrams(key, peer, call))
    }

    #[track_caller]
    pub(super) fn try_send(&self, buf: &[u8], to: Option<&Addr>) -> io::Result<usize> {
        self.with(|network, key, call| network.send(key, to, buf, call))
    }

    #[track_caller]
    pub(super) fn try_recv(&self, buf: &mut [u8]) -> io::Result<(usize, Addr)> {
        self.with(|network, key, call| network.recv(key, buf, call))
    }

    #[track_caller]
    pub(super) fn try_peek(&self, buf: &mut [u8]) -> io::Result<(usize, Addr)> {
        self.with(|network, key, _| network.peek_datagram(key, buf))
    }

    pub(super) async fn send(&self, buf: &[u8], to: Option<&Addr>) -> io::Result<usize> {
        Attempt::new(self, Interest::WRITABLE, || self.try_send(buf, to)).await
    }

    pub(super) async fn recv(&self, buf: &mut [u8]) -> io::Result<(usize, Addr)> {
        Attempt::new(self, Interest::READABLE, || self.try_recv(buf)).await
    }

    pub(super) async fn peek(&self, buf: &mut [u8]) -> io::Result<(usize, Addr)> {
        Attempt::new(self, Interest::READABLE, || self.try_peek(buf)).await
    }

    pub(super) async fn ready(&self, interest: Interest) -> io::Result<Ready> {
        Attempt::new(self, interest, || self.try_ready(interest)).await
    }

    /// # Errors
    ///
    /// `WouldBlock` if it is ready for nothing.
    #[track_caller]
    pub(super) fn try_ready(&self, interest: Interest) -> io::Result<Ready> {
        self.with(|network, key, _| readiness(network, key, interest))
    }

    /// Polls an operation. The last caller of each interest is woken.
    #[track_caller]
    pub(super) fn poll<T>(
        &self,
        cx: &Context<'_>,
        interest: Interest,
        attempt: impl FnOnce(&mut Network, DatagramKey, &mut Call) -> io::Result<T>,
    ) -> Poll<io::Result<T>> {
        self.home.with("a socket for datagrams", |world| {
            match world.network(|network, call| attempt(network, self.key, call)) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    self.wait(world, interest, Ticket::POLL, cx);
                    Poll::Pending
                }
                result => Poll::Ready(result),
            }
        })
    }

    /// Polls for being ready. The last caller of each interest is woken.
    #[track_caller]
    pub(super) fn poll_ready(&self, cx: &Context<'_>, interest: Interest) -> Poll<io::Result<()>> {
        self.poll(cx, interest, |network, key, _| {
            readiness(network, key, interest).map(drop)
        })
    }

    #[track_caller]
    pub(super) fn poll_send(
        &self,
        cx: &Context<'_>,
        buf: &[u8],
        to: Option<&Addr>,
    ) -> Poll<io::Result<usize>> {
        self.poll(cx, Interest::WRITABLE, |network, key, call| {
            network.send(key, to, buf, call)
        })
    }

    #[track_caller]
    pub(super) fn poll_recv(
        &self,
        cx: &Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<(usize, Addr)>> {
        self.poll(cx, Interest::READABLE, |network, key, call| {
            network.recv(key, buf, call)
        })
    }

    #[track_caller]
    pub(super) fn local_addr(&self) -> Addr {
        self.with(|network, key, _| network.datagram_addr(key))
    }

    #[track_caller]
    pub(super) fn peer_addr(&self) -> io::Result<Addr> {
        self.with(|network, key, _| network.datagram_peer(key))
    }

    /// What `{:?}` of a socket for datagrams says: its addresses.
    pub(super) fn debug(&self, f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
        self.home.debug(f, name, |network| {
            let peer = network.datagram_peer(self.key).ok();
            [
                ("local", Some(network.datagram_addr(self.key).to_string())),
                ("peer", peer.map(|addr| addr.to_string())),
            ]
        })
    }

    #[track_caller]
    pub(super) fn take_error(&self) -> Option<io::Error> {
        self.with(|network, key, _| network.take_datagram_error(key))
    }
}

impl Source for DatagramSocket {
    fn home(&self) -> &Home {
        &self.home
    }

    fn wait(&self, world: &World, interest: Interest, ticket: Ticket, cx: &Context<'_>) {
        world.network(|network, call| {
            for side in interest.sides() {
                network.wait_datagram(self.key, side, ticket, world.waiter(cx), call);
            }
        });
    }

    fn forget(&self, world: &World, interest: Interest, ticket: Ticket) {
        world.network(|network, call| {
            for side in interest.sides() {
                network.forget_datagram(self.key, side, ticket, call);
            }
        });
    }
}

impl Drop for DatagramSocket {
    fn drop(&mut self) {
        self.close();
    }
}

/// # Errors
///
/// `WouldBlock` if the socket is ready for nothing.
fn readiness(network: &mut Network, key: DatagramKey, interest: Interest) -> io::Result<Ready> {
    let ready = Ready {
        read: interest.is_readable() && network.is_datagram_ready(key, Side::Read),
        write: interest.is_writable() && network.is_datagram_ready(key, Side::Write),
        ..Ready::default()
    };
    if ready.is_empty() {
        return Err(ErrorKind::WouldBlock.into());
    }
    Ok(ready)
}

/// The methods that `UdpSocket` and `UnixDatagram` share, with tokio's names. `$from` makes the type's own address of the
/// network's.
macro_rules! datagram_methods {
    ($type:ident, $addr:ty, $from:path) => {
        impl $type {
            /// Sends one datagram to the connected peer.
            ///
            /// # Errors
            ///
            /// As [`send_to`](Self::send_to), and `NotConnected`.
            ///
            /// # Cancel safety
            ///
            /// Nothing was sent if the future is dropped before it is done.
            pub async fn send(&self, buf: &[u8]) -> io::Result<usize> {
                self.socket.send(buf, None).await
            }

            /// As [`send`](Self::send), for a hand-written future. The last caller is woken.
            ///
            /// # Errors
            ///
            /// As `send`.
            #[track_caller]
            pub fn poll_send(&self, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
                self.socket.poll_send(cx, buf, None)
            }

            /// As [`send`](Self::send), without waiting.
            ///
            /// # Errors
            ///
            /// As `send`, and `WouldBlock` where that would wait.
            #[track_caller]
            pub fn try_send(&self, buf: &[u8]) -> io::Result<usize> {
                self.socket.try_send(buf, None)
            }

            /// Receives the oldest datagram. What does not fit into the buffer is lost.
            ///
            /// # Errors
            ///
            /// What became of an earlier `send`, once; `ConnectionAborted` once the socket's host has crashed.
            ///
            /// # Cancel safety
            ///
            /// No datagram is lost.
            pub async fn recv(&self, buf: &mut [u8]) -> io::Result<usize> {
                Ok(self.socket.recv(buf).await?.0)
            }

            /// As [`recv`](Self::recv), for a hand-written future. The last caller is woken.
            ///
            /// # Errors
            ///
            /// As `recv`.
            #[track_caller]
            pub fn poll_recv(
                &self,
                cx: &mut Context<'_>,
                buf: &mut [u8],
            ) -> Poll<io::Result<usize>> {
                self.socket.poll_recv(cx, buf).map_ok(|(count, _)| count)
            }

            /// As [`recv`](Self::recv), without waiting.
            ///
            /// # Errors
            ///
            /// As `recv`, and `WouldBlock` if nothing is there.
            #[track_caller]
            pub fn try_recv(&self, buf: &mut [u8]) -> io::Result<usize> {
                Ok(self.socket.try_recv(buf)?.0)
            }

            /// As [`recv`](Self::recv), and tells who sent it.
            ///
            /// # Errors
            ///
            /// As `recv`.
            ///
            /// # Cancel safety
            ///
            /// No datagram is lost.
            pub async fn recv_from(&self, buf: &mut [u8]) -> io::Result<(usize, $addr)> {
                self.socket.recv(buf).await.map(Self::received)
            }

            /// As [`recv_from`](Self::recv_from), for a hand-written future. The last caller is woken.
            ///
            /// # Errors
            ///
            /// As `recv`.
            #[track_caller]
            pub fn poll_recv_from(
                &self,
                cx: &mut Context<'_>,
                buf: &mut [u8],
            ) -> Poll<io::Result<(usize, $addr)>> {
                self.socket.poll_recv(cx, buf).map_ok(Self::received)
            }

            /// As [`recv_from`](Self::recv_from), without waiting.
            ///
            /// # Errors
            ///
            /// As `try_recv`.
            #[track_caller]
            pub fn try_recv_from(&self, buf: &mut [u8]) -> io::Result<(usize, $addr)> {
                self.socket.try_recv(buf).map(Self::received)
            }

            /// As [`recv`](Self::recv), but leaves the datagram there.
            ///
            /// # Errors
            ///
            /// As `recv`.
            ///
            /// # Cancel safety
            ///
            /// No datagram is lost.
            pub async fn peek(&self, buf: &mut [u8]) -> io::Result<usize> {
                Ok(self.socket.peek(buf).await?.0)
            }

            /// As [`recv_from`](Self::recv_from), but leaves the datagram there.
            ///
            /// # Errors
            ///
            /// As `recv`.
            ///
            /// # Cancel safety
            ///
            /// No datagram is lost.
            pub async fn peek_from(&self, buf: &mut [u8]) -> io::Result<(usize, $addr)> {
                self.socket.peek(buf).await.map(Self::received)
            }

            /// Waits until there is a datagram. As with tokio, an error that is pending makes nothing readable.
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

            /// Waits until sending to the connected peer would not block. Without a peer it never does.
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

            /// Waits until the socket is ready for one of these, and tells which.
            ///
            /// # Errors
            ///
            /// None.
            ///
            /// # Cancel safety
            ///
            /// Nothing is lost.
            pub async fn ready(&self, interest: Interest) -> io::Result<Ready> {
                self.socket.ready(interest).await
            }

            /// As [`readable`](Self::readable), for a hand-written future. The last caller is woken.
            ///
            /// # Errors
            ///
            /// None.
            #[track_caller]
            pub fn poll_recv_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
                self.socket.poll_ready(cx, Interest::READABLE)
            }

            /// As [`writable`](Self::writable), for a hand-written future. The last caller is woken.
            ///
            /// # Errors
            ///
            /// None.
            #[track_caller]
            pub fn poll_send_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
                self.socket.poll_ready(cx, Interest::WRITABLE)
            }

            /// Calls `f`, which sends or receives at this socket and may say `WouldBlock`.
            ///
            /// # Errors
            ///
            /// Those of `f`; `WouldBlock` without a call if the socket is not ready.
            #[track_caller]
            pub fn try_io<R>(
                &self,
                interest: Interest,
                f: impl FnOnce() -> io::Result<R>,
            ) -> io::Result<R> {
                self.socket.try_ready(interest)?;
                f()
            }

            /// The address of this socket.
            ///
            /// # Errors
            ///
            /// None.
            #[track_caller]
            pub fn local_addr(&self) -> io::Result<$addr> {
                Ok($from(self.socket.local_addr()))
            }

            /// The address that it is connected to.
            ///
            /// # Errors
            ///
            /// `NotConnected`.
            #[track_caller]
            pub fn peer_addr(&self) -> io::Result<$addr> {
                self.socket.peer_addr().map($from)
            }

            /// The error that is pending, which no operation then gets.
            ///
            /// # Errors
            ///
            /// None.
            #[track_caller]
            pub fn take_error(&self) -> io::Result<Option<io::Error>> {
                Ok(self.socket.take_error())
            }

            fn received((count, from): (usize, Addr)) -> (usize, $addr) {
                (count, $from(from))
            }
        }

        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.socket.debug(f, stringify!($type))
            }
        }
    };
}
pub(super) use datagram_methods;
