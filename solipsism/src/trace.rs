//! What happened in a world, event by event in virtual time: a trace, as plain data.
//!
//! Nothing is recorded unless somebody asks: `--trace` and `SOLIPSISM_TRACE` on behalf of every test, whose report it is then a
//! part of, [`Builder::trace`](crate::Builder::trace) for a loop of one's own, and
//! [`EventLoop::start_trace`](crate::EventLoop::start_trace) from within. The last events are kept, as many as was asked for;
//! [`EventLoop::trace`](crate::EventLoop::trace) gives them.
//!
//! Times are those of the clock that a task sees, which in a [child loop](crate::ChildLoop) may be ahead.
//!
//! Timers that are dropped or set anew before they fire are no events: each `timeout` that is won drops one. Polls are none either:
//! a task runs at the instant at which it was woken. Whoever is woken twice before its turn is woken once.
//!
//! # Examples
//!
//! ```
//! use solipsism::EventLoop;
//! use solipsism::time::{Duration, sleep};
//!
//! let event_loop = EventLoop::builder().trace(100).build();
//! event_loop.run(async {
//!     let task = solipsism::spawn(async { sleep(Duration::from_secs(5)).await });
//!     task.await.unwrap();
//! }).unwrap();
//! let told: Vec<String> = event_loop.trace().iter().map(ToString::to_string).collect();
//! assert!(told[0].starts_with("0ns the body spawns task 1, at "));
//! assert!(told[1].starts_with("0ns task 1 sets a deadline for 5s, at "));
//! assert!(told[2].starts_with("5s task 1 is woken by a deadline, set at "));
//! assert_eq!(told[3], "5s task 1 finishes");
//! assert_eq!(told[4], "5s the body is woken by the end of task 1");
//! ```

use std::fmt;
use std::panic::Location;
use std::time::Duration;

#[cfg(feature = "net")]
pub use crate::core::net::{NetEvent, Preview};
use crate::task::Id;
use crate::time::Instant;

/// Something that happened. Its `Display` is a line: `5s task 1 finishes`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event {
    /// When, by the clock of the loop in which the task runs, or of the outermost one where none had a part in it.
    pub at: Instant,
    /// The task that did it, or to which it was done; `None` if none had a part in it, as where a packet arrives.
    pub task: Option<Task>,
    /// What.
    pub kind: Kind,
}

/// A task, as reports name it: `the body`, `task 3` or ``task 3 `name` ``.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    id: Option<Id>,
    name: Option<String>,
}

impl Task {
    pub(crate) fn new(id: u32, name: Option<String>) -> Self {
        Self {
            id: Some(Id(id)),
            name,
        }
    }

    #[cfg(feature = "tokio")]
    pub(crate) const FOREIGN: Self = Self {
        id: None,
        name: None,
    };

    /// Which it is; `None` of a task of tokio's, whose numbers differ from run to run.
    pub fn id(&self) -> Option<Id> {
        self.id
    }

    /// What it was named, if it was.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// The task spawned another.
    #[non_exhaustive]
    Spawns {
        /// The other.
        task: Task,
        /// Where.
        site: &'static Location<'static>,
    },
    /// The task, which slept, was woken.
    #[non_exhaustive]
    Woken {
        /// By whom.
        by: Cause,
    },
    /// The task ran to its end.
    Finishes,
    /// The task panicked.
    #[non_exhaustive]
    Panics {
        /// What was passed to `panic!`.
        message: String,
    },
    /// The task was dropped before its end: it was aborted, its host crashed, or its loop ended.
    Cancelled,
    /// The task began to wait for an instant.
    #[non_exhaustive]
    SetsDeadline {
        /// The instant.
        at: Instant,
        /// Where.
        site: &'static Location<'static>,
    },
    /// The task sent blocking work out.
    #[non_exhaustive]
    Submits {
        /// Where.
        site: &'static Location<'static>,
    },
    /// The task began to move the clock.
    #[non_exhaustive]
    Advances {
        /// To there.
        to: Instant,
        /// Where.
        site: &'static Location<'static>,
    },
    /// The task put the clock of a child loop ahead: see [`ChildLoop::advance_local`](crate::ChildLoop::advance_local).
    #[non_exhaustive]
    Shifts {
        /// By so much.
        by: Duration,
    },
    /// Something happened on the network.
    #[cfg(feature = "net")]
    Net(NetEvent),
    /// The task ordered a fault of the network, or its end: `cuts the links between localhost and db.internal`.
    #[non_exhaustive]
    Orders {
        /// What, in words.
        what: String,
    },
    /// The test printed a line, as far as that is known: not where it prints to where the run does, as under libtest.
    #[non_exhaustive]
    Prints {
        /// The line, cut where it is very long.
        line: String,
    },
    /// The task made a record with `tracing`. Needs the feature `tracing`.
    #[non_exhaustive]
    Logs {
        /// Its level: `INFO`.
        level: &'static str,
        /// Its target, which is a module unless it says otherwise.
        target: String,
        /// Its message and its fields.
        text: String,
    },
}

