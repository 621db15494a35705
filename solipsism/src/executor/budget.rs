//! How much a run may still do before it is told to be going nowhere.

use std::cmp::Reverse;
use std::panic::Location;

use solipsism_harness::ordered::sort_by_key;

use super::header::Header;
use super::heartbeats::SAMPLE as HEARTBEATS;
use super::world::Limits;
use crate::stopped::Verdict;

/// The budgets that are left. `polls` begins anew with each instant, `steps` with each poll of the body.
pub(super) struct Budget {
    limits: Limits,
    /// The milestone that comes first after a poll of the body.
    first: u64,
    polls: u64,
    steps: u64,
    /// When something is next to be done beside the steps.
    milestone: u64,
    /// When to look whether anything of a child goes on, and how often its tasks had been polled by the last look.
    look: u64,
    own_polls: u64,
    /// Who was polled how often, over the last polls of a budget.
    busiest: Vec<Busy>,
}

/// Who was polled, and how often.
#[derive(Clone, Debug)]
pub(crate) struct Busy {
    pub(crate) task: u32,
    /// The task as messages name it.
    pub(crate) who: String,
    /// Where it was spawned, if that is known.
    pub(crate) site: Option<&'static Location<'static>>,
    pub(crate) polls: u64,
}

/// Over how many polls a livelock's report counts who was polled: enough for a ratio, nothing beside the budget.
const SAMPLE: u64 = 1_000;

impl Budget {
    pub(super) fn new(limits: Limits) -> Self {
        let first = limits.alone.min(before(limits));
        Self {
            limits,
            first,
            polls: 0,
            steps: 0,
            milestone: first,
            look: limits.alone,
            own_polls: 0,
            busiest: Vec::new(),
        }
    }

    /// A task is about to be polled.
    #[inline]
    pub(super) fn poll(&mut self, task: &Header) -> Result<(), Verdict> {
        if self.polls + SAMPLE >= self.limits.polls {
            return self.poll_near_the_limit(task);
        }
        self.polls += 1;
        Ok(())
    }

    #[cold]
    fn poll_near_the_limit(&mut self, task: &Header) -> Result<(), Verdict> {
        if self.polls == self.limits.polls {
            let mut busiest = std::mem::take(&mut self.busiest);
            sort_by_key(&mut busiest, |busy| Reverse(busy.polls));
            return Err(Verdict::Livelock {
                polls: self.limits.polls,
                busiest,
            });
        }
        self.polls += 1;
        let id = task.key.id;
        match self.busiest.iter_mut().find(|busy| busy.task == id) {
            Some(busy) => busy.polls += 1,
            None => self.busiest.push(Busy {
                task: id,
                who: task.to_string(),
                site: Some(task.site),
                polls: 1,
            }),
        }
        Ok(())
    }

    /// The body is about to be polled: whatever went on, it was not in vain.
    #[inline]
    pub(super) fn poll_body(&mut self, body: &Header) -> Result<(), Verdict> {
        self.steps = 0;
        self.look = self.limits.alone;
        self.milestone = self.first;
        self.poll(body)
    }

    /// Real time passed at this instant: whoever goes round in circles with the outside is no livelock of this world's.
    pub(super) fn wait(&mut self) {
        self.polls = 0;
        self.busiest.clear();
    }

    /// The clock is about to move.
    #[inline]
    pub(super) fn step(&mut self) -> Result<(), Verdict> {
        self.wait();
        self.steps += 1;
        if self.steps > self.limits.steps {
            return Err(Verdict::StepLimit {
                steps: self.limits.steps,
                around: false,
            });
        }
        Ok(())
    }

    /// How often the clock has moved since the body was last polled.
    pub(super) fn steps(&self) -> u64 {
        self.steps
    }

    /// Whether what fires from here on is evidence for a verdict.
    pub(super) fn is_near_the_limit(&self) -> bool {
        self.steps >= before(self.limits)
    }

    /// Whether it is time to look at a child.
    pub(super) fn is_time_to_look(&self) -> bool {
        self.steps >= self.look
    }

    /// All is done that is to be done here.
    pub(super) fn pass_milestone(&mut self) {
        let sample = before(self.limits);
        self.milestone = if self.steps < sample {
            self.look.min(sample)
        } else {
            self.look
        };
    }

    /// Whether there is something to be done at this step.
    #[inline]
    pub(super) fn is_at_milestone(&self) -> bool {
        self.steps >= self.milestone
    }

    /// The tasks of a child have been polled this often. If not once since the last look, nothing but the loops around it
    /// moves the clock, unless the child `may_go_on` by itself.
    #[cold]
    pub(super) fn look(&mut self, own_polls: u64, may_go_on: bool) -> Result<(), Verdict> {
        if !may_go_on && own_polls == self.own_polls {
            return Err(Verdict::StepLimit {
                steps: self.steps,
                around: true,
            });
        }
        self.own_polls = own_polls;
        self.look = self.steps.saturating_add(self.limits.alone);
        self.pass_milestone();
        Ok(())
    }
}

/// When a sample is begun of what fires before the step limit.
fn before(limits: Limits) -> u64 {
    limits.steps.saturating_sub(HEARTBEATS)
}
