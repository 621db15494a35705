//! UDP addresses: who may bind which, who hears whom.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use expect_test::expect;

use crate::side::{Datagram, Listener, Side};
use crate::transcript::{Transcript, done};
use crate::udp::bind;

async fn note_bind<S: Side>(
    transcript: &Transcript,
    name: &str,
    address: SocketAddr,
) -> Option<S::UdpSocket> {
    let (result, socket) = match S::udp_bind(address).await {
        Ok(socket) => (Ok(()), Some(socket)),
        Err(error) => (Err(error), None),
    };
    transcript.note(&format!("bind {name}"), &done(&result));
    socket
}

#[test]
fn a_connected_socket_hears_its_peer_alone() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (a, to_a) = bind::<S>(&transcript, "a").await;
        let (b, to_b) = bind::<S>(&transcript, "b").await;
        let (c, to_c) = bind::<S>(&transcript, "c").await;
        let known = [("a", to_a), ("b", to_b), ("c", to_c)];
        a.peer_addr(&known);
        c.send_to(b"before", "a", &to_a).await;
        a.connect("b", &to_b).await;
        a.peer_addr(&known);
        a.local_addr(&known);
        transcript.line("what came before it connected is there:");
        a.recv_from(8, &known).await;
        c.send_to(b"other", "a", &to_a).await;
        b.send_to(b"peer", "a", &to_a).await;
        a.recv_from(8, &known).await;
        a.try_recv(8);
        transcript.line("it can send, to its peer or to others:");
        a.send(b"one").await;
        b.recv_from(8, &known).await;
        a.send_to(b"two", "c", &to_c).await;
        c.recv_from(8, &known).await;
        transcript.line("another peer:");
        a.connect("c", &to_c).await;
        a.peer_addr(&known);
        a.send(b"three").await;
        c.recv_from(8, &known).await;
    }
    seen!(scenario).is(&expect![[r#"
        a.peer_addr() -> NotConnected
        c.send_to("before", a) -> 6
        a.connect(b) -> done
        a.peer_addr() -> b
        a.local_addr() -> a
        what came before it connected is there:
        a.recv_from(8) -> "before" from c
        c.send_to("other", a) -> 5
        b.send_to("peer", a) -> 4
        a.recv_from(8) -> "peer" from b
        a.try_recv(8) -> WouldBlock
        it can send, to its peer or to others:
        a.send("one") -> 3
        b.recv_from(8) -> "one" from a
        a.send_to("two", c) -> 3
        c.recv_from(8) -> "two" from a
        another peer:
        a.connect(c) -> done
        a.peer_addr() -> c
        a.send("three") -> 5
        c.recv_from(8) -> "three" from a
    "#]]);
}

#[test]
fn sending_without_an_address() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (a, to_a) = bind::<S>(&transcript, "a").await;
        a.send(b"x").await;
        a.try_send("x");
        a.try_send("");
        a.peer_addr(&[]);
        let zero = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        a.send_to(b"x", "port 0", &zero).await;
        a.connect("port 0", &zero).await;
        a.peer_addr(&[("port 0", zero)]);
        a.try_send("x");
        transcript.line("another family:");
        let six = SocketAddr::from((Ipv6Addr::LOCALHOST, to_a.port()));
        a.send_to(b"x", "IPv6", &six).await;
        a.connect("IPv6", &six).await;
    }
    seen!(scenario).is(&expect![[r#"
        a.send("x") -> EDESTADDRREQ
        a.try_send("x") -> EDESTADDRREQ
        a.try_send("") -> EDESTADDRREQ
        a.peer_addr() -> NotConnected
        a.send_to("x", port 0) -> InvalidInput
        a.connect(port 0) -> done
        a.peer_addr() -> NotConnected
        a.try_send("x") -> 1
        another family:
        a.send_to("x", IPv6) -> EAFNOSUPPORT
        a.connect(IPv6) -> EAFNOSUPPORT
    "#]]);
}

#[test]
fn a_port_of_udp_is_taken_once() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (a, one) = bind::<S>(&transcript, "a").await;
        let at = |ip: [u8; 4]| SocketAddr::from((ip, one.port()));
        note_bind::<S>(&transcript, "the same", one).await;
        note_bind::<S>(&transcript, "every address", at([0, 0, 0, 0])).await;
        note_bind::<S>(&transcript, "another address", at([127, 0, 0, 2])).await;
        let six = SocketAddr::from((Ipv6Addr::UNSPECIFIED, one.port()));
        note_bind::<S>(&transcript, "every address of IPv6", six).await;
        a.drop();
        note_bind::<S>(&transcript, "what was freed", one).await;
        // In this order: a port of UDP may be one of a TCP connection that waits for its time.
        let any_port = (Ipv4Addr::LOCALHOST, 0).into();
        let tcp = S::tcp_listen(any_port).await.unwrap();
        let address = tcp.local_addr().unwrap();
        note_bind::<S>(&transcript, "a port that TCP has", address).await;
    }
    seen!(scenario).is(&expect![[r#"
        bind the same -> AddrInUse
        bind every address -> AddrInUse
        bind another address -> done
        bind every address of IPv6 -> AddrInUse
        drop(a)
        bind what was freed -> done
        bind a port that TCP has -> done
    "#]]);
}

#[test]
fn an_address_of_no_host() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let elsewhere = SocketAddr::from(([203, 0, 113, 7], 0));
        note_bind::<S>(&transcript, "an address of nobody here", elsewhere).await;
    }
    seen!(scenario).differs(
        "Every address exists, and can be bound.",
        &expect![[r#"
            bind an address of nobody here -> AddrNotAvailable
        "#]],
        &expect![[r#"
            bind an address of nobody here -> done
        "#]],
    );
}

#[test]
fn every_address_of_udp() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let any = S::udp_bind((Ipv4Addr::UNSPECIFIED, 0).into())
            .await
            .unwrap();
        let any_address = any.local_addr().unwrap();
        let any = transcript.mailbox("every", any);
        let (a, to_a) = bind::<S>(&transcript, "a").await;
        let one = SocketAddr::from((Ipv4Addr::LOCALHOST, any_address.port()));
        let two = SocketAddr::from(([127, 0, 0, 2], any_address.port()));
        let known = [("a", to_a), ("one", one), ("two", two)];
        a.send_to(b"one", "one", &one).await;
        any.recv_from(8, &known).await;
        a.send_to(b"two", "two", &two).await;
        any.recv_from(8, &known).await;
        a.send_to(b"three", "every", &any_address).await;
        any.recv_from(8, &known).await;
        any.send_to(b"back", "a", &to_a).await;
        a.recv_from(8, &known).await;
        any.local_addr(&known);
        any.connect("a", &to_a).await;
        transcript.line("connected:");
        any.local_addr(&known);
    }
    seen!(scenario).is(&expect![[r#"
        a.send_to("one", one) -> 3
        every.recv_from(8) -> "one" from a
        a.send_to("two", two) -> 3
        every.recv_from(8) -> "two" from a
        a.send_to("three", every) -> 5
        every.recv_from(8) -> "three" from a
        every.send_to("back", a) -> 4
        a.recv_from(8) -> "back" from one
        every.local_addr() -> 0.0.0.0, some port
        every.connect(a) -> done
        connected:
        every.local_addr() -> one
    "#]]);
}

#[test]
fn ipv4_at_every_address_of_ipv6() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let any = S::udp_bind((Ipv6Addr::UNSPECIFIED, 0).into())
            .await
            .unwrap();
        let port = any.local_addr().unwrap().port();
        let any = transcript.mailbox("every", any);
        let (a, to_a) = bind::<S>(&transcript, "a").await;
        let four = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mapped = Ipv4Addr::LOCALHOST.to_ipv6_mapped();
        let mapped = SocketAddr::from((mapped, to_a.port()));
        let known = [("a, mapped", mapped), ("every", four)];
        a.send_to(b"ping", "every", &four).await;
        any.recv_from(8, &known).await;
        any.send_to(b"pong", "a, mapped", &mapped).await;
        a.recv_from(8, &known).await;
        transcript.line("not mapped:");
        any.send_to(b"pong", "a", &to_a).await;
        a.recv_from(8, &known).await;
    }
    seen!(scenario).is(&expect![[r#"
        a.send_to("ping", every) -> 4
        every.recv_from(8) -> "ping" from a, mapped
        every.send_to("pong", a, mapped) -> 4
        a.recv_from(8) -> "pong" from every
        not mapped:
        every.send_to("pong", a) -> 4
        a.recv_from(8) -> "pong" from every
    "#]]);
}

#[test]
fn a_broadcast_needs_leave() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let any = S::udp_bind((Ipv4Addr::UNSPECIFIED, 0).into())
            .await
            .unwrap();
        let port = any.local_addr().unwrap().port();
        let any = transcript.mailbox("every", any);
        let (a, to_a) = bind::<S>(&transcript, "a").await;
        let all = SocketAddr::from(([127, 255, 255, 255], port));
        let known = [("a", to_a)];
        a.send_to(b"x", "all", &all).await;
        a.connect("all", &all).await;
        a.set_broadcast(true);
        a.send_to(b"hello", "all", &all).await;
        any.recv_from(8, &known).await;
        a.connect("all", &all).await;
    }
    seen!(scenario).is(&expect![[r#"
        a.send_to("x", all) -> PermissionDenied
        a.connect(all) -> PermissionDenied
        a.set_broadcast(true) -> done
        a.send_to("hello", all) -> 5
        every.recv_from(8) -> "hello" from a
        a.connect(all) -> done
    "#]]);
}
