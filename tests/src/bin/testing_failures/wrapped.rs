//! Streams of ours in wrappers with a defect each: what adapters do to the streams inside of them.

use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};

use solipsism::io::{AsyncRead, AsyncWrite};
use solipsism::net::UnixStream;
use solipsism::testing::check_stream;

#[cfg_attr(
    not(test),
    expect(clippy::enum_glob_use, reason = "all of them are named twice as it is")
)]
use Defect::*;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Defect {
    LosesEveryThirdReader,
    WouldBlock,
    FlipsTheByteAt5000,
    EndsAtReadsOfOneByte,
    ReadsItsOwnBytes,
    LosesWhatNobodyWaitsFor,
    WritesFailWhileAReadWaits,
    CountsSlices,
    FlushesANul,
    FailsEverySeventhFlush,
    ClosesAtTheSecondCall,
    ClosesItsOwnReads,
    LosesUnreadBytesWhenItCloses,
    RepeatsAfterSpuriousPolls,
    FailsEmptyReads,
    TakesTheLastByteOfAFullWrite,
    CloseWaitsForThePeersClose,
    WakesTwoMinutesLate,
    PanicsWhenDroppedFull,
}

#[solipsism::test]
#[case::loses_every_third_reader(LosesEveryThirdReader)]
#[case::would_block(WouldBlock)]
#[case::flips_the_byte_at_5000(FlipsTheByteAt5000)]
#[case::ends_at_reads_of_one_byte(EndsAtReadsOfOneByte)]
#[case::reads_its_own_bytes(ReadsItsOwnBytes)]
#[case::loses_what_nobody_waits_for(LosesWhatNobodyWaitsFor)]
#[case::writes_fail_while_a_read_waits(WritesFailWhileAReadWaits)]
#[case::counts_slices(CountsSlices)]
#[case::flushes_a_nul(FlushesANul)]
#[case::fails_every_seventh_flush(FailsEverySeventhFlush)]
#[case::closes_at_the_second_call(ClosesAtTheSecondCall)]
#[case::closes_its_own_reads(ClosesItsOwnReads)]
#[case::loses_unread_bytes_when_it_closes(LosesUnreadBytesWhenItCloses)]
#[case::repeats_after_spurious_polls(RepeatsAfterSpuriousPolls)]
#[case::fails_empty_reads(FailsEmptyReads)]
#[case::takes_the_last_byte_of_a_full_write(TakesTheLastByteOfAFullWrite)]
#[case::close_waits_for_the_peers_close(CloseWaitsForThePeersClose)]
#[case::wakes_two_minutes_late(WakesTwoMinutesLate)]
#[case::panics_when_dropped_full(PanicsWhenDroppedFull)]
async fn finds(#[case] defect: Defect) {
    check_stream(async || {
        let (one, other) = UnixStream::pair_with_capacity(1024)?;
        io::Result::Ok((Wrapped::new(one, defect), Wrapped::new(other, defect)))
    })
    .await;
}

struct Wrapped {
    inner: UnixStream,
    defect: Defect,
    count: usize,
    /// A read waits.
    reads: bool,
    is_full: bool,
    bytes: Vec<u8>,
}

impl Wrapped {
    fn new(inner: UnixStream, defect: Defect) -> Self {
        Self {
            inner,
            defect,
            count: 0,
            reads: false,
            is_full: false,
            bytes: Vec::new(),
        }
    }

    fn is(&self, defect: Defect) -> bool {
        self.defect == defect
    }
}

