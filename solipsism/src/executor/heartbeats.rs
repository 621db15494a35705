//! What still happens in a world that does nothing else: a sample of the deadlines that fire, taken shortly before the step
//! limit, and when the wall limit has found it at work. Nothing is counted until then.

use std::panic::Location;
use std::time::Duration;

use super::budget::Budget;
use super::signs::Signs;
use super::world::World;
use crate::core::Pending;
use crate::stopped::{Doing, Verdict};
use crate::time::Instant;

/// Of as many steps of the clock: enough for a ratio, and no time at all.
pub(super) const SAMPLE: u64 = 1_000;

/// The deadlines that fired.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heartbeats {
    /// How often the clock has moved since the body was last polled.
    pub(crate) steps: u64,
    /// How many of these steps were looked at, the last ones.
    pub(crate) sampled: u64,
    /// When that began.
    pub(crate) began_at: Option<Instant>,
    /// In the order in which they first did.
    pub(crate) fired: Vec<Fired>,
    /// The wall limit, if that has come.
    limit: Option<Duration>,
    /// How often the body had been polled by the last look.
    body_polls: Option<u32>,
}

/// The deadlines that were set at one place.
#[derive(Clone, Debug)]
pub(crate) struct Fired {
    pub(crate) site: &'static Location<'static>,
    /// How many of them fired.
    pub(crate) count: u64,
    /// The first tasks that they woke.
    tasks: Vec<u32>,
    /// And how messages name these.
    pub(crate) whom: Vec<String>,
}

/// More tasks than these say nothing more.
const NAMED: usize = 3;

impl World {
    /// The step limit is near, or the wall limit has come.
    #[cold]
    pub(super) fn count_heartbeats(&self, limit: Option<Duration>) {
        self.heartbeats.replace(Some(Heartbeats {
            limit,
            ..Heartbeats::default()
        }));
        self.signs.raise(Signs::HEARTBEATS);
    }

    pub(super) fn take_heartbeats(&self) -> Option<Heartbeats> {
        self.signs.lower(Signs::HEARTBEATS);
        self.heartbeats.take()
    }

    /// The sample, for a report.
    pub(super) fn tell_heartbeats(&self) -> Option<Heartbeats> {
        let mut heartbeats = self.take_heartbeats()?;
        for fired in &mut heartbeats.fired {
            let names = fired.tasks.iter().map(|task| self.task_name(*task));
            fired.whom = names.collect();
        }
        Some(heartbeats)
    }

    /// Nobody is ready: notes what the clock goes to next. A world that is to end does so when it has seen enough.
    #[cold]
    pub(super) fn look_at_heartbeats(&self, budget: &Budget) -> Result<(), Verdict> {
        let Some(mut sample) = self.take_heartbeats() else {
            return Ok(());
        };
        let steps = budget.steps();
        let is_new = sample.sampled == 0 || steps != sample.steps;
        // The body had its turn.
        let before = sample.body_polls.replace(self.body_polls.get());
        let is_alive = before.is_some_and(|before| before != self.body_polls.get());
        let now = Instant::from_nanos(self.now());
        sample.began_at.get_or_insert(now);
        sample.steps = steps;
        let at = self.next_event();
        // While something is out the clock stands.
        let stands = at.is_none() || self.pace.get().is_some() || self.inbox.is_announced();
        let is_over = is_alive || sample.sampled >= SAMPLE || stands;
        if let (Some(limit), true) = (sample.limit, is_over) {
            let panics = self.inbox.panics();
            let polls = self.inbox.polls();
            let doing = if is_alive {
                Doing::Running { polls }
            } else {
                Doing::Ending
            };
            self.heartbeats.replace(Some(sample));
            return Err(Verdict::WallLimit {
                limit,
                doing,
                panics,
                by_itself: true,
            });
        }
        if is_alive {
            return Ok(());
        }
        if let (Some(at), true) = (at, is_new) {
            sample.sampled += 1;
            sample.note(self.deadlines.borrow().due_at(at));
        }
        self.heartbeats.replace(Some(sample));
        self.signs.raise(Signs::HEARTBEATS);
        Ok(())
    }
}

impl Heartbeats {
    fn note(&mut self, due: impl Iterator<Item = Pending>) {
        for Pending { site, task, .. } in due {
            let place = self.fired.iter().position(|known| known.site == site);
            let place = place.unwrap_or_else(|| {
                self.fired.push(Fired {
                    site,
                    count: 0,
                    tasks: Vec::new(),
                    whom: Vec::new(),
                });
                self.fired.len() - 1
            });
            let fired = &mut self.fired[place];
            fired.count += 1;
            if fired.tasks.len() < NAMED && !fired.tasks.contains(&task) {
                fired.tasks.push(task);
            }
        }
    }
}
