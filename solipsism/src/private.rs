//! What expansions of the attribute and of `main!` mention. Nothing here is for anybody else.

use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

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

/// A test as the runner takes it: its future, and how to tell what came of it.
pub fn body<F>(future: F, ending: fn(Probe<F::Output>) -> Ending) -> Body
where
    F: Future + 'static,
    F::Output: 'static,
{
    Box::pin(Told { future, ending })
}

/// What comes of a test that returns nothing.
///
/// # Errors
///
/// None.
pub fn done(_: Probe<()>) -> Ending {
    Ok(())
}

pin_project! {
    struct Told<F: Future> {
        #[pin]
        future: F,
        ending: fn(Probe<F::Output>) -> Ending,
    }
}

impl<F: Future> Future for Told<F> {
    type Output = Ending;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Ending> {
        let this = self.project();
        this.future
            .poll(cx)
            .map(|returned| (this.ending)(Probe::new(returned)))
    }
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
