//! What is told of faults in servers and clients of hyper and axum.

use expect_test::expect_file;
use solipsism_tests::run;

const FAILURES: &str = env!("CARGO_BIN_EXE_stack_servers_failures");

#[solipsism::test]
async fn every_fault_of_a_server_is_told() {
    let printed = run(FAILURES, &[]);
    expect_file!["reports/servers.txt"].assert_eq(&printed.stdout);
    assert_eq!(printed.code, Some(101));
}

#[solipsism::test]
async fn it_is_told_alike_at_any_number_of_threads() {
    let one = run(FAILURES, &["--test-threads", "1"]);
    for threads in ["2", "8"] {
        let other = run(FAILURES, &["--test-threads", threads]);
        assert_eq!(one, other, "at {threads} threads");
    }
}

solipsism::main!();
