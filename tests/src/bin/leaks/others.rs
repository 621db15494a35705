use std::future::{pending, poll_fn};
use std::mem::forget;
use std::task::Poll;
use std::time::Duration;

use solipsism::fixtures::{Server, TcpProxy};
use solipsism::net::{Network, Stream};
use solipsism::signal::unix::{SignalKind, signal};
use solipsism::{spawn, time};

crate::leaves!(
    a_timer,
    a_signal_handler,
    a_proxy,
    a_proxy_of_a_task,
    a_task_of_a_host,
    a_fault
);

/// It was polled, and so it is set.
async fn a_timer() {
    let mut sleep = Box::pin(time::sleep(Duration::from_secs(9)));
    poll_fn(|cx| {
        assert!(sleep.as_mut().poll(cx).is_pending());
        Poll::Ready(())
    })
    .await;
    forget(sleep);
}

async fn a_signal_handler() {
    forget(signal(SignalKind::hangup()).unwrap());
}

async fn a_proxy() {
    forget(TcpProxy::start("db.internal:5432").await.unwrap());
}

async fn a_proxy_of_a_task() {
    let proxy = TcpProxy::start("db.internal:5432").await.unwrap();
    spawn(async move {
        pending::<()>().await;
        drop(proxy);
    });
}

async fn a_task_of_a_host() {
    Network::current()
        .host("db.internal")
        .spawn(pending::<()>());
}

async fn a_fault() {
    Network::current().partition("localhost", "db.internal");
}

async fn never_answers(_stream: Stream) {
    pending().await
}

#[solipsism::test]
async fn a_handler_passes(server: Server) {
    server.start_and_connect(never_answers).await.unwrap();
}

#[solipsism::test(leaks = "fail")]
async fn a_handler_fails(server: Server) {
    server.start_and_connect(never_answers).await.unwrap();
}
