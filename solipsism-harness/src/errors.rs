//! [`Errors`]: what went wrong with fixtures and not with tests: each is told in full once, and they are counted apart.

use crate::ordered::Map;
use crate::plan::Plan;
use crate::scopes::{BrokenSetUp, Came, CameTo};
use crate::{Ended, Failure, FailureKind, Object, Outcome, Ran};

/// What was told so far.
#[derive(Default)]
pub(crate) struct Errors {
    /// The instances that could not be set up, and the case at which that was told in full.
    told: Map<usize, String>,
    /// How many cases were not run for that.
    taken_along: usize,
    /// How many cases failed by a fixture of their own.
    own: usize,
    /// The reports of the teardowns that failed.
    teardowns: Vec<String>,
    /// How many cases were not run, since one before them failed.
    #[cfg(feature = "libtest-mimic")]
    left_out: usize,
}

/// Why a case was not run.
#[cfg(feature = "libtest-mimic")]
const LEFT_OUT: &str = "not run: --fail-fast";

impl Errors {
    /// What is to be told of the case at this place. They are to be told in the order in which this is asked.
    pub(crate) fn tell(&mut self, plan: &Plan, place: usize, came: Came) -> Ran {
        self.teardowns.extend(came.broken());
        match came.to {
            CameTo::TakenAlong(broken) => self.taken_along(plan, place, &broken).into(),
            #[cfg(feature = "libtest-mimic")]
            CameTo::LeftOut => {
                self.left_out += 1;
                Ended::Skipped(LEFT_OUT.to_owned()).into()
            }
            CameTo::Ran(ran) => {
                if let Ended::Failed(Failure {
                    kind: FailureKind::Fixture,
                    ..
                }) = ran.ended
                {
                    self.own += 1;
                }
                ran
            }
        }
    }

    /// These teardowns failed too, after cases of which nothing else is told.
    #[cfg(feature = "libtest-mimic")]
    pub(crate) fn add_teardowns(&mut self, reports: &[String]) {
        self.teardowns.extend_from_slice(reports);
    }

    /// Whether this is of a set-up whose failure was told in full before.
    #[cfg(feature = "libtest-mimic")]
    pub(crate) fn has_told(&self, to: &CameTo) -> bool {
        matches!(to, CameTo::TakenAlong(broken) if self.told.contains_key(&broken.instance))
    }

    fn taken_along(&mut self, plan: &Plan, place: usize, broken: &BrokenSetUp) -> Ended {
        self.taken_along += 1;
        let provider = plan.instances[broken.instance].provider;
        let (report, verdict) = if let Some(case) = self.told.get(&broken.instance) {
            let verdict = Object::verdict("taken_along")
                .with("fixture", provider.name)
                .with("told_at", case.clone());
            (
                format!("fixture {provider}: its set-up failed, as is told at {case}"),
                verdict,
            )
        } else {
            self.told.insert(broken.instance, plan[place].name.clone());
            let users = count(broken.users, "test");
            (
                format!("{}\n  it takes {users} along", broken.report),
                broken.verdict.clone(),
            )
        };
        Ended::Failed(Failure {
            kind: FailureKind::Fixture,
            outcome: Outcome::Failed,
            report,
            verdict,
            postscript: None,
        })
    }

    /// The reports of the teardowns that failed so far, in the order of the cases after which they did.
    #[cfg(feature = "libtest-mimic")]
    pub(crate) fn teardowns(&self) -> &[String] {
        &self.teardowns
    }

    /// How many cases were not run, since one before them failed.
    #[cfg(feature = "libtest-mimic")]
    pub(crate) fn left_out(&self) -> usize {
        self.left_out
    }

    /// What is to be said at the end of a run, if anything.
    #[cfg(feature = "libtest-mimic")]
    pub(crate) fn line(&self) -> Option<String> {
        let Self {
            told,
            taken_along,
            own,
            teardowns,
            left_out: _,
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
                let whose = match own {
                    1 => "a fixture of its own",
                    _ => "fixtures of their own",
                };
                format!("{} failed by {whose}", count(*own, "test"))
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
