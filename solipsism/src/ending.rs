//! What a test returns, and when that is a failure.

use std::cell::Cell;
use std::error::Error;
use std::fmt;
use std::ops::Deref;
use std::process::ExitCode;

/// How a test's body ended: well, or with this error.
pub type Ending = Result<(), Box<dyn Error>>;

/// A type that a test can return: `()`, `!`, an `ExitCode`, or a `Result` of one of these.
#[diagnostic::on_unimplemented(
    message = "a test cannot return `{Self}`",
    label = "needed `()`, `!`, `ExitCode` or a `Result` of one of these",
    note = "to ignore what a test comes to, end it with a semicolon"
)]
pub trait TestReturn {
    /// Whether that is a failure.
    ///
    /// # Errors
    ///
    /// What the test failed with.
    fn ending(self) -> Ending;
}

impl TestReturn for () {
    fn ending(self) -> Ending {
        Ok(())
    }
}

impl TestReturn for ExitCode {
    fn ending(self) -> Ending {
        if self == Self::SUCCESS {
            Ok(())
        } else {
            Err(Box::new(InWords(format!("{self:?}"))))
        }
    }
}

/// An error that only has a `Debug` form is told by that.
impl<T: TestReturn, E: fmt::Debug> TestReturn for Result<T, E> {
    fn ending(self) -> Ending {
        match self {
            Ok(value) => value.ending(),
            Err(error) => Err(Box::new(InWords(format!("{error:?}")))),
        }
    }
}

/// The `!` of `fn() -> !` can be named on stable Rust by way of this.
pub trait Returns {
    /// What the function returns.
    type Out;
}

impl<T> Returns for fn() -> T {
    type Out = T;
}

impl TestReturn for <fn() -> ! as Returns>::Out {
    fn ending(self) -> Ending {
        self
    }
}

#[derive(Debug)]
struct InWords(String);

impl fmt::Display for InWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for InWords {}

/// What a body returned, for `(&&probe).ending()`: method resolution goes from `&&Probe` to `&Probe` to what a probe
/// derefs to, and takes the first that fits. So an `Error` keeps its sources, anything else at least its `Debug` form.
pub struct Probe<R>(Cell<Option<R>>);

impl<R> Probe<R> {
    /// Around what the body returned.
    pub fn new(returned: R) -> Self {
        Self(Cell::new(Some(returned)))
    }

    fn take(&self) -> R {
        self.0.take().expect("a probe is asked once")
    }
}

/// For results whose error is, or converts into, a boxed `Error`: `anyhow::Error`, `String` and `&str` do.
pub trait ViaError {
    /// See [`TestReturn::ending`].
    ///
    /// # Errors
    ///
    /// What the test failed with.
    fn ending(self) -> Ending;
}

impl<T: TestReturn, E: Into<Box<dyn Error>>> ViaError for &&Probe<Result<T, E>> {
    fn ending(self) -> Ending {
        self.take().map_err(Into::into)?.ending()
    }
}

/// For everything else that a test can return.
pub trait ViaDebug {
    /// See [`TestReturn::ending`].
    ///
    /// # Errors
    ///
    /// What the test failed with.
    fn ending(self) -> Ending;
}

impl<R: TestReturn> ViaDebug for &Probe<R> {
    fn ending(self) -> Ending {
        self.take().ending()
    }
}

/// For what a test cannot return, so that the compiler says so once, at the type, and not here as well.
pub trait ViaAnything {
    /// Never called.
    ///
    /// # Errors
    ///
    /// None.
    fn ending(&self) -> Ending;
}

/// What every probe derefs to.
#[derive(Debug)]
pub struct Anything;

impl<R> Deref for Probe<R> {
    type Target = Anything;

    fn deref(&self) -> &Anything {
        &Anything
    }
}

impl ViaAnything for Anything {
    fn ending(&self) -> Ending {
        unreachable!("`returns` does not compile for what is no `TestReturn`")
    }
}
