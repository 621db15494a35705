//! A run: the [`Schedule`] is handed out part by part, to worker processes or to threads of this one, and [`Results`] hands over what
//! they bring, in whatever order it is asked for. Who asks, and what is told, is `report`'s.

mod attempts;
#[cfg(unix)]
mod child;
#[cfg(unix)]
mod found;
#[cfg(unix)]
mod hearing;
#[cfg(unix)]
mod places;
#[cfg(unix)]
mod printing;
#[cfg(unix)]
mod processes;
#[cfg(unix)]
mod protocol;
mod results;
mod shared;
#[cfg(unix)]
mod telling;
mod threads;
#[cfg(unix)]
mod wire;
#[cfg(unix)]
pub(crate) mod worker;

use std::num::NonZero;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

pub(crate) use self::results::Results;
use self::shared::Shared;

use crate::plan::Plan;
use crate::refusal::Refusal;
use crate::schedule::Schedule;
use crate::scopes::{Came, CameTo};
use crate::{Ended, Failure, FailureKind, Object, Outcome, Ran};

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
    let shared = Arc::new(Shared::new(plan, schedule, place));
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
    Ok(Results::new(shared, arriving, workers))
}

impl Brought {
    /// Of a case of which nothing else is known.
    fn of(came: Came) -> Self {
        Self {
            came,
            printed: String::new(),
            beside: None,
            took: Duration::ZERO,
        }
    }

    /// Of a case that is not to be told of, or was not run.
    fn left_out() -> Self {
        Self::of(Came {
            to: CameTo::LeftOut,
            teardowns: Vec::new(),
        })
    }

    /// Of a case that ended like this.
    fn without(ended: Ended) -> Self {
        Self::of(Came {
            to: CameTo::Ran(Ran::from(ended)),
            teardowns: Vec::new(),
        })
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
        verdict: Object::verdict("crashed"),
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
