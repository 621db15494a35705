//! What is said of tests beside their worlds: tags, groups, conditions, retries, and defaults for all of these.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use solipsism::{Skip, time};

fn is_on_the_moon() -> bool {
    false
}

fn is_on_earth() -> bool {
    true
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "others would not always have a reason"
)]
fn no_display() -> Option<&'static str> {
    Some("there is no display")
}

fn docker() -> Result<(), String> {
    Err(format!("no docker at {}", "/var/run/docker.sock"))
}

fn nobody_knows() -> bool {
    panic!("there is no way to tell")
}

/// Whose teardown shows that it was set up.
struct Announced;

#[solipsism::fixture(scope = "module")]
fn announced() -> Announced {
    println!("set up");
    Announced
}

mod conditions {
    use super::{Announced, docker, is_on_earth, is_on_the_moon, nobody_knows};

    #[solipsism::test(ignore_if = is_on_the_moon)]
    async fn is_run_where_it_may_be() {}

    #[solipsism::test(ignore_if = is_on_earth)]
    async fn a_bool(_announced: &Announced) {
        panic!("it is run all the same");
    }

    #[solipsism::test(ignore_if = super::no_display)]
    async fn an_option() {}

    #[solipsism::test(ignore_if = docker)]
    #[should_panic(expected = "docker")]
    async fn a_result() {
        panic!("docker");
    }

    #[solipsism::test(ignore_if = nobody_knows)]
    async fn a_panic() {}

    #[solipsism::test(ignore_if = nobody_knows)]
    #[should_panic(expected = "no way to tell")]
    async fn a_panic_that_looks_wanted() {}
}

mod skips {
    use super::{Duration, Skip, time};

    #[solipsism::test]
    async fn in_its_body() -> Result<(), Skip> {
        time::sleep(Duration::from_secs(1)).await;
        Err(Skip("it is too early"))
    }

    #[solipsism::test]
    async fn by_a_question_mark() -> Result<(), Box<dyn std::error::Error>> {
        Err(Skip("it is too late"))?;
        Ok(())
    }

    #[solipsism::test]
    async fn while_a_task_panics() -> Result<(), Skip> {
        solipsism::spawn(async { panic!("nobody awaits me") });
        Err(Skip("it would be hidden"))
    }
}

mod unrepeatable {
    use super::{AtomicU32, Ordering};

    static RUNS: AtomicU32 = AtomicU32::new(0);

    fn nth_run() -> u32 {
        RUNS.fetch_add(1, Ordering::Relaxed) + 1
    }

    #[solipsism::test(unrepeatable, retries = 2)]
    async fn passes_at_last() {
        let run = nth_run();
        assert_eq!(run, 3, "not yet");
    }

    #[solipsism::test(unrepeatable, retries = 1)]
    async fn never_passes() {
        panic!("never");
    }

    #[solipsism::test(unrepeatable)]
    async fn is_not_retried() {
        panic!("once");
    }
}

#[solipsism::test(clock = "real", retries = 1)]
async fn real_time() {
    panic!("it is late");
}

mod serial {
    use super::{AtomicBool, Ordering};

    static BUSY: AtomicBool = AtomicBool::new(false);

    /// In one process, or each in one of their own: the file is there for all of them.
    fn alone() {
        assert!(!BUSY.swap(true, Ordering::SeqCst));
        let path = std::env::var_os("ALONE").map(std::path::PathBuf::from);
        if let Some(path) = &path {
            std::fs::create_dir(path).expect("nobody else is here");
        }
        for _ in 0..1000 {
            std::thread::yield_now();
        }
        if let Some(path) = &path {
            std::fs::remove_dir(path).expect("it is still there");
        }
        BUSY.store(false, Ordering::SeqCst);
    }

    mod a {
        #[solipsism::test(serial = "file")]
        async fn one() {
            super::alone();
        }

        #[solipsism::test(serial = "file")]
        async fn each(#[values(1, 2, 3)] _case: u8) {
            super::alone();
        }
    }

    mod b {
        solipsism::defaults!(serial = "file");

        #[solipsism::test]
        async fn another() {
            super::alone();
        }

        #[solipsism::test]
        async fn yet_another() {
            super::alone();
        }
    }
}

#[solipsism::test(tags = ["slow", "db"])]
async fn slow_and_db() {}

#[solipsism::test(tags = ["slow"])]
async fn slow() {}

#[solipsism::test]
async fn plain() {}

mod of_a_module {
    solipsism::defaults!(tags = ["db"], ignore_if = super::no_display);

    #[solipsism::test]
    async fn is_of_the_database() {}

    #[solipsism::test(tags = ["slow"], time_limit = "3h", ignore_if = super::is_on_earth)]
    async fn is_slow_too() {
        solipsism::time::sleep(std::time::Duration::from_secs(7200)).await;
    }

    #[solipsism::test]
    async fn takes_two_hours() {
        solipsism::time::sleep(std::time::Duration::from_secs(7200)).await;
    }
}

solipsism::main!(time_limit = "1h");
