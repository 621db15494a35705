//! [`Course`]: what a case came to, the body's part and the fixtures', and what the harness is told of it.

mod data;

use std::sync::Arc;
use std::time::Duration;

use solipsism_harness::{Ended, Failure, FailureKind, Outcome, Provider, ShouldPanic};

use crate::executor::{self, Inbox};
use crate::leaks::{Leaks, Policy};
use crate::stopped::Stopped;
use crate::time::Instant;

/// What a case came to. The body or the set-up before it has the first word.
pub(crate) struct Course {
    first: First,
    /// Fixtures whose teardown failed, in the order of the teardowns.
    teardowns: Vec<(&'static Provider, Stopped)>,
    /// What fixtures have to say that is no failure.
    remarks: Vec<String>,
    /// What happened that no report of these tells, where that is kept.
    untold: Option<String>,
    /// What was left behind, a line each, where that is no failure.
    left_behind: Vec<String>,
    /// How much virtual time passed from its set-up to its end.
    pub(crate) virtual_time: Duration,
}

enum First {
    /// Well, or over before: then this is what teardowns are told.
    Well(Outcome),
    Skipped(String),
    /// Not at all, for the fixtures of a wider scope are in no state for it.
    NotRun(String),
    Body(Stopped),
    /// Well, but for what was left behind.
    Left(Leaks),
    /// The set-up of the last of these failed, each on behalf of the one before it.
    SetUp(Stopped, Vec<&'static Provider>),
}

impl Course {
    pub(crate) fn well() -> Self {
        Self::of(First::Well(Outcome::Passed))
    }

    /// Of a scope whose tests ended so, at the worst.
    pub(crate) fn ended_with(outcome: Outcome) -> Self {
        Self::of(First::Well(outcome))
    }

    /// Of a test that could not be run.
    pub(crate) fn of_fixtures(why: String) -> Self {
        Self::of(First::NotRun(why))
    }

    pub(crate) fn is_well(&self) -> bool {
        matches!(self.first, First::Well(_))
    }

    /// Whether anything went wrong, so that remarks are read.
    pub(crate) fn has_failed(&self) -> bool {
        !self.teardowns.is_empty() || !matches!(self.first, First::Well(_) | First::Skipped(_))
    }

    pub(crate) fn skipped(why: String) -> Self {
        Self::of(First::Skipped(why))
    }

    pub(crate) fn of_body(stopped: Stopped) -> Self {
        Self::of(First::Body(stopped))
    }

