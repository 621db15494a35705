//! Properties that do not hold, on purpose. The suite `stack_neighbours` runs this program and compares what it prints.

use std::panic::resume_unwind;
use std::thread;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use solipsism::EventLoop;
use solipsism::fixtures::Rng;
use solipsism::time::{self, Duration};

fn in_a_world_of_its_own<T: Send>(
    case: impl AsyncFnOnce() -> T + Send,
) -> Result<T, TestCaseError> {
    let run = || {
        let ended = EventLoop::new().run(case());
        ended.map_err(|stopped| TestCaseError::fail(stopped.to_string()))
    };
    let ended = thread::scope(|scope| scope.spawn(run).join());
    ended.unwrap_or_else(|panic| resume_unwind(panic))
}

fn runner(rng: &Rng) -> TestRunner {
    let mut seed = [0; 32];
    rng.fill(&mut seed);
    let config = Config {
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed))
}

#[solipsism::test]
async fn hangs_from_a_hundred_on(rng: Rng) {
    let holds = runner(&rng).run(&(0..10_000_u64), |millis| {
        in_a_world_of_its_own(async || {
            time::sleep(Duration::from_millis(millis)).await;
            if millis >= 100 {
                std::future::pending::<()>().await;
            }
        })
    });
    holds.unwrap_or_else(|failure| panic!("{failure}"));
}

#[solipsism::test]
async fn is_false_from_a_hundred_on(rng: Rng) {
    let holds = runner(&rng).run(&(0..10_000_u64), |millis| {
        let elapsed = in_a_world_of_its_own(async || {
            let start = time::Instant::now();
            time::sleep(Duration::from_millis(millis)).await;
            start.elapsed()
        })?;
        prop_assert!(elapsed < Duration::from_millis(100));
        Ok(())
    });
    holds.unwrap_or_else(|failure| panic!("{failure}"));
}

#[solipsism::test]
async fn runs_a_world_inside_of_one() {
    EventLoop::new().block_on(async {});
}

solipsism::main!();
