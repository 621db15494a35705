//! Much data through a stream: nothing is lost, doubled or put in another order.

use expect_test::expect;
use futures_util::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::side::Transport;
use crate::together::together;
use crate::transcript::Transcript;

#[test]
fn more_than_any_buffer_holds_both_ways_at_once() {
    async fn scenario<T: Transport>(transcript: Transcript) {
        let (a, b) = T::pair(None).await;
        let (sum_at_a, sum_at_b) = exchange(a, b, 8 << 20, usize::MAX).await;
        transcript.line(&format!("a read {sum_at_a:016x}, b read {sum_at_b:016x}"));
    }
    seen_on_streams!(scenario).is(&expect![[r#"
        a read 65a762dfac364298, b read cc67110d63c536d7
    "#]]);
}

#[test]
fn random_pieces_through_narrow_buffers_both_ways_at_once() {
    async fn scenario<T: Transport>(transcript: Transcript) {
        let (a, b) = T::pair(Some(4096)).await;
        let (sum_at_a, sum_at_b) = exchange(a, b, 1 << 20, 10_000).await;
        transcript.line(&format!("a read {sum_at_a:016x}, b read {sum_at_b:016x}"));
    }
    seen_on_streams!(scenario).is(&expect![[r#"
        a read 550bbf4eb6456dd8, b read 8bd5950400c51c0e
    "#]]);
}

/// Each sends so much, in pieces of up to so many bytes, and reads until the end. Gives the checksums of what was read.
async fn exchange<S: AsyncRead + AsyncWrite>(
    a: S,
    b: S,
    length: usize,
    piece: usize,
) -> (u64, u64) {
    let (read_a, write_a) = a.split();
    let (read_b, write_b) = b.split();
    let (from_a, from_b) = (random_bytes(1, length), random_bytes(2, length));
    let writing = together(
        write_in_pieces(write_a, &from_a, piece, 3),
        write_in_pieces(write_b, &from_b, piece, 4),
    );
    let reading = together(
        read_in_pieces(read_a, piece, 5),
        read_in_pieces(read_b, piece, 6),
    );
    let ((at_a, at_b), _) = together(reading, writing).await;
    assert!(at_a == from_b, "a reads what b wrote");
    assert!(at_b == from_a, "b reads what a wrote");
    (checksum(&at_a), checksum(&at_b))
}

async fn write_in_pieces(to: impl AsyncWrite, mut data: &[u8], piece: usize, seed: u64) {
    let mut to = Box::pin(to);
    let mut random = Random(seed);
    while !data.is_empty() {
        let (next, rest) = data.split_at(random.up_to(piece.min(data.len())));
        to.write_all(next).await.unwrap();
        data = rest;
    }
    to.close().await.unwrap();
}

async fn read_in_pieces(from: impl AsyncRead, piece: usize, seed: u64) -> Vec<u8> {
    let mut from = Box::pin(from);
    let mut random = Random(seed);
    let mut read = Vec::new();
    loop {
        let mut buffer = vec![0; random.up_to(piece.min(100_000))];
        match from.read(&mut buffer).await.unwrap() {
            0 => return read,
            count => read.extend_from_slice(&buffer[..count]),
        }
    }
}

fn random_bytes(seed: u64, length: usize) -> Vec<u8> {
    let mut random = Random(seed);
    let next = || random.next().to_le_bytes();
    std::iter::repeat_with(next)
        .flatten()
        .take(length)
        .collect()
}

/// FNV-1a.
fn checksum(data: &[u8]) -> u64 {
    data.iter().fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3)
    })
}

/// `SplitMix64`.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// At least one, so that no piece is empty.
    fn up_to(&mut self, most: usize) -> usize {
        let most = u64::try_from(most).expect("a usize is no longer than a u64");
        usize::try_from(self.next() % most + 1).expect("it is no greater than a usize was")
    }
}
