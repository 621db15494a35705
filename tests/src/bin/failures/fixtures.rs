//! Fixtures of one's own that fail, and what they are told when the test does.

use std::io;

use solipsism::fixtures::{Rng, Server};
use solipsism::net::Stream;
use solipsism::task::Builder;
use solipsism::time::{self, Duration};
use solipsism::{EventLoop, Outcome, spawn};

/// Expects to be told that the test failed.
struct ToldOfFailure;

#[solipsism::fixture(teardown = |_: ToldOfFailure, outcome| assert_eq!(*outcome, Outcome::Failed))]
fn told_of_failure() -> ToldOfFailure {
    ToldOfFailure
}

#[solipsism::test]
async fn fails_in_the_background_in_its_last_instant(_told: &mut ToldOfFailure) {
    drop(spawn(async { panic!("in the last instant") }));
}

struct Slow;

#[solipsism::fixture(teardown = async |_: Slow| time::sleep(Duration::from_secs(61)).await)]
fn slow() -> Slow {
    Slow
}

struct Fails;

#[solipsism::fixture(teardown = |_: Fails| panic!("a teardown that never returns"))]
fn fails() -> Fails {
    Fails
}

#[solipsism::test]
async fn fails_in_the_background_while_a_fixture_is_torn_down(_waits: &mut Waits) {
    drop(spawn(async {
        time::sleep(Duration::from_secs(5)).await;
        panic!("a task of the test's");
    }));
}

struct Waits;

#[solipsism::fixture(teardown = async |_: Waits| time::sleep(Duration::from_secs(10)).await)]
fn waits() -> Waits {
    Waits
}

struct Spawns;

#[solipsism::fixture(teardown = |_: Spawns| drop(spawn(async { panic!("spawned by a teardown") })))]
fn spawns() -> Spawns {
    Spawns
}

#[solipsism::test]
async fn every_teardown_fails(
    _first_told: &mut ToldOfFailure,
    _slow: &mut Slow,
    _fails: &mut Fails,
    _spawns: &mut Spawns,
) {
    time::sleep(Duration::from_secs(100)).await;
}

struct Db;

#[solipsism::fixture]
async fn db() -> Result<Db, io::Error> {
    time::sleep(Duration::from_secs(5)).await;
    Err(io::Error::other("the disk is full"))
}

struct App;

#[solipsism::fixture]
fn app(_db: Db) -> App {
    App
}

#[solipsism::test]
#[should_panic]
async fn is_not_run_without_its_fixture(_app: App) {
    panic!("it was run");
}

/// A server that goes on while tests run.
struct Echo(Server);

#[solipsism::fixture(scope = "module")]
async fn echo(server: Server) -> io::Result<Echo> {
    server
        .start(|_stream: Stream| async {
            io::Result::<()>::Err(io::ErrorKind::UnexpectedEof.into())
        })
        .await?;
    Ok(Echo(server))
}

mod beside_a_server {
    use super::{Duration, Echo, io, time};

    #[solipsism::test]
    async fn meets_a_handler_that_fails(echo: &Echo) -> io::Result<()> {
        let _client = echo.0.connect().await?;
        time::sleep(Duration::from_secs(1)).await;
        Ok(())
    }

    #[solipsism::test]
    async fn then_is_not_run(_echo: &Echo) {}
}

struct Bomb;

#[solipsism::fixture(scope = "module")]
fn bomb(_event_loop: EventLoop, rng: Rng) -> Bomb {
    drop(rng);
    drop(spawn(async { panic!("in the instant of the set-up") }));
    Bomb
}

mod beside_a_bomb {
    #[solipsism::test]
    async fn is_taken_along(_bomb: &super::Bomb) {}
}

struct Heart;

#[solipsism::fixture(scope = "module")]
fn heart(_event_loop: EventLoop) -> Heart {
    let beat = async {
        loop {
            time::sleep(Duration::from_secs(30)).await;
        }
    };
    drop(Builder::new().name("heart").spawn(beat));
    Heart
}

mod beside_a_heartbeat {
    use std::future::pending;

    use solipsism::spawn;

    #[solipsism::test]
    async fn hangs(_heart: &super::Heart) {
        let _ = spawn(pending::<()>()).await;
    }
}
