#![expect(clippy::unused_async, reason = "what a user types, word for word")]

use solipsism::EventLoop;
use std::cell::Cell;

pub struct Db {
    rows: Cell<u32>,
}

#[solipsism::fixture(scope = "session", teardown = Db::close)]
async fn db(_event_loop: EventLoop) -> Db {
    // the session's loop, since a session fixture asks for it
    solipsism::time::sleep(std::time::Duration::from_secs(5)).await; // slow to start: paid once
    Db { rows: Cell::new(0) }
}

impl Db {
    async fn close(self) {
        assert!(self.rows.get() > 0, "nobody used the database")
    }
}

#[solipsism::fixture]
fn greeting(#[default("hello")] word: &'static str) -> String {
    word.to_owned()
}

#[solipsism::test]
async fn first(db: &Db) {
    db.rows.set(db.rows.get() + 1);
}

#[solipsism::test]
async fn second(
    db: &Db,
    #[from(greeting)] text: String,
    #[from(greeting)]
    #[with(word = "bye")]
    other: String,
) {
    db.rows.set(db.rows.get() + 1);
    assert_eq!((text.as_str(), other.as_str()), ("hello", "bye"));
}

solipsism::main!();
