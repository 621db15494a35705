//! What the executor, the clock and the network cost, as lines `solipsism.NAME VALUE UNIT`.
//!
//! The benches do the same work as those of other runtimes, on the CPU time of the process: everything runs on one
//! thread, and the machine may be busy. Arguments name the benches to run; those that measure memory (`mem_timers`,
//! `mem_connections`) only run when they are named, each best in a process of its own.
//! `BENCH_SCALE` multiplies the work.

use std::fs;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use solipsism::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use solipsism::net::{TcpListener, TcpStream, UnixStream};
use solipsism::{EventLoop, time};

fn main() {
    if wanted("sleep_seq") {
        let count = scaled(1_000_000);
        let seconds = measure(|| {
            run(async move {
                for _ in 0..count {
                    time::sleep(Duration::from_secs(60)).await;
                }
            });
        });
        rate("sleep_seq", count, seconds, "sleeps/s");
    }
    if wanted("timers") {
        let tasks = scaled(10_000);
        let seconds = measure(|| run(timers(tasks, 100)));
        rate("timers", tasks * 100, seconds, "timers/s");
    }
    if wanted("spawn") || wanted("spawn_join_seq") {
        let count = scaled(100_000);
        let seconds = measure(|| {
            run(async move {
                for i in 0..count {
                    assert_eq!(
                        solipsism::spawn(async move { i })
                            .await
                            .expect("it finishes"),
                        i
                    );
                }
            });
        });
        rate("spawn_join_seq", count, seconds, "tasks/s");
    }
    if wanted("spawn") || wanted("spawn_join_batch") {
        let count = scaled(100_000);
        let seconds = measure(|| {
            run(async move {
                let tasks: Vec<_> = (0..count)
                    .map(|i| solipsism::spawn(async move { i }))
                    .collect();
                for task in tasks {
                    task.await.expect("it finishes");
                }
            });
        });
        rate("spawn_join_batch", count, seconds, "tasks/s");
    }
    if wanted("empty") {
        let count = scaled(20_000);
        let seconds = measure(|| (0..count).for_each(|_| run(async {})));
        value("empty", seconds / float(count) * 1e6, "us");
    }
    if wanted("pingpong") {
        let rounds = scaled(500_000);
        let seconds = measure(|| run(pingpong(rounds, 0)));
        rate("pingpong", rounds, seconds, "roundtrips/s");
        let seconds = measure(|| run(pair_pingpong(rounds)));
        rate("pingpong_pair", rounds, seconds, "roundtrips/s");
    }
    if wanted("idle") {
        let rounds = scaled(500_000);
        let setup = measure(|| run(pingpong(0, 5_000)));
        let seconds = measure(|| run(pingpong(rounds, 5_000))) - setup;
        rate("pingpong_5000_idle", rounds, seconds, "roundtrips/s");
    }
    if wanted("throughput") {
        let chunks = scaled(16_384);
        let seconds = measure(|| run(throughput(chunks)));
        let megabytes = float(chunks * CHUNK) / 1e6;
        value("throughput", megabytes / seconds, "MB/s");
    }
    if wanted("connect") {
        let count = scaled(100_000);
        let seconds = measure(|| run(connect(count)));
        rate("connect", count, seconds, "connections/s");
    }
    if wanted("mem_connections") {
        let before = memory("VmRSS:");
        let count = 10_000;
        run(async move {
            let listener = TcpListener::bind(SERVER).await.expect("the port is free");
            let mut open = Vec::with_capacity(count);
            for _ in 0..count {
                let client = TcpStream::connect(SERVER)
                    .await
                    .expect("the server listens");
                open.push((client, listener.accept().await.expect("it connects").0));
            }
        });
        let grown = float(memory("VmHWM:") - before);
        value("mem_per_connection", grown * 1024.0 / float(count), "B");
    }
    if wanted("mem_timers") {
        let before = memory("VmRSS:");
        let tasks = 100_000;
        run(timers(tasks, 10));
        let grown = float(memory("VmHWM:") - before);
        value("mem_timers_100k", grown / 1024.0, "MiB");
        value("mem_per_sleeping_task", grown * 1024.0 / float(tasks), "B");
    }
}

/// Many tasks, each sleeping many times for a random while between 1 us and 10 s.
async fn timers(tasks: usize, each: usize) {
    let mut all = Vec::with_capacity(tasks);
    for seed in 0..tasks {
        all.push(solipsism::spawn(async move {
            let mut random = SplitMix64(seed as u64);
            for _ in 0..each {
                time::sleep(Duration::from_micros(1 + random.next() % 10_000_000)).await;
            }
        }));
    }
    for task in all {
        task.await.expect("it finishes");
    }
}

const SERVER: &str = "10.0.0.9:80";
const CHUNK: usize = 64 * 1024;

