//! What expansions of the attribute and of `main!` mention. Nothing here is for anybody else.

use std::marker::PhantomData;
use std::pin::Pin;

pub use solipsism_harness::{ShouldPanic, Test, duration, run_under_libtest, submit};

#[cfg(feature = "harness")]
pub use solipsism_harness::main;

pub use crate::case::{Body, InWorld, Settings};
pub use crate::ending::{Ending, Returned, ViaAnything, ViaDebug, ViaError, ViaSendError};
pub use crate::event_loop::ClockKind as Clock;
pub use crate::time::epoch;
pub use solipsism_macros::test;

use crate::ending::TestReturn;
use crate::executor::World;
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

/// A test as the runner takes it: its future, and what its output means. Boxed at once, since whatever is generic over
/// the future is compiled once for each test.
pub fn body<R: 'static>(body: impl Future<Output = R> + 'static, ending: fn(R) -> Ending) -> Body {
    ended(Box::new(body), ending)
}

fn ended<R: 'static>(body: Box<dyn Future<Output = R>>, ending: fn(R) -> Ending) -> Body {
    Box::pin(async move { ending(Box::into_pin(body).await) })
}

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
