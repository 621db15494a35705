//! Waiting until a stream is ready, by several at once, and giving that up.

use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;

use futures_channel::oneshot;
use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::{Interest, Ready, UnixStream};
use solipsism::task::{JoinHandle, yield_now};
use solipsism::time::{Duration, sleep, timeout};
use solipsism::{EventLoop, spawn};

use crate::kinds::{Kind, Stream, on_each_kind, polled};

async fn readable_comes_with_data_and_stays_until_it_is_read<K: Kind>() {
    let (mut a, b) = K::pair().await;
    {
        let mut readable = pin!(b.readable());
        assert!(polled(readable.as_mut()).await.is_pending());
        a.write_all(b"data").await.unwrap();
        readable.await.unwrap();
    }
    b.readable().await.unwrap();
    assert_eq!(b.try_read(&mut [0; 2]).unwrap(), 2);
    b.readable().await.unwrap();
    assert_eq!(b.try_read(&mut [0; 2]).unwrap(), 2);
    assert!(polled(pin!(b.readable())).await.is_pending());
}

async fn writable_comes_with_room<K: Kind>() {
    let (a, b) = K::pair_of(4).await;
    a.writable().await.unwrap();
    assert_eq!(a.try_write(b"full").unwrap(), 4);
    let mut writable = pin!(a.writable());
    assert!(polled(writable.as_mut()).await.is_pending());
    assert_eq!(b.try_read(&mut [0; 1]).unwrap(), 1);
    writable.await.unwrap();
    assert_eq!(a.try_write(b"more").unwrap(), 1);
}

async fn ready_tells_which_of_two<K: Kind>() {
    let (a, b) = K::pair_of(4).await;
    let both = Interest::READABLE.add(Interest::WRITABLE);
    assert_eq!(a.try_write(b"full").unwrap(), 4);
    {
        let mut ready = pin!(a.ready(both));
        assert!(polled(ready.as_mut()).await.is_pending());
        assert_eq!(b.try_write(b"x").unwrap(), 1);
        let ready: Ready = ready.await.unwrap();
        assert!(ready.is_readable() && !ready.is_writable() && !ready.is_empty());
    }
    assert_eq!(b.try_read(&mut [0; 4]).unwrap(), 4);
    let ready = a.ready(both).await.unwrap();
    assert!(ready.is_readable() && ready.is_writable());
    let ready = a.ready(Interest::WRITABLE).await.unwrap();
    assert!(!ready.is_readable(), "it was not asked for");
}

async fn all_who_wait_for_readable_are_woken<K: Kind>() {
    let (mut a, b) = K::pair().await;
    let b = Rc::new(b);
    let waiting: Vec<_> = (0..5)
        .map(|_| {
            let b = Rc::clone(&b);
            spawn(async move { b.readable().await.map(|()| b.try_read(&mut [0; 1])) })
        })
        .collect();
    yield_now().await;
    a.write_all(b"abc").await.unwrap();
    yield_now().await;
    let done: Vec<_> = waiting.iter().map(JoinHandle::is_finished).collect();
    assert_eq!(
        done,
        [true, true, true, false, false],
        "who came first gets it"
    );
    a.write_all(b"de").await.unwrap();
    for task in waiting {
        assert_eq!(task.await.unwrap().unwrap().unwrap(), 1);
    }
}

async fn a_reader_and_a_writer_wait_at_one_stream<K: Kind>() {
    let (a, mut b) = K::pair_of(4).await;
    assert_eq!(a.try_write(b"full").unwrap(), 4);
    let a = Rc::new(a);
    let reader = spawn({
        let a = Rc::clone(&a);
        async move { a.readable().await }
    });
    let writer = spawn({
        let a = Rc::clone(&a);
        async move { a.writable().await }
    });
    yield_now().await;
    b.read_exact(&mut [0; 4]).await.unwrap();
    writer.await.unwrap().unwrap();
    assert!(!reader.is_finished());
    b.write_all(b"x").await.unwrap();
    reader.await.unwrap().unwrap();
}

async fn giving_up_one_wait_leaves_the_others<K: Kind>() {
    let (mut a, b) = K::pair().await;
    let b = Rc::new(b);
    let waits = || {
        let b = Rc::clone(&b);
        async move { b.readable().await }
    };
    let (first, second) = (spawn(waits()), spawn(waits()));
    yield_now().await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    a.write_all(b"x").await.unwrap();
    second.await.unwrap().unwrap();
}

async fn a_timeout_gives_a_read_up<K: Kind>() {
    let (mut a, mut b) = K::pair().await;
    let mut buf = [0; 4];
    let second = Duration::from_secs(1);
    assert!(timeout(second, b.read(&mut buf)).await.is_err());
    a.write_all(b"late").await.unwrap();
    assert_eq!(timeout(second, b.read(&mut buf)).await.unwrap().unwrap(), 4);
}

on_each_kind!(
    readable_comes_with_data_and_stays_until_it_is_read,
    writable_comes_with_room,
    ready_tells_which_of_two,
    all_who_wait_for_readable_are_woken,
    a_reader_and_a_writer_wait_at_one_stream,
    giving_up_one_wait_leaves_the_others,
    a_timeout_gives_a_read_up,
);

/// What the report of a hang says. In a thread of its own, since a loop does not run inside of another.
fn report<F: Future<Output = ()>>(body: impl FnOnce() -> F + Send + 'static) -> String {
    let stopped = std::thread::spawn(|| EventLoop::new().run(body()).unwrap_err().to_string());
    stopped.join().expect("it does not panic")
}

/// Waits for what is none of ours, and is woken by nobody.
async fn nobody_sends() {
    let (_sender, receiver) = oneshot::channel::<()>();
    let _ = receiver.await;
}

#[solipsism::test]
async fn a_wait_that_was_given_up_is_in_no_report() {
    let told = report(|| async {
        let (a, mut b) = UnixStream::pair_with_capacity(1).unwrap();
        let second = Duration::from_secs(1);
        assert!(timeout(second, b.read(&mut [0; 4])).await.is_err());
        assert!(timeout(second, b.readable()).await.is_err());
        let mut a = a;
        assert!(timeout(second, a.write_all(b"four")).await.is_err());
        nobody_sends().await;
        drop((a, b));
    });
    assert!(
        told.contains("waits for futures::channel::oneshot::Receiver"),
        "{told}"
    );
    assert!(
        !told.contains("to read") && !told.contains("to write"),
        "{told}"
    );
}

#[solipsism::test]
async fn a_wait_that_goes_on_is_in_the_report_since_it_began() {
    let told = report(|| async {
        let (_a, mut b) = UnixStream::pair().unwrap();
        sleep(Duration::from_secs(1)).await;
        assert!(
            timeout(Duration::from_secs(1), b.read(&mut [0; 4]))
                .await
                .is_err()
        );
        sleep(Duration::from_secs(3)).await;
        let mut buf = [0; 4];
        let mut read = pin!(b.read(&mut buf));
        let mut ticks = 0;
        let mut tick = Box::pin(sleep(Duration::from_secs(1)));
        // As `select!` in a loop does: both are polled whenever one is woken.
        poll_fn(|cx| {
            while ticks < 3 && tick.as_mut().poll(cx).is_ready() {
                ticks += 1;
                tick = Box::pin(sleep(Duration::from_secs(1)));
            }
            read.as_mut().poll(cx).map(drop)
        })
        .await;
    });
    assert!(
        told.contains("from an unnamed unix socket since 5s: no byte has come"),
        "{told}"
    );
}
