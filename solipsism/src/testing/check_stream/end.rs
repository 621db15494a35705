//! One end of a pair that is checked: every operation is noted, and held against what holds for each.

use std::io::{self, ErrorKind, IoSlice, IoSliceMut};
use std::ops::Deref;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadHalf, WriteHalf};

use crate::panics::{self, Print};
use crate::task::yield_now;
use crate::testing::journal::Journal;
use crate::testing::watch::{PATIENCE, ROUNDS, Watch};
use crate::time::Instant;

pub(super) struct End<S> {
    stream: S,
    name: &'static str,
    pub(super) journal: Journal,
}

impl<S: Unpin> End<S> {
    pub(super) fn new(stream: S, name: &'static str, journal: &Journal) -> Self {
        Self {
            stream,
            name,
            journal: journal.clone(),
        }
    }

    pub(super) fn watch(&self) -> Watch {
        Watch::new(&self.journal)
    }

    pub(super) fn drop_it(self) {
        let Self {
            stream, journal, ..
        } = self;
        journal.note(format!("{} was dropped", self.name));
        if let Err(panic) = panics::catch(Print::Later, || drop(stream)) {
            journal.broke(&format!("it {}", panic.text));
        }
    }

    pub(super) fn broke(&self, found: &str) -> ! {
        self.journal.broke(found)
    }

