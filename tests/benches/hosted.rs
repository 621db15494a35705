//! What a world inside of a tokio runtime costs, against tokio itself and turmoil in the same run, as lines `solipsism.NAME VALUE UNIT`.
//!
//! A ratio is the median of rounds in which both sides take turns, on the CPU time of the process: the machine may be busy.
//! Arguments name the benches to run; `BENCH_SCALE` multiplies the work. Those named after their side (`sleep_tokio`,
//! `sleep_hosted`) run that side alone, for a profiler.

use std::time::Duration;

use axum::Router;
use axum::routing::post;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::{Client, connect::Connect};
use rustix::time::{ClockId, clock_gettime};
use solipsism::EventLoop;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::runtime::{Builder, Runtime};

/// How often each side of a ratio has its turn.
const ROUNDS: usize = 7;

fn main() {
    let wanted: Vec<_> = std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with("--"))
        .collect();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name);
    let is_named = |name: &str| wanted.iter().any(|wanted| wanted == name);

    let sleeps = scaled(200_000);
    let (tokio, hosted) = (|| on_tokio(sleep(sleeps)), || in_world(sleep(sleeps)));
    if is_named("sleep_tokio") {
        tokio();
    }
    if is_named("sleep_hosted") {
        hosted();
    }
    if is_wanted("sleep") {
        compare(
            "hosted_sleep_seq",
            sleeps,
            "sleeps/s",
            "tokio",
            tokio,
            hosted,
        );
    }
    if is_wanted("sleep_tasks") {
        compare(
            "hosted_sleep_tasks",
            sleeps,
            "sleeps/s",
            "tokio",
            || on_tokio(sleep_in_tasks(sleeps)),
            || in_world(sleep_in_tasks(sleeps)),
        );
    }
    if is_wanted("empty") {
        let worlds = scaled(5_000);
        compare(
            "hosted_empty",
            worlds,
            "worlds/s",
            "tokio",
            || (0..worlds).for_each(|_| on_tokio(async {})),
            || (0..worlds).for_each(|_| in_world(async {})),
        );
    }
    let trips = scaled(100_000);
    let hosted = || in_world(pingpong(trips));
    if is_named("pingpong_hosted") {
        hosted();
    }
    if is_wanted("pingpong") {
        compare(
            "hosted_pingpong",
            trips,
            "roundtrips/s",
            "duplex",
            || on_tokio(duplex_pingpong(trips)),
            hosted,
        );
    }
    let trips = scaled(30_000);
    if is_named("pingpong_turmoil") {
        on_turmoil(trips);
    }
    if is_wanted("pingpong") {
        compare(
            "hosted_pingpong_tcp",
            trips,
            "roundtrips/s",
            "turmoil",
            || on_turmoil(trips),
            || in_world(pingpong(trips)),
        );
    }
    let requests = scaled(10_000);
    let hosted = || in_world(echo_in_world(requests));
    if is_named("axum_hosted") {
        hosted();
    }
    if is_wanted("axum") {
        compare(
            "axum_echo",
            requests,
            "requests/s",
            "loopback",
            || on_sockets(echo_on_loopback(requests)),
            hosted,
        );
    }
}

async fn sleep(count: usize) {
    for _ in 0..count {
        tokio::time::sleep(Duration::from_secs(60)).await;
    }
}

async fn sleep_in_tasks(count: usize) {
    let tasks: Vec<_> = (0..10).map(|_| tokio::spawn(sleep(count / 10))).collect();
    for task in tasks {
        task.await.expect("it finishes");
    }
}

/// A byte there and back between two tokio tasks, over TCP.
async fn pingpong(count: usize) {
    let listener = solipsism::net::TcpListener::bind("server:80")
        .await
        .expect("the port is free");
    let echo = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.expect("it connects");
        answer(stream, count).await;
    });
    let stream = solipsism::net::TcpStream::connect("server:80")
        .await
        .expect("the server listens");
    tokio::spawn(ask(stream, count)).await.expect("it finishes");
    echo.await.expect("it finishes");
}

