//! What is told of panics, wherever they are: the place, the functions, the time and the task; and, where that is asked for, the stack.

use std::process::Command;

use expect_test::expect_file;
use solipsism_tests::{output, run};

const PANICS: &str = env!("CARGO_BIN_EXE_panics");

#[solipsism::test]
async fn panics_are_told_with_all_that_led_to_them() {
    let one = run(PANICS, &["--test-threads", "1"]);
    expect_file!["reports/panics.txt"].assert_eq(&one.stdout);
    for threads in ["2", "8"] {
        let other = run(PANICS, &["--test-threads", threads]);
        assert_eq!(one, other, "at {threads} threads");
    }
}

#[solipsism::test]
async fn a_backtrace_is_that_of_the_test_and_begins_at_zero() {
    let mut panics = Command::new(PANICS);
    let text = output(panics.env("RUST_BACKTRACE", "1")).stdout;
    let stacks: Vec<&str> = text.split("stack backtrace:\n").skip(1).collect();
    assert!(stacks.len() > 10, "{text}");
    for stack in stacks {
        let lines = stack.lines();
        let lines =
            lines.take_while(|it| frame(it).is_some() || it.trim_start().starts_with("at "));
        let frames: Vec<_> = lines.filter_map(frame).collect();
        let numbers = frames.iter().map(|(number, _)| *number);
        assert!(numbers.eq(0..frames.len()), "{stack}");
        let (_, outermost) = frames.last().expect("there are some");
        assert!(outermost.contains("panics::"), "{stack}");
    }
}

/// `12: name`
fn frame(line: &str) -> Option<(usize, &str)> {
    let (number, name) = line.split_once(": ")?;
    Some((number.trim().parse().ok()?, name))
}

solipsism::main!();
