//! Tests that do not come back from a poll, and the fixtures that they share with others. The suite `scopes` runs this program.

use std::future::poll_fn;
use std::sync::Mutex;

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

solipsism::main!();
