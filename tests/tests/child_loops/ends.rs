//! How a child ends, and what is left of it.

use std::cell::{Cell, RefCell};
use std::future::{Future, pending, poll_fn};
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use futures_util::FutureExt;
use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::{Network, TcpListener, TcpStream, UdpSocket, UnixStream};
use solipsism::signal::unix::{SignalKind, signal};
use solipsism::time::{self, sleep};
use solipsism::{ChildLoop, EventLoop, spawn, task};

use super::secs;

/// What it panics with.
async fn panic_of<T>(future: impl Future<Output = T>) -> String {
    let panic = AssertUnwindSafe(future).catch_unwind().await.err();
    text(panic.expect("it panics"))
}

fn panic_in<T>(call: impl FnOnce() -> T) -> String {
    let caught = std::panic::catch_unwind(AssertUnwindSafe(call));
    text(caught.err().expect("it panics"))
}

fn text(panic: Box<dyn std::any::Any + Send>) -> String {
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => (*panic.downcast::<&str>().expect("it has a message")).to_owned(),
    }
}

#[solipsism::test]
async fn at_the_end_its_tasks_are_cancelled_and_theirs_go_on(event_loop: EventLoop) {
    let child = event_loop.child();
    let own = child.spawn(pending::<()>());
    let inner = child
        .run(poll_fn(|_| Poll::Ready(spawn(pending::<()>()))))
        .await;
    let theirs = spawn(sleep(secs(1)));
    event_loop.settle().await;
    child.end().await;
    assert!(own.await.unwrap_err().is_cancelled());
    assert!(inner.await.unwrap_err().is_cancelled());
    assert!(theirs.await.is_ok());
}

#[solipsism::test]
async fn its_sockets_are_closed_wherever_their_handles_are(event_loop: EventLoop) {
    let outer = TcpListener::bind("outer:1").await.unwrap();
    let child = event_loop.child();
    let (mut stream, listener, udp) = child
        .run(async {
            let stream = TcpStream::connect("outer:1").await.unwrap();
            let listener = TcpListener::bind("inner:1").await.unwrap();
            (stream, listener, UdpSocket::bind("inner:2").await.unwrap())
        })
        .await;
    let (mut accepted, _) = outer.accept().await.unwrap();
    stream.write_all(b"bye").await.unwrap();
    let read = spawn(async move {
        let mut all = Vec::new();
        accepted.read_to_end(&mut all).await.map(|_| all)
    });
    child.end().await;
    assert!(
        read.is_finished(),
        "whoever is at the other side has seen it"
    );
    assert_eq!(read.await.unwrap().unwrap(), b"bye");
    for error in [
        stream.read(&mut [0]).await.unwrap_err(),
        stream.write(b"x").await.unwrap_err(),
        listener.accept().await.unwrap_err(),
        udp.send_to(b"x", "outer:2").await.unwrap_err(),
    ] {
        let text = error.to_string();
        assert!(
            text.contains("has ended") && text.contains("loop around it"),
            "{text}"
        );
    }
    // The addresses are free again, and what was the parent's is as before.
    let _again = TcpListener::bind("inner:1").await.unwrap();
    TcpStream::connect("outer:1").await.unwrap();
}

#[solipsism::test]
async fn what_was_made_on_the_parent_stays_there(event_loop: EventLoop) {
    let (mut a, mut b) = UnixStream::pair().unwrap();
    let listener = Rc::new(TcpListener::bind("api:1").await.unwrap());
    let child = event_loop.child();
    let used = Rc::clone(&listener);
    let accepted = child
        .run(async {
            a.write_all(b"from the child").await.unwrap();
            let (accepted, _connected) =
                futures_util::future::join(used.accept(), TcpStream::connect("api:1")).await;
            accepted.unwrap().0
        })
        .await;
    child.end().await;
    let mut buf = [0; 14];
    b.read_exact(&mut buf).await.unwrap();
    assert_eq!(&buf, b"from the child");
    b.write_all(b"still there").await.unwrap();
    assert_eq!(a.try_read(&mut buf).unwrap(), 11);
    TcpStream::connect("api:1").await.unwrap();
    // But what the child accepted there was its own.
    assert!(
        accepted
            .try_read(&mut buf)
            .unwrap_err()
            .to_string()
            .contains("has ended")
    );
}

#[solipsism::test]
async fn its_orders_are_undone(event_loop: EventLoop, net: Network) {
    let child = event_loop.child();
    let frozen = child
        .run(async {
            net.partition("localhost", "far");
            net.set_capacity(1);
            EventLoop::current().freeze()
        })
        .await;
    child.end().await;
    sleep(secs(1)).await;
    let listener = TcpListener::bind("far:1").await.unwrap();
    let client = TcpStream::connect("far:1").await.unwrap();
    listener.accept().await.unwrap();
    assert_eq!(client.try_write(b"abc").unwrap(), 3);
    drop(frozen);
}

#[solipsism::test]
async fn its_deadlines_never_come(event_loop: EventLoop) {
    let child = event_loop.child();
    let kept = Rc::new(RefCell::new(None));
    let inside = Rc::clone(&kept);
    child
        .run(async move {
            let mut sleep = Box::pin(sleep(secs(5)));
            let _ = sleep.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            *inside.borrow_mut() = Some(sleep);
            let mut hangup = signal(SignalKind::hangup()).unwrap();
            spawn(async move { hangup.recv().await });
        })
        .await;
    assert_eq!(event_loop.pending_timers(), 1);
    child.end().await;
    assert_eq!(
        (event_loop.pending_timers(), event_loop.next_deadline()),
        (0, None)
    );
    // Who has carried one outside waits there anew.
    let start = time::Instant::now();
    let sleep = kept.take().unwrap();
    sleep.await;
    assert_eq!(start.elapsed(), secs(5));
}

