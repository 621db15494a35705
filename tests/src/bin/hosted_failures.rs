//! Ways to fail inside of a tokio runtime. The suite `hosted_reports` runs this program and compares what it prints.

use std::time::Duration;

use solipsism::net::TcpListener;
use solipsism::{spawn, time};

const SECOND: Duration = Duration::from_secs(1);

async fn nothing_comes() {
    tokio::sync::Notify::new().notified().await;
}

#[solipsism::test(tokio)]
async fn hangs_with_tasks_of_both_kinds() {
    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    spawn(nothing_comes()).background();
    tokio::spawn(async move {
        tokio::time::sleep(SECOND).await;
        listener.accept().await.unwrap();
    });
    let _idle = tokio::spawn(nothing_comes());
    nothing_comes().await;
}

#[solipsism::test(tokio)]
async fn reaches_out() {
    tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
}

#[solipsism::test(tokio)]
async fn reaches_out_in_a_task() {
    let task = tokio::spawn(async { tokio::net::TcpStream::connect("127.0.0.1:1").await.unwrap() });
    drop(task);
    time::sleep(SECOND).await;
}

#[solipsism::test(tokio)]
async fn loses_a_panic() {
    tokio::spawn(async {
        time::sleep(SECOND).await;
        panic!("nobody hears this");
    });
    tokio::time::sleep(2 * SECOND).await;
}

#[solipsism::test(tokio)]
async fn hangs_after_a_panic() {
    let (sender, receiver) = tokio::sync::oneshot::channel::<()>();
    let _kept = tokio::spawn(async move {
        panic!("the worker is gone");
    });
    let _ = receiver.await;
    drop(sender);
}

#[solipsism::test(tokio, time_limit = "1m")]
async fn is_over_its_time_limit() {
    tokio::time::sleep(61 * SECOND).await;
}

#[solipsism::test(tokio, clock = "manual")]
async fn waits_for_a_timer_under_a_manual_clock() {
    tokio::time::sleep(SECOND).await;
}

#[solipsism::test(tokio, wall_limit = "100ms")]
async fn spins() {
    tokio::spawn(async {
        loop {
            tokio::task::yield_now().await;
        }
    });
    time::sleep(SECOND).await;
}

/// Each gives the turn to the other.
#[solipsism::test(tokio, wall_limit = "100ms")]
async fn spins_in_two_tasks() {
    let (ball, mut caught) = tokio::sync::mpsc::channel(1);
    let back = ball.clone();
    let ends = [back, ball].map(|ball| {
        tokio::spawn(async move {
            while ball.send(()).await.is_ok() {
                tokio::task::yield_now().await;
            }
        })
    });
    let catches = tokio::spawn(async move { while caught.recv().await.is_some() {} });
    for end in ends {
        end.await.unwrap();
    }
    catches.await.unwrap();
}

#[solipsism::test(tokio, wall_limit = "100ms")]
async fn never_returns_from_a_poll() {
    tokio::spawn(async {
        loop {
            std::hint::spin_loop();
        }
    });
    time::sleep(SECOND).await;
}

#[solipsism::test(tokio)]
async fn loses_a_panic_of_a_blocking_job() {
    let (begins, begun) = tokio::sync::oneshot::channel();
    drop(tokio::task::spawn_blocking(|| {
        begins.send(()).unwrap();
        panic!("nobody hears this either");
    }));
    begun.await.unwrap();
}

#[solipsism::test(tokio)]
async fn pauses_time() {
    tokio::time::pause();
}

#[solipsism::test(tokio)]
async fn panics_in_a_destructor() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("a destructor");
        }
    }
    tokio::spawn(async {
        let _bomb = Bomb;
        nothing_comes().await;
    });
    tokio::task::yield_now().await;
}

/// The instant in which the body ended never comes to rest.
#[solipsism::test(tokio, wall_limit = "100ms")]
async fn spins_beyond_its_end() {
    tokio::spawn(async {
        loop {
            tokio::task::yield_now().await;
        }
    });
}

solipsism::main!();
