//! Who waits at one side of a socket.

use super::Call;
use crate::core::Waiter;

/// The waiters of one side: the last caller of a `poll_` function, which a new one replaces, and any number of futures
/// that borrow the socket, each with a ticket of its own.
#[derive(Debug, Default)]
pub(crate) struct Waiters {
    polled: Option<Entry>,
    others: Vec<Entry>,
}

/// Which of the waiters one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ticket(pub(super) u64);

impl Ticket {
    /// That of the `poll_` functions.
    pub(crate) const POLL: Self = Self(0);
}

#[derive(Debug)]
struct Entry {
    ticket: Ticket,
    waiter: Waiter,
    since: u64,
}

impl Waiters {
    /// Waits until the next wake; whoever had this ticket is replaced.
    pub(super) fn wait(&mut self, ticket: Ticket, waiter: Waiter, call: &mut Call) {
        let since = call.now;
        let place = if ticket == Ticket::POLL {
            self.polled.as_mut()
        } else {
            self.others.iter_mut().find(|entry| entry.ticket == ticket)
        };
        if let Some(entry) = place {
            let replaced = std::mem::replace(&mut entry.waiter, waiter);
            call.drop.push(replaced.waker);
            return;
        }
        let entry = Entry {
            ticket,
            waiter,
            since,
        };
        if ticket == Ticket::POLL {
            self.polled = Some(entry);
        } else {
            self.others.push(entry);
        }
    }

    /// Takes back what was asked for with this ticket.
    pub(super) fn forget(&mut self, ticket: Ticket, call: &mut Call) {
        let gone = if ticket == Ticket::POLL {
            self.polled.take()
        } else {
            let place = self.others.iter().position(|entry| entry.ticket == ticket);
            place.map(|place| self.others.remove(place))
        };
        call.drop.extend(gone.map(|entry| entry.waiter.waker));
    }

    /// Wakes all, in the order in which they came; the caller of a `poll_` function first.
    pub(super) fn wake(&mut self, call: &mut Call) {
        call.wake
            .extend(self.polled.take().map(|entry| entry.waiter.waker));
        if !self.others.is_empty() {
            let others = self.others.drain(..);
            call.wake.extend(others.map(|entry| entry.waiter.waker));
        }
    }

    /// Forgets all.
    pub(super) fn clear(&mut self, call: &mut Call) {
        let all = self.polled.take().into_iter().chain(self.others.drain(..));
        call.drop.extend(all.map(|entry| entry.waiter.waker));
    }

    /// The task that waits, and since when; for each.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, u64)> {
        let all = self.polled.iter().chain(&self.others);
        all.map(|entry| (entry.waiter.task, entry.since))
    }
}
