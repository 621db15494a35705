use rstest::rstest;
use solipsism::time::{self, Duration, Instant};
use test_case::test_case;

#[test_case(1 ; "once")]
#[test_case(60 ; "for_a_minute")]
#[solipsism::test]
async fn sleeps(secs: u64) {
    let start = Instant::now();
    time::sleep(Duration::from_secs(secs)).await;
    assert_eq!(start.elapsed(), Duration::from_secs(secs));
}

#[rstest]
#[case::once(1)]
#[case::for_a_minute(60)]
#[solipsism::test]
async fn times_out(#[case] secs: u64) {
    let never = std::future::pending::<()>();
    let limit = Duration::from_secs(secs);
    assert!(time::timeout(limit, never).await.is_err());
}
