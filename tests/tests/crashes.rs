//! Hosts that crash: what ends, who sees it and when, and what a restart brings back.

use std::cell::Cell;
use std::future::pending;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::unix::pipe;
use solipsism::net::{
    Network, TcpListener, TcpSocket, TcpStream, UnixListener, UnixStream, lookup_host,
};
use solipsism::task::yield_now;
use solipsism::time::{Duration, Instant, sleep, timeout};
use solipsism::{EventLoop, spawn};
use solipsism_tests::net::{ask, connect_error, millis, own_ip, serve};
use solipsism_tests::{Guard, Log};

/// Does something when it is dropped.
struct OnDrop<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

async fn hold<T>(held: T) {
    let _held = held;
    pending::<()>().await;
}

#[solipsism::test]
async fn a_crash_resets_connections_refuses_new_ones_and_closes_the_ports(net: Network) {
    let api = net.host("api.internal");
    api.run(serve);
    let mut client = TcpStream::connect("api.internal:80").await.unwrap();
    assert_eq!(ask(&mut client).await.unwrap(), 2);

    api.crash();
    let reset = client.read(&mut [0]).await.unwrap_err();
    assert_eq!(reset.kind(), ErrorKind::ConnectionReset);
    assert_eq!(client.read(&mut [0]).await.unwrap(), 0, "it is told once");
    let broken = client.write(&[1]).await.unwrap_err();
    assert_eq!(broken.kind(), ErrorKind::BrokenPipe);
    assert_eq!(
        connect_error("api.internal:80").await,
        ErrorKind::ConnectionRefused
    );
    let _listener = TcpListener::bind("api.internal:80").await.unwrap();
}

#[solipsism::test]
async fn whoever_waits_at_a_host_that_crashes_is_woken(net: Network) {
    let api = net.host("api.internal");
    api.run(serve);
    let client = TcpStream::connect("api.internal:80").await.unwrap();
    client.set_capacity(4).unwrap();
    let (mut reader, mut writer) = client.into_split();
    let read = spawn(async move { reader.read(&mut [0]).await });
    let mut pair = TcpStream::connect("api.internal:80").await.unwrap();
    let write = spawn(async move { writer.write_all(&[0; 100_000]).await });
    let crash = spawn(async move {
        api.crash();
        Instant::now()
    });
    assert_eq!(
        read.await.unwrap().unwrap_err().kind(),
        ErrorKind::ConnectionReset
    );
    assert_eq!(
        write.await.unwrap().unwrap_err().kind(),
        ErrorKind::BrokenPipe
    );
    assert_eq!(
        ask(&mut pair).await.unwrap_err().kind(),
        ErrorKind::ConnectionReset
    );
    assert_eq!(crash.await.unwrap(), Instant::now(), "no time has passed");
}

#[solipsism::test]
async fn what_had_arrived_can_be_read_after_a_crash(net: Network) {
    let api = net.host("api.internal");
    api.run(|| async {
        let listener = TcpListener::bind("0.0.0.0:80").await?;
        let (mut stream, _) = listener.accept().await?;
        stream.write_all(b"last words").await?;
        pending::<io::Result<()>>().await
    });
    let mut client = TcpStream::connect("api.internal:80").await.unwrap();
    sleep(millis(1)).await;
    api.crash();
    let mut words = [0; 10];
    client.read_exact(&mut words).await.unwrap();
    assert_eq!(&words, b"last words");
    let reset = client.read(&mut [0]).await.unwrap_err();
    assert_eq!(reset.kind(), ErrorKind::ConnectionReset);
}

#[solipsism::test]
async fn a_crash_drops_the_tasks_of_the_host_in_the_order_in_which_they_were_spawned(net: Network) {
    let log = Log::default();
    let api = net.host("api.internal");
    let handle = api.spawn(hold(Guard(log.clone(), 1)));
    let elsewhere = net.host("db.internal").spawn(hold(Guard(log.clone(), 99)));
    let (first, second) = (log.clone(), log.clone());
    api.run(move || {
        let log = second.clone();
        async move {
            spawn(hold(Guard(log.clone(), 3)));
            hold(Guard(log, 2)).await;
        }
    });
    // Not polled even once.
    sleep(millis(1)).await;
    api.spawn(hold(Guard(first, 4)));
    api.crash();
    assert_eq!(log.take(), [1, 2, 3, 4]);
    assert!(handle.await.unwrap_err().is_cancelled());
    assert!(!elsewhere.is_finished());
    api.crash();
    assert!(log.take().is_empty(), "there is nothing left");
    drop(elsewhere);
}

