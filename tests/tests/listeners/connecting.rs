//! When a connection is made, and when it is refused.

use std::io::ErrorKind;
use std::pin::pin;

use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::{TcpListener, TcpSocket, TcpStream};
use solipsism::task::{JoinSet, yield_now};
use solipsism::time::{Duration, Instant, sleep, timeout};
use solipsism::{EventLoop, spawn};

use crate::{addr, connection, kind, polled};

#[solipsism::test]
async fn a_connection_is_made_when_it_is_in_the_backlog() {
    let listener = TcpListener::bind("server:80").await.unwrap();
    let mut client = TcpStream::connect("server:80").await.unwrap();
    client.write_all(b"before it is accepted").await.unwrap();
    let (mut server, _) = listener.accept().await.unwrap();
    let mut buf = [0; 21];
    server.read_exact(&mut buf).await.unwrap();
    assert_eq!(&buf, b"before it is accepted");
}

#[solipsism::test]
async fn connecting_costs_no_time() {
    let listener = TcpListener::bind("server:80").await.unwrap();
    let start = Instant::now();
    for _ in 0..100 {
        connection(&listener, "server:80").await;
    }
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[solipsism::test]
async fn a_client_can_say_all_and_go_before_it_is_accepted() {
    let listener = TcpListener::bind("server:80").await.unwrap();
    let mut client = TcpStream::connect("server:80").await.unwrap();
    let from = client.local_addr().unwrap();
    client.write_all(b"data").await.unwrap();
    drop(client);
    let (mut server, peer) = listener.accept().await.unwrap();
    let mut all = String::new();
    server.read_to_string(&mut all).await.unwrap();
    assert_eq!((all.as_str(), peer), ("data", from));
}

#[solipsism::test]
async fn a_client_can_be_reset_before_it_is_accepted() {
    let listener = TcpListener::bind("server:80").await.unwrap();
    let mut client = TcpStream::connect("server:80").await.unwrap();
    client.write_all(b"data").await.unwrap();
    client.set_linger(Some(Duration::ZERO)).unwrap();
    let from = client.local_addr().unwrap();
    drop(client);
    let (mut server, peer) = listener.accept().await.unwrap();
    assert_eq!(
        (peer, kind(server.peer_addr())),
        (from, ErrorKind::NotConnected)
    );
    let mut buf = [0; 8];
    assert_eq!(server.read(&mut buf).await.unwrap(), 4);
    assert_eq!(
        kind(server.read(&mut buf).await),
        ErrorKind::ConnectionReset
    );
    assert_eq!(server.read(&mut buf).await.unwrap(), 0);
}

#[solipsism::test]
async fn nobody_listens() {
    let start = Instant::now();
    let error = TcpStream::connect("nobody.internal:80").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    let text = error.to_string();
    assert!(
        text.starts_with("connection refused: nobody listens on 10."),
        "{text}"
    );
    assert!(text.ends_with(":80 (nobody.internal)"), "{text}");
    assert_eq!(start.elapsed(), Duration::ZERO);

    assert_eq!(
        kind(TcpStream::connect("127.0.0.1:0").await),
        ErrorKind::ConnectionRefused
    );
    let bound = TcpSocket::new_v4().unwrap();
    bound.bind(addr("127.0.0.1:80")).unwrap();
    assert_eq!(
        kind(TcpStream::connect("127.0.0.1:80").await),
        ErrorKind::ConnectionRefused
    );
    let listener = TcpListener::bind("server:80").await.unwrap();
    for other in ["server:81", "other:80", "127.0.0.1:81"] {
        assert_eq!(
            kind(TcpStream::connect(other).await),
            ErrorKind::ConnectionRefused,
            "{other}"
        );
    }
    drop(listener);
    assert_eq!(
        kind(TcpStream::connect("server:80").await),
        ErrorKind::ConnectionRefused
    );
}

/// A server that was just spawned gets to bind its port, however many polls that takes it.
#[solipsism::test]
async fn who_binds_in_the_same_instant_is_in_time() {
    for polls in [0, 1, 2, 100] {
        let port = 80 + polls;
        let server = spawn(async move {
            for _ in 0..polls {
                yield_now().await;
            }
            let listener = TcpListener::bind(("server", port)).await.unwrap();
            listener.accept().await.unwrap().1
        });
        let client = TcpStream::connect(("server", port)).await.unwrap();
        assert_eq!(server.await.unwrap(), client.local_addr().unwrap());
    }
}

#[solipsism::test]
async fn who_binds_a_nanosecond_later_is_late() {
    let start = Instant::now();
    let server = spawn(async {
        sleep(Duration::from_nanos(1)).await;
        TcpListener::bind("server:80").await
    });
    let refused = TcpStream::connect("server:80").await;
    assert_eq!(kind(refused), ErrorKind::ConnectionRefused);
    assert_eq!(start.elapsed(), Duration::ZERO);
    let _listener = server.await.unwrap().unwrap();
    TcpStream::connect("server:80").await.unwrap();
}

/// A blocking job belongs to the instant in which it was begun.
#[solipsism::test]
async fn who_binds_after_a_blocking_job_is_in_time() {
    let server = spawn(async {
        solipsism::task::spawn_blocking(|| ()).await.unwrap();
        let listener = TcpListener::bind("server:80").await.unwrap();
        listener.accept().await.unwrap();
    });
    TcpStream::connect("server:80").await.unwrap();
    server.await.unwrap();
}

#[solipsism::test(clock = "manual")]
async fn a_manual_clock_keeps_nobody_from_being_refused(event_loop: EventLoop) {
    let refused = spawn(async { kind(TcpStream::connect("nobody:80").await) });
    event_loop.settle().await;
    assert!(refused.is_finished(), "settling comes after refusing");
    assert_eq!(refused.await.unwrap(), ErrorKind::ConnectionRefused);
}

#[solipsism::test]
async fn those_who_wait_for_an_answer_get_it_in_their_order() {
    let mut clients = JoinSet::new();
    for client in 0..3 {
        clients.spawn(async move {
            let stream = TcpStream::connect("server:80").await.unwrap();
            (client, stream.local_addr().unwrap(), stream)
        });
    }
    let listening = spawn(async {
        yield_now().await;
        TcpListener::bind("server:80").await.unwrap()
    });
    let listener = listening.await.unwrap();
    for expected in 0..3 {
        let (_stream, from) = listener.accept().await.unwrap();
        let (client, addr, _stream) = clients.join_next().await.unwrap().unwrap();
        assert_eq!((client, addr), (expected, from));
    }
}

#[solipsism::test]
async fn of_several_addresses_the_first_that_answers_is_taken() {
    let listener = TcpListener::bind("127.0.0.2:80").await.unwrap();
    let several = vec![
        addr("127.0.0.1:80"),
        addr("127.0.0.2:80"),
        addr("127.0.0.3:80"),
    ];
    let client = TcpStream::connect(several).await.unwrap();
    assert_eq!(client.peer_addr().unwrap(), listener.local_addr().unwrap());
    let error = TcpStream::connect([addr("127.0.0.1:80"), addr("127.0.0.3:81")])
        .await
        .unwrap_err();
    let text = error.to_string();
    assert_eq!(
        text,
        "connection refused: nobody listens on 127.0.0.3:81 (localhost)"
    );
    let error = TcpStream::connect(&[][..]).await.unwrap_err();
    let text = "there is no address to try".to_owned();
    assert_eq!(
        (error.kind(), error.to_string()),
        (ErrorKind::InvalidInput, text)
    );
}

#[solipsism::test]
async fn a_client_has_a_port_of_its_own_until_both_ends_are_gone() {
    let listener = TcpListener::bind("server:80").await.unwrap();
    let (first, first_server) = connection(&listener, "server:80").await;
    let (second, _second_server) = connection(&listener, "server:80").await;
    let port = |stream: &TcpStream| stream.local_addr().unwrap().port();
    assert_eq!((port(&first), port(&second)), (32_768, 32_769));
    drop(first);
    let (third, _third_server) = connection(&listener, "server:80").await;
    assert_eq!(port(&third), 32_770);
    drop(first_server);
    let (fourth, _fourth_server) = connection(&listener, "server:80").await;
    assert_eq!(port(&fourth), 32_768);
}

#[solipsism::test]
async fn a_refused_client_takes_no_port() {
    for _ in 0..3 {
        TcpStream::connect("server:80").await.unwrap_err();
    }
    let listener = TcpListener::bind("server:80").await.unwrap();
    let (client, _server) = connection(&listener, "server:80").await;
    assert_eq!(client.local_addr().unwrap().port(), 32_768);
}

#[solipsism::test]
async fn a_client_takes_no_port_that_is_bound() {
    let _bound = TcpListener::bind("0.0.0.0:32768").await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:80").await.unwrap();
    let (client, _server) = connection(&listener, "127.0.0.1:80").await;
    assert_eq!(client.local_addr().unwrap().port(), 32_769);
}

#[solipsism::test]
async fn connections_survive_their_listener() {
    let listener = TcpListener::bind("server:80").await.unwrap();
    let (mut client, mut server) = connection(&listener, "server:80").await;
    drop(listener);
    assert_eq!(
        kind(TcpStream::connect("server:80").await),
        ErrorKind::ConnectionRefused
    );
    for (one, other) in [(0, 1), (1, 0)] {
        let ends = [&mut client, &mut server];
        assert_eq!(ends[one].try_write(b"on").unwrap(), 2);
        assert_eq!(ends[other].try_read(&mut [0; 8]).unwrap(), 2);
    }
    drop(server);
    assert_eq!(client.read(&mut [0; 8]).await.unwrap(), 0);
}

#[solipsism::test]
async fn a_listener_goes_while_clients_wait_to_be_accepted() {
    let listener = TcpListener::bind("server:80").await.unwrap();
    let connect = || async { TcpStream::connect("server:80").await.unwrap() };
    let (mut reads, mut writes) = (connect().await, connect().await);
    let (mut wrote, mut waits) = (connect().await, connect().await);
    wrote.write_all(b"data").await.unwrap();
    let waiting = spawn(async move { kind(waits.read(&mut [0; 8]).await) });
    yield_now().await;
    drop(listener);
    assert_eq!(waiting.await.unwrap(), ErrorKind::ConnectionReset);
    assert_eq!(
        kind(reads.read(&mut [0; 8]).await),
        ErrorKind::ConnectionReset
    );
    assert_eq!(reads.read(&mut [0; 8]).await.unwrap(), 0);
    assert_eq!(kind(writes.write(b"one").await), ErrorKind::ConnectionReset);
    assert_eq!(kind(writes.write(b"two").await), ErrorKind::BrokenPipe);
    assert_eq!(writes.read(&mut [0; 8]).await.unwrap(), 0);
    assert_eq!(
        kind(wrote.read(&mut [0; 8]).await),
        ErrorKind::ConnectionReset
    );
}

#[solipsism::test]
async fn many_connections_are_open_at_once() {
    let listener = TcpListener::bind("server:80").await.unwrap();
    let mut all = Vec::new();
    for _ in 0..10_000 {
        all.push(connection(&listener, "server:80").await);
    }
    let mut ports: Vec<_> = all
        .iter()
        .map(|(client, _)| client.local_addr().unwrap().port())
        .collect();
    ports.dedup();
    assert_eq!(ports.len(), 10_000);
    for (client, server) in &mut all {
        client.write_all(b"x").await.unwrap();
        assert_eq!(server.try_read(&mut [0; 8]).unwrap(), 1);
    }
}

#[solipsism::test]
async fn client_ports_come_to_an_end() {
    let listener = TcpListener::bind("server:80").await.unwrap();
    let mut all = Vec::new();
    for _ in 32_768..60_001 {
        all.push(connection(&listener, "server:80").await);
    }
    let error = TcpStream::connect("server:80").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AddrNotAvailable);
    assert!(
        error.to_string().ends_with("all client ports are taken"),
        "{error}"
    );
    all.pop();
    connection(&listener, "server:80").await;
}

#[solipsism::test]
async fn a_connect_in_a_timeout_is_refused_before_it_elapses() {
    let second = Duration::from_secs(1);
    let result = timeout(second, TcpStream::connect("nobody:80")).await;
    assert_eq!(
        kind(result.expect("it took no time")),
        ErrorKind::ConnectionRefused
    );
    let mut connect = pin!(TcpStream::connect("nobody:80"));
    assert!(polled(connect.as_mut()).await.is_pending());
    yield_now().await;
    assert_eq!(kind(connect.await), ErrorKind::ConnectionRefused);
}
