//! The jitter of tower's backoff, and where its randomness comes from.
//!
//! By default that is std's `RandomState`, whose keys are the process's: no world can give it a seed, and what a test asserts
//! can only be the bounds. `ExponentialBackoffMaker::new` takes any other generator, and so one that has the world's seed.

use std::time::Duration;

use solipsism::EventLoop;
use solipsism::hyper::client;
use solipsism::time::Instant;
use tower::ServiceExt;
use tower::retry::Retry;
use tower::retry::backoff::{Backoff, ExponentialBackoffMaker, MakeBackoff};
use tower::util::rng::{HasherRng, Rng};

use super::retry::Again;
use super::{SECOND, request, serve_after};

/// The generator `SplitMix64`.
#[derive(Clone)]
struct Seeded(u64);

impl Rng for Seeded {
    fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// Not a second: of a whole number of seconds tower adds a whole number of them only, which may be none.
const SHORTEST: Duration = Duration::from_millis(100);

/// What tower adds at most, as a share. Timers of tokio's fire at the next whole millisecond.
fn longest(base: Duration) -> Duration {
    base * 3 / 2 + Duration::from_millis(1)
}

fn maker<R: Rng>(rng: R) -> ExponentialBackoffMaker<R> {
    ExponentialBackoffMaker::new(SHORTEST, 60 * SECOND, 0.5, rng).unwrap()
}

/// When a server was asked that drops four connections.
async fn asked(seed: u64) -> Vec<Duration> {
    let log = serve_after(4).await;
    let backoff = maker(Seeded(seed)).make_backoff();
    let service = Retry::new(Again { left: 4, backoff }, client());
    service.oneshot(request("/a")).await.unwrap();
    log.take()
}

fn asked_in_a_world_with(seed: u64) -> Vec<Duration> {
    let run = move || {
        let event_loop = EventLoop::builder().seed(seed).tokio().build();
        let seed = event_loop.seed();
        event_loop.run(asked(seed)).unwrap()
    };
    std::thread::scope(|scope| scope.spawn(run).join().unwrap())
}

#[solipsism::test]
async fn with_the_worlds_seed_every_attempt_is_at_the_same_instant_in_every_run() {
    let once = asked_in_a_world_with(7);
    assert_eq!(asked_in_a_world_with(7), once);
    assert_ne!(asked_in_a_world_with(8), once);
}

#[solipsism::test(tokio)]
async fn it_adds_up_to_its_share_on_top(event_loop: EventLoop) {
    let asked = asked(event_loop.seed()).await;
    for (attempt, pair) in asked.windows(2).enumerate() {
        let base = SHORTEST * (1 << attempt);
        let waited = pair[1].saturating_sub(pair[0]);
        assert!((base..=longest(base)).contains(&waited), "{asked:?}");
    }
}

#[solipsism::test(tokio)]
async fn of_the_default_randomness_only_the_bounds_are_known() {
    let mut backoff = maker(HasherRng::default()).make_backoff();
    for base in [100, 200, 400, 800].map(Duration::from_millis) {
        let start = Instant::now();
        backoff.next_backoff().await;
        assert!((base..=longest(base)).contains(&start.elapsed()));
    }
}
