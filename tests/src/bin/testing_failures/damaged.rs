//! More streams with a defect each: a pair of pipes in memory, and damage as real streams have it, which shows only in some
//! order of operations, or past some size.

#[path = "damaged/side.rs"]
mod side;

use std::convert::Infallible;

use solipsism::testing::check_stream;

use self::side::Side;

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
