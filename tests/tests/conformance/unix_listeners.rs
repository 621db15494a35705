//! Unix sockets' names, and their listeners.

use std::path::PathBuf;

use expect_test::expect;

use crate::noted::{Noted, pair};
use crate::side::{Arrival, Directory, Name, Side, Unnamed};
use crate::together::together;
use crate::transcript::{Transcript, done};

fn bind<S: Side>(
    transcript: &Transcript,
    what: &str,
    name: &Name,
) -> Option<Noted<S::UnixListener>> {
    let result = S::unix_listen(name);
    let (result, listener) = match result {
        Ok(listener) => (Ok(()), Some(listener)),
        Err(error) => (Err(error), None),
    };
    transcript.note(&format!("bind {what}"), &done(&result));
    Some(transcript.of("listener", listener?))
}

async fn connect<S: Side>(
    transcript: &Transcript,
    what: &'static str,
    name: &Name,
) -> Option<Noted<S::UnixStream>> {
    let (result, stream) = match S::unix_connect(name).await {
        Ok(stream) => (Ok(()), Some(stream)),
        Err(error) => (Err(error), None),
    };
    transcript.note(&format!("connect {what}"), &done(&result));
    Some(transcript.of(what, stream?))
}

#[test]
fn who_has_which_name() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let directory = S::directory();
        let path = directory.path("socket");
        let known = [("the path", path.clone())];
        let listener = bind::<S>(&transcript, "a path", &path).unwrap();
        let client = connect::<S>(&transcript, "client", &path).await.unwrap();
        let server = listener.accept("server", &known).await.unwrap();
        client.local_addr(&known);
        client.peer_addr(&known);
        server.local_addr(&known);
        server.peer_addr(&known);
        listener.drop();
        client.peer_addr(&known);
        server.drop();
        transcript.line("the peer has gone:");
        client.peer_addr(&known);
        let (a, b) = pair::<Unnamed<S>>(&transcript).await;
        a.local_addr(&known);
        a.peer_addr(&known);
        b.drop();
        a.peer_addr(&known);
    }
    seen!(scenario).is(&expect![[r#"
        bind a path -> done
        connect client -> done
        listener.accept() -> server, from unnamed
        client.local_addr() -> unnamed
        client.peer_addr() -> the path
        server.local_addr() -> the path
        server.peer_addr() -> unnamed
        drop(listener)
        client.peer_addr() -> the path
        drop(server)
        the peer has gone:
        client.peer_addr() -> the path
        a.local_addr() -> unnamed
        a.peer_addr() -> unnamed
        drop(b)
        a.peer_addr() -> unnamed
    "#]]);
}

#[test]
fn paths_that_lead_to_nobody() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let directory = S::directory();
        let path = directory.path("socket");
        connect::<S>(&transcript, "to a path that is missing", &path).await;
        let deep = directory.path("missing/socket");
        connect::<S>(&transcript, "into a directory that is missing", &deep).await;
        let long = directory.path(&"x".repeat(120));
        connect::<S>(&transcript, "to a path that is too long", &long).await;
        bind::<S>(&transcript, "a path that is too long", &long);
        let empty = Name::Path(PathBuf::new());
        connect::<S>(&transcript, "to an empty path", &empty).await;
    }
    seen!(scenario).is(&expect![[r#"
        connect to a path that is missing -> NotFound
        connect into a directory that is missing -> NotFound
        connect to a path that is too long -> InvalidInput
        bind a path that is too long -> InvalidInput
        connect to an empty path -> InvalidInput
    "#]]);
}

#[test]
fn a_directory_that_is_missing() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let path = S::directory().path("missing/socket");
        bind::<S>(&transcript, "a path", &path);
    }
    seen!(scenario).differs(
        "there are no directories",
        &expect![[r#"
            bind a path -> NotFound
        "#]],
        &expect![[r#"
            bind a path -> done
        "#]],
    );
}

#[test]
fn a_path_outlives_its_listener() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let directory = S::directory();
        let path = directory.path("socket");
        let listener = bind::<S>(&transcript, "a path", &path).unwrap();
        bind::<S>(&transcript, "a path that is taken", &path);
        listener.drop();
        connect::<S>(&transcript, "to a listener that has gone", &path).await;
        bind::<S>(&transcript, "a path that is left", &path);
    }
    seen!(scenario).differs(
        "It can be bound anew when its socket is closed",
        &expect![[r#"
            bind a path -> done
            bind a path that is taken -> AddrInUse
            drop(listener)
            connect to a listener that has gone -> ConnectionRefused
            bind a path that is left -> AddrInUse
        "#]],
        &expect![[r#"
            bind a path -> done
            bind a path that is taken -> AddrInUse
            drop(listener)
            connect to a listener that has gone -> ConnectionRefused
            bind a path that is left -> done
        "#]],
    );
}

/// There is nothing to delete in a world.
#[cfg(target_os = "linux")]
#[test]
fn a_path_that_is_deleted() {
    use crate::kernel::Kernel;
    use crate::transcript::seen_by;

    async fn scenario(transcript: Transcript) {
        let directory = Kernel::directory();
        let path = directory.path("socket");
        let Name::Path(file) = &path else {
            unreachable!("it is a path")
        };
        let first = bind::<Kernel>(&transcript, "a path", &path).unwrap();
        transcript.note("unlink", &done(&std::fs::remove_file(file)));
        transcript.note("unlink again", &done(&std::fs::remove_file(file)));
        connect::<Kernel>(&transcript, "to a path that was unlinked", &path).await;
        let second = bind::<Kernel>(&transcript, "the path a second time", &path).unwrap();
        connect::<Kernel>(&transcript, "client", &path).await;
        first.start_to_accept().await;
        second.start_to_accept().await;
    }
    expect![[r#"
        bind a path -> done
        unlink -> done
        unlink again -> NotFound
        connect to a path that was unlinked -> NotFound
        bind the path a second time -> done
        connect client -> done
        listener.accept(), polled once -> pending
        listener.accept(), polled once -> accepted
    "#]]
    .assert_eq(&seen_by::<Kernel, _>(scenario));
}

#[test]
fn abstract_names() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let directory = S::directory();
        let name = directory.abstract_name("name");
        let known = [("the name", name.clone())];
        connect::<S>(&transcript, "to a name of nobody", &name).await;
        let listener = bind::<S>(&transcript, "a name", &name).unwrap();
        bind::<S>(&transcript, "a name that is taken", &name);
        let mut client = connect::<S>(&transcript, "client", &name).await.unwrap();
        let mut server = listener.accept("server", &known).await.unwrap();
        client.peer_addr(&known);
        server.local_addr(&known);
        client.write("ping").await;
        server.read(8).await;
        transcript.line("a path of the same letters is another name:");
        connect::<S>(&transcript, "to the path", &directory.path("name")).await;
        listener.drop();
        transcript.line("the name is free, though a connection came by it:");
        connect::<S>(&transcript, "to a name that was freed", &name).await;
        drop(server);
        bind::<S>(&transcript, "a name that was freed", &name);
    }
    seen!(scenario).is(&expect![[r#"
        connect to a name of nobody -> ConnectionRefused
        bind a name -> done
        bind a name that is taken -> AddrInUse
        connect client -> done
        listener.accept() -> server, from unnamed
        client.peer_addr() -> the name
        server.local_addr() -> the name
        client.write("ping") -> 4
        server.read(8) -> "ping"
        a path of the same letters is another name:
        connect to the path -> NotFound
        drop(listener)
        the name is free, though a connection came by it:
        connect to a name that was freed -> ConnectionRefused
        bind a name that was freed -> done
    "#]]);
}

#[test]
fn an_accepted_stream_keeps_no_abstract_name() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let directory = S::directory();
        let name = directory.abstract_name("name");
        let listener = bind::<S>(&transcript, "a name", &name).unwrap();
        let _client = connect::<S>(&transcript, "client", &name).await;
        let _server = listener.accept("server", &[]).await;
        listener.drop();
        connect::<S>(&transcript, "to the name while a stream has it", &name).await;
        bind::<S>(&transcript, "the name while a stream has it", &name);
    }
    seen!(scenario).is(&expect![[r#"
        bind a name -> done
        connect client -> done
        listener.accept() -> server, from unnamed
        drop(listener)
        connect to the name while a stream has it -> ConnectionRefused
        bind the name while a stream has it -> done
    "#]]);
}

#[test]
fn unix_clients_can_write_close_and_go_before_they_are_accepted() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let directory = S::directory();
        let path = directory.path("socket");
        let listener = bind::<S>(&transcript, "a path", &path).unwrap();
        let mut first = connect::<S>(&transcript, "first", &path).await.unwrap();
        let mut second = connect::<S>(&transcript, "second", &path).await.unwrap();
        let mut third = connect::<S>(&transcript, "third", &path).await.unwrap();
        first.write("one").await;
        second.write("two").await;
        second.close().await;
        third.write("three").await;
        third.drop();
        for _ in 0..3 {
            let mut server = listener.accept("server", &[]).await.unwrap();
            server.read(8).await;
            server.write("back").await;
            server.try_read(8);
        }
        first.read(8).await;
        second.read(8).await;
    }
    seen!(scenario).is(&expect![[r#"
        bind a path -> done
        connect first -> done
        connect second -> done
        connect third -> done
        first.write("one") -> 3
        second.write("two") -> 3
        second.close() -> done
        third.write("three") -> 5
        drop(third)
        listener.accept() -> server, from unnamed
        server.read(8) -> "one"
        server.write("back") -> 4
        server.try_read(8) -> WouldBlock
        listener.accept() -> server, from unnamed
        server.read(8) -> "two"
        server.write("back") -> 4
        server.try_read(8) -> ""
        listener.accept() -> server, from unnamed
        server.read(8) -> "three"
        server.write("back") -> BrokenPipe
        server.try_read(8) -> ""
        first.read(8) -> "back"
        second.read(8) -> "back"
    "#]]);
}

#[test]
fn a_unix_listener_goes_while_clients_wait_to_be_accepted() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let directory = S::directory();
        let path = directory.path("socket");
        let listener = bind::<S>(&transcript, "a path", &path).unwrap();
        let mut reads = connect::<S>(&transcript, "reads", &path).await.unwrap();
        let mut writes = connect::<S>(&transcript, "writes", &path).await.unwrap();
        let mut wrote = connect::<S>(&transcript, "wrote", &path).await.unwrap();
        let mut waits = connect::<S>(&transcript, "waits", &path).await.unwrap();
        wrote.write("data").await;
        together(waits.read(8), async { listener.drop() }).await;
        reads.until(Arrival::HangUp).await;
        reads.read(8).await;
        reads.read(8).await;
        writes.write("one").await;
        writes.write("two").await;
        writes.read(8).await;
        wrote.read(8).await;
        wrote.read(8).await;
    }
    seen!(scenario).is(&expect![[r#"
        bind a path -> done
        connect reads -> done
        connect writes -> done
        connect wrote -> done
        connect waits -> done
        wrote.write("data") -> 4
        drop(listener)
        waits.read(8) -> ConnectionReset
        reads.read(8) -> ConnectionReset
        reads.read(8) -> ""
        writes.write("one") -> BrokenPipe
        writes.write("two") -> BrokenPipe
        writes.read(8) -> ConnectionReset
        wrote.read(8) -> ConnectionReset
        wrote.read(8) -> ""
    "#]]);
}

#[test]
fn a_unix_listener_goes_and_what_it_accepted_goes_on() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let directory = S::directory();
        let path = directory.path("socket");
        let listener = bind::<S>(&transcript, "a path", &path).unwrap();
        let mut client = connect::<S>(&transcript, "client", &path).await.unwrap();
        let mut server = listener.accept("server", &[]).await.unwrap();
        listener.drop();
        client.write("ping").await;
        server.read(8).await;
        server.write("pong").await;
        client.read(8).await;
    }
    seen!(scenario).is(&expect![[r#"
        bind a path -> done
        connect client -> done
        listener.accept() -> server, from unnamed
        drop(listener)
        client.write("ping") -> 4
        server.read(8) -> "ping"
        server.write("pong") -> 4
        client.read(8) -> "pong"
    "#]]);
}

#[test]
fn a_unix_accept_that_was_given_up_takes_nothing() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let directory = S::directory();
        let path = directory.path("socket");
        let listener = bind::<S>(&transcript, "a path", &path).unwrap();
        listener.start_to_accept().await;
        let mut client = connect::<S>(&transcript, "client", &path).await.unwrap();
        let mut server = listener.accept("server", &[]).await.unwrap();
        client.write("ping").await;
        server.read(8).await;
        listener.start_to_accept().await;
    }
    seen!(scenario).is(&expect![[r#"
        bind a path -> done
        listener.accept(), polled once -> pending
        connect client -> done
        listener.accept() -> server, from unnamed
        client.write("ping") -> 4
        server.read(8) -> "ping"
        listener.accept(), polled once -> pending
    "#]]);
}

#[test]
fn an_abstract_name_is_one_for_each_type_of_socket() {
    async fn scenario<S: Side>(transcript: Transcript) {
        let name = S::directory().abstract_name("name");
        let _listener = bind::<S>(&transcript, "a name", &name).unwrap();
        let sender = transcript.mailbox("sender", S::unix_datagram_unbound());
        sender.try_send_to("x", "a name of streams", &name);
        let result = S::unix_datagram_bind(&name).map(drop);
        transcript.note("bind it for datagrams", &done(&result));
    }
    seen!(scenario).differs(
        "An abstract name is that of one socket",
        &expect![[r#"
            bind a name -> done
            sender.try_send_to("x", a name of streams) -> ConnectionRefused
            bind it for datagrams -> done
        "#]],
        &expect![[r#"
            bind a name -> done
            sender.try_send_to("x", a name of streams) -> InvalidInput
            bind it for datagrams -> AddrInUse
        "#]],
    );
}
