//! A run: the [`Schedule`] is handed out part by part, to worker processes or to threads of this one, and [`Results`] hands over what
//! they bring, in whatever order it is asked for. Who asks, and what is told, is `report`'s.

#[cfg(unix)]
mod child;
#[cfg(unix)]
mod hearing;
#[cfg(unix)]
mod places;
#[cfg(unix)]
mod printing;
#[cfg(unix)]
mod processes;
mod threads;
#[cfg(unix)]
mod wire;
#[cfg(unix)]
pub(crate) mod worker;

use std::collections::BTreeMap;
use std::io;
use std::num::NonZero;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::plan::Plan;
use crate::refusal::Refusal;
use crate::schedule::Schedule;
use crate::scopes::{Came, CameTo};
use crate::{Ended, Failure, FailureKind, Outcome, Ran};

/// Where the cases run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Where {
    /// In worker processes, where all that a case prints is kept apart, and where it can do no harm to others.
    Workers,
    /// In worker processes that print to the stderr of this one, so that its stdout is its own.
    WorkersOnStderr,
    /// In this process: what they print goes where it goes.
    Here,
}

/// What a worker brings of a case.
pub(crate) struct Brought {
    pub(crate) came: Came,
    /// What it printed, if that was kept.
    pub(crate) printed: String,
    /// A case before it in its process whose thread was left behind, and may have printed some of that.
    pub(crate) beside: Option<usize>,
    /// How much real time it took.
    pub(crate) took: Duration,
}

/// The outcomes of a run, by the case's place in the plan.
pub(crate) struct Results {
    shared: Arc<Shared>,
    arriving: Receiver<(usize, Brought)>,
    /// Those that arrived before they were asked for.
    early: BTreeMap<usize, Brought>,
    /// If none is to be told after one that failed: how far that was looked for, in the order of the run, and where it was found.
    fails_fast: Option<Looked>,
    workers: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct Looked {
    so_far: usize,
    found: Option<usize>,
}

/// What the workers of a run have in common.
struct Shared {
    plan: Arc<Plan>,
    schedule: Arc<Schedule>,
    /// Whether what a case prints in a worker process is kept.
    #[cfg(unix)]
    captures: bool,
    taken: AtomicUsize,
    /// How many workers have begun and did not give up.
    workers: AtomicUsize,
    /// Whether no process could be had, so that this one does what is left.
    is_without: AtomicBool,
    /// If cases are to be left out after one that failed: the turn of the first that has, so far.
    first_failure: Option<AtomicUsize>,
    /// What came after the verdict on the case at this place, as far as a worker process told it.
    late: Mutex<BTreeMap<usize, String>>,
    /// What went wrong with worker processes and not with cases.
    broken: Mutex<Vec<String>>,
    /// What was printed while no case was run, with the case that had ended before.
    strays: Mutex<Vec<(usize, String)>>,
}

/// Starts up to `threads` workers on what is scheduled.
///
/// # Errors
///
/// The system refuses even one thread. A few less than asked for only make the run longer.
pub(crate) fn start(
    plan: &Arc<Plan>,
    schedule: &Arc<Schedule>,
    place: Where,
    threads: NonZero<usize>,
) -> Result<Results, Refusal> {
    let (results, arriving) = channel();
    let shared = Arc::new(Shared {
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
    });
    let mut workers = Vec::new();
    for number in 0..threads.get().min(schedule.parts().len()) {
        let (shared, results) = (Arc::clone(&shared), results.clone());
        let work: Box<dyn FnOnce() + Send> = match place {
            #[cfg(unix)]
            Where::Workers | Where::WorkersOnStderr => {
                Box::new(move || processes::work(shared.enter(), &results))
            }
            _ => Box::new(move || threads::work(shared.enter(), &results)),
        };
        let spawned = thread::Builder::new()
            .name(format!("worker {number}"))
            .spawn(work);
        match spawned {
            Ok(worker) => workers.push(worker),
            Err(_) if number > 0 => break,
            Err(error) => {
                return Err(Refusal::misuse(format!(
                    "no thread could be started to run the tests: {error}; raise the limit on threads (`ulimit -u`)"
                )));
            }
        }
    }
    Ok(Results {
        shared,
        arriving,
        early: BTreeMap::new(),
        fails_fast: schedule.fails_fast.then(Looked::default),
        workers,
    })
}

impl Results {
    /// Waits for what became of the case at `place`. Each is handed over once.
    ///
    /// If one that failed is to be the last, all that comes after it in the order of the run is left out, whether it was run or not:
    /// which workers were how fast is nothing to tell.
    pub(crate) fn take(&mut self, place: usize) -> Brought {
        let turn = self.shared.schedule.turn(place);
        while let (Some(looked), Some(turn)) = (&self.fails_fast, turn) {
            let next = looked.so_far;
            match looked.found {
                Some(found) if found < turn => return Brought::left_out(),
                None if next <= turn => self.look_at(next),
                _ => break,
            }
        }
        self.wait(place)
    }

