//! Backlogs, and who is accepted when.

use std::io::ErrorKind;
use std::pin::pin;
use std::rc::Rc;

use solipsism::io::AsyncReadExt;
use solipsism::net::{TcpListener, TcpSocket, TcpStream};
use solipsism::spawn;
use solipsism::task::{JoinHandle, yield_now};
use solipsism::time::{Duration, Instant, sleep};

use crate::{addr, kind, polled};

/// Listens on 127.0.0.1:80.
fn listen(backlog: u32) -> TcpListener {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(addr("127.0.0.1:80")).unwrap();
    socket.listen(backlog).unwrap()
}

fn connect() -> JoinHandle<std::io::Result<TcpStream>> {
    spawn(TcpStream::connect("127.0.0.1:80"))
}

#[solipsism::test]
async fn connections_are_accepted_in_their_order() {
    let listener = TcpListener::bind("server:80").await.unwrap();
    let mut clients = Vec::new();
    for _ in 0..5 {
        clients.push(TcpStream::connect("server:80").await.unwrap());
    }
    for client in &clients {
        let (server, from) = listener.accept().await.unwrap();
        assert_eq!(from, client.local_addr().unwrap());
        assert_eq!(server.local_addr().unwrap(), client.peer_addr().unwrap());
    }
    assert!(polled(pin!(listener.accept())).await.is_pending());
}

/// As Linux has it.
#[solipsism::test]
async fn one_more_than_the_backlog_get_in() {
    for (backlog, allowed) in [(0, 0), (1, 1), (2, 2), (7, 7)] {
        let listener = listen(allowed);
        let clients: Vec<_> = (0..backlog + 3).map(|_| connect()).collect();
        sleep(Duration::from_secs(1)).await;
        let in_time = clients.iter().filter(|client| client.is_finished()).count();
        assert_eq!(in_time, backlog + 1);
        // Each that is accepted makes room for the next.
        let _first = listener.accept().await.unwrap();
        yield_now().await;
        let in_time = clients.iter().filter(|client| client.is_finished()).count();
        assert_eq!(in_time, backlog + 2);
        for _ in 0..backlog + 2 {
            listener.accept().await.unwrap();
        }
        for client in clients {
            client.await.unwrap().unwrap();
        }
    }
}

#[solipsism::test]
async fn a_full_backlog_is_given_up_as_by_linux() {
    let listener = listen(0);
    let _first = TcpStream::connect("127.0.0.1:80").await.unwrap();
    let start = Instant::now();
    let error = TcpStream::connect("127.0.0.1:80").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    assert_eq!(
        error.to_string(),
        "connecting to 127.0.0.1:80 (localhost) timed out: the backlog of the listener is full"
    );
    assert_eq!(start.elapsed(), Duration::from_secs(127));
    drop(listener);
}

#[solipsism::test]
async fn who_waits_for_room_is_refused_when_the_listener_goes() {
    let listener = listen(0);
    let mut first = TcpStream::connect("127.0.0.1:80").await.unwrap();
    let second = connect();
    sleep(Duration::from_secs(1)).await;
    let start = Instant::now();
    drop(listener);
    assert_eq!(kind(second.await.unwrap()), ErrorKind::ConnectionRefused);
    assert_eq!(start.elapsed(), Duration::ZERO);
    assert_eq!(
        kind(first.read(&mut [0; 8]).await),
        ErrorKind::ConnectionReset
    );
}

#[solipsism::test]
async fn who_waits_for_room_gets_it_from_the_next_listener_of_that_instant() {
    let listener = listen(0);
    let _first = TcpStream::connect("127.0.0.1:80").await.unwrap();
    let second = connect();
    sleep(Duration::from_secs(1)).await;
    drop(listener);
    let listener = listen(0);
    listener.accept().await.unwrap();
    second.await.unwrap().unwrap();
}

#[solipsism::test]
async fn an_accept_that_was_given_up_takes_nothing() {
    let listener = TcpListener::bind("server:80").await.unwrap();
    {
        let mut accept = pin!(listener.accept());
        assert!(polled(accept.as_mut()).await.is_pending());
        TcpStream::connect("server:80").await.unwrap();
    }
    listener.accept().await.unwrap();
    assert!(polled(pin!(listener.accept())).await.is_pending());
}

#[solipsism::test]
async fn two_tasks_accept() {
    let listener = Rc::new(TcpListener::bind("server:80").await.unwrap());
    let accept = || {
        let listener = Rc::clone(&listener);
        spawn(async move { listener.accept().await.unwrap().1 })
    };
    let (first, second) = (accept(), accept());
    yield_now().await;
    let one = TcpStream::connect("server:80").await.unwrap();
    assert_eq!(first.await.unwrap(), one.local_addr().unwrap());
    assert!(!second.is_finished());
    let other = TcpStream::connect("server:80").await.unwrap();
    assert_eq!(second.await.unwrap(), other.local_addr().unwrap());
}

#[solipsism::test]
async fn the_next_acceptor_takes_what_an_aborted_one_was_woken_for() {
    let listener = Rc::new(TcpListener::bind("server:80").await.unwrap());
    let accept = || {
        let listener = Rc::clone(&listener);
        spawn(async move { listener.accept().await.unwrap().1 })
    };
    let (first, second) = (accept(), accept());
    yield_now().await;
    let _client = TcpStream::connect("server:80").await.unwrap();
    first.abort();
    second.await.unwrap();
    assert!(first.await.unwrap_err().is_cancelled());
}

#[solipsism::test]
async fn accepting_by_hand_wakes_the_last_caller() {
    let listener = Rc::new(TcpListener::bind("server:80").await.unwrap());
    let polling = || {
        let listener = Rc::clone(&listener);
        spawn(std::future::poll_fn(move |cx| listener.poll_accept(cx)))
    };
    let (first, second) = (polling(), polling());
    yield_now().await;
    let client = TcpStream::connect("server:80").await.unwrap();
    let (_server, from) = second.await.unwrap().unwrap();
    assert_eq!(from, client.local_addr().unwrap());
    assert!(!first.is_finished());
    first.abort();
}
