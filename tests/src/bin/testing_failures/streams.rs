//! Streams with a defect each.

use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker, ready};

use solipsism::io::{AsyncRead, AsyncWrite};
use solipsism::net::UnixStream;
use solipsism::testing::check_stream;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Defect {
    LosesTheReader,
    KeepsTheFirstReader,
    WakesEveryReader,
    LosesTheWriter,
    KeepsTheFirstWriter,
    EndsAndGoesOn,
    EndsOnce,
    NeverEnds,
    EndsEarly,
    IgnoresClose,
    ReadsTooMuchAtOnce,
    SaysItReadMore,
    LosesBytesOfReadsGivenUp,
    WritesNothing,
    SaysItWroteMore,
    WritesHalf,
    SendsWritesGivenUp,
    PanicsOnEmptyWrites,
    EndsByEmptyWrites,
    EndsByEmptyReads,
    TurnsVectorsRound,
    LosesItsBufferOnClose,
    NeverFlushes,
    WritesWhenClosed,
    ClosesOnce,
    ClosesBothWays,
    NeverFails,
    HangsInClose,
}

use Defect::{
    ClosesBothWays, ClosesOnce, EndsAndGoesOn, EndsByEmptyReads, EndsByEmptyWrites, EndsEarly,
    EndsOnce, HangsInClose, IgnoresClose, KeepsTheFirstReader, KeepsTheFirstWriter,
    LosesBytesOfReadsGivenUp, LosesItsBufferOnClose, LosesTheReader, LosesTheWriter, NeverEnds,
    NeverFails, NeverFlushes, PanicsOnEmptyWrites, ReadsTooMuchAtOnce, SaysItReadMore,
    SaysItWroteMore, SendsWritesGivenUp, TurnsVectorsRound, WakesEveryReader, WritesHalf,
    WritesNothing, WritesWhenClosed,
};

#[solipsism::test]
#[case::loses_the_reader(LosesTheReader)]
#[case::keeps_the_first_reader(KeepsTheFirstReader)]
#[case::wakes_every_reader(WakesEveryReader)]
#[case::loses_the_writer(LosesTheWriter)]
#[case::keeps_the_first_writer(KeepsTheFirstWriter)]
#[case::ends_and_goes_on(EndsAndGoesOn)]
#[case::ends_once(EndsOnce)]
#[case::never_ends(NeverEnds)]
#[case::ends_early(EndsEarly)]
#[case::ignores_close(IgnoresClose)]
#[case::reads_too_much_at_once(ReadsTooMuchAtOnce)]
#[case::says_it_read_more(SaysItReadMore)]
#[case::loses_bytes_of_reads_given_up(LosesBytesOfReadsGivenUp)]
#[case::writes_nothing(WritesNothing)]
#[case::says_it_wrote_more(SaysItWroteMore)]
#[case::writes_half(WritesHalf)]
#[case::sends_writes_given_up(SendsWritesGivenUp)]
#[case::panics_on_empty_writes(PanicsOnEmptyWrites)]
#[case::ends_by_empty_writes(EndsByEmptyWrites)]
#[case::ends_by_empty_reads(EndsByEmptyReads)]
#[case::turns_vectors_round(TurnsVectorsRound)]
#[case::loses_its_buffer_on_close(LosesItsBufferOnClose)]
#[case::never_flushes(NeverFlushes)]
#[case::writes_when_closed(WritesWhenClosed)]
#[case::closes_once(ClosesOnce)]
#[case::closes_both_ways(ClosesBothWays)]
#[case::never_fails(NeverFails)]
#[case::hangs_in_close(HangsInClose)]
async fn finds(#[case] defect: Defect) {
    check_stream(async || {
        let (one, other) = UnixStream::pair_with_capacity(1024)?;
        io::Result::Ok((Planted::new(one, defect), Planted::new(other, defect)))
    })
    .await;
}

struct Planted {
    inner: UnixStream,
    defect: Defect,
    reader: Option<Waker>,
    writer: Option<Waker>,
    readers: Arc<Readers>,
    /// The room of the read that waits.
    room: Option<usize>,
    ends: usize,
    pending: Vec<u8>,
    buffer: Vec<u8>,
    is_closed: bool,
}

#[derive(Default)]
struct Readers(Mutex<Vec<Waker>>);

impl Wake for Readers {
    fn wake(self: Arc<Self>) {
        let all = std::mem::take(&mut *self.0.lock().unwrap());
        all.into_iter().for_each(Waker::wake);
    }
}

impl Planted {
    fn new(inner: UnixStream, defect: Defect) -> Self {
        Self {
            inner,
            defect,
            reader: None,
            writer: None,
            readers: Arc::default(),
            room: None,
            ends: 0,
            pending: Vec::new(),
            buffer: Vec::new(),
            is_closed: false,
        }
    }

    fn is(&self, defect: Defect) -> bool {
        self.defect == defect
    }
}

