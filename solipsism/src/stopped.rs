//! Why a run stopped before its body was finished, as plain data. `text` alone makes words of it, and `data` what tools read.

mod data;
mod text;

pub(crate) use self::text::asleep;

use std::fmt;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use crate::Outcome;
use crate::core::net::Upcoming;
use crate::ending::passed_on::PassedOnBy;
use crate::executor::{
    Busy, Failure, Header, Inbox, Standstill, Stranger, StuckTask, ToldTrace, World,
};
use crate::frames::without_machine;
use crate::panics::PanicText;
use crate::time::Instant;

/// The report of a run that did not finish. Its `Display` is what a failing test prints.
///
/// # Examples
///
/// ```
/// let event_loop = solipsism::EventLoop::new();
/// let stopped = event_loop.run(std::future::pending::<()>()).unwrap_err();
/// assert!(stopped.is_sleep_forever());
/// assert!(stopped.to_string().starts_with("never woken: at 0ns the body waits"));
/// ```
pub struct Stopped(Box<Report>);

struct Report {
    verdict: Verdict,
    /// What did not finish, as messages name it.
    subject: String,
    /// Where that stands, if that is known.
    subject_site: Option<&'static Location<'static>>,
    at: Instant,
    /// Where the verdict is about standing still: who stands.
    standstill: Standstill,
    /// What went wrong before the verdict: the likely cause.
    failures: Vec<Failure>,
    /// What went wrong after it.
    after: Vec<Failure>,
    /// Panics that somebody was told of, and that one of the texts passes on.
    causes: Vec<Failure>,
    stranger: Option<Stranger>,
    inbox: Arc<Inbox>,
    /// The verdict's place among what happened in its world.
    order: Option<u64>,
    /// What the test is to end with: nobody will read more than that it did.
    is_brief: bool,
    /// What happened until then, where that is kept.
    trace: Option<ToldTrace>,
}

/// What ended a run.
pub(crate) enum Verdict {
    SleepsForever,
    /// The body is pending and no waker of it is alive.
    NeverWoken,
    TimeIsFrozen {
        manual: bool,
        /// When the next thing would happen, and which.
        at: Instant,
        what: Next,
    },
    Panicked(PanicText),
    ReturnedError {
        /// The error and its sources.
        chain: Vec<String>,
        /// The `?` that it came by.
        passed_on: Option<PassedOnBy>,
    },
    BackgroundTaskFailed,
    Livelock {
        polls: u64,
        /// Over the last polls: who, and how often; the busiest first.
        busiest: Vec<Busy>,
    },
    StepLimit {
        steps: u64,
        /// Whether all of them were made for the loops around a child alone.
        around: bool,
    },
    TimeLimit {
        limit: Instant,
    },
    WallLimit {
        limit: Duration,
        doing: Doing,
        /// What panicked until then.
        panics: Vec<String>,
        /// The world was asked to end itself, and did.
        by_itself: bool,
    },
}

/// What the clock is kept from.
pub(crate) enum Next {
    /// Set there.
    Deadline(&'static Location<'static>),
    Network(Upcoming),
    /// A timer of tokio's, then or later.
    #[cfg(feature = "tokio")]
    Foreign,
}

/// What a world was doing when its wall limit came.
pub(crate) enum Doing {
    /// It went on polling.
    Running { polls: u64 },
    /// A poll has not returned.
    Polling(Arc<Header>),
    /// Tokio went on polling tasks of its own, within one instant.
    #[cfg(feature = "tokio")]
    Spinning,
    /// Neither.
    Waiting,
    /// The clock went on, or it waited; the report tells.
    Ending,
}

impl Verdict {
    /// Whether everybody who can go on has done so in the instant in which the run ends.
    #[cfg(feature = "tokio")]
    pub(crate) fn is_at_rest(&self) -> bool {
        let is_spinning = matches!(
            self,
            Self::WallLimit {
                doing: Doing::Spinning,
                ..
            }
        );
        !is_spinning
    }

    /// Whether the world stands still, or might as well: then the report lists who waits for what.
    pub(crate) fn is_stuck(&self) -> bool {
        matches!(
            self,
            Self::SleepsForever
                | Self::NeverWoken
                | Self::TimeIsFrozen { .. }
                | Self::StepLimit { .. }
                | Self::TimeLimit { .. }
                | Self::WallLimit {
                    by_itself: true,
                    ..
                }
        )
    }
}

