//! [`check_stream`], and its parts: whether a stream keeps the rules of reading and writing.

mod closing;
mod end;
mod moving;
mod two_way;
mod waiting;

use std::fmt::Debug;
use std::panic::Location;
use std::pin::Pin;

use futures_util::io::{AsyncRead, AsyncWrite};

use self::end::End;
use super::journal::Journal;

/// Checks that streams of a type of one's own keep the rules of reading and writing, both ways, and that each direction can
/// be closed for itself. `make` makes a pair of connected streams, and is called for every rule.
///
/// What is written is flushed, so that a stream may buffer; a write may wait until it is read. The rules:
///
/// - bytes of every value arrive as they were written: one at a time, in large and small pieces, vectored, a megabyte of them
///   in both directions at once; empty writes and empty buffers do nothing;
/// - a read gives no more than there is room for, and a write takes no more than it is given, nor nothing; neither fails with
///   `WouldBlock` or `Interrupted`;
/// - what is flushed has left: it arrives when the writer is dropped, and a flush does not wait for the reader, if a kilobyte
///   can be written that nobody reads;
/// - closing sends what is not flushed yet and then ends the stream, for good; it may be done twice, and no write comes after;
/// - a stream that was dropped is noticed at the other end: the reader finds an end or an error, the writer an error;
/// - who waits is woken, by the waker of its latest poll and by no other: by bytes, by room, by the other end's close and drop;
///   nor for ever while nothing happens; reads and writes that wait at once are each woken for themselves;
/// - polls that nothing called for do no harm, and a read or a write that is given up loses, sends and doubles nothing;
/// - one direction that is closed, or full, leaves the other one alone.
///
/// The rules about full buffers are tried if 16 MiB fill them.
///
/// # Panics
///
/// If a rule is broken: with the rule, what was found, and the operations before. If `make` fails. Outside of a world.
///
/// # Examples
///
/// ```
/// use solipsism::{EventLoop, net::UnixStream, testing::check_stream};
///
/// EventLoop::new().run(check_stream(async || UnixStream::pair())).unwrap();
/// ```
#[track_caller]
pub fn check_stream<M, A, B, E>(make: M) -> impl Future<Output = ()>
where
    M: AsyncFnMut() -> Result<(A, B), E>,
    A: AsyncRead + AsyncWrite + Unpin,
    B: AsyncRead + AsyncWrite + Unpin,
    E: Debug,
{
    let journal = Journal::new("check_stream", Location::caller());
    async move {
        let mut make = make;
        both_ways(&mut make, &journal).await;
        let mut pairs = Pairs::new(&mut make, &journal, BOTH);
        two_way::closes_by_halves(&mut pairs).await;
    }
}

/// As [`check_stream`], for streams of which a close may end both directions.
///
/// # Panics
///
/// As `check_stream`.
///
/// # Examples
///
/// ```
/// use solipsism::{EventLoop, net::UnixStream, testing::check_two_way_stream};
///
/// EventLoop::new().run(check_two_way_stream(async || UnixStream::pair())).unwrap();
/// ```
#[track_caller]
pub fn check_two_way_stream<M, A, B, E>(make: M) -> impl Future<Output = ()>
where
    M: AsyncFnMut() -> Result<(A, B), E>,
    A: AsyncRead + AsyncWrite + Unpin,
    B: AsyncRead + AsyncWrite + Unpin,
    E: Debug,
{
    let journal = Journal::new("check_two_way_stream", Location::caller());
    async move {
        let mut make = make;
        both_ways(&mut make, &journal).await;
    }
}

/// As [`check_stream`], for one direction: a pair is a writer and its reader.
///
/// # Panics
///
/// As `check_stream`.
///
/// # Examples
///
/// ```
/// use solipsism::{EventLoop, net::unix::pipe, testing::check_one_way_stream};
///
/// EventLoop::new().run(check_one_way_stream(async || pipe::pipe())).unwrap();
/// ```
#[track_caller]
pub fn check_one_way_stream<M, W, R, E>(make: M) -> impl Future<Output = ()>
where
    M: AsyncFnMut() -> Result<(W, R), E>,
    W: AsyncWrite + Unpin,
    R: AsyncRead + Unpin,
    E: Debug,
{
    let journal = Journal::new("check_one_way_stream", Location::caller());
    async move {
        let mut make = make;
        one_way(&mut Pairs::new(&mut make, &journal, ["writer", "reader"])).await;
    }
}