impl AsyncRead for Planted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        if this.is(EndsByEmptyReads) {
            this.ends += usize::from(buf.is_empty());
            if this.ends > 0 {
                return Poll::Ready(Ok(0));
            }
        }
        if this.is(ClosesBothWays) && this.is_closed {
            return Poll::Ready(Ok(0));
        }
        if this.is(ReadsTooMuchAtOnce) && !buf.is_empty() {
            let mut large = [0; 64];
            let count = ready!(Pin::new(&mut this.inner).poll_read(cx, &mut large))?;
            let kept = count.min(buf.len());
            buf[..kept].copy_from_slice(&large[..kept]);
            return Poll::Ready(Ok(kept));
        }
        if this.is(LosesBytesOfReadsGivenUp) && this.room.is_some_and(|room| room > buf.len()) {
            ready!(Pin::new(&mut this.inner).poll_read(cx, &mut [0]))?;
            this.room = None;
        }
        let kept = this
            .reader
            .get_or_insert_with(|| cx.waker().clone())
            .clone();
        let all = Waker::from(Arc::clone(&this.readers));
        let waker = match this.defect {
            LosesTheReader => Waker::noop(),
            KeepsTheFirstReader => &kept,
            WakesEveryReader => {
                this.readers.0.lock().unwrap().push(cx.waker().clone());
                &all
            }
            _ => cx.waker(),
        };
        let read = Pin::new(&mut this.inner).poll_read(&mut Context::from_waker(waker), buf);
        match read {
            Poll::Pending => {
                let again = this.room.replace(buf.len()).is_some();
                if this.is(EndsEarly) && again {
                    return Poll::Ready(Ok(0));
                }
                Poll::Pending
            }
            Poll::Ready(Ok(0)) if !buf.is_empty() => {
                this.ends += 1;
                match this.defect {
                    NeverEnds => Poll::Pending,
                    EndsOnce if this.ends > 1 => Poll::Pending,
                    EndsAndGoesOn if this.ends > 1 => {
                        buf[0] = b'?';
                        Poll::Ready(Ok(1))
                    }
                    _ => Poll::Ready(Ok(0)),
                }
            }
            Poll::Ready(Ok(count)) => {
                (this.room, this.reader) = (None, None);
                let more = this.is(SaysItReadMore) && count == buf.len();
                Poll::Ready(Ok(count + usize::from(more)))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
        }
    }
}

impl AsyncWrite for Planted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        match this.defect {
            WritesWhenClosed if this.is_closed => return Poll::Ready(Ok(buf.len())),
            PanicsOnEmptyWrites => assert!(!buf.is_empty(), "what should I write?"),
            EndsByEmptyWrites if buf.is_empty() => {
                ready!(Pin::new(&mut this.inner).poll_close(cx))?;
                return Poll::Ready(Ok(0));
            }
            LosesItsBufferOnClose | NeverFlushes if this.buffer.len() < 512 => {
                this.buffer.extend_from_slice(buf);
                return Poll::Ready(Ok(buf.len()));
            }
            LosesItsBufferOnClose | NeverFlushes => {
                ready!(this.send(cx))?;
            }
            SendsWritesGivenUp if !this.pending.is_empty() => {
                let count = ready!(Pin::new(&mut this.inner).poll_write(cx, &this.pending))?;
                this.pending.clear();
                return Poll::Ready(Ok(count.min(buf.len())));
            }
            _ => {}
        }
        let kept = this
            .writer
            .get_or_insert_with(|| cx.waker().clone())
            .clone();
        let waker = match this.defect {
            LosesTheWriter => Waker::noop(),
            KeepsTheFirstWriter => &kept,
            _ => cx.waker(),
        };
        let half = match this.defect {
            WritesHalf => &buf[..buf.len().div_ceil(2)],
            _ => buf,
        };
        let written = Pin::new(&mut this.inner).poll_write(&mut Context::from_waker(waker), half);
        if written.is_ready() {
            this.writer = None;
        }
        match written {
            Poll::Pending if this.is(WritesNothing) => Poll::Ready(Ok(0)),
            Poll::Pending if this.is(SendsWritesGivenUp) => {
                this.pending = buf.to_vec();
                Poll::Pending
            }
            Poll::Ready(Ok(_)) if this.is(WritesHalf) => Poll::Ready(Ok(buf.len())),
            Poll::Ready(Ok(count)) if this.is(SaysItWroteMore) => Poll::Ready(Ok(count + 1)),
            Poll::Ready(Err(_)) if this.is(NeverFails) => Poll::Ready(Ok(buf.len())),
            other => other,
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.is(TurnsVectorsRound) {
            let all: Vec<u8> = bufs.iter().rev().flat_map(|buf| buf.to_vec()).collect();
            return Pin::new(&mut self.inner).poll_write(cx, &all);
        }
        let first = bufs.iter().find(|buf| !buf.is_empty());
        self.poll_write(cx, first.map_or(&[], |buf| buf))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.is(NeverFlushes) {
            ready!(self.send(cx))?;
        }
        Poll::Ready(Ok(()))
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let was_closed = std::mem::replace(&mut this.is_closed, true);
        match this.defect {
            IgnoresClose => return Poll::Ready(Ok(())),
            HangsInClose => return Poll::Pending,
            ClosesOnce if was_closed => {
                return Poll::Ready(Err(ErrorKind::NotConnected.into()));
            }
            _ => {}
        }
        Pin::new(&mut this.inner).poll_close(cx)
    }
}

impl Planted {
    fn send(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.buffer.is_empty() {
            let count = ready!(Pin::new(&mut self.inner).poll_write(cx, &self.buffer))?;
            self.buffer.drain(..count);
        }
        Poll::Ready(Ok(()))
    }
}
