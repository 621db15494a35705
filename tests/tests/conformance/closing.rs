//! Streams of which one end closes its write half or is dropped, with nothing unread.

use expect_test::expect;

use crate::noted::pair;
use crate::side::{Arrival, Transport};
use crate::transcript::Transcript;

#[test]
fn what_was_written_before_a_close_is_read_before_the_end() {
    async fn scenario<T: Transport>(transcript: Transcript) {
        let (mut a, mut b) = pair::<T>(&transcript).await;
        a.write("data").await;
        a.close().await;
        b.until(Arrival::End).await;
        b.read(3).await;
        b.read(3).await;
        b.read(3).await;
        b.read(3).await;
        b.try_read(3);
        b.read_to_end().await;
    }
    seen_on_streams!(scenario).is(&expect![[r#"
        a.write("data") -> 4
        a.close() -> done
        b.read(3) -> "dat"
        b.read(3) -> "a"
        b.read(3) -> ""
        b.read(3) -> ""
        b.try_read(3) -> ""
        b.read_to_end() -> ""
    "#]]);
}

#[test]
fn what_was_written_before_a_drop_is_read_before_the_end() {
    async fn scenario<T: Transport>(transcript: Transcript) {
        let (mut a, mut b) = pair::<T>(&transcript).await;
        a.write("data").await;
        a.drop();
        b.until(Arrival::End).await;
        b.read_to_end().await;
        b.read(3).await;
        b.try_read(3);
    }
    seen_on_streams!(scenario).is(&expect![[r#"
        a.write("data") -> 4
        drop(a)
        b.read_to_end() -> "data"
        b.read(3) -> ""
        b.try_read(3) -> ""
    "#]]);
}

#[test]
fn each_half_closes_for_itself() {
    async fn scenario<T: Transport>(transcript: Transcript) {
        let (mut a, mut b) = pair::<T>(&transcript).await;
        a.close().await;
        b.read(8).await;
        transcript.line("the other way is open:");
        b.write("one").await;
        a.read(8).await;
        b.write("two").await;
        a.read(8).await;
        a.try_read(8);
        b.close().await;
        a.read(8).await;
        a.until(Arrival::HangUp).await;
        b.until(Arrival::HangUp).await;
        transcript.line("both are closed:");
        a.read(8).await;
        b.read(8).await;
        a.write("x").await;
        b.write("x").await;
    }
    seen_on_streams!(scenario).is(&expect![[r#"
        a.close() -> done
        b.read(8) -> ""
        the other way is open:
        b.write("one") -> 3
        a.read(8) -> "one"
        b.write("two") -> 3
        a.read(8) -> "two"
        a.try_read(8) -> WouldBlock
        b.close() -> done
        a.read(8) -> ""
        both are closed:
        a.read(8) -> ""
        b.read(8) -> ""
        a.write("x") -> BrokenPipe
        b.write("x") -> BrokenPipe
    "#]]);
}

#[test]
fn closing_again_does_nothing() {
    async fn scenario<T: Transport>(transcript: Transcript) {
        let (mut a, mut b) = pair::<T>(&transcript).await;
        a.close().await;
        a.close().await;
        b.read(8).await;
        b.close().await;
        b.close().await;
        a.until(Arrival::HangUp).await;
        a.close().await;
        b.drop();
        a.close().await;
        a.read(8).await;
    }
    seen_on_streams!(scenario).is(&expect![[r#"
        a.close() -> done
        a.close() -> done
        b.read(8) -> ""
        b.close() -> done
        b.close() -> done
        a.close() -> done
        drop(b)
        a.close() -> done
        a.read(8) -> ""
    "#]]);
}

#[test]
fn after_its_own_close_nothing_can_be_written_but_all_can_be_read() {
    async fn scenario<T: Transport>(transcript: Transcript) {
        let (mut a, mut b) = pair::<T>(&transcript).await;
        a.close().await;
        a.write("x").await;
        a.try_write("x");
        a.write_all(b"x").await;
        a.start_to_read(8).await;
        b.write("data").await;
        a.read(8).await;
        a.try_write("x");
        b.drop();
        a.read(8).await;
        a.try_write("x");
    }
    seen_on_streams!(scenario).is(&expect![[r#"
        a.close() -> done
        a.write("x") -> BrokenPipe
        a.try_write("x") -> BrokenPipe
        a.write_all("x") -> BrokenPipe
        a.read(8), polled once -> pending
        b.write("data") -> 4
        a.read(8) -> "data"
        a.try_write("x") -> BrokenPipe
        drop(b)
        a.read(8) -> ""
        a.try_write("x") -> BrokenPipe
    "#]]);
}

#[test]
fn writing_to_a_peer_that_has_closed_its_write_half() {
    async fn scenario<T: Transport>(transcript: Transcript) {
        let (mut a, mut b) = pair::<T>(&transcript).await;
        b.close().await;
        a.read(8).await;
        a.write("one").await;
        a.write("two").await;
        b.until(Arrival::Bytes(6)).await;
        b.read(8).await;
    }
    seen_on_streams!(scenario).is(&expect![[r#"
        b.close() -> done
        a.read(8) -> ""
        a.write("one") -> 3
        a.write("two") -> 3
        b.read(8) -> "onetwo"
    "#]]);
}

#[test]
fn writing_to_a_peer_that_was_dropped() {
    async fn scenario<T: Transport>(transcript: Transcript) {
        let (mut a, b) = pair::<T>(&transcript).await;
        b.drop();
        a.until(Arrival::End).await;
        a.write("one").await;
        a.until(Arrival::HangUp).await;
        a.write("two").await;
        a.write("three").await;
        a.try_write("four");
        a.read(8).await;
        a.read(8).await;
        a.close().await;
    }
    let seen = seen_on_streams!(scenario);
    seen.on_tcp(&expect![[r#"
        drop(b)
        a.write("one") -> 3
        a.write("two") -> BrokenPipe
        a.write("three") -> BrokenPipe
        a.try_write("four") -> BrokenPipe
        a.read(8) -> ""
        a.read(8) -> ""
        a.close() -> done
    "#]]);
    seen.on_unix(&expect![[r#"
        drop(b)
        a.write("one") -> BrokenPipe
        a.write("two") -> BrokenPipe
        a.write("three") -> BrokenPipe
        a.try_write("four") -> BrokenPipe
        a.read(8) -> ""
        a.read(8) -> ""
        a.close() -> done
    "#]]);
}

#[test]
fn writing_to_a_peer_that_was_dropped_and_reading_first() {
    async fn scenario<T: Transport>(transcript: Transcript) {
        let (mut a, b) = pair::<T>(&transcript).await;
        b.drop();
        a.read(8).await;
        a.write("one").await;
        a.until(Arrival::HangUp).await;
        a.read(8).await;
        a.write("two").await;
        a.read(8).await;
        a.write("three").await;
    }
    let seen = seen_on_streams!(scenario);
    seen.on_tcp(&expect![[r#"
        drop(b)
        a.read(8) -> ""
        a.write("one") -> 3
        a.read(8) -> ""
        a.write("two") -> BrokenPipe
        a.read(8) -> ""
        a.write("three") -> BrokenPipe
    "#]]);
    seen.on_unix(&expect![[r#"
        drop(b)
        a.read(8) -> ""
        a.write("one") -> BrokenPipe
        a.read(8) -> ""
        a.write("two") -> BrokenPipe
        a.read(8) -> ""
        a.write("three") -> BrokenPipe
    "#]]);
}

#[test]
fn writing_to_a_peer_that_wrote_and_was_dropped() {
    async fn scenario<T: Transport>(transcript: Transcript) {
        let (mut a, mut b) = pair::<T>(&transcript).await;
        b.write("data").await;
        b.drop();
        a.until(Arrival::End).await;
        a.write("one").await;
        a.until(Arrival::HangUp).await;
        transcript.line("what had arrived:");
        a.read(2).await;
        a.write("two").await;
        a.read(8).await;
        a.read(8).await;
        a.write("three").await;
    }
    let seen = seen_on_streams!(scenario);
    seen.on_tcp(&expect![[r#"
        b.write("data") -> 4
        drop(b)
        a.write("one") -> 3
        what had arrived:
        a.read(2) -> "da"
        a.write("two") -> BrokenPipe
        a.read(8) -> "ta"
        a.read(8) -> ""
        a.write("three") -> BrokenPipe
    "#]]);
    seen.on_unix(&expect![[r#"
        b.write("data") -> 4
        drop(b)
        a.write("one") -> BrokenPipe
        what had arrived:
        a.read(2) -> "da"
        a.write("two") -> BrokenPipe
        a.read(8) -> "ta"
        a.read(8) -> ""
        a.write("three") -> BrokenPipe
    "#]]);
}

#[test]
fn a_peer_that_closes_and_then_is_dropped() {
    async fn scenario<T: Transport>(transcript: Transcript) {
        let (mut a, mut b) = pair::<T>(&transcript).await;
        b.close().await;
        a.read(8).await;
        b.drop();
        a.write("one").await;
        a.until(Arrival::HangUp).await;
        a.write("two").await;
        a.read(8).await;
    }
    let seen = seen_on_streams!(scenario);
    seen.on_tcp(&expect![[r#"
        b.close() -> done
        a.read(8) -> ""
        drop(b)
        a.write("one") -> 3
        a.write("two") -> BrokenPipe
        a.read(8) -> ""
    "#]]);
    seen.on_unix(&expect![[r#"
        b.close() -> done
        a.read(8) -> ""
        drop(b)
        a.write("one") -> BrokenPipe
        a.write("two") -> BrokenPipe
        a.read(8) -> ""
    "#]]);
}
