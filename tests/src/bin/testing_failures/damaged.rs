//! More streams with a defect each: a pair of pipes in memory, and damage as real streams have it, which shows only in some
//! order of operations, or past some size.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::io::{self, ErrorKind, IoSlice, IoSliceMut};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker, ready};

use solipsism::io::{AsyncRead, AsyncWrite};
use solipsism::testing::check_stream;

#[cfg_attr(
    not(test),
    expect(clippy::enum_glob_use, reason = "all of them are named twice as it is")
)]
use Damage::*;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Damage {
    Nothing,
    /// What was written between two flushes is sent last write first.
    ReordersAFlush,
    /// A write that had to wait is sent twice.
    DuplicatesAfterWaiting,
    /// Reader and writer share a place for their waker.
    OneWakerForBoth,
    /// A read that is polled again while it waits is not registered any more.
    ReadsRegisterOnce,
    WritesRegisterOnce,
    /// The first error of a write is taken for a success.
    SwallowsAnError,
    /// Only the first write fails.
    FailsOnceAndGoesOn,
    /// A read that has waited is interrupted, and interrupted.
    IsInterruptedForEver,
    /// What waits when the stream ends comes without its last byte.
    LosesTheLastByte,
    /// After the end the last bytes come again.
    BeginsOnceMoreAtTheEnd,
    /// The end, asked for the third time, is an error.
    EndsWithAnErrorLater,
    /// The waker of the very first wait, all its life.
    KeepsItsFirstReader,
    KeepsItsFirstWriter,
    WakesEveryWriter,
    LosesTheFlusher,
    LosesTheCloser,
    KeepsTheFirstFlusher,
    /// Though there is room.
    FlushesWhenAllIsRead,
    /// And says that it took all of them.
    DropsAllButTheFirstSlice,
    FillsTheLastSliceFirst,
    /// A vectored write of nothing ends the stream.
    ShutsOnEmptyVectors,
    /// Writes over 64 KiB are cut, and said to be whole.
    Truncates64KiB,
    /// The length of a write has 16 bits.
    WrapsAt64KiB,
    /// Where there is room for a part of a write it says that it took all.
    SaysAllOfAPart,
    /// A read that fills its buffer and leaves something loses a byte of that.
    LosesAByteOfAFullRead,
    TakesAByteByEmptyReads,
    /// A carriage return before a line feed is lost.
    TranslatesLines,
    /// A read that waits is woken again and again.
    ReadsBusily,
    /// When its peer has closed one direction it closes the other.
    ClosesWithItsPeer,
    /// A reader is woken by bytes, but not by the end.
    EndsInSilence,
    /// What was flushed and not read is lost when it is dropped.
    ForgetsAllOnDrop,
    /// A reader is woken when sixteen bytes are there.
    WaitsForSixteen,
    Has7Bits,
    EndsAtNul,
    /// A writer that waits does not hear of it.
    LeavesInSilence,
    /// Bytes that are buffered are sent by the next write, but not by a flush or a close that finds no room.
    FlushesWhatFits,
    /// A close that waits and is polled again has not sent the rest.
    ClosesWhenPolledTwice,
}

