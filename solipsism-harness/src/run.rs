//! The workers: threads that run the selected cases as the [`Schedule`] has them, and [`Results`], which hands their outcomes over in
//! whatever order they are asked for. Who asks, and what is told, is `report`'s.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use crate::errors::Errors;
use crate::plan::Plan;
use crate::refusal::Refusal;
use crate::scopes::{Came, Scopes};
use crate::stage::ForReal;
use crate::{Ended, Failure, FailureKind, Outcome, Place};

/// The selected cases, in parts that one worker takes at a time: one case that may run beside all others, or several that must run one
/// after another, such as those that share a thread. All are in the plan's order, parts by their first case.
pub(crate) struct Schedule {
    parts: Vec<Vec<usize>>,
}

impl Schedule {
    /// Of the cases at the places `selected`.
    pub(crate) fn new(plan: &Plan, selected: &[usize]) -> Self {
        let mut parts: Vec<Vec<usize>> = Vec::new();
        let (of_cases, mut numbers) = (plan.parts(), BTreeMap::new());
        for &place in selected {
            let part = match of_cases[place] {
                None => parts.len(),
                Some(number) => *numbers.entry(number).or_insert(parts.len()),
            };
            match parts.get_mut(part) {
                Some(part) => part.push(place),
                None => parts.push(vec![place]),
            }
        }
        Self { parts }
    }

    /// The cases in the order in which one thread runs them.
    pub(crate) fn on_one_thread(&self) -> Vec<usize> {
        self.parts.concat()
    }
}

/// The outcomes of a run, by the case's place in the plan.
pub(crate) struct Results {
    scopes: Arc<Scopes<ForReal>>,
    queue: Arc<Queue>,
    arriving: Receiver<(usize, Came)>,
    /// Those that arrived before they were asked for.
    early: BTreeMap<usize, Came>,
}

/// Starts up to `threads` workers on what is scheduled.
///
/// They are not joined: each has handed over all it has when the last outcome is taken.
///
/// # Errors
///
/// The system refuses even one thread. A few less than asked for only make the run longer.
pub(crate) fn start(
    plan: &Arc<Plan>,
    schedule: Schedule,
    threads: NonZero<usize>,
) -> Result<Results, Refusal> {
    let (results, arriving) = channel();
    let threads = threads.get().min(schedule.parts.len());
    let scopes = Arc::new(Scopes::new(plan, &schedule.on_one_thread(), ForReal));
    let queue = Arc::new(Queue {
        schedule,
        taken: AtomicUsize::new(0),
    });
    for started in 0..threads {
        let worker = Worker {
            scopes: Arc::clone(&scopes),
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
        scopes,
        queue,
        arriving,
        early: BTreeMap::new(),
    })
}

impl Results {
    /// Waits for the outcome of the case at `place`. Each is handed over once, and what is wrong with fixtures is told to `errors`.
    pub(crate) fn take(&mut self, place: usize, errors: &mut Errors) -> Ended {
        loop {
            if let Some(came) = self.early.remove(&place) {
                return errors.tell(&self.scopes, place, came);
            }
            match self.arriving.recv() {
                Ok((place, came)) => _ = self.early.insert(place, came),
                Err(_) => return no_worker_left(),
            }
        }
    }
}

impl Results {
    /// The names of the cases that ran before this one in the same loop, and may have left something there.
    pub(crate) fn along(&self, place: usize) -> Vec<&str> {
        let plan = self.scopes.plan();
        let Place::InLoop(group) = &plan[place].place else {
            return Vec::new();
        };
        let mut parts = self.queue.schedule.parts.iter();
        let part = parts.find(|part| part.contains(&place));
        let before = part
            .into_iter()
            .flatten()
            .take_while(|&&other| other != place);
        let in_loop = before.filter(|&&other| match &plan[other].place {
            Place::InLoop(of_other) => Arc::ptr_eq(of_other, group),
            Place::Anywhere | Place::OnThread(_) => false,
        });
        in_loop.map(|&other| plan[other].name.as_str()).collect()
    }
}

/// The parts of the schedule, each taken by one worker.
struct Queue {
    schedule: Schedule,
    taken: AtomicUsize,
}

impl Queue {
    fn next(&self) -> Option<&[usize]> {
        // `Relaxed`: all that is shared is the number itself.
        let next = self.taken.fetch_add(1, Ordering::Relaxed);
        self.schedule.parts.get(next).map(Vec::as_slice)
    }
}

struct Worker {
    scopes: Arc<Scopes<ForReal>>,
    queue: Arc<Queue>,
    results: Sender<(usize, Came)>,
}

impl Worker {
    fn run(self) {
        while let Some(part) = self.queue.next() {
            for &place in part {
                // Sent when all that ended with the case is torn down, so that nothing is when the last is taken.
                let came = self.scopes.run(place);
                if self.results.send((place, came)).is_err() {
                    return;
                }
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
        let plan = Plan::new(tests.to_vec(), &[], Options::default()).unwrap();
        let plan = Arc::new(plan);
        for threads in 1..5 {
            let threads = NonZero::new(threads).unwrap();
            let schedule = Schedule::new(&plan, &[0, 1, 3]);
            let mut results = start(&plan, schedule, threads).unwrap();
            for place in [3, 0, 1] {
                assert!(matches!(
                    results.take(place, &mut Errors::default()),
                    Ended::Passed
                ));
            }
        }
    }

    #[test]
    fn what_nobody_ran_has_not_passed() {
        let tests = vec![test("it", "a", ShouldPanic::No)];
        let plan = Arc::new(Plan::new(tests, &[], Options::default()).unwrap());
        let schedule = Schedule::new(&plan, &[]);
        let mut results = start(&plan, schedule, NonZero::<usize>::MIN).unwrap();
        assert!(matches!(
            results.take(0, &mut Errors::default()),
            Ended::Failed(_)
        ));
    }
}
