//! Tasks that wait for themselves, that go on for ever, or that are gone.

use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use solipsism::fixtures::StreamPair;
use solipsism::io::AsyncReadExt;
use solipsism::net::{TcpListener, UnixStream};
use solipsism::task::{Builder, JoinHandle, JoinSet, spawn_blocking, yield_now};
use solipsism::{EventLoop, spawn, time};
use tokio::sync::{Notify, mpsc, oneshot};

#[solipsism::test]
async fn a_task_joins_itself() {
    let slot: Rc<RefCell<Option<JoinHandle<()>>>> = Rc::default();
    let own = Rc::clone(&slot);
    let task = Builder::new().name("reaper").spawn(async move {
        time::sleep(Duration::from_millis(1)).await;
        let handle = own.borrow_mut().take();
        handle
            .expect("it was put there")
            .await
            .expect("it finishes");
    });
    let (done, is_done) = oneshot::channel::<()>();
    slot.replace(Some(task));
    let _keeps = done;
    is_done.await.expect("it is done");
}

#[solipsism::test]
async fn a_set_holds_an_accept_loop() {
    let listener = TcpListener::bind("web.internal:80")
        .await
        .expect("the port is free");
    let mut all = JoinSet::new();
    all.spawn(async move { while listener.accept().await.is_ok() {} });
    all.spawn(async { time::sleep(Duration::from_secs(1)).await });
    while all.join_next().await.is_some() {}
}

#[solipsism::test(wall_limit = "300ms")]
async fn a_blocking_job_waits_for_a_task() {
    let (reply, answer) = oneshot::channel();
    spawn(async move {
        time::sleep(Duration::from_millis(10)).await;
        let _ = reply.send(7);
    });
    let job = spawn_blocking(move || answer.blocking_recv());
    assert_eq!(job.await.expect("it finishes"), Ok(7));
}

async fn next_line(lines: &mut mpsc::Receiver<String>) -> Option<String> {
    loop {
        // The timeout is meant to give up.
        if let Ok(line) = time::timeout(Duration::from_secs(5), lines.recv()).await {
            return line;
        }
    }
}

#[solipsism::test(step_limit = 10_000)]
async fn a_timeout_is_swallowed() {
    let (_kept, mut lines) = mpsc::channel(1);
    let reader = Builder::new()
        .name("reader")
        .spawn(async move { next_line(&mut lines).await });
    assert_eq!(reader.await.expect("it finishes"), None);
}

#[solipsism::test(poll_budget = 10_000)]
async fn a_spinner_yields_for_ever() {
    let is_ready = Rc::new(RefCell::new(false));
    let seen = Rc::clone(&is_ready);
    let spins = async move {
        while !*seen.borrow() {
            yield_now().await;
        }
    };
    let spinner = Builder::new().name("spinner").spawn(spins);
    time::sleep(Duration::from_secs(1)).await;
    is_ready.replace(true);
    spinner.await.expect("it finishes");
}

#[solipsism::test]
async fn a_future_forgets_its_waker() {
    let gate = Rc::new(RefCell::new(false));
    let closed = Rc::clone(&gate);
    let passes = poll_fn(move |_| {
        if *closed.borrow() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    });
    let opens = async move {
        time::sleep(Duration::from_secs(1)).await;
        gate.replace(true);
    };
    let visitor = Builder::new().name("visitor").spawn(passes);
    spawn(opens);
    visitor.await.expect("it finishes");
}

#[solipsism::test]
async fn somebody_rings_at_every_poll() {
    let bell = Rc::new(Notify::new());
    let rings = Rc::clone(&bell);
    let (done, mut is_done) = oneshot::channel::<()>();
    let caller = async move {
        poll_fn(|cx| {
            rings.notify_waiters();
            Pin::new(&mut is_done).poll(cx)
        })
        .await
    };
    let caller = Builder::new().name("caller").spawn(caller);
    let hears = async move {
        loop {
            bell.notified().await;
        }
    };
    Builder::new().name("listener").spawn(hears).background();
    caller.await.expect("it finishes").expect("it is done");
    drop(done);
}

fn parse(line: &str) -> u16 {
    let (_, port) = line.split_once('=').expect("a setting has a value");
    port.parse().expect("a port is a number")
}

async fn configure(lines: &[&str]) -> Vec<u16> {
    time::sleep(Duration::from_millis(3)).await;
    lines.iter().map(|line| parse(line)).collect()
}

#[solipsism::test]
async fn a_helper_panics() {
    let configured = configure(&["a=80", "b=8O"]).await;
    assert_eq!(configured.len(), 2);
}

#[solipsism::test]
async fn a_helper_panics_in_a_task() {
    let server = async {
        let ports = configure(&["a=80", "b"]).await;
        ports.len()
    };
    Builder::new().name("server").spawn(server).background();
    time::sleep(Duration::from_secs(1)).await;
}

#[solipsism::test(tokio)]
async fn a_worker_dies_and_its_client_notices() {
    let (jobs, mut next_job) = mpsc::channel::<oneshot::Sender<u32>>(1);
    tokio::spawn(async move {
        while let Some(reply) = next_job.recv().await {
            let table: [u32; 0] = [];
            let index = table.len();
            let _ = reply.send(table[index]);
        }
    });
    let (reply, answer) = oneshot::channel();
    jobs.send(reply).await.expect("the worker lives");
    assert_eq!(answer.await, Ok(1), "the worker answers");
}

type Replies = Rc<RefCell<Vec<oneshot::Sender<u8>>>>;

async fn route(mut stream: UnixStream, replies: Replies) -> io::Result<()> {
    loop {
        let mut reply = [0];
        stream.read_exact(&mut reply).await?;
        if let Some(waiting) = replies.borrow_mut().pop() {
            let _ = waiting.send(reply[0]);
        }
    }
}

#[solipsism::test]
async fn a_reader_ends_and_nobody_hears_of_it(StreamPair(client, server): StreamPair) {
    let (reply, answer) = oneshot::channel();
    let replies = Rc::new(RefCell::new(vec![reply]));
    let routing = route(client, Rc::clone(&replies));
    Builder::new().name("replies").background().spawn(routing);
    drop(server);
    assert_eq!(answer.await, Ok(1), "the server answers");
}

#[solipsism::test]
async fn a_runtime_is_started_within() {
    let answer = load_synchronously();
    assert_eq!(answer, 7);
}

#[solipsism::test]
async fn tokio_is_called_without_a_runtime() {
    poll_in_tokio().await;
}

async fn poll_in_tokio() {
    tokio::time::sleep(Duration::from_secs(1)).await;
}

#[solipsism::test(wall_limit = "300ms")]
async fn an_announced_wake_never_comes(event_loop: EventLoop) {
    let (_thread_ends, answer) = oneshot::channel::<u32>();
    let _external = event_loop.external();
    let _ = time::timeout(Duration::from_secs(1), answer).await;
}

fn load_synchronously() -> u32 {
    let answer = EventLoop::new().run(async {
        time::sleep(Duration::from_secs(1)).await;
        7
    });
    answer.expect("it finishes")
}