#[solipsism::test]
async fn a_crashed_host_has_no_deadlines_any_more(event_loop: EventLoop, net: Network) {
    let api = net.host("api.internal");
    api.run(|| sleep(Duration::from_secs(3600)));
    sleep(millis(1)).await;
    assert_eq!(event_loop.pending_timers(), 1);
    api.crash();
    assert_eq!(event_loop.pending_timers(), 0);
    assert_eq!(event_loop.next_deadline(), None);
}

#[solipsism::test]
async fn a_restart_starts_everything_that_was_run_anew(net: Network) {
    let log = Log::default();
    let api = net.host("api.internal");
    let starts = Rc::new(Cell::new(0));
    for program in [10, 20] {
        let (log, starts) = (log.clone(), Rc::clone(&starts));
        api.run(move || {
            starts.set(starts.get() + 1);
            let log = log.clone();
            async move {
                log.note(program);
                hold(Guard(log, program + 1)).await;
            }
        });
    }
    api.spawn(hold(Guard(log.clone(), 1)));
    sleep(millis(1)).await;
    assert_eq!(log.take(), [10, 20]);
    api.restart();
    assert_eq!(log.take(), [11, 21, 1], "a restart begins with a crash");
    sleep(millis(1)).await;
    assert_eq!(log.take(), [10, 20], "what was only spawned stays gone");
    assert_eq!(starts.get(), 4);

    api.crash();
    assert_eq!(log.take(), [11, 21]);
    sleep(millis(1)).await;
    api.restart();
    sleep(millis(1)).await;
    assert_eq!(log.take(), [10, 20]);
}

#[solipsism::test]
async fn after_a_restart_the_ports_are_free_and_the_address_is_the_same(net: Network) {
    let api = net.host("api.internal");
    let before = api.addr();
    api.run(serve);
    let mut old = TcpStream::connect("api.internal:80").await.unwrap();
    for _ in 0..3 {
        api.restart();
        let mut client = TcpStream::connect("api.internal:80").await.unwrap();
        assert_eq!(ask(&mut client).await.unwrap(), 2);
    }
    assert_eq!(
        ask(&mut old).await.unwrap_err().kind(),
        ErrorKind::ConnectionReset
    );
    assert_eq!(api.addr(), before);
}

#[solipsism::test]
async fn a_bound_client_can_be_bound_again_after_a_restart(net: Network) {
    let listener = TcpListener::bind("hub.internal:80").await.unwrap();
    let hub = net.host("hub.internal").addr();
    let api = net.host("api.internal");
    let own = SocketAddr::new(api.addr(), 1000);
    api.run(move || async move {
        let socket = TcpSocket::new_v4()?;
        socket.bind(own)?;
        let mut stream = socket.connect(SocketAddr::new(hub, 80)).await?;
        stream.read(&mut [0]).await.map(drop)
    });
    // The other ends of the former connections are still open.
    let mut accepted = Vec::new();
    for _ in 0..3 {
        let (stream, peer) = listener.accept().await.unwrap();
        assert_eq!(peer, own);
        accepted.push(stream);
        api.restart();
    }
    accepted.push(listener.accept().await.unwrap().0);
}

#[solipsism::test]
async fn whoever_connects_while_the_host_restarts_gets_through(net: Network) {
    let api = net.host("api.internal");
    api.run(serve);
    sleep(millis(1)).await;
    api.crash();
    let client = spawn(TcpStream::connect("api.internal:80"));
    yield_now().await;
    api.restart();
    assert!(client.await.unwrap().is_ok(), "it is the same instant");
}

