//! [`Repetition`]: one of several runs of a case, which differ in their seeds.

use std::fmt;
use std::io::{self, Write as _};
use std::num::NonZero;

use crate::audience::Audience;
use crate::shuffle::mix;
use crate::{Case, Ended, Options, Ran};

/// Which of several runs of a case something came of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repetition {
    /// From 1.
    pub number: u32,
    /// How many there were to be.
    pub of: u32,
    /// Its seed, if it was given one: the first has the one that the case has anyhow.
    pub seed: Option<u64>,
}

/// Runs a case up to so many times, until it fails or is skipped, and gives what came of the last time and the virtual time of all.
pub(crate) fn run(case: &Case, times: NonZero<u32>, audience: &Audience) -> Ran {
    let mut ran = case.run_once(audience);
    let (first_seed, mut virtual_time) = (ran.seed, ran.virtual_time);
    let base = first_seed.or_else(|| case.test.runner.seed(case));
    let mut repetition = Repetition {
        number: 1,
        of: times.get(),
        seed: None,
    };
    while repetition.number < repetition.of && goes_on(case, &ran) {
        repetition.number += 1;
        let seed = derived(base.unwrap_or_default(), repetition.number);
        repetition.seed = Some(seed);
        if audience.reads_what_is_printed() {
            // With nobody who reads it there is nothing to mark.
            _ = io::stdout().flush();
            _ = writeln!(io::stderr(), "{repetition}");
        }
        let (mut remarks, mut failed_before) = (ran.remarks, ran.failed_before);
        let mut left_behind = ran.left_behind;
        let options = Options {
            seed: repetition.seed,
            ..case.options
        };
        ran = case.with_options(options).run_once(audience);
        virtual_time = match (virtual_time, ran.virtual_time) {
            (Some(before), Some(more)) => Some(before.saturating_add(more)),
            (before, more) => before.or(more),
        };
        remarks.append(&mut ran.remarks);
        failed_before.append(&mut ran.failed_before);
        (ran.remarks, ran.failed_before) = (remarks, failed_before);
        // What each of them leaves is told once.
        let known = left_behind.len();
        let is_new = |line: &String| !left_behind[..known].contains(line);
        let new: Vec<_> = ran.left_behind.into_iter().filter(is_new).collect();
        left_behind.extend(new);
        ran.left_behind = left_behind;
    }
    let has_failed = !ran.ended.meets(case.should_panic);
    Ran {
        virtual_time,
        seed: if has_failed { ran.seed } else { first_seed },
        repetition: has_failed.then_some(repetition),
        ..ran
    }
}

fn goes_on(case: &Case, ran: &Ran) -> bool {
    ran.ended.meets(case.should_panic) && !matches!(ran.ended, Ended::Skipped(_)) && !ran.is_lost
}

/// As `SplitMix64` would go on from the first.
fn derived(first: u64, number: u32) -> u64 {
    mix(first.wrapping_add(u64::from(number).wrapping_mul(0x9E37_79B9_7F4A_7C15)))
}

/// "repetition 3 of 10, by the seed 0x2a"
impl fmt::Display for Repetition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "repetition {} of {}", self.number, self.of)?;
        match self.seed {
            Some(seed) => write!(f, ", by the seed {seed:#x}"),
            None => Ok(()),
        }
    }
}
