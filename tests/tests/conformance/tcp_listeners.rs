//! TCP listeners: who is accepted when, and what becomes of those who are not.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use expect_test::expect;

use crate::noted::Noted;
use crate::side::{Arrival, Listener, Side, Stream, TcpSocket};
use crate::together::{polled_once, together};
use crate::transcript::{Transcript, done};

pub const LOCALHOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

pub async fn listen<S: Side>(
    transcript: &Transcript,
    ip: IpAddr,
) -> (Noted<S::TcpListener>, SocketAddr) {
    let listener = S::tcp_listen((ip, 0).into()).await.unwrap();
    let address = listener.local_addr().unwrap();
    (transcript.of("listener", listener), address)
}

/// Notes how binding went.
pub async fn bind<S: Side>(
    transcript: &Transcript,
    name: &str,
    address: SocketAddr,
) -> Option<S::TcpListener> {
    let result = S::tcp_listen(address).await;
    let (result, listener) = split(result);
    transcript.note(&format!("bind {name}"), &done(&result));
    listener
}

/// Notes how connecting went.
pub async fn connect<S: Side>(
    transcript: &Transcript,
    name: &'static str,
    address: SocketAddr,
) -> Option<Noted<S::TcpStream>> {
    let (result, stream) = split(S::tcp_connect(address).await);
    transcript.note(&format!("connect {name}"), &done(&result));
    Some(transcript.of(name, stream?))
}

pub fn split<T>(result: std::io::Result<T>) -> (std::io::Result<()>, Option<T>) {
    match result {
        Ok(value) => (Ok(()), Some(value)),
        Err(error) => (Err(error), None),
    }
}

