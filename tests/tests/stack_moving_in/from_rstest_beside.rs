use rstest::{fixture, rstest};
use solipsism::time::{self, Duration, Instant};

#[fixture]
fn pause(#[default(60)] secs: u64) -> Duration {
    Duration::from_secs(secs)
}

#[rstest]
#[case::once(1)]
#[case::twice(2)]
#[solipsism::test]
async fn sleeps(pause: Duration, #[case] times: u32) {
    let start = Instant::now();
    for _ in 0..times {
        time::sleep(pause).await;
    }
    assert_eq!(start.elapsed(), pause * times);
}

solipsism::main!();