    /// Looks whether the case whose turn this is has failed.
    fn look_at(&mut self, turn: usize) {
        let place = self.shared.schedule.order()[turn];
        let brought = self.wait(place);
        let has_failed = self.shared.has_failed(place, &brought);
        self.early.insert(place, brought);
        let looked = self.fails_fast.get_or_insert_default();
        looked.so_far = turn + 1;
        looked.found = has_failed.then_some(turn);
    }

    fn wait(&mut self, place: usize) -> Brought {
        loop {
            if let Some(brought) = self.early.remove(&place) {
                return brought;
            }
            match self.arriving.recv() {
                Ok((place, brought)) => _ = self.early.insert(place, brought),
                Err(_) => return Brought::without(no_worker_left()),
            }
        }
    }

    /// The names of the cases that ran before this one in the same loop, and may have left something there.
    pub(crate) fn along(&self, place: usize) -> Vec<&str> {
        self.shared.schedule.along(&self.shared.plan, place)
    }

    /// Waits until all workers have ended, and gives what went wrong with them and not with cases.
    pub(crate) fn finish(&mut self) -> Vec<String> {
        for worker in self.workers.drain(..) {
            // One that panicked has brought nothing more, and its cases failed for that.
            _ = worker.join();
        }
        std::mem::take(&mut lock(&self.shared.broken))
    }

    /// What was printed while no case was run, each with the place of the case that had ended before, in the plan's order: all of it
    /// when all have [ended](Self::finish).
    pub(crate) fn strays(&self) -> Vec<(usize, String)> {
        let mut strays = std::mem::take(&mut *lock(&self.shared.strays));
        strays.sort();
        strays
    }

    /// What came after the verdict on the case at this place, as far as a worker process told it: not before all have
    /// [ended](Self::finish).
    pub(crate) fn late(&self, place: usize) -> Option<String> {
        lock(&self.shared.late).remove(&place)
    }
}

impl Shared {
    /// One worker more.
    fn enter(&self) -> &Self {
        self.workers.fetch_add(1, Ordering::Relaxed);
        self
    }

    /// Takes what is next, up to so many parts of it as long as there is enough for all workers.
    fn next_parts(&self, at_most: usize) -> Option<&[Vec<usize>]> {
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
    fn gives_up(&self) -> bool {
        let others = |count: usize| (count > 1).then(|| count - 1);
        let update = self
            .workers
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, others);
        update.is_ok()
    }

    /// This process does what processes were to do, since none can be started.
    #[cfg(unix)]
    fn goes_without(&self, error: &io::Error) {
        if !self.is_without.swap(true, Ordering::Relaxed) {
            eprintln!(
                "note: no worker process could be started: {error}; the tests run in this process, and what they print is not kept apart"
            );
        }
    }

    #[cfg(unix)]
    fn is_without(&self) -> bool {
        self.is_without.load(Ordering::Relaxed)
    }

