//! How a side reads, with the damage that is in that.

use std::io::{self, ErrorKind, IoSliceMut};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use solipsism::io::AsyncRead;

use super::Side;
use crate::damaged::Damage::{
    FillsTheLastSliceFirst, IsInterruptedForEver, KeepsItsFirstReader, OneWakerForBoth,
    ReadsBusily, ReadsRegisterOnce, TakesAByteByEmptyReads,
};

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
