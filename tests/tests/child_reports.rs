//! What tests print that misuse a child loop, or fail in one, literally, and that it is the same in every run.

use expect_test::expect_file;
use solipsism_tests::run;

const FAILURES: &str = env!("CARGO_BIN_EXE_child_failures");

#[solipsism::test]
async fn every_misuse_is_told_with_its_cure() {
    let printed = run(FAILURES, &[]);
    expect_file!["reports/children.txt"].assert_eq(&printed.stdout);
    assert_eq!((printed.stderr.as_str(), printed.code), ("\n", Some(101)));
}

#[solipsism::test]
async fn it_is_told_the_same_at_any_number_of_threads() {
    let one = run(FAILURES, &["--test-threads", "1"]);
    for threads in ["2", "8"] {
        let others = run(FAILURES, &["--test-threads", threads]);
        assert_eq!(one, others, "at {threads} threads");
    }
}

solipsism::main!();
