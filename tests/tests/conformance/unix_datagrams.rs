//! Datagram sockets of unix.

use std::io::ErrorKind;

use expect_test::expect;

use crate::mailbox::Mailbox;
use crate::side::{Datagram, Directory, Name, Side, UnixDatagram};
use crate::together::together;
use crate::transcript::{Transcript, done};

fn bind<S: Side>(
    transcript: &Transcript,
    directory: &impl Directory,
    name: &'static str,
) -> (Mailbox<S::UnixDatagram>, Name) {
    let path = directory.path(name);
    let socket = S::unix_datagram_bind(&path).unwrap();
    (transcript.mailbox(name, socket), path)
}

fn pair<S: Side>(transcript: &Transcript) -> (Mailbox<S::UnixDatagram>, Mailbox<S::UnixDatagram>) {
    let (a, b) = S::unix_datagram_pair();
    (transcript.mailbox("a", a), transcript.mailbox("b", b))
}

#[test]
fn unix_datagrams_arrive_one_by_one_and_in_order() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let directory = S::directory();
        let (a, to_a) = bind::<S>(&transcript, &directory, "a");
        let (b, to_b) = bind::<S>(&transcript, &directory, "b");
        let unbound = transcript.mailbox("unbound", S::unix_datagram_unbound());
        let known = [("a", to_a), ("b", to_b.clone())];
        a.send_to(b"one", "b", &to_b).await;
        a.try_send_to("two", "b", &to_b);
        a.send_to(b"", "b", &to_b).await;
        unbound.send_to(b"three", "b", &to_b).await;
        b.recv_from(2, &known).await;
        b.recv(8).await;
        b.recv_from(8, &known).await;
        b.try_recv_from(8, &known);
        b.try_recv(8);
        b.start_to_recv(8).await;
        together(b.recv_from(8, &known), a.send_to(b"four", "b", &to_b)).await;
        together(b.readable(), a.send_to(b"five", "b", &to_b)).await;
        b.recv(0).await;
        b.try_recv(0);
        a.local_addr(&known);
        a.peer_addr(&known);
        unbound.local_addr(&known);
    }
    seen!(scenario).is(&expect![[r#"
        a.send_to("one", b) -> 3
        a.try_send_to("two", b) -> 3
        a.send_to("", b) -> 0
        unbound.send_to("three", b) -> 5
        b.recv_from(2) -> "on" from a
        b.recv(8) -> "two"
        b.recv_from(8) -> "" from a
        b.try_recv_from(8) -> "three" from unnamed
        b.try_recv(8) -> WouldBlock
        b.recv(8), polled once -> pending
        a.send_to("four", b) -> 4
        b.recv_from(8) -> "four" from a
        a.send_to("five", b) -> 4
        b.readable() -> done
        b.recv(0) -> ""
        b.try_recv(0) -> WouldBlock
        a.local_addr() -> a
        a.peer_addr() -> NotConnected
        unbound.local_addr() -> unnamed
    "#]]);
}

#[test]
fn a_connected_unix_socket_hears_its_peer_alone() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let directory = S::directory();
        let (a, to_a) = bind::<S>(&transcript, &directory, "a");
        let (b, to_b) = bind::<S>(&transcript, &directory, "b");
        let (c, to_c) = bind::<S>(&transcript, &directory, "c");
        let known = [
            ("a", to_a.clone()),
            ("b", to_b.clone()),
            ("c", to_c.clone()),
        ];
        c.send_to(b"before", "a", &to_a).await;
        a.connect("b", &to_b).await;
        a.peer_addr(&known);
        transcript.line("what came before it connected is there:");
        a.recv_from(8, &known).await;
        c.try_send_to("other", "a", &to_a);
        c.connect("a", &to_a).await;
        b.send_to(b"peer", "a", &to_a).await;
        a.recv_from(8, &known).await;
        a.send(b"one").await;
        b.recv_from(8, &known).await;
        a.try_send_to("two", "c", &to_c);
        transcript.line("another peer:");
        a.connect("c", &to_c).await;
        a.peer_addr(&known);
        a.send(b"three").await;
        c.recv_from(8, &known).await;
        transcript.line("the peer goes:");
        c.drop();
        a.try_send("four");
        a.try_send("five");
        a.peer_addr(&known);
        a.try_recv(8);
    }
    seen!(scenario).is(&expect![[r#"
        c.send_to("before", a) -> 6
        a.connect(b) -> done
        a.peer_addr() -> b
        what came before it connected is there:
        a.recv_from(8) -> "before" from c
        c.try_send_to("other", a) -> PermissionDenied
        c.connect(a) -> PermissionDenied
        b.send_to("peer", a) -> 4
        a.recv_from(8) -> "peer" from b
        a.send("one") -> 3
        b.recv_from(8) -> "one" from a
        a.try_send_to("two", c) -> 3
        another peer:
        a.connect(c) -> done
        a.peer_addr() -> c
        a.send("three") -> 5
        c.recv_from(8) -> "two" from a
        the peer goes:
        drop(c)
        a.try_send("four") -> ConnectionRefused
        a.try_send("five") -> NotConnected
        a.peer_addr() -> NotConnected
        a.try_recv(8) -> WouldBlock
    "#]]);
}

#[test]
fn a_unix_datagram_to_nobody() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let directory = S::directory();
        let (a, _) = bind::<S>(&transcript, &directory, "a");
        let missing = directory.path("missing");
        a.send(b"x").await;
        a.try_send_to("x", "a path that is missing", &missing);
        a.connect("a path that is missing", &missing).await;
        let (gone, left) = bind::<S>(&transcript, &directory, "gone");
        gone.drop();
        a.try_send_to("x", "a path that is left", &left);
        a.connect("a path that is left", &left).await;
        let name = directory.abstract_name("nobody");
        a.try_send_to("x", "an abstract name of nobody", &name);

        transcript.line("streams and datagrams:");
        let stream = directory.path("stream");
        let _listener = S::unix_listen(&stream).unwrap();
        a.try_send_to("x", "a listener of streams", &stream);
        a.connect("a listener of streams", &stream).await;
        let result = S::unix_connect(&directory.path("a")).await.map(drop);
        transcript.note("connect a stream to a", &done(&result));
    }
    seen!(scenario).is(&expect![[r#"
        a.send("x") -> NotConnected
        a.try_send_to("x", a path that is missing) -> NotFound
        a.connect(a path that is missing) -> NotFound
        drop(gone)
        a.try_send_to("x", a path that is left) -> ConnectionRefused
        a.connect(a path that is left) -> ConnectionRefused
        a.try_send_to("x", an abstract name of nobody) -> ConnectionRefused
        streams and datagrams:
        a.try_send_to("x", a listener of streams) -> EPROTOTYPE
        a.connect(a listener of streams) -> EPROTOTYPE
        connect a stream to a -> EPROTOTYPE
    "#]]);
}

#[test]
fn a_path_outlives_its_socket_for_datagrams() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let directory = S::directory();
        let (gone, left) = bind::<S>(&transcript, &directory, "gone");
        let result = S::unix_datagram_bind(&left).map(drop);
        transcript.note("bind a path that is taken", &done(&result));
        gone.drop();
        let result = S::unix_datagram_bind(&left).map(drop);
        transcript.note("bind a path that is left", &done(&result));
    }
    seen!(scenario).differs(
        "It can be bound anew when its socket is closed",
        &expect![[r#"
            bind a path that is taken -> AddrInUse
            drop(gone)
            bind a path that is left -> AddrInUse
        "#]],
        &expect![[r#"
            bind a path that is taken -> AddrInUse
            drop(gone)
            bind a path that is left -> done
        "#]],
    );
}

#[test]
fn a_pair_of_unix_datagram_sockets() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (a, b) = pair::<S>(&transcript);
        a.send(b"one").await;
        a.send(b"").await;
        b.send(b"two").await;
        b.recv_from(8, &[]).await;
        b.recv_from(8, &[]).await;
        a.recv(8).await;
        a.local_addr(&[]);
        a.peer_addr(&[]);
        transcript.line("the peer goes, and what it sent is read first:");
        a.send(b"unread").await;
        b.send(b"last").await;
        b.drop();
        a.recv(8).await;
        a.start_to_recv(8).await;
        a.try_send("one");
        a.try_send("two");
        a.take_error();
        a.peer_addr(&[]);

        transcript.line("the peer goes, and the first thing is to send:");
        let (a, b) = pair::<S>(&transcript);
        b.send(b"last").await;
        b.drop();
        a.try_send("one");
        a.start_to_recv(8).await;
        a.try_send("two");
    }
    seen!(scenario).is(&expect![[r#"
        a.send("one") -> 3
        a.send("") -> 0
        b.send("two") -> 3
        b.recv_from(8) -> "one" from unnamed
        b.recv_from(8) -> "" from unnamed
        a.recv(8) -> "two"
        a.local_addr() -> unnamed
        a.peer_addr() -> unnamed
        the peer goes, and what it sent is read first:
        a.send("unread") -> 6
        b.send("last") -> 4
        drop(b)
        a.recv(8) -> "last"
        a.recv(8), polled once -> pending
        a.try_send("one") -> ConnectionRefused
        a.try_send("two") -> NotConnected
        a.take_error() -> none
        a.peer_addr() -> NotConnected
        the peer goes, and the first thing is to send:
        b.send("last") -> 4
        drop(b)
        a.try_send("one") -> ConnectionRefused
        a.recv(8), polled once -> pending
        a.try_send("two") -> NotConnected
    "#]]);
}

#[test]
fn nobody_who_waits_learns_that_the_other_of_a_pair_has_gone() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (a, b) = pair::<S>(&transcript);
        b.drop();
        a.start_to_recv(8).await;
        a.writable().await;
        a.try_send("one");
        a.try_send("two");

        transcript.line("with something unread:");
        let (a, b) = pair::<S>(&transcript);
        a.send(b"unread").await;
        b.drop();
        a.start_to_recv(8).await;
        a.try_send("one");
    }
    seen!(scenario).is(&expect![[r#"
        drop(b)
        a.recv(8), polled once -> pending
        a.writable() -> done
        a.try_send("one") -> ConnectionRefused
        a.try_send("two") -> NotConnected
        with something unread:
        a.send("unread") -> 6
        drop(b)
        a.recv(8), polled once -> pending
        a.try_send("one") -> ConnectionRefused
    "#]]);
}

#[test]
fn one_of_a_pair_shuts_its_write_half_down() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (a, b) = pair::<S>(&transcript);
        b.send(b"before").await;
        transcript.note("b.shutdown(Write)", &done(&b.socket.shut_down_writing()));
        a.try_recv(8);
        a.try_recv(8);
        a.try_recv(8);
        b.try_send("x");
        a.send(b"back").await;
        b.recv(8).await;
    }
    seen!(scenario).is(&expect![[r#"
        b.send("before") -> 6
        b.shutdown(Write) -> done
        a.try_recv(8) -> "before"
        a.try_recv(8) -> WouldBlock
        a.try_recv(8) -> WouldBlock
        b.try_send("x") -> BrokenPipe
        a.send("back") -> 4
        b.recv(8) -> "back"
    "#]]);
}

#[test]
fn a_receiver_that_is_full_keeps_its_sender_waiting() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (a, b) = pair::<S>(&transcript);
        let mut sent = 0_u32;
        let full = loop {
            match a.socket.try_send(&sent.to_le_bytes()) {
                Ok(count) => assert_eq!(count, 4),
                Err(error) => break error.kind(),
            }
            sent += 1;
        };
        assert_eq!(full, ErrorKind::WouldBlock);
        a.is_writable().await;
        let receive = async {
            // One more than were sent so far: that one waits.
            for number in 0..=sent {
                let mut buffer = [0; 8];
                assert_eq!(b.socket.recv(&mut buffer).await.unwrap(), 4);
                assert_eq!(buffer[..4], number.to_le_bytes());
            }
        };
        together(
            async { a.socket.send(&sent.to_le_bytes()).await.unwrap() },
            receive,
        )
        .await;
        transcript.line("none was lost");
        a.is_writable().await;

        transcript.line("the receiver goes instead:");
        let (a, b) = pair::<S>(&transcript);
        while a.socket.try_send(b"data").is_ok() {}
        together(a.send(b"more"), async { b.drop() }).await;
    }
    seen!(scenario).is(&expect![[r#"
        a.writable(), polled once -> pending
        none was lost
        a.writable(), polled once -> done
        the receiver goes instead:
        drop(b)
        a.send("more") -> ConnectionRefused
    "#]]);
}

#[test]
fn when_a_sender_can_be_written_to_again() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (a, b) = pair::<S>(&transcript);
        while a.socket.try_send(&[7; 1000]).is_ok() {}
        a.is_writable().await;
        b.recv(1000).await;
        transcript.line("one more fits:");
        a.is_writable().await;
        a.send(&[7; 1000]).await;
    }
    seen!(scenario).differs(
        "A unix socket for datagrams can be written to as soon as one more fits",
        &expect![[r#"
            a.writable(), polled once -> pending
            b.recv(1000) -> 1000 bytes
            one more fits:
            a.writable(), polled once -> pending
            a.send(1000 bytes) -> 1000
        "#]],
        &expect![[r#"
            a.writable(), polled once -> pending
            b.recv(1000) -> 1000 bytes
            one more fits:
            a.writable(), polled once -> done
            a.send(1000 bytes) -> 1000
        "#]],
    );
}

#[test]
fn how_large_a_unix_datagram_may_be() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let (a, b) = pair::<S>(&transcript);
        a.send(&vec![7; 100_000]).await;
        b.recv(200_000).await;
        a.send(&vec![7; 1 << 24]).await;
        a.send(b"x").await;
        b.recv(8).await;
    }
    seen!(scenario).is(&expect![[r#"
        a.send(100000 bytes) -> 100000
        b.recv(200000) -> 100000 bytes
        a.send(16777216 bytes) -> EMSGSIZE
        a.send("x") -> 1
        b.recv(8) -> "x"
    "#]]);
}
