//! Tests that leave their process in a state in which others had better not find it, beside tests that look.

use std::env;
use std::io;
use std::path::Path;
use std::process::{self, Command};
use std::thread;

#[solipsism::test]
async fn a_changes_the_directory() {
    env::set_current_dir("/").expect("there is a root");
}

#[solipsism::test]
async fn b_finds_its_directory() {
    assert!(Path::new("Cargo.toml").exists());
}

/// It cannot even be told that it takes too long.
#[solipsism::test]
async fn c_stops_its_process() {
    println!("before");
    let (id, mut kill) = (process::id(), Command::new("kill"));
    let status = kill.args(["-STOP", &id.to_string()]).status();
    assert!(status.expect("there is a kill").success());
}

/// What it started has what the process had, and lives on.
#[solipsism::test]
async fn d_leaves_a_process_behind_and_aborts() {
    let left = Command::new("sleep").arg("3").spawn();
    left.expect("there is a sleep");
    process::abort();
}

#[solipsism::test]
async fn e_exits_elsewhere() {
    let exits = thread::spawn(|| process::exit(7));
    exits.join().expect("it does not come back");
}

#[solipsism::test]
async fn f_ends_with_its_thread() {
    struct Aborts;

    impl Drop for Aborts {
        fn drop(&mut self) {
            process::abort();
        }
    }

    thread_local!(static LOCAL: Aborts = const { Aborts });
    LOCAL.with(|_| {});
}

#[solipsism::test]
async fn g_passes() {
    println!("{}", io::IsTerminal::is_terminal(&io::stdin()));
}

solipsism::main!();
