//! Tests that end in every way that a report tells apart, for those who read reports.

use std::cell::Cell;
use std::thread;

use solipsism::time::{Duration, sleep};
use solipsism::{EventLoop, Skip};

#[solipsism::test]
async fn a_year_passes() {
    sleep(Duration::from_secs(365 * 86_400)).await;
    println!("a year is over");
}

#[solipsism::test]
async fn aborts() {
    println!("before the end");
    std::process::abort();
}

#[solipsism::test(seed = 0x2a)]
async fn fails() {
    sleep(Duration::from_millis(1500)).await;
    print!(
        "\x1B[31mred & <bold>\x1B[0m ]]>\r\nrings\x07, 100%\n\n---- another ----\n\"quoted\" ä \u{FFFE}"
    );
    panic!("no: <this>\n  cannot be, 100%");
}

#[solipsism::test]
#[ignore = "not now"]
async fn is_ignored() {}

#[solipsism::test]
async fn returns_an_error() -> Result<(), std::num::ParseIntError> {
    "x".parse::<u32>()?;
    Ok(())
}

#[solipsism::test]
async fn waits_for_nobody() {
    std::future::pending::<()>().await;
}

struct Display;

#[solipsism::fixture]
fn display() -> Result<Display, Skip> {
    Err(Skip("there is no \"display\""))
}

#[solipsism::test]
async fn wants_a_display(_display: Display) {}

struct Window;

#[solipsism::fixture(scope = "session")]
fn window() -> Result<Window, Skip> {
    Err(Skip("there are no windows"))
}

#[solipsism::test]
async fn wants_a_window(_window: &Window) {}

struct Broken;

#[solipsism::fixture(scope = "session")]
fn broken() -> Result<Broken, std::fmt::Error> {
    println!("about to break");
    Err(std::fmt::Error)
}

mod taken_along {
    use super::Broken;

    #[solipsism::test]
    async fn first(_broken: &Broken) {}

    #[solipsism::test]
    async fn second(_broken: &Broken) {}
}

struct Own;

#[solipsism::fixture]
fn own() -> Own {
    panic!("its own fixture");
}

#[solipsism::test]
async fn has_a_broken_fixture(_own: Own) {}

struct Leaking;

#[solipsism::fixture(scope = "session", teardown = close)]
fn leaking() -> Leaking {
    Leaking
}

async fn close(_: Leaking) {
    panic!("it leaks");
}

#[solipsism::test]
async fn uses_what_cannot_be_torn_down(_leaking: &Leaking) {}

/// In a loop of the session's, which is an hour old when its first test begins.
struct Clock;

#[solipsism::fixture(scope = "session")]
async fn clock(_event_loop: EventLoop) -> Clock {
    sleep(Duration::from_secs(3600)).await;
    Clock
}

mod in_a_loop {
    use super::{Clock, Duration, sleep};

    #[solipsism::test]
    async fn one_second(_clock: &Clock) {
        sleep(Duration::from_secs(1)).await;
    }

    #[solipsism::test]
    async fn two_seconds(_clock: &Clock) {
        sleep(Duration::from_secs(2)).await;
    }

    #[solipsism::test(wall_limit = "200ms")]
    async fn two_seconds_and_never_back(_clock: &Clock) {
        sleep(Duration::from_secs(2)).await;
        loop {
            std::thread::park();
        }
    }
}

/// Bound to its thread.
struct Thread(Cell<u32>);

#[solipsism::fixture(scope = "session")]
fn bound() -> Thread {
    Thread(Cell::new(0))
}

mod on_a_thread {
    use super::{Duration, Thread, sleep};

    #[solipsism::test]
    async fn one_second(thread: &Thread) {
        thread.0.set(1);
        sleep(Duration::from_secs(1)).await;
    }

    #[solipsism::test(wall_limit = "200ms")]
    async fn three_seconds_and_never_back(_thread: &Thread) {
        sleep(Duration::from_secs(3)).await;
        loop {
            std::thread::park();
        }
    }
}

mod limits {
    use super::{Duration, sleep};

    #[solipsism::test(time_limit = "1h")]
    async fn of_time() {
        sleep(Duration::from_secs(7200)).await;
    }

    #[solipsism::test(wall_limit = "200ms")]
    async fn of_the_wall() {
        sleep(Duration::from_secs(5)).await;
        loop {
            std::thread::park();
        }
    }
}

/// One process runs both, for they share something.
mod beside {
    struct Settings;

    #[solipsism::fixture(scope = "session")]
    fn settings() -> Settings {
        Settings
    }

    #[solipsism::test(wall_limit = "200ms")]
    #[ignore = "it takes its time"]
    async fn a_spins(_settings: &Settings) {
        loop {
            std::thread::park();
        }
    }

    #[solipsism::test]
    #[ignore = "it takes its time"]
    async fn b_fails(_settings: &Settings) {
        println!("one of the two says so");
        panic!("it fails");
    }
}

/// A thread that nobody waits for prints while these run, and after.
mod strays {
    use super::thread;

    #[solipsism::test]
    #[ignore = "it is never the same"]
    async fn a_leaves_a_thread_behind() {
        thread::spawn(|| (0..20_000).for_each(|line| eprintln!("stray {line}")));
    }

    #[solipsism::test]
    #[ignore = "it is never the same"]
    async fn b_is_another(#[values(1, 2, 3, 4, 5, 6, 7, 8, 9)] _of: u32) {}
}

solipsism::main!();