/// One byte there and back between two tasks, beside connections on which nothing happens.
async fn pingpong(rounds: usize, idle: usize) {
    let listener = TcpListener::bind(SERVER).await.expect("the port is free");
    let mut others = Vec::with_capacity(idle);
    for _ in 0..idle {
        let client = TcpStream::connect(SERVER)
            .await
            .expect("the server listens");
        let (mut server, _) = listener.accept().await.expect("it connects");
        let waits = solipsism::spawn(async move { server.read(&mut [0]).await });
        others.push((client, waits));
    }
    let client = TcpStream::connect(SERVER)
        .await
        .expect("the server listens");
    let (server, _) = listener.accept().await.expect("it connects");
    echo(client, server, rounds).await;
    for (client, waits) in others {
        drop(client);
        assert_eq!(waits.await.expect("it finishes").expect("it ends"), 0);
    }
}

async fn pair_pingpong(rounds: usize) {
    let (client, server) = UnixStream::pair().expect("a pair is always made");
    echo(client, server, rounds).await;
}

async fn echo<S: AsyncRead + AsyncWrite + Unpin + 'static>(
    mut client: S,
    mut server: S,
    rounds: usize,
) {
    let echo = solipsism::spawn(async move {
        let mut byte = [0];
        for _ in 0..rounds {
            server.read_exact(&mut byte).await.expect("it comes");
            server.write_all(&byte).await.expect("it goes");
        }
    });
    let ping = solipsism::spawn(async move {
        let mut byte = [7];
        for _ in 0..rounds {
            client.write_all(&byte).await.expect("it goes");
            client.read_exact(&mut byte).await.expect("it comes");
        }
    });
    ping.await.expect("it finishes");
    echo.await.expect("it finishes");
}

async fn throughput(chunks: usize) {
    let listener = TcpListener::bind(SERVER).await.expect("the port is free");
    let mut client = TcpStream::connect(SERVER)
        .await
        .expect("the server listens");
    let (mut server, _) = listener.accept().await.expect("it connects");
    let reader = solipsism::spawn(async move {
        let mut chunk = vec![0; CHUNK];
        let mut left = chunks * CHUNK;
        while left > 0 {
            let read = server.read(&mut chunk).await.expect("it comes");
            assert!(read > 0, "an early end, {left} bytes before it should be");
            left -= read;
        }
    });
    let chunk = vec![1; CHUNK];
    for _ in 0..chunks {
        client.write_all(&chunk).await.expect("it goes");
    }
    reader.await.expect("it finishes");
}

/// Connects and drops against one accept loop, which reads to the end.
async fn connect(count: usize) {
    let listener = TcpListener::bind(SERVER).await.expect("the port is free");
    let server = solipsism::spawn(async move {
        for _ in 0..count {
            let (mut stream, _) = listener.accept().await.expect("it connects");
            assert_eq!(stream.read(&mut [0]).await.expect("it ends"), 0);
        }
    });
    for _ in 0..count {
        drop(
            TcpStream::connect(SERVER)
                .await
                .expect("the server listens"),
        );
    }
    server.await.expect("it finishes");
}

fn run(body: impl Future<Output = ()>) {
    EventLoop::new().run(body).expect("it finishes");
}

struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

fn wanted(name: &str) -> bool {
    let names: Vec<_> = std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with("--"))
        .collect();
    if names.is_empty() {
        !name.starts_with("mem_")
    } else {
        names.iter().any(|wanted| wanted == name)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "amounts of work are small and positive"
)]
fn scaled(count: usize) -> usize {
    let scale = std::env::var("BENCH_SCALE")
        .ok()
        .and_then(|scale| scale.parse().ok());
    ((float(count) * scale.unwrap_or(1.0)) as usize).max(1)
}

#[expect(clippy::cast_precision_loss, reason = "amounts of work are small")]
fn float(count: usize) -> f64 {
    count as f64
}

/// CPU seconds that `work` takes.
fn measure(work: impl FnOnce()) -> f64 {
    let now =
        || Duration::try_from(clock_gettime(ClockId::ProcessCPUTime)).expect("it is positive");
    let start = now();
    work();
    (now() - start).as_secs_f64()
}

fn rate(name: &str, count: usize, seconds: f64, unit: &str) {
    println!("solipsism.{name} {:.1} {unit}", float(count) / seconds);
}

fn value(name: &str, value: f64, unit: &str) {
    println!("solipsism.{name} {value:.3} {unit}");
}

/// A line of this process's status, in KiB.
fn memory(line: &str) -> usize {
    let status = fs::read_to_string("/proc/self/status").expect("Linux tells a process's memory");
    let value = status
        .lines()
        .find_map(|found| found.strip_prefix(line)?.split_whitespace().next());
    value
        .and_then(|kib| kib.parse().ok())
        .expect("a number of KiB")
}
