//! The programs of the chapter on neighbours under libtest, and what can be written there alone: a property of std's `#[test]`, each
//! case in a world of its own.

mod cases;
mod properties;
mod quick;
mod snapshots;

mod plain_property {
    use proptest::prelude::*;
    use solipsism::EventLoop;
    use solipsism::time::{self, Duration};

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn each_case_has_a_clock_that_begins_at_zero(millis in 0..10_000_u64) {
            let event_loop = EventLoop::new();
            event_loop.run(async { time::sleep(Duration::from_millis(millis)).await })?;
            prop_assert_eq!(format!("{:?}", event_loop.now()), format!("{:?}", Duration::from_millis(millis)));
        }
    }
}
