use solipsism::fixtures::TestInfo;
use solipsism::time::{self, Duration, Instant};

#[solipsism::test]
async fn is_named_after_the_test() {
    let start = Instant::now();
    time::sleep(Duration::from_secs(90)).await;
    insta::assert_debug_snapshot!(start.elapsed());
}

#[solipsism::test]
async fn stands_in_the_source() {
    time::sleep(Duration::from_secs(90)).await;
    insta::assert_debug_snapshot!(Instant::now(), @"90s");
}

#[solipsism::test]
#[case::second(1)]
#[case::minute(60)]
async fn is_one_for_each_case(info: TestInfo, #[case] secs: u64) {
    time::sleep(Duration::from_secs(secs)).await;
    let case = info.case().expect("it has cases");
    insta::with_settings!({ snapshot_suffix => case }, {
        insta::assert_debug_snapshot!(Instant::now());
    });
}
