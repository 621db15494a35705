//! Hangs, one of each kind that people report: the suite `chains` compares what is told of them. Whoever reads that without
//! this file should be able to name the line.

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex as StdMutex};
use std::task::Poll;
use std::time::Duration;

use futures::channel::{mpsc as futures_mpsc, oneshot as futures_oneshot};
use futures::stream::FuturesUnordered;
use futures::{SinkExt, StreamExt, stream};
use solipsism::fixtures::Server;
use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::{TcpListener, TcpStream};
use solipsism::task::{Builder, JoinSet, spawn_blocking};
use solipsism::{EventLoop, spawn, time};
use tokio::sync::{Barrier, Mutex, Notify, RwLock, Semaphore, mpsc, oneshot, watch};

// The suite runs this from another directory.
#[path = "chains/bank.rs"]
mod bank;

async fn transfer(from: Arc<Mutex<u32>>, to: Arc<Mutex<u32>>, amount: u32) {
    let mut from = from.lock().await;
    time::sleep(Duration::from_millis(1)).await;
    let mut to = to.lock().await;
    *from -= amount;
    *to += amount;
}

#[solipsism::test]
async fn two_mutexes_are_taken_in_two_orders() {
    let (one, other) = (Arc::new(Mutex::new(10)), Arc::new(Mutex::new(10)));
    let there = Builder::new()
        .name("there")
        .spawn(transfer(one.clone(), other.clone(), 1));
    let back = Builder::new().name("back").spawn(transfer(other, one, 2));
    there.await.expect("it is transferred");
    back.await.expect("it is transferred");
}

#[solipsism::test]
async fn a_permit_is_kept() {
    let limit = Arc::new(Semaphore::new(2));
    let mut kept = Vec::new();
    for _ in 0..3 {
        let permit = limit.clone().acquire_owned().await.expect("it is open");
        kept.push(permit);
    }
}

#[solipsism::test]
async fn two_channels_are_a_circle() {
    let (ask, mut asked) = mpsc::channel::<u8>(1);
    let (answer, mut answered) = mpsc::channel::<u8>(1);
    let server = Builder::new().name("server").spawn(async move {
        let question = asked.recv().await;
        answer
            .send(question.unwrap_or_default())
            .await
            .expect("somebody listens");
    });
    let reply = answered.recv().await; // before it asks
    ask.send(1).await.expect("the server listens");
    server.await.expect("it finishes");
    assert_eq!(reply, Some(1));
}

#[solipsism::test]
async fn a_notification_comes_too_early() {
    let notify = Arc::new(Notify::new());
    notify.notify_waiters(); // nobody waits yet
    notify.notified().await;
}

#[solipsism::test]
async fn both_arms_of_a_select_wait() {
    let (_stop, mut stopped) = watch::channel(false);
    let (_jobs, mut next_job) = mpsc::channel::<u8>(1);
    tokio::select! {
        _ = stopped.changed() => {}
        _ = next_job.recv() => {}
    }
}

async fn first(receiver: oneshot::Receiver<u8>) -> Option<u8> {
    receiver.await.ok()
}

#[solipsism::test]
async fn one_of_three_joined_never_comes() {
    let (sender, receiver) = oneshot::channel();
    let barrier = Barrier::new(2);
    let ready = async { 1 };
    let all = futures::future::join3(first(receiver), barrier.wait(), ready);
    let (got, _, _) = all.await;
    drop(sender);
    assert_eq!(got, None);
}

type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

trait Store {
    fn load(&self) -> Boxed<'_, u8>;
}

struct Locked(RwLock<u8>);

impl Store for Locked {
    // What `async_trait` makes of an `async fn`.
    fn load(&self) -> Boxed<'_, u8> {
        Box::pin(async move { *self.0.read().await })
    }
}

#[solipsism::test]
async fn a_boxed_method_of_a_trait_waits_for_a_lock() {
    let store = Locked(RwLock::new(1));
    let _writer = store.0.write().await;
    let store: &dyn Store = &store;
    assert_eq!(store.load().await, 1);
}

fn descend(depth: u32, bottom: Arc<Notify>) -> Boxed<'static, ()> {
    Box::pin(async move {
        if depth == 0 {
            bottom.notified().await;
        } else {
            descend(depth - 1, bottom).await;
        }
    })
}

#[solipsism::test]
async fn a_recursion_waits_at_its_bottom() {
    descend(3, Arc::default()).await;
}