/// What woke a task.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// Another task, or itself, by what it did.
    Task(Task),
    /// The end of a task for which it waited.
    End(Task),
    /// A deadline.
    Deadline {
        /// Where it was set, if that is known.
        site: Option<&'static Location<'static>>,
    },
    /// What arrived from a link that takes time, or that a connect is refused.
    Network,
    /// The result of blocking work.
    Job,
    /// The clock: an `advance` or a `settle` was at its end.
    Clock,
    /// Something outside of the loop: another thread.
    Outside,
    /// The runtime of tokio that hosts the world: a timer of tokio's, say.
    Host,
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {}", self.at, self.clause())
    }
}

impl Event {
    /// All but the instant.
    pub(crate) fn clause(&self) -> Clause<'_> {
        Clause(self)
    }
}

/// What happened, with who did it.
pub(crate) struct Clause<'a>(&'a Event);

impl fmt::Display for Clause<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(event) = self;
        let has_subject = match &event.kind {
            #[cfg(feature = "net")]
            Kind::Net(deed) => deed.has_subject(),
            _ => true,
        };
        match (&event.task, has_subject) {
            (Some(task), true) => write!(f, "{task} ")?,
            // A thread beside the loop, or what runs between polls.
            (None, true) => f.write_str("somebody ")?,
            (_, false) => {}
        }
        event.kind.fmt(f)
    }
}

/// As a clause whose subject is the task, if there is one.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Spawns { task, site } => write!(f, "spawns {task}, at {site}"),
            Self::Woken { by } => write!(f, "is woken by {by}"),
            Self::Finishes => f.write_str("finishes"),
            Self::Panics { message } => write!(f, "panics: {}", one_line(message)),
            Self::Cancelled => f.write_str("is dropped before its end"),
            Self::SetsDeadline { at, site } => write!(f, "sets a deadline for {at:?}, at {site}"),
            Self::Submits { site } => write!(f, "sends a blocking job out, at {site}"),
            Self::Advances { to, site } => write!(f, "advances the clock to {to:?}, at {site}"),
            Self::Shifts { by } => write!(f, "puts the clock of a child loop {by:?} ahead"),
            #[cfg(feature = "net")]
            Self::Net(event) => event.fmt(f),
            Self::Orders { what } => f.write_str(what),
            Self::Prints { line } => write!(f, "prints: {}", one_line(line)),
            Self::Logs {
                level,
                target,
                text,
            } => write!(f, "logs: {level} {target}: {}", one_line(text)),
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Task(task) => task.fmt(f),
            Self::End(task) => write!(f, "the end of {task}"),
            Self::Deadline { site: Some(site) } => write!(f, "a deadline, set at {site}"),
            Self::Deadline { site: None } => f.write_str("a deadline"),
            Self::Network => f.write_str("the network"),
            Self::Job => f.write_str("the result of a blocking job"),
            Self::Clock => f.write_str("the clock"),
            Self::Outside => f.write_str("something outside of the loop"),
            Self::Host => f.write_str("the tokio runtime"),
        }
    }
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.name, self.id) {
            (_, None) => f.write_str("a tokio task"),
            (_, Some(Id(0))) => f.write_str("the body"),
            (None, Some(id)) => write!(f, "task {id}"),
            (Some(name), Some(id)) => write!(f, "task {id} `{name}`"),
        }
    }
}

/// An event is a line, whatever it tells of, and does no harm to a terminal.
fn one_line(text: &str) -> String {
    let mut lines = text.lines();
    let mut line = String::new();
    for character in lines.next().unwrap_or_default().chars() {
        if character.is_control() && character != '\t' {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
    }
    if lines.next().is_some() {
        line += " …";
    }
    line
}
