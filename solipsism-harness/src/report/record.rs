//! [`Record`]: what became of a case, as all that tell of a run know it.

use std::time::Duration;

use crate::{Object, Outcome};

/// A case of which has been told.
pub(crate) struct Record {
    /// Its place in the plan.
    pub(crate) place: usize,
    pub(crate) verdict: Verdict,
    /// What it printed, as far as that was kept.
    pub(crate) printed: String,
    /// How much real time it took, with the set-ups before and the teardowns after it.
    pub(crate) took: Duration,
    /// How much time passed for it, if that is known.
    pub(crate) virtual_time: Option<Duration>,
    /// What its random numbers were made of, if it was run.
    pub(crate) seed: Option<u64>,
    /// The command that runs it again, if it did not end well.
    pub(crate) replay: Option<String>,
    /// The reports of the attempts before, which failed. If it passed all the same, it is flaky.
    pub(crate) failed_before: Vec<String>,
    /// What it left behind, a line each, where that is no failure.
    pub(crate) left_behind: Vec<String>,
    /// The reports of the teardowns of wider fixtures that failed after it.
    pub(crate) teardowns: Vec<String>,
}

/// What is said of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Passed,
    /// It waits for `--ignored`, for this reason if one is given.
    Ignored(&'static str),
    /// A fixture said why it cannot be run.
    Skipped(String),
    /// It failed.
    Failed {
        report: String,
        outcome: Outcome,
        /// The same as data.
        data: Object,
    },
    /// A fixture failed, and so it could not be run, or not to its end.
    Error {
        report: String,
        /// Whether the report is that of another case, to which this one points.
        is_taken_along: bool,
        /// The same as data.
        data: Object,
    },
}

impl Verdict {
    /// The word that files know it by.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Ignored(_) => "ignored",
            Self::Skipped(_) => "skipped",
            Self::Failed { .. } => "failed",
            Self::Error { .. } => "error",
        }
    }

    /// Whether anything of the case was run.
    pub(crate) fn is_of_a_run(&self) -> bool {
        !matches!(self, Self::Ignored(_) | Self::Skipped(_))
    }

    /// The whole report, if it did not end well.
    pub(crate) fn report(&self) -> Option<&str> {
        match self {
            Self::Passed | Self::Ignored(_) | Self::Skipped(_) => None,
            Self::Failed { report, .. } | Self::Error { report, .. } => Some(report),
        }
    }

    /// The same as data.
    pub(crate) fn data(&self) -> Option<&Object> {
        match self {
            Self::Passed | Self::Ignored(_) | Self::Skipped(_) => None,
            Self::Failed { data, .. } | Self::Error { data, .. } => Some(data),
        }
    }

    /// Nobody will ask for that again.
    pub(crate) fn forget_data(&mut self) {
        if let Self::Failed { data, .. } | Self::Error { data, .. } = self {
            *data = Object::default();
        }
    }
}

/// How many cases came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    pub(crate) errors: usize,
    pub(crate) skipped: usize,
    pub(crate) ignored: usize,
    /// The teardowns of wider fixtures that failed: these are no cases.
    pub(crate) teardowns: usize,
    /// What passed for all cases together.
    pub(crate) virtual_time: Duration,
}

impl Counts {
    pub(crate) fn of<'a>(records: impl IntoIterator<Item = &'a Record>) -> Self {
        let mut counts = Self::default();
        for record in records {
            counts.add(record);
        }
        counts
    }

    pub(crate) fn add(&mut self, record: &Record) {
        *match record.verdict {
            Verdict::Passed => &mut self.passed,
            Verdict::Ignored(_) => &mut self.ignored,
            Verdict::Skipped(_) => &mut self.skipped,
            Verdict::Failed { .. } => &mut self.failed,
            Verdict::Error { .. } => &mut self.errors,
        } += 1;
        self.teardowns += record.teardowns.len();
        let passed = record.virtual_time.unwrap_or_default();
        self.virtual_time = self.virtual_time.saturating_add(passed);
    }

    /// How many cases were run.
    pub(crate) fn run(&self) -> usize {
        self.passed + self.failed + self.errors
    }
}
