#![deny(warnings)]

use pair::Pair;
use solipsism::EventLoop;

mod pair {
    pub struct Pair;

    #[derive(Default)]
    pub struct PairSettings {
        pub capacity: usize,
        pub latency: std::time::Duration,
        secret: u32,
    }

    pub enum By {}

    impl solipsism::Fixture<By> for Pair {
        type Settings = PairSettings;

        async fn set_up(settings: PairSettings) -> Pair {
            let PairSettings { capacity, latency, secret } = settings;
            let _ = (capacity, latency, secret);
            Pair
        }
    }
}

struct Database;

#[solipsism::test]
async fn unknown(#[with(capacty = 4, unheard_of = 5, secret = 6)] pair: Pair) {
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
