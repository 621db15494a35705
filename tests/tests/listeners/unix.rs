//! Listeners of unix sockets, and their names.

use std::io::ErrorKind;
use std::path::Path;

use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::{Network, UnixListener, UnixStream};
use solipsism::spawn;
use solipsism::task::yield_now;
use solipsism::time::{Duration, Instant};

use crate::kind;

const PATH: &str = "/run/server.sock";

#[solipsism::test]
async fn who_has_which_name() {
    let listener = UnixListener::bind(PATH).unwrap();
    let client = UnixStream::connect(PATH).await.unwrap();
    let (server, from) = listener.accept().await.unwrap();
    let path = Some(Path::new(PATH));
    assert!(from.is_unnamed() && client.local_addr().unwrap().is_unnamed());
    assert!(server.peer_addr().unwrap().is_unnamed());
    assert_eq!(client.peer_addr().unwrap().as_pathname(), path);
    assert_eq!(server.local_addr().unwrap().as_pathname(), path);
    drop((listener, server));
    assert_eq!(
        client.peer_addr().unwrap().as_pathname(),
        path,
        "the peer has gone"
    );
    assert_eq!(
        format!("{:?} {from:?}", client.peer_addr().unwrap()),
        "/run/server.sock (unnamed)"
    );
}

#[solipsism::test]
async fn a_path_that_leads_to_nobody() {
    let start = Instant::now();
    let error = UnixStream::connect(PATH).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(
        error.to_string(),
        "no such socket: nothing was ever bound to /run/server.sock"
    );
    let listener = UnixListener::bind(PATH).unwrap();
    drop(listener);
    let error = UnixStream::connect(PATH).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    assert_eq!(
        error.to_string(),
        "connection refused: nobody listens on /run/server.sock"
    );
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[solipsism::test]
async fn a_path_is_taken_once_and_free_when_its_listener_is_gone() {
    let listener = UnixListener::bind(PATH).unwrap();
    let error = UnixListener::bind(PATH).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AddrInUse);
    assert_eq!(
        error.to_string(),
        "address in use: another socket is bound to /run/server.sock"
    );
    drop(listener);
    let listener = UnixListener::bind(PATH).unwrap();
    let client = UnixStream::connect(PATH).await.unwrap();
    listener.accept().await.unwrap();
    drop(client);
}

#[solipsism::test]
async fn who_binds_in_the_same_instant_is_in_time() {
    let server = spawn(async {
        for _ in 0..10 {
            yield_now().await;
        }
        UnixListener::bind(PATH).unwrap().accept().await.unwrap();
    });
    UnixStream::connect(PATH).await.unwrap();
    server.await.unwrap();
}

#[solipsism::test]
async fn names_without_a_path() {
    let name = "\0name";
    assert_eq!(
        kind(UnixStream::connect(name).await),
        ErrorKind::ConnectionRefused
    );
    let listener = UnixListener::bind(name).unwrap();
    assert_eq!(kind(UnixListener::bind(name)), ErrorKind::AddrInUse);
    let mut client = UnixStream::connect(name).await.unwrap();
    let (mut server, _) = listener.accept().await.unwrap();
    assert_eq!(
        client.peer_addr().unwrap().as_abstract_name(),
        Some(&b"name"[..])
    );
    assert_eq!(format!("{:?}", server.local_addr().unwrap()), "@name");
    client.write_all(b"ping").await.unwrap();
    assert_eq!(server.read(&mut [0; 8]).await.unwrap(), 4);
    assert_eq!(
        kind(UnixStream::connect("name").await),
        ErrorKind::NotFound,
        "a path is another"
    );
    let same = listener.local_addr().unwrap();
    drop(listener);
    assert_eq!(
        kind(UnixStream::connect_addr(&same).await),
        ErrorKind::ConnectionRefused
    );
    UnixListener::bind_addr(&same).expect("it is free, though a connection came by it");
}

#[solipsism::test]
async fn names_that_are_none() {
    let long = "/".repeat(108);
    let too_long = "the path of a unix socket must be shorter than 108 bytes (`SUN_LEN`)";
    let empty = "a unix socket needs a path or an abstract name, and this one is empty";
    let zero = "the path of a unix socket must not contain zero bytes";
    for (name, text) in [(long.as_str(), too_long), ("", empty), ("a\0b", zero)] {
        let (bound, connected) = (UnixListener::bind(name), UnixStream::connect(name).await);
        for error in [bound.unwrap_err(), connected.unwrap_err()] {
            assert_eq!(
                (error.kind(), error.to_string().as_str()),
                (ErrorKind::InvalidInput, text)
            );
        }
    }
    UnixListener::bind(&long[1..]).expect("this is just short enough");
}

