//! What expansions of the attribute and of `main!` mention. Nothing here is for anybody else.

use std::any::Any;
use std::error::Error;
use std::marker::PhantomData;
use std::pin::Pin;
use std::rc::Rc;

pub use std::boxed::Box;
pub use std::vec::Vec;

pub use solipsism_harness::{
    Autouse, Axis, Configuration, Defaults, IgnoreIf, Markers, Provider, Scope, ShouldPanic,
    Target, Test, Use, duration, run_under_libtest, submit,
};

pub use crate::__target as target;
pub use crate::case::{InWorld, Settings};
pub use crate::ending::passed_on::{NotPassedOn, PassedOn};
pub use crate::ending::{Ending, Returned, ViaAnything, ViaDebug, ViaError, ViaSendError};
pub use crate::event_loop::ClockKind as Clock;
pub use crate::fixture::{
    Asker, ByAll, ByItsThread, Choice, Fixture, Fresh, FromAnything, FromDebug, FromError,
    FromSendError, Keep, Kept, NoSettings, NoTeardown, Outcome, Owned, Provided, Shareable, Shared,
    TearDown, TornDown, TornDownBy,
};
pub use crate::leaks::{AllowLeak, Kind as LeakKind, Policy as LeakPolicy};
#[cfg(feature = "testing")]
pub use crate::testing::private as testing;
pub use crate::time::epoch;
#[cfg(feature = "files")]
pub use solipsism_harness::Files;
pub use solipsism_macros::{defaults, defaults_of_target, fixture, test};

use solipsism_harness::AxisValue;

use crate::ClockKind;
use crate::case::Body;
use crate::ending::TestReturn;
use crate::executor::World;
use crate::fixture::{Asked, Asking, Configurable, FixtureReturn, Ownable, Share, Wanted, told};
#[cfg(feature = "net")]
use crate::fixtures::{AnyService, Listed, MakeTransport, OverTransport, transport::Transport};
use crate::panics::{self, Print};

/// What `main!` calls.
#[cfg(feature = "harness")]
pub fn main(target: Target) -> std::process::ExitCode {
    panics::prepare();
    solipsism_harness::main(target)
}

/// A parameter `T`.
pub const fn owned<T, By, S: Default + 'static, D: Ownable<T>>() -> Owned<T, S>
where
    T: Fixture<By, Settings = S, Teardown = D>,
{
    Owned(Wanted::new(|settings| settings))
}

/// The same with other settings. They are made in the test's world, where a panic is one of the test's.
pub const fn owned_with<T, By, S: Default + 'static, D: Ownable<T>>(
    change: fn(S) -> S,
) -> Owned<T, S>
where
    T: Fixture<By, Settings = S, Teardown = D>,
{
    Owned(Wanted::new(change))
}

/// A parameter `&mut T`.
pub const fn fresh<T: Fixture<By, Settings = S>, By, S: Default + 'static>() -> Fresh<T, S> {
    Fresh(Wanted::new(|settings| settings))
}

/// The same with other settings.
pub const fn fresh_with<T: Fixture<By, Settings = S>, By, S: Default + 'static>(
    change: fn(S) -> S,
) -> Fresh<T, S> {
    Fresh(Wanted::new(change))
}

/// A parameter `&T`.
pub const fn shared<T: Fixture<By, Settings = S>, By, S: Default + 'static>() -> Shared<T, S> {
    Shared(Wanted::new(|settings| settings))
}

#[cfg(feature = "net")]
/// A server over each of the transports that the asker lists.
pub fn each_transport<T: OverTransport>(
    axis: usize,
    make: fn(usize) -> MakeTransport,
) -> Listed<T> {
    Listed {
        axis,
        make,
        of: PhantomData,
    }
}

#[cfg(feature = "net")]
/// One of the services that a test lists.
pub fn service<S: AnyService + 'static>(service: S) -> Box<dyn AnyService> {
    Box::new(service)
}

#[cfg(feature = "net")]
/// One of them.
pub fn transport<T: Transport>(make: impl FnOnce() -> T) -> MakeTransport {
    MakeTransport::by(make)
}

#[cfg(feature = "net")]
/// What can be listed without being imported.
pub mod transports {
    #[cfg(feature = "tls")]
    pub use crate::fixtures::transport::tls;
    pub use crate::fixtures::transport::{memory, tcp, unix};
}

