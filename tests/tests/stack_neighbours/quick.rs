use quickcheck::{Gen, QuickCheck, TestResult};
use solipsism::fixtures::Rng;
use solipsism::time::{self, Duration, Instant};

use crate::properties::in_a_world_of_its_own;

fn a_timeout_is_never_early(slow: u16, limit: u16) -> TestResult {
    if slow == limit {
        return TestResult::discard();
    }
    let [slow, limit] = [slow, limit].map(|millis| Duration::from_millis(millis.into()));
    let holds = in_a_world_of_its_own(async || {
        let start = Instant::now();
        let is_late = time::timeout(limit, time::sleep(slow)).await.is_err();
        (is_late, start.elapsed()) == (slow > limit, slow.min(limit))
    });
    holds.map_or_else(
        |stopped| TestResult::error(stopped.to_string()),
        TestResult::from_bool,
    )
}

#[solipsism::test]
async fn timeouts(rng: Rng) {
    let numbers = Gen::from_size_and_seed(100, rng.u64(..));
    let mut check = QuickCheck::new().rng(numbers);
    check.quickcheck(a_timeout_is_never_early as fn(u16, u16) -> TestResult);
}
