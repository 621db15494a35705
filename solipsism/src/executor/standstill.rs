//! What a world that stands still looks like, as plain data. `stuck` looks, and `stopped::text` makes words of it.

use std::panic::Location;

use super::finished::{Doer, Woken};
use super::heartbeats::Heartbeats;
use super::second_poll::{Again, Stacks};
use super::tasks::Unread;
use crate::core::net::{Keeper, What};
use crate::core::{NEVER, SignalNumber};
use crate::frames::Primitive;
use crate::time::Instant;

/// A world that stands still.
#[derive(Debug, Default)]
pub(crate) struct Standstill {
    pub(crate) tasks: Vec<StuckTask>,
    /// How many tasks of the loops around are not among these.
    pub(crate) around: usize,
    /// Tasks that are finished with something which nobody has read; how messages name them, and where they were spawned.
    pub(crate) unread: Vec<(String, &'static Location<'static>, Unread)>,
    /// What keeps the clock from moving, where the wall limit has come.
    pub(crate) held_by: Option<HeldBy>,
    /// What fires all the time, where the clock went on.
    pub(crate) heartbeats: Option<Heartbeats>,
    /// The faults of the network that did something and that no task's wait tells of.
    pub(crate) faults: Vec<Keeper>,
    /// Those of tokio, if that is the host.
    #[cfg(feature = "tokio")]
    pub(crate) foreign: Option<Foreign>,
}

/// What is out, and what the clock would go to.
#[derive(Clone, Debug)]
pub(crate) struct HeldBy {
    /// Where blocking jobs were submitted.
    pub(crate) jobs: Vec<&'static Location<'static>>,
    /// Where outside wakes were announced, by whom, and when; unknown where real time counts.
    pub(crate) guards: Vec<(&'static Location<'static>, String, Option<Instant>)>,
    pub(crate) next: Option<(Instant, &'static Location<'static>)>,
}

/// What is known of the tasks of a runtime that is the host.
#[cfg(feature = "tokio")]
#[derive(Debug)]
pub(crate) struct Foreign {
    /// How many there are. Some may be among the others.
    pub(crate) alive: usize,
}

/// A task that cannot go on.
#[derive(Clone, Debug)]
pub(crate) struct StuckTask {
    /// The task as messages name it.
    pub(crate) who: String,
    pub(crate) task: u32,
    pub(crate) site: &'static Location<'static>,
    pub(crate) is_background: bool,
    /// When it went to sleep; unknown where real time counts.
    pub(crate) since: Option<Instant>,
    /// All that it waits for, as far as that is ours.
    pub(crate) waits: Vec<Wait>,
    pub(crate) standing: Standing,
    /// What woke it last since its first turn.
    pub(crate) woken_by: Option<Woken>,
    /// What it waits in.
    pub(crate) stacks: Stacks,
    /// What it did when it was polled once more.
    pub(crate) again: Again,
}

/// How a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Its turn had not come.
    Ready,
    /// Its turn came again and again.
    Spinning,
    /// A waker of it is alive somewhere.
    Waiting,
    /// No waker of it is alive.
    NeverWoken,
}

/// What a task waits for.
#[derive(Clone, Debug)]
pub(crate) enum Wait {
    Deadline {
        at: Instant,
        site: &'static Location<'static>,
    },
    /// A deadline past the end of time.
    Never {
        site: &'static Location<'static>,
    },
    Task {
        who: String,
        task: u32,
    },
    Job {
        site: &'static Location<'static>,
    },
    Signal {
        signal: SignalNumber,
        since: Instant,
        site: &'static Location<'static>,
    },
    /// For what somebody is to do.
    Value {
        what: String,
        since: Instant,
        site: &'static Location<'static>,
    },
    Settle,
    Advance {
        to: Instant,
    },
    Network {
        since: Instant,
        what: What,
        /// The task that used the other end last.
        peer: Option<Doer>,
    },
}

impl Wait {
    /// The task that this wait is for.
    pub(crate) fn whom(&self) -> Option<u32> {
        match self {
            Self::Task { task, .. } => Some(*task),
            Self::Network { what, .. } => what.peer_task(),
            _ => None,
        }
    }

    /// Since when, where that is told.
    pub(crate) fn since(&self) -> Option<Instant> {
        match self {
            Self::Signal { since, .. }
            | Self::Value { since, .. }
            | Self::Network { since, .. } => Some(*since),
            _ => None,
        }
    }

    /// Of what kind that is.
    pub(crate) fn primitive(&self) -> Primitive {
        match self {
            Self::Deadline { .. } | Self::Never { .. } => Primitive::Deadline,
            Self::Task { .. } => Primitive::Task,
            Self::Job { .. } => Primitive::Job,
            Self::Signal { .. } => Primitive::Signal,
            Self::Value { .. } => Primitive::Value,
            Self::Settle | Self::Advance { .. } => Primitive::Clock,
            Self::Network { .. } => Primitive::Network,
        }
    }

    /// The faults of the network that keep what it waits for.
    pub(super) fn faults(&self) -> impl Iterator<Item = Keeper> + use<> {
        let faults = match self {
            Self::Network { what, .. } => what.keepers(),
            _ => [None, None],
        };
        faults.into_iter().flatten()
    }

    /// Where it stands among those of its task: deadlines first, which come in no promised order, then as found.
    pub(super) fn rank(&self) -> (bool, u64, &'static str, u32) {
        match self {
            Self::Deadline { at, site } => (false, at.nanos(), site.file(), site.line()),
            Self::Never { site } => (false, NEVER, site.file(), site.line()),
            _ => (true, 0, "", 0),
        }
    }
}
