//! Who waits for bytes, or for room.

use std::task::Poll;

use futures_util::future::join;
use futures_util::io::{AsyncRead, AsyncWrite};

use super::Pairs;
use super::end::{End, MOST, PIECE, text};
use crate::testing::journal::Journal;
use crate::testing::settle;
use crate::testing::watch::Watch;
use crate::time::{Duration, sleep};

/// Two polls that wait, by different wakers.
struct Waits {
    older: Watch,
    newer: Watch,
    what: &'static str,
}

impl Waits {
    fn new<S: Unpin>(end: &End<S>, what: &'static str) -> Self {
        let older = end.watch();
        let newer = older.beside(&end.journal);
        Self { older, newer, what }
    }

    /// One of them is woken: it must be the newer one alone.
    async fn end(&self, journal: &Journal, ready: impl AsyncFnOnce() -> bool) {
        self.newer.woken_or(&self.older).await;
        settle().await;
        let (old, new) = (&self.older.name, &self.newer.name);
        let what = self.what;
        match (self.older.is_woken(), self.newer.is_woken()) {
            (false, true) => journal.note(format!("waker {new} is woken")),
            (true, false) => journal.broke(&format!(
                "waker {old}, of an earlier `{what}`, was woken, and not {new}, of the latest"
            )),
            (true, true) => journal.broke(&format!(
                "waker {old}, of an earlier `{what}`, was woken beside {new}, of the latest"
            )),
            (false, false) if ready().await => journal.broke(&format!(
                "`{what}` was ready, and waker {new}, of its latest poll, had not been woken"
            )),
            (false, false) => journal.broke(&format!("`{what}` does not end")),
        }
    }
}

/// A read that must find nothing.
pub(super) fn must_wait<R: AsyncRead + Unpin>(r: &mut End<R>, room: usize, watch: &Watch) {
    match r.poll_read(room, watch) {
        Poll::Pending => {}
        Poll::Ready(Ok(bytes)) if bytes.is_empty() => {
            r.broke("a read found the end of the stream, and nobody had closed it");
        }
        Poll::Ready(Ok(bytes)) => {
            r.broke(&format!(
                "a read gave {}, and nothing was written",
                text(&bytes)
            ));
        }
        Poll::Ready(Err(error)) => r.broke(&format!("a read failed: {error}")),
    }
}

fn two_reads<R: AsyncRead + Unpin>(r: &mut End<R>) -> Waits {
    let waits = Waits::new(r, "poll_read");
    must_wait(r, 16, &waits.older);
    for _ in 0..3 {
        must_wait(r, 16, &waits.newer);
    }
    waits.older.reset();
    waits
}

async fn woken<R: AsyncRead + Unpin>(r: &mut End<R>, waits: &Waits) {
    let journal = r.journal.clone();
    let ready = async || r.poll_read(16, &waits.newer).is_ready();
    waits.end(&journal, ready).await;
}

const LINE: &[u8] = b"Sphinx of black quartz, judge my vow.";

pub(super) async fn wakes_the_newest_reader<W: AsyncWrite + Unpin, R: AsyncRead + Unpin>(
    pairs: &mut Pairs<'_, W, R>,
) {
    let (mut w, mut r) = pairs
        .begin("a read that waits is woken by bytes, by the waker of its latest poll alone")
        .await;
    // However few.
    for bytes in [LINE, b"!"] {
        settle().await;
        let waits = two_reads(&mut r);
        let read = async {
            woken(&mut r, &waits).await;
            r.must_get(bytes, || 16).await;
        };
        join(w.must_send(bytes), read).await;
    }
}

/// So often may whoever waits be woken for nothing.
const NEEDLESS: usize = 100;

/// Polls again whenever it is woken: that must come to rest.
async fn comes_to_rest<S: Unpin>(
    end: &mut End<S>,
    what: &str,
    mut is_pending: impl FnMut(&mut End<S>, &Watch) -> bool,
) {
    let watch = end.watch();
    for _ in 0..NEEDLESS {
        if !is_pending(end, &watch) {
            return;
        }
        settle().await;
        if !watch.is_woken() {
            return;
        }
    }
    end.broke(&format!(
        "a `{what}` that waits was woken {NEEDLESS} times for nothing: whoever awaits it never rests"
    ));
}