#[test]
fn connections_are_accepted_in_the_order_of_their_arrival() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (listener, address) = listen::<S>(&transcript, LOCALHOST).await;
        let first = connect::<S>(&transcript, "first", address).await.unwrap();
        let second = connect::<S>(&transcript, "second", address).await.unwrap();
        let third = connect::<S>(&transcript, "third", address).await.unwrap();
        let known = [
            ("first", first.socket.local_addr().unwrap()),
            ("second", second.socket.local_addr().unwrap()),
            ("third", third.socket.local_addr().unwrap()),
        ];
        listener.accept("one", &known).await;
        listener.accept("two", &known).await;
        listener.accept("three", &known).await;
        listener.start_to_accept().await;
    }
    seen!(scenario).is(&expect![[r#"
        connect first -> done
        connect second -> done
        connect third -> done
        listener.accept() -> one, from first
        listener.accept() -> two, from second
        listener.accept() -> three, from third
        listener.accept(), polled once -> pending
    "#]]);
}

#[test]
fn a_client_can_write_close_and_go_before_it_is_accepted() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (listener, address) = listen::<S>(&transcript, LOCALHOST).await;
        let mut client = connect::<S>(&transcript, "client", address).await.unwrap();
        client.write("data").await;
        let mut server = listener.accept("server", &[]).await.unwrap();
        server.read(8).await;

        let mut client = connect::<S>(&transcript, "client", address).await.unwrap();
        client.write("data").await;
        client.close().await;
        let mut server = listener.accept("server", &[]).await.unwrap();
        server.until(Arrival::End).await;
        server.read(8).await;
        server.read(8).await;
        server.write("back").await;
        client.read(8).await;

        let mut client = connect::<S>(&transcript, "client", address).await.unwrap();
        client.write("data").await;
        let known = [("client", client.socket.local_addr().unwrap())];
        client.drop();
        let mut server = listener.accept("server", &known).await.unwrap();
        server.until(Arrival::End).await;
        server.read(8).await;
        server.read(8).await;
    }
    seen!(scenario).is(&expect![[r#"
        connect client -> done
        client.write("data") -> 4
        listener.accept() -> server, from 127.0.0.1, some port
        server.read(8) -> "data"
        connect client -> done
        client.write("data") -> 4
        client.close() -> done
        listener.accept() -> server, from 127.0.0.1, some port
        server.read(8) -> "data"
        server.read(8) -> ""
        server.write("back") -> 4
        client.read(8) -> "back"
        connect client -> done
        client.write("data") -> 4
        drop(client)
        listener.accept() -> server, from client
        server.read(8) -> "data"
        server.read(8) -> ""
    "#]]);
}

#[test]
fn a_client_that_was_reset_before_it_is_accepted() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (listener, address) = listen::<S>(&transcript, LOCALHOST).await;
        let mut client = connect::<S>(&transcript, "client", address).await.unwrap();
        client.write("data").await;
        client.set_linger_to_zero();
        let known = [("client", client.socket.local_addr().unwrap())];
        client.drop();
        let mut server = listener.accept("server", &known).await.unwrap();
        server.until(Arrival::HangUp).await;
        server.peer_addr(&known);
        server.read(8).await;
        server.read(8).await;
        server.read(8).await;
    }
    seen!(scenario).is(&expect![[r#"
        connect client -> done
        client.write("data") -> 4
        client.set_linger(0) -> done
        drop(client)
        listener.accept() -> server, from client
        server.peer_addr() -> NotConnected
        server.read(8) -> "data"
        server.read(8) -> ConnectionReset
        server.read(8) -> ""
    "#]]);
}

#[test]
fn nobody_listens() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (listener, address) = listen::<S>(&transcript, LOCALHOST).await;
        listener.drop();
        connect::<S>(&transcript, "to a listener that has gone", address).await;
        let zero = SocketAddr::new(LOCALHOST, 0);
        connect::<S>(&transcript, "to port 0", zero).await;

        let bound = S::tcp_socket();
        bound.bind((LOCALHOST, 0).into()).unwrap();
        let address = bound.local_addr().unwrap();
        connect::<S>(&transcript, "to a socket that is only bound", address).await;
    }
    seen!(scenario).is(&expect![[r#"
        drop(listener)
        connect to a listener that has gone -> ConnectionRefused
        connect to port 0 -> ConnectionRefused
        connect to a socket that is only bound -> ConnectionRefused
    "#]]);
}

#[test]
fn a_listener_goes_while_clients_wait_to_be_accepted() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (listener, address) = listen::<S>(&transcript, LOCALHOST).await;
        let mut reads = connect::<S>(&transcript, "reads", address).await.unwrap();
        let mut writes = connect::<S>(&transcript, "writes", address).await.unwrap();
        let mut wrote = connect::<S>(&transcript, "wrote", address).await.unwrap();
        let mut waits = connect::<S>(&transcript, "waits", address).await.unwrap();
        wrote.write("data").await;
        together(waits.read(8), async { listener.drop() }).await;
        reads.until(Arrival::HangUp).await;
        reads.read(8).await;
        reads.read(8).await;
        writes.until(Arrival::HangUp).await;
        writes.write("one").await;
        writes.write("two").await;
        writes.read(8).await;
        wrote.until(Arrival::HangUp).await;
        wrote.read(8).await;
    }
    seen!(scenario).is(&expect![[r#"
        connect reads -> done
        connect writes -> done
        connect wrote -> done
        connect waits -> done
        wrote.write("data") -> 4
        drop(listener)
        waits.read(8) -> ConnectionReset
        reads.read(8) -> ConnectionReset
        reads.read(8) -> ""
        writes.write("one") -> ConnectionReset
        writes.write("two") -> BrokenPipe
        writes.read(8) -> ""
        wrote.read(8) -> ConnectionReset
    "#]]);
}

#[test]
fn a_listener_goes_and_what_it_accepted_goes_on() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (listener, address) = listen::<S>(&transcript, LOCALHOST).await;
        let mut client = connect::<S>(&transcript, "client", address).await.unwrap();
        let mut server = listener.accept("server", &[]).await.unwrap();
        listener.drop();
        client.write("ping").await;
        server.read(8).await;
        server.write("pong").await;
        client.read(8).await;
        connect::<S>(&transcript, "another", address).await;
        transcript.line("the port is free although a connection has it:");
        let listener = bind::<S>(&transcript, "again", address).await.unwrap();
        let listener = transcript.of("listener", listener);
        connect::<S>(&transcript, "another", address).await;
        listener.accept("server", &[]).await;
        client.write("ping").await;
        server.read(8).await;
    }
    seen!(scenario).is(&expect![[r#"
        connect client -> done
        listener.accept() -> server, from 127.0.0.1, some port
        drop(listener)
        client.write("ping") -> 4
        server.read(8) -> "ping"
        server.write("pong") -> 4
        client.read(8) -> "pong"
        connect another -> ConnectionRefused
        the port is free although a connection has it:
        bind again -> done
        connect another -> done
        listener.accept() -> server, from 127.0.0.1, some port
        client.write("ping") -> 4
        server.read(8) -> "ping"
    "#]]);
}

#[test]
fn an_accept_that_was_given_up_takes_nothing() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (listener, address) = listen::<S>(&transcript, LOCALHOST).await;
        listener.start_to_accept().await;
        let client = connect::<S>(&transcript, "client", address).await.unwrap();
        let known = [("client", client.socket.local_addr().unwrap())];
        listener.accept("server", &known).await;
        listener.start_to_accept().await;
        together(
            async {
                listener.accept("server", &known).await;
            },
            async {
                // It may be accepted before or after it learns that it is connected.
                drop(S::tcp_connect(address).await.unwrap());
            },
        )
        .await;
    }
    seen!(scenario).is(&expect![[r#"
        listener.accept(), polled once -> pending
        connect client -> done
        listener.accept() -> server, from client
        listener.accept(), polled once -> pending
        listener.accept() -> server, from 127.0.0.1, some port
    "#]]);
}

#[test]
fn two_tasks_accept() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (listener, address) = listen::<S>(&transcript, LOCALHOST).await;
        let accepting = together(listener.socket.accept(), listener.socket.accept());
        let connecting = async {
            let first = S::tcp_connect(address).await.unwrap();
            (first, S::tcp_connect(address).await.unwrap())
        };
        let ((one, two), clients) = together(accepting, connecting).await;
        let mut accepted = [one.unwrap().1, two.unwrap().1];
        let mut connected = [
            clients.0.local_addr().unwrap(),
            clients.1.local_addr().unwrap(),
        ];
        accepted.sort();
        connected.sort();
        transcript.line(&format!("each got one: {}", accepted == connected));
    }
    seen!(scenario).is(&expect![[r#"
        each got one: true
    "#]]);
}

#[test]
fn a_connect_that_was_given_up_does_no_harm() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (listener, address) = listen::<S>(&transcript, LOCALHOST).await;
        drop(polled_once(S::tcp_connect(address)).await);
        let client = connect::<S>(&transcript, "client", address).await.unwrap();
        let address = client.socket.local_addr().unwrap();
        // Whether the other one had arrived is a question of time.
        loop {
            let (stream, from) = listener.socket.accept().await.unwrap();
            let mut stream = transcript.of("another", stream);
            if from == address {
                break;
            }
            stream.until(Arrival::End).await;
            let mut nothing = [0; 8];
            let read = futures_util::AsyncReadExt::read(&mut stream.socket, &mut nothing).await;
            assert!(!matches!(read, Ok(1..)), "nobody wrote");
        }
        transcript.line("the other one is accepted");
    }
    seen!(scenario).is(&expect![[r#"
        connect client -> done
        the other one is accepted
    "#]]);
}
