//! One side of a connection over a pair of pipes in memory, and what it takes and gives, in so far as damage is in that.

mod reading;
mod writing;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::rc::Rc;
use std::task::{Poll, Waker};

use super::Damage::{
    self, BeginsOnceMoreAtTheEnd, ClosesWhenPolledTwice, ClosesWithItsPeer, DuplicatesAfterWaiting,
    EndsAtNul, EndsWithAnErrorLater, FlushesWhatFits, ForgetsAllOnDrop, Has7Bits,
    KeepsTheFirstFlusher, LeavesInSilence, LosesAByteOfAFullRead, LosesTheCloser, LosesTheFlusher,
    LosesTheLastByte, ReordersAFlush, TranslatesLines, Truncates64KiB, WaitsForSixteen,
    WakesEveryWriter, WrapsAt64KiB, WritesRegisterOnce,
};

/// One side of a connection.
pub(super) struct Side {
    damage: Damage,
    from: Rc<RefCell<Pipe>>,
    to: Rc<RefCell<Pipe>>,
    room: usize,
    /// What was written and not flushed, write by write.
    buffer: VecDeque<Vec<u8>>,
    first_reader: Option<Waker>,
    first_writer: Option<Waker>,
    first_flusher: Option<Waker>,
    /// It waits.
    is_reading: bool,
    is_writing: bool,
    is_closing: bool,
    ends: usize,
    failed: usize,
    last: Vec<u8>,
}

/// One direction.
#[derive(Default)]
struct Pipe {
    bytes: VecDeque<u8>,
    is_closed: bool,
    is_left: bool,
    reader: Option<Waker>,
    writers: Vec<Waker>,
}

impl Side {
    pub(super) fn pair(damage: Damage) -> (Self, Self) {
        let room = match damage {
            Truncates64KiB | WrapsAt64KiB => 1 << 18,
            _ => 1024,
        };
        let (there, back) = <(Rc<RefCell<Pipe>>, Rc<RefCell<Pipe>>)>::default();
        let side = |from: &Rc<_>, to: &Rc<_>| Self {
            damage,
            from: Rc::clone(from),
            to: Rc::clone(to),
            room,
            buffer: VecDeque::new(),
            first_reader: None,
            first_writer: None,
            first_flusher: None,
            is_reading: false,
            is_writing: false,
            is_closing: false,
            ends: 0,
            failed: 0,
            last: Vec::new(),
        };
        (side(&back, &there), side(&there, &back))
    }

    fn is(&self, damage: Damage) -> bool {
        self.damage == damage
    }

    fn is_buffered(&self) -> bool {
        matches!(
            self.damage,
            ReordersAFlush
                | LosesTheFlusher
                | LosesTheCloser
                | KeepsTheFirstFlusher
                | FlushesWhatFits
                | ClosesWhenPolledTwice
        )
    }

    /// Moves bytes into the pipe, as many as there is room for.
    fn push(&mut self, waker: &Waker, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let mut pipe = self.to.borrow_mut();
        if pipe.is_closed || pipe.is_left {
            return Poll::Ready(Err(ErrorKind::BrokenPipe.into()));
        }
        let count = bytes.len().min(self.room - pipe.bytes.len());
        if count == 0 && !bytes.is_empty() {
            if !self.is(WakesEveryWriter) {
                pipe.writers.clear();
            }
            if !(self.is(WritesRegisterOnce) && self.is_writing) {
                pipe.writers.push(waker.clone());
            }
            self.is_writing = true;
            return Poll::Pending;
        }
        pipe.bytes.extend(&bytes[..count]);
        let waited = std::mem::take(&mut self.is_writing);
        if self.is(DuplicatesAfterWaiting) && waited {
            pipe.bytes.extend(&bytes[..count]);
            self.room = self.room.max(pipe.bytes.len());
        }
        let is_enough = !self.is(WaitsForSixteen) || pipe.bytes.len() >= 16;
        let reader = if is_enough { pipe.reader.take() } else { None };
        drop(pipe);
        reader.into_iter().for_each(Waker::wake);
        Poll::Ready(Ok(count))
    }

    /// Sends what is buffered.
    fn send(&mut self, waker: &Waker) -> Poll<io::Result<()>> {
        while let Some(mut first) = self.buffer.pop_front() {
            match self.push(waker, &first) {
                Poll::Ready(Ok(count)) if count == first.len() => {}
                Poll::Ready(Ok(count)) => {
                    first.drain(..count);
                    self.buffer.push_front(first);
                }
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => {
                    self.buffer.push_front(first);
                    return Poll::Pending;
                }
            }
        }
        Poll::Ready(Ok(()))
    }

    fn pop(&mut self, buf: &mut [u8]) -> Option<usize> {
        let mut pipe = self.from.borrow_mut();
        let len = pipe.bytes.len();
        if self.is(LosesTheLastByte) && pipe.is_closed && len > 0 && self.failed == 0 {
            pipe.bytes.pop_back();
            self.failed += 1;
        }
        if self.is(TranslatesLines) {
            let place = (1..len).find(|at| pipe.bytes[at - 1] == b'\r' && pipe.bytes[*at] == b'\n');
            place.and_then(|place| pipe.bytes.remove(place - 1));
        }
        if self.is(EndsAtNul) && pipe.bytes.front() == Some(&0) {
            return Some(0);
        }
        let count = pipe.bytes.len().min(buf.len());
        if count == 0 {
            return None;
        }
        for (to, from) in buf.iter_mut().zip(pipe.bytes.drain(..count)) {
            *to = if self.damage == Has7Bits {
                from & 0x7f
            } else {
                from
            };
        }
        if self.is(LosesAByteOfAFullRead) && count == buf.len() {
            pipe.bytes.pop_front();
        }
        let writers = pipe.wake_writers();
        drop(pipe);
        writers.into_iter().for_each(Waker::wake);
        Some(count)
    }

    fn end(&mut self, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        self.ends += 1;
        match self.damage {
            EndsWithAnErrorLater if self.ends > 2 => {
                Poll::Ready(Err(ErrorKind::NotConnected.into()))
            }
            BeginsOnceMoreAtTheEnd if self.ends > 3 && !self.last.is_empty() => {
                buf[0] = self.last.remove(0);
                Poll::Ready(Ok(1))
            }
            ClosesWithItsPeer => {
                self.to.borrow_mut().is_closed = true;
                Poll::Ready(Ok(0))
            }
            _ => Poll::Ready(Ok(0)),
        }
    }
}

impl Drop for Side {
    fn drop(&mut self) {
        let mut to = self.to.borrow_mut();
        to.is_closed = true;
        if self.is(ForgetsAllOnDrop) {
            to.bytes.clear();
        }
        let reader = to.reader.take();
        drop(to);
        let mut from = self.from.borrow_mut();
        from.is_left = true;
        let writers = from.wake_writers();
        drop(from);
        if !self.is(LeavesInSilence) {
            reader.into_iter().chain(writers).for_each(Waker::wake);
        }
    }
}

impl Pipe {
    fn wake_writers(&mut self) -> Vec<Waker> {
        std::mem::take(&mut self.writers)
    }
}
