//! Sockets that are dropped where their world is not running: it closes them all the same.

use std::future::pending;
use std::io::ErrorKind;
use std::thread;

use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::{TcpListener, TcpSocket, TcpStream, UdpSocket, UnixListener, UnixStream};
use solipsism::task::spawn_blocking;
use solipsism::time::{Duration, Instant, timeout};
use solipsism::{EventLoop, spawn};

/// Where no world runs, and no test of one.
fn on_a_thread(body: impl FnOnce() + Send) {
    thread::scope(|scope| scope.spawn(body).join().unwrap());
}

async fn connected() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("api.test:80").await.unwrap();
    let client = TcpStream::connect("api.test:80").await.unwrap();
    (client, listener.accept().await.unwrap().0)
}

async fn rest(mut stream: impl AsyncReadExt + Unpin) -> String {
    let mut all = String::new();
    stream.read_to_string(&mut all).await.unwrap();
    all
}

#[solipsism::test]
async fn the_peer_of_what_a_blocking_job_drops_finds_the_end() {
    let (mut client, server) = connected().await;
    client.write_all(b"bye").await.unwrap();
    let reader = spawn(rest(server));
    spawn_blocking(move || drop(client)).await.unwrap();
    assert_eq!(reader.await.unwrap(), "bye");
    assert_eq!(Instant::now().elapsed(), Duration::ZERO);
}

#[solipsism::test]
async fn the_peer_of_what_an_announced_thread_drops_finds_the_end() {
    let (client, server) = connected().await;
    let external = EventLoop::current().external();
    let thread = thread::spawn(move || {
        drop(client);
        drop(external);
    });
    assert_eq!(rest(server).await, "");
    thread.join().unwrap();
}

#[solipsism::test]
async fn the_half_that_writes_ends_its_direction() {
    let (client, mut server) = connected().await;
    let (mut reader, writer) = client.into_split();
    spawn_blocking(move || drop(writer)).await.unwrap();
    assert_eq!(rest(&mut server).await, "");
    server.write_all(b"go on").await.unwrap();
    drop(server);
    let mut all = String::new();
    reader.read_to_string(&mut all).await.unwrap();
    assert_eq!(all, "go on");
}

#[solipsism::test]
async fn both_halves_may_go_at_once() {
    let (client, server) = connected().await;
    let (reader, writer) = client.into_split();
    // Nothing is polled between the two: the world learns of the first when it drops the second.
    let external = EventLoop::current().external();
    on_a_thread(move || drop(writer));
    drop((reader, external));
    assert_eq!(rest(server).await, "");
}

#[solipsism::test]
async fn nobody_listens_at_a_listener_that_a_blocking_job_dropped() {
    let listener = TcpListener::bind("api.test:80").await.unwrap();
    let waiting = TcpStream::connect("api.test:80").await.unwrap();
    spawn_blocking(move || drop(listener)).await.unwrap();
    let refused = TcpStream::connect("api.test:80").await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    let reset = waiting.try_read(&mut [0]).unwrap_err();
    assert_eq!(reset.kind(), ErrorKind::ConnectionReset);
    TcpListener::bind("api.test:80").await.unwrap();
}

#[solipsism::test]
async fn the_port_of_a_datagram_socket_is_free_again() {
    let socket = UdpSocket::bind("dns.test:53").await.unwrap();
    spawn_blocking(move || drop(socket)).await.unwrap();
    UdpSocket::bind("dns.test:53").await.unwrap();
}

#[solipsism::test]
async fn the_port_of_a_bound_socket_is_free_again() {
    let addr = "10.1.1.1:80".parse().unwrap();
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(addr).unwrap();
    spawn_blocking(move || drop(socket)).await.unwrap();
    TcpSocket::new_v4().unwrap().bind(addr).unwrap();
}

#[solipsism::test]
async fn what_was_dropped_before_a_wake_is_closed_when_the_task_wakes() {
    let (send, woken) = futures_channel::oneshot::channel();
    let listener = UnixListener::bind("/run/api.sock").unwrap();
    let job = spawn_blocking(move || {
        drop(listener);
        send.send(()).unwrap();
    });
    woken.await.unwrap();
    UnixListener::bind("/run/api.sock").unwrap();
    job.await.unwrap();
}

#[solipsism::test]
async fn a_future_that_owns_its_socket_may_be_dropped_elsewhere() {
    let (client, server) = connected().await;
    let mut reading = Box::pin(rest(client));
    assert!(timeout(Duration::from_secs(1), &mut reading).await.is_err());
    spawn_blocking(move || drop(reading)).await.unwrap();
    assert_eq!(rest(server).await, "");
}

#[solipsism::test]
async fn what_is_dropped_between_two_runs_is_closed_before_the_second() {
    on_a_thread(|| {
        let event_loop = EventLoop::new();
        let (listener, client, server) = event_loop
            .run(async {
                let listener = TcpListener::bind("api.test:80").await.unwrap();
                let client = TcpStream::connect("api.test:80").await.unwrap();
                let (server, _) = listener.accept().await.unwrap();
                (listener, client, server)
            })
            .unwrap();
        drop((listener, client));
        event_loop
            .run(async {
                assert_eq!(server.try_read(&mut [0]).unwrap(), 0);
                TcpListener::bind("api.test:80").await.unwrap();
                drop(server);
            })
            .unwrap();
    });
}

#[solipsism::test]
async fn what_is_dropped_in_another_world_is_closed_in_its_own() {
    on_a_thread(|| {
        let event_loop = EventLoop::new();
        let (one, other) = event_loop
            .run(async { UnixStream::pair().unwrap() })
            .unwrap();
        EventLoop::new().run(async { drop(one) }).unwrap();
        assert_eq!(event_loop.run(rest(other)).unwrap(), "");
    });
}

#[solipsism::test]
async fn dropping_after_the_end_of_the_world_is_harmless() {
    on_a_thread(|| {
        let (one, other) = EventLoop::new()
            .run(async {
                (
                    connected().await,
                    UdpSocket::bind("dns.test:53").await.unwrap(),
                )
            })
            .unwrap();
        drop(other);
        thread::spawn(move || drop(one)).join().unwrap();
    });
}

#[solipsism::test]
async fn the_report_names_a_thread_that_drops_unannounced() {
    on_a_thread(|| {
        let stopped = EventLoop::new()
            .run(async {
                let (client, server) = connected().await;
                let thread = thread::Builder::new().name("janitor".to_owned());
                thread.spawn(move || drop(client)).unwrap().join().unwrap();
                assert_eq!(rest(server).await, "");
                pending::<()>().await;
            })
            .unwrap_err();
        let report = stopped.to_string();
        let expected = "something real is in here: thread `janitor` dropped a socket and had not been announced; hold an \
                    `event_loop.external()` guard for as long as it may";
        assert!(report.contains(expected), "{report}");
    });
}

solipsism::main!();
