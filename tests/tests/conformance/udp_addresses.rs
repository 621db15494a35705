//! UDP addresses: who may bind which, who hears whom.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use expect_test::expect;

use crate::mailbox::Mailbox;
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

/// At that address, with a port of its own.
async fn bind_at<S: Side>(
    transcript: &Transcript,
    name: &'static str,
    ip: impl Into<IpAddr>,
) -> (Mailbox<S::UdpSocket>, SocketAddr) {
    let socket = S::udp_bind((ip.into(), 0).into()).await.unwrap();
    let address = socket.local_addr().unwrap();
    (transcript.mailbox(name, socket), address)
}

#[test]
fn addresses_of_another_family() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (four, to_four) = bind::<S>(&transcript, "four").await;
        let (six, to_six) = bind_at::<S>(&transcript, "six", Ipv6Addr::LOCALHOST).await;
        let mapped = Ipv4Addr::LOCALHOST.to_ipv6_mapped();
        let (both, _) = bind_at::<S>(&transcript, "mapped", mapped).await;
        let mapped = SocketAddr::from((mapped, to_four.port()));
        transcript.line("of IPv4, where IPv6 maps it:");
        four.try_send_to("x", "four, mapped", &mapped);
        four.connect("four, mapped", &mapped).await;
        transcript.line("of IPv6:");
        six.try_send_to("x", "four", &to_four);
        six.connect("four", &to_four).await;
        six.try_send_to("x", "four, mapped", &mapped);
        six.connect("four, mapped", &mapped).await;
        transcript.line("of IPv6, at an address of IPv4:");
        both.try_send_to("x", "six", &to_six);
        both.connect("six", &to_six).await;
        both.try_send_to("x", "four", &to_four);
        four.recv(8).await;
        both.connect("four, mapped", &mapped).await;
    }
    seen!(scenario).is(&expect![[r#"
        of IPv4, where IPv6 maps it:
        four.try_send_to("x", four, mapped) -> EAFNOSUPPORT
        four.connect(four, mapped) -> EAFNOSUPPORT
        of IPv6:
        six.try_send_to("x", four) -> NetworkUnreachable
        six.connect(four) -> EAFNOSUPPORT
        six.try_send_to("x", four, mapped) -> NetworkUnreachable
        six.connect(four, mapped) -> NetworkUnreachable
        of IPv6, at an address of IPv4:
        mapped.try_send_to("x", six) -> EAFNOSUPPORT
        mapped.connect(six) -> EAFNOSUPPORT
        mapped.try_send_to("x", four) -> 1
        four.recv(8) -> "x"
        mapped.connect(four, mapped) -> done
    "#]]);
}

#[test]
fn a_socket_of_both_families_that_was_connected() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (four, to_four) = bind::<S>(&transcript, "four").await;
        let (_six, to_six) = bind_at::<S>(&transcript, "six", Ipv6Addr::LOCALHOST).await;
        let (a, _) = bind_at::<S>(&transcript, "a", Ipv6Addr::UNSPECIFIED).await;
        a.connect("six", &to_six).await;
        a.local_addr(&[]);
        a.connect("four", &to_four).await;
        a.local_addr(&[]);
        a.send(b"x").await;
        four.recv(8).await;
        let (b, _) = bind_at::<S>(&transcript, "b", Ipv6Addr::UNSPECIFIED).await;
        b.connect("four", &to_four).await;
        b.local_addr(&[]);
        b.connect("six", &to_six).await;
        let here = SocketAddr::from((Ipv6Addr::UNSPECIFIED, to_four.port()));
        b.send_to(b"here", "this host", &here).await;
        four.recv(8).await;
    }
    seen!(scenario).is(&expect![[r#"
        a.connect(six) -> done
        a.local_addr() -> ::1, some port
        a.connect(four) -> done
        a.local_addr() -> ::1, some port
        a.send("x") -> 1
        four.recv(8) -> "x"
        b.connect(four) -> done
        b.local_addr() -> ::ffff:127.0.0.1, some port
        b.connect(six) -> EAFNOSUPPORT
        b.send_to("here", this host) -> 4
        four.recv(8) -> "here"
    "#]]);
}

#[test]
fn this_host_is_the_address_that_a_socket_is_bound_to() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (a, at_a) = bind_at::<S>(&transcript, "a", [127, 0, 0, 2]).await;
        let (b, at_b) = bind_at::<S>(&transcript, "b", [127, 0, 0, 2]).await;
        let known = [("a", at_a), ("b", at_b)];
        let here = SocketAddr::from((Ipv4Addr::UNSPECIFIED, at_b.port()));
        a.send_to(b"x", "this host", &here).await;
        b.recv_from(8, &known).await;
        a.connect("this host", &here).await;
        a.peer_addr(&known);
    }
    seen!(scenario).is(&expect![[r#"
        a.send_to("x", this host) -> 1
        b.recv_from(8) -> "x" from a
        a.connect(this host) -> done
        a.peer_addr() -> b
    "#]]);
}

#[test]
fn a_wildcard_that_was_connected_is_one_no_longer() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (any, at_any) = bind_at::<S>(&transcript, "every", Ipv4Addr::UNSPECIFIED).await;
        let two = SocketAddr::from(([127, 0, 0, 2], at_any.port()));
        any.send_to(b"before", "two", &two).await;
        any.recv(8).await;
        any.connect("itself", &at_any).await;
        any.send_to(b"after", "two", &two).await;
        any.try_recv(8);
        any.send(b"itself").await;
        any.recv(8).await;
    }
    seen!(scenario).is(&expect![[r#"
        every.send_to("before", two) -> 6
        every.recv(8) -> "before"
        every.connect(itself) -> done
        every.send_to("after", two) -> 5
        every.try_recv(8) -> WouldBlock
        every.send("itself") -> 6
        every.recv(8) -> "itself"
    "#]]);
}

#[test]
fn a_peer_on_port_0_is_whoever_has_its_address() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (a, at_a) = bind::<S>(&transcript, "a").await;
        let (b, at_b) = bind::<S>(&transcript, "b").await;
        let (c, _) = bind_at::<S>(&transcript, "c", [127, 0, 0, 2]).await;
        let known = [("b", at_b)];
        a.connect("port 0", &SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
            .await;
        b.send_to(b"x", "a", &at_a).await;
        c.send_to(b"y", "a", &at_a).await;
        a.recv_from(8, &known).await;
        a.try_recv_from(8, &known);
    }
    seen!(scenario).is(&expect![[r#"
        a.connect(port 0) -> done
        b.send_to("x", a) -> 1
        c.send_to("y", a) -> 1
        a.recv_from(8) -> "x" from b
        a.try_recv_from(8) -> WouldBlock
    "#]]);
}
