//! Sockets outside of a world, and in another one.

use std::thread;

use solipsism::EventLoop;
use solipsism::io::AsyncReadExt;
use solipsism::net::unix::pipe::pipe;
use solipsism::net::{TcpListener, TcpSocket, TcpStream, UnixListener, UnixStream, lookup_host};

use solipsism::task::spawn_blocking;

use crate::addr;

/// What this panics with on a thread of its own, where no world runs.
async fn panic_of(f: impl FnOnce() + Send + 'static) -> String {
    let payload = spawn_blocking(f).await.expect_err("it panics").into_panic();
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => (*payload.downcast_ref::<&str>().expect("a text")).to_owned(),
    }
}

/// What polling a future once does where no world runs.
fn poll(future: impl Future) {
    let mut future = std::pin::pin!(future);
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    let _ = future.as_mut().poll(&mut cx);
}

#[solipsism::test]
async fn what_makes_a_socket_needs_a_world() {
    let cure = "needs a world, and none runs on this thread: call it inside of `#[solipsism::test]` or \
                `EventLoop::run`";
    let told = [
        (
            "TcpStream::connect",
            panic_of(|| poll(TcpStream::connect("server:80"))).await,
        ),
        (
            "TcpListener::bind",
            panic_of(|| poll(TcpListener::bind("server:80"))).await,
        ),
        (
            "lookup_host",
            panic_of(|| poll(lookup_host("server:80"))).await,
        ),
        (
            "UnixStream::connect",
            panic_of(|| poll(UnixStream::connect("/run/server"))).await,
        ),
        (
            "UnixListener::bind",
            panic_of(|| drop(UnixListener::bind("/run/server"))).await,
        ),
        (
            "UnixStream::pair",
            panic_of(|| drop(UnixStream::pair())).await,
        ),
        ("pipe", panic_of(|| drop(pipe())).await),
        ("TcpSocket::bind", panic_of(|| drop(bind_a_socket())).await),
    ];
    for (what, text) in told {
        assert_eq!(text, format!("`{what}` {cure}"));
    }
}

fn bind_a_socket() -> std::io::Result<()> {
    TcpSocket::new_v4()?.bind(addr("127.0.0.1:80"))
}

#[solipsism::test]
async fn a_socket_is_used_where_its_world_runs() {
    let cure = "was used where no world runs on this thread: use it inside of the `#[solipsism::test]`, or the \
                `EventLoop::run`, that made it";
    let (stream, _other) = UnixStream::pair().unwrap();
    let text = panic_of(move || drop(stream.try_write(b"x"))).await;
    assert_eq!(text, format!("a stream {cure}"));
    let (mut stream, _other) = UnixStream::pair().unwrap();
    let text = panic_of(move || poll(stream.read(&mut [0; 8]))).await;
    assert_eq!(text, format!("a stream {cure}"));
    let listener = TcpListener::bind("server:80").await.unwrap();
    let text = panic_of(move || poll(listener.accept())).await;
    assert_eq!(text, format!("a listener {cure}"));
    let bound = TcpSocket::new_v4().unwrap();
    bound.bind(addr("127.0.0.1:80")).unwrap();
    let text = panic_of(move || poll(bound.connect(addr("127.0.0.1:81")))).await;
    assert_eq!(text, format!("a bound `TcpSocket` {cure}"));
}

/// One of each, made in a world of their own that is over.
fn of_another_world() -> (UnixStream, TcpListener, TcpSocket) {
    let made = thread::spawn(|| {
        let event_loop = EventLoop::new();
        event_loop
            .run(async {
                let socket = TcpSocket::new_v4().unwrap();
                socket.bind(addr("127.0.0.1:81")).unwrap();
                let listener = TcpListener::bind("127.0.0.1:80").await.unwrap();
                (UnixStream::pair().unwrap().0, listener, socket)
            })
            .expect("it ends")
    });
    made.join().expect("it does not panic")
}

#[solipsism::test]
#[should_panic(
    expected = "a stream was used in another world than its own: each has a network of its own, so make it in the world that uses it"
)]
async fn a_stream_of_another_world() {
    let (stream, ..) = of_another_world();
    drop(stream.try_write(b"x"));
}

#[solipsism::test]
#[should_panic(expected = "a listener was used in another world than its own")]
async fn a_listener_of_another_world() {
    let (_, listener, _) = of_another_world();
    drop(listener.accept().await);
}

#[solipsism::test]
#[should_panic(expected = "a bound `TcpSocket` was used in another world than its own")]
async fn a_socket_of_another_world() {
    let (.., socket) = of_another_world();
    drop(socket.listen(8));
}

#[solipsism::test]
async fn an_unbound_socket_is_of_no_world() {
    let socket = thread::spawn(|| TcpSocket::new_v4().unwrap())
        .join()
        .unwrap();
    socket.bind(addr("127.0.0.1:80")).unwrap();
    socket.listen(8).unwrap();
}

#[solipsism::test]
async fn handles_may_be_dropped_anywhere() {
    drop(of_another_world());
    let (one, other) = UnixStream::pair().unwrap();
    let (reader, writer) = one.into_split();
    thread::spawn(move || drop((reader, writer, other)))
        .join()
        .unwrap();
}