async fn duplex_pingpong(count: usize) {
    let (client, server) = tokio::io::duplex(1024);
    let echo = tokio::spawn(answer(server, count));
    tokio::spawn(ask(client, count)).await.expect("it finishes");
    echo.await.expect("it finishes");
}

/// As `pingpong`, between two hosts of turmoil's, with nothing between them.
fn on_turmoil(count: usize) {
    let mut sim = turmoil::Builder::new()
        .simulation_duration(Duration::from_secs(1 << 40))
        .min_message_latency(Duration::ZERO)
        .max_message_latency(Duration::ZERO)
        .build();
    sim.host("server", move || async move {
        let listener = turmoil::net::TcpListener::bind("0.0.0.0:80").await?;
        let (stream, _) = listener.accept().await?;
        answer(stream, count).await;
        Ok(())
    });
    sim.client("client", async move {
        let stream = turmoil::net::TcpStream::connect("server:80").await?;
        ask(stream, count).await;
        Ok(())
    });
    sim.run().expect("it finishes");
}

async fn ask(mut stream: impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin, count: usize) {
    let mut byte = [7];
    for _ in 0..count {
        stream.write_all(&byte).await.expect("it goes");
        stream.read_exact(&mut byte).await.expect("it comes");
    }
}

async fn answer(
    mut stream: impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    count: usize,
) {
    let mut byte = [0];
    for _ in 0..count {
        stream.read_exact(&mut byte).await.expect("it comes");
        stream.write_all(&byte).await.expect("it goes");
    }
}

async fn echo_in_world(count: usize) {
    let listener = solipsism::net::TcpListener::bind("server:80")
        .await
        .expect("the port is free");
    tokio::spawn(async { axum::serve(listener, app()).await });
    requests(&solipsism::hyper::client(), "http://server/", count).await;
}

async fn echo_on_loopback(count: usize) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    tokio::spawn(async { axum::serve(listener, app()).await });
    let client = Client::builder(hyper_util::rt::TokioExecutor::new()).build_http();
    requests(&client, &format!("http://{address}/"), count).await;
}

fn app() -> Router {
    Router::new().route("/", post(|body: Bytes| async { body }))
}

async fn requests<C>(client: &Client<C, Full<Bytes>>, uri: &str, count: usize)
where
    C: Connect + Clone + Send + Sync + 'static,
{
    let body = Bytes::from_static(&[b'x'; 256]);
    for _ in 0..count {
        let request = hyper::Request::post(uri)
            .body(Full::from(body.clone()))
            .expect("it is a request");
        let response = client.request(request).await.expect("it is answered");
        let echo = response.into_body().collect().await.expect("it comes");
        assert_eq!(echo.to_bytes(), body);
    }
}

fn in_world(body: impl Future<Output = ()>) {
    let event_loop = EventLoop::builder().tokio().build();
    event_loop.run(body).expect("it finishes");
}

fn on_tokio(body: impl Future<Output = ()>) {
    let runtime = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    block_on(runtime, body);
}

fn on_sockets(body: impl Future<Output = ()>) {
    block_on(Builder::new_current_thread().enable_all().build(), body);
}

fn block_on(runtime: std::io::Result<Runtime>, body: impl Future<Output = ()>) {
    runtime.expect("the system allows it").block_on(body);
}

/// Prints how much is done in a second by us, and how many times as much that is as the other side does.
fn compare(name: &str, count: usize, unit: &str, other: &str, theirs: impl Fn(), ours: impl Fn()) {
    let mut seconds = Vec::with_capacity(ROUNDS);
    let mut ratios = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let (theirs, ours) = (measure(&theirs), measure(&ours));
        seconds.push(ours);
        ratios.push(theirs / ours);
    }
    let rate = float(count) / median(seconds);
    println!("solipsism.{name} {rate:.1} {unit}");
    println!("solipsism.{name}_against_{other} {:.3} x", median(ratios));
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// CPU seconds that `work` takes.
fn measure(work: impl FnOnce()) -> f64 {
    let now =
        || Duration::try_from(clock_gettime(ClockId::ProcessCPUTime)).expect("it is positive");
    let start = now();
    work();
    now().saturating_sub(start).as_secs_f64()
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
