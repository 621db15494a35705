#![deny(warnings)]

use solipsism::EventLoop;

struct Database;

#[solipsism::test]
async fn no_fixture(event_loop: EventLoop, database: Database, limits: Option<std::time::Duration>) {
    let _ = (event_loop, database, limits);
}

#[solipsism::test]
async fn no_type(event_loop: EventLoup) {
    let _ = event_loop;
}

fn main() {}