#[solipsism::test]
async fn a_stream_has_no_next_item() {
    let (_sender, receiver) = futures_mpsc::channel::<u8>(1);
    let mut doubled = receiver
        .map(|item| item * 2)
        .filter(|item| futures::future::ready(*item > 2))
        .boxed();
    doubled.next().await;
}

#[solipsism::test]
async fn a_full_sink_waits_for_room() {
    let (mut sender, _receiver) = futures_mpsc::channel::<u8>(0);
    sender.send(1).await.expect("it is received"); // waits until it is
    sender.send(2).await.expect("it is received");
}

#[solipsism::test]
async fn futures_unordered_hides_what_is_in_it() {
    let (_sender, receiver) = oneshot::channel();
    let mut all: FuturesUnordered<_> = [first(receiver)].into_iter().collect();
    all.next().await;
}

#[solipsism::test]
async fn buffered_requests_wait_for_a_lock() {
    let lock = Arc::new(async_lock::Mutex::new(()));
    let _held = lock.lock().await;
    let requests = stream::iter(0..2).map(|_| async { drop(lock.lock().await) });
    requests.buffer_unordered(2).collect::<Vec<_>>().await;
}

#[solipsism::test]
async fn a_task_awaits_another_and_that_a_third() {
    let (_sender, receiver) = async_channel::bounded::<u8>(1);
    let third = Builder::new()
        .name("third")
        .spawn(async move { receiver.recv().await });
    let second = Builder::new().name("second").spawn(third);
    second
        .await
        .expect("it finishes")
        .expect("it finishes")
        .expect("there is one");
}

#[solipsism::test]
async fn many_workers_wait_for_jobs() {
    let (_jobs, next_job) = async_channel::unbounded::<u8>();
    let mut workers = Vec::new();
    for number in 1..=49 {
        let next_job = next_job.clone();
        let worker = async move { while next_job.recv().await.is_ok() {} };
        workers.push(
            Builder::new()
                .name(format!("worker-{number}"))
                .spawn(worker),
        );
    }
    for worker in workers {
        worker.await.expect("it finishes");
    }
}

#[solipsism::test]
async fn a_set_of_tasks_is_not_done() {
    let limit = Arc::new(Semaphore::new(0));
    let mut all = JoinSet::new();
    for _ in 0..3 {
        let limit = limit.clone();
        all.spawn(async move { drop(limit.acquire().await) });
    }
    while all.join_next().await.is_some() {}
}

#[solipsism::test]
async fn a_helper_of_another_module_waits() {
    bank::audit().await;
}

#[solipsism::test]
async fn a_handler_of_a_server_waits_for_its_client(server: Server) -> std::io::Result<()> {
    let handle = |mut stream: solipsism::net::Stream| async move {
        let mut request = Vec::new();
        stream.read_to_end(&mut request).await?; // the client never shuts down its half
        stream.write_all(b"done").await
    };
    let mut client = server.start_and_connect(handle).await?;
    client.write_all(b"request").await?;
    client.read_exact(&mut [0; 4]).await
}

#[solipsism::test]
async fn an_accept_loop_is_awaited() {
    let listener = TcpListener::bind("db.internal:5432")
        .await
        .expect("the port is free");
    let server = Builder::new().name("server").spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            spawn(async move { drop(stream) });
        }
    });
    drop(
        TcpStream::connect("db.internal:5432")
            .await
            .expect("it listens"),
    );
    server.await.expect("it finishes");
}

#[solipsism::test]
async fn a_timeout_is_around_what_waits() {
    let (_sender, receiver) = futures_oneshot::channel::<u8>();
    let waits = time::timeout(Duration::MAX, receiver);
    assert!(waits.await.is_err());
}

struct Clockwork;

#[solipsism::fixture(scope = "module")]
fn clockwork(_event_loop: EventLoop) -> Clockwork {
    Builder::new()
        .name("of the fixture")
        .spawn(std::future::pending::<()>())
        .background();
    Clockwork
}

#[solipsism::test]
async fn a_loop_within_that_of_a_fixture_hangs(_clockwork: &Clockwork) {
    let (_sender, receiver) = oneshot::channel::<u8>();
    let own = Builder::new().name("own").spawn(receiver);
    own.await.expect("it finishes").expect("somebody sends");
}

