//! Pipes: one way, with an end at each side.

use std::io::ErrorKind;

use expect_test::expect;
use futures_util::io::{AsyncReadExt, AsyncWriteExt};

use crate::noted::pipe;
use crate::side::{Arrival, Reads, Side, Writes};
use crate::together::{polled_once, together};
use crate::transcript::Transcript;

/// What is written at once, or not at all: `PIPE_BUF`.
const ATOMIC: usize = 4096;

#[test]
fn what_is_written_into_a_pipe_is_read_from_it() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (mut a, mut b) = pipe::<S>(&transcript);
        b.try_read(8);
        b.start_to_read(8).await;
        a.write("one").await;
        a.try_write("two");
        a.write_vectored(&["", "three"]).await;
        b.read(2).await;
        b.read_vectored(&[0, 3, 2]).await;
        b.try_read(100);
        together(b.read(8), a.write("four")).await;
        together(b.readable(), a.write("five")).await;
        b.read(8).await;
        b.is_readable().await;
        a.flush().await;
    }
    seen!(scenario).is(&expect![[r#"
        b.try_read(8) -> WouldBlock
        b.read(8), polled once -> pending
        a.write("one") -> 3
        a.try_write("two") -> 3
        a.write_vectored(["", "three"]) -> 5
        b.read(2) -> "on"
        b.read_vectored([0, 3, 2]) -> "etwot"
        b.try_read(100) -> "hree"
        a.write("four") -> 4
        b.read(8) -> "four"
        a.write("five") -> 4
        b.readable() -> done
        b.read(8) -> "five"
        b.readable(), polled once -> pending
        a.flush() -> done
    "#]]);
}

#[test]
fn empty_reads_from_and_writes_into_a_pipe() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (mut a, mut b) = pipe::<S>(&transcript);
        b.try_read(0);
        b.read(0).await;
        b.try_read_vectored(&[]);
        a.try_write("");
        a.write("").await;
        a.try_write_vectored(&[]);
        transcript.line("the other end sees nothing of it:");
        b.try_read(8);
        b.drop();
        a.try_write("");
        a.try_write_vectored(&[]);

        let (a, b) = pipe::<S>(&transcript);
        a.drop();
        b.try_read(0);
    }
    seen!(scenario).is(&expect![[r#"
        b.try_read(0) -> ""
        b.read(0) -> ""
        b.try_read_vectored([]) -> ""
        a.try_write("") -> 0
        a.write("") -> 0
        a.try_write_vectored([]) -> 0
        the other end sees nothing of it:
        b.try_read(8) -> WouldBlock
        drop(b)
        a.try_write("") -> 0
        a.try_write_vectored([]) -> 0
        drop(a)
        b.try_read(0) -> ""
    "#]]);
}

#[test]
fn a_pipe_ends_with_its_sender() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (mut a, mut b) = pipe::<S>(&transcript);
        a.write("data").await;
        a.drop();
        b.readable().await;
        b.read(2).await;
        b.read(8).await;
        b.read(8).await;
        b.try_read(8);
        b.is_readable().await;

        let (a, mut b) = pipe::<S>(&transcript);
        together(b.read(8), async { a.drop() }).await;
    }
    seen!(scenario).is(&expect![[r#"
        a.write("data") -> 4
        drop(a)
        b.readable() -> done
        b.read(2) -> "da"
        b.read(8) -> "ta"
        b.read(8) -> ""
        b.try_read(8) -> ""
        b.readable(), polled once -> done
        drop(a)
        b.read(8) -> ""
    "#]]);
}

#[test]
fn a_pipe_breaks_with_its_receiver() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (mut a, b) = pipe::<S>(&transcript);
        a.write("unread").await;
        b.drop();
        a.write("one").await;
        a.try_write("two");
        a.is_writable().await;

        let (mut a, b) = pipe::<S>(&transcript);
        together(a.write_all(&vec![7; 1 << 20]), async {
            b.until(Arrival::Bytes(1)).await;
            b.drop();
        })
        .await;
    }
    seen!(scenario).is(&expect![[r#"
        a.write("unread") -> 6
        drop(b)
        a.write("one") -> BrokenPipe
        a.try_write("two") -> BrokenPipe
        a.writable(), polled once -> done
        drop(b)
        a.write_all(1048576 bytes) -> BrokenPipe
    "#]]);
}

#[test]
fn a_full_pipe_takes_small_writes_whole_or_not_at_all() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (a, mut b) = pipe::<S>(&transcript);
        let mut pages = 0;
        let full = loop {
            match a.socket.try_write(&[7; ATOMIC]) {
                Ok(count) => {
                    assert_eq!(count, ATOMIC);
                    pages += 1;
                }
                Err(error) => break error.kind(),
            }
        };
        assert_eq!(full, ErrorKind::WouldBlock);
        transcript.line(&format!("it holds {pages} pages"));
        a.try_write("x");
        a.is_writable().await;
        b.read(ATOMIC - 1).await;
        transcript.line("with a byte less than a page of room:");
        let small = a.socket.try_write(&[7; ATOMIC]);
        transcript.line(&format!("a page: {:?}", small.map_err(|e| e.kind())));
        b.read(1).await;
        transcript.line("with a page of room:");
        a.writable().await;
        let large = a.socket.try_write(&[7; ATOMIC + 1]);
        transcript.line(&format!(
            "a byte more than a page: {:?}",
            large.map_err(|e| e.kind())
        ));
        a.try_write("x");
        b.read(ATOMIC).await;
        a.try_write("x");
    }
    seen!(scenario).is(&expect![[r#"
        it holds 16 pages
        a.try_write("x") -> WouldBlock
        a.writable(), polled once -> pending
        b.read(4095) -> 4095 bytes
        with a byte less than a page of room:
        a page: Err(WouldBlock)
        b.read(1) -> "\x07"
        with a page of room:
        a.writable() -> done
        a byte more than a page: Ok(4096)
        a.try_write("x") -> WouldBlock
        b.read(4096) -> 4096 bytes
        a.try_write("x") -> 1
    "#]]);
}

#[test]
fn how_many_writes_a_pipe_holds() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (a, _b) = pipe::<S>(&transcript);
        let mut count = 0;
        while a.socket.try_write(&[7; 3000]).is_ok() {
            count += 1;
        }
        transcript.line(&format!("it holds {count} writes of 3000 bytes"));
    }
    seen!(scenario).differs(
        "A pipe's room is counted in bytes, not in pages.",
        &expect![[r#"
            it holds 16 writes of 3000 bytes
        "#]],
        &expect![[r#"
            it holds 21 writes of 3000 bytes
        "#]],
    );
}

#[test]
fn much_through_a_pipe() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (mut a, mut b) = pipe::<S>(&transcript);
        let data: Vec<u8> = (0..=250).cycle().take(1 << 20).collect();
        let mut read = Vec::new();
        together(
            async {
                a.socket.write_all(&data).await.unwrap();
                a.drop();
            },
            async { b.socket.read_to_end(&mut read).await.unwrap() },
        )
        .await;
        transcript.line(&format!("all of it arrived: {}", read == data));
    }
    seen!(scenario).is(&expect![[r#"
        drop(a)
        all of it arrived: true
    "#]]);
}

#[test]
fn what_is_given_up_on_a_pipe_has_no_effect() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (mut a, mut b) = pipe::<S>(&transcript);
        b.start_to_read(8).await;
        a.write("data").await;
        b.read(8).await;
        let mut written = 0;
        while let Some(count) = polled_once(a.socket.write(&[7; ATOMIC])).await {
            written += count.unwrap();
        }
        let mut read = 0;
        while let Ok(count) = b.socket.try_read(&mut [0; ATOMIC]) {
            read += count;
        }
        transcript.line(&format!("as many as were written: {}", read == written));
    }
    seen!(scenario).is(&expect![[r#"
        b.read(8), polled once -> pending
        a.write("data") -> 4
        b.read(8) -> "data"
        as many as were written: true
    "#]]);
}
