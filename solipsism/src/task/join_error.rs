//! Why a task has no output.

use std::any::Any;
use std::fmt;
use std::io;
use std::sync::{Mutex, PoisonError};

use super::Id;
use crate::executor::Header;
use crate::panics::{self, Panic, PanicText};

/// A task was cancelled, or it panicked.
// Boxed: every task has room for one, and few need it.
pub struct JoinError(Box<Failed>);

struct Failed {
    id: Id,
    who: String,
    cause: Cause,
}

enum Cause {
    Cancelled,
    Panicked {
        text: PanicText,
        // For `Sync`, which a panic's payload is not.
        payload: Mutex<Box<dyn Any + Send>>,
    },
}

impl JoinError {
    pub(crate) fn cancelled(task: &Header) -> Self {
        Self::new(task, Cause::Cancelled)
    }

    pub(crate) fn panicked(task: &Header, panic: Panic) -> Self {
        let cause = Cause::Panicked {
            text: panic.text,
            payload: Mutex::new(panic.payload),
        };
        Self::new(task, cause)
    }

    fn new(task: &Header, cause: Cause) -> Self {
        Self(Box::new(Failed {
            id: Id(task.key.id),
            who: task.to_string(),
            cause,
        }))
    }

    /// Goes on with the task's panic here, its message and place with it; a cancellation becomes a panic.
    pub(super) fn resume(self) -> ! {
        match self.0.cause {
            Cause::Cancelled => panic!("{} was cancelled", self.0.who),
            Cause::Panicked { text, payload } => {
                let payload = payload.into_inner().unwrap_or_else(PoisonError::into_inner);
                panics::resume(Panic { text, payload })
            }
        }
    }

    pub(crate) fn panic(&self) -> Option<&PanicText> {
        match &self.0.cause {
            Cause::Cancelled => None,
            Cause::Panicked { text, .. } => Some(text),
        }
    }

    /// Whether the task was aborted, or its world ended before it.
    pub fn is_cancelled(&self) -> bool {
        matches!(self.0.cause, Cause::Cancelled)
    }

    /// Whether the task panicked.
    pub fn is_panic(&self) -> bool {
        matches!(self.0.cause, Cause::Panicked { .. })
    }

    /// What the task panicked with, for [`std::panic::resume_unwind`].
    ///
    /// # Panics
    ///
    /// If the task did not panic.
    #[track_caller]
    pub fn into_panic(self) -> Box<dyn Any + Send + 'static> {
        match self.try_into_panic() {
            Ok(payload) => payload,
            Err(error) => panic!("`JoinError::into_panic` needs a task that panicked, but {error}"),
        }
    }

    /// What the task panicked with.
    ///
    /// # Errors
    ///
    /// This error itself, if the task did not panic.
    pub fn try_into_panic(self) -> Result<Box<dyn Any + Send + 'static>, Self> {
        if self.is_cancelled() {
            return Err(self);
        }
        match self.0.cause {
            Cause::Cancelled => unreachable!("it is not cancelled"),
            Cause::Panicked { payload, .. } => {
                Ok(payload.into_inner().unwrap_or_else(PoisonError::into_inner))
            }
        }
    }

    /// Which task.
    pub fn id(&self) -> Id {
        self.0.id
    }
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.cause {
            Cause::Cancelled => write!(f, "{} was cancelled", self.0.who),
            Cause::Panicked { text, .. } => write!(f, "{} {text}", self.0.who),
        }
    }
}

impl fmt::Debug for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JoinError({self})")
    }
}

impl std::error::Error for JoinError {}

/// So that `?` takes it where an `io::Error` is returned, whose `into_inner` has it, with its panic.
impl From<JoinError> for io::Error {
    fn from(error: JoinError) -> Self {
        Self::other(error)
    }
}
