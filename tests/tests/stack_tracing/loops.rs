//! Tests in children of a wider fixture's loop, and tests on its thread.

use std::cell::Cell;

use solipsism::EventLoop;
use solipsism::time::{Duration, sleep};
use solipsism::tracing::Logs;
use tracing::info;

struct Heart(Cell<u32>);

#[solipsism::fixture(scope = "module")]
fn heart(_event_loop: EventLoop) -> Heart {
    let beat = async {
        loop {
            sleep(Duration::from_secs(1)).await;
            info!("beat");
        }
    };
    solipsism::spawn(beat).background();
    Heart(Cell::new(0))
}

#[solipsism::test]
async fn a_child_records_what_goes_on_around_it(heart: &Heart, logs: Logs) {
    heart.0.set(heart.0.get() + 1);
    sleep(Duration::from_millis(2_500)).await;
    assert_eq!(logs.text().lines().count(), 2);
}

#[solipsism::test]
async fn another_child_begins_with_nothing(heart: &Heart, logs: Logs) {
    heart.0.set(heart.0.get() + 1);
    assert_eq!(logs.text(), "");
    info!("own");
    assert_eq!(logs.text().lines().count(), 1);
}

#[solipsism::test]
async fn a_child_that_did_not_ask_records_nowhere(heart: &Heart) {
    heart.0.set(heart.0.get() + 1);
    assert!(!tracing::enabled!(tracing::Level::ERROR));
}

mod on_its_thread {
    use std::rc::Rc;

    use solipsism::tracing::Logs;
    use tracing::info;

    struct Local {
        _not_send: Rc<()>,
        logs: Logs,
    }

    #[solipsism::fixture(scope = "module")]
    fn local(logs: Logs) -> Local {
        info!("made");
        Local {
            _not_send: Rc::default(),
            logs,
        }
    }

    #[solipsism::test]
    async fn a_wider_fixture_has_logs_of_its_own(local: &Local) {
        info!("of a world that has none");
        assert_eq!(local.logs.text().lines().count(), 1);
        assert!(local.logs.contain("made"));
    }

    #[solipsism::test]
    async fn and_the_test_others(local: &Local, logs: Logs) {
        info!("of the test");
        assert!(!local.logs.contain("of the test"));
        assert_eq!(logs.text().lines().count(), 1);
    }
}
