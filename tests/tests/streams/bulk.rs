//! Much data in both directions at once, in parts whose sizes are random and the same in every run.

use solipsism::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use solipsism::spawn;
use solipsism::task::yield_now;

use crate::kinds::{Kind, Stream, on_each_kind};

const ALL: usize = 1 << 20;

/// Xorshift (Marsaglia 2003): enough for sizes and bytes.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn up_to(&mut self, most: usize) -> usize {
        usize::try_from(self.next() % most as u64).expect("it is less than `most`") + 1
    }
}

fn bytes(seed: u64) -> Vec<u8> {
    let mut numbers = Numbers(seed);
    (0..ALL / 8)
        .flat_map(|_| numbers.next().to_ne_bytes())
        .collect()
}

async fn send(mut writer: impl AsyncWrite + Unpin, seed: u64) {
    let (data, mut sizes) = (bytes(seed), Numbers(seed + 1));
    let mut rest = &data[..];
    while !rest.is_empty() {
        let part = sizes.up_to(20_000).min(rest.len());
        writer.write_all(&rest[..part]).await.unwrap();
        rest = &rest[part..];
        if sizes.next() % 4 == 0 {
            yield_now().await;
        }
    }
}

async fn receive(mut reader: impl AsyncRead + Unpin, seed: u64) {
    let mut sizes = Numbers(seed + 2);
    let mut all = Vec::with_capacity(ALL);
    let mut buf = vec![0; 20_000];
    loop {
        let part = sizes.up_to(buf.len());
        let count = reader.read(&mut buf[..part]).await.unwrap();
        if count == 0 {
            break;
        }
        all.extend_from_slice(&buf[..count]);
        if sizes.next() % 4 == 0 {
            yield_now().await;
        }
    }
    assert!(all == bytes(seed), "all of it comes, in order");
}

async fn random_parts_both_ways<K: Kind>() {
    for (seed, capacity) in [(1, 65_536), (2, 1000), (3, 300_000)] {
        let (a, b) = K::pair_of(capacity).await;
        let ((a_reader, a_writer), (b_reader, b_writer)) = (a.into_split(), b.into_split());
        let all = [
            spawn(send(a_writer, 10 * seed)),
            spawn(receive(b_reader, 10 * seed)),
            spawn(send(b_writer, 20 * seed)),
            spawn(receive(a_reader, 20 * seed)),
        ];
        for task in all {
            task.await.unwrap();
        }
    }
}

/// In the way of `try_read` and `try_write`, on whole streams.
async fn random_parts_by_readiness<K: Kind>() {
    let (a, b) = K::pair_of(7_777).await;
    let writer = spawn(async move {
        let (data, mut sizes) = (bytes(5), Numbers(6));
        let mut written = 0;
        while written < ALL {
            a.writable().await.unwrap();
            let end = ALL.min(written + sizes.up_to(20_000));
            match a.try_write(&data[written..end]) {
                Ok(count) => written += count,
                Err(error) => panic!("`writable` said so: {error}"),
            }
        }
    });
    let (mut all, mut sizes, mut buf) = (Vec::new(), Numbers(7), vec![0; 20_000]);
    loop {
        b.readable().await.unwrap();
        let part = sizes.up_to(buf.len());
        match b.try_read(&mut buf[..part]).unwrap() {
            0 => break,
            count => all.extend_from_slice(&buf[..count]),
        }
    }
    assert!(all == bytes(5));
    writer.await.unwrap();
}

on_each_kind!(random_parts_both_ways, random_parts_by_readiness);
