//! The same attribute under the ordinary libtest harness: this target has no `harness = false`.

use std::process::Command;
use std::time::Duration;

use expect_test::expect_file;
use solipsism::time::{self, Instant};
use solipsism_tests::output;

#[solipsism::test]
async fn an_hour_costs_nothing() {
    let start = Instant::now();
    time::sleep(Duration::from_secs(3600)).await;
    assert_eq!(start.elapsed(), Duration::from_secs(3600));
}

#[solipsism::test]
#[should_panic(expected = "as expected")]
async fn panics_as_expected() {
    time::sleep(Duration::from_secs(1)).await;
    panic!("as expected");
}

mod nested {
    pub(super) mod deeper {
        #[solipsism::test]
        async fn is_collected_under_its_path(event_loop: solipsism::EventLoop) {
            assert_eq!(event_loop.pending_timers(), 0);
        }
    }
}

/// These fail on purpose; the test below runs them and looks at what libtest prints.
mod failing {
    use super::*;

    #[solipsism::test]
    #[ignore = "fails on purpose"]
    async fn hangs() {
        std::future::pending::<()>().await;
    }

    #[solipsism::test]
    #[ignore = "fails on purpose"]
    async fn panics() {
        time::sleep(Duration::from_secs(1)).await;
        println!("printed by the test");
        panic!("after a second");
    }

    #[solipsism::test]
    #[ignore = "fails on purpose"]
    async fn leaves_a_panic_behind() {
        solipsism::spawn(async { panic!("nobody awaits me") });
    }

    #[solipsism::test]
    #[ignore = "fails on purpose"]
    async fn returns_an_error() -> std::io::Result<()> {
        Err(std::io::Error::other("no luck"))
    }

    #[solipsism::test(wall_limit = "50ms")]
    #[ignore = "fails on purpose"]
    async fn spins() {
        loop {
            std::hint::spin_loop();
        }
    }

    #[solipsism::test]
    #[ignore = "fails on purpose"]
    #[should_panic]
    async fn should_panic_but_hangs() {
        std::future::pending::<()>().await;
    }

    #[solipsism::test]
    #[ignore = "fails on purpose"]
    #[should_panic(expected = "this")]
    async fn should_panic_with_this() {
        panic!("that");
    }
}

#[test]
fn failures_are_reported_by_libtest() {
    let this = std::env::current_exe().expect("the test knows its program");
    let arguments = [
        "--ignored",
        "failing::",
        "--test-threads",
        "1",
        "--color",
        "never",
    ];
    let printed = output(Command::new(this).args(arguments));
    expect_file!["reports/under_libtest.txt"].assert_eq(&printed.stdout);
    assert_eq!((printed.stderr.as_str(), printed.code), ("\n", Some(101)));
}

#[test]
fn a_bad_variable_is_told_with_its_cure() {
    let this = std::env::current_exe().expect("the test knows its program");
    let mut command = Command::new(this);
    command
        .env("SOLIPSISM_SEED", "forty-two")
        .arg("an_hour_costs_nothing");
    let printed = output(&mut command);
    assert!(
        printed.stderr.contains("`SOLIPSISM_SEED`"),
        "{}",
        printed.stderr
    );
    assert_eq!(printed.code, Some(101));
}

#[test]
fn variables_repeat_tests_and_trace_them() {
    let this = std::env::current_exe().expect("the test knows its program");
    let mut command = Command::new(this);
    command
        .env("SOLIPSISM_REPEAT", "3")
        .env("SOLIPSISM_DEBUG", "1")
        .args(["an_hour_costs_nothing", "--nocapture"]);
    let printed = output(&mut command).stderr;
    // Three hours in all.
    assert!(printed.contains(", 10800s of virtual time"), "{printed}");
}
