use std::future::{pending, poll_fn};
use std::task::Poll;
use std::time::Duration;

use solipsism::io::AsyncReadExt;
use solipsism::net::{TcpListener, TcpStream, UdpSocket};
use solipsism::signal::unix::{SignalKind, signal};
use solipsism::{spawn, task, time};

crate::leaves!(
    a_task,
    alike,
    nearly_alike,
    holds_things,
    holds_tasks,
    wait_elsewhere,
    goes_on_when_polled,
    knows_itself
);

async fn a_task() {
    spawn(time::sleep(Duration::from_secs(5)));
}

/// Spawned one after another.
async fn alike() {
    for _ in 0..3 {
        time::sleep(Duration::from_secs(1)).await;
        task::Builder::new().name("worker").spawn(pending::<()>());
    }
}

/// Of names and with deadlines of their own.
async fn nearly_alike() {
    for number in 1..=3 {
        let name = format!("worker {number}");
        let sleep = time::sleep(Duration::from_secs(number));
        task::Builder::new().name(name).spawn(sleep);
    }
}

async fn holds_things() {
    spawn(async {
        let listener = TcpListener::bind("api.internal:80").await.unwrap();
        let _client = TcpStream::connect("api.internal:80").await.unwrap();
        let (mut stream, _) = listener.accept().await.unwrap();
        let _socket = UdpSocket::bind("api.internal:53").await.unwrap();
        let _signals = signal(SignalKind::terminate()).unwrap();
        let mut buffer = [0; 8];
        let read = stream.read(&mut buffer);
        _ = time::timeout(Duration::from_secs(30), read).await;
    });
}

/// The handle of one task is in another.
async fn holds_tasks() {
    let inner = spawn(async { time::sleep(Duration::from_secs(7)).await });
    spawn(async { inner.await.unwrap() });
}

/// Spawned at one place, each waits at another.
async fn wait_elsewhere() {
    for number in 0..5 {
        spawn(async move {
            if number % 2 == 0 {
                time::sleep(Duration::from_secs(100)).await;
            } else {
                one_more(number).await;
            }
        });
    }
}

async fn one_more(number: u64) {
    time::sleep(Duration::from_secs(number)).await;
}

/// What it waited for has lost a wake-up.
async fn goes_on_when_polled() {
    spawn(async {
        let _timer = time::sleep(Duration::from_secs(100));
        let mut waker = None;
        poll_fn(|context| match waker.replace(context.waker().clone()) {
            None => Poll::Pending,
            Some(_) => Poll::Ready(()),
        })
        .await;
    });
}

/// It waits in vain, since it tells nobody how to wake it.
async fn knows_itself() {
    spawn(poll_fn(|_| Poll::<()>::Pending));
}