#[solipsism::test]
async fn clients_can_write_close_and_go_before_they_are_accepted() {
    let listener = UnixListener::bind(PATH).unwrap();
    let mut first = UnixStream::connect(PATH).await.unwrap();
    let mut second = UnixStream::connect(PATH).await.unwrap();
    let mut third = UnixStream::connect(PATH).await.unwrap();
    for client in [&mut first, &mut second, &mut third] {
        client.write_all(b"data").await.unwrap();
    }
    second.shutdown().await.unwrap();
    drop(third);
    let (mut results, mut buf) = (Vec::new(), [0; 8]);
    let mut servers = Vec::new();
    for _ in 0..3 {
        let (mut server, _) = listener.accept().await.unwrap();
        assert_eq!(server.read(&mut buf).await.unwrap(), 4);
        let written = server.write(b"back").await.map_err(|error| error.kind());
        let read = server.try_read(&mut buf).map_err(|error| error.kind());
        results.push((written, read));
        servers.push(server);
    }
    let expected = [
        (Ok(4), Err(ErrorKind::WouldBlock)),
        (Ok(4), Ok(0)),
        (Err(ErrorKind::BrokenPipe), Ok(0)),
    ];
    assert_eq!(results, expected);
    for client in [&mut first, &mut second] {
        assert_eq!(client.read(&mut buf).await.unwrap(), 4);
    }
}

#[solipsism::test]
async fn a_listener_goes_while_clients_wait_to_be_accepted() {
    let listener = UnixListener::bind(PATH).unwrap();
    let connect = || async { UnixStream::connect(PATH).await.unwrap() };
    let (mut reads, mut writes) = (connect().await, connect().await);
    let (mut wrote, mut waits) = (connect().await, connect().await);
    wrote.write_all(b"data").await.unwrap();
    let waiting = spawn(async move { kind(waits.read(&mut [0; 8]).await) });
    yield_now().await;
    drop(listener);
    assert_eq!(waiting.await.unwrap(), ErrorKind::ConnectionReset);
    assert_eq!(kind(writes.write(b"one").await), ErrorKind::BrokenPipe);
    for client in [&mut reads, &mut writes, &mut wrote] {
        assert_eq!(
            kind(client.read(&mut [0; 8]).await),
            ErrorKind::ConnectionReset
        );
        assert_eq!(client.read(&mut [0; 8]).await.unwrap(), 0);
    }
}

#[solipsism::test]
async fn connections_survive_their_listener() {
    let listener = UnixListener::bind(PATH).unwrap();
    let client = UnixStream::connect(PATH).await.unwrap();
    let (server, _) = listener.accept().await.unwrap();
    drop(listener);
    assert_eq!(client.try_write(b"on").unwrap(), 2);
    assert_eq!(server.try_read(&mut [0; 8]).unwrap(), 2);
}

#[solipsism::test]
async fn connections_are_accepted_in_their_order_and_by_hand() {
    let listener = UnixListener::bind(PATH).unwrap();
    let mut clients = Vec::new();
    for part in [b"a", b"b", b"c"] {
        let mut client = UnixStream::connect(PATH).await.unwrap();
        client.write_all(part).await.unwrap();
        clients.push(client);
    }
    for part in [b"a", b"b", b"c"] {
        let accepted = std::future::poll_fn(|cx| listener.poll_accept(cx)).await;
        let mut buf = [0; 1];
        accepted.unwrap().0.read_exact(&mut buf).await.unwrap();
        assert_eq!(&buf, part);
    }
}

/// As a connect that may block does; one that may not would fail there.
#[solipsism::test]
async fn a_full_backlog_lets_clients_wait() {
    let listener = UnixListener::bind(PATH).unwrap();
    let clients: Vec<_> = (0..1030)
        .map(|_| spawn(UnixStream::connect(PATH)))
        .collect();
    yield_now().await;
    yield_now().await;
    let connected = clients.iter().filter(|client| client.is_finished()).count();
    assert_eq!(connected, 1025, "one more than the backlog");
    for client in clients {
        listener.accept().await.unwrap();
        client.await.unwrap().unwrap();
    }
}

#[solipsism::test]
async fn every_host_has_paths_of_its_own(net: Network) {
    let _listener = UnixListener::bind(PATH).unwrap();
    let other = net.host("other");
    let refused = other.spawn(UnixStream::connect(PATH)).await.unwrap();
    assert_eq!(kind(refused), ErrorKind::NotFound);
    other
        .spawn(async { UnixListener::bind(PATH).map(drop) })
        .await
        .unwrap()
        .unwrap();
}
