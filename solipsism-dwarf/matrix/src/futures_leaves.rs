//! What waits in the crates of `futures`, and in std.

use std::future::{pending, poll_fn};
use std::mem::forget;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::channel::{mpsc, oneshot};
use futures::lock::Mutex;
use futures::{SinkExt, StreamExt};

crate::programs! {
    oneshot_receiver => [("oneshot", "futures_channel::oneshot::Receiver<u8>")],
    oneshot_cancellation => [("cancellation", "futures_channel::oneshot::Cancellation<u8>")],
    mpsc_next => [("next", "futures_util::stream::stream::next::Next<futures_channel::mpsc::Receiver<u8>>")],
    mpsc_unbounded => [("unbounded", "futures_util::stream::stream::next::Next<futures_channel::mpsc::UnboundedReceiver<u8>>")],
    mpsc_send => [("send", "futures_util::sink::send::Send<")],
    forward => [("forward", "futures_util::stream::stream::")],
    mutex => [("mutex", "futures_util::lock::mutex::MutexLockFuture<u8>")],
    std_pending => [("std", "core::future::pending::Pending<()>")],
    futures_pending => [("futures", "futures_util::future::pending::Pending<()>")],
    poll_function => [("function", "matrix::futures_leaves::poll_function::{async_fn#0}::{closure_env#0}")],
    written_by_hand => [("hand<hands", "matrix::futures_leaves::Never")],
}

async fn oneshot_receiver() {
    let (tx, rx) = oneshot::channel::<u8>();
    forget(tx);
    let _ = rx.await; // @oneshot
}

async fn oneshot_cancellation() {
    let (mut tx, rx) = oneshot::channel::<u8>();
    forget(rx);
    tx.cancellation().await; // @cancellation
}

async fn mpsc_next() {
    let (tx, mut rx) = mpsc::channel::<u8>(1);
    forget(tx);
    rx.next().await; // @next
}

async fn mpsc_unbounded() {
    let (tx, mut rx) = mpsc::unbounded::<u8>();
    forget(tx);
    rx.next().await; // @unbounded
}

async fn mpsc_send() {
    let (mut tx, rx) = mpsc::channel::<u8>(0);
    forget(rx);
    let _ = tx.feed(1).await;
    let _ = tx.send(2).await; // @send
}

async fn forward() {
    let (tx, rx) = mpsc::channel::<u8>(0);
    forget(rx);
    let _ = futures::stream::repeat(1).map(Ok).forward(tx).await; // @forward
}

async fn mutex() {
    let mutex = Mutex::new(1_u8);
    let _guard = mutex.lock().await;
    let _ = mutex.lock().await; // @mutex
}

async fn std_pending() {
    pending::<()>().await; // @std
}

async fn futures_pending() {
    futures::future::pending::<()>().await; // @futures
}

async fn poll_function() {
    poll_fn(|_| Poll::<()>::Pending).await; // @function
}

struct Never;

impl Future for Never {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Pending
    }
}

async fn by_hand() {
    Never.await; // @hand
}

async fn written_by_hand() {
    by_hand().await; // @hands
}