const BOTH: [&str; 2] = ["a", "b"];

async fn both_ways<M, A, B, E>(make: &mut M, journal: &Journal)
where
    M: AsyncFnMut() -> Result<(A, B), E>,
    A: AsyncRead + AsyncWrite + Unpin,
    B: AsyncRead + AsyncWrite + Unpin,
    E: Debug,
{
    let room = one_way(&mut Pairs::new(make, journal, BOTH)).await;
    let mut swapped = async || make().await.map(|(a, b)| (b, a));
    one_way(&mut Pairs::new(&mut swapped, journal, ["b", "a"])).await;
    two_way::moves_both_ways(&mut Pairs::new(make, journal, BOTH), much(room)).await;
    if room.is_some() {
        two_way::waits_both_ways(&mut Pairs::new(make, journal, BOTH)).await;
    }
}

/// All rules of one direction.
async fn one_way<W: AsyncWrite + Unpin, R: AsyncRead + Unpin>(
    pairs: &mut Pairs<'_, W, R>,
) -> Option<usize> {
    let room = waiting::room(pairs).await;
    waiting::waits_in_peace(pairs, room.is_some()).await;
    moving::arrives(pairs).await;
    moving::arrives_in_pieces(pairs).await;
    moving::leaves_bytes_alone(pairs).await;
    moving::takes_empty_operations(pairs).await;
    moving::takes_many_buffers(pairs).await;
    moving::moves_much(pairs, much(room) / 4).await;
    moving::moves_large_pieces(pairs, much(room)).await;
    closing::ends_for_good(pairs).await;
    closing::sends_before_it_ends(pairs).await;
    closing::takes_no_write_after(pairs).await;
    closing::leaves_what_was_flushed(pairs).await;
    closing::notices_a_dropped_writer(pairs).await;
    closing::notices_a_dropped_reader(pairs).await;
    waiting::wakes_the_newest_reader(pairs).await;
    waiting::wakes_a_reader_at_the_end(pairs).await;
    waiting::loses_nothing_that_is_given_up(pairs).await;
    if let Some(room) = room {
        waiting::flushes_unread(pairs, room).await;
        waiting::wakes_the_newest_writer(pairs).await;
        waiting::wakes_a_writer_at_the_end(pairs).await;
        waiting::sends_nothing_that_is_given_up(pairs).await;
        waiting::closes_when_full(pairs).await;
        waiting::wakes_the_newest_flusher(pairs).await;
    }
    room
}

/// How many bytes are many for a stream that has room for so many: where every byte is an operation, a few thousand are.
fn much(room: Option<usize>) -> usize {
    room.map_or(1 << 20, |room| (room * 256).clamp(1 << 12, 1 << 20))
}

type Making<'a, W, R> = Pin<Box<dyn Future<Output = Result<(W, R), String>> + 'a>>;

/// Makes the pairs.
struct Pairs<'a, W, R> {
    make: Box<dyn MakePair<W, R> + 'a>,
    journal: &'a Journal,
    names: [&'static str; 2],
}

trait MakePair<W, R> {
    fn make(&mut self) -> Making<'_, W, R>;
}

impl<W, R, E: Debug, M: AsyncFnMut() -> Result<(W, R), E>> MakePair<W, R> for &mut M {
    fn make(&mut self) -> Making<'_, W, R> {
        Box::pin(async move {
            let made = self().await;
            made.map_err(|error| format!("{error:?}"))
        })
    }
}

impl<'a, W: Unpin, R: Unpin> Pairs<'a, W, R> {
    fn new<M, E>(make: &'a mut M, journal: &'a Journal, names: [&'static str; 2]) -> Self
    where
        M: AsyncFnMut() -> Result<(W, R), E>,
        E: Debug,
    {
        Self {
            make: Box::new(make),
            journal,
            names,
        }
    }

    /// A new pair, for this rule.
    async fn begin(&mut self, rule: &'static str) -> (End<W>, End<R>) {
        let [one, other] = self.names;
        let subject = format!("new streams `{one}` and `{other}`");
        self.journal.begin(rule, subject);
        match self.make.make().await {
            Ok((w, r)) => (
                End::new(w, one, self.journal),
                End::new(r, other, self.journal),
            ),
            Err(error) => self
                .journal
                .broke(&format!("no pair of streams could be made: {error}")),
        }
    }
}
