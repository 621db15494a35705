//! What expansions of the attribute and of `main!` mention. Nothing here is for anybody else.

use std::any::Any;
use std::marker::PhantomData;
use std::rc::Rc;

pub use std::boxed::Box;

pub use solipsism_harness::{
    Configuration, ShouldPanic, Test, duration, run_under_libtest, submit,
};

#[cfg(feature = "harness")]
pub use solipsism_harness::main;

pub use crate::case::{InWorld, Settings};
pub use crate::ending::{Ending, Returned, ViaAnything, ViaDebug, ViaError, ViaSendError};
pub use crate::event_loop::ClockKind as Clock;
pub use crate::fixture::{Asker, Choice, Fresh, Owned, Shared};
pub use crate::time::epoch;
pub use solipsism_macros::test;

use crate::case::Body;
use crate::ending::TestReturn;
use crate::executor::World;
use crate::fixture::{Asked, Asking, Ownable};
use crate::{ClockKind, Fixture};

/// A parameter `T`.
pub fn owned<T: Fixture<By, Teardown: Ownable<T>>, By>() -> Owned<T, By> {
    Owned(|settings| settings)
}

/// The same with other settings. They are made in the test's world, where a panic is one of the test's.
pub fn owned_with<T: Fixture<By, Settings = S, Teardown: Ownable<T>>, By, S: Default + 'static>(
    change: fn(S) -> S,
) -> Owned<T, By> {
    Owned(change)
}

/// A parameter `&mut T`.
pub fn fresh<T: Fixture<By>, By>() -> Fresh<T, By> {
    Fresh(|settings| settings)
}

/// The same with other settings.
pub fn fresh_with<T: Fixture<By, Settings = S>, By, S: Default + 'static>(
    change: fn(S) -> S,
) -> Fresh<T, By> {
    Fresh(change)
}

/// A parameter `&T`.
pub fn shared<T: Fixture<By>, By>() -> Shared<T, By> {
    Shared(PhantomData)
}

/// A parameter whose value depends on the case.
pub fn choice<V>(axis: usize, value: fn(usize) -> V) -> Choice<V> {
    Choice { axis, value }
}

/// Compiles for what a test can return; see [`Returned`] for what to do with it.
pub fn returns<R: TestReturn>() -> Returned<R> {
    Returned(PhantomData)
}

/// A test as the runner takes it: set-up, body, and what its output means.
pub(crate) fn body<A: Asked, R: 'static>(
    asked: fn() -> A,
    start: fn(A::Values) -> Box<dyn Future<Output = R>>,
    ending: fn(R) -> Ending,
    asking: Rc<Asking>,
) -> Body {
    Box::pin(async move {
        let values = asked().set_up(Asker::new(&asking)).await?;
        begin(&asking);
        ending(Box::into_pin(start(values)).await)
    })
}

/// What a test without parameters asks for.
pub fn nothing() {}

/// The ending of a test that returns nothing.
///
/// # Errors
///
/// None.
pub fn done((): ()) -> Ending {
    Ok(())
}

/// The set-up is done and the test's own body begins: a manual clock stands still from here on.
fn begin(asking: &Asking) {
    asking.begin();
    World::with("begin", |world| {
        if world.clock_kind() == ClockKind::Manual {
            world.freeze();
        }
    });
}

/// Lets a function change settings of its own type.
///
/// # Panics
///
/// If they are of another.
pub fn change<S: Any>(settings: &mut dyn Any, change: fn(&mut S)) {
    change(
        settings
            .downcast_mut()
            .expect("the settings are of the type that was registered"),
    );
}
