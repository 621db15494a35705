//! What failing tests inside of a tokio runtime print, literally.

use expect_test::expect_file;
use solipsism_tests::run;

const FAILURES: &str = env!("CARGO_BIN_EXE_hosted_failures");

#[solipsism::test]
async fn every_way_to_fail_inside_of_tokio_is_reported() {
    let printed = run(FAILURES, &[]);
    expect_file!["reports/hosted.txt"].assert_eq(&printed.stdout);
    assert_eq!((printed.stderr.as_str(), printed.code), ("\n", Some(101)));
}

solipsism::main!();
