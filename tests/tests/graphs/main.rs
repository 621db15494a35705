//! Fixtures that use each other, with failures planted in set-ups, bodies and teardowns: whatever is set up is torn down once, after
//! all that uses it and in reverse order, nothing that went wrong is lost or told twice, and the threads make no difference.

mod events;

use std::fs;
use std::path::Path;
use std::process::Command;

use solipsism::fixtures::TempDir;
use solipsism_tests::{Printed, output};

use self::events::Events;

#[solipsism::test]
#[case::all(&[], 24)]
#[case::one_module(&["orders::"], 8)]
#[case::here_and_there(&["alone", "shares", "writes", "--skip", "closed"], 8)]
async fn each_run_keeps_the_rules(#[case] filter: &[&str], #[case] seeds: u32, dir: TempDir) {
    let mut broken = 0;
    for seed in 0..seeds {
        let printed = ["1", "2", "8"].map(|threads| {
            let events = dir.path().join(format!("{seed}-{threads}"));
            let printed = run(seed, filter, threads, &events);
            let events = fs::read_to_string(events).unwrap();
            Events::read(&events).check(&printed, threads == "1");
            (without_ids(&printed.stdout), printed.code)
        });
        assert_eq!(printed[0], printed[1], "of seed {seed}");
        assert_eq!(printed[0], printed[2], "of seed {seed}");
        broken += u32::from(printed[0].1 != Some(0));
    }
    assert!(
        broken * 2 > seeds,
        "{broken} of {seeds} runs had anything to tell"
    );
}

fn run(seed: u32, filter: &[&str], threads: &str, events: &Path) -> Printed {
    let mut command = Command::new(env!("CARGO_BIN_EXE_graphs"));
    command.args(filter).args(["--test-threads", threads]);
    command.env("EVENTS", events);
    output(command.env("SEED", seed.to_string()))
}

/// The numbers of values depend on who came first.
fn without_ids(text: &str) -> String {
    let mut parts = text.split("planted #");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let part = part.trim_start_matches(|digit: char| digit.is_ascii_digit());
        text + "planted #" + part
    })
}

solipsism::main!();