/// A parameter whose value depends on the case.
pub fn choice<V>(axis: usize, value: fn(usize) -> V) -> Choice<V> {
    Choice { axis, value }
}

/// What is chosen from is counted by the expansion.
///
/// # Panics
///
/// Always.
pub fn no_such_value() -> ! {
    unreachable!("the plan chooses among the values of an axis")
}

/// The values of an axis: the id of each, and what its own attributes say.
///
/// # Errors
///
/// None.
pub fn values(
    values: &[(&'static str, Option<&'static str>, ShouldPanic)],
) -> Result<Vec<AxisValue>, String> {
    let value = |&(id, ignore, should_panic): &(&'static str, _, _)| AxisValue {
        id: id.into(),
        ignore,
        should_panic,
    };
    Ok(values.iter().map(value).collect())
}

/// What the plan must know of what a fixture asks for.
pub fn uses(asked: &impl Asked) -> Vec<Use> {
    let mut uses = Vec::new();
    asked.uses(&mut uses);
    uses
}

/// The set-up of a fixture: of what it asks for, and then its own.
pub async fn set_up<A: Asked, T, F: Future<Output = Result<T, Box<dyn Error>>>>(
    asks: A,
    asker: Asker,
    make: impl FnOnce(A::Values) -> F,
) -> Result<T, Box<dyn Error>> {
    let values = asks.set_up(asker).await?;
    make(values).await
}

/// Compiles for the `Result` of a fixture; see [`Provided`] for what to do with it.
pub fn provided<R: FixtureReturn>() -> Provided<R> {
    Provided(PhantomData)
}

/// Tells whether other threads may have a value of this type, for `(&&shareable::<T>())`.
pub fn shareable<T>() -> Shareable<T> {
    Shareable(PhantomData)
}

/// What becomes of a value in the end.
pub type Teardown = Pin<Box<dyn Future<Output = Ending>>>;

/// A teardown by a function that has a name.
pub fn torn_down<T: 'static, How>(
    value: T,
    outcome: Outcome,
    by: impl TearDown<T, How> + 'static,
) -> Teardown {
    Box::pin(async move { by.tear_down(value, outcome).await })
}

/// A teardown by a closure with one parameter, whose type is found by this bound.
pub fn torn_down_alone<T: 'static, R: TornDownBy<How>, How>(
    value: T,
    _: Outcome,
    by: impl FnOnce(T) -> R + 'static,
) -> Teardown {
    Box::pin(async move { by(value).ending().await })
}

/// A teardown by a closure with two parameters.
pub fn torn_down_told<T: 'static, R: TornDownBy<How>, How>(
    value: T,
    outcome: Outcome,
    by: impl FnOnce(T, &'static Outcome) -> R + 'static,
) -> Teardown {
    Box::pin(async move { by(value, told(outcome)).ending().await })
}

/// Compiles for what a test can return; see [`Returned`] for what to do with it.
pub fn returns<R: TestReturn>() -> Returned<R> {
    Returned(PhantomData)
}

/// A test as the runner takes it: set-up, body, and what its output means.
pub(crate) fn body<A: Asked, R: 'static>(
    autouse: Vec<Share>,
    asked: fn() -> A,
    start: fn(A::Values) -> Box<dyn Future<Output = R>>,
    ending: fn(R) -> Ending,
    asking: Rc<Asking>,
) -> Body {
    Box::pin(async move {
        let asker = Asker::new(&asking);
        for share in autouse {
            share(asker.clone()).await?;
        }
        let values = asked().set_up(asker).await?;
        begin(&asking);
        ending(Box::into_pin(start(values)).await)
    })
}

/// Asks whether a test is to be ignored, and why.
///
/// # Errors
///
/// It panicked.
pub fn ignored_if<W: crate::IgnoreIf>(
    path: &str,
    ask: fn() -> W,
) -> Result<Option<String>, String> {
    let told = panics::catch(Print::Later, || ask().reason(path));
    told.map_err(|panic| panic.text.to_string())
}

/// The body of a test that returns nothing.
pub type Starting = Box<dyn Future<Output = ()>>;

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
pub fn change<S: Configurable>(settings: &mut dyn Any, change: fn(&mut S)) {
    change(
        settings
            .downcast_mut()
            .expect("the settings are of the type that was registered"),
    );
}
