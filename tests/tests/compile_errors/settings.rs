#![deny(warnings)]

use pair::Pair;
use solipsism::EventLoop;

mod pair {
    pub struct Pair;

    #[solipsism::fixture]
    fn pair(#[default(64)] capacity: usize, #[default(std::time::Duration::ZERO)] latency: std::time::Duration) -> Pair {
        let _ = (capacity, latency);
        Pair
    }
}

struct Database;

#[solipsism::test]
async fn unknown(#[with(capacty = 4, unheard_of = 5)] pair: Pair) {
    let Pair = pair;
}

#[solipsism::test]
async fn no_settings(#[with(capacity = 4)] event_loop: EventLoop) {
    drop(event_loop);
}

#[solipsism::test]
async fn no_fixture(#[with(capacity = 4)] database: Database) {
    let Database = database;
}

#[solipsism::test]
async fn wrong_type(#[with(capacity = "4", latency = 5)] pair: Pair) {
    let Pair = pair;
}

#[solipsism::test]
async fn neither_tried_nor_awaited(#[with(capacity = "4".parse()?, latency = later().await)] pair: Pair) {
    let Pair = pair;
}

#[solipsism::test]
async fn scope(#[with(latency = nothing)] pair: Pair, #[with(capacity = pair)] other: Pair) {
    let (Pair, Pair) = (pair, other);
}

async fn later() -> std::time::Duration {
    std::time::Duration::ZERO
}

fn main() {}
