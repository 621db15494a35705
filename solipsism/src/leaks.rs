#![doc = include_str!("../docs/leaks.md")]

mod allowed;
mod grouping;
mod kinds;
mod text;

use std::error::Error;
use std::fmt;
use std::panic::Location;

#[doc(hidden)]
pub use allowed::AllowLeak;
pub(crate) use allowed::Check;
pub use allowed::Policy;
pub use kinds::{Kind, Kinds};

use crate::executor::StuckTask;
use crate::time::Instant;

/// What was left behind, causes before what follows from them. Its `Display` is the report.
///
/// # Examples
///
/// ```
/// use solipsism::{EventLoop, leaks::{Kind, Kinds}};
///
/// EventLoop::new().run(async {
///     let event_loop = EventLoop::current();
///     let task = solipsism::spawn(std::future::pending::<()>());
///     event_loop.settle().await;
///     let leaks = event_loop.check(Kinds::ALL).unwrap_err();
///     let leak = leaks.iter().next().unwrap();
///     assert_eq!((leak.kind(), leak.count()), (Kind::Tasks, 1));
///     assert!(leaks.to_string().contains("1 task is still alive: spawned at "));
///
///     task.abort();
///     event_loop.settle().await;
///     assert!(event_loop.check(Kinds::ALL).is_ok());
/// }).unwrap();
/// ```
#[derive(Clone)]
pub struct Leaks {
    at: Instant,
    /// Whether the test was over.
    is_over: bool,
    groups: Vec<Leak>,
}

/// Things that are alike and were left behind: of one kind, made at one place, in one state.
#[derive(Clone)]
pub struct Leak {
    pub(crate) kind: Kind,
    /// One of them: "task", "TCP stream".
    pub(crate) noun: &'static str,
    /// What tells it from others: "`heartbeat`", "to 10.0.0.1:80 (db.internal)".
    pub(crate) about: String,
    /// Whether that is of one of them, and not of all.
    pub(crate) is_various: bool,
    /// Of a task that has one.
    pub(crate) name: Option<Box<str>>,
    pub(crate) type_name: &'static str,
    pub(crate) state: State,
    pub(crate) count: usize,
    /// The first and the last.
    pub(crate) since: [Instant; 2],
    pub(crate) created: Option<&'static Location<'static>>,
    /// Bytes, datagrams or connections that nobody has taken, of all of them.
    pub(crate) untaken: usize,
    /// The task that used it last, as far as anybody knows.
    pub(crate) user: Option<u32>,
    /// Of tasks: their numbers.
    pub(crate) numbers: Vec<u32>,
    /// In what they waited, of tasks of which that was looked for.
    pub(crate) asleep: Vec<StuckTask>,
    /// What goes with it: what it held when it was dropped.
    pub(crate) holds: Vec<Leak>,
}

/// What is to be said of it besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum State {
    /// Of a task: somebody has a waker of it. Of all else: a handle of it is somewhere.
    Plain,
    /// No waker of the task is alive.
    NeverWoken,
    /// It waits for the end of what is told before it.
    Waits,
    /// A destructor spawned it while everything was dropped.
    Born,
    /// The same, and so did its own destructor, and that one's, and so on.
    Undying,
}

impl Leaks {
    /// Each group of them.
    pub fn iter(&self) -> impl Iterator<Item = &Leak> {
        self.groups.iter()
    }

    /// When that was seen.
    pub fn now(&self) -> Instant {
        self.at
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// A line for each under the report of a failure, which tells of these tasks already.
    pub(crate) fn remarks(&self, told: &[u32]) -> Vec<String> {
        let untold = self.groups.iter().filter_map(|leak| leak.without(told));
        untold
            .map(|leak| {
                format!(
                    "left behind, perhaps since it failed: {}",
                    leak.told_whole()
                )
            })
            .collect()
    }

    /// A line for each.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.groups
            .iter()
            .map(|leak| leak.line(self.is_over))
            .collect()
    }
}

impl Leak {
    /// Of what kind.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// How many.
    pub fn count(&self) -> usize {
        self.count
    }

    /// When the first of them was made.
    pub fn since(&self) -> Instant {
        self.since[0]
    }

    /// Where they were made, if that is known: tokio does not tell.
    pub fn created(&self) -> Option<&'static Location<'static>> {
        self.created
    }

    /// What they had, and left behind with themselves: timers, streams, the handles of other tasks.
    pub fn holds(&self) -> impl Iterator<Item = &Leak> {
        self.holds.iter()
    }
}

impl Leak {
    /// The same but for these tasks, if anything is left then.
    fn without(&self, told: &[u32]) -> Option<Self> {
        let mut rest = self.clone();
        rest.numbers.retain(|number| !told.contains(number));
        rest.count -= self.numbers.len() - rest.numbers.len();
        (rest.count > 0).then_some(rest)
    }
}

impl Error for Leaks {}

impl fmt::Debug for Leaks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for Leak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line(true))
    }
}
