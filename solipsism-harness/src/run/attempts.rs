//! [`Attempts`]: what is known of the attempts at a case that failed, some of them with their processes.

use std::mem;
use std::time::Duration;

use super::Brought;
#[cfg(unix)]
use crate::Case;
use crate::scopes::CameTo;

/// Those at the case that is run next, or is being run.
#[derive(Default)]
pub(super) struct Attempts {
    /// The reports of those whose processes are gone.
    gone: Vec<String>,
    /// Of those in the process that runs it now, as far as it told.
    #[cfg(unix)]
    here: Vec<String>,
    /// What was printed by processes that are gone, and how long that took.
    printed: String,
    took: Duration,
}

impl Attempts {
    /// How many there were of which the process that runs it now knows nothing.
    #[cfg(unix)]
    pub(super) fn gone(&self) -> u64 {
        self.gone.len() as u64
    }

    /// How many there were in all, with the one that is the last.
    #[cfg(unix)]
    pub(super) fn count(&self) -> u64 {
        self.gone() + self.here.len() as u64 + 1
    }

    /// One failed, and its process goes on.
    #[cfg(unix)]
    pub(super) fn failed(&mut self, report: String) {
        self.here.push(report);
    }

    /// Whether the case may be run again after one that ended its process. Of several repetitions nobody knows which that was.
    #[cfg(unix)]
    pub(super) fn may_go_on(&self, case: &Case) -> bool {
        self.count() <= case.marked.retries && !case.is_repeated()
    }

    /// One ended its process.
    #[cfg(unix)]
    pub(super) fn lost(&mut self, report: String, printed: &str, took: Duration) {
        self.gone.append(&mut self.here);
        self.gone.push(report);
        self.printed += printed;
        self.took += took;
    }

    /// That was the last one: what its process knew, and what it did not. Those of its own it told once more, if it lived to.
    pub(super) fn complete(&mut self, mut brought: Brought) -> Brought {
        let mut before = mem::take(self);
        brought.printed.insert_str(0, &before.printed);
        brought.took += before.took;
        match &mut brought.came.to {
            CameTo::Ran(ran) => {
                before.gone.append(&mut ran.failed_before);
                ran.failed_before = before.gone;
            }
            CameTo::TakenAlong(broken) => {
                for report in before.gone {
                    broken.report += "\n  the test that asked for it had failed before, so:\n";
                    broken.report += &report;
                }
            }
            CameTo::LeftOut => {}
        }
        brought
    }

    /// The same for one that ended its process, and so told nothing.
    #[cfg(unix)]
    pub(super) fn complete_gone(&mut self, brought: Brought) -> Brought {
        self.gone.append(&mut self.here);
        self.complete(brought)
    }
}
