//! Doing something at a socket until it no longer would block.

use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::core::net::Ticket;
use crate::executor::World;

use super::Interest;
use super::home::Home;

/// A socket at which somebody can wait.
pub(super) trait Source {
    /// The world that it belongs to.
    fn home(&self) -> &Home;

    /// Waits until something happens there.
    fn wait(&self, world: &World, interest: Interest, ticket: Ticket, cx: &Context<'_>);

    /// Takes that back.
    fn forget(&self, world: &World, interest: Interest, ticket: Ticket);
}

/// A ticket for somebody who will wait.
pub(super) fn ticket(world: &World) -> Ticket {
    world.network(|network, _| network.ticket())
}

/// Tries until the result is another than `WouldBlock`. Dropping the future takes back what it waited for.
#[must_use = "futures do nothing unless polled"]
pub(super) struct Attempt<'a, S: Source, F> {
    source: &'a S,
    interest: Interest,
    operation: F,
    ticket: Option<Ticket>,
}

impl<'a, S: Source, F, T> Attempt<'a, S, F>
where
    F: FnMut() -> io::Result<T> + Unpin,
{
    pub(super) fn new(source: &'a S, interest: Interest, operation: F) -> Self {
        Self {
            source,
            interest,
            operation,
            ticket: None,
        }
    }
}

impl<S: Source, F, T> Future for Attempt<'_, S, F>
where
    F: FnMut() -> io::Result<T> + Unpin,
{
    type Output = io::Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        let this = &mut *self;
        match (this.operation)() {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            result => return Poll::Ready(result),
        }
        this.source.home().with("a socket's future", |world| {
            let ticket = *this.ticket.get_or_insert_with(|| ticket(world));
            this.source.wait(world, this.interest, ticket, cx);
        });
        Poll::Pending
    }
}

impl<S: Source, F> Drop for Attempt<'_, S, F> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            self.source.home().try_with(|world| {
                self.source.forget(world, self.interest, ticket);
            });
        }
    }
}
