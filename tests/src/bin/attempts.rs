//! Tests that fail once or twice, some of them with their process, and what they share. The suite `attempts` runs this program, and says
//! in `ATTEMPTS` where it may count them.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::PathBuf;
use std::process;

/// The how manieth attempt at the test of this name this is, in whatever process.
fn nth_attempt(name: &str) -> u64 {
    let directory = std::env::var_os("ATTEMPTS").expect("the suite says where");
    let mut options = OpenOptions::new();
    let file = options
        .append(true)
        .create(true)
        .open(PathBuf::from(directory).join(name));
    let mut file = file.expect("it is ours");
    file.write_all(b"+").expect("there is room");
    let attempt = file.metadata().expect("it is there").len();
    println!("attempt {attempt}");
    attempt
}

#[solipsism::test(unrepeatable, retries = 2)]
async fn aborts_twice() {
    if nth_attempt("aborts_twice") < 3 {
        process::abort();
    }
}

#[solipsism::test(unrepeatable)]
async fn aborts_and_is_not_retried() {
    process::abort();
}

#[solipsism::test(unrepeatable, retries = 1)]
async fn always_exits() {
    process::exit(0);
}

#[solipsism::test(unrepeatable, retries = 2)]
async fn fails_aborts_and_passes() {
    match nth_attempt("fails_aborts_and_passes") {
        1 => panic!("the first attempt"),
        2 => process::abort(),
        _ => {}
    }
}

#[solipsism::test(unrepeatable, retries = 2)]
async fn aborts_and_fails() {
    match nth_attempt("aborts_and_fails") {
        1 => process::abort(),
        attempt => panic!("attempt {attempt}"),
    }
}

struct Db;

#[solipsism::fixture(scope = "session", teardown = close)]
fn db() -> Db {
    println!("set up");
    Db
}

async fn close(_: Db) {
    println!("torn down");
}

mod shares {
    use super::{Db, nth_attempt, process};

    #[solipsism::test]
    async fn a_passes(_db: &Db) {}

    #[solipsism::test(unrepeatable, retries = 1)]
    async fn b_aborts_once(_db: &Db) {
        if nth_attempt("b_aborts_once") == 1 {
            process::abort();
        }
    }

    #[solipsism::test]
    async fn c_passes(_db: &Db) {}
}

/// Whose teardown fails.
struct Torn;

#[solipsism::fixture(scope = "module", teardown = tear)]
fn torn() -> Torn {
    Torn
}

async fn tear(_: Torn) {
    panic!("it is torn");
}

/// For `--fail-fast`: what `a` and `b` share is torn down when `b` has failed, and `c` is not run.
mod torn_down {
    use super::Torn;

    #[solipsism::test]
    async fn a_passes(_torn: &Torn) {}

    #[solipsism::test]
    async fn b_fails() {
        panic!("and it is the last");
    }

    #[solipsism::test]
    async fn c_is_not_run(_torn: &Torn) {}
}

/// The same, but nobody needs it before the failure.
mod torn_down_and_untold {
    use super::Torn;

    #[solipsism::test]
    async fn a_is_not_run(_torn: &Torn) {}
}

solipsism::main!();
