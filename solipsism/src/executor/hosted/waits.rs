//! How often tokio's tasks have waited for something of this world without coming to rest: the part of a livelock of theirs
//! that is seen, since tokio tells of no poll. And the end of a run that never does.

use std::cell::Cell;
use std::time::Duration;

use super::{FOREIGN, Hosted};
use crate::core::OUTERMOST;
use crate::executor::world::{NOBODY, World};
use crate::executor::{Again, Busy, Progress, Standing, StuckTask};
use crate::stopped::{Doing, Verdict};

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

    /// Tokio's tasks have gone on for long. If the instant has not come to rest meanwhile, the run ends with the next poll of the root;
    /// a child's does not: these tasks would be with the next one.
    #[cold]
    pub(in crate::executor) fn tell_spinning(&self, world: &World, limit: Duration) {
        let is_nested = world.nest.borrow().innermost() != OUTERMOST;
        if is_nested || world.has_looked_at_heartbeats() {
            return;
        }
        let panics = world.inbox.panics();
        let verdict = Verdict::WallLimit {
            limit,
            doing: Doing::Spinning,
            panics,
            by_itself: true,
        };
        self.ended.replace(Some(Err(verdict)));
        self.wake_root();
    }
}

/// Keeps what holds of a task in the middle of an instant, in which others go on: where it waits. That it went on when it was polled
/// once more tells nothing, for who was to wake it might have done so; and it may have come to where it keeps a waker.
pub(in crate::executor) fn keep_waiting(stuck: &mut Vec<StuckTask>) {
    stuck.retain_mut(|task| {
        if task.standing == Standing::NeverWoken {
            task.standing = Standing::Waiting;
        }
        match &task.again {
            Again::WentOn(Progress::Finished | Progress::Moved) | Again::Panicked(_) => false,
            Again::WentOn(_) => {
                task.again = Again::Waits;
                true
            }
            Again::WokenBy(_) => {
                task.again = Again::Unseen;
                true
            }
            Again::Unseen | Again::Waits => true,
        }
    });
}
