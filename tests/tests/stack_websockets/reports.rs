//! What tests tell that hang over a websocket.

use expect_test::expect_file;
use solipsism_tests::run;

#[solipsism::test]
async fn every_way_to_hang_over_a_websocket_is_reported() {
    let printed = run(env!("CARGO_BIN_EXE_stack_websockets_failures"), &[]);
    expect_file!["../reports/websockets.txt"].assert_eq(&printed.stdout);
    assert_eq!((printed.stderr.as_str(), printed.code), ("\n", Some(101)));
}