    pub(crate) fn of_set_up(mut stopped: Stopped, path: &[&'static Provider]) -> Self {
        if let Some(provider) = path.last() {
            stopped.rename(
                format!("the set-up of `{}`", provider.name),
                provider.place(),
            );
        }
        Self::of(First::SetUp(stopped, path.to_vec()))
    }

    fn of(first: First) -> Self {
        Self {
            first,
            teardowns: Vec::new(),
            remarks: Vec::new(),
            untold: None,
            left_behind: Vec::new(),
            virtual_time: Duration::ZERO,
        }
    }

    pub(crate) fn teardown_failed(&mut self, mut stopped: Stopped, provider: &'static Provider) {
        stopped.rename(
            format!("the teardown of `{}`", provider.name),
            provider.place(),
        );
        self.teardowns.push((provider, stopped));
    }

    /// Is told beside what failed.
    pub(crate) fn remark(&mut self, remarks: Vec<String>) {
        self.remarks.extend(remarks);
    }

    /// What happened in it that no report tells.
    pub(crate) fn untold(&mut self, events: Option<String>) {
        self.untold = events;
    }

    /// What happened, as far as that is kept: of each thing that failed what came before it. From here on the reports are without.
    pub(crate) fn take_events(&mut self) -> Option<String> {
        let first = match &mut self.first {
            First::Body(stopped) | First::SetUp(stopped, _) => stopped.take_trace(),
            First::Well(_) | First::Left(_) | First::Skipped(_) | First::NotRun(_) => None,
        };
        let teardowns = self.teardowns.iter_mut();
        let of_teardowns = teardowns.filter_map(|(provider, stopped)| {
            let events = stopped.take_trace()?;
            Some(format!(
                "  before the teardown of `{}` failed\n{events}",
                provider.name
            ))
        });
        let told: Vec<_> = first.into_iter().chain(of_teardowns).collect();
        if told.is_empty() {
            self.untold.take()
        } else {
            Some(told.join("\n"))
        }
    }

    /// This was left behind. A failure it is only where nothing else went wrong.
    pub(crate) fn leave(&mut self, leaks: Leaks, policy: Policy) {
        if leaks.is_empty() || matches!(self.first, First::Skipped(_) | First::NotRun(_)) {
            return;
        }
        match (&mut self.first, policy) {
            (First::Well(_), Policy::Fail) if self.teardowns.is_empty() => {
                self.first = First::Left(leaks);
            }
            (First::Well(_), _) if self.teardowns.is_empty() => self.left_behind = leaks.lines(),
            (First::Body(stopped) | First::SetUp(stopped, _), _) => {
                let told = stopped.stuck_ids();
                self.remarks.extend(leaks.remarks(&told));
            }
            _ => self.remarks.extend(leaks.remarks(&[])),
        }
    }

    pub(crate) fn take_left_behind(&mut self) -> Vec<String> {
        std::mem::take(&mut self.left_behind)
    }

    /// The world was closed, and left these to be told.
    pub(crate) fn close(
        &mut self,
        failures: Vec<executor::Failure>,
        at: Instant,
        inbox: &Arc<Inbox>,
    ) {
        match &mut self.first {
            First::Body(stopped) | First::SetUp(stopped, _) => stopped.attach(failures),
            First::Well(_) | First::Left(_) | First::Skipped(_) | First::NotRun(_) => {
                if let Err(stopped) = Stopped::after(failures, at, inbox) {
                    self.first = First::Body(stopped);
                }
            }
        }
    }

    /// The set-up of this fixture was done, and left these to be told.
    pub(crate) fn left_by_set_up(
        &mut self,
        failures: Vec<executor::Failure>,
        provider: &'static Provider,
        at: Instant,
        inbox: &Arc<Inbox>,
    ) {
        if self.is_well() {
            if let Err(stopped) = Stopped::after(failures, at, inbox) {
                *self = Self::of_set_up(stopped, &[provider]);
            }
        } else {
            self.close(failures, at, inbox);
        }
    }

    /// The teardown of this fixture was done, and left these to be told.
    pub(crate) fn left_by_teardown(
        &mut self,
        failures: Vec<executor::Failure>,
        provider: &'static Provider,
        at: Instant,
        inbox: &Arc<Inbox>,
    ) {
        if let Err(stopped) = Stopped::after(failures, at, inbox) {
            self.teardown_failed(stopped, provider);
        }
    }

    /// The test may be to end with a panic.
    pub(crate) fn expect(&mut self, panic: ShouldPanic) {
        if let First::Body(stopped) = &mut self.first {
            if stopped
                .panic_message()
                .is_some_and(|message| panic.is_met_by(message))
            {
                stopped.shorten();
            }
        }
    }

    /// What a teardown is told of it.
    pub(crate) fn outcome(&self) -> Outcome {
        let first = self.outcome_of_first();
        if self.teardowns.is_empty() {
            first
        } else {
            first.max(Outcome::Failed)
        }
    }

    fn outcome_of_first(&self) -> Outcome {
        match &self.first {
            First::Well(outcome) => *outcome,
            First::Skipped(_) => Outcome::Passed,
            First::NotRun(_) | First::Left(_) => Outcome::Failed,
            First::Body(stopped) | First::SetUp(stopped, _) => stopped.outcome(),
        }
    }

    pub(crate) fn told(self) -> Ended {
        let mut parts = Vec::new();
        let outcome = self.outcome();
        let (kind, late) = match &self.first {
            First::Skipped(why) if self.teardowns.is_empty() => {
                return Ended::Skipped(why.clone());
            }
            First::Well(_) if self.teardowns.is_empty() => return Ended::Passed,
            First::Well(_) => (FailureKind::Fixture, None),
            First::Skipped(why) => {
                parts.push(format!("skipped: {why}"));
                (FailureKind::Fixture, None)
            }
            First::NotRun(why) => {
                parts.push(why.clone());
                (FailureKind::Fixture, None)
            }
            First::Body(stopped) => {
                parts.push(stopped.to_string());
                let kind = match stopped.panic_message() {
                    Some(message) => FailureKind::Panicked {
                        message: message.to_owned(),
                        alone: stopped.is_alone() && self.teardowns.is_empty(),
                    },
                    None => FailureKind::Failed,
                };
                (kind, Some(stopped.late()))
            }
            First::Left(leaks) => {
                parts.push(leaks.to_string());
                (FailureKind::Failed, None)
            }
            First::SetUp(stopped, path) => {
                parts.push(format!("{}\n{stopped}", set_up_failed(path)));
                (FailureKind::Fixture, Some(stopped.late()))
            }
        };
        for (provider, stopped) in &self.teardowns {
            parts.push(format!(
                "fixture {provider}: its teardown failed\n{stopped}"
            ));
        }
        let mut report = parts.join("\nand ");
        for remark in &self.remarks {
            report.push_str("\n  ");
            report.push_str(remark);
        }
        let verdict = self.data();
        Ended::Failed(Failure {
            kind,
            outcome,
            report,
            verdict,
            postscript: late.map(|late| Box::new(late) as _),
        })
    }
}

/// "fixture `db`, at tests/it.rs:3:10, which `app` asked for: its set-up failed"
fn set_up_failed(path: &[&'static Provider]) -> String {
    let mut path = path.iter().rev();
    let Some(provider) = path.next() else {
        return "a fixture's set-up failed".to_owned();
    };
    let askers = path.map(|asker| format!(", which `{}` asks for", asker.name));
    let askers: String = askers.collect();
    format!("fixture {provider}{askers}: its set-up failed")
}
