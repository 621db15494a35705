//! What a report tells of what goes on beside whoever hangs: heartbeats, and wakes that were announced.

use expect_test::expect_file;
use solipsism_tests::run;

#[solipsism::test]
async fn what_goes_on_beside_a_hang_is_told() {
    let program = env!("CARGO_BIN_EXE_evidence");
    let one = run(program, &["--test-threads", "1"]);
    expect_file!["reports/evidence.txt"].assert_eq(&one.stdout);
    for threads in ["2", "8"] {
        let other = run(program, &["--test-threads", threads]);
        assert_eq!(one, other, "at {threads} threads");
    }
}

solipsism::main!();