#[solipsism::test]
#[case::nothing(Nothing)]
#[case::reorders_a_flush(ReordersAFlush)]
#[case::duplicates_after_waiting(DuplicatesAfterWaiting)]
#[case::one_waker_for_both(OneWakerForBoth)]
#[case::reads_register_once(ReadsRegisterOnce)]
#[case::writes_register_once(WritesRegisterOnce)]
#[case::swallows_an_error(SwallowsAnError)]
#[case::fails_once_and_goes_on(FailsOnceAndGoesOn)]
#[case::is_interrupted_for_ever(IsInterruptedForEver)]
#[case::loses_the_last_byte(LosesTheLastByte)]
#[case::begins_once_more_at_the_end(BeginsOnceMoreAtTheEnd)]
#[case::ends_with_an_error_later(EndsWithAnErrorLater)]
#[case::keeps_its_first_reader(KeepsItsFirstReader)]
#[case::keeps_its_first_writer(KeepsItsFirstWriter)]
#[case::wakes_every_writer(WakesEveryWriter)]
#[case::loses_the_flusher(LosesTheFlusher)]
#[case::loses_the_closer(LosesTheCloser)]
#[case::keeps_the_first_flusher(KeepsTheFirstFlusher)]
#[case::flushes_when_all_is_read(FlushesWhenAllIsRead)]
#[case::drops_all_but_the_first_slice(DropsAllButTheFirstSlice)]
#[case::fills_the_last_slice_first(FillsTheLastSliceFirst)]
#[case::shuts_on_empty_vectors(ShutsOnEmptyVectors)]
#[case::truncates_64_kib(Truncates64KiB)]
#[case::wraps_at_64_kib(WrapsAt64KiB)]
#[case::says_all_of_a_part(SaysAllOfAPart)]
#[case::loses_a_byte_of_a_full_read(LosesAByteOfAFullRead)]
#[case::takes_a_byte_by_empty_reads(TakesAByteByEmptyReads)]
#[case::translates_lines(TranslatesLines)]
#[case::reads_busily(ReadsBusily)]
#[case::closes_with_its_peer(ClosesWithItsPeer)]
#[case::ends_in_silence(EndsInSilence)]
#[case::forgets_all_on_drop(ForgetsAllOnDrop)]
#[case::waits_for_sixteen(WaitsForSixteen)]
#[case::has_7_bits(Has7Bits)]
#[case::ends_at_nul(EndsAtNul)]
#[case::leaves_in_silence(LeavesInSilence)]
#[case::flushes_what_fits(FlushesWhatFits)]
#[case::closes_when_polled_twice(ClosesWhenPolledTwice)]
async fn finds(#[case] damage: Damage) {
    check_stream(async || Ok::<_, Infallible>(Side::pair(damage))).await;
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

impl Pipe {
    fn wake_writers(&mut self) -> Vec<Waker> {
        std::mem::take(&mut self.writers)
    }
}

/// One side of a connection.
struct Side {
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

impl Side {
    fn pair(damage: Damage) -> (Self, Self) {
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

impl AsyncRead for Side {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        if buf.is_empty() {
            if self.is(TakesAByteByEmptyReads) {
                self.from.borrow_mut().bytes.pop_front();
            }
            return Poll::Ready(Ok(0));
        }
        if self.is(IsInterruptedForEver) && self.is_reading {
            return Poll::Ready(Err(ErrorKind::Interrupted.into()));
        }
        if let Some(count) = self.pop(buf) {
            self.is_reading = false;
            self.last = buf[..count].to_vec();
            return Poll::Ready(Ok(count));
        }
        if self.from.borrow().is_closed {
            return self.end(buf);
        }
        let first = self
            .first_reader
            .get_or_insert_with(|| cx.waker().clone())
            .clone();
        let waker = if self.damage == KeepsItsFirstReader {
            first
        } else {
            cx.waker().clone()
        };
        let registers = !(self.is(ReadsRegisterOnce) && self.is_reading);
        self.from.borrow_mut().reader = registers.then_some(waker);
        if self.is(OneWakerForBoth) {
            let mut to = self.to.borrow_mut();
            for writer in &mut to.writers {
                writer.clone_from(cx.waker());
            }
        }
        if self.is(ReadsBusily) {
            cx.waker().wake_by_ref();
        }
        self.is_reading = true;
        Poll::Pending
    }

    fn poll_read_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &mut [IoSliceMut<'_>],
    ) -> Poll<io::Result<usize>> {
        let mut all = vec![0; bufs.iter().map(|buf| buf.len()).sum()];
        let count = ready!(self.as_mut().poll_read(cx, &mut all))?;
        if self.is(FillsTheLastSliceFirst) {
            bufs.reverse();
        }
        let mut left = &all[..count];
        for buf in bufs {
            let part = left.len().min(buf.len());
            buf[..part].copy_from_slice(&left[..part]);
            left = &left[part..];
        }
        Poll::Ready(Ok(count))
    }
}

impl AsyncWrite for Side {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let cut = match self.damage {
            Truncates64KiB => &buf[..buf.len().min(1 << 16)],
            WrapsAt64KiB => &buf[..buf.len() & 0xffff],
            _ => buf,
        };
        let first = self
            .first_writer
            .get_or_insert_with(|| cx.waker().clone())
            .clone();
        let waker = if self.damage == KeepsItsFirstWriter {
            first
        } else {
            cx.waker().clone()
        };
        if self.is_buffered() {
            let pipe = self.to.borrow();
            let is_broken = pipe.is_closed || pipe.is_left;
            drop(pipe);
            if is_broken {
                return Poll::Ready(Err(ErrorKind::BrokenPipe.into()));
            }
            let held: usize = self.buffer.iter().map(Vec::len).sum();
            if held + cut.len() > 256 && held > 0 {
                ready!(self.send(&waker))?;
            }
            self.buffer.push_back(cut.to_vec());
            return Poll::Ready(Ok(cut.len()));
        }
        let written = self.push(&waker, cut);
        if self.is(OneWakerForBoth) && written.is_pending() {
            let mut from = self.from.borrow_mut();
            if let Some(reader) = &mut from.reader {
                reader.clone_from(cx.waker());
            }
        }
        match (self.damage, written) {
            (SwallowsAnError, Poll::Ready(Err(_))) if self.failed == 0 => {
                self.failed += 1;
                Poll::Ready(Ok(buf.len()))
            }
            (FailsOnceAndGoesOn, Poll::Ready(Err(error))) => {
                self.failed += 1;
                match self.failed {
                    1 => Poll::Ready(Err(error)),
                    _ => Poll::Ready(Ok(buf.len())),
                }
            }
            (Truncates64KiB, Poll::Ready(Ok(count))) if count == 1 << 16 => {
                Poll::Ready(Ok(buf.len()))
            }
            (SaysAllOfAPart, Poll::Ready(Ok(_))) => Poll::Ready(Ok(buf.len())),
            (_, written) => written,
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let all: Vec<u8> = bufs.iter().flat_map(|buf| buf.to_vec()).collect();
        if self.is(ShutsOnEmptyVectors) && all.is_empty() {
            ready!(self.as_mut().poll_close(cx))?;
        }
        if self.is(DropsAllButTheFirstSlice) {
            let first = bufs.iter().find(|buf| !buf.is_empty());
            ready!(self.poll_write(cx, first.map_or(&[], |buf| buf)))?;
            return Poll::Ready(Ok(all.len()));
        }
        self.poll_write(cx, &all)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let first = self
            .first_flusher
            .get_or_insert_with(|| cx.waker().clone())
            .clone();
        let waker = match self.damage {
            LosesTheFlusher => Waker::noop().clone(),
            KeepsTheFirstFlusher => first,
            _ => cx.waker().clone(),
        };
        if self.is(ReordersAFlush) {
            self.buffer.make_contiguous().reverse();
        }
        let sent = self.send(&waker);
        if self.is(FlushesWhenAllIsRead) {
            let mut pipe = self.to.borrow_mut();
            if !pipe.bytes.is_empty() && !pipe.is_left {
                pipe.writers = vec![waker];
                return Poll::Pending;
            }
        }
        if sent.is_ready() {
            self.first_flusher = None;
        }
        match sent {
            Poll::Pending if self.is(FlushesWhatFits) => Poll::Ready(Ok(())),
            sent => sent,
        }
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let waker = match self.damage {
            LosesTheCloser => Waker::noop().clone(),
            _ => cx.waker().clone(),
        };
        let was_closing = std::mem::replace(&mut self.is_closing, true);
        if self.to.borrow().is_closed {
            return Poll::Ready(Ok(()));
        }
        if self.is(ClosesWhenPolledTwice) && was_closing {
            self.buffer.clear();
        }
        match self.send(&waker) {
            Poll::Pending => return Poll::Pending,
            // Nobody is left to be told.
            Poll::Ready(_) => {}
        }
        let mut pipe = self.to.borrow_mut();
        pipe.is_closed = true;
        let reader = pipe.reader.take();
        drop(pipe);
        if !self.is(EndsInSilence) {
            reader.into_iter().for_each(Waker::wake);
        }
        Poll::Ready(Ok(()))
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
