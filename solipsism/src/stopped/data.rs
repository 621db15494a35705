//! A report as data for tools: what `text` makes words of, under names that stay. They are documented in `docs/reports.md`.

mod tasks;

use std::panic::Location;
use std::time::Duration;

use solipsism_harness::{Data, Object};

use super::text::{cures, cycles, is_by_use, is_deadly, upcoming as upcoming_text};
use super::{Doing, Next, Report, Stopped, Verdict};
use crate::executor::{Failure, Heartbeats, HeldBy, Lost, StuckTask, Unread};
use crate::frames::{Step, is_ours, without_machine};
use crate::leaks::{Leak, Leaks};
use crate::panics::PanicText;
use crate::time::Instant;

impl Stopped {
    /// All of it but the words, and of a report that nobody will read its kind alone.
    pub(crate) fn data(&self) -> Object {
        let report = &self.0;
        let verdict = Object::verdict(report.kind()).with("at", since_start(report.at));
        if report.is_brief {
            return verdict;
        }
        report.data(verdict)
    }
}

impl Report {
    fn kind(&self) -> &'static str {
        match &self.verdict {
            Verdict::SleepsForever | Verdict::NeverWoken if self.lost_wake_up().is_some() => {
                "lost_wake_up"
            }
            Verdict::SleepsForever => "sleeps_forever",
            Verdict::NeverWoken => "never_woken",
            Verdict::TimeIsFrozen { .. } => "time_is_frozen",
            Verdict::Panicked(_) => "panicked",
            Verdict::ReturnedError { .. } => "returned_error",
            Verdict::BackgroundTaskFailed => "failed_in_background",
            Verdict::Livelock { .. } => "livelock",
            Verdict::StepLimit { .. } => "step_limit",
            Verdict::TimeLimit { .. } => "time_limit",
            Verdict::WallLimit { .. } => "wall_limit",
        }
    }

    fn data(&self, verdict: Object) -> Object {
        let standstill = &self.standstill;
        let tasks = &standstill.tasks;
        let unread = standstill.unread.iter().map(|(who, site, what)| {
            let (output, error) = match what {
                Unread::Error(error) => ("error", Some(text(error))),
                Unread::Result => ("result", None),
                Unread::Value => ("value", None),
            };
            let task = Object::default()
                .with("who", who.as_str())
                .with("output", output)
                .with_some("error", error);
            placed(task, site).into()
        });
        let faults = standstill
            .faults
            .iter()
            .map(|fault| text(&fault.to_string()));
        let own = verdict
            .with("subject", self.subject.as_str())
            .with_some("place", self.subject_site.map(place));
        let beats = standstill.heartbeats.as_ref();
        let beats = beats.filter(|_| self.is_driven() || self.is_kept_busy());
        let own = self
            .particulars(own)
            .with_each("panics", self.panics())
            .with_each("cycles", circles(tasks))
            .with_each("tasks", tasks.iter().map(tasks::data).collect())
            .with_each("unread_results", unread.collect())
            .with_each("faults", faults.collect())
            .with_each(
                "cures",
                cures(tasks).iter().map(|cure| text(cure)).collect(),
            )
            .with_some("heartbeats", beats.map(heartbeats))
            .with_some("out", standstill.held_by.as_ref().map(out));
        #[cfg(feature = "tokio")]
        let own = own.with_some(
            "tokio_tasks",
            standstill.foreign.as_ref().map(|foreign| foreign.alive),
        );
        let strangers = self.stranger.iter().map(ToString::to_string);
        own.with_each("outside_wakes", strangers.map(Data::from).collect())
    }

    /// What there is with this kind alone.
    fn particulars(&self, own: Object) -> Object {
        match &self.verdict {
            Verdict::SleepsForever
            | Verdict::NeverWoken
            | Verdict::Panicked(_)
            | Verdict::BackgroundTaskFailed => own,
            Verdict::TimeIsFrozen { at, what, .. } => {
                let next = Object::default().with("at", since_start(*at));
                let next = match what {
                    Next::Deadline(site) => next.with("place", place(site)),
                    Next::Network(upcoming) => {
                        next.with("what", text(&upcoming_text(*at, upcoming)))
                    }
                    #[cfg(feature = "tokio")]
                    Next::Foreign => next.with("what", "a timer of tokio's"),
                };
                own.with("next", next)
            }
            Verdict::ReturnedError { chain, passed_on } => own
                .with_each("errors", chain.iter().map(|error| text(error)).collect())
                .with_some(
                    "passed_on_at",
                    passed_on.filter(|it| it.is_sure()).map(|it| place(it.site)),
                )
                .with_some(
                    "last_passed_on_at",
                    passed_on
                        .filter(|it| !it.is_sure())
                        .map(|it| place(it.site)),
                ),
            Verdict::Livelock { polls, busiest } => {
                let busiest = busiest.iter().map(|busy| {
                    let busy_data = Object::default()
                        .with("task", busy.task)
                        .with("who", busy.who.as_str())
                        .with("polls", busy.polls)
                        .with_some("place", busy.site.map(place));
                    busy_data.into()
                });
                own.with("polls", *polls)
                    .with_each("busiest", busiest.collect())
            }
            Verdict::StepLimit { steps, .. } => own.with("steps", *steps),
            Verdict::TimeLimit { limit } => own.with("limit", since_start(*limit)),
            Verdict::WallLimit {
                limit,
                doing,
                panics,
                ..
            } => own
                .with("limit", *limit)
                .with("doing", doing.word())
                .with_some("within", doing.task())
                .with_each(
                    "panicked_before",
                    self.untold(panics).map(|panic| text(panic)).collect(),
                ),
        }
    }

    /// In the order of time, as far as that is known.
    fn panics(&self) -> Vec<Data> {
        let of_verdict = match &self.verdict {
            Verdict::Panicked(told) => {
                let whose = Object::default().with("who", self.subject.as_str());
                Some(panic(whose, told, Some(self.at), self.subject_site))
            }
            _ => None,
        };
        let causes = self.causes.iter();
        let causes = causes.map(|it| failure(it).with("passed_on", true));
        let before = causes.chain(self.failures.iter().map(failure));
        let after = self
            .after
            .iter()
            .map(|it| failure(it).with("after_verdict", true));
        let all = before.chain(of_verdict).chain(after);
        all.map(Data::from).collect()
    }
}