impl AsyncRead for Wrapped {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        match this.defect {
            EndsAtReadsOfOneByte if buf.len() == 1 => return Poll::Ready(Ok(0)),
            FailsEmptyReads if buf.is_empty() => {
                return Poll::Ready(Err(ErrorKind::InvalidInput.into()));
            }
            ReadsItsOwnBytes if !this.bytes.is_empty() && !buf.is_empty() => {
                buf[0] = this.bytes.remove(0);
                return Poll::Ready(Ok(1));
            }
            ClosesItsOwnReads if this.count > 0 => {
                return Poll::Ready(Err(ErrorKind::NotConnected.into()));
            }
            LosesWhatNobodyWaitsFor if !this.reads => {
                let mut lost = [0; 4096];
                if let Poll::Ready(Ok(count)) = Pin::new(&mut this.inner).poll_read(cx, &mut lost) {
                    this.reads = true;
                    if count == 0 {
                        return Poll::Ready(Ok(0));
                    }
                }
            }
            _ => {}
        }
        let late = this.is(WakesTwoMinutesLate).then(|| {
            let waker = cx.waker().clone();
            let (sender, receiver) = futures_channel::oneshot::channel::<()>();
            solipsism::spawn(async move {
                let _ = receiver.await;
                solipsism::time::sleep(std::time::Duration::from_secs(120)).await;
                waker.wake();
            });
            OnWake::waker(sender)
        });
        let waker = match late {
            Some(late) => late,
            None if this.is(LosesEveryThirdReader) && this.count % 3 == 2 => Waker::noop().clone(),
            None => cx.waker().clone(),
        };
        let was_reading = this.reads;
        let read = Pin::new(&mut this.inner).poll_read(&mut Context::from_waker(&waker), buf);
        this.reads = read.is_pending();
        match (this.defect, read) {
            (WouldBlock, Poll::Pending) => Poll::Ready(Err(ErrorKind::WouldBlock.into())),
            (LosesEveryThirdReader, Poll::Pending) => {
                this.count += usize::from(!was_reading);
                Poll::Pending
            }
            (FlipsTheByteAt5000, Poll::Ready(Ok(count))) => {
                if (this.count..this.count + count).contains(&5000) {
                    buf[5000 - this.count] ^= 1;
                }
                this.count += count;
                Poll::Ready(Ok(count))
            }
            (RepeatsAfterSpuriousPolls, Poll::Pending) if was_reading => {
                this.count += 1;
                Poll::Pending
            }
            (RepeatsAfterSpuriousPolls, Poll::Ready(Ok(count))) if this.count > 0 && count > 0 => {
                this.count = 0;
                if buf.len() > count {
                    buf[count] = buf[count - 1];
                    return Poll::Ready(Ok(count + 1));
                }
                Poll::Ready(Ok(count))
            }
            (_, read) => read,
        }
    }
}

impl AsyncWrite for Wrapped {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        match this.defect {
            WritesFailWhileAReadWaits if this.reads => {
                return Poll::Ready(Err(ErrorKind::ResourceBusy.into()));
            }
            ReadsItsOwnBytes if this.count == 0 && buf.len() == 8 => {
                this.count += 1;
                this.bytes.extend_from_slice(&buf[..1]);
            }
            TakesTheLastByteOfAFullWrite if buf.len() > 1024 => {
                let count = ready!(Pin::new(&mut this.inner).poll_write(cx, &buf[..1023]))?;
                return Poll::Ready(Ok(if count == 1023 { 1024 } else { count }));
            }
            _ => {}
        }
        let written = Pin::new(&mut this.inner).poll_write(cx, buf);
        this.is_full = written.is_pending();
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.inner).poll_write_vectored(cx, bufs))?;
        let slices = bufs.iter().filter(|buf| !buf.is_empty()).count();
        Poll::Ready(Ok(if self.is(CountsSlices) {
            slices
        } else {
            written
        }))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.count += 1;
        match self.defect {
            FlushesANul if self.count == 2 => {
                ready!(Pin::new(&mut self.inner).poll_write(cx, b"\0"))?;
            }
            FailsEverySeventhFlush if self.count % 7 == 0 => {
                return Poll::Ready(Err(ErrorKind::Other.into()));
            }
            ClosesItsOwnReads => self.count = 0,
            _ => {}
        }
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.count += 1;
        match self.defect {
            ClosesAtTheSecondCall if self.count == 1 => return Poll::Ready(Ok(())),
            LosesUnreadBytesWhenItCloses => {
                while self.inner.try_read(&mut [0; 64]).is_ok_and(|n| n > 0) {}
            }
            CloseWaitsForThePeersClose => {
                ready!(Pin::new(&mut self.inner).poll_close(cx))?;
                let mut byte = [0];
                ready!(Pin::new(&mut self.inner).poll_read(cx, &mut byte))?;
                return Poll::Ready(Ok(()));
            }
            _ => {}
        }
        Pin::new(&mut self.inner).poll_close(cx)
    }
}

impl Drop for Wrapped {
    fn drop(&mut self) {
        assert!(
            !(self.is(PanicsWhenDroppedFull) && self.is_full) || std::thread::panicking(),
            "somebody has not read what I wrote"
        );
    }
}

/// Tells when it is woken.
struct OnWake(std::sync::Mutex<Option<futures_channel::oneshot::Sender<()>>>);

impl OnWake {
    fn waker(sender: futures_channel::oneshot::Sender<()>) -> Waker {
        Waker::from(std::sync::Arc::new(Self(std::sync::Mutex::new(Some(
            sender,
        )))))
    }
}

impl std::task::Wake for OnWake {
    fn wake(self: std::sync::Arc<Self>) {
        if let Some(sender) = self.0.lock().unwrap().take() {
            let _ = sender.send(());
        }
    }
}