impl Stopped {
    pub(crate) fn new(
        verdict: Verdict,
        at: Instant,
        standstill: Standstill,
        failures: Vec<Failure>,
        inbox: &Arc<Inbox>,
    ) -> Self {
        let order = match &verdict {
            Verdict::Panicked(text) => text.order(),
            _ => World::try_with(|world| world.ticket()),
        };
        Self(Box::new(Report {
            verdict,
            subject: "the body".to_owned(),
            subject_site: None,
            at,
            standstill,
            failures,
            after: Vec::new(),
            causes: Vec::new(),
            stranger: inbox.stranger(),
            inbox: Arc::clone(inbox),
            order,
            is_brief: false,
            trace: inbox.tell_trace(),
        }))
    }

    /// It is what the test is to end with: its text will be looked at, but not read.
    pub(crate) fn shorten(&mut self) {
        self.0.is_brief = true;
    }

    /// The report of a world that came to its end with panics that nobody was told of, if there are any.
    pub(crate) fn after(
        failures: Vec<Failure>,
        at: Instant,
        inbox: &Arc<Inbox>,
    ) -> Result<(), Self> {
        if failures.is_empty() {
            return Ok(());
        }
        Err(Self::new(
            Verdict::BackgroundTaskFailed,
            at,
            Standstill::default(),
            failures,
            inbox,
        ))
    }

    /// Nothing in the world could wake the body any more: it would have slept for ever.
    ///
    /// True as well where the body had kept no waker at all ([`is_never_woken`](Self::is_never_woken)).
    pub fn is_sleep_forever(&self) -> bool {
        matches!(self.0.verdict, Verdict::SleepsForever | Verdict::NeverWoken)
    }

    /// The body was pending and no waker of it was alive.
    pub fn is_never_woken(&self) -> bool {
        matches!(self.0.verdict, Verdict::NeverWoken)
    }

    /// A task that nobody had woken was finished when it was polled once more: what it waited for has lost a wake-up. Also a
    /// [`is_sleep_forever`](Self::is_sleep_forever).
    pub fn is_lost_wake_up(&self) -> bool {
        self.is_sleep_forever() && self.0.lost_wake_up().is_some()
    }

    /// Everything waited for a clock that somebody must move: it is manual, or frozen.
    pub fn is_time_frozen(&self) -> bool {
        matches!(self.0.verdict, Verdict::TimeIsFrozen { .. })
    }

    /// A task panicked and nobody was left to await it. Also true if that came before another verdict, a hang say.
    pub fn is_background_failure(&self) -> bool {
        matches!(self.0.verdict, Verdict::BackgroundTaskFailed) || !self.0.failures.is_empty()
    }

    /// The tasks went on and on within one instant.
    pub fn is_livelock(&self) -> bool {
        matches!(self.0.verdict, Verdict::Livelock { .. })
    }

    /// The clock went on and on, and the body was never polled.
    pub fn is_step_limit(&self) -> bool {
        matches!(self.0.verdict, Verdict::StepLimit { .. })
    }

    /// The virtual time limit was reached.
    pub fn is_time_limit(&self) -> bool {
        matches!(self.0.verdict, Verdict::TimeLimit { .. })
    }

    /// When it stopped.
    pub fn now(&self) -> Instant {
        self.0.at
    }

    /// The tasks that get nowhere, if the verdict is about that.
    pub(crate) fn stuck(&mut self) -> Option<&mut Vec<StuckTask>> {
        let verdict = &self.0.verdict;
        let is_about = verdict.is_stuck() || matches!(verdict, Verdict::Livelock { .. });
        is_about.then_some(&mut self.0.standstill.tasks)
    }

    /// The tasks that the report tells of, by number.
    pub(crate) fn stuck_ids(&self) -> Vec<u32> {
        let tasks = self.0.standstill.tasks.iter();
        tasks.map(|task| task.task).collect()
    }

    /// What went wrong beside the verdict.
    pub(crate) fn failures(&self) -> impl Iterator<Item = &Failure> {
        self.0.failures.iter().chain(&self.0.after)
    }

    /// How that is told to a teardown.
    pub(crate) fn outcome(&self) -> Outcome {
        match self.0.verdict {
            Verdict::Panicked(_) => Outcome::Panicked,
            Verdict::ReturnedError { .. } | Verdict::BackgroundTaskFailed => Outcome::Failed,
            _ => Outcome::Stuck,
        }
    }

