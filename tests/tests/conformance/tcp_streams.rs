//! What only TCP streams have: peeking, lingering, addresses.

use std::net::Ipv4Addr;
use std::time::Duration;

use expect_test::expect;

use crate::noted::pair;
use crate::side::{Arrival, Listener, Side, Stream, Tcp};
use crate::together::together;
use crate::transcript::Transcript;

#[test]
fn peeking_takes_nothing() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (a, mut b) = pair::<Tcp<S>>(&transcript).await;
        let mut a = a;
        a.start_to_peek(8).await;
        together(a.peek(8), b.write("data")).await;
        a.peek(2).await;
        a.peek(8).await;
        a.read(1).await;
        a.peek(8).await;
        a.peek(0).await;
        a.read(8).await;
        a.start_to_peek(8).await;
        together(a.peek(8), b.close()).await;
        a.peek(8).await;
        a.read(8).await;
        a.peek(8).await;
    }
    seen!(scenario).is(&expect![[r#"
        a.peek(8), polled once -> pending
        b.write("data") -> 4
        a.peek(8) -> "data"
        a.peek(2) -> "da"
        a.peek(8) -> "data"
        a.read(1) -> "d"
        a.peek(8) -> "ata"
        a.peek(0) -> ""
        a.read(8) -> "ata"
        a.peek(8), polled once -> pending
        b.close() -> done
        a.peek(8) -> ""
        a.peek(8) -> ""
        a.read(8) -> ""
        a.peek(8) -> ""
    "#]]);
}

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
fn what_was_only_peeked_at_is_unread() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (a, mut b) = pair::<Tcp<S>>(&transcript).await;
        b.write("data").await;
        a.peek(8).await;
        a.drop();
        b.until(Arrival::HangUp).await;
        b.read(8).await;
    }
    seen!(scenario).is(&expect![[r#"
        b.write("data") -> 4
        a.peek(8) -> "data"
        drop(a)
        b.read(8) -> ConnectionReset
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

        let (mut a, b) = crate::noted::narrow_pair::<Tcp<S>>(&transcript).await;
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
fn what_lingering_was_set_to() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (a, mut b) = pair::<Tcp<S>>(&transcript).await;
        a.linger();
        a.set_linger_to_zero();
        a.linger();
        a.set_linger(Some(Duration::from_secs(5)));
        a.linger();
        a.set_linger(Some(Duration::from_millis(1)));
        a.linger();
        a.set_linger(Some(Duration::from_millis(1500)));
        a.linger();
        a.set_linger(None);
        a.linger();
        transcript.line("it was taken back, so that this is no reset:");
        a.drop();
        b.read(8).await;
    }
    seen!(scenario).is(&expect![[r#"
        a.linger() -> None
        a.set_linger(0) -> done
        a.linger() -> Some(0ns)
        a.set_linger(Some(5s)) -> done
        a.linger() -> Some(5s)
        a.set_linger(Some(1ms)) -> done
        a.linger() -> Some(1s)
        a.set_linger(Some(1.5s)) -> done
        a.linger() -> Some(2s)
        a.set_linger(None) -> done
        a.linger() -> None
        it was taken back, so that this is no reset:
        drop(a)
        b.read(8) -> ""
    "#]]);
}

#[test]
fn both_ends_agree_on_their_addresses() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let listener = S::tcp_listen((Ipv4Addr::LOCALHOST, 0).into())
            .await
            .unwrap();
        let address = listener.local_addr().unwrap();
        transcript.line(&format!("it has a port: {}", address.port() != 0));
        let client = S::tcp_connect(address).await.unwrap();
        let from = client.local_addr().unwrap();
        transcript.line(&format!("another one: {}", from.port() != address.port()));
        let known = [("the listener's", address), ("the client's", from)];
        let client = transcript.of("client", client);
        let listener = transcript.of("listener", listener);
        let server = listener.accept("server", &known).await.unwrap();
        client.local_addr(&known);
        client.peer_addr(&known);
        server.local_addr(&known);
        server.peer_addr(&known);
        listener.drop();
        let mut client = client;
        let mut server = server;
        server.close().await;
        client.read(8).await;
        transcript.line("half closed:");
        client.peer_addr(&known);
        server.peer_addr(&known);
        server.set_linger_to_zero();
        server.drop();
        client.until(Arrival::HangUp).await;
        transcript.line("reset:");
        client.local_addr(&known);
        client.peer_addr(&known);
    }
    seen!(scenario).is(&expect![[r#"
        it has a port: true
        another one: true
        listener.accept() -> server, from the client's
        client.local_addr() -> the client's
        client.peer_addr() -> the listener's
        server.local_addr() -> the listener's
        server.peer_addr() -> the client's
        drop(listener)
        server.close() -> done
        client.read(8) -> ""
        half closed:
        client.peer_addr() -> the listener's
        server.peer_addr() -> the client's
        server.set_linger(0) -> done
        drop(server)
        reset:
        client.local_addr() -> the client's
        client.peer_addr() -> NotConnected
    "#]]);
}

#[test]
fn the_address_of_a_peer_that_has_closed() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (mut a, mut b) = pair::<Tcp<S>>(&transcript).await;
        let known = [
            ("a's", a.socket.local_addr().unwrap()),
            ("b's", b.socket.local_addr().unwrap()),
        ];
        b.close().await;
        a.read(8).await;
        a.peer_addr(&known);
        a.close().await;
        b.until(Arrival::HangUp).await;
        a.until(Arrival::HangUp).await;
        transcript.line("both have closed:");
        a.local_addr(&known);
        a.peer_addr(&known);
        b.local_addr(&known);
        b.peer_addr(&known);
    }
    seen!(scenario).is(&expect![[r#"
        b.close() -> done
        a.read(8) -> ""
        a.peer_addr() -> b's
        a.close() -> done
        both have closed:
        a.local_addr() -> a's
        a.peer_addr() -> NotConnected
        b.local_addr() -> b's
        b.peer_addr() -> NotConnected
    "#]]);
}
