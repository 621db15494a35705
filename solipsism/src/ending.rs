//! What a test returns, and when that is a failure; where that came from, `passed_on` says.

pub(crate) mod passed_on;

use std::convert::Infallible;
use std::error::Error;
use std::fmt;
use std::marker::PhantomData;
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

impl TestReturn for Infallible {
    fn ending(self) -> Ending {
        match self {}
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
pub trait Outputs {
    /// What the function returns.
    type Out;
}

impl<T> Outputs for fn() -> T {
    type Out = T;
}

impl TestReturn for <fn() -> ! as Outputs>::Out {
    fn ending(self) -> Ending {
        self
    }
}

#[derive(Debug)]
pub(crate) struct InWords(pub(crate) String);

impl fmt::Display for InWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for InWords {}

/// What a test returns, for `(&&&returns::<R>()).ending()`. Method resolution tries the implementations below for
/// `&&Returned`, `&&&Returned`, `&Returned` and `Returned`, in this order, and takes the first that fits: so an `Error`
/// keeps its sources, and anything else at least its `Debug` form.
pub struct Returned<R>(pub(crate) PhantomData<R>);

/// For results whose error is boxed already and `Send`: std converts that into no other box.
pub trait ViaSendError {
    /// What the test returns.
    type Out;

    /// What tells whether that is a failure.
    fn ending(&self) -> fn(Self::Out) -> Ending;
}

impl<T: TestReturn> ViaSendError for &&Returned<Result<T, Box<dyn Error + Send + Sync>>> {
    type Out = Result<T, Box<dyn Error + Send + Sync>>;

    fn ending(&self) -> fn(Self::Out) -> Ending {
        |returned| {
            returned
                .map_err(|error| -> Box<dyn Error> { error })?
                .ending()
        }
    }
}

/// For results whose error is, or converts into, a boxed `Error`: `anyhow::Error`, `String` and `&str` do.
pub trait ViaError {
    /// What the test returns.
    type Out;

    /// What tells whether that is a failure.
    fn ending(&self) -> fn(Self::Out) -> Ending;
}

impl<T: TestReturn, E: Into<Box<dyn Error>>> ViaError for &&&Returned<Result<T, E>> {
    type Out = Result<T, E>;

    fn ending(&self) -> fn(Self::Out) -> Ending {
        |returned| returned.map_err(Into::into)?.ending()
    }
}

/// For everything else that a test can return.
pub trait ViaDebug {
    /// What the test returns.
    type Out;

    /// What tells whether that is a failure.
    fn ending(&self) -> fn(Self::Out) -> Ending;
}

impl<R: TestReturn> ViaDebug for &Returned<R> {
    type Out = R;

    fn ending(&self) -> fn(R) -> Ending {
        R::ending
    }
}

/// For what a test cannot return, so that the compiler says so once, at the type, and not at the call as well.
pub trait ViaAnything {
    /// What the test returns.
    type Out;

    /// Never called: `returns` does not compile.
    fn ending(&self) -> fn(Self::Out) -> Ending;
}

impl<R> ViaAnything for Returned<R> {
    type Out = R;

    fn ending(&self) -> fn(R) -> Ending {
        |_| unreachable!("`returns` does not compile for what is no `TestReturn`")
    }
}
