//! [`Settings`]: the arguments of an attribute, what holds for a case by them and by the defaults around it, and what its world is made
//! from by that.

use std::any::Any;
use std::time::Duration;

use solipsism_harness::Case;

use crate::ClockKind;
use crate::event_loop::Builder;
use crate::fixture::Subject;
use crate::leaks::{AllowLeak, Check, Policy};
use crate::time::Epoch;

/// The attribute's arguments.
#[derive(Clone, Debug)]
#[expect(
    missing_docs,
    reason = "they are those of the attribute, which documents them"
)]
pub struct Settings {
    pub clock: Option<ClockKind>,
    pub seed: Option<u64>,
    pub time_limit: Option<Duration>,
    pub wall_limit: Option<Duration>,
    pub step_limit: Option<u64>,
    pub poll_budget: Option<u64>,
    pub epoch: Option<Epoch>,
    pub tokio: Option<bool>,
    pub leaks: Option<Policy>,
    pub allow_leaks: &'static [AllowLeak],
}

impl Settings {
    /// Of an attribute without arguments.
    pub const DEFAULT: Self = Self {
        clock: None,
        seed: None,
        time_limit: None,
        wall_limit: None,
        step_limit: None,
        poll_budget: None,
        epoch: None,
        tokio: None,
        leaks: None,
        allow_leaks: &[],
    };

    /// What holds for this case: where the attribute says nothing, what the closest defaults do.
    pub(super) fn of(&self, case: &Case) -> Self {
        let defaults = case
            .defaults()
            .filter_map(|one| (one.settings as &dyn Any).downcast_ref());
        defaults.fold(self.clone(), Self::or)
    }

    /// These, and where they say nothing, `other`.
    pub(super) fn or(self, other: &Self) -> Self {
        Self {
            clock: self.clock.or(other.clock),
            seed: self.seed.or(other.seed),
            time_limit: self.time_limit.or(other.time_limit),
            wall_limit: self.wall_limit.or(other.wall_limit),
            step_limit: self.step_limit.or(other.step_limit),
            poll_budget: self.poll_budget.or(other.poll_budget),
            epoch: self.epoch.or(other.epoch),
            tokio: self.tokio.or(other.tokio),
            leaks: self.leaks.or(other.leaks),
            // What is further off is added by `check`.
            allow_leaks: self.allow_leaks,
        }
    }

    /// How the case is looked at when it is over, if it is: what its modules allow is allowed as well.
    pub(super) fn check(&self, case: &Case) -> Option<Check> {
        Check::of(self, case.defaults())
    }

    pub(super) fn clock(&self) -> ClockKind {
        self.clock.unwrap_or(ClockKind::Virtual)
    }

    pub(super) fn is_hosted(&self) -> bool {
        self.tokio == Some(true)
    }

    /// What the world is made from. What the command line says beats the attribute.
    pub(super) fn builder(&self, case: &Case) -> Builder {
        let mut builder = Builder::new()
            .clock(self.clock())
            .traced(case.options.trace);
        builder = match case.options.seed.or(self.seed) {
            Some(seed) => builder.seed(seed),
            None => builder.derived_seed(seed_of(&case.name)),
        };
        if let Some(limit) = case.options.time_limit.or(self.time_limit) {
            builder = builder.time_limit(limit);
        }
        if let Some(steps) = self.step_limit {
            builder = builder.step_limit(steps);
        }
        if let Some(polls) = self.poll_budget {
            builder = builder.poll_budget(polls);
        }
        if let Some(epoch) = self.epoch {
            builder = builder.epoch(epoch.into());
        }
        #[cfg(feature = "tokio")]
        if self.is_hosted() {
            builder = builder.tokio();
        }
        builder
    }

    /// What the random numbers of this case are made of.
    pub(super) fn seed_of(&self, case: &Case) -> u64 {
        let said = case.options.seed.or(self.seed);
        said.unwrap_or_else(|| seed_of(&case.name))
    }

    /// Who asks for the fixtures of this case.
    pub(super) fn subject(&self, case: &Case) -> Subject {
        Subject {
            name: case.name.clone(),
            base: case.test.libtest_name(),
            module: case.test.module,
            seed: self.seed_of(case),
            site: case.test.site,
        }
    }
}

/// A seed that depends on a test's name alone, so that adding a test changes no other: 64-bit FNV-1a.
pub(crate) fn seed_of(name: &str) -> u64 {
    name.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    })
}
