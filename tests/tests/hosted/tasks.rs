//! Tasks and handles of both kinds, in each other.

use std::rc::Rc;
use std::time::Duration;

use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::{TcpListener, TcpStream};
use solipsism::{spawn, time};

#[solipsism::test(tokio)]
async fn each_awaits_the_other() {
    let ours = spawn(async { tokio::spawn(async { 1 }).await.unwrap() + 1 });
    let theirs = tokio::task::spawn_local(async move { ours.await.unwrap() + 1 });
    assert_eq!(theirs.await.unwrap(), 3);
}

#[solipsism::test(tokio)]
async fn ours_can_be_spawned_in_a_tokio_task() {
    let theirs = tokio::task::spawn_local(async {
        let shared = Rc::new(4);
        let ours = spawn(async move {
            time::sleep(Duration::from_nanos(7)).await;
            *shared
        });
        ours.await.unwrap()
    });
    assert_eq!(theirs.await.unwrap(), 4);
}

#[solipsism::test(tokio)]
async fn the_network_is_there_for_tokio_tasks() {
    let listener = TcpListener::bind("echo.internal:7").await.unwrap();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut byte = [0];
        while stream.read(&mut byte).await.unwrap() > 0 {
            tokio::time::sleep(Duration::from_secs(60)).await;
            stream.write_all(&byte).await.unwrap();
        }
    });
    let mut client = TcpStream::connect("echo.internal:7").await.unwrap();
    let mut byte = [0];
    for number in 0..10 {
        client.write_all(&[number]).await.unwrap();
        client.read_exact(&mut byte).await.unwrap();
        assert_eq!(byte, [number]);
    }
    drop(client);
    server.await.unwrap();
}

#[solipsism::test(tokio)]
async fn sets_channels_and_locks_of_tokios_work() {
    let mut set = tokio::task::JoinSet::new();
    let lock = std::sync::Arc::new(tokio::sync::Mutex::new(0));
    for number in 0..10_u64 {
        let lock = std::sync::Arc::clone(&lock);
        set.spawn(async move {
            let mut sum = lock.lock().await;
            tokio::time::sleep(Duration::from_secs(number)).await;
            *sum += number;
        });
    }
    while let Some(joined) = set.join_next().await {
        joined.unwrap();
    }
    assert_eq!(*lock.lock().await, 45);
}

#[solipsism::test(tokio)]
async fn whoever_yields_lets_the_others_run() {
    let theirs = tokio::spawn(async {});
    time::sleep(Duration::ZERO).await;
    assert!(theirs.is_finished());
    let theirs = tokio::spawn(async {});
    solipsism::task::yield_now().await;
    assert!(theirs.is_finished());
    let ours = spawn(async {});
    tokio::task::yield_now().await;
    assert!(ours.is_finished());
}

struct Slow;

#[solipsism::fixture(teardown = Slow::stop)]
async fn slow() -> Slow {
    tokio::spawn(tokio::time::sleep(Duration::from_secs(1)))
        .await
        .unwrap();
    Slow
}

impl Slow {
    async fn stop(self) {
        tokio::spawn(tokio::time::sleep(Duration::from_secs(1)))
            .await
            .unwrap();
    }
}

#[solipsism::test(tokio)]
async fn set_up_and_teardown_are_in_there_too(slow: &mut Slow, event_loop: solipsism::EventLoop) {
    let Slow = slow;
    assert_eq!(format!("{:?}", event_loop.now()), "1s");
}

#[solipsism::test(tokio)]
async fn a_task_that_was_aborted_wakes_whoever_awaits_it() {
    let theirs = tokio::spawn(std::future::pending::<()>());
    theirs.abort();
    assert!(theirs.await.unwrap_err().is_cancelled());
}
