//! What waits in async-channel, async-lock, event-listener and flume.

use std::mem::forget;
use std::sync::Arc;

use async_lock::{Barrier, Mutex, RwLock, Semaphore};
use event_listener::Event;

crate::programs! {
    channel_recv => [("recv", "async_channel::Recv<u8>")],
    channel_send => [("send", "async_channel::Send<u8>")],
    event => [("event", "event_listener::EventListener<()>")],
    mutex => [("mutex", "async_lock::mutex::Lock<i32>")],
    mutex_arc => [("arc", "async_lock::mutex::LockArc<i32>")],
    rwlock_write => [("write", "async_lock::rwlock::futures::Write<i32>")],
    rwlock_read => [("read", "async_lock::rwlock::futures::Read<i32>")],
    semaphore => [("semaphore", "async_lock::semaphore::Acquire")],
    barrier => [("barrier", "async_lock::barrier::BarrierWait")],
    flume_recv => [("flume", "flume::async::RecvFut<u8>")],
    flume_send => [("flumes", "flume::async::SendFut<u8>")],
}

async fn channel_recv() {
    let (tx, rx) = async_channel::bounded::<u8>(1);
    forget(tx);
    let _ = rx.recv().await; // @recv
}

async fn channel_send() {
    let (tx, rx) = async_channel::bounded::<u8>(1);
    forget(rx);
    let _ = tx.send(1).await;
    let _ = tx.send(2).await; // @send
}

async fn event() {
    let event = Event::new();
    event.listen().await; // @event
}

async fn mutex() {
    let mutex = Mutex::new(1);
    let _guard = mutex.lock().await;
    let _ = mutex.lock().await; // @mutex
}

async fn mutex_arc() {
    let mutex = Arc::new(Mutex::new(1));
    let _guard = mutex.lock_arc().await;
    let _ = mutex.lock_arc().await; // @arc
}

async fn rwlock_write() {
    let lock = RwLock::new(1);
    let _guard = lock.read().await;
    let _ = lock.write().await; // @write
}

async fn rwlock_read() {
    let lock = RwLock::new(1);
    let _guard = lock.write().await;
    let _ = lock.read().await; // @read
}

async fn semaphore() {
    let _ = Semaphore::new(0).acquire().await; // @semaphore
}

async fn barrier() {
    Barrier::new(2).wait().await; // @barrier
}

async fn flume_recv() {
    let (tx, rx) = flume::bounded::<u8>(1);
    forget(tx);
    let _ = rx.recv_async().await; // @flume
}

async fn flume_send() {
    let (tx, rx) = flume::bounded::<u8>(0);
    forget(rx);
    let _ = tx.send_async(1).await; // @flumes
}
