//! The panics that led to what failed, and were told to somebody who passed them on.

use std::fmt;

use super::place;
use crate::executor::{Failure, Lost};
use crate::panics::PanicText;

/// More than these say nothing more.
const TOLD: usize = 4;

/// What is told already of this `panic` is left out.
pub(super) fn write(
    f: &mut fmt::Formatter<'_>,
    causes: &[Failure],
    panic: Option<&PanicText>,
) -> fmt::Result {
    for cause in causes.iter().take(TOLD) {
        write!(f, "\n  {}", cause.who)?;
        if cause.what == Lost::Task {
            write!(f, ", {},", place(cause.task, cause.site))?;
        }
        f.write_str(" panicked")?;
        if let Some(location) = &cause.text.location {
            write!(f, " at {location}")?;
        }
        if let Some(at) = cause.text.at {
            write!(f, ", at {at:?}")?;
        }
        if !panic.is_some_and(|panic| panic.is(&cause.text)) {
            cause.text.write_steps(f, Some(cause.site))?;
        }
    }
    match causes.len().saturating_sub(TOLD) {
        0 => Ok(()),
        more => write!(f, "\n  and {more} more"),
    }
}
