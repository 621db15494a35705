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
        let (mut a, mut b) = pair::<Tcp<S>>(&transcript).await;
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
        let mut client = transcript.of("client", client);
        let listener = transcript.of("listener", listener);
        let mut server = listener.accept("server", &known).await.unwrap();
        client.local_addr(&known);
        client.peer_addr(&known);
        server.local_addr(&known);
        server.peer_addr(&known);
        listener.drop();
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
