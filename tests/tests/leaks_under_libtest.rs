//! What is left behind under the ordinary libtest harness: this target has no `harness = false`.

use std::future::pending;
use std::process::Command;

use expect_test::expect;
use solipsism::spawn;
use solipsism_tests::output;

#[solipsism::test]
#[ignore = "looked at below"]
async fn warns() {
    spawn(pending::<()>());
}

#[solipsism::test(leaks = "fail")]
#[ignore = "looked at below"]
async fn fails() {
    spawn(pending::<()>());
}

#[solipsism::test(leaks = "allow")]
#[ignore = "looked at below"]
async fn says_nothing() {
    spawn(pending::<()>());
}

#[test]
fn it_is_told_in_what_a_test_prints() {
    let this = std::env::current_exe().expect("the test knows its program");
    let arguments = [
        "--ignored",
        "--nocapture",
        "--test-threads",
        "1",
        "--color",
        "never",
    ];
    let printed = output(Command::new(this).args(arguments));
    expect![[r#"
        left something behind at 0ns
          1 task is still alive: spawned at tests/tests/leaks_under_libtest.rs:19:5 at 0ns
            no waker of it is alive, so nothing could ever wake it
            await or abort it before the test ends, or call `.background()` on what `spawn` gave if it may outlive the test
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --test leaks_under_libtest fails -- --exact --include-ignored
        warns: left behind: 1 task is still alive: spawned at tests/tests/leaks_under_libtest.rs:13:5 at 0ns; no waker of it is alive, so nothing could ever wake it; await or abort it before the test ends, or call `.background()` on what `spawn` gave if it may outlive the test
    "#]]
    .assert_eq(&printed.stderr);
    assert!(
        printed.stdout.contains("test fails ... FAILED"),
        "{}",
        printed.stdout
    );
    assert!(
        printed.stdout.contains("2 passed; 1 failed"),
        "{}",
        printed.stdout
    );
}
