//! [`Stage`]: what is done to instances and cases, one by one. When, and after what, is for `scopes` to say.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::audience::Audience;
use crate::case::caught;
use crate::{Case, Ended, FixtureFailure, Group, Instance, Keeper, Outcome, Ran};

/// Does what it is told to, or only notes it down.
pub(crate) trait Stage {
    fn set_up(&self, instance: &Arc<Instance>) -> Result<(), FixtureFailure>;

    /// What became of a case that is ignored before anything is set up for it.
    fn ignored(&self, case: &Case) -> Option<Ended>;

    fn run(&self, case: &Case) -> Ran;

    /// The reports of all that failed.
    fn tear_down(&self, instance: &Arc<Instance>, outcome: Outcome) -> Vec<String>;

    /// The reports of all that failed.
    fn end(&self, keeper: &dyn Keeper, group: &Arc<Group>) -> Vec<String>;

    /// What was left behind by what was torn down and ended since the last call, a line each.
    fn take_left(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Does it. A runner or a keeper that unwinds in spite of its promise has failed, and that is all.
pub(crate) struct ForReal {
    audience: Audience,
    left: Mutex<Vec<String>>,
}

impl ForReal {
    pub(crate) fn new(audience: Audience) -> Self {
        Self {
            audience,
            left: Mutex::default(),
        }
    }

    /// The reports of what failed; what was left is kept.
    fn reports(&self, failures: Vec<FixtureFailure>) -> Vec<String> {
        let mut reports = Vec::new();
        for failure in failures {
            match failure {
                FixtureFailure::Failed { report, .. } => reports.push(report),
                FixtureFailure::Skipped(why) => reports.push(format!(
                    "a teardown cannot skip anything, and one said: {why}"
                )),
                FixtureFailure::Left(line) => self.left().push(line),
            }
        }
        reports
    }

    fn left(&self) -> MutexGuard<'_, Vec<String>> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stage for ForReal {
    fn set_up(&self, instance: &Arc<Instance>) -> Result<(), FixtureFailure> {
        let provider = instance.provider;
        caught(|| provider.keeper.set_up(instance)).unwrap_or_else(|message| {
            Err(FixtureFailure::failed(format!(
                "fixture {provider}: its set-up failed\nits keeper panicked: {message}"
            )))
        })
    }

    fn ignored(&self, case: &Case) -> Option<Ended> {
        (!case.options.runs_ignored)
            .then(|| case.marked.ignored())
            .flatten()
    }

    fn run(&self, case: &Case) -> Ran {
        case.run(&self.audience)
    }

    fn tear_down(&self, instance: &Arc<Instance>, outcome: Outcome) -> Vec<String> {
        let provider = instance.provider;
        match caught(|| provider.keeper.tear_down(instance, outcome)) {
            Ok(failures) => self.reports(failures),
            Err(message) => vec![format!(
                "fixture {provider}: its teardown failed\nits keeper panicked: {message}"
            )],
        }
    }

    fn end(&self, keeper: &dyn Keeper, group: &Arc<Group>) -> Vec<String> {
        match caught(|| keeper.end(group)) {
            Ok(failures) => self.reports(failures),
            Err(message) => vec![format!(
                "the thread of wider fixtures could not be ended: a keeper panicked: {message}"
            )],
        }
    }

    fn take_left(&self) -> Vec<String> {
        std::mem::take(&mut self.left())
    }
}
