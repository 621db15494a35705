//! [`Flaky`]: the cases that passed after they had failed, which only one that is marked `unrepeatable` can.

use std::fmt::Write as _;

use crate::Case;
use crate::errors::count;
use crate::scopes::{Came, CameTo};

/// What is told of them at the end of a run.
#[derive(Default)]
pub(crate) struct Flaky {
    /// Of each, in the order in which they are told.
    told: Vec<String>,
}

impl Flaky {
    /// Notes it down if it is one of them.
    pub(crate) fn look_at(&mut self, case: &Case, came: &Came) {
        let CameTo::Ran(ran) = &came.to else { return };
        let Some(report) = ran.failed_before.last() else {
            return;
        };
        if !ran.ended.meets(case.should_panic) {
            return;
        }
        let failed = count(ran.failed_before.len(), "time");
        let mut text = format!("  {} failed {failed} before, the last time so:", case.name);
        for line in report.lines() {
            _ = write!(text, "\n    {line}");
        }
        self.told.push(text);
    }

    /// What is to be said at the end of a run, if anything.
    pub(crate) fn text(&self) -> Option<String> {
        if self.told.is_empty() {
            return None;
        }
        let tests = count(self.told.len(), "test");
        Some(format!(
            "flaky: {tests} passed by a retry\n{}\n",
            self.told.join("\n")
        ))
    }
}
