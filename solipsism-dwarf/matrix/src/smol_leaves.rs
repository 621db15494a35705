//! What waits in async-channel, async-lock, event-listener and flume.

use std::future::pending;
use std::mem::forget;
use std::pin::pin;
use std::sync::Arc;

use async_lock::{Barrier, Mutex, OnceCell, RwLock, RwLockUpgradableReadGuard, Semaphore};
use event_listener::Event;
use futures::{SinkExt, StreamExt};

crate::programs! {
    channel_recv => [("recv", "async_channel::Recv<u8>", "async_channel::Recv")],
    channel_send => [("send", "async_channel::Send<u8>", "async_channel::Send")],
    channel_stream => [("channel_next", "futures_util::stream::stream::next::Next<", "async_channel::Receiver")],
    channel_closed => [("channel_closed", "async_channel::Closed<u8>", "async_channel::Closed")],
    event => [("event", "event_listener::EventListener<()>", "event_listener::EventListener")],
    event_on_stack => [("on_stack", "", "event_listener::__private::StackListener")],
    mutex => [("mutex", "async_lock::mutex::Lock<i32>", "async_lock::mutex::Lock")],
    mutex_arc => [("arc", "async_lock::mutex::LockArc<i32>", "async_lock::mutex::LockArc")],
    rwlock_write => [("write", "async_lock::rwlock::futures::Write<i32>", "async_lock::rwlock::futures::Write")],
    rwlock_read => [("read", "async_lock::rwlock::futures::Read<i32>", "async_lock::rwlock::futures::Read")],
    rwlock_write_arc => [("write_arc", "async_lock::rwlock::futures::WriteArc<i32>", "async_lock::rwlock::futures::WriteArc")],
    rwlock_read_arc => [("read_arc", "async_lock::rwlock::futures::ReadArc<i32>", "async_lock::rwlock::futures::ReadArc")],
    rwlock_upgradable => [("upgradable", "async_lock::rwlock::futures::UpgradableRead<i32>", "async_lock::rwlock::futures::UpgradableRead")],
    rwlock_upgrade => [("upgrade", "async_lock::rwlock::futures::Upgrade<i32>", "async_lock::rwlock::futures::Upgrade")],
    semaphore => [("semaphore", "async_lock::semaphore::Acquire", "async_lock::semaphore::Acquire")],
    semaphore_arc => [("semaphore_arc", "async_lock::semaphore::AcquireArc", "async_lock::semaphore::AcquireArc")],
    barrier => [("barrier", "async_lock::barrier::BarrierWait", "async_lock::barrier::BarrierWait")],
    once_cell_wait => [("cell_wait", "", "async_lock::OnceCell::wait")],
    once_cell_second => [("cell_second", "", "async_lock::OnceCell::get_or_init")],
    flume_recv => [("flume", "flume::async::RecvFut<u8>", "flume::async::RecvFut")],
    flume_send => [("flumes", "flume::async::SendFut<u8>", "flume::async::SendFut")],
    flume_into_recv => [("into_recv", "flume::async::RecvFut<u8>", "flume::async::RecvFut")],
    flume_into_send => [("into_send", "flume::async::SendFut<u8>", "flume::async::SendFut")],
    flume_stream => [("flume_next", "futures_util::stream::stream::next::Next<flume::async::RecvStream<u8>>", "flume::async::RecvStream")],
    flume_sink => [("flume_sink", "futures_util::sink::send::Send<flume::async::SendSink<u8>, u8>", "flume::async::SendSink")],
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

async fn channel_stream() {
    let (tx, rx) = async_channel::bounded::<u8>(1);
    forget(tx);
    pin!(rx).next().await; // @channel_next
}

async fn channel_closed() {
    let (tx, rx) = async_channel::bounded::<u8>(1);
    forget(rx);
    tx.closed().await; // @channel_closed
}

async fn event() {
    let event = Event::new();
    event.listen().await; // @event
}

async fn event_on_stack() {
    let event = Event::new();
    event_listener::listener!(event => listener);
    listener.await; // @on_stack
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

async fn rwlock_write_arc() {
    let lock = Arc::new(RwLock::new(1));
    let _guard = lock.read_arc().await;
    let _ = lock.write_arc().await; // @write_arc
}

async fn rwlock_read_arc() {
    let lock = Arc::new(RwLock::new(1));
    let _guard = lock.write_arc().await;
    let _ = lock.read_arc().await; // @read_arc
}

async fn rwlock_upgradable() {
    let lock = RwLock::new(1);
    let _guard = lock.upgradable_read().await;
    let _ = lock.upgradable_read().await; // @upgradable
}

async fn rwlock_upgrade() {
    let lock = RwLock::new(1);
    let _reader = lock.read().await;
    let guard = lock.upgradable_read().await;
    let _ = RwLockUpgradableReadGuard::upgrade(guard).await; // @upgrade
}

async fn semaphore() {
    let _ = Semaphore::new(0).acquire().await; // @semaphore
}

async fn semaphore_arc() {
    let _ = Arc::new(Semaphore::new(0)).acquire_arc().await; // @semaphore_arc
}

async fn barrier() {
    Barrier::new(2).wait().await; // @barrier
}

async fn once_cell_wait() {
    OnceCell::<u8>::new().wait().await; // @cell_wait
}

async fn once_cell_second() {
    let cell = OnceCell::new();
    let mut first = pin!(cell.get_or_init(pending::<u8>));
    assert!(futures::poll!(&mut first).is_pending());
    cell.get_or_init(pending::<u8>).await; // @cell_second
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

async fn flume_into_recv() {
    let (tx, rx) = flume::unbounded::<u8>();
    forget(tx);
    let _ = rx.into_recv_async().await; // @into_recv
}

async fn flume_into_send() {
    let (tx, rx) = flume::bounded::<u8>(0);
    forget(rx);
    let _ = tx.into_send_async(1).await; // @into_send
}

async fn flume_stream() {
    let (tx, rx) = flume::unbounded::<u8>();
    forget(tx);
    rx.stream().next().await; // @flume_next
}

async fn flume_sink() {
    let (tx, rx) = flume::bounded::<u8>(0);
    forget(rx);
    let _ = tx.sink().send(1).await; // @flume_sink
}
