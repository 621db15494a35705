//! [`Stopwatch`]: how much real time something took, which is told and decides no verdict. Nothing else here reads a real clock.

use std::time::{Duration, Instant};

/// Runs since it was started.
#[derive(Clone, Copy)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(
        clippy::disallowed_methods,
        reason = "it is told how much real time something took"
    )]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}
