//! What time it is in a world, and what else than deadlines has a say in it: real time, where the clock keeps pace with that, and
//! who holds the clock.

use std::time::{Duration, SystemTime};

use super::world::World;
use crate::core::LoopId;
use crate::event_loop::ClockKind;

/// How real time maps to the clock's, where it does.
#[derive(Clone, Copy)]
pub(super) struct Pace {
    since: std::time::Instant,
    from: u64,
}

impl World {
    /// Nanoseconds since the loop began.
    #[inline]
    pub(crate) fn now(&self) -> u64 {
        if let (ClockKind::Real, Some(pace)) = (self.clock_kind, self.pace.get()) {
            self.clock.borrow_mut().move_to(pace.now());
        }
        #[cfg(feature = "tokio")]
        if let Some(now) = self.hosted.as_ref().and_then(|hosted| hosted.now()) {
            self.clock.borrow_mut().move_to(now);
        }
        self.clock.borrow().now()
    }

    /// As `now`, as far as somebody has looked.
    #[inline]
    pub(crate) fn last_now(&self) -> u64 {
        self.clock.borrow().now()
    }

    pub(crate) fn wall(&self) -> SystemTime {
        self.now();
        self.clock.borrow().wall()
    }

    pub(crate) fn set_wall(&self, wall: SystemTime) {
        self.now();
        let by = self.owner();
        self.clock.borrow_mut().set_wall(wall, by);
    }

    /// From here on real time says when a deadline is reached.
    pub(super) fn keep_pace(&self) {
        if self.pace.get().is_none() {
            #[expect(
                clippy::disallowed_methods,
                reason = "a real clock, or a world with something real in it"
            )]
            let since = std::time::Instant::now();
            let from = self.clock.borrow().now();
            self.pace.set(Some(Pace { since, from }));
        }
    }

    pub(crate) fn freeze(&self) -> LoopId {
        let owner = self.owner();
        self.change_frozen(|frozen| frozen.push(owner));
        owner
    }

    /// Takes back what the current loop froze.
    pub(crate) fn thaw(&self) {
        self.thaw_for(self.owner());
    }

    /// Takes back what this loop froze; if that has ended, nothing is left of it.
    pub(crate) fn thaw_for(&self, owner: LoopId) {
        self.change_frozen(|frozen| {
            if let Some(place) = frozen.iter().position(|by| *by == owner) {
                frozen.remove(place);
            }
        });
    }

    pub(super) fn change_frozen(&self, change: impl FnOnce(&mut Vec<LoopId>)) {
        let mut frozen = self.frozen_in.borrow_mut();
        change(&mut frozen);
        self.frozen.set(frozen.len());
    }
}

impl Pace {
    pub(super) fn now(self) -> u64 {
        let elapsed =
            u64::try_from(self.since.elapsed().as_nanos()).expect("584 years have not passed");
        self.from + elapsed
    }

    /// How long in real time until the clock shows `at`.
    pub(super) fn until(self, at: u64) -> Duration {
        Duration::from_nanos(at.saturating_sub(self.now()))
    }
}
