//! One direction of a stream: bytes that have arrived and wait to be read, and what is still under way.

use std::collections::VecDeque;
use std::io::{IoSlice, IoSliceMut, Read};

use super::waiters::Waiters;

/// The instant of a segment that a link holds back: it is not under way.
pub(super) const HELD: u64 = u64::MAX;

/// A buffer that was drained is kept if it is no larger than this: what an idle connection may cost.
const KEPT: usize = 256;

/// As many large buffers wait for their next use.
const SPARE: usize = 16;

/// Bytes from one end to the other. What has arrived and what is under way take their room from one capacity.
#[derive(Debug)]
pub(super) struct Pipe {
    buffer: VecDeque<u8>,
    /// How many bytes were read from it.
    drained: u64,
    flight: VecDeque<Segment>,
    /// The bytes of `flight`.
    flying: usize,
    /// For when its next arrival is scheduled, if it is.
    pub(super) scheduled: Option<u64>,
    pub(super) capacity: usize,
    pub(super) readers: Waiters,
    pub(super) writers: Waiters,
}

/// What was sent, in order, and arrives at its instant.
#[derive(Debug)]
pub(super) struct Segment {
    pub(super) at: u64,
    /// Among all segments of the network, those that set out earlier have smaller ones.
    pub(super) order: u64,
    pub(super) payload: Payload,
}

#[derive(Debug)]
pub(super) enum Payload {
    /// Asks the listener there for a connection.
    Open,
    /// The listener has taken the connection into its backlog.
    Opened,
    /// Nobody listens there.
    Refused,
    Data(Vec<u8>),
    /// No more data follows.
    Finish,
    Reset,
}

/// Large buffers that nothing is in, for whoever needs one next.
#[derive(Debug, Default)]
pub(super) struct Spare(Vec<VecDeque<u8>>);

impl Payload {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Data(data) => data.len(),
            _ => 0,
        }
    }
}

impl Pipe {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            buffer: VecDeque::new(),
            drained: 0,
            flight: VecDeque::new(),
            flying: 0,
            scheduled: None,
            capacity,
            readers: Waiters::default(),
            writers: Waiters::default(),
        }
    }

    /// How many bytes can be written now.
    pub(super) fn room(&self) -> usize {
        self.capacity
            .saturating_sub(self.buffer.len() + self.flying)
    }

    /// How many bytes can be read now.
    pub(super) fn unread(&self) -> usize {
        self.buffer.len()
    }

    /// How many bytes were read.
    pub(super) fn read(&self) -> u64 {
        self.drained
    }

    /// How many bytes have not arrived.
    pub(super) fn flying(&self) -> usize {
        self.flying
    }

    /// Bytes arrive at once: the first `count` of these.
    pub(super) fn fill(&mut self, slices: &[IoSlice<'_>], count: usize, spare: &mut Spare) {
        if self.buffer.capacity() == 0 && count > KEPT {
            self.buffer = spare.0.pop().unwrap_or_default();
        }
        let mut left = count;
        for slice in slices {
            let part = &slice[..slice.len().min(left)];
            self.buffer.extend(part);
            left -= part.len();
        }
    }

    /// Reads what fits.
    pub(super) fn drain(&mut self, slices: &mut [IoSliceMut<'_>], spare: &mut Spare) -> usize {
        let mut count = 0;
        for slice in slices {
            // A ring gives the part before its wrap first.
            let mut place = &mut slice[..];
            while !place.is_empty() && !self.buffer.is_empty() {
                let read = self.buffer.read(place).expect("memory can be read");
                count += read;
                place = &mut place[read..];
            }
        }
        self.drained += count as u64;
        let (left, room) = (self.buffer.len(), self.buffer.capacity());
        if left == 0 && room > KEPT {
            let buffer = std::mem::take(&mut self.buffer);
            if spare.0.len() < SPARE {
                spare.0.push(buffer);
            }
        } else if room > KEPT && room / 8 > left {
            // So that what little is left keeps no more than it needs; by halves, or each read would copy it.
            self.buffer.shrink_to(2 * left);
        }
        count
    }

    /// Reads what fits and leaves it there.
    pub(super) fn peek(&self, into: &mut [u8]) -> usize {
        let (front, back) = self.buffer.as_slices();
        let first = front.len().min(into.len());
        into[..first].copy_from_slice(&front[..first]);
        let second = back.len().min(into.len() - first);
        into[first..first + second].copy_from_slice(&back[..second]);
        first + second
    }

    /// Something sets out, to arrive at `at` but not before what went before it.
    pub(super) fn send(&mut self, at: u64, order: u64, payload: Payload) {
        let at = self.flight.back().map_or(at, |last| last.at.max(at));
        self.flying += payload.len();
        self.flight.push_back(Segment { at, order, payload });
    }

    /// When the next thing arrives.
    pub(super) fn next(&self) -> Option<u64> {
        let at = self.flight.front()?.at;
        (at != HELD).then_some(at)
    }

    /// Whether everything that was sent has arrived.
    pub(super) fn is_still(&self) -> bool {
        self.flight.is_empty()
    }

    /// Whether something is held back.
    pub(super) fn is_held(&self) -> bool {
        self.flight.back().is_some_and(|last| last.at == HELD)
    }

    /// Takes what arrives by now.
    pub(super) fn arrive(&mut self, now: u64) -> Option<Payload> {
        if self.next()? > now {
            return None;
        }
        let payload = self.flight.pop_front()?.payload;
        self.flying -= payload.len();
        Some(payload)
    }

    /// Takes everything back that is under way.
    pub(super) fn recall(&mut self) -> VecDeque<Segment> {
        self.flying = 0;
        self.scheduled = None;
        std::mem::take(&mut self.flight)
    }

    /// Forgets what has arrived: nobody will read it.
    pub(super) fn discard(&mut self) {
        self.buffer = VecDeque::new();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_shrinks_with_what_is_left_in_it() {
        let (mut pipe, mut spare) = (Pipe::new(65_536), Spare::default());
        pipe.fill(&[IoSlice::new(&vec![7; 60_000])], 60_000, &mut spare);
        let mut read = vec![0; 59_999];
        assert_eq!(
            pipe.drain(&mut [IoSliceMut::new(&mut read)], &mut spare),
            59_999
        );
        assert!(pipe.buffer.capacity() <= KEPT, "{}", pipe.buffer.capacity());
        assert_eq!(pipe.drain(&mut [IoSliceMut::new(&mut read)], &mut spare), 1);
        assert_eq!(read[0], 7);
    }

    #[test]
    fn a_large_buffer_that_was_read_is_there_for_the_next() {
        let (mut one, mut other) = (Pipe::new(65_536), Pipe::new(65_536));
        let mut spare = Spare::default();
        let mut read = vec![0; 60_000];
        one.fill(&[IoSlice::new(&vec![7; 60_000])], 60_000, &mut spare);
        one.drain(&mut [IoSliceMut::new(&mut read)], &mut spare);
        assert_eq!((one.buffer.capacity(), spare.0.len()), (0, 1));
        other.fill(&[IoSlice::new(&[8; 1000])], 1000, &mut spare);
        assert!(spare.0.is_empty() && other.buffer.capacity() >= 60_000);
    }
}
