//! A listener of any transport, as whoever holds it.

use std::fmt;
use std::io::{self, ErrorKind};
use std::panic::Location;
use std::task::{Context, Poll};

use super::attempt::{Attempt, Source};
use super::home::Home;
use super::socket::Socket;
use super::{Addr, Interest};
use crate::core::net::{Call, ListenerKey, Network, Options, Ticket};
use crate::executor::{Dropped, World};

/// Stops listening when it is dropped.
pub(super) struct Acceptor {
    home: Home,
    key: ListenerKey,
}

impl Acceptor {
    pub(super) fn new(world: &World, key: ListenerKey) -> Self {
        Self {
            home: Home::new(world),
            key,
        }
    }

    #[track_caller]
    fn with<R>(&self, f: impl FnOnce(&mut Network, ListenerKey, &mut Call) -> R) -> R {
        self.home.with("a listener", |world| {
            world.network(|network, call| f(network, self.key, call))
        })
    }

    #[track_caller]
    fn try_accept(&self, site: Option<&'static Location<'static>>) -> io::Result<(Socket, Addr)> {
        self.home.with("a listener", |world| {
            let (end, peer) = world.network(|network, call| {
                call.site = call.site.or(site);
                network.accept(self.key, call)
            })?;
            Ok((Socket::new(world, end), peer))
        })
    }

    pub(super) async fn accept(
        &self,
        site: Option<&'static Location<'static>>,
    ) -> io::Result<(Socket, Addr)> {
        Attempt::new(self, Interest::READABLE, || self.try_accept(site)).await
    }

    #[track_caller]
    pub(super) fn poll_accept(
        &self,
        cx: &Context<'_>,
        site: Option<&'static Location<'static>>,
    ) -> Poll<io::Result<(Socket, Addr)>> {
        match self.try_accept(site) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                self.home.with("a listener", |world| {
                    self.wait(world, Interest::READABLE, Ticket::POLL, cx);
                });
                Poll::Pending
            }
            result => Poll::Ready(result),
        }
    }

    #[track_caller]
    pub(super) fn local_addr(&self) -> Addr {
        self.with(|network, key, _| network.listener_addr(key))
    }

    /// What `{:?}` of a listener says: its address.
    pub(super) fn debug(&self, f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
        self.home.debug(f, name, |network| {
            [("local", Some(network.listener_addr(self.key).to_string()))]
        })
    }

    /// See [`TcpListener::answer_late`](super::TcpListener::answer_late).
    #[track_caller]
    pub(super) fn answer_late(&self) {
        self.with(|network, key, _| network.answer_late(key));
    }

    #[track_caller]
    pub(super) fn set_capacity(&self, capacity: usize) -> io::Result<()> {
        self.with(|network, key, _| network.set_listener_capacity(key, capacity))
    }

    #[track_caller]
    pub(super) fn options<R>(&self, f: impl FnOnce(&mut Options) -> R) -> R {
        self.with(|network, key, _| f(network.listener_options(key)))
    }
}

impl Source for Acceptor {
    fn home(&self) -> &Home {
        &self.home
    }

    fn wait(&self, world: &World, _: Interest, ticket: Ticket, cx: &Context<'_>) {
        world.network(|network, call| {
            network.wait_accept(self.key, ticket, world.waiter(cx), call);
        });
    }

    fn forget(&self, world: &World, _: Interest, ticket: Ticket) {
        world.network(|network, call| network.forget_accept(self.key, ticket, call));
    }
}

impl Drop for Acceptor {
    fn drop(&mut self) {
        self.home.end(Dropped::Listener(self.key));
    }
}
