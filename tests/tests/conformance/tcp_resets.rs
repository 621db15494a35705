//! TCP connections that are reset: by a drop that does not linger, or by data for a stream that has gone.

use expect_test::expect;

use crate::noted::{narrow_pair, pair};
use crate::side::{Arrival, Side, Tcp, Writes};
use crate::together::together;
use crate::transcript::Transcript;

#[test]
fn peeking_after_a_reset() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (mut a, mut b) = pair::<Tcp<S>>(&transcript).await;
        b.write("data").await;
        a.until(Arrival::Bytes(4)).await;
        b.set_linger_to_zero();
        b.drop();
        a.until(Arrival::HangUp).await;
        a.peek(8).await;
        a.read(8).await;
        a.peek(8).await;
        a.peek(8).await;
        a.read(8).await;
    }
    seen!(scenario).is(&expect![[r#"
        b.write("data") -> 4
        b.set_linger(0) -> done
        drop(b)
        a.peek(8) -> "data"
        a.read(8) -> "data"
        a.peek(8) -> ConnectionReset
        a.peek(8) -> ""
        a.read(8) -> ""
    "#]]);
}

#[test]
fn without_lingering_a_drop_is_a_reset() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (mut a, b) = pair::<Tcp<S>>(&transcript).await;
        b.set_linger_to_zero();
        b.drop();
        a.until(Arrival::HangUp).await;
        a.read(8).await;
        a.read(8).await;
        a.write("one").await;

        transcript.line("writing first:");
        let (mut a, b) = pair::<Tcp<S>>(&transcript).await;
        b.set_linger_to_zero();
        b.drop();
        a.until(Arrival::HangUp).await;
        a.write("one").await;
        a.write("two").await;
        a.read(8).await;
    }
    seen!(scenario).is(&expect![[r#"
        b.set_linger(0) -> done
        drop(b)
        a.read(8) -> ConnectionReset
        a.read(8) -> ""
        a.write("one") -> BrokenPipe
        writing first:
        b.set_linger(0) -> done
        drop(b)
        a.write("one") -> ConnectionReset
        a.write("two") -> BrokenPipe
        a.read(8) -> ""
    "#]]);
}

#[test]
fn a_reset_overtakes_nothing_that_has_arrived() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (mut a, mut b) = pair::<Tcp<S>>(&transcript).await;
        b.write("data").await;
        a.until(Arrival::Bytes(4)).await;
        b.set_linger_to_zero();
        b.drop();
        a.until(Arrival::HangUp).await;
        a.read(2).await;
        a.read(8).await;
        a.read(8).await;
        a.read(8).await;
        a.write("one").await;
    }
    seen!(scenario).is(&expect![[r#"
        b.write("data") -> 4
        b.set_linger(0) -> done
        drop(b)
        a.read(2) -> "da"
        a.read(8) -> "ta"
        a.read(8) -> ConnectionReset
        a.read(8) -> ""
        a.write("one") -> BrokenPipe
    "#]]);
}

#[test]
fn a_reset_after_its_own_close() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (mut a, mut b) = pair::<Tcp<S>>(&transcript).await;
        b.set_linger_to_zero();
        b.close().await;
        a.read(8).await;
        a.write("unread").await;
        b.until(Arrival::Bytes(6)).await;
        b.drop();
        a.until(Arrival::HangUp).await;
        a.read(8).await;
        a.write("one").await;
        a.write("two").await;

        transcript.line("with nothing unread, and a close that was not read:");
        let (mut a, mut b) = pair::<Tcp<S>>(&transcript).await;
        b.write("data").await;
        b.close().await;
        b.set_linger_to_zero();
        a.until(Arrival::End).await;
        b.drop();
        a.until(Arrival::HangUp).await;
        a.read(8).await;
        a.read(8).await;
        a.read(8).await;
    }
    seen!(scenario).is(&expect![[r#"
        b.set_linger(0) -> done
        b.close() -> done
        a.read(8) -> ""
        a.write("unread") -> 6
        drop(b)
        a.read(8) -> ""
        a.write("one") -> BrokenPipe
        a.write("two") -> BrokenPipe
        with nothing unread, and a close that was not read:
        b.write("data") -> 4
        b.close() -> done
        b.set_linger(0) -> done
        drop(b)
        a.read(8) -> "data"
        a.read(8) -> ""
        a.read(8) -> ""
    "#]]);
}

#[test]
fn a_reset_after_the_peers_close() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (mut a, mut b) = pair::<Tcp<S>>(&transcript).await;
        a.close().await;
        b.read(8).await;
        b.set_linger_to_zero();
        b.drop();
        a.until(Arrival::HangUp).await;
        a.read(8).await;
        a.read(8).await;
        a.write("one").await;
    }
    seen!(scenario).is(&expect![[r#"
        a.close() -> done
        b.read(8) -> ""
        b.set_linger(0) -> done
        drop(b)
        a.read(8) -> ConnectionReset
        a.read(8) -> ""
        a.write("one") -> BrokenPipe
    "#]]);
}

#[test]
fn a_reset_when_both_have_closed() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (mut a, mut b) = pair::<Tcp<S>>(&transcript).await;
        a.close().await;
        b.read(8).await;
        b.close().await;
        a.until(Arrival::HangUp).await;
        b.until(Arrival::HangUp).await;
        b.set_linger_to_zero();
        b.drop();
        a.read(8).await;
        a.take_error();
    }
    seen!(scenario).is(&expect![[r#"
        a.close() -> done
        b.read(8) -> ""
        b.close() -> done
        b.set_linger(0) -> done
        drop(b)
        a.read(8) -> ""
        a.take_error() -> none
    "#]]);
}

#[test]
fn a_reader_and_a_writer_are_woken_by_a_reset() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (mut a, b) = pair::<Tcp<S>>(&transcript).await;
        b.set_linger_to_zero();
        together(a.read(8), async { b.drop() }).await;
        a.read(8).await;

        let (a, b) = pair::<Tcp<S>>(&transcript).await;
        b.set_linger_to_zero();
        together(a.peek(8), async { b.drop() }).await;

        let (mut a, b) = narrow_pair::<Tcp<S>>(&transcript).await;
        b.set_linger_to_zero();
        together(a.write_all(&vec![7; 1 << 20]), async {
            b.until(Arrival::Bytes(1)).await;
            b.drop();
        })
        .await;
        a.read(8).await;
    }
    seen!(scenario).is(&expect![[r#"
        b.set_linger(0) -> done
        drop(b)
        a.read(8) -> ConnectionReset
        a.read(8) -> ""
        b.set_linger(0) -> done
        drop(b)
        a.peek(8) -> ConnectionReset
        b.set_linger(0) -> done
        drop(b)
        a.write_all(1048576 bytes) -> ConnectionReset
        a.read(8) -> ""
    "#]]);
}

#[test]
fn taking_the_error_of_a_reset() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (mut a, b) = pair::<Tcp<S>>(&transcript).await;
        a.take_error();
        b.set_linger_to_zero();
        b.drop();
        a.until(Arrival::HangUp).await;
        a.take_error();
        a.take_error();
        a.read(8).await;
        a.write("x").await;
    }
    seen!(scenario).is(&expect![[r#"
        a.take_error() -> none
        b.set_linger(0) -> done
        drop(b)
        a.take_error() -> taken: ConnectionReset
        a.take_error() -> none
        a.read(8) -> ""
        a.write("x") -> BrokenPipe
    "#]]);
}

#[test]
fn a_reset_after_the_end_is_a_broken_pipe() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (mut a, b) = pair::<Tcp<S>>(&transcript).await;
        b.drop();
        a.read(8).await;
        a.write("one").await;
        a.until(Arrival::HangUp).await;
        a.readable().await;
        a.writable().await;
        a.take_error();
        a.take_error();
        a.peek(8).await;
        a.write("two").await;
    }
    seen!(scenario).is(&expect![[r#"
        drop(b)
        a.read(8) -> ""
        a.write("one") -> 3
        a.readable() -> done
        a.writable() -> done
        a.take_error() -> taken: BrokenPipe
        a.take_error() -> none
        a.peek(8) -> ""
        a.write("two") -> BrokenPipe
    "#]]);
}

#[test]
fn a_reset_throws_away_what_did_not_fit() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (mut a, b) = narrow_pair::<Tcp<S>>(&transcript).await;
        while b.socket.try_write(&[7; 4096]).is_ok() {}
        b.set_linger_to_zero();
        b.drop();
        a.read_to_end().await;
        a.read(8).await;
    }
    seen!(scenario).is(&expect![[r#"
        b.set_linger(0) -> done
        drop(b)
        a.read_to_end() -> ConnectionReset
        a.read(8) -> ""
    "#]]);
}

#[test]
fn a_blocked_writer_whose_peer_closed_before_it_was_dropped() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (mut a, mut b) = narrow_pair::<Tcp<S>>(&transcript).await;
        b.close().await;
        a.read(8).await;
        together(a.write_all(&vec![7; 1 << 20]), async {
            b.until(Arrival::Bytes(1)).await;
            b.drop();
        })
        .await;
        a.read(8).await;
    }
    seen!(scenario).is(&expect![[r#"
        b.close() -> done
        a.read(8) -> ""
        drop(b)
        a.write_all(1048576 bytes) -> BrokenPipe
        a.read(8) -> ""
    "#]]);
}
