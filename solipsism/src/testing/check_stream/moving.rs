//! Bytes arrive as they were written.

use std::task::Poll;

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
    // The reader is there before the byte.
    join(r.must_get(b"z", || 16), w.must_send(b"z")).await;
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
    let (mut w, mut r) = pairs
        .begin("many small writes arrive one after the other, each with a flush")
        .await;
    let send = async {
        for byte in LINE.chunks(1) {
            w.must_send(byte).await;
        }
    };
    join(send, r.must_get(LINE, || 1024)).await;
}

/// Whatever they mean to terminals, texts and protocols.
pub(super) async fn leaves_bytes_alone<W: AsyncWrite + Unpin, R: AsyncRead + Unpin>(
    pairs: &mut Pairs<'_, W, R>,
) {
    let (mut w, mut r) = pairs.begin("bytes of every value arrive as they are").await;
    let mut bytes: Vec<u8> = (0..=255).rev().chain(0..=255).collect();
    bytes.extend_from_slice(b"\r\n\n\r\r\n.\r\n\0\x04\x1a\xff\xff\xc0\x80\0");
    join(w.must_send(&bytes), r.must_get(&bytes, || 1024)).await;
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
        .begin("a vectored write of nothing sends nothing, and no end of the stream")
        .await;
    let send = async {
        w.must_send_vectored(&[]).await;
        w.must_send_vectored(&[b"", b""]).await;
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
            if let Poll::Ready(Err(error)) = r.poll_read(0, &watch) {
                r.broke(&format!("a read into an empty buffer failed: {error}"));
            }
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
    // More than a system call takes at once.
    let all = random(8, 1500);
    let parts: Vec<&[u8]> = all.chunks(1).collect();
    join(w.must_send_vectored(&parts), r.must_get(&all, || 1024)).await;
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

pub(super) async fn moves_large_pieces<W: AsyncWrite + Unpin, R: AsyncRead + Unpin>(
    pairs: &mut Pairs<'_, W, R>,
    count: usize,
) {
    let (mut w, mut r) = pairs
        .begin("operations on large buffers move the bytes that they say")
        .await;
    let bytes = random(9, count);
    let mut sizes = [1 << 16, 1 << 17, (1 << 16) + 1, 200_000]
        .into_iter()
        .cycle();
    let send = async {
        let size = || sizes.next().expect("it goes round");
        w.must_write(&bytes, size).await;
        w.must_flush().await;
    };
    join(send, r.must_get(&bytes, || 300_000)).await;
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
