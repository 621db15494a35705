//! What waits in tokio's `sync`.

use std::future::{pending, poll_fn};
use std::mem::forget;
use std::pin::pin;
use std::sync::Arc;

use tokio::sync::{Barrier, Mutex, Notify, OnceCell, RwLock, Semaphore, SetOnce};
use tokio::sync::{broadcast, mpsc, oneshot, watch};

crate::programs! {
    oneshot_receiver => [("oneshot", "tokio::sync::oneshot::Receiver<u8>", "tokio::sync::oneshot::Receiver")],
    oneshot_closed => [("closed", "", "tokio::sync::oneshot::Sender::closed")],
    mpsc_recv => [("mpsc", "", "tokio::sync::mpsc::Receiver::recv")],
    mpsc_unbounded => [("unbounded", "", "tokio::sync::mpsc::UnboundedReceiver::recv")],
    mpsc_many => [("many", "", "tokio::sync::mpsc::Receiver::recv_many")],
    mpsc_unbounded_many => [("unbounded_many", "", "tokio::sync::mpsc::UnboundedReceiver::recv_many")],
    mpsc_polled => [("~closure<polled", "", "tokio::sync::mpsc::Receiver")],
    mpsc_send => [("send", "tokio::sync::batch_semaphore::Acquire", "tokio::sync::mpsc::Sender::send")],
    mpsc_reserve => [("reserve", "tokio::sync::batch_semaphore::Acquire", "tokio::sync::mpsc::Sender::reserve")],
    mpsc_reserve_owned => [("reserve_owned", "tokio::sync::batch_semaphore::Acquire", "tokio::sync::mpsc::Sender::reserve_owned")],
    mpsc_reserve_many => [("reserve_many", "tokio::sync::batch_semaphore::Acquire", "tokio::sync::mpsc::Sender::reserve_many")],
    mpsc_closed => [("mpsc_closed", "tokio::sync::notify::Notified", "tokio::sync::mpsc::Sender::closed")],
    mpsc_unbounded_closed => [("unbounded_closed", "tokio::sync::notify::Notified", "tokio::sync::mpsc::UnboundedSender::closed")],
    mutex => [("mutex", "tokio::sync::batch_semaphore::Acquire", "tokio::sync::Mutex::lock")],
    mutex_owned => [("owned", "tokio::sync::batch_semaphore::Acquire", "tokio::sync::Mutex::lock_owned")],
    rwlock_write => [("write", "tokio::sync::batch_semaphore::Acquire", "tokio::sync::RwLock::write")],
    rwlock_read => [("read", "tokio::sync::batch_semaphore::Acquire", "tokio::sync::RwLock::read")],
    rwlock_write_owned => [("write_owned", "tokio::sync::batch_semaphore::Acquire", "tokio::sync::RwLock::write_owned")],
    rwlock_read_owned => [("read_owned", "tokio::sync::batch_semaphore::Acquire", "tokio::sync::RwLock::read_owned")],
    semaphore => [("semaphore", "tokio::sync::batch_semaphore::Acquire", "tokio::sync::Semaphore::acquire")],
    semaphore_many => [("many_permits", "tokio::sync::batch_semaphore::Acquire", "tokio::sync::Semaphore::acquire_many")],
    semaphore_owned => [("owned_permit", "tokio::sync::batch_semaphore::Acquire", "tokio::sync::Semaphore::acquire_owned")],
    semaphore_many_owned => [("semaphores", "tokio::sync::batch_semaphore::Acquire", "tokio::sync::Semaphore::acquire_many_owned")],
    notify => [("notify", "tokio::sync::notify::Notified", "tokio::sync::Notify::notified")],
    notify_owned => [("notify_owned", "tokio::sync::notify::OwnedNotified", "tokio::sync::notify::OwnedNotified")],
    broadcast_recv => [("broadcast", "", "tokio::sync::broadcast::Receiver::recv")],
    broadcast_closed => [("broadcast_closed", "tokio::sync::notify::Notified", "tokio::sync::broadcast::Sender::closed")],
    watch_changed => [("changed", "", "tokio::sync::watch::Receiver::changed")],
    watch_wait_for => [("wait_for", "", "tokio::sync::watch::Receiver::wait_for")],
    watch_closed => [("watch_closed", "tokio::sync::notify::Notified", "tokio::sync::watch::Sender::closed")],
    barrier => [("barrier", "", "tokio::sync::Barrier::wait")],
    once_cell => [("initial<cell|", "core::future::pending::Pending<u8>", "std::future::pending")],
    once_cell_second => [("second_cell", "tokio::sync::batch_semaphore::Acquire", "tokio::sync::OnceCell::get_or_init")],
    set_once => [("set_once", "tokio::sync::set_once::", "tokio::sync::SetOnce::wait")],
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

async fn mpsc_unbounded_many() {
    let (tx, mut rx) = mpsc::unbounded_channel::<u8>();
    forget(tx);
    rx.recv_many(&mut Vec::new(), 10).await; // @unbounded_many
}

async fn mpsc_polled() {
    let (tx, mut rx) = mpsc::channel::<u8>(1);
    forget(tx);
    let polled = poll_fn(|context| {
        rx.poll_recv(context) // @closure
    });
    polled.await; // @polled
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

async fn mpsc_reserve_owned() {
    let (tx, rx) = mpsc::channel::<u8>(1);
    forget(rx);
    let _permit = tx.clone().reserve_owned().await;
    let _ = tx.reserve_owned().await; // @reserve_owned
}

async fn mpsc_reserve_many() {
    let (tx, rx) = mpsc::channel::<u8>(2);
    forget(rx);
    let _permit = tx.reserve().await;
    let _ = tx.reserve_many(2).await; // @reserve_many
}

async fn mpsc_closed() {
    let (tx, rx) = mpsc::channel::<u8>(1);
    forget(rx);
    tx.closed().await; // @mpsc_closed
}

async fn mpsc_unbounded_closed() {
    let (tx, rx) = mpsc::unbounded_channel::<u8>();
    forget(rx);
    tx.closed().await; // @unbounded_closed
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

async fn rwlock_write_owned() {
    let lock = Arc::new(RwLock::new(0));
    let _guard = lock.clone().read_owned().await;
    let _ = lock.write_owned().await; // @write_owned
}

async fn rwlock_read_owned() {
    let lock = Arc::new(RwLock::new(0));
    let _guard = lock.clone().write_owned().await;
    let _ = lock.read_owned().await; // @read_owned
}

async fn semaphore() {
    let _ = Semaphore::new(0).acquire().await; // @semaphore
}

async fn semaphore_many() {
    let _ = Semaphore::new(1).acquire_many(2).await; // @many_permits
}

async fn semaphore_owned() {
    let _ = Arc::new(Semaphore::new(0)).acquire_owned().await; // @owned_permit
}

async fn semaphore_many_owned() {
    let _ = Arc::new(Semaphore::new(0)).acquire_many_owned(3).await; // @semaphores
}

async fn notify() {
    Notify::new().notified().await; // @notify
}

async fn notify_owned() {
    Arc::new(Notify::new()).notified_owned().await; // @notify_owned
}

async fn broadcast_recv() {
    let (tx, mut rx) = broadcast::channel::<u8>(4);
    forget(tx);
    let _ = rx.recv().await; // @broadcast
}

async fn broadcast_closed() {
    let (tx, rx) = broadcast::channel::<u8>(4);
    forget(rx);
    tx.closed().await; // @broadcast_closed
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

async fn watch_closed() {
    let (tx, rx) = watch::channel(1);
    forget(rx);
    tx.closed().await; // @watch_closed
}

async fn barrier() {
    Barrier::new(2).wait().await; // @barrier
}

async fn once_cell() {
    let cell = OnceCell::new();
    let first = || async {
        pending::<u8>().await // @initial
    };
    cell.get_or_init(first).await; // @cell
}

async fn once_cell_second() {
    let cell = OnceCell::new();
    let mut first = pin!(cell.get_or_init(pending::<u8>));
    assert!(futures::poll!(&mut first).is_pending());
    cell.get_or_init(pending::<u8>).await; // @second_cell
}

async fn set_once() {
    SetOnce::<u8>::new().wait().await; // @set_once
}
