//! Reading from a stream and writing to it: what goes through at once, and why nothing does.

use std::io::{self, ErrorKind, IoSlice, IoSliceMut};

use super::connection::{Connection, Kind, held};
use super::nesting::Gone;
use super::pipe::{Payload, Pipe};
use super::{Call, EndKey, Network};

impl Network {
    /// Reading nothing from an empty socket would block as well; from a pipe it never does.
    ///
    /// # Errors
    ///
    /// `WouldBlock`, and what Linux gives after a reset.
    pub(crate) fn read(
        &mut self,
        key: EndKey,
        slices: &mut [IoSliceMut<'_>],
        call: &mut Call,
    ) -> io::Result<usize> {
        if call.deeds.is_some() {
            return self.read_noted(key, slices, call);
        }
        self.read_now(key, slices, call)
    }

    #[cold]
    fn read_noted(
        &mut self,
        key: EndKey,
        slices: &mut [IoSliceMut<'_>],
        call: &mut Call,
    ) -> io::Result<usize> {
        let read = self.read_now(key, slices, call);
        self.note_read(key, slices, &read, call);
        read
    }

    #[expect(
        clippy::inline_always,
        reason = "who has no trace pays for one look at the beginning"
    )]
    #[inline(always)]
    fn read_now(
        &mut self,
        key: EndKey,
        slices: &mut [IoSliceMut<'_>],
        call: &mut Call,
    ) -> io::Result<usize> {
        let connection = held(&mut self.connections, key);
        let side = key.side();
        connection.ends[side].user = call.task;
        let pipe = &mut connection.pipes[side];
        if pipe.unread() == 0 {
            if connection.kind == Kind::Pipe && slices.iter().all(|slice| slice.is_empty()) {
                Ok(0)
            } else {
                connection.read_nothing(side)
            }
        } else {
            let count = pipe.drain(slices, &mut self.spare);
            pipe.writers.wake(call);
            Ok(count)
        }
    }

    /// # Errors
    ///
    /// As `read`.
    pub(crate) fn peek(&mut self, key: EndKey, into: &mut [u8], call: &Call) -> io::Result<usize> {
        let connection = self.held(key);
        let side = key.side();
        connection.ends[side].user = call.task;
        if connection.pipes[side].unread() == 0 {
            connection.read_nothing(side)
        } else {
            Ok(connection.pipes[side].peek(into))
        }
    }

    /// Writing nothing fails where writing would, but for a pipe.
    ///
    /// # Errors
    ///
    /// `WouldBlock`, and what Linux gives after the other end was closed.
    pub(crate) fn write(
        &mut self,
        key: EndKey,
        slices: &[IoSlice<'_>],
        call: &mut Call,
    ) -> io::Result<usize> {
        if call.deeds.is_some() {
            return self.write_noted(key, slices, call);
        }
        self.write_now(key, slices, call)
    }

    #[cold]
    fn write_noted(
        &mut self,
        key: EndKey,
        slices: &[IoSlice<'_>],
        call: &mut Call,
    ) -> io::Result<usize> {
        let before = call.deeds.as_ref().map_or(0, Vec::len);
        let written = self.write_now(key, slices, call);
        self.note_write(key, slices, &written, before, call);
        written
    }

    #[expect(
        clippy::inline_always,
        reason = "who has no trace pays for one look at the beginning"
    )]
    #[inline(always)]
    fn write_now(
        &mut self,
        key: EndKey,
        slices: &[IoSlice<'_>],
        call: &mut Call,
    ) -> io::Result<usize> {
        let connection = held(&mut self.connections, key);
        let (side, to) = (key.side(), 1 - key.side());
        connection.ends[side].user = call.task;
        let wanted: usize = slices.iter().map(|slice| slice.len()).sum();
        if wanted == 0 && connection.kind == Kind::Pipe {
            return Ok(0);
        }
        connection.check_writable(side)?;
        let pipe = &mut connection.pipes[to];
        let count = match connection.kind {
            // POSIX: as much as this or less goes into a pipe whole, or not at all.
            Kind::Pipe if wanted <= whole(pipe) && wanted > pipe.room() => 0,
            _ => wanted.min(pipe.room()),
        };
        if wanted == 0 {
            return Ok(0);
        }
        if count == 0 {
            return Err(ErrorKind::WouldBlock.into());
        }
        let arrives = self.links.are_plain() || !connection.kind.is_tcp();
        if arrives && connection.ends[to].held && pipe.is_still() {
            pipe.fill(slices, count, &mut self.spare);
            pipe.readers.wake(call);
        } else {
            let data = first(slices, count);
            for segment in data.chunks(SEGMENT) {
                self.transmit(key.peer(), Payload::Data(segment.to_vec()), call);
            }
        }
        Ok(count)
    }
}

/// As much goes into one packet: what Ethernet leaves to TCP over IPv4.
const SEGMENT: usize = 1460;

/// The first bytes of all.
fn first(slices: &[IoSlice<'_>], count: usize) -> Vec<u8> {
    let mut data = Vec::with_capacity(count);
    for slice in slices {
        let part = slice.len().min(count - data.len());
        data.extend_from_slice(&slice[..part]);
    }
    data
}

impl Connection {
    /// What a reader is told that finds no bytes.
    fn read_nothing(&mut self, side: usize) -> io::Result<usize> {
        let (is_tcp, end) = (self.kind.is_tcp(), &mut self.ends[side]);
        if end.is_orphan {
            return Err(Gone::Loop.error("stream"));
        }
        // After the end of a TCP stream a reset concerns writing alone.
        if !(is_tcp && end.ended) {
            if let Some(kind) = end.error.take() {
                return Err(kind.into());
            }
        }
        if self.is_over(side) {
            Ok(0)
        } else {
            Err(ErrorKind::WouldBlock.into())
        }
    }

    /// Why nothing can be written, if so.
    fn check_writable(&mut self, side: usize) -> io::Result<()> {
        let is_cut_off = self.is_cut_off(side);
        let end = &mut self.ends[side];
        if self.kind.is_tcp() {
            if let Some(kind) = end.error.take() {
                return Err(kind.into());
            }
        }
        if end.shut || is_cut_off {
            if end.is_orphan {
                return Err(Gone::Loop.error("stream"));
            }
            return Err(ErrorKind::BrokenPipe.into());
        }
        Ok(())
    }
}

/// That of Linux.
const PIPE_BUF: usize = 4096;

/// How much goes into a pipe whole, or not at all.
pub(super) fn whole(pipe: &Pipe) -> usize {
    PIPE_BUF.min(pipe.capacity)
}
