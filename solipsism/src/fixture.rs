//! What a test's parameters are: fixtures, found by their types.
//!
//! `asker` is on whose behalf one is made, `asked` what a function asks for, `provided` what a fixture function returns,
//! `shareable` whether other threads may have it, `teardown` what is done in the end, `end` when that is.

mod asked;
mod asker;
mod end;
mod keep;
mod kept;
mod provided;
mod shareable;
mod teardown;

pub(crate) use asked::{Asked, Wanted};
#[cfg(feature = "net")]
pub(crate) use asked::{AskedOne, Making};
pub use asked::{Choice, Fresh, Owned, Shared};
pub use asker::Asker;
pub(crate) use asker::{Asking, RunTeardown, Subject, Teardown};
pub(crate) use end::End;
pub use keep::Keep;
pub(crate) use keep::{Share, share};
pub use kept::Kept;
pub(crate) use provided::FixtureReturn;
pub use provided::{FromAnything, FromDebug, FromError, FromSendError, Provided};
pub use shareable::{ByAll, ByItsThread, Shareable};
pub use teardown::{NoTeardown, TearDown, TornDown, TornDownBy};
pub(crate) use teardown::{Ownable, told};

use std::error::Error;
use std::fmt;
use std::panic::Location;
use std::pin::Pin;

pub use solipsism_harness::Outcome;
pub(crate) use solipsism_harness::Provider;
use solipsism_harness::{Scope, Use};

use self::keep::NotKept;
use crate::EventLoop;
use crate::ending::Ending;

/// A type that a test can ask for. `#[solipsism::fixture]` implements it; nobody else needs to.
///
/// `By` tells apart who provides it: a type of its own for each fixture function, so that a foreign type can be a fixture
/// too and the compiler lists the candidates where there are two.
///
/// # Examples
///
/// ```standalone_crate
/// use solipsism::{Outcome, time};
/// use std::{io, time::Duration};
///
/// struct Database {
///     port: u16,
/// }
///
/// impl Database {
///     async fn close(self, outcome: &Outcome) -> io::Result<()> {
///         assert_eq!(*outcome, Outcome::Passed);
///         Ok(())
///     }
/// }
///
/// #[solipsism::fixture(teardown = Database::close)]
/// async fn database(#[default(5432)] port: u16) -> io::Result<Database> {
///     time::sleep(Duration::from_secs(5)).await; // costs nothing
///     Ok(Database { port })
/// }
///
/// #[solipsism::fixture]
/// fn url(database: &Database) -> String {
///     format!("db://localhost:{}", database.port)
/// }
///
/// #[solipsism::test]
/// async fn how_it_is_taken_says_whose_it_is(
///     shared: &Database,                                     // the one that `url` was made of
///     #[with(port = 6000)] ones_own: &mut Database,          // torn down afterwards
///     #[from(url)] url: String,
/// ) {
///     assert_eq!((shared.port, ones_own.port), (5432, 6000));
///     assert_eq!(url, "db://localhost:5432");
/// }
/// # #[cfg(feature = "harness")]
/// # fn main() -> std::process::ExitCode { solipsism::__private::main(solipsism::__private::target!()) }
/// # #[cfg(not(feature = "harness"))]
/// # fn main() {}
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no fixture",
    label = "no fixture provides this type",
    note = "a test's parameters are fixtures, found by their types, such as `solipsism::EventLoop` or `solipsism::net::Network`; \
            a function with `#[solipsism::fixture]` that returns `{Self}` makes it one"
)]
pub trait Fixture<By>: Sized + 'static {
    /// What a test can choose with `#[with(name = value)]`: the function's parameters with `#[default(…)]`.
    type Settings: Default + 'static;

    /// [`NoTeardown`], or [`TornDown`] if there is one.
    type Teardown: 'static;

    /// Who shares the value that `&T` asks for.
    const SCOPE: Scope = Scope::Test;

    /// A constant that is made of those of the fixtures that it asks for: the compiler reports one that needs itself.
    const NEEDS_ITSELF: () = ();

    /// What the plan knows of it.
    fn provider() -> &'static Provider;

    /// Makes a value on behalf of whoever asks.
    fn set_up(
        settings: Self::Settings,
        asker: Asker,
    ) -> impl Future<Output = Result<Self, Box<dyn Error>>> + 'static;

    /// The teardown of a value, after which it is gone.
    fn tear_down(self, outcome: Outcome) -> Pin<Box<dyn Future<Output = Ending>>> {
        let _ = outcome;
        Box::pin(async move {
            drop(self);
            Ok(())
        })
    }

    /// Keeps a value where those who share it find it.
    fn keep(self) -> Kept {
        Kept::here(self)
    }
}

/// Why a test is skipped: a fixture that returns this as its error skips the tests that use it, and so does a test that
/// returns it itself.
///
/// A skipped test is told as ignored, with the reason, and counted so. A test may skip itself at any point: what it has
/// asserted before counts for nothing, but what has failed, such as a task that panicked, fails it all the same. Where it
/// can be known before the test begins, `ignore_if` tells without setting up its fixtures.
///
/// # Examples
///
/// ```
/// use solipsism::Skip;
///
/// assert_eq!(Skip("needs a display").to_string(), "skipped: needs a display");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Skip(pub &'static str);

impl fmt::Display for Skip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "skipped: {}", self.0)
    }
}

impl Error for Skip {}

/// Settings of a fixture that a module can configure for its tests, with `#[solipsism::configure]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` are no settings that a module can configure",
    label = "needed the settings of a fixture, such as `solipsism::fixtures::StreamPairSettings`"
)]
pub trait Configurable: Default + 'static {}

/// The settings of a fixture that has none: rustc names this type to whoever writes `#[with(…)]` before it.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoSettings;

/// The provider of the fixtures of this crate.
#[derive(Debug)]
pub enum BuiltIn {}

/// The module of those.
const BUILT_IN: &str = "solipsism";

/// The provider of a built-in fixture of this name, which stands at this place and uses these.
pub(crate) const fn built_in(
    name: &'static str,
    site: &'static Location<'static>,
    uses: fn() -> Vec<Use>,
) -> Provider {
    Provider {
        module: BUILT_IN,
        name,
        site,
        scope: Scope::Test,
        is_loop: false,
        is_sync: || false,
        uses,
        axes: &[],
        autouse: false,
        keeper: &NotKept,
    }
}

/// The test's own loop.
impl Fixture<BuiltIn> for EventLoop {
    type Settings = NoSettings;
    type Teardown = NoTeardown;

    fn provider() -> &'static Provider {
        static PROVIDER: Provider = Provider {
            is_loop: true,
            ..built_in("EventLoop", Location::caller(), Vec::new)
        };
        &PROVIDER
    }

    async fn set_up(_: NoSettings, _: Asker) -> Result<Self, Box<dyn Error>> {
        Ok(Self::current())
    }
}
