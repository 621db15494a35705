//! Streams of which both ends are open: what is written is read.

use expect_test::expect;

use crate::noted::pair;
use crate::side::{Arrival, Transport};
use crate::transcript::Transcript;

#[test]
fn what_is_written_is_read_in_parts() {
    async fn scenario<T: Transport>(transcript: Transcript) {
        let (mut a, mut b) = pair::<T>(&transcript).await;
        a.write("one").await;
        a.write("two").await;
        a.try_write("three");
        b.until(Arrival::Bytes(11)).await;
        b.read(2).await;
        b.try_read(2);
        b.read(100).await;
        b.write("back").await;
        a.read_exact(4).await;
    }
    seen_on_streams!(scenario).is(&expect![[r#"
        a.write("one") -> 3
        a.write("two") -> 3
        a.try_write("three") -> 5
        b.read(2) -> "on"
        b.try_read(2) -> "et"
        b.read(100) -> "wothree"
        b.write("back") -> 4
        a.read_exact(4) -> "back"
    "#]]);
}

#[test]
fn where_nothing_is_there_to_be_read_it_would_block() {
    async fn scenario<T: Transport>(transcript: Transcript) {
        let (mut a, b) = pair::<T>(&transcript).await;
        a.try_read(8);
        a.try_read_vectored(&[4, 4]);
        b.try_write("x");
        a.until(Arrival::Bytes(1)).await;
        a.try_read(8);
        a.try_read(8);
        a.start_to_read(8).await;
    }
    seen_on_streams!(scenario).is(&expect![[r#"
        a.try_read(8) -> WouldBlock
        a.try_read_vectored([4, 4]) -> WouldBlock
        b.try_write("x") -> 1
        a.try_read(8) -> "x"
        a.try_read(8) -> WouldBlock
        a.read(8), polled once -> pending
    "#]]);
}

#[test]
fn empty_reads() {
    async fn scenario<T: Transport>(transcript: Transcript) {
        let (mut a, mut b) = pair::<T>(&transcript).await;
        transcript.line("with nothing there:");
        a.try_read(0);
        a.start_to_read(0).await;
        a.try_read_vectored(&[]);
        a.try_read_vectored(&[0, 0]);
        b.write("data").await;
        a.until(Arrival::Bytes(4)).await;
        transcript.line("with data there:");
        a.try_read(0);
        a.read(0).await;
        a.try_read_vectored(&[0, 0]);
        a.read(8).await;
        b.close().await;
        a.until(Arrival::End).await;
        transcript.line("at the end:");
        a.try_read(0);
        a.read(0).await;
        a.try_read_vectored(&[]);
    }
    seen_on_streams!(scenario).is(&expect![[r#"
        with nothing there:
        a.try_read(0) -> WouldBlock
        a.read(0), polled once -> pending
        a.try_read_vectored([]) -> ""
        a.try_read_vectored([0, 0]) -> ""
        b.write("data") -> 4
        with data there:
        a.try_read(0) -> ""
        a.read(0) -> ""
        a.try_read_vectored([0, 0]) -> ""
        a.read(8) -> "data"
        b.close() -> done
        at the end:
        a.try_read(0) -> ""
        a.read(0) -> ""
        a.try_read_vectored([]) -> ""
    "#]]);
}

#[test]
fn empty_writes() {
    async fn scenario<T: Transport>(transcript: Transcript) {
        let (mut a, mut b) = pair::<T>(&transcript).await;
        a.try_write("");
        a.write("").await;
        a.try_write_vectored(&[]);
        a.try_write_vectored(&["", ""]);
        transcript.line("the peer sees nothing of it:");
        b.try_read(8);
        a.close().await;
        transcript.line("after its own close:");
        a.try_write("");
        a.write("").await;
        a.try_write_vectored(&[]);
        a.try_write_vectored(&["", ""]);
        b.close().await;
        b.until(Arrival::HangUp).await;
        a.until(Arrival::HangUp).await;
        transcript.line("when both have closed:");
        a.try_write("");
    }
    seen_on_streams!(scenario).is(&expect![[r#"
        a.try_write("") -> 0
        a.write("") -> 0
        a.try_write_vectored([]) -> 0
        a.try_write_vectored(["", ""]) -> 0
        the peer sees nothing of it:
        b.try_read(8) -> WouldBlock
        a.close() -> done
        after its own close:
        a.try_write("") -> BrokenPipe
        a.write("") -> BrokenPipe
        a.try_write_vectored([]) -> 0
        a.try_write_vectored(["", ""]) -> 0
        b.close() -> done
        when both have closed:
        a.try_write("") -> BrokenPipe
    "#]]);
}

#[test]
fn empty_writes_to_a_peer_that_has_gone() {
    async fn scenario<T: Transport>(transcript: Transcript) {
        let (mut a, b) = pair::<T>(&transcript).await;
        b.drop();
        a.read(8).await;
        a.try_write("");
        a.try_write_vectored(&["", ""]);
        a.try_write("x");
        a.until(Arrival::HangUp).await;
        a.try_write("");
        a.try_write_vectored(&["", ""]);
        a.try_write("");
    }
    let seen = seen_on_streams!(scenario);
    seen.on_tcp(&expect![[r#"
        drop(b)
        a.read(8) -> ""
        a.try_write("") -> 0
        a.try_write_vectored(["", ""]) -> 0
        a.try_write("x") -> 1
        a.try_write("") -> BrokenPipe
        a.try_write_vectored(["", ""]) -> 0
        a.try_write("") -> BrokenPipe
    "#]]);
    seen.on_unix(&expect![[r#"
        drop(b)
        a.read(8) -> ""
        a.try_write("") -> BrokenPipe
        a.try_write_vectored(["", ""]) -> 0
        a.try_write("x") -> BrokenPipe
        a.try_write("") -> BrokenPipe
        a.try_write_vectored(["", ""]) -> 0
        a.try_write("") -> BrokenPipe
    "#]]);
}

#[test]
fn several_buffers_at_once() {
    async fn scenario<T: Transport>(transcript: Transcript) {
        let (mut a, mut b) = pair::<T>(&transcript).await;
        a.write_vectored(&["one", "", "two", "three"]).await;
        b.until(Arrival::Bytes(11)).await;
        b.read_vectored(&[0, 4, 0, 3]).await;
        b.try_read_vectored(&[1, 100]);
        b.try_read_vectored(&[1, 100]);
        a.try_write_vectored(&["", "x"]);
        b.read_vectored(&[0, 8]).await;
        a.close().await;
        a.write_vectored(&["x"]).await;
        b.read_vectored(&[8, 8]).await;
    }
    seen_on_streams!(scenario).is(&expect![[r#"
        a.write_vectored(["one", "", "two", "three"]) -> 11
        b.read_vectored([0, 4, 0, 3]) -> "onetwot"
        b.try_read_vectored([1, 100]) -> "hree"
        b.try_read_vectored([1, 100]) -> WouldBlock
        a.try_write_vectored(["", "x"]) -> 1
        b.read_vectored([0, 8]) -> "x"
        a.close() -> done
        a.write_vectored(["x"]) -> BrokenPipe
        b.read_vectored([8, 8]) -> ""
    "#]]);
}

#[test]
fn flushing_does_nothing() {
    async fn scenario<T: Transport>(transcript: Transcript) {
        let (mut a, mut b) = pair::<T>(&transcript).await;
        a.flush().await;
        a.write("x").await;
        a.flush().await;
        a.close().await;
        a.flush().await;
        b.read(8).await;
        b.drop();
        a.until(Arrival::HangUp).await;
        a.flush().await;
    }
    seen_on_streams!(scenario).is(&expect![[r#"
        a.flush() -> done
        a.write("x") -> 1
        a.flush() -> done
        a.close() -> done
        a.flush() -> done
        b.read(8) -> "x"
        drop(b)
        a.flush() -> done
    "#]]);
}
