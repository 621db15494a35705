//! What is no leak: in this target whatever is told as one fails its test. And what `event_loop.check` gives.

use std::cell::RefCell;
use std::future::pending;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{Either, select};
use solipsism::EventLoop;
use solipsism::fixtures::{Rng, Server, TcpProxy};
use solipsism::io::{AsyncReadExt, AsyncWriteExt, copy};
use solipsism::leaks::{Kind, Kinds};
use solipsism::net::{Network, TcpListener, TcpStream, UdpSocket, UnixStream};
use solipsism::signal::unix::{SignalKind, signal};
use solipsism::task::{self, JoinSet, spawn_blocking};
use solipsism::{spawn, time};

const SECOND: Duration = Duration::from_secs(1);

#[solipsism::test]
async fn what_goes_with_the_body() {
    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    let client = TcpStream::connect("api.internal:80").await.unwrap();
    let accepted = listener.accept().await.unwrap();
    let pair = UnixStream::pair().unwrap();
    let signals = signal(SignalKind::terminate()).unwrap();
    let socket = UdpSocket::bind("api.internal:53").await.unwrap();
    let mut sleep = Box::pin(time::sleep(SECOND));
    assert!(sleep.as_mut().now_or_never().is_none());
    let mut never = Box::pin(time::sleep(Duration::MAX));
    assert!(never.as_mut().now_or_never().is_none());
    drop((listener, client, accepted, pair, signals, socket));
}

#[solipsism::test]
async fn timers_of_branches_that_lost() {
    for _ in 0..3 {
        let slow = Box::pin(time::sleep(60 * SECOND));
        let Either::Left(_) = select(Box::pin(time::sleep(SECOND)), slow).await else {
            panic!("the shorter one is first");
        };
    }
    assert!(
        time::timeout(SECOND, time::sleep(2 * SECOND))
            .await
            .is_err()
    );
    assert!(time::timeout(2 * SECOND, time::sleep(SECOND)).await.is_ok());
}

#[solipsism::test]
async fn tasks_that_end_in_the_instant_of_the_body() {
    let aborted = spawn(pending::<()>());
    let mut set = JoinSet::new();
    for _ in 0..3 {
        set.spawn(time::sleep(60 * SECOND));
    }
    let (told, tells) = futures_channel::oneshot::channel::<()>();
    spawn(async move {
        _ = tells.await;
        task::yield_now().await;
    });
    aborted.abort();
    drop((set, told));
}

#[solipsism::test]
async fn the_background_and_all_that_it_has_and_spawns() {
    spawn(async {
        let listener = TcpListener::bind("echo.internal:7").await.unwrap();
        let _signals = signal(SignalKind::hangup()).unwrap();
        let _socket = UdpSocket::bind("echo.internal:53").await.unwrap();
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            spawn(async move {
                let (reader, mut writer) = stream.into_split();
                copy(reader, &mut writer).await.unwrap();
                time::sleep(60 * SECOND).await;
            });
        }
    })
    .background();
    task::yield_now().await;
    let mut client = TcpStream::connect("echo.internal:7").await.unwrap();
    client.write_all(b"hi").await.unwrap();
    client.read_exact(&mut [0; 2]).await.unwrap();
    let kept = Rc::new(RefCell::new(Some(client)));
    let keeps = Rc::clone(&kept);
    spawn(async move {
        pending::<()>().await;
        drop(keeps);
    })
    .background();
    task::yield_now().await;
}

#[solipsism::test]
async fn a_handle_that_the_background_has() {
    let inner = spawn(time::sleep(60 * SECOND));
    spawn(async move {
        _ = inner.await;
    })
    .background();
    task::yield_now().await;
}

#[solipsism::test]
async fn streams_that_were_closed_with_bytes_unread() {
    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    let mut client = TcpStream::connect("api.internal:80").await.unwrap();
    let (mut server, _) = listener.accept().await.unwrap();
    client.write_all(b"never read").await.unwrap();
    server.write_all(b"nor this").await.unwrap();
    drop(client);
    let other = UdpSocket::bind("api.internal:53").await.unwrap();
    let own = UdpSocket::bind("0.0.0.0:0").await.unwrap();
    own.send_to(b"nor this", "api.internal:53").await.unwrap();
    drop(other);
}

#[solipsism::test]
async fn connections_that_nobody_accepted(net: Network) {
    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    net.link("localhost", "api.internal").latency(SECOND);
    let mut client = TcpStream::connect("api.internal:80").await.unwrap();
    // It is under way when the test ends.
    client.write_all(b"hello").await.unwrap();
    drop(listener);
}

#[solipsism::test]
async fn what_hosts_run(net: Network) {
    net.host("db.internal").run(async || {
        let listener = TcpListener::bind("db.internal:5432").await.unwrap();
        let mut streams = Vec::new();
        loop {
            streams.push(listener.accept().await.unwrap());
            spawn(time::sleep(60 * SECOND));
        }
    });
    task::yield_now().await;
    TcpStream::connect("db.internal:5432").await.unwrap();
}

#[solipsism::test]
async fn built_in_fixtures(server: Server, rng: Rng) {
    drop(rng);
    let mut client = server
        .start_and_connect(async |mut stream| {
            let mut one = [0];
            while stream.read(&mut one).await? > 0 {
                time::sleep(SECOND).await;
                stream.write_all(&one).await?;
            }
            std::io::Result::Ok(())
        })
        .await
        .unwrap();
    client.write_all(b"unread").await.unwrap();
}

