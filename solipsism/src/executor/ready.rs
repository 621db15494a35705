//! The ready queue: first ready, first run, unless a seed was given to try another order.

use std::collections::VecDeque;

use super::TaskKey;
use crate::core::{EndingLoops, LoopId, Nested, Random};

#[derive(Debug)]
pub(crate) struct Ready {
    queue: VecDeque<TaskKey>,
    /// The order's random numbers, with a seed.
    order: Nested<Option<Random>>,
}

impl Ready {
    pub(crate) fn new(seed: Option<u64>) -> Self {
        Self {
            queue: VecDeque::new(),
            order: Nested::new(seed.map(Random::new)),
        }
    }

    pub(crate) fn push(&mut self, task: TaskKey) {
        self.queue.push_back(task);
    }

    /// The task whose turn it is: the one that has waited longest, or with a seed any of those that are ready now.
    pub(crate) fn pop(&mut self) -> Option<TaskKey> {
        if let Some(random) = self.order.now_mut() {
            let waiting = self.queue.len() as u64;
            if waiting > 1 {
                let pick = random.next() % waiting;
                self.queue.swap(0, usize::try_from(pick).expect("an index"));
            }
        }
        self.queue.pop_front()
    }

    /// Who waits for a turn.
    pub(crate) fn queued(&self) -> Vec<u32> {
        self.queue.iter().map(|task| task.id).collect()
    }

    /// How many wait for their turn.
    #[cfg(feature = "tokio")]
    pub(crate) fn len(&self) -> usize {
        self.queue.len()
    }

    /// Takes a task out whose turn is not to come.
    pub(crate) fn remove(&mut self, task: TaskKey) {
        self.queue.retain(|waiting| *waiting != task);
    }

    /// Until the child ends its seed chooses, or none.
    pub(crate) fn begin_child(&mut self, child: LoopId, seed: Option<u64>) {
        self.order.begin(child);
        *self.order.now_mut() = seed.map(Random::new);
    }

    pub(crate) fn end_child(&mut self, ending: &EndingLoops) {
        self.order.end(ending);
    }

    pub(crate) fn clear(&mut self) {
        self.queue.clear();
    }
}
