use std::panic::resume_unwind;
use std::thread;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use solipsism::EventLoop;
use solipsism::fixtures::Rng;
use solipsism::time::{self, Duration, Instant};

/// One thread has one world, so that a fresh one for a case needs a thread.
pub fn in_a_world_of_its_own<T: Send>(
    case: impl AsyncFnOnce() -> T + Send,
) -> Result<T, TestCaseError> {
    let run = || {
        let ended = EventLoop::new().run(case());
        ended.map_err(|stopped| TestCaseError::fail(stopped.to_string()))
    };
    let ended = thread::scope(|scope| scope.spawn(run).join());
    ended.unwrap_or_else(|panic| resume_unwind(panic))
}

/// Its numbers come from the test's seed, and it writes no file beside the source.
pub fn runner(rng: &Rng) -> TestRunner {
    let mut seed = [0; 32];
    rng.fill(&mut seed);
    let config = Config {
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed))
}

#[solipsism::test]
async fn any_sleeps_add_up(rng: Rng) {
    let sleeps = prop::collection::vec(0..1_000_u64, 0..20);
    let holds = runner(&rng).run(&sleeps, |sleeps| {
        let total = Duration::from_millis(sleeps.iter().sum());
        let elapsed = in_a_world_of_its_own(async || {
            let start = Instant::now();
            for millis in sleeps {
                time::sleep(Duration::from_millis(millis)).await;
            }
            start.elapsed()
        })?;
        prop_assert_eq!(elapsed, total);
        Ok(())
    });
    holds.unwrap_or_else(|failure| panic!("{failure}"));
}
