//! One end of a stream, as whoever holds it: the core's connection with a world around it.

use std::fmt;
use std::io::{self, ErrorKind, IoSlice, IoSliceMut};
use std::task::{Context, Poll};

use super::attempt::{Attempt, Source};
use super::home::Home;
use super::{Addr, Interest, Ready};
use crate::core::net::{Call, EndKey, Network, Options, Side, Ticket};
use crate::executor::{Dropped, World};

/// Closes its end when it is dropped.
pub struct Socket {
    home: Home,
    key: EndKey,
}

impl Socket {
    pub(super) fn new(world: &World, key: EndKey) -> Self {
        Self {
            home: Home::new(world),
            key,
        }
    }

    /// Asks the network for something about this end.
    ///
    /// # Panics
    ///
    /// Outside of its world.
    #[track_caller]
    pub(super) fn with<R>(&self, f: impl FnOnce(&mut Network, EndKey, &mut Call) -> R) -> R {
        self.home.with("a stream", |world| {
            world.network(|network, call| f(network, self.key, call))
        })
    }

    #[track_caller]
    pub(super) fn try_read(&self, slices: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        self.with(|network, key, call| network.read(key, slices, call))
    }

    #[track_caller]
    pub(super) fn try_write(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        self.with(|network, key, call| network.write(key, slices, call))
    }

    /// Where there is no room in any of the slices, nothing is asked for.
    #[track_caller]
    pub(super) fn try_read_vectored(&self, slices: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        if slices.iter().all(|slice| slice.is_empty()) {
            return Ok(0);
        }
        self.try_read(slices)
    }

    /// Where there is nothing in any of the slices, nothing is asked for.
    #[track_caller]
    pub(super) fn try_write_vectored(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        if slices.iter().all(|slice| slice.is_empty()) {
            return Ok(0);
        }
        self.try_write(slices)
    }

    /// As `try_read_vectored`.
    #[track_caller]
    pub(super) fn poll_read_vectored(
        &self,
        cx: &Context<'_>,
        slices: &mut [IoSliceMut<'_>],
    ) -> Poll<io::Result<usize>> {
        if slices.iter().all(|slice| slice.is_empty()) {
            return Poll::Ready(Ok(0));
        }
        self.poll_read(cx, slices)
    }

    /// As `try_write_vectored`.
    #[track_caller]
    pub(super) fn poll_write_vectored(
        &self,
        cx: &Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if slices.iter().all(|slice| slice.is_empty()) {
            return Poll::Ready(Ok(0));
        }
        self.poll_write(cx, slices)
    }

    #[track_caller]
    pub(super) fn poll_read(
        &self,
        cx: &Context<'_>,
        slices: &mut [IoSliceMut<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll(cx, Side::Read, |network, key, call| {
            network.read(key, slices, call)
        })
    }

    #[track_caller]
    pub(super) fn poll_peek(&self, cx: &Context<'_>, into: &mut [u8]) -> Poll<io::Result<usize>> {
        self.poll(cx, Side::Read, |network, key, call| {
            network.peek(key, into, call)
        })
    }

    #[track_caller]
    pub(super) fn poll_write(
        &self,
        cx: &Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll(cx, Side::Write, |network, key, call| {
            network.write(key, slices, call)
        })
    }

    #[track_caller]
    pub(super) fn poll_ready(&self, cx: &Context<'_>, side: Side) -> Poll<io::Result<()>> {
        self.poll(cx, side, |network, key, _| {
            if network.is_ready(key, side) {
                Ok(())
            } else {
                Err(ErrorKind::WouldBlock.into())
            }
        })
    }

    #[track_caller]
    fn poll<T>(
        &self,
        cx: &Context<'_>,
        side: Side,
        attempt: impl FnOnce(&mut Network, EndKey, &mut Call) -> io::Result<T>,
    ) -> Poll<io::Result<T>> {
        self.home.with("a stream", |world| {
            world.network(|network, call| match attempt(network, self.key, call) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    network.wait(self.key, side, Ticket::POLL, world.waiter(cx), call);
                    Poll::Pending
                }
                result => Poll::Ready(result),
            })
        })
    }