impl Doing {
    fn word(&self) -> &'static str {
        match self {
            Self::Running { .. } => "running",
            Self::Polling(_) => "polling",
            #[cfg(feature = "tokio")]
            Self::Spinning => "spinning",
            Self::Waiting => "waiting",
            Self::Ending => "stopped",
        }
    }

    /// The task in whose poll it is.
    fn task(&self) -> Option<String> {
        match self {
            Self::Polling(task) => Some(task.to_string()),
            _ => None,
        }
    }
}

fn failure(failure: &Failure) -> Object {
    let what = match failure.what {
        Lost::Task => "task",
        #[cfg(feature = "tokio")]
        Lost::Foreign => "tokio_task",
        Lost::Destructor => "destructor",
        Lost::Waker => "waker",
        Lost::Job => "job",
    };
    let whose = Object::default()
        .with("who", failure.who.as_str())
        .with("in", what);
    let told = panic(whose, &failure.text, failure.text.at, Some(failure.site));
    if is_ours(failure.site) {
        told
    } else {
        told.with("spawned", place(failure.site))
    }
}

fn panic(
    whose: Object,
    told: &PanicText,
    at: Option<Instant>,
    site: Option<&'static Location<'static>>,
) -> Object {
    let place = told.location.as_deref().and_then(parsed);
    whose
        .with("message", text(&told.message))
        .with_some("place", place)
        .with_some("at", at.map(since_start))
        .with_each("chain", chain(told.steps(site)))
}

