//! Where an error was passed on last, and in whose poll: what ends with an error in that very poll may have it from there.

use super::header::TaskKey;
use super::world::World;
use crate::ending::passed_on::PassedOnBy;

/// An error went through a `?` in this poll of this task.
#[derive(Clone, Copy, Debug)]
pub(super) struct PassedOn {
    task: u32,
    poll: u32,
    by: PassedOnBy,
}

impl World {
    pub(crate) fn note_passed_on(&self, by: PassedOnBy) {
        self.passed_on.set(Some(PassedOn {
            task: self.current(),
            poll: self.current_poll.get(),
            by,
        }));
    }

    /// The last one in this poll of the current task.
    #[cfg(feature = "net")]
    pub(crate) fn passed_on(&self) -> Option<PassedOnBy> {
        self.passed_on_in(self.current(), self.current_poll.get())
    }

    /// The last one in the poll with which the body ended.
    pub(crate) fn passed_on_by_body(&self) -> Option<PassedOnBy> {
        self.passed_on_in(TaskKey::BODY.id, self.body_polls.get())
    }

    fn passed_on_in(&self, task: u32, poll: u32) -> Option<PassedOnBy> {
        let passed_on = self.passed_on.get();
        let passed_on = passed_on.filter(|it| (it.task, it.poll) == (task, poll));
        passed_on.map(|it| it.by)
    }
}
