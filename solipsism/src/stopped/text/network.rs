//! The words for what is waited for at a socket, and for the faults that have to do with it.

use std::fmt;

use crate::core::net::{Keeper, Side, Stream, Upcoming, What};
use crate::executor::Doer;
use crate::time::Instant;

/// `waits to read from 10.0.0.7:80 (api.internal), at 10.255.255.254:32768 (localhost), since 1s: 0 bytes unread, peer open, …`.
pub(super) fn write_wait(
    f: &mut fmt::Formatter<'_>,
    since: Instant,
    what: &What,
    peer_task: Option<&Doer>,
) -> fmt::Result {
    match what {
        What::Read(stream) => {
            write!(f, "waits to read from {}", stream.peer)?;
            write_local(f, "at", stream)?;
            write!(f, " since {since:?}")?;
            write_stream(f, stream, Side::Read, peer_task)
        }
        What::Write(stream) => {
            write!(f, "waits to write to {}", stream.peer)?;
            write_local(f, "from", stream)?;
            write!(f, " since {since:?}")?;
            write_stream(f, stream, Side::Write, peer_task)
        }
        What::Connect {
            to,
            is_full,
            keeper,
        } => {
            write!(f, "waits to connect to {to} since {since:?}")?;
            if *is_full {
                f.write_str(": the backlog of the listener is full")?;
            }
            write_keeper(f, keeper.as_ref())
        }
        What::Accept { at } => write!(f, "waits for a connection to {at} since {since:?}"),
        What::Receive { at, keeper } => {
            write!(f, "waits for a datagram to {at} since {since:?}")?;
            write_keeper(f, keeper.as_ref())
        }
        What::Send { to } => {
            write!(
                f,
                "waits to send to {to} since {since:?}: its queue is full"
            )
        }
    }
}

fn write_local(f: &mut fmt::Formatter<'_>, place: &str, stream: &Stream) -> fmt::Result {
    match &stream.local {
        Some(local) => write!(f, ", {place} {local},"),
        None => Ok(()),
    }
}

fn write_keeper(f: &mut fmt::Formatter<'_>, keeper: Option<&Keeper>) -> fmt::Result {
    match keeper {
        Some(keeper) => write!(f, "\n      {}", held(keeper)),
        None => Ok(()),
    }
}

fn write_stream(
    f: &mut fmt::Formatter<'_>,
    stream: &Stream,
    side: Side,
    peer_task: Option<&Doer>,
) -> fmt::Result {
    let whose = match side {
        Side::Read => "",
        Side::Write => " by the peer",
    };
    match side {
        Side::Read if stream.read > 0 => {
            write!(f, ": {} read, {} unread", count(stream.read), stream.unread)?;
        }
        Side::Read if stream.is_silent() => f.write_str(": no byte has come")?,
        _ => write!(f, ": {} unread{whose}", bytes(stream.unread))?,
    }
    // What is held back is not under way.
    if stream.flying > 0 && stream.keeper.is_none() {
        write!(f, ", {} in flight", bytes(stream.flying))?;
    }
    f.write_str(if stream.peer_is_in_backlog {
        ", and nobody has accepted the connection"
    } else if stream.peer_is_open {
        ", peer open"
    } else {
        ", peer closed"
    })?;
    if let Some(task) = peer_task {
        write!(f, ", peer last used by {task}")?;
    }
    let toward_peer = match side {
        Side::Read => stream.unheard,
        Side::Write => stream.keeper.map(|keeper| (stream.flying, keeper)),
    };
    if let (Side::Read, Some(keeper)) = (side, &stream.keeper) {
        write_held(f, keeper, stream.flying, "from")?;
    }
    match toward_peer {
        Some((count, keeper)) => write_held(f, &keeper, count, "to"),
        None => Ok(()),
    }
}

fn write_held(f: &mut fmt::Formatter<'_>, keeper: &Keeper, count: usize, way: &str) -> fmt::Result {
    let what = match count {
        0 => "the end of the connection".to_owned(),
        count => bytes(count),
    };
    write!(f, "\n      {}: {what} {way} the peer", held(keeper))
}

fn held(keeper: &Keeper) -> String {
    let until = match keeper.what {
        "partition" => " until `heal`",
        "hold" => " until `release`",
        _ => "",
    };
    format!("held back{until} by {keeper}")
}

fn bytes(number: usize) -> String {
    count(number as u64)
}

fn count(count: u64) -> String {
    let unit = if count == 1 { "byte" } else { "bytes" };
    format!("{count} {unit}")
}

/// With its article.
impl fmt::Display for Keeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} ordered at {}", self.what, self.site)
    }
}

/// What happens at `at`.
pub(super) fn write_upcoming(
    f: &mut fmt::Formatter<'_>,
    at: Instant,
    upcoming: &Upcoming,
) -> fmt::Result {
    match upcoming {
        Upcoming::Packet { from, to } => {
            write!(f, "the next packet, from {from} to {to}, arrives at {at:?}")
        }
        Upcoming::TimeOut { to } => {
            write!(f, "the next event: connecting to {to} times out at {at:?}")
        }
    }
}
