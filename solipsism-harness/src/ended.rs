//! [`Ended`]: how a case ended, and what that means to a test that is to panic. What the report of a failure says is the
//! runner's.

use std::fmt;

use crate::{Case, Object, ShouldPanic};

/// How a case ended.
#[derive(Debug)]
pub enum Ended {
    /// It ran to its end, and nothing is to be said.
    Passed,
    /// A fixture said why it cannot be run here.
    Skipped(String),
    /// It did not.
    Failed(Failure),
}

/// How a test ended, as the teardowns of its fixtures are told: the worst of all, for a fixture that several share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Outcome {
    /// Well.
    #[default]
    Passed,
    /// With an error, or a failure in the background.
    Failed,
    /// By a panic.
    Panicked,
    /// Not at all: it would have slept for ever, or a limit was reached.
    Stuck,
}

/// Why a case failed.
pub struct Failure {
    /// What a test that is to panic wants to know.
    pub kind: FailureKind,
    /// What its fixtures' teardowns are told.
    pub outcome: Outcome,
    /// The whole text, without a newline at its end.
    pub report: String,
    /// The same as data. Which parts there are is told in the chapter on reports.
    pub verdict: Object,
    /// Asked once more when the run ends: what came after the verdict.
    pub postscript: Option<Postscript>,
}

/// Tells, when the run ends, what came after the verdict, if anything did.
pub type Postscript = Box<dyn Fn() -> Option<String> + Send>;

/// Which failures a `#[should_panic]` can want.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// A panic of the test.
    Panicked {
        /// What was passed to `panic!`.
        message: String,
        /// Whether that is all that went wrong. A test that is to panic passes by nothing else.
        alone: bool,
    },
    /// All else: a hang, an error, a limit.
    Failed,
    /// The test itself did not fail: a fixture of it did, in its set-up or in its teardown.
    Fixture,
}

impl Ended {
    /// Whether a test that says so about panics passes by this.
    pub(crate) fn meets(&self, should_panic: ShouldPanic) -> bool {
        match (should_panic, self) {
            (_, Self::Skipped(_)) => true,
            (ShouldPanic::No, outcome) => matches!(outcome, Self::Passed),
            (_, Self::Passed) => false,
            (wanted, Self::Failed(failure)) => failure
                .panic()
                .is_some_and(|(message, alone)| alone && wanted.is_met_by(message)),
        }
    }

    /// What the teardowns of wider fixtures are told of this case: a panic that it was to end with is none to them.
    pub(crate) fn outcome(&self, should_panic: ShouldPanic) -> Outcome {
        match self {
            _ if self.meets(should_panic) => Outcome::Passed,
            Self::Passed | Self::Skipped(_) => Outcome::Failed,
            Self::Failed(failure) => failure.outcome.max(Outcome::Failed),
        }
    }

    /// The verdict on a case: the report of what it wanted and did not get, or `Ok`.
    ///
    /// A hang or an error is a failure for a test that is to panic too, and keeps its own report, with a remark. What is known of
    /// the `events` until then follows it. The last lines say how to run the case again.
    pub(crate) fn judge(
        self,
        case: &Case,
        events: Option<String>,
        again: impl FnOnce() -> String,
    ) -> Result<(), Failure> {
        if self.meets(case.should_panic) {
            return Ok(());
        }
        let remark = self.remark(case);
        let mut failure = match self {
            Self::Passed | Self::Skipped(_) => Failure {
                kind: FailureKind::Failed,
                outcome: Outcome::Failed,
                report: String::new(),
                verdict: Object::verdict("did_not_panic"),
                postscript: None,
            },
            Self::Failed(failure) => failure,
        };
        if let Some(remark) = &remark {
            failure.verdict = std::mem::take(&mut failure.verdict).with("note", remark.as_str());
        }
        let remark = remark.map(|remark| format!("note: {remark}"));
        for line in remark.into_iter().chain(events).chain([again()]) {
            if !failure.report.is_empty() {
                failure.report.push('\n');
            }
            failure.report += &line;
        }
        Err(failure)
    }