    /// Sends what became of a case, if anybody is there to take it.
    fn bring(&self, place: usize, brought: Brought, results: &Sending) {
        if let (Some(first), Some(turn)) = (&self.first_failure, self.schedule.turn(place)) {
            if self.has_failed(place, &brought) {
                first.fetch_min(turn, Ordering::Relaxed);
            }
        }
        _ = results.send((place, brought));
    }

    /// Whether this case comes after one that failed and is to be the last. Then it stays so.
    fn is_left_out(&self, place: usize) -> bool {
        let first = self.first_failure.as_ref();
        let first = first.map_or(usize::MAX, |first| first.load(Ordering::Relaxed));
        self.schedule.turn(place).is_some_and(|turn| turn > first)
    }

    fn has_failed(&self, place: usize, brought: &Brought) -> bool {
        match &brought.came.to {
            CameTo::Ran(ran) => !ran.ended.meets(self.plan[place].should_panic),
            CameTo::TakenAlong(_) => true,
            CameTo::LeftOut => false,
        }
    }

    /// This came after the verdict on a case.
    #[cfg(unix)]
    fn came_late(&self, place: usize, what: String) {
        lock(&self.late).insert(place, what);
    }

    /// This was printed when the case at this place had ended, and no other had begun.
    #[cfg(unix)]
    fn strayed(&self, after: usize, printed: String) {
        lock(&self.strays).push((after, printed));
    }

    /// This went wrong, and no case is to blame.
    #[cfg(unix)]
    fn broke(&self, why: String) {
        lock(&self.broken).push(why);
    }
}

impl Brought {
    /// Of a case that is not to be told of, or was not run.
    fn left_out() -> Self {
        Self {
            came: Came {
                to: CameTo::LeftOut,
                teardowns: Vec::new(),
            },
            printed: String::new(),
            beside: None,
            took: Duration::ZERO,
        }
    }

    /// Of a case of which nothing else is known.
    fn without(ended: Ended) -> Self {
        Self {
            came: Came {
                to: CameTo::Ran(Ran::from(ended)),
                teardowns: Vec::new(),
            },
            printed: String::new(),
            beside: None,
            took: Duration::ZERO,
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where the results of a run go.
type Sending = Sender<(usize, Brought)>;

/// Only a payload that panics as it is dropped gets past `Case::run`, and it must not pass for a pass.
fn no_worker_left() -> Ended {
    not_ended("the worker that ran it died, so that nothing is known of it".to_owned())
}

/// A case that did not come to its end, for this reason.
fn not_ended(report: String) -> Ended {
    Ended::Failed(Failure {
        kind: FailureKind::Failed,
        outcome: Outcome::Stuck,
        report,
        postscript: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test::tests::test;
    use crate::{Options, ShouldPanic};

    fn start_here(plan: &Arc<Plan>, selected: &[usize], threads: usize) -> Results {
        let schedule = Arc::new(Schedule::new(plan, selected));
        let threads = NonZero::new(threads).unwrap();
        start(plan, &schedule, Where::Here, threads).unwrap()
    }

    #[test]
    fn outcomes_are_had_in_any_order() {
        let tests = ["a", "b", "c", "d"].map(|name| test("it", name, ShouldPanic::No));
        let plan = Plan::new(tests.to_vec(), &[], Options::default()).unwrap();
        let plan = Arc::new(plan);
        for threads in 1..5 {
            let mut results = start_here(&plan, &[0, 1, 3], threads);
            for place in [3, 0, 1] {
                let CameTo::Ran(ran) = results.take(place).came.to else {
                    panic!("it shares nothing")
                };
                assert!(matches!(ran.ended, Ended::Passed));
            }
            results.finish();
        }
    }

    #[test]
    fn what_nobody_ran_has_not_passed() {
        let tests = vec![test("it", "a", ShouldPanic::No)];
        let plan = Arc::new(Plan::new(tests, &[], Options::default()).unwrap());
        let CameTo::Ran(ran) = start_here(&plan, &[], 1).take(0).came.to else {
            panic!("it shares nothing")
        };
        assert!(matches!(ran.ended, Ended::Failed(_)));
    }
}
