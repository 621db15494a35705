//! The kinds of signals, by name and by number.

use std::ffi::c_int;

/// Which signal. The numbers are Linux's on every machine.
#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq)]
pub struct SignalKind(c_int);

impl SignalKind {
    /// A signal by its number. Whether there is such a signal turns out when it is used.
    pub const fn from_raw(signum: c_int) -> Self {
        Self(signum)
    }

    /// The signal's number.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(solipsism::signal::unix::SignalKind::terminate().as_raw_value(), 15);
    /// ```
    pub const fn as_raw_value(&self) -> c_int {
        self.0
    }

    /// SIGALRM: a timer of the system has run out.
    pub const fn alarm() -> Self {
        Self(14)
    }

    /// SIGCHLD: a child process has stopped or ended.
    pub const fn child() -> Self {
        Self(17)
    }

    /// SIGHUP: the terminal is gone; by custom, "read your configuration anew".
    pub const fn hangup() -> Self {
        Self(1)
    }

    /// SIGINT: Ctrl-C. See also [`ctrl_c`](super::ctrl_c).
    pub const fn interrupt() -> Self {
        Self(2)
    }

    /// SIGIO: a file descriptor is ready.
    pub const fn io() -> Self {
        Self(29)
    }

    /// SIGPIPE: nobody reads from a pipe that was written to.
    pub const fn pipe() -> Self {
        Self(13)
    }

    /// SIGQUIT: end, and dump the core.
    pub const fn quit() -> Self {
        Self(3)
    }

    /// SIGTERM: end.
    pub const fn terminate() -> Self {
        Self(15)
    }

    /// SIGUSR1: whatever a program makes of it.
    pub const fn user_defined1() -> Self {
        Self(10)
    }

    /// SIGUSR2: whatever a program makes of it.
    pub const fn user_defined2() -> Self {
        Self(12)
    }

    /// SIGWINCH: the terminal's window has changed its size.
    pub const fn window_change() -> Self {
        Self(28)
    }
}

impl From<c_int> for SignalKind {
    fn from(signum: c_int) -> Self {
        Self::from_raw(signum)
    }
}

impl From<SignalKind> for c_int {
    fn from(kind: SignalKind) -> Self {
        kind.as_raw_value()
    }
}
