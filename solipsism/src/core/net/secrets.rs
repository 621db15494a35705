//! What encryption on the network is made of.

use crate::core::random::Random;
use crate::core::{EndingLoops, LoopId, Nested};

/// Everybody on the network trusts one authority, also in child loops; what a connection's secrets are drawn from is each
/// loop's own, so that they do not depend on which tests ran before.
#[derive(Debug)]
pub(crate) struct Secrets {
    authority: u64,
    random: Nested<Random>,
}

/// What keeps these numbers apart from those of the network's faults, which have the same seed.
const APART: u64 = 0x54_4C53;

impl Secrets {
    pub(super) fn new(seed: u64) -> Self {
        let mut random = random(seed);
        Self {
            authority: random.next(),
            random: Nested::new(random),
        }
    }

    pub(super) fn begin_child(&mut self, child: LoopId, seed: u64) {
        self.random.begin(child);
        *self.random.now_mut() = random(seed);
    }

    pub(super) fn end_child(&mut self, ending: &EndingLoops) {
        self.random.end(ending);
    }

    /// What the authority is made from.
    pub(crate) fn authority(&self) -> u64 {
        self.authority
    }

    pub(crate) fn fill(&mut self, bytes: &mut [u8]) {
        self.random.now_mut().fill(bytes);
    }
}

fn random(seed: u64) -> Random {
    Random::new(seed ^ APART)
}
