//! What `?` stands behind: an expansion lets each of them say where it passes an error on.

use std::fmt;
use std::ops::ControlFlow;
use std::panic::Location;
use std::task::Poll;

use crate::executor::World;
use crate::frames::{source_of, without_machine};

/// A type that `?` can be applied to. Its methods give the very same value; if that is an error, the world knows from where it
/// goes on.
pub trait PassedOn: Sized {
    /// Whether `?` returns now.
    fn __is_error(&self) -> bool {
        false
    }

    /// Is called by a `?` that ends a test's own body, and not only a part of it.
    #[must_use]
    #[track_caller]
    #[inline]
    fn __passed_on(self) -> Self {
        if self.__is_error() {
            note(Location::caller(), Out::OfBody);
        }
        self
    }

    /// Is called by any other, such as those of closures: what it ends may still go well.
    #[must_use]
    #[track_caller]
    #[inline]
    fn __passed_on_within(self) -> Self {
        if self.__is_error() {
            note(Location::caller(), Out::OfPart);
        }
        self
    }
}

impl<T, E> PassedOn for Result<T, E> {
    #[inline]
    fn __is_error(&self) -> bool {
        self.is_err()
    }
}

impl<T, E> PassedOn for Poll<Result<T, E>> {
    #[inline]
    fn __is_error(&self) -> bool {
        matches!(self, Self::Ready(Err(_)))
    }
}

impl<T, E> PassedOn for Poll<Option<Result<T, E>>> {
    #[inline]
    fn __is_error(&self) -> bool {
        matches!(self, Self::Ready(Some(Err(_))))
    }
}

impl<T> PassedOn for Option<T> {}

impl<B, C> PassedOn for ControlFlow<B, C> {}

/// Anything else, so that rustc says of the `?` that it does not apply, and nothing of this. It is a reference, or becomes one:
/// what `PassedOn` is implemented for is found before.
pub trait NotPassedOn: Sized {
    /// The very same.
    #[must_use]
    fn __passed_on(self) -> Self {
        self
    }

    /// The very same.
    #[must_use]
    fn __passed_on_within(self) -> Self {
        self
    }
}

impl<T: ?Sized> NotPassedOn for &T {}

#[cold]
fn note(site: &'static Location<'static>, out: Out) {
    World::try_with(|world| world.note_passed_on(PassedOnBy { site, out }));
}

/// The `?` that an error went through.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PassedOnBy {
    pub(crate) site: &'static Location<'static>,
    out: Out,
}

/// What a `?` leads out of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Out {
    /// A test's body, which ends with that error.
    OfBody,
    /// A closure, a block, a fixture: whoever gets the error there may have gone on with another.
    OfPart,
}

impl PassedOnBy {
    /// The last one in this poll of the current task.
    #[cfg(feature = "net")]
    pub(crate) fn last() -> Option<Self> {
        World::try_with(|world| world.passed_on()).flatten()
    }

    /// Whether it is this error that went through, and no other.
    pub(crate) fn is_sure(self) -> bool {
        self.out == Out::OfBody
    }
}

/// In a line of its own.
///
/// ```text
///   passed on by the `?` at tests/login.rs:12:31  let reply = client.login().await?;
/// ```
/// Where that is not sure, only what is: `an error was last passed on by the `?` at …`.
impl fmt::Display for PassedOnBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = if self.is_sure() {
            "passed on"
        } else {
            "an error was last passed on"
        };
        let place = self.site.to_string();
        write!(f, "\n  {said} by the `?` at {}", without_machine(&place))?;
        match source_of(self.site) {
            Some(source) => write!(f, "  {source}"),
            None => Ok(()),
        }
    }
}

/// As this, and nothing where none is known.
pub(crate) fn told(passed_on: Option<PassedOnBy>) -> String {
    passed_on.map(|it| it.to_string()).unwrap_or_default()
}
