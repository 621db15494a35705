//! Streams of which one end is dropped although something was not read: the peer learns that it was not.

use expect_test::expect;

use crate::noted::pair;
use crate::side::{Arrival, Transport};
use crate::transcript::Transcript;

#[test]
fn a_peer_is_dropped_with_unread_data_and_the_first_thing_is_to_read() {
    async fn scenario<T: Transport>(transcript: Transcript) {
        let (mut a, b) = pair::<T>(&transcript).await;
        a.write("unread").await;
        b.until(Arrival::Bytes(6)).await;
        b.drop();
        a.until(Arrival::HangUp).await;
        a.read(8).await;
        a.read(8).await;
        a.read(8).await;
        a.write("one").await;
        a.write("two").await;
        a.close().await;
    }
    let seen = seen_on_streams!(scenario);
    seen.is(&expect![[r#"
        a.write("unread") -> 6
        drop(b)
        a.read(8) -> ConnectionReset
        a.read(8) -> ""
        a.read(8) -> ""
        a.write("one") -> BrokenPipe
        a.write("two") -> BrokenPipe
        a.close() -> done
    "#]]);
}

#[test]
fn a_peer_is_dropped_with_unread_data_and_the_first_thing_is_to_write() {
    async fn scenario<T: Transport>(transcript: Transcript) {
        let (mut a, b) = pair::<T>(&transcript).await;
        a.write("unread").await;
        b.until(Arrival::Bytes(6)).await;
        b.drop();
        a.until(Arrival::HangUp).await;
        a.write("one").await;
        a.write("two").await;
        a.read(8).await;
        a.read(8).await;
        a.write("three").await;
    }
    let seen = seen_on_streams!(scenario);
    seen.on_tcp(&expect![[r#"
        a.write("unread") -> 6
        drop(b)
        a.write("one") -> ConnectionReset
        a.write("two") -> BrokenPipe
        a.read(8) -> ""
        a.read(8) -> ""
        a.write("three") -> BrokenPipe
    "#]]);
    seen.on_unix(&expect![[r#"
        a.write("unread") -> 6
        drop(b)
        a.write("one") -> BrokenPipe
        a.write("two") -> BrokenPipe
        a.read(8) -> ConnectionReset
        a.read(8) -> ""
        a.write("three") -> BrokenPipe
    "#]]);
}

#[test]
fn a_peer_wrote_and_is_dropped_with_unread_data() {
    async fn scenario<T: Transport>(transcript: Transcript) {
        let (mut a, mut b) = pair::<T>(&transcript).await;
        a.write("unread").await;
        b.write("data").await;
        b.until(Arrival::Bytes(6)).await;
        a.until(Arrival::Bytes(4)).await;
        b.drop();
        a.until(Arrival::HangUp).await;
        a.read(2).await;
        a.read(8).await;
        a.read(8).await;
        a.read(8).await;
    }
    let seen = seen_on_streams!(scenario);
    seen.on_tcp(&expect![[r#"
        a.write("unread") -> 6
        b.write("data") -> 4
        drop(b)
        a.read(2) -> "da"
        a.read(8) -> "ta"
        a.read(8) -> ConnectionReset
        a.read(8) -> ""
    "#]]);
    seen.on_unix(&expect![[r#"
        a.write("unread") -> 6
        b.write("data") -> 4
        drop(b)
        a.read(2) -> "da"
        a.read(8) -> "ta"
        a.read(8) -> ConnectionReset
        a.read(8) -> ""
    "#]]);
}

#[test]
fn a_peer_wrote_and_is_dropped_with_unread_data_and_a_write_learns_of_it() {
    async fn scenario<T: Transport>(transcript: Transcript) {
        let (mut a, mut b) = pair::<T>(&transcript).await;
        a.write("unread").await;
        b.write("data").await;
        b.until(Arrival::Bytes(6)).await;
        a.until(Arrival::Bytes(4)).await;
        b.drop();
        a.until(Arrival::HangUp).await;
        a.write("one").await;
        a.read(8).await;
        a.read(8).await;
        a.write("two").await;
    }
    let seen = seen_on_streams!(scenario);
    seen.on_tcp(&expect![[r#"
        a.write("unread") -> 6
        b.write("data") -> 4
        drop(b)
        a.write("one") -> ConnectionReset
        a.read(8) -> "data"
        a.read(8) -> ""
        a.write("two") -> BrokenPipe
    "#]]);
    seen.on_unix(&expect![[r#"
        a.write("unread") -> 6
        b.write("data") -> 4
        drop(b)
        a.write("one") -> BrokenPipe
        a.read(8) -> "data"
        a.read(8) -> ConnectionReset
        a.write("two") -> BrokenPipe
    "#]]);
}

#[test]
fn a_peer_is_dropped_with_unread_data_after_our_own_close() {
    async fn scenario<T: Transport>(transcript: Transcript) {
        let (mut a, mut b) = pair::<T>(&transcript).await;
        a.write("unread").await;
        a.close().await;
        b.write("data").await;
        b.until(Arrival::End).await;
        a.until(Arrival::Bytes(4)).await;
        b.drop();
        a.until(Arrival::HangUp).await;
        a.read(8).await;
        a.read(8).await;
        a.read(8).await;
        a.write("one").await;
        a.close().await;
    }
    let seen = seen_on_streams!(scenario);
    seen.on_tcp(&expect![[r#"
        a.write("unread") -> 6
        a.close() -> done
        b.write("data") -> 4
        drop(b)
        a.read(8) -> "data"
        a.read(8) -> ConnectionReset
        a.read(8) -> ""
        a.write("one") -> BrokenPipe
        a.close() -> done
    "#]]);
    seen.on_unix(&expect![[r#"
        a.write("unread") -> 6
        a.close() -> done
        b.write("data") -> 4
        drop(b)
        a.read(8) -> "data"
        a.read(8) -> ConnectionReset
        a.read(8) -> ""
        a.write("one") -> BrokenPipe
        a.close() -> done
    "#]]);
}

#[test]
fn a_peer_is_dropped_with_unread_data_after_its_own_close() {
    async fn scenario<T: Transport>(transcript: Transcript) {
        let (mut a, mut b) = pair::<T>(&transcript).await;
        b.write("data").await;
        b.close().await;
        a.until(Arrival::End).await;
        a.write("unread").await;
        b.until(Arrival::Bytes(6)).await;
        b.drop();
        a.until(Arrival::HangUp).await;
        a.read(8).await;
        a.read(8).await;
        a.read(8).await;
        a.write("one").await;
    }
    let seen = seen_on_streams!(scenario);
    seen.on_tcp(&expect![[r#"
        b.write("data") -> 4
        b.close() -> done
        a.write("unread") -> 6
        drop(b)
        a.read(8) -> "data"
        a.read(8) -> ""
        a.read(8) -> ""
        a.write("one") -> BrokenPipe
    "#]]);
    seen.on_unix(&expect![[r#"
        b.write("data") -> 4
        b.close() -> done
        a.write("unread") -> 6
        drop(b)
        a.read(8) -> "data"
        a.read(8) -> ConnectionReset
        a.read(8) -> ""
        a.write("one") -> BrokenPipe
    "#]]);
}

#[test]
fn the_same_when_the_end_has_been_read() {
    async fn scenario<T: Transport>(transcript: Transcript) {
        let (mut a, mut b) = pair::<T>(&transcript).await;
        b.close().await;
        a.read(8).await;
        a.write("unread").await;
        b.until(Arrival::Bytes(6)).await;
        b.drop();
        a.until(Arrival::HangUp).await;
        a.write("one").await;
        a.read(8).await;
        a.write("two").await;
        a.read(8).await;
    }
    let seen = seen_on_streams!(scenario);
    seen.on_tcp(&expect![[r#"
        b.close() -> done
        a.read(8) -> ""
        a.write("unread") -> 6
        drop(b)
        a.write("one") -> BrokenPipe
        a.read(8) -> ""
        a.write("two") -> BrokenPipe
        a.read(8) -> ""
    "#]]);
    seen.on_unix(&expect![[r#"
        b.close() -> done
        a.read(8) -> ""
        a.write("unread") -> 6
        drop(b)
        a.write("one") -> BrokenPipe
        a.read(8) -> ConnectionReset
        a.write("two") -> BrokenPipe
        a.read(8) -> ""
    "#]]);
}

#[test]
fn both_have_closed_and_one_is_dropped_with_unread_data() {
    async fn scenario<T: Transport>(transcript: Transcript) {
        let (mut a, mut b) = pair::<T>(&transcript).await;
        a.write("unread").await;
        b.write("data").await;
        a.close().await;
        b.close().await;
        a.until(Arrival::HangUp).await;
        b.until(Arrival::HangUp).await;
        b.drop();
        a.read(8).await;
        a.read(8).await;
        a.write("one").await;
    }
    let seen = seen_on_streams!(scenario);
    seen.on_tcp(&expect![[r#"
        a.write("unread") -> 6
        b.write("data") -> 4
        a.close() -> done
        b.close() -> done
        drop(b)
        a.read(8) -> "data"
        a.read(8) -> ""
        a.write("one") -> BrokenPipe
    "#]]);
    seen.on_unix(&expect![[r#"
        a.write("unread") -> 6
        b.write("data") -> 4
        a.close() -> done
        b.close() -> done
        drop(b)
        a.read(8) -> "data"
        a.read(8) -> ConnectionReset
        a.write("one") -> BrokenPipe
    "#]]);
}

#[test]
fn data_that_was_partly_read_is_unread() {
    async fn scenario<T: Transport>(transcript: Transcript) {
        let (mut a, mut b) = pair::<T>(&transcript).await;
        a.write("data").await;
        b.until(Arrival::Bytes(4)).await;
        b.read(3).await;
        b.drop();
        a.until(Arrival::End).await;
        a.read(8).await;
        a.read(8).await;
    }
    seen_on_streams!(scenario).is(&expect![[r#"
        a.write("data") -> 4
        b.read(3) -> "dat"
        drop(b)
        a.read(8) -> ConnectionReset
        a.read(8) -> ""
    "#]]);
}

#[test]
fn an_end_that_was_not_read_is_no_unread_data() {
    async fn scenario<T: Transport>(transcript: Transcript) {
        let (mut a, b) = pair::<T>(&transcript).await;
        a.close().await;
        b.until(Arrival::End).await;
        b.drop();
        a.until(Arrival::HangUp).await;
        a.read(8).await;
        a.read(8).await;
    }
    seen_on_streams!(scenario).is(&expect![[r#"
        a.close() -> done
        drop(b)
        a.read(8) -> ""
        a.read(8) -> ""
    "#]]);
}