    fn op<T>(
        &mut self,
        what: &str,
        watch: &Watch,
        poll: impl FnOnce(Pin<&mut S>, &mut Context<'_>) -> Poll<io::Result<T>>,
        show: impl FnOnce(&T) -> String,
    ) -> Poll<io::Result<T>> {
        let operation = format!("{}.{what}", self.name);
        watch.reset();
        let waker = watch.waker();
        let mut cx = Context::from_waker(&waker);
        let stream = Pin::new(&mut self.stream);
        match panics::catch(Print::Later, || poll(stream, &mut cx)) {
            Err(panic) => {
                self.journal.note(operation);
                self.broke(&format!("it {}", panic.text))
            }
            Ok(polled) => {
                let came = match &polled {
                    Poll::Pending => format!("pending, with waker {}", watch.name),
                    Poll::Ready(Ok(value)) => format!("ready{}", show(value)),
                    Poll::Ready(Err(error)) => format!("failed: {error}"),
                };
                self.journal.note(format!("{operation}: {came}"));
                if let Poll::Ready(Err(error)) = &polled {
                    self.must_be_an_error(error.kind());
                }
                polled
            }
        }
    }

    /// Two kinds belong to calls that block, and mean nothing to whoever awaits.
    fn must_be_an_error(&self, kind: ErrorKind) {
        match kind {
            ErrorKind::WouldBlock => self.broke(
                "it failed as a call does that would block, where it is to be pending and to wake the waker later",
            ),
            ErrorKind::Interrupted => self.broke(
                "it failed as a call does that was interrupted, where it is to try again by itself",
            ),
            _ => {}
        }
    }

    /// Polls until it is ready, each time when it was woken.
    async fn until<T>(
        &mut self,
        what: &str,
        mut poll: impl FnMut(&mut Self, &Watch) -> Poll<T>,
    ) -> T {
        let watch = self.watch();
        let (mut since, mut wakes) = (Instant::now(), 0);
        loop {
            if let Poll::Ready(value) = poll(self, &watch) {
                return value;
            }
            if since != Instant::now() {
                (since, wakes) = (Instant::now(), 0);
            }
            if watch.is_woken() {
                // By itself: whoever is waited for gets a turn all the same.
                yield_now().await;
            }
            wakes += 1;
            if wakes == BUSY {
                self.broke(&format!(
                    "`{}.{what}` was woken {BUSY} times in one instant, and is not ready: whoever awaits it never rests",
                    self.name
                ));
            }
            let mut rounds = 0;
            while !watch.woken().await {
                if poll(self, &watch).is_ready() {
                    self.lost_waker(what, &watch);
                }
                rounds += 1;
                if rounds == ROUNDS {
                    self.broke(&format!(
                        "`{}.{what}` does not end: it was pending for {:?}",
                        self.name,
                        PATIENCE * 3
                    ));
                }
            }
        }
    }

    pub(super) fn lost_waker(&self, what: &str, watch: &Watch) -> ! {
        self.broke(&format!(
            "`{}.{what}` was ready, and waker {}, of its latest poll, had not been woken",
            self.name, watch.name
        ))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> End<S> {
    /// The two directions, for two at once.
    pub(super) fn split(self) -> (End<ReadHalf<S>>, End<WriteHalf<S>>) {
        let (reader, writer) = self.stream.split();
        (
            End::new(reader, self.name, &self.journal),
            End::new(writer, self.name, &self.journal),
        )
    }
}

impl<R: AsyncRead + Unpin> End<R> {
    pub(super) fn poll_read(&mut self, room: usize, watch: &Watch) -> Poll<io::Result<Vec<u8>>> {
        let mut bytes = vec![0; room];
        let polled = self.op(
            &format!("poll_read({room} bytes)"),
            watch,
            |stream, cx| {
                let count = match stream.poll_read(cx, &mut bytes) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                    Poll::Ready(Ok(count)) => count,
                };
                bytes.truncate(count);
                Poll::Ready(Ok((count, std::mem::take(&mut bytes))))
            },
            |(count, bytes)| format!(", {count}: {}", text(bytes)),
        );
        polled.map_ok(|(count, bytes)| {
            self.at_most(count, room, "read");
            bytes
        })
    }

    fn poll_read_vectored(&mut self, rooms: &[usize], watch: &Watch) -> Poll<io::Result<Vec<u8>>> {
        let mut buffers: Vec<Vec<u8>> = rooms.iter().map(|room| vec![0; *room]).collect();
        let polled = self.op(
            &format!("poll_read_vectored({rooms:?} bytes)"),
            watch,
            |stream, cx| {
                let mut slices: Vec<_> =
                    buffers.iter_mut().map(|one| IoSliceMut::new(one)).collect();
                let polled = stream.poll_read_vectored(cx, &mut slices);
                let mut bytes = buffers.concat();
                polled.map_ok(|count| {
                    bytes.truncate(count);
                    (count, bytes)
                })
            },
            |(count, bytes)| format!(", {count}: {}", text(bytes)),
        );
        polled.map_ok(|(count, bytes)| {
            self.at_most(count, rooms.iter().sum(), "read");
            bytes
        })
    }

    pub(super) async fn read(&mut self, room: usize) -> io::Result<Vec<u8>> {
        self.until("poll_read", |end, watch| end.poll_read(room, watch))
            .await
    }

    /// A read that must succeed.
    pub(super) async fn must_read(&mut self, room: usize) -> Vec<u8> {
        match self.read(room).await {
            Ok(bytes) => bytes,
            Err(error) => self.broke(&format!("a read failed: {error}")),
        }
    }

    /// These bytes must come, in pieces of at most so many.
    pub(super) async fn must_get(&mut self, expected: &[u8], mut room: impl FnMut() -> usize) {
        let mut got = 0;
        while got < expected.len() {
            let bytes = self.must_read(room()).await;
            self.must_follow(&bytes, expected, &mut got);
        }
    }

    pub(super) async fn must_get_vectored(&mut self, expected: &[u8], rooms: &[usize]) {
        let mut got = 0;
        while got < expected.len() {
            let read = self
                .until("poll_read_vectored", |end, watch| {
                    end.poll_read_vectored(rooms, watch)
                })
                .await;
            match read {
                Ok(bytes) => self.must_follow(&bytes, expected, &mut got),
                Err(error) => self.broke(&format!("a read failed: {error}")),
            }
        }
    }

    pub(super) fn must_follow(&self, bytes: &[u8], expected: &[u8], got: &mut usize) {
        let left = &expected[*got..];
        if bytes.is_empty() {
            self.broke(&format!(
                "a read found the end of the stream after {got} of {} bytes",
                expected.len()
            ));
        }
        let shown = &left[..left.len().min(bytes.len())];
        let same = bytes
            .iter()
            .zip(shown)
            .take_while(|(one, other)| one == other);
        let same = same.count();
        if same < bytes.len() {
            let after = *got + same;
            let Some(wanted) = shown.get(same..).filter(|wanted| !wanted.is_empty()) else {
                self.broke(&format!(
                    "a read gave {} after all {after} bytes that had been written",
                    text(&bytes[same..])
                ));
            };
            self.broke(&format!(
                "a read gave {} where {} had been written, after {after} bytes",
                text(&bytes[same..]),
                text(wanted)
            ));
        }
        *got += bytes.len();
    }

    /// The end of the stream must come.
    pub(super) async fn must_end(&mut self) {
        let bytes = self.must_read(16).await;
        if !bytes.is_empty() {
            self.broke(&format!(
                "a read gave {} where the stream should have ended",
                text(&bytes)
            ));
        }
    }

    fn at_most(&self, count: usize, room: usize, what: &str) {
        if count > room {
            self.broke(&format!(
                "a {what} said that it took {count} bytes, and there were {room}"
            ));
        }
    }
}

impl<W: AsyncWrite + Unpin> End<W> {
    pub(super) fn poll_write(&mut self, bytes: &[u8], watch: &Watch) -> Poll<io::Result<usize>> {
        let polled = self.op(
            &format!("poll_write({})", text(bytes)),
            watch,
            |stream, cx| stream.poll_write(cx, bytes),
            |count| format!(", {count}"),
        );
        if let Poll::Ready(Ok(count)) = polled {
            self.must_take_some(count, bytes.len());
        }
        polled
    }

    fn must_take_some(&self, count: usize, of: usize) {
        if count > of {
            self.broke(&format!(
                "a write said that it took {count} bytes, and there were {of}"
            ));
        }
        if count == 0 && of > 0 {
            self.broke(&format!(
                "a write of {of} bytes took none, which neither succeeds nor waits nor fails"
            ));
        }
    }

    pub(super) async fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.until("poll_write", |end, watch| end.poll_write(bytes, watch))
            .await
    }

    pub(super) fn poll_flush(&mut self, watch: &Watch) -> Poll<io::Result<()>> {
        self.op("poll_flush()", watch, AsyncWrite::poll_flush, |()| {
            String::new()
        })
    }

    pub(super) async fn flush(&mut self) -> io::Result<()> {
        self.until("poll_flush", Self::poll_flush).await
    }

    pub(super) fn poll_close(&mut self, watch: &Watch) -> Poll<io::Result<()>> {
        self.op("poll_close()", watch, AsyncWrite::poll_close, |()| {
            String::new()
        })
    }

    pub(super) async fn close(&mut self) -> io::Result<()> {
        self.until("poll_close", Self::poll_close).await
    }

    pub(super) async fn must_close(&mut self) {
        if let Err(error) = self.close().await {
            self.broke(&format!("a close failed: {error}"));
        }
    }

    /// Writes all, in pieces of at most so many, without a flush.
    pub(super) async fn must_write(&mut self, bytes: &[u8], mut most: impl FnMut() -> usize) {
        let mut done = 0;
        while done < bytes.len() {
            let end = bytes.len().min(done + most());
            match self.write(&bytes[done..end]).await {
                Ok(count) => done += count,
                Err(error) => self.broke(&format!("a write failed: {error}")),
            }
        }
    }

    pub(super) async fn must_flush(&mut self) {
        if let Err(error) = self.flush().await {
            self.broke(&format!("a flush failed: {error}"));
        }
    }

    /// Writes all and flushes.
    pub(super) async fn must_send(&mut self, bytes: &[u8]) {
        self.must_write(bytes, || usize::MAX / 2).await;
        self.must_flush().await;
    }

    /// Whether all of it can be flushed before anybody reads.
    pub(super) async fn is_sent_unread(&mut self, bytes: &[u8]) -> bool {
        let watch = self.watch();
        let mut left = bytes;
        loop {
            let is_written = left.is_empty();
            let polled = if is_written {
                self.poll_flush(&watch)
            } else {
                let polled = self.poll_write(left, &watch);
                polled.map_ok(|count| left = &left[count..])
            };
            match polled {
                Poll::Ready(Ok(())) if is_written => return true,
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(error)) => self.broke(&format!("a write failed: {error}")),
                Poll::Pending if watch.woken().await => {}
                Poll::Pending => return false,
            }
        }
    }

