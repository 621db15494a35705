//! What is told of faults as people plant them: which line it was, and what to do.

use expect_test::expect_file;
use solipsism_tests::run;

const CORPUS: &str = env!("CARGO_BIN_EXE_corpus");

#[solipsism::test]
async fn every_fault_is_told_with_its_line() {
    let printed = run(CORPUS, &[]);
    expect_file!["reports/corpus.txt"].assert_eq(&printed.stdout);
    assert_eq!(printed.code, Some(101));
}

#[solipsism::test]
async fn a_fault_is_told_alike_at_any_number_of_threads() {
    let one = run(CORPUS, &["--test-threads", "1"]);
    for threads in ["2", "8"] {
        assert_eq!(
            one,
            run(CORPUS, &["--test-threads", threads]),
            "at {threads} threads"
        );
    }
}

solipsism::main!();
