//! What still happens in a world that does nothing else: a sample of the deadlines that fire, taken shortly before the step
//! limit, and when the wall limit has found it at work. Nothing is counted until then. Where the body has its turns meanwhile, it is a
//! sample of what these come from.

use std::panic::Location;
use std::time::Duration;

use super::budget::Budget;
use super::header::TaskKey;
use super::signs::Signs;
use super::world::World;
use crate::core::Pending;
use crate::stopped::{Doing, Verdict};
use crate::time::Instant;

/// Of as many steps of the clock: enough for a ratio, and no time at all.
pub(super) const SAMPLE: u64 = 1_000;

/// Where the body has its turns meanwhile, of as many: each may take long, and whoever waits for the end has waited long enough.
const LIVELY: u64 = 100;

/// And of no more than make this part of all polls so far.
const PART: u64 = 16;

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
    /// After how many of these steps the body was polled.
    pub(crate) body_turns: u64,
    /// Whether any of these deadlines was the body's own.
    pub(crate) is_by_body: bool,
    /// Whether something else than what fires may move the clock: an `advance`, or a host with timers of its own.
    pub(crate) is_led: bool,
    /// At how many of these steps no deadline fired.
    pub(crate) bare: u64,
    /// The wall limit, if that has come.
    limit: Option<Duration>,
    /// What was seen by the last look.
    last: Option<Look>,
    /// Whether the body was polled since the last step.
    had_turn: bool,
    /// How many polls there had been before.
    polls_before: u64,
}

/// What tells whether anything happened.
#[derive(Clone, Copy, Debug)]
struct Look {
    /// How often the body had been polled.
    body_polls: u32,
    now: Instant,
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

    /// Whether it has come to rest since it was asked to end.
    #[cfg(feature = "tokio")]
    pub(super) fn has_looked_at_heartbeats(&self) -> bool {
        let sample = self.heartbeats.borrow();
        sample.as_ref().is_none_or(|sample| sample.last.is_some())
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
        let now = Instant::from_nanos(self.now());
        let look = Look {
            body_polls: self.body_polls.get(),
            now,
        };
        let last = sample.last.replace(look);
        // Each poll of the body has the steps begin anew.
        let is_new = sample.sampled == 0
            || steps != sample.steps
            || last.is_some_and(|last| last.now != now);
        // The body had its turn.
        let is_alive = last.is_some_and(|last| last.body_polls != look.body_polls);
        if is_alive && !sample.had_turn {
            sample.had_turn = true;
            sample.body_turns += 1;
        }
        sample.began_at.get_or_insert(now);
        sample.steps = steps;
        sample.is_led |= self.is_led();
        let at = self.next_event();
        let polls = self.inbox.polls();
        if last.is_none() {
            sample.polls_before = polls;
        }
        // While something is out the clock stands.
        let stands = at.is_none() || self.pace.get().is_some() || self.inbox.is_announced();
        let is_enough = match sample.body_turns {
            0 => sample.sampled >= SAMPLE,
            _ => sample.is_led || sample.is_long(polls),
        };
        if let (Some(limit), true) = (sample.limit, is_enough || stands) {
            let panics = self.inbox.panics();
            let doing = match sample.body_turns {
                0 => Doing::Ending,
                _ => Doing::Running { polls },
            };
            self.heartbeats.replace(Some(sample));
            return Err(Verdict::WallLimit {
                limit,
                doing,
                panics,
                by_itself: true,
            });
        }
        if is_alive && sample.limit.is_none() {
            return Ok(());
        }
        if let (Some(at), true) = (at, is_new) {
            sample.sampled += 1;
            sample.had_turn = false;
            sample.note(self.deadlines.borrow().due_at(at));
        }
        self.heartbeats.replace(Some(sample));
        self.signs.raise(Signs::HEARTBEATS);
        Ok(())
    }

    fn is_led(&self) -> bool {
        #[cfg(feature = "tokio")]
        let is_hosted = self.is_hosted();
        #[cfg(not(feature = "tokio"))]
        let is_hosted = false;
        is_hosted || self.frozen.get() > 0 || self.advancing.borrow().is_some()
    }
}

impl Heartbeats {
    /// Whether enough was seen of a world whose body has its turns.
    fn is_long(&self, polls: u64) -> bool {
        self.sampled >= LIVELY || polls - self.polls_before >= self.polls_before / PART
    }

    fn note(&mut self, due: impl Iterator<Item = Pending>) {
        let mut due = due.peekable();
        if due.peek().is_none() {
            self.bare += 1;
        }
        for Pending { site, task, .. } in due {
            self.is_by_body |= task == TaskKey::BODY.id;
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
