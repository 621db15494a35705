//! What expansions of the attribute and of `main!` mention. Nothing here is for anybody else.

use std::marker::PhantomData;
use std::pin::Pin;

pub use std::boxed::Box;

pub use solipsism_harness::{ShouldPanic, Test, duration, run_under_libtest, submit};

#[cfg(feature = "harness")]
pub use solipsism_harness::main;

pub use crate::case::{InWorld, Settings};
pub use crate::ending::{Ending, Returned, ViaAnything, ViaDebug, ViaError, ViaSendError};
pub use crate::event_loop::ClockKind as Clock;
pub use crate::time::epoch;
pub use solipsism_macros::test;

use crate::case::Body;
use crate::ending::TestReturn;
use crate::executor::World;
use crate::fixture::Fixtures;
use crate::{ClockKind, Fixture};

/// The set-up of a fixture, to be awaited in the test's world.
pub fn fixture<T: Fixture<By>, By>() -> Pin<Box<dyn Future<Output = T>>> {
    fixture_with::<T, By, _>(|settings| settings)
}

/// The same with other settings. They are made in the test's world too, where a panic is one of the test's.
pub fn fixture_with<T: Fixture<By, Settings = S>, By, S: Default + 'static>(
    change: fn(S) -> S,
) -> Pin<Box<dyn Future<Output = T>>> {
    Box::pin(async move { T::set_up(change(S::default())).await })
}

/// Compiles for what a test can return; see [`Returned`] for what to do with it.
pub fn returns<R: TestReturn>() -> Returned<R> {
    Returned(PhantomData)
}

/// A test as the runner takes it: set-up, body, and what its output means.
pub(crate) fn body<A: Fixtures, R: 'static>(
    set_up: fn() -> A,
    start: fn(A::Values) -> Box<dyn Future<Output = R>>,
    ending: fn(R) -> Ending,
) -> Body {
    Box::pin(async move {
        let values = set_up().set_up().await;
        begin();
        ending(Box::into_pin(start(values)).await)
    })
}

/// The set-up of a test without parameters.
pub fn no_fixtures() {}

/// The ending of a test that returns nothing.
///
/// # Errors
///
/// None.
pub fn done((): ()) -> Ending {
    Ok(())
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
