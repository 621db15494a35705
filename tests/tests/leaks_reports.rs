//! What is told of what tests leave behind, literally, and that it is the same in every run.

use expect_test::expect_file;
use solipsism_tests::run;

const LEAKS: &str = env!("CARGO_BIN_EXE_leaks");

#[solipsism::test]
async fn everything_that_is_left_is_told() {
    let printed = run(LEAKS, &[]);
    expect_file!["reports/leaks.txt"].assert_eq(&printed.stdout);
    assert_eq!((printed.stderr.as_str(), printed.code), ("\n", Some(101)));
}

#[solipsism::test]
async fn it_is_told_the_same_at_any_number_of_threads() {
    let one = run(LEAKS, &["--test-threads", "1"]);
    for threads in ["2", "8"] {
        assert_eq!(
            one,
            run(LEAKS, &["--test-threads", threads]),
            "at {threads} threads"
        );
    }
}

solipsism::main!();
