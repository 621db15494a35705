//! Tests that do not come back from a poll, and the fixtures that they share with others. The suite `scopes` runs this program.

use std::cell::Cell;
use std::future::poll_fn;
use std::sync::Mutex;
use std::time::Duration;

use solipsism::EventLoop;

/// For any thread.
struct Anywhere;

#[solipsism::fixture(scope = "session", teardown = drop)]
fn anywhere() -> Anywhere {
    Anywhere
}

/// For any thread too, and without a teardown.
struct Plain;

#[solipsism::fixture(scope = "session")]
fn plain() -> Plain {
    Plain
}

/// In a loop of the session's.
struct Db;

#[solipsism::fixture(scope = "session", teardown = drop)]
fn db(_event_loop: EventLoop) -> Db {
    Db
}

/// Locks twice what can be locked once.
async fn never_come_back() {
    let mutex = Mutex::new(());
    let _held = mutex.lock();
    poll_fn(|_| {
        drop(mutex.lock());
        std::task::Poll::Ready(())
    })
    .await;
}

mod anywhere_else {
    #[solipsism::test(wall_limit = "100ms")]
    async fn is_left_behind(_anywhere: &super::Anywhere, _plain: &super::Plain) {
        super::never_come_back().await;
    }

    #[solipsism::test]
    async fn goes_on(_anywhere: &super::Anywhere, _plain: &super::Plain) {}
}

mod in_a_loop {
    #[solipsism::test(wall_limit = "100ms")]
    async fn is_left_behind(_db: &super::Db) {
        super::never_come_back().await;
    }

    #[solipsism::test]
    async fn is_not_run(_db: &super::Db) {}
}

/// In another loop.
struct Cache;

#[solipsism::fixture(scope = "module", teardown = drop)]
fn cache(_event_loop: EventLoop) -> Cache {
    Cache
}

mod in_a_loop_that_breaks {
    struct Bomb;

    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("the payload is dropped");
        }
    }

    #[solipsism::test]
    async fn a_payload_panics(_cache: &super::Cache) {
        std::panic::panic_any(Bomb);
    }

    #[solipsism::test]
    async fn is_not_run(_cache: &super::Cache) {}
}

/// For its thread alone.
struct Bound(Cell<u32>);

#[solipsism::fixture(scope = "module")]
fn bound() -> Bound {
    Bound(Cell::new(0))
}

/// Comes back when its time is over, and ends well before anybody has made it end.
async fn come_back_late() {
    // No unpark is meant for this thread, and if one came this would only fail.
    std::thread::park_timeout(Duration::from_millis(250));
    // Here the loop hears that it was asked to end.
    solipsism::task::yield_now().await;
}

mod late {
    use super::{Anywhere, Bound, Cache, Duration};

    #[solipsism::test(wall_limit = "100ms")]
    async fn alone(_anywhere: &Anywhere) {
        super::come_back_late().await;
    }

    #[solipsism::test(wall_limit = "100ms")]
    async fn in_a_loop(_cache: &Cache) {
        super::come_back_late().await;
    }

    /// What was asked of the one before is not asked of it.
    #[solipsism::test]
    async fn in_that_loop_goes_on(_cache: &Cache) {
        // What beats on while it sleeps is looked at in a world that is to end.
        let beats = solipsism::spawn(async {
            loop {
                solipsism::time::sleep(Duration::from_secs(1)).await;
            }
        });
        solipsism::time::sleep(Duration::from_secs(3_000)).await;
        beats.abort();
    }

    #[solipsism::test(wall_limit = "100ms")]
    async fn on_a_thread(bound: &Bound) {
        bound.0.set(1);
        super::come_back_late().await;
    }

    #[solipsism::test]
    async fn on_that_thread_goes_on(bound: &Bound) {
        assert_eq!(bound.0.get(), 1);
    }
}

solipsism::main!();
