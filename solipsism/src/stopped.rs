//! Why a run stopped before its body was finished: plain data first, then the one place where it becomes text.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use crate::executor::{Failure, Header, Inbox, Lost, Standing, StuckTask, Wait};
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
    at: Instant,
    /// Where the verdict is about standing still: who stands.
    tasks: Vec<StuckTask>,
    failures: Vec<Failure>,
    stranger: Option<String>,
    inbox: Arc<Inbox>,
}

/// What ended a run.
pub(crate) enum Verdict {
    SleepsForever,
    /// The body is pending and no waker of it is alive.
    NeverWoken,
    TimeIsFrozen {
        manual: bool,
        next: Instant,
        site: &'static Location<'static>,
    },
    Panicked(PanicText),
    /// The error and its sources.
    ReturnedError(Vec<String>),
    BackgroundTaskFailed,
    Livelock {
        polls: u64,
        /// Over the last polls: who, and how often.
        busiest: Vec<(String, u64)>,
    },
    StepLimit {
        steps: u64,
    },
    TimeLimit {
        limit: Instant,
    },
    WallLimit {
        limit: Duration,
        /// Whose poll has not returned.
        polling: Option<Arc<Header>>,
    },
}

impl Verdict {
    /// Whether the world stands still, or might as well: then the report lists who waits for what.
    pub(crate) fn is_stuck(&self) -> bool {
        matches!(
            self,
            Self::SleepsForever
                | Self::NeverWoken
                | Self::TimeIsFrozen { .. }
                | Self::StepLimit { .. }
                | Self::TimeLimit { .. }
        )
    }
}

impl Stopped {
    pub(crate) fn new(
        verdict: Verdict,
        at: Instant,
        tasks: Vec<StuckTask>,
        failures: Vec<Failure>,
        inbox: &Arc<Inbox>,
    ) -> Self {
        Self(Box::new(Report {
            verdict,
            at,
            tasks,
            failures,
            stranger: inbox.stranger(),
            inbox: Arc::clone(inbox),
        }))
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
            Vec::new(),
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

    pub(crate) fn panic_message(&self) -> Option<&str> {
        match &self.0.verdict {
            Verdict::Panicked(text) => Some(&text.message),
            _ => None,
        }
    }

    /// Adds what went wrong after the verdict.
    pub(crate) fn attach(&mut self, failures: Vec<Failure>) {
        let known: Vec<_> = self
            .0
            .failures
            .iter()
            .map(|known| (known.task, known.what))
            .collect();
        let new = failures.into_iter().filter(|failure| {
            failure.what != Lost::Task || !known.contains(&(failure.task, failure.what))
        });
        self.0.failures.extend(new);
    }

    /// What happened since the verdict that puts it in another light.
    pub(crate) fn late(&self) -> impl Fn() -> Option<String> + Send + 'static {
        let inbox = Arc::clone(&self.0.inbox);
        move || inbox.late().map(|thread| late(&thread))
    }
}

impl std::error::Error for Stopped {}

impl fmt::Debug for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = &*self.0;
        // A panic that came first is what the world stands still for.
        let mut failures = report.failures.iter();
        if report.verdict.is_stuck() || matches!(report.verdict, Verdict::BackgroundTaskFailed) {
            for (place, failure) in failures.by_ref().enumerate() {
                let new_line = if place > 0 { "\nand " } else { "" };
                write!(f, "{new_line}{failure}")?;
            }
            if report.verdict.is_stuck() && !report.failures.is_empty() {
                f.write_str("\nafter that it ")?;
            }
        }
        report.write_verdict(f)?;
        report.write_tasks(f)?;
        for failure in failures {
            write!(f, "\nand {failure}")?;
        }
        if let Some(thread) = &report.stranger {
            write!(
                f,
                "\n  something real is in here: thread `{thread}` woke a task and had not been announced; hold an \
                 `event_loop.external()` guard for as long as it may"
            )?;
        }
        match report.inbox.late() {
            Some(thread) if report.verdict.is_stuck() => write!(f, "\n  {}", late(&thread)),
            _ => Ok(()),
        }
    }
}

fn late(thread: &str) -> String {
    format!(
        "after this verdict thread `{thread}` woke a task: hold an `event_loop.external()` guard for as long as it may"
    )
}

/// More tasks than this are counted, not listed: who is stuck for a reason of its own is among the first.
const LISTED: usize = 40;

