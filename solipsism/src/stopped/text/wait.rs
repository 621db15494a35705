//! The words for what a task waits for.

use std::fmt;

use super::{network, whence};
use crate::executor::Wait;

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deadline { at, site } => write!(f, "waits until {at:?}, set {}", whence(site)),
            Self::Never { site } => write!(f, "waits past the end of time, set {}", whence(site)),
            Self::Task { who, .. } => write!(f, "waits for {who} to finish"),
            Self::Job { site } => write!(f, "waits for the blocking job submitted at {site}"),
            Self::Signal {
                signal,
                since,
                site,
            } => write!(
                f,
                "waits for {signal}, listening since {since:?}, made at {site}"
            ),
            Self::Value { what, since, site } => {
                write!(f, "waits since {since:?} for {what}, asked for at {site}")
            }
            Self::Settle => f.write_str("waits in `settle` for every other task to block"),
            Self::Advance { to } => write!(f, "waits in `advance` for the clock to reach {to:?}"),
            Self::Network { since, what, peer } => {
                network::write_wait(f, *since, what, peer.as_ref())
            }
        }
    }
}
