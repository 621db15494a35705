//! The clock: nanoseconds since the loop began, and a wall clock beside it. It never moves by itself.

use std::time::{Duration, SystemTime};

use super::{EndingLoops, LoopId, Nested};

/// Both of a world's clocks.
///
/// `now` is moved forwards by the front end alone. `epoch` is what the wall clock showed, or would have shown, when
/// `now` was zero; a step of the wall clock moves it and leaves `now` alone.
#[derive(Debug)]
pub(crate) struct Clock {
    now: u64,
    epoch: Nested<SystemTime>,
}

impl Clock {
    pub(crate) fn new(epoch: SystemTime) -> Self {
        Self {
            now: 0,
            epoch: Nested::new(epoch),
        }
    }

    pub(crate) fn now(&self) -> u64 {
        self.now
    }

    /// Moves the clock to `at`; an instant that is past leaves it where it is.
    pub(crate) fn move_to(&mut self, at: u64) {
        self.now = self.now.max(at);
    }

    pub(crate) fn wall(&self) -> SystemTime {
        *self.epoch + Duration::from_nanos(self.now)
    }

    /// Steps the wall clock, in either direction, until this loop ends.
    pub(crate) fn set_wall(&mut self, wall: SystemTime, by: LoopId) {
        let set = wall - Duration::from_nanos(self.now);
        self.epoch.change(by, |epoch| *epoch = set);
    }

    pub(crate) fn begin_child(&mut self, child: LoopId) {
        self.epoch.begin(child);
    }

    /// The wall clock shows what it would show if the child had not stepped it.
    pub(crate) fn end_child(&mut self, ending: &EndingLoops) {
        self.epoch.end(ending);
    }
}
