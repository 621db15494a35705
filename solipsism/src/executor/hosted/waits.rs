//! How often tokio's tasks have waited for something of this world without coming to rest: the part of a livelock of theirs
//! that is seen, since tokio tells of no poll.

use std::cell::Cell;

use super::{FOREIGN, Hosted};
use crate::executor::Busy;
use crate::executor::world::NOBODY;
use crate::stopped::Verdict;

#[derive(Default)]
pub(super) struct Waits {
    count: Cell<u64>,
    /// Who did last. It may do so more than once in a poll, and so a wait counts only after another's: there were
    /// at least as many polls.
    last: Cell<u32>,
}

impl Waits {
    /// Nothing is ready any more, or yet.
    pub(super) fn rest(&self) {
        self.count.set(0);
    }

    /// Counts them, up to this many.
    #[inline]
    fn add(&self, task: u32, limit: u64) -> bool {
        if self.last.replace(task) == task {
            return false;
        }
        let count = self.count.get() + 1;
        self.count.set(count);
        count == limit
    }
}

impl Hosted {
    /// A task waits, of tokio's unless it is nobody.
    #[inline]
    pub(in crate::executor) fn note_wait(&self, task: u32, limit: u64) {
        self.asked.note(task);
        if task != NOBODY && self.waits.add(task, limit) {
            self.tell_livelock(limit);
        }
    }

    #[cold]
    fn tell_livelock(&self, polls: u64) {
        let busy = Busy {
            task: FOREIGN,
            who: "tasks of tokio's".to_owned(),
            site: None,
            polls,
        };
        let busiest = vec![busy];
        let verdict = Verdict::Livelock { polls, busiest };
        self.ended.replace(Some(Err(verdict)));
        self.wake_root();
    }
}
