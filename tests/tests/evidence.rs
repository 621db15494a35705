//! What a report tells of what goes on beside whoever hangs: heartbeats, and wakes that were announced, and who is finished.

use std::fs;
use std::process::Command;

use expect_test::expect_file;
use serde_json::Value;
use solipsism::fixtures::TempDir;
use solipsism_tests::{output, run};

#[solipsism::test]
async fn what_goes_on_beside_a_hang_is_told() {
    let program = env!("CARGO_BIN_EXE_evidence");
    let one = run(program, &["--test-threads", "1"]);
    expect_file!["reports/evidence.txt"].assert_eq(&one.stdout);
    for threads in ["2", "8"] {
        let other = run(program, &["--test-threads", threads]);
        assert_eq!(one, other, "at {threads} threads");
    }
}

/// What the machine decides is left out: how often it was polled, what time it is, and who waits since when by then.
#[solipsism::test]
async fn what_keeps_a_body_busy_until_the_wall_limit_is_told(dir: TempDir) {
    let program = env!("CARGO_BIN_EXE_evidence");
    let file = dir.path().join("run.jsonl");
    let told = ["1", "2", "8"].map(|threads| {
        let mut command = Command::new(program);
        let arguments = [
            "--ignored",
            "kept_busy",
            "--test-threads",
            threads,
            "--json",
        ];
        let printed = output(command.args(arguments).arg(&file)).stdout;
        let (reports, _) = printed.split_once("\ntest result: ").expect("a summary");
        let reports = without_amounts(reports).replace(", 1 byte in flight", "");
        reports.replace(", asleep since …s", "")
    });
    expect_file!["reports/kept_busy.txt"].assert_eq(&told[0]);
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0], told[2]);
    let lines = fs::read_to_string(&file).expect("it was written");
    let values = lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"));
    let beats = values.map(|value: Value| value["verdict"]["heartbeats"].clone());
    let polled: Vec<_> = beats
        .filter_map(|beats| beats["body_polled"].as_u64())
        .collect();
    assert_eq!(polled, [100, 50]);
}

/// Each number before one of these.
const UNITS: [&str; 6] = ["s ", "s,", "s:", "s\n", " polls", " bytes read"];

fn without_amounts(printed: &str) -> String {
    let mut told = String::new();
    let mut rest = printed;
    while let Some(start) = rest.find(|it: char| it.is_ascii_digit()) {
        let (before, number) = rest.split_at(start);
        let is_digit = |it: char| it.is_ascii_digit() || it == '.';
        let end = number.find(|it| !is_digit(it)).unwrap_or(number.len());
        let (number, after) = number.split_at(end);
        let is_amount = before.ends_with(' ') && UNITS.iter().any(|unit| after.starts_with(unit));
        told.extend([before, if is_amount { "…" } else { number }]);
        rest = after;
    }
    told + rest
}

solipsism::main!();
