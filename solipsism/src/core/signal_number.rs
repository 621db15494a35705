//! Signals by number: which there are, what each is called, and what it does to a process that handles it nowhere.
//!
//! The numbers are Linux's on every machine, so that a test is the same everywhere.

use std::fmt;

/// The names of signals 1 to 31.
const NAMES: [&str; 31] = [
    "SIGHUP",
    "SIGINT",
    "SIGQUIT",
    "SIGILL",
    "SIGTRAP",
    "SIGABRT",
    "SIGBUS",
    "SIGFPE",
    "SIGKILL",
    "SIGUSR1",
    "SIGSEGV",
    "SIGUSR2",
    "SIGPIPE",
    "SIGALRM",
    "SIGTERM",
    "SIGSTKFLT",
    "SIGCHLD",
    "SIGCONT",
    "SIGSTOP",
    "SIGTSTP",
    "SIGTTIN",
    "SIGTTOU",
    "SIGURG",
    "SIGXCPU",
    "SIGXFSZ",
    "SIGVTALRM",
    "SIGPROF",
    "SIGWINCH",
    "SIGIO",
    "SIGPWR",
    "SIGSYS",
];

/// The first real-time signal; the C library keeps the two below it to itself.
const FIRST_REAL_TIME: u8 = 34;

/// The last signal there is.
const LAST: u8 = 64;

/// A signal that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SignalNumber(u8);

/// What a signal does to a process that handles it nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DefaultAction {
    End,
    Stop,
    Nothing,
}

impl SignalNumber {
    pub(crate) fn new(number: i32) -> Option<Self> {
        let number = u8::try_from(number).ok()?;
        matches!(number, 1..=31 | FIRST_REAL_TIME..=LAST).then_some(Self(number))
    }

    /// The signal's bit in a set of signals.
    pub(super) fn bit(self) -> u64 {
        1 << (self.0 - 1)
    }

    /// Whether a process may handle it, and tokio does: a handler cannot return from SIGILL, SIGFPE and SIGSEGV.
    pub(crate) fn can_be_listened_to(self) -> bool {
        !matches!(
            self.name(),
            Some("SIGILL" | "SIGFPE" | "SIGKILL" | "SIGSEGV" | "SIGSTOP")
        )
    }

    pub(crate) fn default_action(self) -> DefaultAction {
        match self.name() {
            // SIGPIPE ends a process by default, but not one of Rust: `std` ignores it before `main`.
            Some("SIGCHLD" | "SIGCONT" | "SIGPIPE" | "SIGURG" | "SIGWINCH") => {
                DefaultAction::Nothing
            }
            Some("SIGSTOP" | "SIGTSTP" | "SIGTTIN" | "SIGTTOU") => DefaultAction::Stop,
            _ => DefaultAction::End,
        }
    }

    fn name(self) -> Option<&'static str> {
        NAMES.get(usize::from(self.0) - 1).copied()
    }
}

impl fmt::Display for SignalNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None if self.0 == FIRST_REAL_TIME => f.write_str("SIGRTMIN"),
            None => write!(f, "SIGRTMIN+{}", self.0 - FIRST_REAL_TIME),
        }
    }
}