fn circles(tasks: &[StuckTask]) -> Vec<Data> {
    let circles = cycles(tasks).into_iter().filter(|circle| circle.len() > 1);
    let circles = circles.map(|circle| {
        let circle: Vec<&StuckTask> = circle.into_iter().map(|at| &tasks[at]).collect();
        let numbers = circle.iter().map(|task| Data::from(task.task)).collect();
        let told = Object::default()
            .with("deadlock", is_deadly(&circle))
            .with("by_last_use", is_by_use(&circle))
            .with("tasks", Data::List(numbers));
        told.into()
    });
    circles.collect()
}

/// What keeps the clock.
fn out(held_by: &HeldBy) -> Object {
    let jobs = held_by.jobs.iter().map(|site| place(site).into());
    let wakes = held_by.guards.iter().map(|(site, who, at)| {
        let wake = Object::default()
            .with("place", place(site))
            .with("who", who.as_str());
        wake.with_some("at", at.map(since_start)).into()
    });
    let next = held_by.next.map(|(at, site)| {
        let next = Object::default().with("at", since_start(at));
        next.with("place", place(site))
    });
    Object::default()
        .with_each("jobs", jobs.collect())
        .with_each("wakes", wakes.collect())
        .with_some("next", next)
}

fn heartbeats(heartbeats: &Heartbeats) -> Object {
    let fired = heartbeats.fired.iter().map(|fired| {
        let whom = fired.whom.iter().cloned().map(Data::from).collect();
        let told = Object::default()
            .with("count", fired.count)
            .with("place", place(fired.site))
            .with_each("by", whom);
        told.into()
    });
    let turns = (heartbeats.body_turns > 0).then_some(heartbeats.body_turns);
    Object::default()
        .with("steps", heartbeats.steps)
        .with("sampled", heartbeats.sampled)
        .with_some("body_polled", turns)
        .with_each("fired", fired.collect())
}

impl Leaks {
    /// The verdict that something was left behind.
    pub(crate) fn data(&self) -> Object {
        let leaks = self.iter().map(|leak| leak.data().into());
        Object::verdict("left_something_behind")
            .with("at", since_start(self.now()))
            .with_each("leaks", leaks.collect())
    }
}

impl Leak {
    fn data(&self) -> Object {
        let holds = self.holds().map(|held| held.data().into());
        Object::default()
            .with("kind", self.kind().name())
            .with("count", self.count())
            .with("text", text(&self.told()))
            .with_some("place", self.created().map(place))
            .with("since", since_start(self.since()))
            .with_each("waits", self.asleep.iter().flat_map(tasks::waits).collect())
            .with_each("holds", holds.collect())
    }
}

/// The user's functions, innermost first.
fn chain(steps: &[Step]) -> Vec<Data> {
    let steps = steps.iter().map(|step| {
        let is_known = !step.file.is_empty();
        let told = Object::default()
            .with("function", step.function.as_str())
            .with_some("file", is_known.then(|| text(&step.file)))
            .with_some("line", is_known.then_some(step.line))
            .with_some("source", step.source.as_deref());
        told.into()
    });
    steps.collect()
}

fn placed(object: Object, site: &Location<'_>) -> Object {
    object.with("place", place(site))
}

fn place(site: &Location<'_>) -> Object {
    Object::default()
        .with("file", text(site.file()))
        .with("line", site.line())
        .with("column", site.column())
}

/// `file:line:column`; there may be colons in the path.
fn parsed(location: &str) -> Option<Object> {
    let mut parts = location.rsplitn(3, ':');
    let (column, line, file) = (parts.next()?, parts.next()?, parts.next()?);
    let (line, column): (u32, u32) = (line.parse().ok()?, column.parse().ok()?);
    let place = Object::default().with("file", text(file));
    Some(place.with("line", line).with("column", column))
}

/// Without what differs between machines.
fn text(text: &str) -> Data {
    Data::Text(without_machine(text).into_owned())
}

fn since_start(at: Instant) -> Duration {
    Duration::from_nanos(at.nanos())
}
