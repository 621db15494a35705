//! A test whose clock could not be that of the loop in which it runs. The suite `scopes` runs this program.

use solipsism::EventLoop;

struct Db;

#[solipsism::fixture(scope = "session")]
fn db(_event_loop: EventLoop) -> Db {
    Db
}

#[solipsism::test(clock = "manual")]
async fn moves_the_clock(_db: &Db) {}

solipsism::main!();
