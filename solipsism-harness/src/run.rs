//! The workers: threads that run the selected cases in the plan's order, and [`Results`], which hands their outcomes over in
//! whatever order they are asked for. Who asks, and what is told, is `report`'s.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use crate::plan::Plan;
use crate::refusal::Refusal;
use crate::{Ended, Failure, FailureKind, Outcome};

/// The outcomes of a run, by the case's place in the plan.
pub(crate) struct Results {
    arriving: Receiver<(usize, Ended)>,
    /// Those that arrived before they were asked for.
    early: BTreeMap<usize, Ended>,
}

/// Starts up to `threads` workers on the cases at the places `selected`.
///
/// They are not joined: each has handed over all it has when the last outcome is taken.
///
/// # Errors
///
/// The system refuses even one thread. A few less than asked for only make the run longer.
pub(crate) fn start(
    plan: &Plan,
    selected: Vec<usize>,
    threads: NonZero<usize>,
) -> Result<Results, Refusal> {
    let (results, arriving) = channel();
    let threads = threads.get().min(selected.len());
    let queue = Arc::new(Queue {
        selected,
        taken: AtomicUsize::new(0),
    });
    for started in 0..threads {
        let worker = Worker {
            plan: plan.clone(),
            queue: Arc::clone(&queue),
            results: results.clone(),
        };
        let spawned = thread::Builder::new()
            .name(format!("worker {started}"))
            .spawn(move || worker.run());
        match spawned {
            Ok(_) => {}
            Err(_) if started > 0 => break,
            Err(error) => {
                return Err(Refusal::misuse(format!(
                    "no thread could be started to run the tests: {error}; raise the limit on threads (`ulimit -u`)"
                )));
            }
        }
    }
    Ok(Results {
        arriving,
        early: BTreeMap::new(),
    })
}

impl Results {
    /// Waits for the outcome of the case at `place`. Each is handed over once.
    pub(crate) fn take(&mut self, place: usize) -> Ended {
        loop {
            if let Some(outcome) = self.early.remove(&place) {
                return outcome;
            }
            match self.arriving.recv() {
                Ok((place, outcome)) => _ = self.early.insert(place, outcome),
                Err(_) => return no_worker_left(),
            }
        }
    }
}

/// The selected cases, each taken by one worker, in the plan's order.
struct Queue {
    selected: Vec<usize>,
    taken: AtomicUsize,
}

impl Queue {
    fn next(&self) -> Option<usize> {
        // `Relaxed`: all that is shared is the number itself.
        let next = self.taken.fetch_add(1, Ordering::Relaxed);
        self.selected.get(next).copied()
    }
}

struct Worker {
    plan: Plan,
    queue: Arc<Queue>,
    results: Sender<(usize, Ended)>,
}

impl Worker {
    fn run(self) {
        while let Some(place) = self.queue.next() {
            let outcome = self.plan[place].run();
            if self.results.send((place, outcome)).is_err() {
                return;
            }
        }
    }
}

/// Only a payload that panics as it is dropped gets past `Case::run`, and it must not pass for a pass.
fn no_worker_left() -> Ended {
    Ended::Failed(Failure {
        kind: FailureKind::Failed,
        outcome: Outcome::Failed,
        report: "the worker that ran it died, so that nothing is known of it".to_owned(),
        postscript: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test::tests::test;
    use crate::{Options, ShouldPanic};

    #[test]
    fn outcomes_are_had_in_any_order() {
        let tests = ["a", "b", "c", "d"].map(|name| test("it", name, ShouldPanic::No));
        let plan = Plan::new(tests.to_vec(), Options::default()).unwrap();
        for threads in 1..5 {
            let threads = NonZero::new(threads).unwrap();
            let mut results = start(&plan, vec![0, 1, 3], threads).unwrap();
            for place in [3, 0, 1] {
                assert!(matches!(results.take(place), Ended::Passed));
            }
        }
    }

    #[test]
    fn what_nobody_ran_has_not_passed() {
        let plan = Plan::new(vec![test("it", "a", ShouldPanic::No)], Options::default()).unwrap();
        let mut results = start(&plan, Vec::new(), NonZero::<usize>::MIN).unwrap();
        assert!(matches!(results.take(0), Ended::Failed(_)));
    }
}
