//! What is said of tests beside their worlds, where libtest runs them: on threads of one process.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use solipsism::Skip;

static BUSY: AtomicBool = AtomicBool::new(false);

fn alone() {
    assert!(!BUSY.swap(true, Ordering::SeqCst), "somebody is here");
    for _ in 0..1000 {
        std::thread::yield_now();
    }
    BUSY.store(false, Ordering::SeqCst);
}

mod one {
    #[solipsism::test(serial = "alone")]
    async fn of_a_group_no_two_run_at_a_time() {
        super::alone();
    }

    #[solipsism::test(serial = "alone")]
    async fn cases_neither(#[values(1, 2, 3)] _case: u8) {
        super::alone();
    }
}

mod other {
    solipsism::defaults!(serial = "alone", tags = ["alone"]);

    #[solipsism::test]
    async fn whatever_their_modules_are() {
        super::alone();
    }

    #[solipsism::test]
    async fn and_whoever_says_it() {
        super::alone();
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "others would not always have a reason"
)]
fn is_never_here() -> Option<&'static str> {
    Some("it is never here")
}

#[solipsism::test(ignore_if = is_never_here)]
async fn what_is_ignored_passes() {
    unreachable!("nobody asked for ignored tests");
}

#[solipsism::test(ignore_if = is_never_here)]
#[should_panic(expected = "what it says")]
async fn and_so_it_does_where_a_panic_is_expected() {}

#[solipsism::test]
async fn what_skips_itself_passes() -> Result<(), Skip> {
    Err(Skip("it is never here"))
}

#[solipsism::test(unrepeatable, retries = 2)]
async fn what_passes_by_a_retry_passes() {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    assert_eq!(RUNS.fetch_add(1, Ordering::Relaxed), 2);
}