#[solipsism::test]
async fn a_proxy_with_clients(server: Server) -> std::io::Result<()> {
    server
        .start(|_stream| async { std::io::Result::Ok(()) })
        .await?;
    let proxy = TcpProxy::start(server.addr()).await?;
    let mut client = proxy.connect().await?;
    client.write_all(b"hello").await
}

#[solipsism::test]
async fn a_fault_that_did_something(net: Network) {
    let other = UdpSocket::bind("api.internal:53").await.unwrap();
    net.partition("localhost", "api.internal");
    let own = UdpSocket::bind("0.0.0.0:0").await.unwrap();
    own.send_to(b"lost", "api.internal:53").await.unwrap();
    drop(other);
}

#[solipsism::test]
async fn a_job_that_takes_its_time() {
    drop(spawn_blocking(std::thread::yield_now));
}

/// As its teardown ends what the test began.
#[derive(Clone, Default)]
struct Tracker(Rc<RefCell<Vec<task::AbortHandle>>>);

impl Drop for Tracker {
    fn drop(&mut self) {
        for task in self.0.take() {
            task.abort();
        }
    }
}

#[solipsism::fixture]
fn tracker() -> Tracker {
    Tracker::default()
}

#[solipsism::test]
async fn what_a_fixture_ends(tracker: &Tracker) {
    let task = spawn(pending::<()>());
    tracker.0.borrow_mut().push(task.abort_handle());
}

/// Of the session: it goes on when each test ends.
struct Hub {
    accepted: Rc<RefCell<u32>>,
}

static ENDED: AtomicU32 = AtomicU32::new(0);

#[solipsism::fixture(scope = "session")]
async fn hub(_event_loop: EventLoop, _net: Network) -> Hub {
    let listener = TcpListener::bind("hub.internal:80").await.unwrap();
    let accepted: Rc<RefCell<u32>> = Rc::default();
    let count = Rc::clone(&accepted);
    spawn(async move {
        let mut streams = Vec::new();
        loop {
            streams.push(listener.accept().await.unwrap());
            *count.borrow_mut() += 1;
            time::sleep(SECOND).await;
        }
    })
    .background();
    spawn(async {
        loop {
            time::sleep(SECOND).await;
        }
    })
    .background();
    Hub { accepted }
}

#[solipsism::test]
async fn what_belongs_to_the_session(hub: &Hub) {
    TcpStream::connect("hub.internal:80").await.unwrap();
    task::yield_now().await;
    assert!(*hub.accepted.borrow() > 0);
    ENDED.fetch_add(1, Ordering::Relaxed);
}

#[solipsism::test]
async fn what_belongs_to_the_session_and_goes_on(hub: &Hub) {
    TcpStream::connect("hub.internal:80").await.unwrap();
    time::sleep(3 * SECOND).await;
    assert!(*hub.accepted.borrow() > 0);
    ENDED.fetch_add(1, Ordering::Relaxed);
}

#[solipsism::test]
#[should_panic(expected = "as it should")]
async fn a_panic_that_is_wanted() {
    spawn(pending::<()>());
    panic!("as it should");
}

#[solipsism::test]
async fn a_check_sees_what_is_there(event_loop: EventLoop) {
    assert!(event_loop.check(Kinds::ALL).is_ok());
    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    time::sleep(SECOND).await;
    let client = TcpStream::connect("api.internal:80").await.unwrap();
    let task = spawn(time::sleep(5 * SECOND));
    task::yield_now().await;
    let leaks = event_loop.check(Kinds::ALL).unwrap_err();
    let kinds: Vec<_> = leaks
        .iter()
        .map(|leak| (leak.kind(), leak.count()))
        .collect();
    assert_eq!(
        kinds,
        [
            (Kind::Tasks, 1),
            (Kind::Listeners, 1),
            (Kind::Streams, 1),
            (Kind::Timers, 1)
        ]
    );
    let since: Vec<_> = leaks
        .iter()
        .map(|leak| format!("{:?}", leak.since()))
        .collect();
    assert_eq!(since, ["1s", "0ns", "1s", "1s"]);
    assert!(
        leaks
            .iter()
            .all(|leak| leak.created().unwrap().file() == file!())
    );
    assert!(event_loop.check(Kind::Signals | Kind::Datagrams).is_ok());
    drop((listener, client));
    task.abort();
    event_loop.settle().await;
    assert!(event_loop.check(Kinds::ALL).is_ok());
}

#[solipsism::test]
async fn a_check_leaves_out_the_background_and_who_asks(event_loop: EventLoop) {
    spawn(async {
        let listener = TcpListener::bind("api.internal:80").await.unwrap();
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.read_exact(&mut [0]).await.unwrap();
    })
    .background();
    task::yield_now().await;
    let mut client = TcpStream::connect("api.internal:80").await.unwrap();
    task::yield_now().await;
    let kinds = Kinds::ALL - Kind::Listeners;
    let leaks = event_loop.check(kinds).unwrap_err();
    let told = leaks.to_string();
    assert_eq!(leaks.iter().count(), 1, "{told}");
    assert!(
        told.contains("(api.internal) is still open: connected at "),
        "{told}"
    );
    let checked = time::timeout(SECOND, async { EventLoop::current().check(Kind::Timers) });
    assert!(checked.await.unwrap().is_ok());
    let own = event_loop.clone();
    let task = spawn(async move { own.check(Kind::Tasks) });
    assert!(task.await.unwrap().is_ok());
    client.write_all(b"!").await.unwrap();
}

solipsism::main!(leaks = "fail");
