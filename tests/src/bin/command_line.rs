//! Tests that are chosen, ordered, repeated and traced in `tests/tests/command_line.rs`: each says that it ran.

use std::thread;
use std::time::Duration;

use solipsism::fixtures::{Rng, TestInfo};
use solipsism::{Skip, time};

fn ran(info: &TestInfo) {
    eprintln!("ran {}", info.name());
}

#[solipsism::test]
async fn a_passes(info: TestInfo) {
    ran(&info);
}

#[solipsism::test]
async fn b_fails(info: TestInfo) {
    ran(&info);
    panic!("as it always does");
}

#[solipsism::test]
async fn c_passes(info: TestInfo) {
    ran(&info);
}

#[solipsism::test]
#[ignore = "it costs money"]
async fn d_is_ignored(info: TestInfo) {
    ran(&info);
}

#[solipsism::test]
#[ignore]
async fn e_is_ignored(info: TestInfo) {
    ran(&info);
}

struct Display;

#[solipsism::fixture]
fn display() -> Result<Display, Skip> {
    Err(Skip("no display"))
}

#[solipsism::test]
async fn f_is_skipped(_display: Display) {}

#[solipsism::test]
#[case(1)]
#[case(2)]
async fn g_has_cases(info: TestInfo, #[case] _number: u32) {
    ran(&info);
}

#[solipsism::test]
async fn h_fails(info: TestInfo) {
    ran(&info);
    panic!("as it always does");
}

/// What shares a fixture is one part of the schedule.
mod shares {
    use super::{Rng, TestInfo, ran};

    struct Db;

    #[solipsism::fixture(scope = "session", teardown = close)]
    fn db() -> Db {
        eprintln!("set up");
        Db
    }

    async fn close(_: Db) {
        eprintln!("torn down");
    }

    #[solipsism::test]
    async fn a_passes(info: TestInfo, _db: &Db) {
        ran(&info);
    }

    #[solipsism::test]
    async fn b_fails(info: TestInfo, _db: &Db) {
        ran(&info);
        panic!("as it always does");
    }

    #[solipsism::test]
    async fn c_passes(info: TestInfo, _db: &Db) {
        ran(&info);
    }

    #[solipsism::test]
    #[ignore = "it is for repetitions"]
    async fn rarely_fails(rng: Rng, _db: &Db) {
        assert_ne!(rng.u32(0..6), 3);
    }
}

/// What depends on the seed.
mod seeded {
    use super::{Rng, TestInfo, ran};

    /// With the seed that comes of its name it passes.
    #[solipsism::test]
    async fn fails_rarely(info: TestInfo, rng: Rng) {
        ran(&info);
        let drawn = rng.u32(0..6);
        println!("a {drawn} was drawn");
        assert_ne!(drawn, 3);
    }

    #[solipsism::test]
    #[should_panic(expected = "a 3")]
    async fn panics_but_rarely_not(rng: Rng) {
        let drawn = rng.u32(0..6);
        assert!(drawn == 4, "a 3");
    }

    #[solipsism::test]
    async fn exits_rarely(rng: Rng) {
        if rng.u32(0..6) == 3 {
            std::process::exit(7);
        }
    }
}

/// What `--debug` tells of.
mod traced {
    use super::{Duration, thread, time};

    #[solipsism::test]
    async fn takes_a_day() {
        println!("it begins");
        time::sleep(Duration::from_secs(24 * 60 * 60)).await;
    }

    #[solipsism::test]
    async fn is_long_in_one_poll() {
        time::sleep(Duration::from_secs(1)).await;
        thread::park_timeout(Duration::from_millis(300));
    }
}

solipsism::main!();
