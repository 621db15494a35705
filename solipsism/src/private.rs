//! What expansions of the attribute and of `main!` mention. Nothing here is for anybody else.

use std::pin::Pin;

pub use solipsism_harness::{ShouldPanic, Test, duration, run_under_libtest, submit};

#[cfg(feature = "harness")]
pub use solipsism_harness::main;

pub use crate::case::{Body, InWorld, Settings};
pub use crate::ending::{Ending, Probe, ViaAnything, ViaDebug, ViaError};
pub use crate::event_loop::ClockKind as Clock;
pub use crate::time::epoch;

use crate::ending::TestReturn;
use crate::executor::World;
use crate::{ClockKind, Fixture};

/// The set-up of a fixture, to be awaited in the test's world.
pub fn fixture<T: Fixture<By>, By>() -> Pin<Box<dyn Future<Output = T>>> {
    Box::pin(T::set_up())
}

/// Compiles for what a test can return.
pub fn returns<R: TestReturn>() {}

/// A test as the runner takes it.
pub fn body(body: impl Future<Output = Ending> + 'static) -> Body {
    Box::pin(body)
}

/// The set-up is done and the test's own body begins: a manual clock stands still from here on.
///
/// # Panics
///
/// Outside of a world.
pub fn begin() {
    World::with("begin", |world| {
        if world.clock_kind() == ClockKind::Manual {
            world.freeze();
        }
    });
}
