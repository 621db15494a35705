//! Whose a thing is that both a child and the loop around it know: fixtures' loops, jobs, hosts.

use std::cell::Cell;
use std::future::pending;
use std::rc::Rc;

use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::leaks::Kinds;
use solipsism::net::{Network, TcpListener, TcpStream};
use solipsism::time::{Instant, sleep};
use solipsism::{ChildLoop, EventLoop, spawn, task};

use super::secs;

/// A loop of the module's, and a child of it that tests use.
pub struct Shared {
    event_loop: EventLoop,
    child: ChildLoop,
    ticks: Rc<Cell<u32>>,
}

#[solipsism::fixture(scope = "module", teardown = Shared::look)]
fn shared(event_loop: EventLoop) -> Shared {
    let child = event_loop.child();
    let ticks = Rc::new(Cell::new(0));
    let counted = Rc::clone(&ticks);
    child
        .spawn(async move {
            loop {
                sleep(secs(10)).await;
                counted.set(counted.get() + 1);
            }
        })
        .background();
    Shared {
        event_loop,
        child,
        ticks,
    }
}

impl Shared {
    async fn look(self) {
        let child = self.child;
        let ticks = self.ticks.get();
        child.advance_local(secs(10));
        self.event_loop.settle().await;
        assert_eq!(self.ticks.get(), ticks + 1, "it outlived the tests");
        child.end().await;
        sleep(secs(20)).await;
        assert_eq!(self.ticks.get(), ticks + 1);
    }
}

#[solipsism::test]
async fn a_test_may_put_its_own_loop_ahead_of_its_fixtures(shared: &Shared, event_loop: EventLoop) {
    let ticks = shared.ticks.get();
    let fixtures = shared.event_loop.now();
    let own = spawn(sleep(secs(60)));
    event_loop.settle().await;
    event_loop.advance_local(secs(60));
    event_loop.settle().await;
    assert!(own.is_finished());
    assert_eq!(event_loop.now(), Instant::now());
    assert_eq!(event_loop.now() - fixtures, secs(60));
    assert_eq!(
        (shared.event_loop.now(), shared.ticks.get()),
        (fixtures, ticks)
    );
}

#[solipsism::test]
async fn a_childs_child_of_a_test_ends_with_it(shared: &Shared, event_loop: EventLoop) {
    assert_eq!(
        event_loop.now(),
        shared.event_loop.now(),
        "another test's shift is over"
    );
    let child = event_loop.child();
    child
        .run(async { std::mem::forget(TcpListener::bind("kept:1").await.unwrap()) })
        .await;
    child.spawn(pending::<()>()).background();
    std::mem::forget(child);
}

#[solipsism::test]
async fn and_its_addresses_are_free(_shared: &Shared) {
    TcpListener::bind("kept:1").await.unwrap();
}

#[solipsism::test]
async fn a_child_of_the_fixtures_loop_is_no_part_of_a_test(shared: &Shared, event_loop: EventLoop) {
    let child = &shared.child;
    let ticks = shared.ticks.get();
    let own = spawn(sleep(secs(60)));
    event_loop.settle().await;
    child.advance_local(secs(60));
    event_loop.settle().await;
    assert_eq!((own.is_finished(), shared.ticks.get()), (false, ticks + 1));
    child
        .run(async { spawn(pending::<()>()).background() })
        .await;
    // Begun in the course of a test, it is as much the fixtures'.
    let another = shared.event_loop.child();
    let job = another.spawn(async { 5 });
    assert_eq!(job.await.unwrap(), 5);
    another.end().await;
    assert!(!own.is_finished());
}

#[solipsism::test]
async fn jobs_and_hosts_of_a_child_end_with_it(event_loop: EventLoop, net: Network) {
    let child = event_loop.child();
    let starts = Rc::new(Cell::new(0));
    let counted = Rc::clone(&starts);
    let db = net.host("db");
    child
        .run(async {
            assert_eq!(task::spawn_blocking(|| 6 * 7).await.unwrap(), 42);
            db.run(move || {
                let started = Rc::clone(&counted);
                async move {
                    started.set(started.get() + 1);
                    let listener = TcpListener::bind("db:1").await.unwrap();
                    loop {
                        let (mut stream, _) = listener.accept().await.unwrap();
                        stream.write_all(b"hi").await.unwrap();
                    }
                }
            });
        })
        .await;
    let mut hello = String::new();
    TcpStream::connect("db:1")
        .await
        .unwrap()
        .read_to_string(&mut hello)
        .await
        .unwrap();
    assert_eq!((&*hello, starts.get()), ("hi", 1));
    child.end().await;
    TcpStream::connect("db:1").await.unwrap_err();
    db.run(pending::<()>);
    db.crash();
    db.restart();
    event_loop.settle().await;
    assert_eq!(starts.get(), 1);
}

#[solipsism::test]
async fn each_is_asked_for_its_own_leaks(event_loop: EventLoop) {
    let (first, second) = (event_loop.child(), event_loop.child());
    let left = |child: &ChildLoop| child.check(Kinds::ALL).map_err(|leaks| leaks.to_string());
    let listener = second.run(TcpListener::bind("api.internal:80")).await;
    let sleeper = first.spawn(sleep(secs(60)));
    event_loop.settle().await;
    let of_first = left(&first).expect_err("it sleeps");
    assert!(of_first.contains("1 task is still alive"), "{of_first}");
    assert!(!of_first.contains("listener"), "{of_first}");
    let of_second = left(&second).expect_err("it listens");
    assert!(of_second.contains("1 TCP listener at"), "{of_second}");
    assert!(!of_second.contains("task"), "{of_second}");
    let of_both = event_loop.check(Kinds::ALL).expect_err("they do");
    let of_both = of_both.to_string();
    assert!(
        of_both.contains("1 task is") && of_both.contains("1 TCP listener"),
        "{of_both}"
    );
    sleeper.abort();
    drop(listener);
    event_loop.settle().await;
    assert_eq!(left(&first), Ok(()));
    assert_eq!(left(&second), Ok(()));
}

#[solipsism::test]
#[should_panic(expected = "`EventLoop::check` was called on a loop that")]
async fn what_has_ended_is_not_checked(event_loop: EventLoop) {
    let child = event_loop.child();
    let handle = child.handle();
    child.end().await;
    _ = handle.check(Kinds::ALL);
}
