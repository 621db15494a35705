//! The one place where a report becomes text. Nothing in it differs between two runs of one binary.

mod causes;
mod cures;
mod facts;
mod failure;
mod heartbeats;
mod held;
mod holders;
#[cfg_attr(not(feature = "net"), path = "text/without_network.rs")]
mod network;
mod repeated;
mod tasks;
mod unseen;
mod untouched;
mod wait;
mod wakes;
mod wall_limit;

pub(super) use self::cures::told as cures;
pub(super) use self::holders::{is_by_use, is_deadly};
pub(super) use self::tasks::{cycles, waits_of};

use std::fmt;
use std::panic::Location;

use super::{Next, Report, Stopped, Verdict, late};
use crate::core::net::Upcoming;
use crate::ending::passed_on;
#[cfg(feature = "tokio")]
use crate::executor::FOREIGN;
use crate::executor::{Busy, StuckTask, Unread};
use crate::frames::{is_ours, without_machine};
use crate::time::Instant;

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Places in dependencies are wherever the machine keeps these.
        f.write_str(&without_machine(&Whole(&self.0).to_string()))
    }
}

/// A report, with places as the compiler knows them.
struct Whole<'a>(&'a Report);

impl fmt::Display for Whole<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = self.0;
        // In the order of time: what failed first is the likely cause of the rest.
        for (place, failure) in report.failures.iter().enumerate() {
            let link = if place > 0 { "\nand " } else { "" };
            write!(f, "{link}{failure}")?;
        }
        if !matches!(report.verdict, Verdict::BackgroundTaskFailed) {
            if !report.failures.is_empty() {
                f.write_str("\nafter that: ")?;
            }
            report.write_verdict(f)?;
        }
        if !report.is_brief {
            causes::write(f, &report.causes, report.panic())?;
        }
        report.write_tasks(f)?;
        for failure in &report.after {
            write!(f, "\nand {failure}")?;
        }
        if let Some(stranger) = &report.stranger {
            write!(
                f,
                "\n  something real is in here: {stranger} and had not been announced; hold an \
                 `event_loop.external()` guard for as long as it may"
            )?;
        }
        match report.inbox.late() {
            Some(stranger) if report.verdict.is_stuck() => write!(f, "\n  {}", late(&stranger))?,
            _ => {}
        }
        match &report.trace {
            Some(trace) => write!(f, "\n{trace}"),
            None => Ok(()),
        }
    }
}

/// In what a task waits, if that is known: lines as under its name, each after a line break.
pub(crate) fn asleep(task: &StuckTask) -> Option<String> {
    let is_known = !task.stacks.chains().is_empty();
    is_known.then(|| tasks::Told(task).to_string())
}

/// The words for the next thing that happens on the network, then.
pub(super) fn upcoming(at: Instant, upcoming: &Upcoming) -> String {
    struct Soon<'a>(Instant, &'a Upcoming);
    impl fmt::Display for Soon<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            network::write_upcoming(f, self.0, self.1)
        }
    }
    Soon(at, upcoming).to_string()
}

/// Of one task more waits than this are counted, not listed.
const WAITS: usize = 10;

