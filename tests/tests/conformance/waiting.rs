//! Streams on which somebody waits while the other end does something, or stops to wait.

use expect_test::expect;
use futures_util::io::{AsyncReadExt, AsyncWriteExt};

use crate::noted::{narrow_pair, pair};
use crate::side::{Arrival, Reads, Transport, Writes};
use crate::together::{polled_once, together};
use crate::transcript::{Transcript, done};

/// More than a narrow pair takes.
const MUCH: usize = 1 << 20;

#[test]
fn a_reader_is_woken_by_data_and_by_the_end() {
    async fn scenario<T: Transport>(transcript: Transcript) {
        let (mut a, mut b) = pair::<T>(&transcript).await;
        together(a.read(8), b.write("data")).await;
        together(a.read(8), b.close()).await;
    }
    seen_on_streams!(scenario).is(&expect![[r#"
        b.write("data") -> 4
        a.read(8) -> "data"
        b.close() -> done
        a.read(8) -> ""
    "#]]);
}

#[test]
fn a_reader_is_woken_when_its_peer_is_dropped() {
    async fn scenario<T: Transport>(transcript: Transcript) {
        let (mut a, b) = pair::<T>(&transcript).await;
        together(a.read(8), async { b.drop() }).await;
    }
    seen_on_streams!(scenario).is(&expect![[r#"
        drop(b)
        a.read(8) -> ""
    "#]]);
}

#[test]
fn a_reader_is_woken_when_its_peer_is_dropped_with_unread_data() {
    async fn scenario<T: Transport>(transcript: Transcript) {
        let (mut a, b) = pair::<T>(&transcript).await;
        a.write("unread").await;
        b.until(Arrival::Bytes(6)).await;
        together(a.read(8), async { b.drop() }).await;
        a.read(8).await;
    }
    seen_on_streams!(scenario).is(&expect![[r#"
        a.write("unread") -> 6
        drop(b)
        a.read(8) -> ConnectionReset
        a.read(8) -> ""
    "#]]);
}

#[test]
fn a_blocked_writer_goes_on_when_its_peer_reads() {
    async fn scenario<T: Transport>(transcript: Transcript) {
        let (mut a, mut b) = narrow_pair::<T>(&transcript).await;
        let data = vec![7; MUCH];
        together(
            async {
                a.write_all(&data).await;
                a.close().await;
            },
            async {
                let mut all = Vec::new();
                b.socket.read_to_end(&mut all).await.unwrap();
                assert!(all == data, "all of it arrives");
            },
        )
        .await;
    }
    seen_on_streams!(scenario).is(&expect![[r#"
        a.write_all(1048576 bytes) -> done
        a.close() -> done
    "#]]);
}

#[test]
fn a_blocked_writer_learns_that_its_peer_was_dropped() {
    async fn scenario<T: Transport>(transcript: Transcript) {
        let (mut a, b) = narrow_pair::<T>(&transcript).await;
        together(a.write_all(&vec![7; MUCH]), async {
            b.until(Arrival::Bytes(1)).await;
            b.drop();
        })
        .await;
        a.read(8).await;
        a.write("x").await;
    }
    let seen = seen_on_streams!(scenario);
    seen.on_tcp(&expect![[r#"
        drop(b)
        a.write_all(1048576 bytes) -> ConnectionReset
        a.read(8) -> ""
        a.write("x") -> BrokenPipe
    "#]]);
    seen.on_unix(&expect![[r#"
        drop(b)
        a.write_all(1048576 bytes) -> BrokenPipe
        a.read(8) -> ConnectionReset
        a.write("x") -> BrokenPipe
    "#]]);
}

#[test]
fn a_blocked_writer_does_not_mind_that_its_peer_closes() {
    async fn scenario<T: Transport>(transcript: Transcript) {
        let (mut a, mut b) = narrow_pair::<T>(&transcript).await;
        together(a.write_all(&vec![7; MUCH]), async {
            b.until(Arrival::Bytes(1)).await;
            b.close().await;
            b.read_exact(MUCH).await;
        })
        .await;
        a.read(8).await;
    }
    seen_on_streams!(scenario).is(&expect![[r#"
        b.close() -> done
        a.write_all(1048576 bytes) -> done
        b.read_exact(1048576) -> 1048576 bytes
        a.read(8) -> ""
    "#]]);
}

#[test]
fn when_a_write_would_block_the_peer_has_to_read() {
    async fn scenario<T: Transport>(transcript: Transcript) {
        let (a, mut b) = narrow_pair::<T>(&transcript).await;
        let data: Vec<u8> = (0..=250).cycle().take(MUCH).collect();
        let written = fill(&a.socket, &data);
        transcript.line(&format!("all was written: {}", written == MUCH));
        let (rest, ()) = together(
            async {
                let mut written = written;
                while written < MUCH {
                    a.socket.writable().await.unwrap();
                    written += fill(&a.socket, &data[written..]);
                }
                written
            },
            async {
                let mut read = vec![0; MUCH];
                b.socket.read_exact(&mut read).await.unwrap();
                assert!(read == data, "all of it arrives, in order");
            },
        )
        .await;
        transcript.line(&format!("all was written: {}", rest == MUCH));
        a.writable().await;
    }
    seen_on_streams!(scenario).is(&expect![[r#"
        all was written: false
        all was written: true
        a.writable() -> done
    "#]]);
}

/// Writes until it would block.
fn fill(socket: &impl Writes, data: &[u8]) -> usize {
    let mut written = 0;
    while written < data.len() {
        match socket.try_write(&data[written..]) {
            Ok(count) => written += count,
            Err(error) => {
                assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock);
                break;
            }
        }
    }
    written
}

#[test]
fn what_was_accepted_is_delivered_although_the_writer_is_dropped() {
    async fn scenario<T: Transport>(transcript: Transcript) {
        let (a, mut b) = narrow_pair::<T>(&transcript).await;
        let data: Vec<u8> = (0..=250).cycle().take(MUCH).collect();
        let written = fill(&a.socket, &data);
        a.drop();
        let mut read = Vec::new();
        b.socket.read_to_end(&mut read).await.unwrap();
        assert!(read == data[..written], "all of it arrives, in order");
        b.read(8).await;
    }
    seen_on_streams!(scenario).is(&expect![[r#"
        drop(a)
        b.read(8) -> ""
    "#]]);
}

#[test]
fn a_read_that_was_given_up_takes_nothing() {
    async fn scenario<T: Transport>(transcript: Transcript) {
        let (mut a, mut b) = pair::<T>(&transcript).await;
        a.start_to_read(8).await;
        b.write("data").await;
        a.until(Arrival::Bytes(4)).await;
        a.is_readable().await;
        a.read(8).await;
        a.start_to_read(8).await;
        b.close().await;
        a.read(8).await;
    }
    seen_on_streams!(scenario).is(&expect![[r#"
        a.read(8), polled once -> pending
        b.write("data") -> 4
        a.readable(), polled once -> done
        a.read(8) -> "data"
        a.read(8), polled once -> pending
        b.close() -> done
        a.read(8) -> ""
    "#]]);
}

#[test]
fn a_write_that_was_given_up_wrote_nothing() {
    async fn scenario<T: Transport>(transcript: Transcript) {
        let (mut a, mut b) = narrow_pair::<T>(&transcript).await;
        // What the peer's side takes in time makes room again, so this may have to be done more than once.
        let mut written = 0;
        loop {
            written += fill(&a.socket, &vec![0; MUCH]);
            match polled_once(a.socket.write(&[1; 64])).await {
                None => break,
                Some(result) => written += result.unwrap(),
            }
        }
        a.close().await;
        let mut read = Vec::new();
        b.socket.read_to_end(&mut read).await.unwrap();
        transcript.line(&format!(
            "as many as were written: {}",
            read.len() == written
        ));
    }
    seen_on_streams!(scenario).is(&expect![[r#"
        a.close() -> done
        as many as were written: true
    "#]]);
}

#[test]
fn a_stream_is_readable_when_there_is_data_the_end_or_an_error() {
    async fn scenario<T: Transport>(transcript: Transcript) {
        let (mut a, mut b) = pair::<T>(&transcript).await;
        a.is_readable().await;
        together(a.readable(), b.write("data")).await;
        a.is_readable().await;
        a.read(8).await;
        a.try_read(8);
        a.is_readable().await;
        together(a.readable(), b.close()).await;
        a.read(8).await;
        a.try_read(8);
        a.is_readable().await;

        let (mut a, b) = pair::<T>(&transcript).await;
        a.write("unread").await;
        b.until(Arrival::Bytes(6)).await;
        together(a.readable(), async { b.drop() }).await;
        a.until(Arrival::HangUp).await;
        a.try_read(8);
        a.try_read(8);
        a.is_readable().await;
    }
    seen_on_streams!(scenario).is(&expect![[r#"
        a.readable(), polled once -> pending
        b.write("data") -> 4
        a.readable() -> done
        a.readable(), polled once -> done
        a.read(8) -> "data"
        a.try_read(8) -> WouldBlock
        a.readable(), polled once -> pending
        b.close() -> done
        a.readable() -> done
        a.read(8) -> ""
        a.try_read(8) -> ""
        a.readable(), polled once -> done
        a.write("unread") -> 6
        drop(b)
        a.readable() -> done
        a.try_read(8) -> ConnectionReset
        a.try_read(8) -> ""
        a.readable(), polled once -> done
    "#]]);
}

#[test]
fn a_stream_is_writable_when_there_is_room_or_an_error() {
    async fn scenario<T: Transport>(transcript: Transcript) {
        let (mut a, b) = pair::<T>(&transcript).await;
        a.writable().await;
        a.close().await;
        transcript.line("after its own close:");
        a.is_writable().await;
        a.try_write("x");
        drop(b);

        let (a, b) = narrow_pair::<T>(&transcript).await;
        let (result, ()) = together(
            async {
                loop {
                    match a.socket.try_write(&[7; 4096]) {
                        Ok(_) => {}
                        Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                            a.socket.writable().await.unwrap();
                        }
                        Err(error) => break error,
                    }
                }
            },
            async {
                b.until(Arrival::Bytes(1)).await;
                b.drop();
            },
        )
        .await;
        transcript.note("a writer that was waiting", &done(&Err(result)));
    }
    let seen = seen_on_streams!(scenario);
    seen.on_tcp(&expect![[r#"
        a.writable() -> done
        a.close() -> done
        after its own close:
        a.writable(), polled once -> done
        a.try_write("x") -> BrokenPipe
        drop(b)
        a writer that was waiting -> ConnectionReset
    "#]]);
    seen.on_unix(&expect![[r#"
        a.writable() -> done
        a.close() -> done
        after its own close:
        a.writable(), polled once -> done
        a.try_write("x") -> BrokenPipe
        drop(b)
        a writer that was waiting -> BrokenPipe
    "#]]);
}

#[test]
fn two_tasks_use_one_stream_by_reference() {
    async fn scenario<T: Transport>(transcript: Transcript) {
        let (a, mut b) = narrow_pair::<T>(&transcript).await;
        let data = vec![7; MUCH];
        let write = async {
            let mut written = 0;
            while written < MUCH {
                a.socket.writable().await.unwrap();
                written += fill(&a.socket, &data[written..]);
            }
            written
        };
        let read = async {
            let (mut read, mut buffer) = (0, vec![0; 5000]);
            while read < MUCH {
                a.socket.readable().await.unwrap();
                match a.socket.try_read(&mut buffer) {
                    Ok(count) => read += count,
                    Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock),
                }
            }
            read
        };
        let echo = async {
            let mut buffer = vec![0; 3000];
            let mut echoed = 0;
            while echoed < MUCH {
                let count = b.socket.read(&mut buffer).await.unwrap();
                b.socket.write_all(&buffer[..count]).await.unwrap();
                echoed += count;
            }
        };
        let ((written, read), ()) = together(together(write, read), echo).await;
        transcript.line(&format!("all: {} {}", written == MUCH, read == MUCH));
    }
    seen_on_streams!(scenario).is(&expect![[r#"
        all: true true
    "#]]);
}

#[test]
fn a_half_that_waits_to_read_does_not_keep_the_other_from_writing() {
    async fn scenario<T: Transport>(transcript: Transcript) {
        let (a, mut b) = pair::<T>(&transcript).await;
        let (mut reader, mut writer) = a.socket.split();
        let mut buffer = [0; 4];
        together(
            async { reader.read_exact(&mut buffer).await.unwrap() },
            together(async { writer.write_all(b"ping").await.unwrap() }, async {
                b.read_exact(4).await;
                b.write("pong").await;
            }),
        )
        .await;
        transcript.line(&format!("a was told {}", buffer.escape_ascii()));
        together(async { writer.close().await.unwrap() }, async {
            b.read(8).await;
            b.write("last").await;
        })
        .await;
        reader.read_exact(&mut buffer).await.unwrap();
        transcript.line(&format!("a was told {}", buffer.escape_ascii()));
    }
    seen_on_streams!(scenario).is(&expect![[r#"
        b.read_exact(4) -> "ping"
        b.write("pong") -> 4
        a was told pong
        b.read(8) -> ""
        b.write("last") -> 4
        a was told last
    "#]]);
}