    pub(crate) fn panic(&self) -> Option<&PanicText> {
        self.0.panic()
    }

    pub(crate) fn panic_message(&self) -> Option<&str> {
        self.panic().map(|text| text.message.as_str())
    }

    /// What is said of what went wrong by whoever it went wrong for.
    pub(crate) fn texts(&self) -> Vec<&str> {
        let report = &self.0;
        let failures = report.failures.iter().map(|failure| &failure.text.message);
        let own = match &report.verdict {
            Verdict::Panicked(text) => std::slice::from_ref(&text.message),
            Verdict::ReturnedError { chain, .. } => chain,
            _ => &[],
        };
        own.iter().chain(failures).map(String::as_str).collect()
    }

    /// These panics are passed on by one of the texts.
    pub(crate) fn led_to_by(&mut self, causes: Vec<Failure>) {
        let report = &mut *self.0;
        let is_same =
            |one: &Failure, other: &Failure| (one.task, one.what) == (other.task, other.what);
        let is_told = |cause: &Failure| report.failures.iter().any(|known| is_same(known, cause));
        report.causes = causes.into_iter().filter(|it| !is_told(it)).collect();
    }

    /// Adds what went wrong beside the verdict, and was not told of before.
    pub(crate) fn attach(&mut self, failures: Vec<Failure>) {
        let before: Vec<_> = self
            .0
            .failures
            .iter()
            // Whoever passes one on was told of it.
            .chain(&self.0.causes)
            .map(|known| (known.task, known.what))
            .collect();
        let new = failures.into_iter().filter(|failure| {
            !failure.what.is_task() || !before.contains(&(failure.task, failure.what))
        });
        let verdict = self.0.order;
        let came_first = |failure: &Failure| {
            let orders = failure.text.order().zip(verdict);
            orders.is_some_and(|(failure, verdict)| failure < verdict)
        };
        let (first, after): (Vec<_>, Vec<_>) = new.partition(came_first);
        self.0.failures.extend(first);
        self.0.after.extend(after);
    }

    /// What did not finish was no test's body but this, which stands there; or where the body does, if that says nothing.
    pub(crate) fn rename(&mut self, subject: String, site: Option<&'static Location<'static>>) {
        let bodies = self.0.standstill.tasks.iter_mut();
        for body in bodies.filter(|task| task.task == 0) {
            body.who.clone_from(&subject);
            body.site = site.unwrap_or(body.site);
        }
        self.0.subject = subject;
        self.0.subject_site = site;
    }

    /// What happened until then, as text: from here on the report is without.
    pub(crate) fn take_trace(&mut self) -> Option<String> {
        let trace = self.0.trace.take()?;
        Some(without_machine(&trace.to_string()).into_owned())
    }

    /// Whether the verdict is all that went wrong.
    pub(crate) fn is_alone(&self) -> bool {
        self.0.failures.is_empty() && self.0.after.is_empty()
    }

    /// What happened since the verdict that puts it in another light.
    pub(crate) fn late(&self) -> impl Fn() -> Option<String> + Send + 'static {
        let inbox = Arc::clone(&self.0.inbox);
        // A wake sheds no light on a test that panicked, or returned an error.
        let verdict = &self.0.verdict;
        let counts = verdict.is_stuck() || matches!(verdict, Verdict::WallLimit { .. });
        move || {
            inbox
                .late()
                .filter(|_| counts)
                .map(|stranger| late(&stranger))
        }
    }
}

impl Report {
    fn panic(&self) -> Option<&PanicText> {
        match &self.verdict {
            Verdict::Panicked(text) => Some(text),
            _ => None,
        }
    }

    /// The first task that was ready though nobody had woken it. A wake that came since then might have been its.
    fn lost_wake_up(&self) -> Option<&StuckTask> {
        let mut tasks = self.standstill.tasks.iter();
        let task = tasks.find(|task| task.again.is_lost_wake_up());
        task.filter(|_| self.inbox.late().is_none())
    }
}

impl std::error::Error for Stopped {}

impl fmt::Debug for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn late(stranger: &Stranger) -> String {
    format!(
        "after this verdict {stranger}: hold an `event_loop.external()` guard for as long as it may"
    )
}