impl Report {
    fn write_verdict(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, subject, .. } = self;
        match &self.verdict {
            Verdict::SleepsForever | Verdict::NeverWoken if self.lost_wake_up().is_some() => {
                self.write_lost_wake_up(f)
            }
            Verdict::SleepsForever => write!(
                f,
                "sleeps forever: at {at:?} nothing in this world can wake {subject}"
            ),
            Verdict::NeverWoken => write!(
                f,
                "never woken: at {at:?} {subject} waits and no waker of it is alive, so nothing can ever wake it"
            ),
            Verdict::TimeIsFrozen {
                manual,
                at: next,
                what,
            } => {
                let (why, cure) = if *manual {
                    ("the clock is manual", "or leave out `clock = \"manual\"`")
                } else {
                    ("a `freeze` guard holds the clock", "or drop the guard")
                };
                write!(
                    f,
                    "time is frozen: at {at:?} everything waits and {why}\n  "
                )?;
                match what {
                    Next::Deadline(site) => {
                        write!(f, "the next deadline is {next:?}, set at {site}")?;
                    }
                    #[cfg(feature = "tokio")]
                    Next::Foreign => write!(f, "a timer of tokio's is set, for {next:?} or later")?,
                    Next::Network(upcoming) => network::write_upcoming(f, *next, upcoming)?,
                }
                write!(
                    f,
                    "\n  move the clock with `event_loop.advance(…).await`, {cure}"
                )
            }
            Verdict::Panicked(text) => {
                write!(f, "{text}\n  in {subject}, at {at:?}")?;
                if self.is_brief {
                    return Ok(());
                }
                text.write_steps(f, self.subject_site)
            }
            Verdict::ReturnedError { chain, passed_on } => {
                write!(f, "returned an error at {at:?}")?;
                let mut lead = ": ";
                for error in chain {
                    write!(f, "{lead}{error}")?;
                    lead = "\n  caused by: ";
                }
                f.write_str(&passed_on::told(*passed_on))
            }
            Verdict::BackgroundTaskFailed => Ok(()),
            Verdict::Livelock { polls, busiest } => self.write_livelock(f, *polls, busiest),
            Verdict::StepLimit {
                steps,
                around: true,
            } => write!(
                f,
                "step limit: the clock moved {steps} times, to {at:?}, for the loop around this alone: {subject} waits, and nothing \
                 of its own is left that could wake it; if that is meant, raise `step_limit`"
            ),
            Verdict::StepLimit {
                steps,
                around: false,
            } => write!(
                f,
                "step limit: the clock moved {steps} times, to {at:?}, and not once was {subject} polled; if that is \
                 meant, raise `step_limit`"
            ),
            Verdict::TimeLimit { limit } => {
                write!(
                    f,
                    "time limit: not finished after {limit:?} of virtual time"
                )
            }
            Verdict::WallLimit {
                limit,
                doing,
                panics,
                ..
            } => self.write_wall_limit(f, *limit, doing, panics),
        }
    }

    fn write_livelock(
        &self,
        f: &mut fmt::Formatter<'_>,
        polls: u64,
        busiest: &[Busy],
    ) -> fmt::Result {
        write!(
            f,
            "livelock: {polls} polls at {:?}, and the clock never got to move; if that is meant, raise \
             `poll_budget`",
            self.at
        )?;
        let total: u64 = busiest.iter().map(|busy| busy.polls).sum();
        for busy in busiest {
            let (who, polls) = (&busy.who, busy.polls);
            write!(f, "\n  {polls} of the last {total} were of {who}")?;
            if let Some(site) = busy.site {
                write!(f, ", {}", place(busy.task, site))?;
            }
            tasks::write_round(f, busy.task, &self.standstill.tasks)?;
        }
        Ok(())
    }

    fn write_lost_wake_up(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let who = self.lost_wake_up().map(|task| &*task.who);
        let (at, who) = (&self.at, who.unwrap_or_default());
        write!(
            f,
            "lost wake-up: at {at:?} everything waits, and yet {who} went on when it was polled once more; whatever it waited \
             for did not wake it"
        )
    }

    /// Who is finished, perhaps with an error that nobody has seen.
    fn write_unread(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unread = &self.standstill.unread;
        for (who, site, what) in unread.iter().take(UNREAD) {
            write!(f, "\n  {who}, spawned at {site}, has finished")?;
            match what {
                Unread::Error(error) => {
                    write!(f, " with an error that nobody has read: {error}")?;
                }
                Unread::Result => {
                    f.write_str("; its result, which may be an error, was not read")?;
                }
                Unread::Value => f.write_str(", and nobody has awaited that")?,
            }
        }
        match unread.len().saturating_sub(UNREAD) {
            0 => Ok(()),
            more => write!(f, "\n  and so have {more} more"),
        }
    }

    fn write_tasks(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(heartbeats) = self
            .standstill
            .heartbeats
            .as_ref()
            .filter(|_| self.is_driven())
        {
            write!(f, "\n  {heartbeats}")?;
            untouched::write(f, heartbeats, &self.standstill.tasks)?;
        }
        self.write_kept_busy(f)?;
        if matches!(self.verdict, Verdict::Livelock { .. }) {
            return Ok(());
        }
        tasks::write(f, &self.standstill.tasks, self.at)?;
        self.write_unread(f)?;
        match self.standstill.around {
            0 => {}
            1 => f.write_str("\n  and 1 task of the loop around it")?,
            count => write!(f, "\n  and {count} tasks of the loop around it")?,
        }
        self.write_unseen(f)?;
        for fault in &self.standstill.faults {
            write!(f, "\n  {fault} has fired")?;
        }
        cures::write(f, &self.standstill.tasks)?;
        #[cfg(feature = "tokio")]
        if matches!(self.verdict, Verdict::SleepsForever) && self.standstill.foreign.is_some() {
            f.write_str(
                "\n  no timer of tokio's is set; whether another thread will wake a tokio task cannot be seen",
            )?;
        }
        if matches!(self.verdict, Verdict::SleepsForever) {
            f.write_str(
                "\n  no task is ready, no deadline is set, no packet is under way, no blocking job is out, and no outside \
                 wake was announced (`event_loop.external()` does)",
            )?;
        }
        holders::write_notes(f, &self.standstill.tasks, self.has_unseen_tasks())
    }
}

/// More results that nobody has read are counted.
const UNREAD: usize = 3;

/// Where a task stands in the source: tasks were spawned, the body simply is there.
fn place(task: u32, site: &Location<'_>) -> String {
    if is_foreign(task) {
        "where it was spawned tokio does not tell".to_owned()
    } else if task == 0 {
        format!("at {site}")
    } else {
        format!("spawned {}", whence(site))
    }
}

/// Where in the user's source something was done, or that it was done by a library.
fn whence(site: &Location<'_>) -> String {
    if !is_ours(site) {
        return format!("at {site}");
    }
    // Which file of ours that is helps nobody; whoever has a name bears his own.
    let is_hyper = site.file().contains("hyper");
    format!("by {}", if is_hyper { "hyper" } else { "solipsism" })
}

/// Whether this is a task of a host.
#[cfg(feature = "tokio")]
fn is_foreign(task: u32) -> bool {
    task >= FOREIGN
}

#[cfg(not(feature = "tokio"))]
fn is_foreign(_: u32) -> bool {
    false
}
