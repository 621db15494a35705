//! In place of the words for what is waited for at a socket, where there are no sockets.

use std::fmt::{self, Display};

use crate::core::net::{Upcoming, What};
use crate::executor::Doer;
use crate::time::Instant;

pub(super) fn write_wait(
    f: &mut fmt::Formatter<'_>,
    _: Instant,
    what: &What,
    _: Option<&Doer>,
) -> fmt::Result {
    what.fmt(f)
}

pub(super) fn write_upcoming(
    f: &mut fmt::Formatter<'_>,
    _: Instant,
    upcoming: &Upcoming,
) -> fmt::Result {
    upcoming.fmt(f)
}
