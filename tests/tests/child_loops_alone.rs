//! Child loops where no test runs: begun, used and ended around an `EventLoop` of one's own. Under libtest, since a loop does
//! not run inside of a test's own.

use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind};

use solipsism::net::{TcpListener, TcpStream};
use solipsism::time::{Duration, sleep};
use solipsism::{EventLoop, spawn, task};

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

/// What it panics with.
fn panic_in<T>(call: impl FnOnce() -> T) -> String {
    let panic = catch_unwind(AssertUnwindSafe(call))
        .err()
        .expect("it panics");
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => (*panic.downcast::<&str>().expect("it has a message")).to_owned(),
    }
}

#[test]
fn one_may_be_begun_and_ended_where_nothing_runs() {
    let event_loop = EventLoop::new();
    let child = event_loop.child();
    let ran = event_loop.run(child.run(async {
        spawn(sleep(secs(60)));
        let listener = TcpListener::bind("api:1").await.unwrap();
        spawn(async move { listener.accept().await.map(drop) });
        1
    }));
    assert_eq!(ran.unwrap(), 1);
    child.advance_local(secs(60));
    assert_eq!(child.now() - event_loop.now(), secs(60));
    drop(child);
    let refused = event_loop.run(TcpStream::connect("api:1")).unwrap();
    assert!(refused.is_err());
    let second = event_loop.child();
    drop(event_loop);
    drop(second);
    // Two worlds do not meet.
    let (one, other) = (EventLoop::new(), EventLoop::new());
    let child = one.child();
    let told = panic_in(|| other.run(child.run(async {})));
    assert!(
        told.contains("one event loop was awaited inside of another one"),
        "{told}"
    );
    other.run(async move { drop(child) }).unwrap();
    let told = panic_in(|| one.child().spawn(pending::<()>()));
    assert!(told.contains("none runs on this thread"), "{told}");
}

#[test]
fn a_panic_in_the_background_of_a_child_is_never_lost() {
    let event_loop = EventLoop::new();
    let stopped = event_loop.run(async {
        let child = EventLoop::current().child();
        child
            .run(async { drop(spawn(async { panic!("nobody awaits me") })) })
            .await;
        sleep(secs(1)).await;
    });
    assert!(
        stopped
            .unwrap_err()
            .to_string()
            .contains("nobody awaits me")
    );
    let stopped = event_loop.run(async {
        let child = EventLoop::current().child();
        let held = child.spawn(async { panic!("it is held") });
        EventLoop::current().settle().await;
        child.end().await;
        drop::<task::JoinHandle<()>>(held);
    });
    let told = stopped.unwrap_err().to_string();
    assert_eq!(told.matches("it is held").count(), 1, "{told}");
}