    pub(super) async fn peek(&self, into: &mut [u8]) -> io::Result<usize> {
        let attempt = || self.with(|network, key, call| network.peek(key, into, call));
        Attempt::new(self, Interest::READABLE, attempt).await
    }

    pub(super) async fn ready(&self, interest: Interest) -> io::Result<Ready> {
        let attempt = || {
            let ready = self.readiness(interest);
            if ready.is_empty() {
                Err(ErrorKind::WouldBlock.into())
            } else {
                Ok(ready)
            }
        };
        Attempt::new(self, interest, attempt).await
    }

    #[track_caller]
    pub(super) fn readiness(&self, interest: Interest) -> Ready {
        self.with(|network, key, _| {
            let (read, write) = (interest.is_readable(), interest.is_writable());
            Ready {
                read: read && network.is_ready(key, Side::Read),
                write: write && network.is_ready(key, Side::Write),
                read_closed: read && network.is_closed(key, Side::Read),
                write_closed: write && network.is_closed(key, Side::Write),
            }
        })
    }

    /// Waits for the answer to a connect.
    pub(super) async fn connected(self) -> io::Result<Self> {
        let attempt = || {
            self.with(|network, key, _| network.connected(key))
                .unwrap_or_else(|| Err(ErrorKind::WouldBlock.into()))
        };
        Attempt::new(&self, Interest::WRITABLE, attempt).await?;
        Ok(self)
    }

    /// See [`TcpStream::until_reset`](super::TcpStream::until_reset).
    pub(super) async fn until_reset(&self) -> io::Result<()> {
        let attempt = || {
            if self.with(|network, key, _| network.is_broken(key)) {
                Ok(())
            } else {
                Err(ErrorKind::WouldBlock.into())
            }
        };
        // Whoever waits to read is woken by a reset.
        Attempt::new(self, Interest::READABLE, attempt).await
    }

    /// See [`TcpStream::answer`](super::TcpStream::answer).
    #[track_caller]
    pub(super) fn answer(&self) {
        self.with(Network::answer);
    }

    /// Ends the direction in which this end writes. What has ended already has.
    #[track_caller]
    pub(super) fn shut_down(&self) -> io::Result<()> {
        match self.with(Network::shut_down) {
            Err(error) if error.kind() == ErrorKind::NotConnected => Ok(()),
            result => result,
        }
    }

    /// As `shut_down`, where there may be no world.
    pub(super) fn shut_down_on_drop(&self) {
        self.home.end(Dropped::Writer(self.key));
    }

    #[track_caller]
    pub(super) fn local_addr(&self) -> Addr {
        self.with(|network, key, _| network.local_addr(key))
    }

    #[track_caller]
    pub(super) fn peer_addr(&self) -> io::Result<Addr> {
        self.with(|network, key, _| network.peer_addr(key))
    }

    /// What `{:?}` of a stream says: its addresses.
    pub(super) fn debug(&self, f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
        self.home.debug(f, name, |network| {
            let peer = network.peer_addr(self.key).ok();
            [
                ("local", Some(network.local_addr(self.key).to_string())),
                ("peer", peer.map(|addr| addr.to_string())),
            ]
        })
    }

    #[track_caller]
    pub(super) fn take_error(&self) -> Option<io::Error> {
        self.with(|network, key, _| network.take_error(key))
    }

    #[track_caller]
    pub(super) fn options(&self) -> Options {
        self.with(|network, key, _| network.options(key))
    }

    #[track_caller]
    pub(super) fn set_options(&self, change: impl FnOnce(&mut Options)) -> io::Result<()> {
        self.with(|network, key, call| network.set_options(key, change, call))
    }
}

impl Source for Socket {
    fn home(&self) -> &Home {
        &self.home
    }

    fn wait(&self, world: &World, interest: Interest, ticket: Ticket, cx: &Context<'_>) {
        world.network(|network, call| {
            for side in interest.sides() {
                network.wait(self.key, side, ticket, world.waiter(cx), call);
            }
        });
    }

    fn forget(&self, world: &World, interest: Interest, ticket: Ticket) {
        world.network(|network, call| {
            for side in interest.sides() {
                network.forget(self.key, side, ticket, call);
            }
        });
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.home.end(Dropped::End(self.key));
    }
}
