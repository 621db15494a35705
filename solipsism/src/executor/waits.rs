//! What each task waits for, as far as the primitive is ours: asked of all that keeps wakers.

use std::sync::Arc;

use futures_task::waker_ref;
use solipsism_harness::ordered::sort_by_key;

use super::header::Header;
#[cfg(feature = "tokio")]
use super::hosted::FOREIGN;
use super::standstill::Wait;
#[cfg(feature = "tokio")]
use super::world::NOBODY;
use super::world::World;
use crate::core::{NEVER, Waiter};
use crate::time::Instant;

/// Who waits for what, sorted by task.
pub(super) struct Waits(Vec<(u32, Wait)>);

impl Waits {
    pub(super) fn of(&self, task: u32) -> Vec<Wait> {
        let first = self.0.partition_point(|(other, _)| *other < task);
        let waits = self.0[first..]
            .iter()
            .take_while(|(other, _)| *other == task);
        waits.map(|(_, wait)| wait.clone()).collect()
    }

    /// The tasks of a host that wait for something.
    #[cfg(feature = "tokio")]
    pub(super) fn foreign(&self) -> Vec<u32> {
        let first = self.0.partition_point(|(task, _)| *task < FOREIGN);
        let tasks = self.0[first..].iter().map(|(task, _)| *task);
        let mut tasks: Vec<u32> = tasks.filter(|task| *task != NOBODY).collect();
        tasks.dedup();
        tasks
    }
}

impl World {
    /// By task, everything of ours that it waits for.
    pub(super) fn waits(&self, body: Option<&Arc<Header>>) -> Waits {
        let mut waits = Waits(Vec::new());
        let mut add = |task: u32, wait: Wait| waits.0.push((task, wait));
        let deadlines = self.deadlines.borrow();
        for deadline in deadlines.pending() {
            let site = deadline.site;
            let wait = match deadline.at {
                NEVER => Wait::Never { site },
                at => Wait::Deadline {
                    at: Instant::from_nanos(at),
                    site,
                },
            };
            add(deadline.task, wait);
        }
        for (task, joiner) in self.tasks.borrow().sorted() {
            if let Some(joiner) = joiner {
                let who = task.header.to_string();
                let task = task.header.key.id;
                add(joiner, Wait::Task { who, task });
            }
        }
        for (waiter, site) in self.jobs.borrow().pending() {
            if let Some(waiter) = waiter {
                add(waiter.task, Wait::Job { site });
            }
        }
        for listening in self.signals.borrow().listening() {
            let Some(task) = listening.task else { continue };
            let wait = Wait::Signal {
                signal: listening.signal,
                since: Instant::from_nanos(listening.since),
                site: listening.site,
            };
            add(task, wait);
        }
        for (_, value) in self.awaited.borrow().iter() {
            let wait = Wait::Value {
                what: value.what.clone(),
                since: Instant::from_nanos(value.since),
                site: value.site,
            };
            add(value.task, wait);
        }
        for (_, waiter) in self.settling.borrow().iter() {
            add(waiter.task, Wait::Settle);
        }
        if let Some(advance) = &*self.advancing.borrow() {
            let to = Instant::from_nanos(advance.target);
            add(advance.waiter.task, Wait::Advance { to });
        }
        if let Some(network) = &*self.network.borrow() {
            let tasks = self.tasks.borrow();
            let sorted = tasks.sorted();
            // A future that was dropped cannot take back what it asked of a `poll_` function. Were it alive, the last poll
            // of its task would have come by it, unless something in between has a waker of its own.
            let is_given_up = |waiter: &Waiter| {
                let place =
                    sorted.binary_search_by_key(&waiter.task, |(task, _)| task.header.key.id);
                let task = place.ok().map(|place| sorted[place].0);
                let asker = if waiter.task == 0 {
                    body.map(|header| (header, self.body_polls.get()))
                } else {
                    task.map(|task| (task.header, task.polls))
                };
                asker.is_some_and(|(header, polls)| {
                    let own = waker_ref(header).data();
                    polls != waiter.poll && waiter.waker.data() == own
                })
            };
            for wait in network.0.waits(&is_given_up) {
                let peer = wait.what.peer_task();
                let network = Wait::Network {
                    since: Instant::from_nanos(wait.since),
                    what: wait.what,
                    peer: peer.map(|id| self.doer(id)),
                };
                add(wait.task, network);
            }
        }
        sort_by_key(&mut waits.0, |(task, wait)| (*task, wait.rank()));
        waits
    }
}
