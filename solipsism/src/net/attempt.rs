//! Doing something at a socket until it no longer would block.

use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::core::net::Ticket;
use crate::executor::World;

use super::Interest;

/// A socket at which somebody can wait.
pub(super) trait Source {
    /// The world that it belongs to.
    fn world(&self) -> u32;

    /// Waits until something happens there.
    fn wait(&self, world: &World, interest: Interest, ticket: Ticket, cx: &Context<'_>);

    /// Takes that back.
    fn forget(&self, world: &World, interest: Interest, ticket: Ticket);
}

/// The world of a socket, or of a handle on the network, which must be the one that runs here.
///
/// # Panics
///
/// In no world, and in another.
#[track_caller]
pub(super) fn with_world<R>(id: u32, what: &str, f: impl FnOnce(&World) -> R) -> R {
    // Not in a closure, so that a panic tells the caller's line.
    match World::try_with(|world| (world.id() == id).then(|| f(world))) {
        Some(Some(result)) => result,
        elsewhere => out_of_place(what, elsewhere.is_some()),
    }
}

#[cold]
#[track_caller]
fn out_of_place(what: &str, is_elsewhere: bool) -> ! {
    let why = if is_elsewhere {
        "in another world than its own: each has a network of its own, so make it in the world that uses it"
    } else {
        "where no world runs on this thread: use it inside of the `#[solipsism::test]`, or the `EventLoop::run`, that \
         made it"
    };
    panic!("{what} was used {why}");
}

/// As `with_world`, for what is dropped: elsewhere there is nothing to do.
pub(super) fn try_with_world(id: u32, f: impl FnOnce(&World)) {
    World::try_with(|world| {
        if world.id() == id {
            f(world);
        }
    });
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
        with_world(this.source.world(), "a socket's future", |world| {
            let ticket = *this.ticket.get_or_insert_with(|| ticket(world));
            this.source.wait(world, this.interest, ticket, cx);
        });
        Poll::Pending
    }
}

impl<S: Source, F> Drop for Attempt<'_, S, F> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            try_with_world(self.source.world(), |world| {
                self.source.forget(world, self.interest, ticket);
            });
        }
    }
}
