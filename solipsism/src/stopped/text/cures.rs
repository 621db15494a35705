//! What to do: a sentence where what is known leaves no doubt about the pattern, and none elsewhere.

#[cfg(feature = "net")]
mod streams;

use std::fmt;

use crate::executor::{StuckTask, Wait};

/// More cures than these are no help.
const TOLD: usize = 3;

pub(super) fn write(f: &mut fmt::Formatter<'_>, tasks: &[StuckTask]) -> fmt::Result {
    for cure in told(tasks) {
        write!(f, "\n  {cure}")?;
    }
    Ok(())
}

/// A sentence each.
pub(in crate::stopped) fn told(tasks: &[StuckTask]) -> Vec<String> {
    let found = tasks.iter().filter_map(joins_itself);
    #[cfg(feature = "net")]
    let found = found.chain(streams::found(tasks));
    let mut cures: Vec<String> = Vec::new();
    for cure in found {
        if !cures.contains(&cure) {
            cures.push(cure);
        }
    }
    cures.truncate(TOLD);
    cures
}

fn joins_itself(task: &StuckTask) -> Option<String> {
    let mut waits = task.waits.iter();
    let is_own = |wait: &Wait| matches!(wait, Wait::Task { task: whom, .. } if *whom == task.task);
    waits.any(is_own).then(|| {
        format!(
            "{} awaits its own end, which never comes: let another task have that handle",
            task.who
        )
    })
}
