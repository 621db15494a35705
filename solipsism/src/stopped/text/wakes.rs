//! Who woke a stuck task last, where it waits for what is not ours: of a channel or a lock nobody knows more. And who did something
//! and may be gone since.

use std::fmt;

use super::whence;
use crate::executor::{Doer, Finished, StuckTask};
use crate::trace::Cause;

/// A remark, if it holds for all of these tasks alike, and any of them was woken since its first turn.
pub(super) fn write(f: &mut fmt::Formatter<'_>, of: &[&StuckTask]) -> fmt::Result {
    let first = of[0];
    let is_alike = of.iter().all(|task| task.woken_by == first.woken_by);
    match &first.woken_by {
        Some(woken) if is_alike && first.waits.is_empty() => {
            write!(f, "\n    last woken by {}", woken.by)?;
            let Some(finished) = &woken.finished else {
                return Ok(());
            };
            write_site(f, finished)?;
            // Of whose end was awaited that is said already.
            match woken.by {
                Cause::Task(_) => f.write_str(FINISHED),
                _ => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

const FINISHED: &str = ", which is finished";

/// Nothing else tells where a task that is finished came from.
fn write_site(f: &mut fmt::Formatter<'_>, finished: &Finished) -> fmt::Result {
    match finished.site {
        Some(site) => write!(f, ", spawned {}", whence(site)),
        None => Ok(()),
    }
}

impl fmt::Display for Doer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.who)?;
        match &self.finished {
            Some(finished) => {
                write_site(f, finished)?;
                f.write_str(FINISHED)
            }
            None => Ok(()),
        }
    }
}