    /// One operation at least, also where there is nothing to write.
    pub(super) async fn must_send_vectored(&mut self, parts: &[&[u8]]) {
        let mut slices: Vec<_> = parts.iter().map(|part| IoSlice::new(part)).collect();
        let mut rest = &mut slices[..];
        let mut left: usize = parts.iter().map(|part| part.len()).sum();
        // Nothing at all is written once.
        loop {
            let what = format!("poll_write_vectored({})", lengths(rest));
            let written = self
                .until("poll_write_vectored", |end, watch| {
                    end.op(
                        &what,
                        watch,
                        |stream, cx| stream.poll_write_vectored(cx, rest),
                        |count| format!(", {count}"),
                    )
                })
                .await;
            match written {
                Ok(count) => {
                    self.must_take_some(count, left);
                    left -= count;
                    IoSlice::advance_slices(&mut rest, count);
                }
                Err(error) => self.broke(&format!("a vectored write failed: {error}")),
            }
            if left == 0 {
                break;
            }
        }
        self.must_flush().await;
    }

    /// Writes until it fails.
    pub(super) async fn must_fail(&mut self, why: &str) {
        for _ in 0..MOST / PIECE {
            if self.write(&[b'x'; PIECE]).await.is_err() || self.flush().await.is_err() {
                return;
            }
        }
        self.broke(&format!(
            "{MOST} bytes were written without an error, {why}"
        ));
    }
}

/// So much fills any buffer that has an end.
pub(super) const MOST: usize = 16 * 1024 * 1024;

pub(super) const PIECE: usize = 16 * 1024;

/// Whoever is woken so often in one instant, and has not got on, spins.
const BUSY: usize = 10_000;

/// How long each of these is, or how many they are.
fn lengths<T: Deref<Target = [u8]>>(parts: &[T]) -> String {
    if parts.len() > 16 {
        return format!("{} buffers", parts.len());
    }
    let lengths: Vec<_> = parts.iter().map(|part| part.len()).collect();
    format!("{lengths:?} bytes")
}

/// Bytes as a literal, the first of them.
pub(super) fn text(bytes: &[u8]) -> String {
    let shown = &bytes[..bytes.len().min(24)];
    match bytes.len() - shown.len() {
        0 => format!("b\"{}\"", shown.escape_ascii()),
        more => format!("b\"{}\" and {more} more", shown.escape_ascii()),
    }
}
