//! Who waits at one side of a socket.

use super::{Call, EndKey, ListenerKey, Network, Side};
use crate::core::Waiter;

/// The waiters of one side: the last caller of a `poll_` function, which a new one replaces, and any number of futures
/// that borrow the socket, each with a ticket of its own.
#[derive(Debug, Default)]
pub(crate) struct Waiters {
    polled: Option<Entry>,
    /// Sorted by their tickets.
    others: Vec<Entry>,
}

/// Which of the waiters one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
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
    /// What asked is known to be dropped, most likely. It is woken nevertheless.
    is_given_up: bool,
}

/// Where the running task has asked `poll_` functions in its present poll, in this order. A future that is dropped cannot
/// take back what it asked there, but who drops it can say so.
#[derive(Debug, Default)]
pub(super) struct Asked {
    task: u32,
    poll: u32,
    places: Vec<AskedAt>,
}

/// One of the sides that have waiters.
#[derive(Clone, Copy, Debug)]
pub(super) enum AskedAt {
    End(EndKey, Side),
    Listener(ListenerKey),
}

impl Waiters {
    /// Waits until the next wake; whoever had this ticket is replaced.
    pub(super) fn wait(&mut self, ticket: Ticket, waiter: Waiter, call: &mut Call) {
        let found = self.find(ticket);
        let place = match found {
            _ if ticket == Ticket::POLL => self.polled.as_mut(),
            Ok(place) => self.others.get_mut(place),
            Err(_) => None,
        };
        if let Some(entry) = place {
            let replaced = std::mem::replace(&mut entry.waiter, waiter);
            // A `poll_` function that is called once more, by a task that did so in its last poll, goes on waiting.
            let goes_on =
                ticket != Ticket::POLL || (is_next(&replaced, &entry.waiter) && !entry.is_given_up);
            if !goes_on {
                entry.since = call.now();
            }
            entry.is_given_up = false;
            call.drop.push(replaced.waker);
            return;
        }
        let entry = Entry {
            ticket,
            waiter,
            since: call.now(),
            is_given_up: false,
        };
        match found {
            Err(place) if ticket != Ticket::POLL => self.others.insert(place, entry),
            _ => self.polled = Some(entry),
        }
    }

    /// Where one of the others is, or would be.
    fn find(&self, ticket: Ticket) -> Result<usize, usize> {
        self.others
            .binary_search_by_key(&ticket, |entry| entry.ticket)
    }

    /// Takes back what was asked for with this ticket.
    pub(super) fn forget(&mut self, ticket: Ticket, call: &mut Call) {
        let gone = if ticket == Ticket::POLL {
            self.polled.take()
        } else {
            let place = self.find(ticket).ok();
            place.map(|place| self.others.remove(place))
        };
        call.drop.extend(gone.map(|entry| entry.waiter.waker));
    }

    /// Whoever called a `poll_` function here last will not come back for it.
    fn give_up(&mut self) {
        if let Some(entry) = &mut self.polled {
            entry.is_given_up = true;
        }
    }

    /// Wakes all, in the order in which they first asked; the caller of a `poll_` function first.
    pub(super) fn wake(&mut self, call: &mut Call) {
        call.wake
            .extend(self.polled.take().map(|entry| entry.waiter.waker));
        if !self.others.is_empty() {
            let others = self.others.drain(..);
            call.wake.extend(others.map(|entry| entry.waiter.waker));
        }
    }

    /// Forgets those whose tasks do not stay.
    pub(super) fn retain(&mut self, stays: &dyn Fn(u32) -> bool, call: &mut Call) {
        let polled = self.polled.take_if(|entry| !stays(entry.waiter.task));
        call.drop.extend(polled.map(|entry| entry.waiter.waker));
        if !self.others.is_empty() {
            let all = self.others.drain(..);
            let (stay, go): (Vec<_>, _) = all.partition(|entry| stays(entry.waiter.task));
            self.others = stay;
            call.drop
                .extend(go.into_iter().map(|entry: Entry| entry.waiter.waker));
        }
    }

    /// Forgets all.
    pub(super) fn clear(&mut self, call: &mut Call) {
        let all = self.polled.take().into_iter().chain(self.others.drain(..));
        call.drop.extend(all.map(|entry| entry.waiter.waker));
    }

    /// All of them, also those that were given up.
    #[cfg(feature = "tokio")]
    pub(super) fn all(&self) -> impl Iterator<Item = &Waiter> {
        let all = self.polled.iter().chain(&self.others);
        all.map(|entry| &entry.waiter)
    }

    /// The task that waits, and since when; for each. What is left of a dropped future that had called a `poll_` function
    /// is left out: `is_given_up` says whether the task has been polled since then without asking again.
    pub(super) fn iter(
        &self,
        is_given_up: &dyn Fn(&Waiter) -> bool,
    ) -> impl Iterator<Item = (u32, u64)> {
        let polled = self.polled.as_ref();
        let all = polled
            .filter(|entry| !(entry.is_given_up || is_given_up(&entry.waiter)))
            .into_iter()
            .chain(&self.others);
        all.map(|entry| (entry.waiter.task, entry.since))
    }
}

impl Asked {
    pub(super) fn note(&mut self, waiter: &Waiter, place: AskedAt) {
        if !self.is_by(waiter.task, waiter.poll) {
            (self.task, self.poll) = (waiter.task, waiter.poll);
            self.places.clear();
        }
        self.places.push(place);
    }

    fn is_by(&self, task: u32, poll: u32) -> bool {
        (self.task, self.poll) == (task, poll)
    }
}

impl Network {
    /// How often the task has asked a `poll_` function in this poll of it.
    pub(crate) fn asked(&self, task: u32, poll: u32) -> usize {
        if self.asked.is_by(task, poll) {
            self.asked.places.len()
        } else {
            0
        }
    }

    /// What the task has asked in this poll, but for the first `asked` times, was asked by a future that has been dropped.
    pub(crate) fn give_up_since(&mut self, asked: usize, task: u32, poll: u32) {
        if !self.asked.is_by(task, poll) {
            return;
        }
        for place in self.asked.places.split_off(asked) {
            match place {
                AskedAt::End(end, side) if self.connection(end).is_some() => {
                    self.waiters(end, side).give_up();
                }
                AskedAt::Listener(key) => {
                    if let Some(listener) = self.find_listener(key) {
                        listener.acceptors.give_up();
                    }
                }
                AskedAt::End(..) => {}
            }
        }
    }
}

/// Whether a task has asked in two polls of which one follows the other, or twice in one.
fn is_next(before: &Waiter, now: &Waiter) -> bool {
    before.task == now.task && now.poll.wrapping_sub(before.poll) <= 1
}
