//! What is told of a task that hangs inside of one of these crates.

use expect_test::expect_file;
use solipsism_tests::run;

#[solipsism::test]
async fn of_each_leaf() {
    let printed = run(env!("CARGO_BIN_EXE_stack_futures_failures"), &[]);
    expect_file!["reports.txt"].assert_eq(&printed.stdout);
}
