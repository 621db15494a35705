//! Ways to misuse child loops, and to fail in one. The suite `child_reports` runs this program and compares what it prints.

use std::cell::RefCell;
use std::future::pending;
use std::time::Duration;

use solipsism::net::TcpListener;
use solipsism::time::sleep;
use solipsism::{ChildLoop, EventLoop, spawn};

const SECOND: Duration = Duration::from_secs(1);

#[solipsism::test]
async fn loses_a_panic_in_the_background(event_loop: EventLoop) {
    let child = event_loop.child();
    child
        .run(async {
            spawn(async { panic!("nobody hears this") });
        })
        .await;
    sleep(SECOND).await;
}

#[solipsism::test]
async fn ends_with_a_panic_that_nobody_read(event_loop: EventLoop) {
    let child = event_loop.child();
    let _held = child.spawn(async { panic!("nobody reads this") });
    event_loop.settle().await;
    child.end().await;
    sleep(SECOND).await;
}

#[solipsism::test]
async fn panics_in_a_child(event_loop: EventLoop) {
    let child = event_loop.child();
    child.advance_local(60 * SECOND);
    child.run(async { panic!("in the child") }).await;
}

#[solipsism::test]
async fn hangs_in_a_child(event_loop: EventLoop) {
    let child = event_loop.child();
    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    let serving = child.spawn(async move { listener.accept().await.map(drop) });
    spawn(pending::<()>()).background();
    child.run(async { serving.await.unwrap().unwrap() }).await;
}

#[solipsism::test]
async fn never_wakes_in_a_child(event_loop: EventLoop) {
    event_loop.child().run(pending::<()>()).await;
}

#[solipsism::test]
async fn awaits_what_ran_in_a_child_after_its_end(event_loop: EventLoop) {
    let child = event_loop.child();
    let waits = child.run(pending::<()>());
    child.end().await;
    waits.await;
}

#[solipsism::test]
async fn ends_a_child_that_somebody_waits_for(event_loop: EventLoop) {
    let child = event_loop.child();
    let waits = spawn(child.run(sleep(60 * SECOND)));
    event_loop.settle().await;
    drop(child);
    waits.await.unwrap();
}

#[solipsism::test]
async fn uses_a_child_whose_parent_has_ended(event_loop: EventLoop) {
    let outer = event_loop.child();
    let inner = outer.child();
    outer.end().await;
    inner.spawn(sleep(SECOND));
}

#[solipsism::test]
async fn ends_a_child_from_within(event_loop: EventLoop) {
    let outer = event_loop.child();
    let inner = outer.child();
    inner.run(outer.end()).await;
}

#[solipsism::test]
async fn shifts_a_loop_that_is_no_child(event_loop: EventLoop) {
    event_loop.advance_local(SECOND);
}

#[solipsism::test]
async fn shifts_past_the_end_of_time(event_loop: EventLoop) {
    event_loop.child().advance_local(Duration::MAX);
}

#[solipsism::test]
async fn asks_for_a_child_of_a_child_that_has_ended(event_loop: EventLoop) {
    let child = event_loop.child();
    let handle = child.handle();
    child.end().await;
    drop(handle.child());
}

/// What a test hands to the next one.
#[solipsism::fixture(scope = "module")]
fn kept(_event_loop: EventLoop) -> RefCell<Option<ChildLoop>> {
    RefCell::default()
}

#[solipsism::test]
async fn uses_a_child_of_another_test_1(kept: &RefCell<Option<ChildLoop>>, event_loop: EventLoop) {
    kept.replace(Some(event_loop.child()));
}

#[solipsism::test]
async fn uses_a_child_of_another_test_2(kept: &RefCell<Option<ChildLoop>>) {
    let child = kept.take().unwrap();
    child.run(sleep(SECOND)).await;
}

/// Errors of a loop's own time, and of the one around it.
mod of_two_tests {
    use std::future::pending;

    use solipsism::EventLoop;
    use solipsism::task::Builder;

    pub struct Pump;

    #[solipsism::fixture(scope = "module")]
    fn pump(_event_loop: EventLoop) -> Pump {
        let pump = async { Err::<(), _>("the pump is broken") };
        Builder::new().name("pump").background().spawn(pump);
        Pump
    }

    #[solipsism::test]
    async fn hangs_first(_pump: &Pump) {
        let own = async { Err::<(), _>("no luck") };
        Builder::new().name("own").background().spawn(own);
        pending::<()>().await;
    }

    #[solipsism::test]
    async fn hangs_then(_pump: &Pump) {
        pending::<()>().await;
    }
}

solipsism::main!();
