//! [`Shared`]: what the workers of a run have in common: who takes what next, and what is to be told of no case.

#[cfg(unix)]
use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use super::{Brought, Sending, Where, lock};
use crate::ordered::Map;
use crate::plan::Plan;
use crate::schedule::Schedule;
use crate::scopes::CameTo;

/// What the workers of a run have in common.
pub(super) struct Shared {
    pub(super) plan: Arc<Plan>,
    pub(super) schedule: Arc<Schedule>,
    /// Whether what a case prints in a worker process is kept.
    #[cfg(unix)]
    pub(super) captures: bool,
    taken: AtomicUsize,
    /// How many workers have begun and did not give up.
    workers: AtomicUsize,
    /// Whether no process could be had, so that this one does what is left.
    is_without: AtomicBool,
    /// If cases are to be left out after one that failed: the turn of the first that has, so far.
    first_failure: Option<AtomicUsize>,
    /// What came after the verdict on the case at this place, as far as a worker process told it.
    pub(super) late: Mutex<Map<usize, String>>,
    /// What went wrong with worker processes and not with cases.
    pub(super) broken: Mutex<Vec<String>>,
    /// What was printed while no case was run, with the case that had ended before.
    pub(super) strays: Mutex<Vec<(usize, String)>>,
}

impl Shared {
    pub(super) fn new(plan: &Arc<Plan>, schedule: &Arc<Schedule>, place: Where) -> Self {
        // Where there are no processes nobody asks.
        _ = place;
        Self {
            plan: Arc::clone(plan),
            schedule: Arc::clone(schedule),
            #[cfg(unix)]
            captures: place == Where::Workers,
            taken: AtomicUsize::new(0),
            workers: AtomicUsize::new(0),
            is_without: AtomicBool::new(false),
            first_failure: schedule.fails_fast.then(|| AtomicUsize::new(usize::MAX)),
            late: Mutex::default(),
            broken: Mutex::default(),
            strays: Mutex::default(),
        }
    }

    /// One worker more.
    pub(super) fn enter(&self) -> &Self {
        self.workers.fetch_add(1, Ordering::Relaxed);
        self
    }

    /// Takes what is next, up to so many parts of it as long as there is enough for all workers.
    pub(super) fn next_parts(&self, at_most: usize) -> Option<&[Vec<usize>]> {
        let parts = self.schedule.parts();
        // `Relaxed`, as below: all that is shared is the number itself.
        let left = parts.len() - self.taken.load(Ordering::Relaxed).min(parts.len());
        let share = left / (2 * self.workers.load(Ordering::Relaxed).max(1));
        let count = match self.first_failure {
            // Each part may be the last.
            Some(_) => 1,
            None => at_most.min(share).max(1),
        };
        let next = self.taken.fetch_add(count, Ordering::Relaxed);
        let end = parts.len().min(next + count);
        let next = parts.get(next..end).filter(|next| !next.is_empty())?;
        // Then those after it are too, since parts are in the order of their first cases.
        (!self.is_left_out(next[0][0])).then_some(next)
    }

    /// A worker that can do nothing leaves it to the others, if there are any.
    #[cfg(unix)]
    pub(super) fn gives_up(&self) -> bool {
        let others = |count: usize| (count > 1).then(|| count - 1);
        let update = self
            .workers
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, others);
        update.is_ok()
    }

    /// This process does what processes were to do, since none can be started.
    #[cfg(unix)]
    pub(super) fn goes_without(&self, error: &io::Error) {
        if !self.is_without.swap(true, Ordering::Relaxed) {
            eprintln!(
                "note: no worker process could be started: {error}; the tests run in this process, and what they print is not kept apart"
            );
        }
    }

    #[cfg(unix)]
    pub(super) fn is_without(&self) -> bool {
        self.is_without.load(Ordering::Relaxed)
    }

    /// Sends what became of a case, if anybody is there to take it.
    pub(super) fn bring(&self, place: usize, brought: Brought, results: &Sending) {
        if let (Some(first), Some(turn)) = (&self.first_failure, self.schedule.turn(place)) {
            if self.has_failed(place, &brought) {
                first.fetch_min(turn, Ordering::Relaxed);
            }
        }
        _ = results.send((place, brought));
    }

    /// Whether this case comes after one that failed and is to be the last. Then it stays so.
    pub(super) fn is_left_out(&self, place: usize) -> bool {
        let first = self.first_failure.as_ref();
        let first = first.map_or(usize::MAX, |first| first.load(Ordering::Relaxed));
        self.schedule.turn(place).is_some_and(|turn| turn > first)
    }

    pub(super) fn has_failed(&self, place: usize, brought: &Brought) -> bool {
        match &brought.came.to {
            CameTo::Ran(ran) => !ran.ended.meets(self.plan[place].should_panic),
            CameTo::TakenAlong(_) => true,
            CameTo::LeftOut => false,
        }
    }

    /// This came after the verdict on a case.
    #[cfg(unix)]
    pub(super) fn came_late(&self, place: usize, what: String) {
        lock(&self.late).insert(place, what);
    }

    /// This was printed when the case at this place had ended, and no other had begun.
    #[cfg(unix)]
    pub(super) fn strayed(&self, after: usize, printed: String) {
        lock(&self.strays).push((after, printed));
    }

    /// This went wrong, and no case is to blame.
    #[cfg(unix)]
    pub(super) fn broke(&self, why: String) {
        lock(&self.broken).push(why);
    }
}
