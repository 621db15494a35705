//! [`Provider`]: a fixture function as the plan sees it. How its fixture is made and torn down is the runner's.

use std::fmt;
use std::panic::Location;

use crate::ordered::sort_by_key;
use crate::{Axis, Keeper};

/// What `#[solipsism::fixture]` leaves beside the function. There is one of it in the binary, which is known by its address.
pub struct Provider {
    /// `module_path!()` of the function, the crate's own name included.
    pub module: &'static str,
    /// The function's name as it was typed.
    pub name: &'static str,
    /// Where the function's name stands.
    pub site: &'static Location<'static>,
    /// Who shares the value that `&T` asks for.
    pub scope: Scope,
    /// Whether the value is a handle to the loop of whoever asks. A wider fixture that asks for one takes its tests into its loop.
    pub is_loop: bool,
    /// Whether the value can be lent to tests on other threads.
    pub is_sync: fn() -> bool,
    /// What it asks for itself.
    pub uses: fn() -> Vec<Use>,
    /// Its parameters: each value multiplies the tests that use it.
    pub axes: &'static [Axis],
    /// Whether it is set up for every test of its module and below without being named.
    pub autouse: bool,
    /// What makes the one value that a wider scope shares.
    pub keeper: &'static dyn Keeper,
}

/// Every provider that is used without being named, those of outer modules first.
pub(crate) fn collect_autouse() -> Vec<&'static Provider> {
    let all = inventory::iter::<Autouse>.into_iter();
    let mut all: Vec<_> = all.map(|Autouse(provider)| provider()).collect();
    sort_by_key(&mut all, |provider| (provider.module, provider.site));
    all
}

impl Provider {
    /// Where it stands, unless it is built in: that is no place that a user could look at, and not the same on every machine.
    pub fn place(&self) -> Option<&'static Location<'static>> {
        (self.module != "solipsism").then_some(self.site)
    }

    /// Whether a test of this module uses it without naming it, if it is one of those that are used so.
    pub(crate) fn is_above(&self, module: &str) -> bool {
        let below = module.strip_prefix(self.module);
        below.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    }
}

impl Scope {
    /// As messages call it, and as a fixture's attribute does.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Module => "module",
            Self::Session => "session",
        }
    }
}

/// Who shares a fixture's value, widest last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// One test, and the fixtures that it asks for.
    Test,
    /// The tests of one module.
    Module,
    /// All tests of a run.
    Session,
}

/// One parameter of a test or of a fixture function.
#[derive(Clone, Copy, Debug)]
pub struct Use {
    /// What is asked for.
    pub provider: &'static Provider,
    /// And how.
    pub how: How,
}

/// How a parameter takes its fixture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// `T`: it belongs to whoever asks, and lives as long.
    Owned,
    /// `&T`: the one value of the fixture's scope.
    Shared,
    /// `&mut T`: a fresh one, torn down after whoever asked.
    Fresh,
}

/// A fixture that is set up without being named, as its expansion registers it.
pub struct Autouse(pub fn() -> &'static Provider);

inventory::collect!(Autouse);

/// The very same function.
impl PartialEq for Provider {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Provider {}

/// "`db`, at tests/it.rs:3:10", or "`Server`".
impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place() {
            Some(site) => write!(f, "`{}`, at {site}", self.name),
            None => write!(f, "`{}`", self.name),
        }
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
