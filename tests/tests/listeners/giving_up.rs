//! Clients that give up connecting, at each stage of it.

use std::pin::pin;

use solipsism::io::AsyncReadExt;
use solipsism::net::{TcpListener, TcpSocket, TcpStream, UnixListener, UnixStream};
use solipsism::spawn;
use solipsism::task::yield_now;
use solipsism::time::{Duration, sleep, timeout};

use crate::{addr, polled};

#[solipsism::test]
async fn before_it_began() {
    let listener = TcpListener::bind("server:80").await.unwrap();
    drop(TcpStream::connect("server:80"));
    yield_now().await;
    assert!(polled(pin!(listener.accept())).await.is_pending());
}

#[solipsism::test]
async fn before_anybody_listened() {
    {
        let mut connect = pin!(TcpStream::connect("server:80"));
        assert!(polled(connect.as_mut()).await.is_pending());
    }
    let listener = TcpListener::bind("server:80").await.unwrap();
    assert!(polled(pin!(listener.accept())).await.is_pending());
    let client = TcpStream::connect("server:80").await.unwrap();
    assert_eq!(
        client.local_addr().unwrap().port(),
        32_768,
        "it had taken no port"
    );
}

#[solipsism::test]
async fn in_the_backlog() {
    let listener = TcpListener::bind("server:80").await.unwrap();
    drop(TcpStream::connect("server:80").await.unwrap());
    let client = TcpStream::connect("server:80").await.unwrap();
    let (mut gone, _) = listener.accept().await.unwrap();
    assert_eq!(gone.read(&mut [0; 8]).await.unwrap(), 0);
    let (_server, from) = listener.accept().await.unwrap();
    assert_eq!(from, client.local_addr().unwrap());
}

/// Those who have gone take no room, and keep nobody out.
#[solipsism::test]
async fn in_front_of_a_full_backlog() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(addr("127.0.0.1:80")).unwrap();
    let listener = socket.listen(0).unwrap();
    let connect = || spawn(TcpStream::connect("127.0.0.1:80"));
    let first = TcpStream::connect("127.0.0.1:80").await.unwrap();
    let gone: Vec<_> = (0..5).map(|_| connect()).collect();
    let stays = connect();
    sleep(Duration::from_secs(1)).await;
    for client in gone {
        client.abort();
    }
    yield_now().await;
    let (_server, from) = listener.accept().await.unwrap();
    assert_eq!(from, first.local_addr().unwrap());
    let (_server, from) = listener.accept().await.unwrap();
    assert_eq!(from, stays.await.unwrap().unwrap().local_addr().unwrap());
}

#[solipsism::test]
async fn in_front_of_a_full_backlog_by_timing_out() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(addr("127.0.0.1:80")).unwrap();
    let listener = socket.listen(0).unwrap();
    let _first = TcpStream::connect("127.0.0.1:80").await.unwrap();
    let second = Duration::from_secs(1);
    for _ in 0..3 {
        let result = timeout(second, TcpStream::connect("127.0.0.1:80")).await;
        assert!(result.is_err());
    }
    let late = spawn(TcpStream::connect("127.0.0.1:80"));
    // After that the timeouts of those who have gone are over as well.
    sleep(Duration::from_secs(100)).await;
    listener.accept().await.unwrap();
    listener.accept().await.unwrap();
    late.await.unwrap().unwrap();
}

#[solipsism::test]
async fn with_an_address_of_its_own() {
    let bound = || {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(addr("10.255.255.254:1000")).map(|()| socket)
    };
    let server = addr("127.0.0.1:80");
    drop(bound().unwrap().connect(server));
    {
        let mut connect = pin!(bound().unwrap().connect(server));
        assert!(polled(connect.as_mut()).await.is_pending());
        bound().unwrap_err();
    }
    bound().unwrap().connect(server).await.unwrap_err();
    bound().expect("each gave the address back");
}

#[solipsism::test]
async fn by_a_path() {
    {
        let mut connect = pin!(UnixStream::connect("/run/server"));
        assert!(polled(connect.as_mut()).await.is_pending());
    }
    let listener = UnixListener::bind("/run/server").unwrap();
    assert!(polled(pin!(listener.accept())).await.is_pending());
    drop(UnixStream::connect("/run/server").await.unwrap());
    let (mut gone, _) = listener.accept().await.unwrap();
    assert_eq!(gone.read(&mut [0; 8]).await.unwrap(), 0);
}