pub(super) async fn waits_in_peace<W: AsyncWrite + Unpin, R: AsyncRead + Unpin>(
    pairs: &mut Pairs<'_, W, R>,
    is_full: bool,
) {
    let (mut w, mut r) = pairs
        .begin("who waits is not woken for ever while nothing happens")
        .await;
    comes_to_rest(&mut r, "poll_read", |r, watch| {
        must_wait(r, 16, watch);
        true
    })
    .await;
    if is_full {
        let watch = w.watch();
        fill(&mut w, &watch, &mut Vec::new());
        comes_to_rest(&mut w, "poll_write", |w, watch| {
            w.poll_write(b"x", watch).is_pending()
        })
        .await;
    }
}

pub(super) async fn wakes_a_reader_at_the_end<W: AsyncWrite + Unpin, R: AsyncRead + Unpin>(
    pairs: &mut Pairs<'_, W, R>,
) {
    let (mut w, mut r) = pairs
        .begin("a read that waits is woken when the writer is closed")
        .await;
    let waits = two_reads(&mut r);
    let read = async {
        woken(&mut r, &waits).await;
        r.must_end().await;
    };
    join(w.must_close(), read).await;

    let (w, mut r) = pairs
        .begin("a read that waits is woken when the writer is dropped")
        .await;
    let waits = two_reads(&mut r);
    w.drop_it();
    woken(&mut r, &waits).await;
    let _ = r.read(16).await;
}

pub(super) async fn loses_nothing_that_is_given_up<W: AsyncWrite + Unpin, R: AsyncRead + Unpin>(
    pairs: &mut Pairs<'_, W, R>,
) {
    let (mut w, mut r) = pairs
        .begin("a read that waits and is given up loses no bytes")
        .await;
    let given_up = r.watch();
    must_wait(&mut r, 64, &given_up);
    let read = async {
        // They are there, or as near as they get.
        sleep(Duration::from_secs(1)).await;
        r.must_get(LINE, || 5).await;
        let given_up = r.watch();
        must_wait(&mut r, 1, &given_up);
    };
    join(w.must_send(LINE), read).await;
    join(w.must_send(LINE), r.must_get(LINE, || 64)).await;
}

/// Writes until it has to wait; what was taken is added. `false` if there is no end to it.
pub(super) fn fill<W: AsyncWrite + Unpin>(
    w: &mut End<W>,
    watch: &Watch,
    taken: &mut Vec<u8>,
) -> bool {
    while taken.len() < MOST {
        match w.poll_write(&[b'x'; PIECE], watch) {
            Poll::Pending => return true,
            Poll::Ready(Ok(count)) => taken.resize(taken.len() + count, b'x'),
            Poll::Ready(Err(error)) => w.broke(&format!("a write failed: {error}")),
        }
    }
    false
}

/// How many bytes are taken before writes wait; `None` if they never do.
pub(super) async fn room<W: AsyncWrite + Unpin, R: AsyncRead + Unpin>(
    pairs: &mut Pairs<'_, W, R>,
) -> Option<usize> {
    let (mut w, r) = pairs.begin("writes are taken until there is no room").await;
    let watch = w.watch();
    let mut taken = Vec::new();
    let is_full = fill(&mut w, &watch, &mut taken);
    w.drop_it();
    r.drop_it();
    is_full.then_some(taken.len())
}

fn two_writes<W: AsyncWrite + Unpin>(w: &mut End<W>, taken: &mut Vec<u8>) -> Waits {
    let waits = Waits::new(w, "poll_write");
    fill(w, &waits.older, taken);
    for _ in 0..3 {
        fill(w, &waits.newer, taken);
    }
    waits.older.reset();
    waits
}

async fn has_room<W: AsyncWrite + Unpin>(w: &mut End<W>, waits: &Waits) {
    let journal = w.journal.clone();
    let ready = async || w.poll_write(b"x", &waits.newer).is_ready();
    waits.end(&journal, ready).await;
}

/// Reads to the end of the stream; these bytes must come and no others.
async fn drain<R: AsyncRead + Unpin>(r: &mut End<R>, expected: &[u8]) {
    r.must_get(expected, || PIECE).await;
    r.must_end().await;
}

pub(super) async fn wakes_the_newest_writer<W: AsyncWrite + Unpin, R: AsyncRead + Unpin>(
    pairs: &mut Pairs<'_, W, R>,
) {
    let (mut w, mut r) = pairs
        .begin("a write that waits is woken by room, by the waker of its latest poll alone")
        .await;
    let mut taken = Vec::new();
    let waits = two_writes(&mut w, &mut taken);
    taken.extend_from_slice(LINE);
    let write = async {
        has_room(&mut w, &waits).await;
        w.must_send(LINE).await;
        w.must_close().await;
    };
    join(write, drain(&mut r, &taken)).await;
}

