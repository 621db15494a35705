//! What can be left behind, by kind, and sets of these.

use std::fmt;
use std::ops::{BitOr, Sub};

/// What was left behind.
///
/// Its name in [`allow_leaks(…)`](crate::test) is the variant's, in lower case.
///
/// # Examples
///
/// ```
/// use solipsism::leaks::{Kind, Kinds};
///
/// let kinds = Kind::Tasks | Kind::Timers;
/// assert!(kinds.contains(Kind::Timers) && !kinds.contains(Kind::Streams));
/// assert!((Kinds::ALL - Kind::Faults).contains(Kind::Streams));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Kind {
    /// Tasks that are neither finished nor [in the background](crate::task::JoinHandle::background).
    Tasks,
    /// Those of a tokio runtime that hosts the world. Their name is `tokio_tasks`.
    TokioTasks,
    /// A [`TcpProxy`](crate::fixtures::TcpProxy) that was not dropped.
    Proxies,
    /// Sockets that listen for connections.
    Listeners,
    /// Streams of either end: of a client, accepted, of a pair, or of a pipe; and the bytes that are unread in them.
    Streams,
    /// Sockets for datagrams, and the datagrams that are unread in them.
    Datagrams,
    /// Sleeps, timeouts and intervals that are set.
    Timers,
    /// Listeners for signals.
    Signals,
    /// Handlers of a [`Server`](crate::fixtures::Server) that had to be cancelled when the test was over.
    Handlers,
    /// Faults of the network that were ordered and never did anything.
    Faults,
}

/// A set of kinds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Kinds(u16);

impl Kind {
    /// As `allow_leaks(…)` has it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Tasks => "tasks",
            Self::TokioTasks => "tokio_tasks",
            Self::Proxies => "proxies",
            Self::Listeners => "listeners",
            Self::Streams => "streams",
            Self::Datagrams => "datagrams",
            Self::Timers => "timers",
            Self::Signals => "signals",
            Self::Handlers => "handlers",
            Self::Faults => "faults",
        }
    }

    /// All of them, in the order in which they are told.
    pub(crate) const EACH: [Self; 10] = [
        Self::Tasks,
        Self::TokioTasks,
        Self::Proxies,
        Self::Listeners,
        Self::Streams,
        Self::Datagrams,
        Self::Timers,
        Self::Signals,
        Self::Handlers,
        Self::Faults,
    ];

    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

impl Kinds {
    /// Every kind.
    pub const ALL: Self = Self(u16::MAX);

    /// No kind.
    pub const NONE: Self = Self(0);

    /// Whether this kind is one of them.
    pub const fn contains(self, kind: Kind) -> bool {
        self.0 & kind.bit() != 0
    }
}

impl From<Kind> for Kinds {
    fn from(kind: Kind) -> Self {
        Self(kind.bit())
    }
}

impl<T: Into<Self>> BitOr<T> for Kinds {
    type Output = Self;

    fn bitor(self, other: T) -> Self {
        Self(self.0 | other.into().0)
    }
}

impl<T: Into<Kinds>> BitOr<T> for Kind {
    type Output = Kinds;

    fn bitor(self, other: T) -> Kinds {
        Kinds::from(self) | other
    }
}

impl<T: Into<Self>> Sub<T> for Kinds {
    type Output = Self;

    fn sub(self, other: T) -> Self {
        Self(self.0 & !other.into().0)
    }
}

impl fmt::Debug for Kinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let own = Kind::EACH.into_iter().filter(|kind| self.contains(*kind));
        f.debug_set().entries(own).finish()
    }
}
