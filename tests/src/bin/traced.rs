//! Tests that fail on purpose and of whose worlds a trace is kept. The suite `trace` runs this program and compares what it prints.

use std::io;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use solipsism::EventLoop;
use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::{Network, TcpListener, TcpStream, UdpSocket};
use solipsism::task::{Builder, spawn_blocking};
use solipsism::time::{sleep, timeout};

#[solipsism::test]
async fn asks_a_server_that_never_answers(net: Network) -> io::Result<()> {
    net.link("localhost", "api.internal")
        .latency(Duration::from_millis(20));
    let listener = TcpListener::bind("api.internal:80").await?;
    let serve = async move {
        let (mut stream, _) = listener.accept().await?;
        let mut line = String::new();
        let mut byte = [0];
        while stream.read(&mut byte).await? == 1 && byte[0] != b'\n' {
            line.push(char::from(byte[0]));
        }
        stream.write_all(line.as_bytes()).await
    };
    Builder::new().name("server").spawn(serve).background();
    let mut client = TcpStream::connect("api.internal:80").await?;
    println!("connected");
    client.write_all(b"\x01ab").await?;
    client.read_to_end(&mut Vec::new()).await?;
    Ok(())
}

#[solipsism::test]
async fn panics_at_its_third_try() {
    for attempt in 1..=2 {
        let slow = sleep(Duration::from_secs(10));
        assert!(timeout(Duration::from_secs(attempt), slow).await.is_err());
        eprint!("attempt {attempt} ");
        eprintln!("timed out");
    }
    let task = solipsism::spawn(async { panic!("no more\nthan that") });
    drop(task);
    sleep(Duration::from_secs(1)).await;
}

#[solipsism::test]
async fn is_long() {
    for _ in 0..1_000 {
        sleep(Duration::from_millis(1)).await;
    }
    panic!("at last");
}

#[solipsism::test]
async fn loses_a_host(net: Network) -> io::Result<()> {
    let db = net.host("db.internal");
    db.run(|| async {
        let listener = TcpListener::bind("0.0.0.0:5432").await?;
        let mut streams = Vec::new();
        loop {
            streams.push(listener.accept().await?);
        }
        #[expect(unreachable_code, reason = "it gives the future its type")]
        io::Result::Ok(())
    });
    let mut client = TcpStream::connect("db.internal:5432").await?;
    net.partition("localhost", "db.internal");
    client.write_all(b"lost").await?;
    net.heal();
    db.crash();
    client.write_all(b"late").await?;
    Ok(())
}

#[solipsism::test]
async fn sends_datagrams_that_are_lost(net: Network) -> io::Result<()> {
    let one = UdpSocket::bind("one.internal:1").await?;
    let other = UdpSocket::bind("other.internal:2").await?;
    one.send_to(b"first", "other.internal:2").await?;
    other.recv_from(&mut [0; 8]).await?;
    net.link("one.internal", "other.internal").loss(1.0);
    one.send_to(b"second", "other.internal:2").await?;
    other.recv_from(&mut [0; 8]).await?;
    Ok(())
}

#[solipsism::test(clock = "manual")]
async fn moves_the_clock_and_does_work(event_loop: EventLoop) {
    let work = spawn_blocking(|| 42);
    assert_eq!(work.await.expect("it ends"), 42);
    let task = solipsism::spawn(async { sleep(Duration::from_secs(1)).await });
    event_loop.advance(Duration::from_secs(1)).await;
    task.abort();
    event_loop.settle().await;
    sleep(Duration::from_secs(1)).await;
}

#[solipsism::test]
#[should_panic(expected = "in vain")]
async fn does_not_panic() {
    solipsism::spawn(async {}).await.expect("it ends");
}

struct Broken;

impl Broken {
    async fn tear_down(self) -> io::Result<()> {
        sleep(Duration::from_secs(1)).await;
        Err(io::Error::other("it never was whole"))
    }
}

#[solipsism::fixture(teardown = Broken::tear_down)]
fn broken() -> Broken {
    Broken
}

#[solipsism::test]
async fn has_a_fixture_that_breaks(broken: &mut Broken) {
    let _ = broken;
    sleep(Duration::from_secs(2)).await;
}

/// One process runs it more than once.
static RUNS: AtomicU32 = AtomicU32::new(0);

#[solipsism::test]
async fn counts_its_runs() {
    let run = RUNS.fetch_add(1, Ordering::Relaxed);
    sleep(Duration::from_secs(run.into())).await;
    panic!("run {run}");
}

mod sharing {
    use super::{Duration, EventLoop, sleep};

    pub struct Clock;

    #[solipsism::fixture(scope = "module")]
    async fn clock(_event_loop: EventLoop) -> Clock {
        sleep(Duration::from_secs(5)).await;
        let beat = async {
            loop {
                sleep(Duration::from_secs(1)).await;
            }
        };
        let beat: std::pin::Pin<Box<dyn Future<Output = ()>>> = Box::pin(beat);
        solipsism::task::Builder::new()
            .name("beat")
            .spawn(beat)
            .background();
        Clock
    }

    #[solipsism::test]
    async fn first(_clock: &Clock) {
        sleep(Duration::from_secs(3)).await;
    }

    #[solipsism::test]
    async fn second(_clock: &Clock) {
        sleep(Duration::from_millis(1_500)).await;
        panic!("of this one alone");
    }
}

solipsism::main!();
