//! UDP sockets: what arrives, what is lost, and who learns of it.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};

use expect_test::expect;

use crate::mailbox::Mailbox;
use crate::side::{Arrival, Datagram, Side};
use crate::together::together;
use crate::transcript::Transcript;

pub async fn bind<S: Side>(
    transcript: &Transcript,
    name: &'static str,
) -> (Mailbox<S::UdpSocket>, SocketAddr) {
    let socket = S::udp_bind((Ipv4Addr::LOCALHOST, 0).into()).await.unwrap();
    let address = socket.local_addr().unwrap();
    (transcript.mailbox(name, socket), address)
}

#[test]
fn datagrams_arrive_one_by_one_and_in_order() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (a, to_a) = bind::<S>(&transcript, "a").await;
        let (b, to_b) = bind::<S>(&transcript, "b").await;
        let known = [("a", to_a), ("b", to_b)];
        a.send_to(b"one", "b", &to_b).await;
        a.try_send_to("two", "b", &to_b);
        a.send_to(b"", "b", &to_b).await;
        a.send_to(b"three", "b", &to_b).await;
        b.recv_from(8, &known).await;
        b.recv(8).await;
        b.recv_from(8, &known).await;
        b.until(Arrival::Bytes(5)).await;
        b.try_recv(8);
        b.try_recv(8);
        b.start_to_recv(8).await;
        together(b.recv_from(8, &known), a.send_to(b"four", "b", &to_b)).await;
        together(b.readable(), a.send_to(b"five", "b", &to_b)).await;
        b.try_recv_from(8, &known);
        b.writable().await;
        transcript.line("to itself:");
        a.send_to(b"self", "a", &to_a).await;
        a.recv_from(8, &known).await;
    }
    seen!(scenario).is(&expect![[r#"
        a.send_to("one", b) -> 3
        a.try_send_to("two", b) -> 3
        a.send_to("", b) -> 0
        a.send_to("three", b) -> 5
        b.recv_from(8) -> "one" from a
        b.recv(8) -> "two"
        b.recv_from(8) -> "" from a
        b.try_recv(8) -> "three"
        b.try_recv(8) -> WouldBlock
        b.recv(8), polled once -> pending
        a.send_to("four", b) -> 4
        b.recv_from(8) -> "four" from a
        a.send_to("five", b) -> 4
        b.readable() -> done
        b.try_recv_from(8) -> "five" from a
        b.writable() -> done
        to itself:
        a.send_to("self", a) -> 4
        a.recv_from(8) -> "self" from a
    "#]]);
}

#[test]
fn what_does_not_fit_is_cut_off() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (a, to_a) = bind::<S>(&transcript, "a").await;
        let (b, to_b) = bind::<S>(&transcript, "b").await;
        let known = [("a", to_a)];
        a.send_to(b"one", "b", &to_b).await;
        a.send_to(b"two", "b", &to_b).await;
        a.send_to(b"three", "b", &to_b).await;
        b.recv_from(2, &known).await;
        b.recv(2).await;
        b.recv(0).await;
        b.start_to_recv(8).await;
        transcript.line("an empty buffer where nothing is there:");
        b.try_recv(0);
    }
    seen!(scenario).is(&expect![[r#"
        a.send_to("one", b) -> 3
        a.send_to("two", b) -> 3
        a.send_to("three", b) -> 5
        b.recv_from(2) -> "on" from a
        b.recv(2) -> "tw"
        b.recv(0) -> ""
        b.recv(8), polled once -> pending
        an empty buffer where nothing is there:
        b.try_recv(0) -> WouldBlock
    "#]]);
}

#[test]
fn peeking_at_a_datagram() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (a, to_a) = bind::<S>(&transcript, "a").await;
        let (b, to_b) = bind::<S>(&transcript, "b").await;
        let known = [("a", to_a)];
        together(b.peek_from(8, &known), a.send_to(b"one", "b", &to_b)).await;
        a.send_to(b"two", "b", &to_b).await;
        b.peek_from(2, &known).await;
        b.peek(8).await;
        b.recv_from(8, &known).await;
        b.peek(8).await;
        b.recv(8).await;
        b.start_to_recv(8).await;
    }
    seen!(scenario).is(&expect![[r#"
        a.send_to("one", b) -> 3
        b.peek_from(8) -> "one" from a
        a.send_to("two", b) -> 3
        b.peek_from(2) -> "on" from a
        b.peek(8) -> "one"
        b.recv_from(8) -> "one" from a
        b.peek(8) -> "two"
        b.recv(8) -> "two"
        b.recv(8), polled once -> pending
    "#]]);
}

#[test]
fn how_large_a_datagram_may_be() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (a, _) = bind::<S>(&transcript, "a").await;
        let (b, to_b) = bind::<S>(&transcript, "b").await;
        a.send_to(&vec![7; 65_507], "b", &to_b).await;
        b.recv(100_000).await;
        a.send_to(&vec![7; 65_508], "b", &to_b).await;
        a.connect("b", &to_b).await;
        a.send(&vec![7; 65_508]).await;
        a.send(b"x").await;
        b.recv(8).await;
    }
    seen!(scenario).is(&expect![[r#"
        a.send_to(65507 bytes, b) -> 65507
        b.recv(100000) -> 65507 bytes
        a.send_to(65508 bytes, b) -> EMSGSIZE
        a.connect(b) -> done
        a.send(65508 bytes) -> EMSGSIZE
        a.send("x") -> 1
        b.recv(8) -> "x"
    "#]]);
}

#[test]
fn who_sends_to_a_connected_socket_of_another_is_refused() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (a, to_a) = bind::<S>(&transcript, "a").await;
        let (_b, to_b) = bind::<S>(&transcript, "b").await;
        let (c, _) = bind::<S>(&transcript, "c").await;
        a.connect("b", &to_b).await;
        c.connect("a", &to_a).await;
        c.send(b"x").await;
        c.until(Arrival::Error).await;
        c.recv(8).await;
        a.try_recv(8);
    }
    seen!(scenario).is(&expect![[r#"
        a.connect(b) -> done
        c.connect(a) -> done
        c.send("x") -> 1
        c.recv(8) -> ConnectionRefused
        a.try_recv(8) -> WouldBlock
    "#]]);
}

#[test]
fn nobody_is_there() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (a, to_a) = bind::<S>(&transcript, "a").await;
        let (b, to_b) = bind::<S>(&transcript, "b").await;
        let (mut gone, nobody) = bind::<S>(&transcript, "gone").await;
        gone.drop();
        let known = [("a", to_a), ("b", to_b), ("nobody", nobody)];
        transcript.line("not connected:");
        a.send_to(b"x", "nobody", &nobody).await;
        a.send_to(b"x", "nobody", &nobody).await;
        a.start_to_recv(8).await;
        transcript.line("connected, a receive learns of it:");
        a.connect("nobody", &nobody).await;
        a.send(b"x").await;
        a.until(Arrival::Error).await;
        a.try_recv(8);
        a.try_recv(8);
        transcript.line("a send learns of it:");
        a.send(b"x").await;
        a.until(Arrival::Error).await;
        a.send(b"y").await;
        a.try_recv(8);
        transcript.line("that was sent to nobody too:");
        a.send(b"z").await;
        a.until(Arrival::Error).await;
        a.take_error();
        a.take_error();
        a.try_recv(8);
        transcript.line("two at once are one error:");
        (gone, _) = bind::<S>(&transcript, "gone").await;
        drop(gone);
        a.send_to(b"x", "nobody", &nobody).await;
        a.until(Arrival::Error).await;
        a.try_send_to("y", "b", &to_b);
        a.try_send_to("y", "b", &to_b);
        b.recv_from(8, &known).await;
        transcript.line("an error is told before what has arrived:");
        b.drop();
        a.connect("b", &to_b).await;
        a.send(b"x").await;
        a.until(Arrival::Error).await;
        let b = transcript.mailbox("b", S::udp_bind(to_b).await.unwrap());
        b.send_to(b"data", "a", &to_a).await;
        a.recv(8).await;
        a.recv(8).await;
    }
    seen!(scenario).is(&expect![[r#"
        drop(gone)
        not connected:
        a.send_to("x", nobody) -> 1
        a.send_to("x", nobody) -> 1
        a.recv(8), polled once -> pending
        connected, a receive learns of it:
        a.connect(nobody) -> done
        a.send("x") -> 1
        a.try_recv(8) -> ConnectionRefused
        a.try_recv(8) -> WouldBlock
        a send learns of it:
        a.send("x") -> 1
        a.send("y") -> ConnectionRefused
        a.try_recv(8) -> WouldBlock
        that was sent to nobody too:
        a.send("z") -> 1
        a.take_error() -> taken: ConnectionRefused
        a.take_error() -> none
        a.try_recv(8) -> WouldBlock
        two at once are one error:
        a.send_to("x", nobody) -> 1
        a.try_send_to("y", b) -> ConnectionRefused
        a.try_send_to("y", b) -> 1
        b.recv_from(8) -> "y" from a
        an error is told before what has arrived:
        drop(b)
        a.connect(b) -> done
        a.send("x") -> 1
        b.send_to("data", a) -> 4
        a.recv(8) -> ConnectionRefused
        a.recv(8) -> "data"
    "#]]);
}

#[test]
fn a_receiver_is_woken_when_nobody_is_there() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (a, _) = bind::<S>(&transcript, "a").await;
        let (gone, nobody) = bind::<S>(&transcript, "gone").await;
        gone.drop();
        a.connect("nobody", &nobody).await;
        together(a.recv(8), async {
            drop(a.socket.try_send(b"x"));
        })
        .await;
        transcript.line("to be refused is not to be readable:");
        drop(a.socket.try_send(b"x"));
        a.until(Arrival::Error).await;
        a.is_readable().await;
        a.is_writable().await;
        a.recv(8).await;
    }
    seen!(scenario).is(&expect![[r#"
        drop(gone)
        a.connect(nobody) -> done
        a.recv(8) -> ConnectionRefused
        to be refused is not to be readable:
        a.readable(), polled once -> pending
        a.writable(), polled once -> done
        a.recv(8) -> ConnectionRefused
    "#]]);
}

#[test]
fn what_was_sent_outlives_its_sender() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (a, to_a) = bind::<S>(&transcript, "a").await;
        let (b, to_b) = bind::<S>(&transcript, "b").await;
        b.connect("a", &to_a).await;
        a.send_to(b"data", "b", &to_b).await;
        a.drop();
        b.recv_from(8, &[("a", to_a)]).await;
        b.try_recv(8);
    }
    seen!(scenario).is(&expect![[r#"
        b.connect(a) -> done
        a.send_to("data", b) -> 4
        drop(a)
        b.recv_from(8) -> "data" from a
        b.try_recv(8) -> WouldBlock
    "#]]);
}

#[test]
fn what_a_full_receiver_loses_is_the_newest() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (a, _) = bind::<S>(&transcript, "a").await;
        let (b, to_b) = bind::<S>(&transcript, "b").await;
        for number in 0..2000_u32 {
            let mut data = [0; 1000];
            data[..4].copy_from_slice(&number.to_le_bytes());
            a.socket.send_to(&data, &to_b).await.unwrap();
        }
        let mut received = 0_u32;
        let mut buffer = [0; 1000];
        loop {
            match b.socket.try_recv(&mut buffer) {
                Ok(1000) => assert_eq!(buffer[..4], received.to_le_bytes()),
                Ok(count) => panic!("a datagram of {count} bytes"),
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::WouldBlock);
                    break;
                }
            }
            received += 1;
        }
        transcript.line(&format!("some arrived, in order: {}", received > 0));
        transcript.line("there is room again:");
        a.send_to(b"later", "b", &to_b).await;
        b.recv(8).await;
    }
    seen!(scenario).is(&expect![[r#"
        some arrived, in order: true
        there is room again:
        a.send_to("later", b) -> 5
        b.recv(8) -> "later"
    "#]]);
}
