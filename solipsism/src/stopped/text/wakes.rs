//! Who woke a stuck task last, where it waits for what is not ours: of a channel or a lock nobody knows more.

use std::fmt;

use crate::executor::StuckTask;

/// A remark, if it holds for all of these tasks alike, and any of them was woken since its first turn.
pub(super) fn write(f: &mut fmt::Formatter<'_>, of: &[&StuckTask]) -> fmt::Result {
    let first = of[0];
    let is_alike = of.iter().all(|task| task.woken_by == first.woken_by);
    match &first.woken_by {
        Some(by) if is_alike && first.waits.is_empty() => {
            write!(f, "\n    last woken by {by}")
        }
        _ => Ok(()),
    }
}
