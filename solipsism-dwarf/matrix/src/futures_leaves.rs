//! What waits in the crates of `futures`, and in std.

use std::future::{pending, poll_fn};
use std::mem::forget;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use futures::channel::{mpsc, oneshot};
use futures::lock::Mutex;
use futures::{SinkExt, StreamExt, stream};

crate::programs! {
    oneshot_receiver => [("oneshot", "futures_channel::oneshot::Receiver<u8>", "futures::channel::oneshot::Receiver")],
    oneshot_cancellation => [("cancellation", "futures_channel::oneshot::Cancellation<u8>", "futures::channel::oneshot::Cancellation")],
    mpsc_next => [("next", "futures_util::stream::stream::next::Next<futures_channel::mpsc::Receiver<u8>>", "futures::channel::mpsc::Receiver")],
    mpsc_unbounded => [("unbounded", "futures_util::stream::stream::next::Next<futures_channel::mpsc::UnboundedReceiver<u8>>", "futures::channel::mpsc::UnboundedReceiver")],
    mpsc_recv => [("mpsc_recv", "futures_channel::mpsc::Recv<", "futures::channel::mpsc::Recv")],
    mpsc_send => [("send", "futures_util::sink::send::Send<", "futures::channel::mpsc::Sender")],
    mpsc_send_all => [("send_all", "futures_util::sink::send_all::SendAll<", "futures::channel::mpsc::Sender")],
    mpsc_feed => [("feed", "futures_util::sink::feed::Feed<", "futures::channel::mpsc::Sender")],
    mpsc_flush => [("flush", "futures_util::sink::flush::Flush<", "futures::channel::mpsc::Sender")],
    mpsc_ready => [("~closure<ready", "futures_channel::mpsc::Sender<u8>", "futures::channel::mpsc::Sender")],
    forward => [("forward", "futures_util::stream::stream::", "futures::channel::mpsc::Sender")],
    mutex => [("mutex", "futures_util::lock::mutex::MutexLockFuture<u8>", "futures::lock::MutexLockFuture")],
    mutex_owned => [("owned", "futures_util::lock::mutex::OwnedMutexLockFuture<u8>", "futures::lock::OwnedMutexLockFuture")],
    std_pending => [("std|", "core::future::pending::Pending<()>", "std::future::pending")],
    futures_pending => [("futures|", "futures_util::future::pending::Pending<()>", "futures::future::Pending")],
    poll_function => [("function|", "matrix::futures_leaves::poll_function::{async_fn#0}::{closure_env#0}", "a future that is polled by hand")],
    written_by_hand => [("hand<hands|", "matrix::futures_leaves::Never", "a future that is polled by hand")],
    keeps_by_hand => [("~kept<keeps", "matrix::futures_leaves::Keeps", "a future that is polled by hand")],
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

async fn mpsc_recv() {
    let (tx, mut rx) = mpsc::channel::<u8>(1);
    forget(tx);
    let _ = rx.recv().await; // @mpsc_recv
}

async fn mpsc_send() {
    let (mut tx, rx) = mpsc::channel::<u8>(0);
    forget(rx);
    let _ = tx.feed(1).await;
    let _ = tx.send(2).await; // @send
}

async fn mpsc_send_all() {
    let (mut tx, rx) = mpsc::channel::<u8>(0);
    forget(rx);
    let _ = tx.send_all(&mut stream::repeat(1).map(Ok)).await; // @send_all
}

async fn mpsc_feed() {
    let (mut tx, rx) = mpsc::channel::<u8>(0);
    forget(rx);
    let _ = tx.feed(1).await;
    let _ = tx.feed(2).await; // @feed
}

async fn mpsc_flush() {
    let (mut tx, rx) = mpsc::channel::<u8>(0);
    forget(rx);
    let _ = tx.feed(1).await;
    let _ = tx.flush().await; // @flush
}

async fn mpsc_ready() {
    let (mut tx, rx) = mpsc::channel::<u8>(0);
    forget(rx);
    let _ = tx.feed(1).await;
    let ready = poll_fn(|context| {
        tx.poll_ready(context) // @closure
    });
    let _ = ready.await; // @ready
}

async fn forward() {
    let (tx, rx) = mpsc::channel::<u8>(0);
    forget(rx);
    let _ = stream::repeat(1).map(Ok).forward(tx).await; // @forward
}

async fn mutex() {
    let mutex = Mutex::new(1_u8);
    let _guard = mutex.lock().await;
    let _ = mutex.lock().await; // @mutex
}

async fn mutex_owned() {
    let mutex = Arc::new(Mutex::new(1_u8));
    let _guard = mutex.clone().lock_owned().await;
    let _ = mutex.lock_owned().await; // @owned
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

struct Keeps(Option<Waker>);

impl Future for Keeps {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.0 = Some(context.waker().clone()); // @kept
        Poll::Pending
    }
}

async fn keeps_by_hand() {
    Keeps(None).await; // @keeps
}