#[solipsism::test]
async fn what_its_tasks_do_at_their_end_is_over_at_once(event_loop: EventLoop) {
    struct Spawns(Rc<Cell<u32>>);
    impl Drop for Spawns {
        fn drop(&mut self) {
            let spawned = Rc::clone(&self.0);
            spawned.set(spawned.get() + 1);
            spawn(async move { spawned.set(spawned.get() + 100) });
        }
    }
    let child = event_loop.child();
    let beside = event_loop.child();
    let count = Rc::new(Cell::new(0));
    let held = Spawns(Rc::clone(&count));
    child.spawn(async move {
        let _held = held;
        pending::<()>().await;
    });
    event_loop.settle().await;
    child.end().await;
    assert_eq!(count.get(), 1);
    // Nobody else is closed in the meantime.
    let spawned = beside.spawn(async { 1 });
    assert_eq!(
        spawned.await.unwrap() + spawn(async { 2 }).await.unwrap(),
        3
    );
}

#[solipsism::test]
async fn one_that_is_dropped_has_ended(event_loop: EventLoop) {
    let task = event_loop.child().spawn(pending::<()>());
    assert!(task.await.unwrap_err().is_cancelled());
    let child = event_loop.child();
    let task = child.spawn(pending::<()>());
    drop(child.end());
    assert!(task.await.unwrap_err().is_cancelled());
}

#[solipsism::test]
async fn what_runs_in_one_that_has_ended_is_told(event_loop: EventLoop) {
    let child = Rc::new(event_loop.child());
    let waiting = child.run(sleep(secs(10)));
    let handle = child.handle();
    let waiting = spawn(panic_of(waiting));
    event_loop.settle().await;
    let child = Rc::into_inner(child).unwrap();
    let ended = line!() + 1;
    child.end().await;
    assert!(waiting.is_finished());
    let told = waiting.await.unwrap();
    assert!(
        told.starts_with("what `ChildLoop::run` was given at"),
        "{told}"
    );
    assert!(told.contains(&format!("ends.rs:{ended}")), "{told}");
    for told in [
        panic_in(|| handle.child()),
        panic_in(|| handle.advance_local(secs(1))),
    ] {
        assert!(told.contains(&format!("ends.rs:{ended}")), "{told}");
        assert!(
            told.contains("begin a child that lasts as long as it is used"),
            "{told}"
        );
    }
    assert_eq!(handle.now(), event_loop.now());
}

#[solipsism::test]
async fn one_whose_parent_has_ended_says_so(event_loop: EventLoop) {
    let outer = event_loop.child();
    let inner = outer.child();
    drop(outer);
    let whose = "or that of a loop around it, was dropped";
    assert!(panic_in(|| inner.spawn(pending::<()>())).contains(whose));
    assert!(panic_in(|| inner.run(pending::<()>())).contains(whose));
    assert!(panic_in(|| inner.child()).contains(whose));
    assert!(panic_in(|| inner.advance_local(secs(1))).contains(whose));
}

#[solipsism::test]
async fn nobody_saws_off_the_branch_it_sits_on(event_loop: EventLoop) {
    let outer = event_loop.child();
    let inner = outer.child();
    let told = inner.run(panic_of(outer.end())).await;
    assert!(told.contains("end it from the loop around it"), "{told}");
    // Thrown away by its own code it goes on until the loop around it ends.
    let slot: Rc<RefCell<Option<ChildLoop>>> = Rc::default();
    let child = event_loop.child();
    let own = Rc::clone(&slot);
    let goes_on = child.spawn(async move {
        task::yield_now().await;
        drop(own.take());
        sleep(secs(3)).await;
        7
    });
    slot.replace(Some(child));
    assert_eq!(goes_on.await.unwrap(), 7);
}

#[solipsism::test]
async fn what_is_not_there_cannot_be_shifted(event_loop: EventLoop) {
    let told = panic_in(|| event_loop.advance_local(secs(1)));
    assert!(told.contains("there is none around this one"), "{told}");
    assert!(
        told.contains("`EventLoop::child`") && told.contains("`advance`"),
        "{told}"
    );
    let child = event_loop.child();
    let outside = child.run(async { EventLoop::current() }).await;
    outside.advance_local(secs(1));
    assert_eq!(child.now() - event_loop.now(), secs(1));
    for far in [
        time::Duration::MAX,
        time::Duration::from_nanos(u64::MAX - 1_000_000_000),
    ] {
        let told = panic_in(|| child.advance_local(far));
        assert!(told.contains("584 years"), "{told}");
    }
    // Nothing has happened then, and up to there it goes.
    assert_eq!(child.now() - event_loop.now(), secs(1));
    let inner = child.child();
    inner.advance_local(time::Duration::from_nanos(u64::MAX - 1_000_000_001));
    assert!(panic_in(|| child.advance_local(time::Duration::from_nanos(1))).contains("584"));
    assert_eq!(child.now() - event_loop.now(), secs(1));
}

#[solipsism::test]
async fn several_futures_run_in_one_at_once(event_loop: EventLoop) {
    let child = event_loop.child();
    let local = Cell::new(0);
    let add = async |amount: u32| {
        sleep(secs(u64::from(amount))).await;
        local.set(local.get() + amount);
    };
    let (first, second) = (child.run(add(1)), child.run(add(2)));
    futures_util::future::join(first, second).await;
    assert_eq!(local.get(), 3);
    let dropped = pin!(child.run(pending::<()>())).now_or_never();
    assert!(dropped.is_none());
    child.end().await;
}
