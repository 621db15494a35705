//! What is told of those who wait: in which functions, for what, and whose fault it is.

use expect_test::expect_file;
use solipsism_tests::run;

const CHAINS: &str = env!("CARGO_BIN_EXE_chains");

#[solipsism::test]
async fn every_hang_names_the_line() {
    let printed = run(CHAINS, &[]);
    // What is read of the futures themselves tells more.
    let told = if cfg!(feature = "dwarf") {
        expect_file!["reports/chains_read.txt"]
    } else {
        expect_file!["reports/chains.txt"]
    };
    told.assert_eq(&printed.stdout);
    assert_eq!(printed.code, Some(101));
}

#[solipsism::test]
async fn a_chain_is_the_same_at_any_number_of_threads() {
    let one = run(CHAINS, &["--test-threads", "1"]);
    for threads in ["2", "8"] {
        assert_eq!(
            one,
            run(CHAINS, &["--test-threads", threads]),
            "at {threads} threads"
        );
    }
}

#[solipsism::test]
async fn a_wall_limit_finds_who_hangs_behind_a_heartbeat() {
    let printed = run(CHAINS, &["--ignored", "hangs_behind"]);
    for told in [
        "wall limit: not finished after 100ms of real time, at ",
        "only heartbeats are left",
        " times since the body was last polled; in the last 1000 of these steps fired",
        "    1000 deadlines set at tests/src/bin/chains.rs:",
        "    waits for tokio::sync::oneshot::Receiver: its sender is alive and has sent nothing\n",
        "      first  tests/src/bin/chains.rs:",
    ] {
        assert!(printed.stdout.contains(told), "{told}\n{}", printed.stdout);
    }
}

#[solipsism::test]
async fn a_wall_limit_tells_who_waits_for_what_is_out() {
    let printed = run(CHAINS, &["--ignored", "waits_for_a_job"]);
    for told in [
        "wall limit: not finished after 100ms of real time, at 0ns\n  it waited for the blocking job submitted at tests/src/bin/chains.rs:",
        "    waits for the blocking job submitted at tests/src/bin/chains.rs:",
    ] {
        assert!(printed.stdout.contains(told), "{told}\n{}", printed.stdout);
    }
}

solipsism::main!();
