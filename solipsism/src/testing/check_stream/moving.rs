//! Bytes arrive as they were written.

use futures_util::future::join;
use futures_util::io::{AsyncRead, AsyncWrite};

use super::Pairs;
use crate::core::Random;
use crate::testing::settle;

const LINE: &[u8] = b"The quick brown fox jumps over the lazy dog.";

pub(super) async fn arrives<W: AsyncWrite + Unpin, R: AsyncRead + Unpin>(
    pairs: &mut Pairs<'_, W, R>,
) {
    let (mut w, mut r) = pairs.begin("bytes arrive as they were written").await;
    join(w.must_send(b"x"), r.must_get(b"x", || 16)).await;
    join(w.must_send(LINE), r.must_get(LINE, || 1024)).await;
    join(
        async {
            settle().await;
            w.must_flush().await;
            w.must_flush().await;
            w.must_send(LINE).await;
        },
        r.must_get(LINE, || 1024),
    )
    .await;
}

pub(super) async fn arrives_in_pieces<W: AsyncWrite + Unpin, R: AsyncRead + Unpin>(
    pairs: &mut Pairs<'_, W, R>,
) {
    let (mut w, mut r) = pairs
        .begin("a read into a small buffer leaves the rest for the next")
        .await;
    join(w.must_send(LINE), r.must_get(LINE, || 1)).await;
    let mut rooms = [3, 7, 1, 11].iter().copied().cycle();
    let room = || rooms.next().expect("it goes round");
    join(w.must_send(LINE), r.must_get(LINE, room)).await;
    let (mut w, mut r) = pairs
        .begin("many small writes arrive one after the other")
        .await;
    let send = async {
        w.must_write(LINE, || 1).await;
        w.must_flush().await;
    };
    join(send, r.must_get(LINE, || 1024)).await;
}

pub(super) async fn takes_empty_operations<W: AsyncWrite + Unpin, R: AsyncRead + Unpin>(
    pairs: &mut Pairs<'_, W, R>,
) {
    let (mut w, mut r) = pairs
        .begin("an empty write sends nothing, and no end of the stream")
        .await;
    let send = async {
        if let Err(error) = w.write(b"").await {
            w.broke(&format!("an empty write failed: {error}"));
        }
        w.must_flush().await;
        w.must_send(b"y").await;
    };
    join(send, r.must_get(b"y", || 16)).await;

    let (mut w, mut r) = pairs
        .begin("a read into an empty buffer takes nothing")
        .await;
    let read = async {
        settle().await;
        let watch = r.watch();
        for _ in 0..2 {
            // It may wait for bytes, or not.
            let _ = r.poll_read(0, &watch);
        }
        r.must_get(LINE, || 16).await;
    };
    join(w.must_send(LINE), read).await;
}

pub(super) async fn takes_many_buffers<W: AsyncWrite + Unpin, R: AsyncRead + Unpin>(
    pairs: &mut Pairs<'_, W, R>,
) {
    let (mut w, mut r) = pairs
        .begin("vectored operations move the bytes of all their buffers in order")
        .await;
    let parts: [&[u8]; 5] = [b"", b"one ", b"", b"two ", b"three"];
    let all = parts.concat();
    join(w.must_send_vectored(&parts), r.must_get(&all, || 1024)).await;
    join(
        w.must_send(LINE),
        r.must_get_vectored(LINE, &[0, 3, 0, 5, 40]),
    )
    .await;
}

pub(super) async fn moves_much<W: AsyncWrite + Unpin, R: AsyncRead + Unpin>(
    pairs: &mut Pairs<'_, W, R>,
    count: usize,
) {
    let (mut w, mut r) = pairs
        .begin("many bytes arrive in order, however they are cut")
        .await;
    let bytes = random(7, count);
    let send = async {
        w.must_write(&bytes, pieces(1)).await;
        w.must_flush().await;
    };
    join(send, r.must_get(&bytes, pieces(2))).await;
}

/// The same in every run.
pub(super) fn random(seed: u64, count: usize) -> Vec<u8> {
    let mut random = Random::new(seed);
    let drawn = std::iter::repeat_with(|| random.next().to_le_bytes());
    drawn.flatten().take(count).collect()
}

/// Sizes from 1 to 16 KiB.
pub(super) fn pieces(seed: u64) -> impl FnMut() -> usize {
    let mut random = Random::new(seed);
    move || usize::try_from(random.next() % (16 * 1024)).expect("it is small") + 1
}