#[solipsism::test]
async fn whoever_waits_for_a_full_backlog_is_refused_by_a_crash(net: Network) {
    let api = net.host("api.internal");
    api.run(|| async {
        let socket = TcpSocket::new_v4()?;
        socket.bind("0.0.0.0:80".parse().unwrap())?;
        let _listener = socket.listen(0)?;
        pending::<io::Result<()>>().await
    });
    let mut first = TcpStream::connect("api.internal:80").await.unwrap();
    let second = spawn(TcpStream::connect("api.internal:80"));
    sleep(Duration::from_secs(1)).await;
    assert!(!second.is_finished());
    let start = Instant::now();
    api.crash();
    let refused = second.await.unwrap().unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    let reset = first.read(&mut [0]).await.unwrap_err();
    assert_eq!(
        reset.kind(),
        ErrorKind::ConnectionReset,
        "nobody had accepted it"
    );
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[solipsism::test]
async fn a_connect_whose_way_is_long_finds_nobody_after_a_crash(net: Network) {
    let api = net.host("api.internal");
    api.run(serve);
    net.link("localhost", "api.internal").latency(millis(20));
    let start = Instant::now();
    let client = spawn(TcpStream::connect("api.internal:80"));
    sleep(millis(10)).await;
    api.crash();
    let refused = client.await.unwrap().unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    assert_eq!(start.elapsed(), millis(40));
}

#[solipsism::test]
async fn a_connect_from_a_host_that_crashes_is_aborted(net: Network) {
    let api = net.host("api.internal");
    net.partition("api.internal", "db.internal");
    // The body connects for the host, and is still there afterwards.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::new(api.addr(), 0)).unwrap();
    let db = SocketAddr::new(net.host("db.internal").addr(), 80);
    let pending = spawn(socket.connect(db));
    let own = api.spawn(TcpStream::connect("db.internal:80"));
    let start = Instant::now();
    sleep(millis(1)).await;
    api.crash();
    let aborted = pending.await.unwrap().unwrap_err();
    assert_eq!(aborted.kind(), ErrorKind::ConnectionAborted);
    assert!(own.await.unwrap_err().is_cancelled());
    assert_eq!(start.elapsed(), millis(1));
}

#[solipsism::test]
async fn a_reset_by_a_crash_takes_the_time_of_the_link(net: Network) {
    let api = net.host("api.internal");
    api.run(serve);
    net.link("localhost", "api.internal").latency(millis(20));
    let mut client = TcpStream::connect("api.internal:80").await.unwrap();
    let start = Instant::now();
    client.write_all(&[1]).await.unwrap();
    sleep(millis(25)).await;
    api.crash();
    // What was sent before arrives before.
    assert_eq!(client.read_u8().await, Ok(2));
    assert_eq!(start.elapsed(), millis(40));
    assert_eq!(client.read_u8().await, Err(ErrorKind::ConnectionReset));
    assert_eq!(start.elapsed(), millis(45));
}

trait ReadByte {
    async fn read_u8(&mut self) -> Result<u8, ErrorKind>;
}

impl ReadByte for TcpStream {
    async fn read_u8(&mut self) -> Result<u8, ErrorKind> {
        let mut byte = [0];
        let read = self.read_exact(&mut byte).await;
        read.map(|()| byte[0]).map_err(|error| error.kind())
    }
}

#[solipsism::test]
async fn under_a_partition_nobody_sees_a_crash_until_it_is_healed(net: Network) {
    let api = net.host("api.internal");
    api.run(serve);
    let mut client = TcpStream::connect("api.internal:80").await.unwrap();
    assert_eq!(ask(&mut client).await.unwrap(), 2);
    net.partition("localhost", "api.internal");
    client.write_all(&[5]).await.unwrap();
    api.crash();
    assert!(
        timeout(Duration::from_secs(60), client.read_u8())
            .await
            .is_err()
    );
    client.write_all(&[6]).await.unwrap();
    net.heal();
    assert_eq!(client.read_u8().await, Err(ErrorKind::ConnectionReset));
}

#[solipsism::test]
async fn what_a_partition_kept_is_lost_with_the_host_that_was_to_send_it_again(net: Network) {
    let api = net.host("api.internal");
    api.run(serve);
    let mut client = TcpStream::connect("api.internal:80").await.unwrap();
    net.one_way("api.internal", "localhost").partition();
    client.write_all(&[1]).await.unwrap();
    sleep(millis(1)).await;
    api.crash();
    net.heal();
    assert_eq!(client.read_u8().await, Err(ErrorKind::ConnectionReset));
}

#[solipsism::test]
async fn what_a_hold_kept_was_sent_and_arrives(net: Network) {
    let api = net.host("api.internal");
    api.run(serve);
    let mut client = TcpStream::connect("api.internal:80").await.unwrap();
    let link = net.one_way("api.internal", "localhost");
    link.hold();
    client.write_all(&[1]).await.unwrap();
    sleep(millis(1)).await;
    api.crash();
    link.release();
    assert_eq!(client.read_u8().await, Ok(2));
    assert_eq!(client.read_u8().await, Err(ErrorKind::ConnectionReset));
}

#[solipsism::test]
async fn a_task_can_crash_its_own_host(net: Network) {
    let log = Log::default();
    let api = net.host("api.internal");
    let (noted, other) = (log.clone(), log.clone());
    let (own, runner) = (api.clone(), api.clone());
    api.spawn(hold(Guard(other, 1)));
    let task = runner.spawn(async move {
        let _guard = Guard(noted.clone(), 3);
        own.crash();
        noted.note(2);
        spawn(hold(Guard(noted.clone(), 4)));
        sleep(millis(1)).await;
        noted.note(99);
    });
    assert!(task.await.unwrap_err().is_cancelled());
    assert_eq!(
        log.take(),
        [1, 2, 4, 3],
        "it goes on to its next `.await`, and what it spawns is gone"
    );

    // One that needs no other `.await` comes to its end.
    let own = api.clone();
    let task = api.spawn(async move {
        own.crash();
        42
    });
    assert_eq!(task.await.unwrap(), 42);
}

#[solipsism::test]
async fn a_task_can_restart_its_own_host(net: Network) {
    let log = Log::default();
    let api = net.host("api.internal");
    let (own, noted) = (api.clone(), log.clone());
    api.run(move || {
        let (own, log) = (own.clone(), noted.clone());
        async move {
            log.note(1);
            sleep(millis(10)).await;
            own.restart();
            pending::<()>().await;
        }
    });
    sleep(millis(35)).await;
    assert_eq!(log.take(), [1, 1, 1, 1]);
    api.crash();
    sleep(millis(35)).await;
    assert!(log.take().is_empty());
}

#[solipsism::test]
async fn a_crash_concerns_no_task_of_another_host(net: Network) {
    let (api, db) = (net.host("api.internal"), net.host("db.internal"));
    let crashed = db.clone();
    let task = api.spawn(async move {
        crashed.crash();
        sleep(millis(1)).await;
        // A destructor that runs here is still its own host's.
        let elsewhere = crashed.clone();
        let other = crashed.spawn(hold(OnDrop(move || elsewhere.crash())));
        sleep(millis(1)).await;
        other.abort();
        sleep(millis(1)).await;
        42
    });
    assert_eq!(task.await.unwrap(), 42);
    // The body crashes a host, and the next tasks to be polled are none of it.
    let one = db.spawn(hold(()));
    db.crash();
    let later = db.spawn(async { yield_now().await });
    later.await.unwrap();
    assert!(one.await.unwrap_err().is_cancelled());
}

#[solipsism::test]
async fn what_a_destructor_spawns_on_a_host_that_crashes_is_dropped(net: Network) {
    let log = Log::default();
    let api = net.host("api.internal");
    let noted = log.clone();
    api.spawn(hold(OnDrop(move || {
        noted.note(1);
        spawn(hold(Guard(noted.clone(), 2)));
    })));
    sleep(millis(1)).await;
    api.crash();
    assert_eq!(log.take(), [1, 2]);
}

#[solipsism::test]
async fn a_listener_that_survives_its_host_says_so(net: Network) {
    // The body listens for the host, and is not crashed with it.
    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    let waiting = spawn(async move {
        let error = listener.accept().await.unwrap_err();
        (
            error.kind(),
            listener.accept().await.unwrap_err().to_string(),
        )
    });
    sleep(millis(1)).await;
    net.host("api.internal").crash();
    let (kind, text) = waiting.await.unwrap();
    assert_eq!(kind, ErrorKind::ConnectionAborted);
    assert_eq!(text, "the host of this listener crashed: bind a new one");
    let _anew = TcpListener::bind("api.internal:80").await.unwrap();
}

#[solipsism::test]
async fn a_crash_ends_unix_sockets_and_pipes_of_the_host(net: Network) {
    let api = net.host("api.internal");
    let path = "/run/api";
    let listener = api
        .spawn(async move { UnixListener::bind(path) })
        .await
        .unwrap()
        .unwrap();
    let mut client = api.spawn(UnixStream::connect(path)).await.unwrap().unwrap();
    let (sender, mut receiver) = api.spawn(async { pipe::pipe() }).await.unwrap().unwrap();
    // And of no other.
    let (mut one, mut other) = UnixStream::pair().unwrap();
    api.crash();
    assert!(client.read(&mut [0]).await.is_err());
    assert!(receiver.read(&mut [0]).await.is_err());
    assert!(listener.accept().await.is_err());
    drop(sender);
    let free = api.spawn(async move { UnixListener::bind(path) });
    let _free = free.await.unwrap().unwrap();
    one.write_all(&[7]).await.unwrap();
    other.read_exact(&mut [0]).await.unwrap();
}

#[solipsism::test]
async fn a_host_goes_on_after_a_crash(net: Network) {
    let api = net.host("api.internal");
    api.crash();
    assert_eq!(api.spawn(own_ip()).await.unwrap(), api.addr());
    let mut addrs = lookup_host("api.internal:1").await.unwrap();
    assert_eq!(addrs.next().unwrap().ip(), api.addr());
}

#[solipsism::test]
#[should_panic(
    expected = "`restart` was called on host `api.internal`, on which nothing was `run`: give `host.run(…)` what it is \
                to start"
)]
async fn a_host_on_which_nothing_was_run_cannot_be_restarted(net: Network) {
    net.host("api.internal").restart();
}

#[solipsism::test]
async fn a_restart_that_cannot_be_crashes_nothing(net: Network) {
    let api = net.host("api.internal");
    let task = api.spawn(sleep(millis(1)));
    assert!(catch_unwind(AssertUnwindSafe(|| api.restart())).is_err());
    task.await.unwrap();
}

#[solipsism::test]
#[should_panic(
    expected = "`localhost` is the host of the test's body and cannot crash: run what is to crash on a host of its own"
)]
async fn the_host_of_the_body_cannot_crash(net: Network) {
    net.host("localhost").crash();
}

solipsism::main!();
