//! [`Errors`]: what went wrong with fixtures and not with tests: each is told in full once, and they are counted apart.

use std::collections::BTreeMap;

use crate::scopes::{BrokenTeardown, Came, CameTo, Scopes};
use crate::stage::Stage;
use crate::{Ended, Failure, FailureKind, Outcome};

/// What was told so far.
#[derive(Default)]
pub(crate) struct Errors {
    /// The instances that could not be set up, and the case at which that was told in full.
    told: BTreeMap<usize, String>,
    /// How many cases were not run for that.
    taken_along: usize,
    /// How many cases failed by a fixture of their own.
    own: usize,
    teardowns: Vec<BrokenTeardown>,
}

impl Errors {
    /// How the case at this place ended. They are to be told in the order in which this is asked.
    pub(crate) fn tell<S: Stage>(&mut self, scopes: &Scopes<S>, place: usize, came: Came) -> Ended {
        self.teardowns.extend(came.teardowns);
        match came.to {
            CameTo::TakenAlong(instance) => self.taken_along(scopes, place, instance),
            CameTo::Ended(ended) => {
                if let Ended::Failed(Failure {
                    kind: FailureKind::Fixture,
                    ..
                }) = ended
                {
                    self.own += 1;
                }
                ended
            }
        }
    }

    fn taken_along<S: Stage>(
        &mut self,
        scopes: &Scopes<S>,
        place: usize,
        instance: usize,
    ) -> Ended {
        self.taken_along += 1;
        let report = if let Some(case) = self.told.get(&instance) {
            let provider = scopes.plan().instances[instance].provider;
            format!("fixture {provider}: its set-up failed, as is told at {case}")
        } else {
            let case = scopes.plan()[place].name.clone();
            self.told.insert(instance, case);
            let report = scopes.failure(instance);
            let report = report.expect("the instance could not be set up");
            let users = count(scopes.demand().users(instance), "test");
            format!("{report}\n  it takes {users} along")
        };
        Ended::Failed(Failure {
            kind: FailureKind::Fixture,
            outcome: Outcome::Failed,
            report,
            postscript: None,
        })
    }

    /// The teardowns that failed so far, in the order that one thread would keep.
    #[cfg(feature = "libtest-mimic")]
    pub(crate) fn teardowns(&mut self) -> &[BrokenTeardown] {
        self.teardowns.sort();
        &self.teardowns
    }

    /// What is to be said at the end of a run, if anything.
    #[cfg(feature = "libtest-mimic")]
    pub(crate) fn line(&self) -> Option<String> {
        let Self {
            told,
            taken_along,
            own,
            teardowns,
        } = self;
        let parts = [
            (told.len(), {
                let whose = if told.len() == 1 { "its" } else { "their" };
                let (failed, taken) = (count(told.len(), "fixture"), count(*taken_along, "test"));
                format!("{failed} failed in {whose} set-up and took {taken} along")
            }),
            (teardowns.len(), {
                format!("{} failed", count(teardowns.len(), "teardown"))
            }),
            (*own, {
                format!("{} failed by fixtures of their own", count(*own, "test"))
            }),
        ];
        let parts: Vec<_> = parts
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(_, part)| part)
            .collect();
        (!parts.is_empty()).then(|| format!("errors: {}", parts.join(", ")))
    }
}

/// "1 test", "2 tests"
pub(crate) fn count(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}