/// A queue whose `push` forgets whom to wake.
#[derive(Default)]
struct Forgetful {
    items: StdMutex<VecDeque<u8>>,
    waits: StdMutex<Option<std::task::Waker>>,
}

impl Forgetful {
    fn push(&self, item: u8) {
        self.items.lock().expect("nobody panicked").push_back(item);
    }

    async fn pop(&self) -> u8 {
        poll_fn(|cx| {
            if let Some(item) = self.items.lock().expect("nobody panicked").pop_front() {
                return Poll::Ready(item);
            }
            *self.waits.lock().expect("nobody panicked") = Some(cx.waker().clone());
            Poll::Pending
        })
        .await
    }
}

#[solipsism::test]
async fn a_wake_up_is_lost() {
    let queue = Arc::new(Forgetful::default());
    let consumer = Builder::new().name("consumer").spawn({
        let queue = queue.clone();
        async move { queue.pop().await }
    });
    time::sleep(Duration::from_secs(1)).await;
    queue.push(7);
    assert_eq!(consumer.await.expect("it finishes"), 7);
}

#[solipsism::test]
async fn a_wake_up_is_lost_and_another_task_spawned() {
    let queue = Arc::new(Forgetful::default());
    let consumer = Builder::new().name("consumer").spawn({
        let queue = queue.clone();
        async move {
            let item = queue.pop().await;
            spawn(async move { println!("never printed: {item}") });
            queue.pop().await
        }
    });
    time::sleep(Duration::from_secs(1)).await;
    queue.push(7);
    assert_eq!(consumer.await.expect("it finishes"), 7);
}

#[solipsism::test]
async fn a_panic_of_the_second_poll_is_told() {
    let queue = Arc::new(Forgetful::default());
    let consumer = Builder::new().name("consumer").spawn({
        let queue = queue.clone();
        async move { assert_eq!(queue.pop().await, 8, "a bad item") }
    });
    time::sleep(Duration::from_secs(1)).await;
    queue.push(7);
    consumer.await.expect("it finishes");
}

#[solipsism::test]
async fn two_tasks_await_each_other_over_a_socket() -> std::io::Result<()> {
    let listener = TcpListener::bind("api.internal:80").await?;
    let server = Builder::new().name("api").spawn(async move {
        let (mut stream, _) = listener.accept().await?;
        stream.read_exact(&mut [0; 8]).await?;
        stream.write_all(b"response").await
    });
    let mut client = TcpStream::connect("api.internal:80").await?;
    client.write_all(b"half").await?;
    client.read_exact(&mut [0; 8]).await?;
    server.await.expect("it finishes")
}

#[solipsism::test(tokio)]
async fn a_hosted_body_waits_for_what_a_tokio_task_keeps() {
    let (sender, receiver) = oneshot::channel::<u8>();
    let keeper = tokio::spawn(async move {
        std::future::pending::<()>().await;
        drop(sender);
    });
    let own = Builder::new().name("own").spawn(first(receiver));
    own.await.expect("it finishes");
    keeper.await.expect("it finishes");
}

#[solipsism::test]
#[ignore = "to measure"]
async fn ten_tasks_are_stuck() {
    many(10).await;
}

#[solipsism::test]
#[ignore = "to measure"]
async fn a_thousand_tasks_are_stuck() {
    many(1_000).await;
}

async fn many(count: u32) {
    let lock = Arc::new(Mutex::new(0));
    let _held = lock.lock().await;
    let mut all = JoinSet::new();
    for _ in 0..count {
        all.spawn(transfer(lock.clone(), lock.clone(), 1));
    }
    all.join_next().await;
}

/// Its numbers are those of a machine: a suite looks for parts of what is told.
#[solipsism::test(wall_limit = "100ms", step_limit = 1_000_000_000_000)]
#[ignore = "how far it gets depends on the machine"]
async fn hangs_behind_a_heartbeat() {
    let beats = async {
        loop {
            time::sleep(Duration::from_secs(30)).await;
        }
    };
    Builder::new().name("heartbeat").spawn(beats).background();
    let (_sender, receiver) = oneshot::channel::<u8>();
    first(receiver).await;
}

#[solipsism::test(wall_limit = "100ms")]
#[ignore = "it waits in real time"]
async fn waits_for_a_job_that_does_not_end() {
    let (_sender, receiver) = std::sync::mpsc::channel::<u8>();
    let job = spawn_blocking(move || receiver.recv());
    let _ = job.await.expect("it finishes");
}

solipsism::main!();
