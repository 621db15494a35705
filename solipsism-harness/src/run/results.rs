//! [`Results`]: what became of the cases of a run, in whatever order it is asked for.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::thread::JoinHandle;

use super::{Brought, Shared, lock, no_worker_left};
use crate::ordered::{Set, sort_by};

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

impl Results {
    pub(super) fn new(
        shared: Arc<Shared>,
        arriving: Receiver<(usize, Brought)>,
        workers: Vec<JoinHandle<()>>,
    ) -> Self {
        let fails_fast = shared.schedule.fails_fast;
        Self {
            shared,
            arriving,
            early: BTreeMap::new(),
            fails_fast: fails_fast.then(Looked::default),
            workers,
        }
    }

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

    /// The teardowns that failed after the first failure, if nothing is told of what comes after that: of what cases before it
    /// had set up, each with the case after which it was, or would have been. All of them when all have [ended](Self::finish).
    ///
    /// Of what was set up by cases that come after it nothing is told, as nothing is of them.
    pub(crate) fn untold_teardowns(&mut self) -> Vec<(usize, Vec<String>)> {
        let found = self.fails_fast.as_ref().and_then(|looked| looked.found);
        let Some(found) = found else {
            return Vec::new();
        };
        self.early.extend(self.arriving.try_iter());
        let shared = &self.shared;
        let (told, untold) = shared.schedule.order().split_at(found + 1);
        let needs = told.iter().flat_map(|&place| shared.plan.needs(place));
        let mut needed = Set::default();
        for &one in needs {
            needed.insert(one);
        }
        let of_case = |&place: &usize| {
            let brought = self.early.remove(&place)?;
            let teardowns = brought.came.teardowns.into_iter();
            let teardowns = teardowns.filter(|it| needed.contains(&it.instance));
            Some((place, teardowns.map(|it| it.report).collect()))
        };
        let teardowns = untold.iter().filter_map(of_case);
        teardowns
            .filter(|(_, reports): &(_, Vec<String>)| !reports.is_empty())
            .collect()
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
        sort_by(&mut strays, Ord::cmp);
        strays
    }

    /// What came after the verdict on the case at this place, as far as a worker process told it: not before all have
    /// [ended](Self::finish).
    pub(crate) fn late(&self, place: usize) -> Option<String> {
        lock(&self.shared.late).remove(&place)
    }
}