    /// What libtest would say of an outcome that is not the panic a test wants.
    fn remark(&self, case: &Case) -> Option<String> {
        let panic = match self {
            Self::Passed | Self::Skipped(_) => None,
            Self::Failed(Failure {
                kind: FailureKind::Fixture,
                ..
            }) => return None,
            Self::Failed(failure) => failure.panic(),
        };
        match (case.should_panic, panic.map(|(message, _)| message)) {
            (ShouldPanic::No, _) => None,
            (wanted, Some(message)) if wanted.is_met_by(message) => {
                Some("test panicked as expected, but that is not all that went wrong".to_owned())
            }
            (ShouldPanic::With(expected), Some(message)) => Some(format!(
                "panic did not contain expected string\n      panic message: {message:?}\n expected substring: {expected:?}"
            )),
            (ShouldPanic::Yes | ShouldPanic::With(_), _) => Some(format!(
                "test did not panic as expected at {}",
                case.test.site
            )),
        }
    }
}

impl Failure {
    /// The message of the test's panic, and whether that is all that went wrong.
    fn panic(&self) -> Option<(&str, bool)> {
        match &self.kind {
            FailureKind::Panicked { message, alone } => Some((message, *alone)),
            FailureKind::Failed | FailureKind::Fixture => None,
        }
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failure")
            .field("kind", &self.kind)
            .field("report", &self.report)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Options;
    use crate::test::tests::test;

    fn failed(kind: FailureKind) -> Ended {
        Ended::Failed(Failure {
            kind,
            outcome: Outcome::Failed,
            report: "the report".to_owned(),
            verdict: Object::verdict("failed"),
            postscript: None,
        })
    }

    fn panicked() -> Ended {
        failed(FailureKind::Panicked {
            message: "say \"foo\"".to_owned(),
            alone: true,
        })
    }

    fn judge(outcome: Ended, should_panic: ShouldPanic) -> Result<(), String> {
        let case = Case::new(test("it", "a", should_panic), Options::default());
        outcome
            .judge(&case, None, || case.again(None))
            .map_err(|failure| {
                let (report, again) = failure.report.rsplit_once('\n').expect("two lines");
                assert_eq!(
                    again,
                    "  run it again: SOLIPSISM_TRACE=100 cargo test a -- --exact"
                );
                report.replace(&case.test.site.to_string(), "FILE:LINE:COL")
            })
    }

    #[test]
    fn a_test_passes_by_passing() {
        assert_eq!(judge(Ended::Passed, ShouldPanic::No), Ok(()));
        assert_eq!(
            judge(panicked(), ShouldPanic::No),
            Err("the report".to_owned())
        );
    }

    #[test]
    fn a_test_that_is_to_panic_passes_by_its_panic() {
        assert_eq!(judge(panicked(), ShouldPanic::Yes), Ok(()));
        assert_eq!(judge(panicked(), ShouldPanic::With("foo")), Ok(()));
        assert_eq!(
            judge(panicked(), ShouldPanic::With("bar")),
            Err(concat!(
                "the report\nnote: panic did not contain expected string\n",
                "      panic message: \"say \\\"foo\\\"\"\n expected substring: \"bar\"",
            )
            .to_owned())
        );
    }

    #[test]
    fn the_right_panic_does_not_cover_up_another_failure() {
        let kind = FailureKind::Panicked {
            message: "foo".to_owned(),
            alone: false,
        };
        assert_eq!(
            judge(failed(kind), ShouldPanic::With("foo")),
            Err(
                "the report\nnote: test panicked as expected, but that is not all that went wrong"
                    .to_owned()
            )
        );
    }

    #[test]
    fn no_panic_is_no_panic() {
        let remark = "note: test did not panic as expected at FILE:LINE:COL";
        for wanted in [ShouldPanic::Yes, ShouldPanic::With("")] {
            assert_eq!(judge(Ended::Passed, wanted), Err(remark.to_owned()));
            assert_eq!(
                judge(failed(FailureKind::Failed), wanted),
                Err(format!("the report\n{remark}"))
            );
        }
    }
}
