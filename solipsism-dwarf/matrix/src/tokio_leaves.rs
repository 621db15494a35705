//! What waits in tokio's `sync`.

use std::mem::forget;
use std::sync::Arc;

use tokio::sync::{Barrier, Mutex, Notify, OnceCell, RwLock, Semaphore};
use tokio::sync::{broadcast, mpsc, oneshot, watch};

crate::programs! {
    oneshot_receiver => [("oneshot", "tokio::sync::oneshot::Receiver<u8>")],
    oneshot_closed => [("closed", "")],
    mpsc_recv => [("mpsc", "")],
    mpsc_unbounded => [("unbounded", "")],
    mpsc_many => [("many", "")],
    mpsc_send => [("send", "tokio::sync::batch_semaphore::Acquire")],
    mpsc_reserve => [("reserve", "tokio::sync::batch_semaphore::Acquire")],
    mutex => [("mutex", "tokio::sync::batch_semaphore::Acquire")],
    mutex_owned => [("owned", "tokio::sync::batch_semaphore::Acquire")],
    rwlock_write => [("write", "tokio::sync::batch_semaphore::Acquire")],
    rwlock_read => [("read", "tokio::sync::batch_semaphore::Acquire")],
    semaphore => [("semaphore", "tokio::sync::batch_semaphore::Acquire")],
    semaphore_many => [("semaphores", "tokio::sync::batch_semaphore::Acquire")],
    notify => [("notify", "tokio::sync::notify::Notified")],
    broadcast_recv => [("broadcast", "")],
    watch_changed => [("changed", "")],
    watch_wait_for => [("wait_for", "")],
    barrier => [("barrier", "")],
    once_cell => [("initial<cell", "core::future::pending::Pending<u8>")],
}

async fn oneshot_receiver() {
    let (tx, rx) = oneshot::channel::<u8>();
    forget(tx);
    let _ = rx.await; // @oneshot
}

async fn oneshot_closed() {
    let (mut tx, rx) = oneshot::channel::<u8>();
    forget(rx);
    tx.closed().await; // @closed
}

async fn mpsc_recv() {
    let (tx, mut rx) = mpsc::channel::<u8>(1);
    forget(tx);
    rx.recv().await; // @mpsc
}

async fn mpsc_unbounded() {
    let (tx, mut rx) = mpsc::unbounded_channel::<u8>();
    forget(tx);
    rx.recv().await; // @unbounded
}

async fn mpsc_many() {
    let (tx, mut rx) = mpsc::channel::<u8>(1);
    forget(tx);
    rx.recv_many(&mut Vec::new(), 10).await; // @many
}

async fn mpsc_send() {
    let (tx, rx) = mpsc::channel::<u8>(1);
    forget(rx);
    let _ = tx.send(1).await;
    let _ = tx.send(2).await; // @send
}

async fn mpsc_reserve() {
    let (tx, rx) = mpsc::channel::<u8>(1);
    forget(rx);
    let _permit = tx.reserve().await;
    let _ = tx.reserve().await; // @reserve
}

async fn mutex() {
    let mutex = Mutex::new(0);
    let _guard = mutex.lock().await;
    let _ = mutex.lock().await; // @mutex
}

async fn mutex_owned() {
    let mutex = Arc::new(Mutex::new(0));
    let _guard = mutex.clone().lock_owned().await;
    let _ = mutex.lock_owned().await; // @owned
}

async fn rwlock_write() {
    let lock = RwLock::new(0);
    let _guard = lock.read().await;
    let _ = lock.write().await; // @write
}

async fn rwlock_read() {
    let lock = RwLock::new(0);
    let _guard = lock.write().await;
    let _ = lock.read().await; // @read
}

async fn semaphore() {
    let _ = Semaphore::new(0).acquire().await; // @semaphore
}

async fn semaphore_many() {
    let _ = Arc::new(Semaphore::new(0)).acquire_many_owned(3).await; // @semaphores
}

async fn notify() {
    Notify::new().notified().await; // @notify
}

async fn broadcast_recv() {
    let (tx, mut rx) = broadcast::channel::<u8>(4);
    forget(tx);
    let _ = rx.recv().await; // @broadcast
}

async fn watch_changed() {
    let (tx, mut rx) = watch::channel(1);
    forget(tx);
    let _ = rx.changed().await; // @changed
}

async fn watch_wait_for() {
    let (tx, mut rx) = watch::channel(1);
    forget(tx);
    let _ = rx.wait_for(|it| *it > 5).await; // @wait_for
}

async fn barrier() {
    Barrier::new(2).wait().await; // @barrier
}

async fn once_cell() {
    let cell = OnceCell::new();
    let first = || async {
        std::future::pending::<u8>().await // @initial
    };
    cell.get_or_init(first).await; // @cell
}
