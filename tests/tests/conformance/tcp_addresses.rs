//! TCP addresses: who may bind which, and who is reached by it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use expect_test::expect;

use crate::side::{Arrival, Listener, Side, Stream, TcpSocket};
use crate::tcp_listeners::{LOCALHOST, bind, connect, listen, split};
use crate::transcript::Transcript;
use crate::transcript::done;

const ANY: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
const LOCALHOST_6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);
const ANY_6: IpAddr = IpAddr::V6(Ipv6Addr::UNSPECIFIED);

#[test]
fn a_port_is_taken_once() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (listener, address) = listen::<S>(&transcript, LOCALHOST).await;
        bind::<S>(&transcript, "a port that is taken", address).await;
        let (other, other_address) = listen::<S>(&transcript, LOCALHOST).await;
        let ports = address.port() != other_address.port();
        transcript.line(&format!("port 0 is another port each time: {ports}"));
        other.drop();
        listener.drop();
        let listener = bind::<S>(&transcript, "a port that was freed", address).await;
        transcript.line(&format!(
            "it is the same: {}",
            listener.unwrap().local_addr().unwrap() == address
        ));
    }
    seen!(scenario).is(&expect![[r#"
        bind a port that is taken -> AddrInUse
        port 0 is another port each time: true
        drop(listener)
        drop(listener)
        bind a port that was freed -> done
        it is the same: true
    "#]]);
}

#[test]
fn a_port_is_free_although_a_connection_waits_for_its_time() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (listener, address) = listen::<S>(&transcript, LOCALHOST).await;
        let mut client = connect::<S>(&transcript, "client", address).await.unwrap();
        let mut server = listener.accept("server", &[]).await.unwrap();
        listener.drop();
        // The end that closes first is the one that waits.
        server.close().await;
        client.read(8).await;
        client.close().await;
        server.until(Arrival::HangUp).await;
        drop((server, client));
        bind::<S>(&transcript, "again", address).await;
    }
    seen!(scenario).is(&expect![[r#"
        connect client -> done
        listener.accept() -> server, from 127.0.0.1, some port
        drop(listener)
        server.close() -> done
        client.read(8) -> ""
        client.close() -> done
        bind again -> done
    "#]]);
}

#[test]
fn who_binds_every_address_and_who_binds_one() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (any, address) = listen::<S>(&transcript, ANY).await;
        let one = SocketAddr::new(LOCALHOST, address.port());
        let two = SocketAddr::new([127, 0, 0, 2].into(), address.port());
        bind::<S>(&transcript, "one while there is every", one).await;
        any.drop();
        let first = bind::<S>(&transcript, "one", one).await;
        bind::<S>(&transcript, "every while there is one", address).await;
        let second = bind::<S>(&transcript, "another one", two).await;
        drop(first);
        bind::<S>(&transcript, "every while there is the other", address).await;
        drop(second);
        let any = bind::<S>(&transcript, "every again", address)
            .await
            .unwrap();

        let any = transcript.of("every", any);
        let mut client = connect::<S>(&transcript, "to one", one).await.unwrap();
        let known = [
            ("one", one),
            ("two", two),
            ("client", client.socket.local_addr().unwrap()),
        ];
        let server = any.accept("server", &known).await.unwrap();
        server.local_addr(&known);
        let other = connect::<S>(&transcript, "to two", two).await.unwrap();
        let server_of_other = any.accept("server", &known).await.unwrap();
        server_of_other.local_addr(&known);
        other.peer_addr(&known);
        other.local_addr(&known);
        drop((server, server_of_other));
        client.read(8).await;
    }
    seen!(scenario).is(&expect![[r#"
        bind one while there is every -> AddrInUse
        drop(listener)
        bind one -> done
        bind every while there is one -> AddrInUse
        bind another one -> done
        bind every while there is the other -> AddrInUse
        bind every again -> done
        connect to one -> done
        every.accept() -> server, from client
        server.local_addr() -> one
        connect to two -> done
        every.accept() -> server, from 127.0.0.1, some port
        server.local_addr() -> two
        to two.peer_addr() -> two
        to two.local_addr() -> 127.0.0.1, some port
        to one.read(8) -> ""
    "#]]);
}

#[test]
fn a_listener_on_one_address_is_not_on_another() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (_listener, one) = listen::<S>(&transcript, LOCALHOST).await;
        let two = SocketAddr::new([127, 0, 0, 2].into(), one.port());
        let six = SocketAddr::new(LOCALHOST_6, one.port());
        connect::<S>(&transcript, "to one", one).await;
        connect::<S>(&transcript, "to two", two).await;
        connect::<S>(&transcript, "to IPv6", six).await;
    }
    seen!(scenario).is(&expect![[r#"
        connect to one -> done
        connect to two -> ConnectionRefused
        connect to IPv6 -> ConnectionRefused
    "#]]);
}

#[test]
fn to_connect_to_every_address_is_to_connect_to_this_host() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (listener, one) = listen::<S>(&transcript, LOCALHOST).await;
        let any = SocketAddr::new(ANY, one.port());
        let client = connect::<S>(&transcript, "client", any).await.unwrap();
        let known = [("one", one), ("every", any)];
        client.peer_addr(&known);
        client.local_addr(&known);
        listener.accept("server", &known).await;
    }
    seen!(scenario).is(&expect![[r#"
        connect client -> done
        client.peer_addr() -> one
        client.local_addr() -> 127.0.0.1, some port
        listener.accept() -> server, from 127.0.0.1, some port
    "#]]);
}

#[test]
fn addresses_of_this_host_and_of_none() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let elsewhere = SocketAddr::new([203, 0, 113, 7].into(), 0);
        bind::<S>(&transcript, "an address of nobody here", elsewhere).await;
        let elsewhere = SocketAddr::new("2001:db8::7".parse().unwrap(), 0);
        bind::<S>(&transcript, "an address of nobody here", elsewhere).await;
    }
    seen!(scenario).differs(
        "Every address exists, and can be bound.",
        &expect![[r#"
            bind an address of nobody here -> AddrNotAvailable
            bind an address of nobody here -> AddrNotAvailable
        "#]],
        &expect![[r#"
            bind an address of nobody here -> done
            bind an address of nobody here -> done
        "#]],
    );
}

#[test]
fn every_address_of_ipv6_takes_ipv4_too() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (listener, address) = listen::<S>(&transcript, ANY_6).await;
        let four = SocketAddr::new(LOCALHOST, address.port());
        let six = SocketAddr::new(LOCALHOST_6, address.port());
        let client = connect::<S>(&transcript, "over IPv4", four).await.unwrap();
        let known = [("what the client connected to", four)];
        let mut server = listener.accept("server", &known).await.unwrap();
        server.local_addr(&known);
        server.peer_addr(&known);
        client.peer_addr(&known);
        client.local_addr(&known);
        server.write("x").await;
        let client = connect::<S>(&transcript, "over IPv6", six).await.unwrap();
        let server = listener.accept("server", &known).await.unwrap();
        server.local_addr(&known);
        client.local_addr(&known);
        let mapped = Ipv4Addr::LOCALHOST.to_ipv6_mapped();
        let mapped = SocketAddr::new(mapped.into(), address.port());
        let client = connect::<S>(&transcript, "over IPv4 in IPv6", mapped).await;
        let server = listener.accept("server", &known).await.unwrap();
        server.peer_addr(&known);
        client.unwrap().local_addr(&known);
    }
    seen!(scenario).is(&expect![[r#"
        connect over IPv4 -> done
        listener.accept() -> server, from ::ffff:127.0.0.1, some port
        server.local_addr() -> ::ffff:127.0.0.1, some port
        server.peer_addr() -> ::ffff:127.0.0.1, some port
        over IPv4.peer_addr() -> what the client connected to
        over IPv4.local_addr() -> 127.0.0.1, some port
        server.write("x") -> 1
        connect over IPv6 -> done
        listener.accept() -> server, from ::1, some port
        server.local_addr() -> ::1, some port
        over IPv6.local_addr() -> ::1, some port
        connect over IPv4 in IPv6 -> done
        listener.accept() -> server, from ::ffff:127.0.0.1, some port
        server.peer_addr() -> ::ffff:127.0.0.1, some port
        over IPv4 in IPv6.local_addr() -> ::ffff:127.0.0.1, some port
    "#]]);
}

#[test]
fn every_address_of_ipv6_and_who_else_may_bind_its_port() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (listener, any_6) = listen::<S>(&transcript, ANY_6).await;
        let at = |ip| SocketAddr::new(ip, any_6.port());
        bind::<S>(&transcript, "every of IPv4", at(ANY)).await;
        bind::<S>(&transcript, "one of IPv4", at(LOCALHOST)).await;
        bind::<S>(&transcript, "one of IPv6", at(LOCALHOST_6)).await;
        listener.drop();
        transcript.line("the other way round:");
        let four = bind::<S>(&transcript, "one of IPv4", at(LOCALHOST)).await;
        bind::<S>(&transcript, "every of IPv6", any_6).await;
        let six = bind::<S>(&transcript, "one of IPv6", at(LOCALHOST_6)).await;
        drop(four);
        bind::<S>(&transcript, "every of IPv4", at(ANY)).await;
        drop(six);
        let six = bind::<S>(&transcript, "one of IPv6", at(LOCALHOST_6)).await;
        connect::<S>(&transcript, "over IPv4 to one of IPv6", at(LOCALHOST)).await;
        drop(six);
        let any = bind::<S>(&transcript, "every of IPv4", at(ANY)).await;
        bind::<S>(&transcript, "every of IPv6", any_6).await;
        connect::<S>(&transcript, "over IPv6 to every of IPv4", at(LOCALHOST_6)).await;
        drop(any);
    }
    seen!(scenario).is(&expect![[r#"
        bind every of IPv4 -> AddrInUse
        bind one of IPv4 -> AddrInUse
        bind one of IPv6 -> AddrInUse
        drop(listener)
        the other way round:
        bind one of IPv4 -> done
        bind every of IPv6 -> AddrInUse
        bind one of IPv6 -> done
        bind every of IPv4 -> done
        bind one of IPv6 -> done
        connect over IPv4 to one of IPv6 -> ConnectionRefused
        bind every of IPv4 -> done
        bind every of IPv6 -> AddrInUse
        connect over IPv6 to every of IPv4 -> ConnectionRefused
    "#]]);
}

#[test]
fn a_socket_that_is_bound_before_it_connects() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (listener, address) = listen::<S>(&transcript, LOCALHOST).await;
        let socket = S::tcp_socket();
        socket.bind(([127, 0, 0, 3], 0).into()).unwrap();
        let from = socket.local_addr().unwrap();
        let known = [("what was bound", from), ("the listener's", address)];
        let again = S::tcp_socket();
        transcript.note("bind the same again", &done(&again.bind(from)));
        let client = transcript.of("client", socket.connect(address).await.unwrap());
        client.local_addr(&known);
        client.peer_addr(&known);
        let _server = listener.accept("server", &known).await;
        transcript.note("bind the same again", &done(&again.bind(from)));
    }
    seen!(scenario).is(&expect![[r#"
        bind the same again -> AddrInUse
        client.local_addr() -> what was bound
        client.peer_addr() -> the listener's
        listener.accept() -> server, from what was bound
        bind the same again -> AddrInUse
    "#]]);
}

#[test]
fn a_socket_that_is_bound_before_it_listens() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let socket = S::tcp_socket();
        let unbound = socket.local_addr();
        transcript.line(&format!("unbound it is {:?}", unbound.unwrap()));
        let result = socket.bind((LOCALHOST, 0).into());
        transcript.note("bind", &done(&result));
        let result = socket.bind((LOCALHOST, 0).into());
        transcript.note("bind again", &done(&result));
        let address = socket.local_addr().unwrap();

        let other = S::tcp_socket();
        transcript.note("bind where another is bound", &done(&other.bind(address)));
        other.set_reuseaddr(true).unwrap();
        transcript.note("with one side's SO_REUSEADDR", &done(&other.bind(address)));
        socket.set_reuseaddr(true).unwrap();
        transcript.note("with both sides'", &done(&other.bind(address)));
        let listener = transcript.of("listener", socket.listen(8).unwrap());
        let (result, _) = split(other.listen(8));
        transcript.note("listen where another listens", &done(&result));

        connect::<S>(&transcript, "client", address).await;
        listener.accept("server", &[]).await;
        let late = S::tcp_socket();
        late.set_reuseaddr(true).unwrap();
        transcript.note("bind where another listens", &done(&late.bind(address)));
    }
    seen!(scenario).is(&expect![[r#"
        unbound it is 0.0.0.0:0
        bind -> done
        bind again -> InvalidInput
        bind where another is bound -> AddrInUse
        with one side's SO_REUSEADDR -> AddrInUse
        with both sides' -> done
        listen where another listens -> AddrInUse
        connect client -> done
        listener.accept() -> server, from 127.0.0.1, some port
        bind where another listens -> AddrInUse
    "#]]);
}

#[test]
fn who_listens_must_share_its_address_still() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let one = S::tcp_socket();
        one.set_reuseaddr(true).unwrap();
        one.bind((LOCALHOST, 0).into()).unwrap();
        let address = one.local_addr().unwrap();
        let other = S::tcp_socket();
        other.set_reuseaddr(true).unwrap();
        transcript.note("bind where another is bound", &done(&other.bind(address)));
        one.set_reuseaddr(false).unwrap();
        transcript.note(
            "listen where another shares no longer",
            &done(&split(other.listen(8)).0),
        );
        transcript.note("listen alone", &done(&split(one.listen(8)).0));
    }
    seen!(scenario).is(&expect![[r#"
        bind where another is bound -> done
        listen where another shares no longer -> AddrInUse
        listen alone -> done
    "#]]);
}

#[test]
fn a_port_of_connections_whose_listener_has_gone() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (listener, address) = listen::<S>(&transcript, LOCALHOST).await;
        let _client = connect::<S>(&transcript, "client", address).await;
        let _server = listener.accept("server", &[]).await;
        listener.drop();
        let socket = S::tcp_socket();
        transcript.note("bind without SO_REUSEADDR", &done(&socket.bind(address)));
    }
    seen!(scenario).differs(
        "The port of a listener that was closed is free for all",
        &expect![[r#"
            connect client -> done
            listener.accept() -> server, from 127.0.0.1, some port
            drop(listener)
            bind without SO_REUSEADDR -> AddrInUse
        "#]],
        &expect![[r#"
            connect client -> done
            listener.accept() -> server, from 127.0.0.1, some port
            drop(listener)
            bind without SO_REUSEADDR -> done
        "#]],
    );
}

#[test]
fn to_connect_from_one_address_to_every_is_to_connect_to_that() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let two = IpAddr::from([127, 0, 0, 2]);
        let (_listener, address) = listen::<S>(&transcript, two).await;
        let socket = S::tcp_socket();
        socket.bind((two, 0).into()).unwrap();
        let every = SocketAddr::new(ANY, address.port());
        let (result, client) = split(socket.connect(every).await);
        transcript.note("connect", &done(&result));
        let client = transcript.of("client", client.unwrap());
        client.peer_addr(&[("the listener's", address)]);
    }
    seen!(scenario).is(&expect![[r#"
        connect -> done
        client.peer_addr() -> the listener's
    "#]]);
}
