//! The ready queue: first ready, first run, unless a seed was given to try another order.

use std::collections::VecDeque;

use super::TaskKey;

#[derive(Debug)]
pub(crate) struct Ready {
    queue: VecDeque<TaskKey>,
    /// The state of the order's random numbers, with a seed.
    order: Option<u64>,
}

impl Ready {
    pub(crate) fn new(seed: Option<u64>) -> Self {
        Self {
            queue: VecDeque::new(),
            order: seed,
        }
    }

    pub(crate) fn push(&mut self, task: TaskKey) {
        self.queue.push_back(task);
    }

    /// The task whose turn it is: the one that has waited longest, or with a seed any of those that are ready now.
    pub(crate) fn pop(&mut self) -> Option<TaskKey> {
        if let Some(state) = &mut self.order {
            let waiting = self.queue.len() as u64;
            if waiting > 1 {
                let pick = splitmix64(state) % waiting;
                self.queue.swap(0, usize::try_from(pick).expect("an index"));
            }
        }
        self.queue.pop_front()
    }

    /// Takes a task out whose turn is not to come.
    pub(crate) fn remove(&mut self, task: TaskKey) {
        self.queue.retain(|waiting| *waiting != task);
    }

    pub(crate) fn clear(&mut self) {
        self.queue.clear();
    }
}

/// `SplitMix64` (Steele, Lea, Flood 2014): every seed is a good one, zero too, and a step is four lines.
fn splitmix64(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