pub(super) async fn wakes_a_writer_at_the_end<W: AsyncWrite + Unpin, R: AsyncRead + Unpin>(
    pairs: &mut Pairs<'_, W, R>,
) {
    let (mut w, r) = pairs
        .begin("a write that waits is woken when the reader is dropped")
        .await;
    let waits = two_writes(&mut w, &mut Vec::new());
    r.drop_it();
    has_room(&mut w, &waits).await;
    w.must_fail("and nobody can read them").await;
}

pub(super) async fn sends_nothing_that_is_given_up<W: AsyncWrite + Unpin, R: AsyncRead + Unpin>(
    pairs: &mut Pairs<'_, W, R>,
) {
    let (mut w, mut r) = pairs
        .begin("a write that waits and is given up sends nothing")
        .await;
    let mut taken = Vec::new();
    let watch = w.watch();
    fill(&mut w, &watch, &mut taken);
    let given_up = w.watch();
    if let Poll::Ready(Ok(count)) = w.poll_write(&[b'g'; PIECE], &given_up) {
        taken.resize(taken.len() + count, b'g');
    }
    taken.extend_from_slice(LINE);
    let write = async {
        w.must_send(LINE).await;
        w.must_close().await;
    };
    join(write, drain(&mut r, &taken)).await;
}

/// Where a flush has to wait for room.
pub(super) async fn wakes_the_newest_flusher<W: AsyncWrite + Unpin, R: AsyncRead + Unpin>(
    pairs: &mut Pairs<'_, W, R>,
) {
    let (mut w, mut r) = pairs
        .begin("a flush that waits is woken by the waker of its latest poll alone")
        .await;
    let mut taken = Vec::new();
    let watch = w.watch();
    fill(&mut w, &watch, &mut taken);
    let waits = Waits::new(&w, "poll_flush");
    let mut polls = [&waits.older, &waits.newer, &waits.newer].into_iter();
    if polls.all(|watch| w.poll_flush(watch).is_pending()) {
        waits.older.reset();
        let flush = async {
            let journal = w.journal.clone();
            let ready = async || w.poll_flush(&waits.newer).is_ready();
            waits.end(&journal, ready).await;
            w.must_flush().await;
            w.must_close().await;
        };
        join(flush, drain(&mut r, &taken)).await;
    }

    let (mut w, mut r) = pairs
        .begin("a close that waits is woken by the waker of its latest poll alone")
        .await;
    taken.clear();
    let watch = w.watch();
    fill(&mut w, &watch, &mut taken);
    let waits = Waits::new(&w, "poll_close");
    let mut polls = [&waits.older, &waits.newer, &waits.newer].into_iter();
    if polls.all(|watch| w.poll_close(watch).is_pending()) {
        waits.older.reset();
        let close = async {
            let journal = w.journal.clone();
            let ready = async || w.poll_close(&waits.newer).is_ready();
            waits.end(&journal, ready).await;
            w.must_close().await;
        };
        join(close, drain(&mut r, &taken)).await;
    }
}

/// A stream that takes so many bytes that nobody reads has a buffer, and what is in it need not be read to be flushed.
const ROOMY: usize = 1024;

pub(super) async fn flushes_unread<W: AsyncWrite + Unpin, R: AsyncRead + Unpin>(
    pairs: &mut Pairs<'_, W, R>,
    room: usize,
) {
    if room < ROOMY {
        return;
    }
    let (mut w, mut r) = pairs
        .begin("a flush does not wait for the reader while there is room")
        .await;
    if !w.is_sent_unread(b"x").await {
        w.broke(&format!(
            "a byte is not flushed before it is read, and there is room for {room}"
        ));
    }
    r.must_get(b"x", || 16).await;
}

pub(super) async fn closes_when_full<W: AsyncWrite + Unpin, R: AsyncRead + Unpin>(
    pairs: &mut Pairs<'_, W, R>,
) {
    let (mut w, mut r) = pairs
        .begin("a close when there is no room loses nothing of what was written")
        .await;
    let mut taken = Vec::new();
    let watch = w.watch();
    fill(&mut w, &watch, &mut taken);
    join(w.must_close(), drain(&mut r, &taken)).await;
}
