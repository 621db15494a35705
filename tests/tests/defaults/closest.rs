//! Of several defaults that hold for a test the closest wins.

use std::time::Duration;

use solipsism::EventLoop;
use solipsism::time::{Instant, SystemTime};

/// The year in which the world began, as far as these tests care.
fn year() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    1970 + since.expect("it is later").as_secs() / (31_556_952)
}

#[solipsism::test]
async fn the_target_has_a_say() {
    // Under libtest too: what stands in `main!` is registered there as well.
    assert_eq!(year(), 2031);
}

mod outer {
    use super::{Duration, EventLoop, Instant, year};

    solipsism::defaults!(epoch = "2041-06-01T00:00:00Z", clock = "manual");

    #[solipsism::test]
    async fn the_module_beats_the_target(event_loop: EventLoop) {
        assert_eq!(year(), 2041);
        let start = Instant::now();
        event_loop.advance(Duration::from_secs(1)).await;
        assert_eq!(start.elapsed(), Duration::from_secs(1));
    }

    #[solipsism::test(clock = "virtual", epoch = "2061-06-01T00:00:00Z")]
    async fn the_test_beats_all() {
        assert_eq!(year(), 2061);
        solipsism::time::sleep(Duration::from_secs(1)).await;
    }

    mod inner {
        use super::{Duration, EventLoop, year};

        solipsism::defaults!(epoch = "2051-06-01T00:00:00Z");

        #[solipsism::test]
        async fn the_inner_module_beats_the_outer_one(event_loop: EventLoop) {
            assert_eq!(year(), 2051);
            // What it does not say is said further out.
            event_loop.advance(Duration::from_secs(1)).await;
        }
    }
}

mod outermost {
    use super::{Duration, year};

    #[solipsism::test]
    async fn others_are_not_concerned() {
        assert_eq!(year(), 2031);
        solipsism::time::sleep(Duration::from_secs(1)).await;
    }
}
