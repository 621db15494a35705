//! How a side writes, flushes and closes, with the damage that is in that.

use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};

use solipsism::io::AsyncWrite;

use super::Side;
use crate::damaged::Damage::{
    ClosesWhenPolledTwice, DropsAllButTheFirstSlice, EndsInSilence, FailsOnceAndGoesOn,
    FlushesWhatFits, FlushesWhenAllIsRead, KeepsItsFirstWriter, KeepsTheFirstFlusher,
    LosesTheCloser, LosesTheFlusher, OneWakerForBoth, ReordersAFlush, SaysAllOfAPart,
    ShutsOnEmptyVectors, SwallowsAnError, Truncates64KiB, WrapsAt64KiB,
};

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