impl Report {
    fn write_verdict(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at;
        match &self.verdict {
            Verdict::SleepsForever => write!(
                f,
                "sleeps forever: at {at:?} nothing in this world can wake the body"
            ),
            Verdict::NeverWoken => write!(
                f,
                "never woken: at {at:?} the body waits and no waker of it is alive, so nothing can ever wake it"
            ),
            Verdict::TimeIsFrozen { manual, next, site } => {
                let (why, cure) = if *manual {
                    ("the clock is manual", "or leave out `clock = \"manual\"`")
                } else {
                    ("a `freeze` guard holds the clock", "or drop the guard")
                };
                write!(
                    f,
                    "time is frozen: at {at:?} everything waits and {why}\n  the next deadline is {next:?}, set at \
                     {site}\n  move the clock with `event_loop.advance(…).await`, {cure}"
                )
            }
            Verdict::Panicked(text) => write!(f, "{text}\n  in the body, at {at:?}"),
            Verdict::ReturnedError(chain) => {
                write!(f, "returned an error at {at:?}: ")?;
                f.write_str(&chain.join("\n  caused by: "))
            }
            Verdict::BackgroundTaskFailed => Ok(()),
            Verdict::Livelock { polls, busiest } => {
                write!(
                    f,
                    "livelock: {polls} polls at {at:?}, and the clock never got to move"
                )?;
                let total: u64 = busiest.iter().map(|(_, polls)| polls).sum();
                for (who, polls) in busiest {
                    write!(f, "\n  {polls} of the last {total} were of {who}")?;
                }
                Ok(())
            }
            Verdict::StepLimit { steps } => write!(
                f,
                "step limit: the clock moved {steps} times, to {at:?}, and not once was the body polled"
            ),
            Verdict::TimeLimit { limit } => {
                write!(
                    f,
                    "time limit: not finished after {limit:?} of virtual time"
                )
            }
            Verdict::WallLimit { limit, polling } => {
                write!(
                    f,
                    "wall limit: not finished after {limit:?} of real time, at {at:?}\n  "
                )?;
                match polling {
                    Some(task) => {
                        let place = place(task.key.id, task.site);
                        write!(f, "stuck inside one poll of {task}, {place}")
                    }
                    None => f.write_str("no task was being polled: it waited for something real"),
                }
            }
        }
    }

    fn write_tasks(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (background, foreground): (Vec<_>, Vec<_>) =
            self.tasks.iter().partition(|task| task.is_background);
        for task in foreground.iter().chain(&background).take(LISTED) {
            write!(f, "\n{task}")?;
        }
        if self.tasks.len() > LISTED {
            write!(f, "\n  and {} more tasks", self.tasks.len() - LISTED)?;
        }
        if matches!(self.verdict, Verdict::SleepsForever) {
            f.write_str(
                "\n  no task is ready, no deadline is set, no blocking job is out, no outside wake was announced",
            )?;
        }
        Ok(())
    }
}

/// Where a task stands in the source: tasks were spawned, the body simply is there.
fn place(task: u32, site: &Location<'_>) -> String {
    if task == 0 {
        format!("at {site}")
    } else {
        format!("spawned at {site}")
    }
}

impl fmt::Display for StuckTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let background = if self.is_background {
            ", in the background"
        } else {
            ""
        };
        write!(
            f,
            "  {}, {}{background}",
            self.who,
            place(self.task, self.site)
        )?;
        for wait in &self.waits {
            write!(f, "\n    {wait}")?;
        }
        if self.waits.is_empty() {
            f.write_str(match self.standing {
                Standing::Ready => "\n    is ready to run",
                Standing::Waiting => {
                    "\n    waits for something that is not solipsism's: a channel, a lock, a future of another crate"
                }
                Standing::NeverWoken => "\n    kept no waker: nothing can ever wake it",
            })?;
        }
        Ok(())
    }
}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deadline { at, site } => write!(f, "waits until {at:?}, set at {site}"),
            Self::Never { site } => write!(f, "waits past the end of time, set at {site}"),
            Self::Task { who } => write!(f, "waits for {who} to finish"),
            Self::Job { site } => write!(f, "waits for the blocking job submitted at {site}"),
            Self::Settle => f.write_str("waits in `settle` for every other task to block"),
            Self::Advance { to } => write!(f, "waits in `advance` for the clock to reach {to:?}"),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = place(self.task, self.site);
        match self.what {
            Lost::Task => {
                let at = self
                    .text
                    .at
                    .map(|at| format!(" at {at:?}"))
                    .unwrap_or_default();
                write!(
                    f,
                    "background task failed{at}: {}, {place}, {}",
                    self.who, self.text
                )
            }
            Lost::Destructor => write!(
                f,
                "destructor failed: while {}, {place}, was dropped, something in it {}",
                self.who, self.text
            ),
            Lost::Job => write!(
                f,
                "blocking job failed: submitted at {} by a task that was aborted, it {}",
                self.site, self.text
            ),
        }
    }
}
