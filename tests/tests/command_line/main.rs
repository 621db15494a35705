//! What the command line and the variables say, and what comes of it.

mod choosing;
mod order;
mod page;
mod refusals;
mod repeat;
mod traces;

use std::fs;
use std::process::Command;

use expect_test::Expect;
use solipsism_tests::{Printed, output};

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_command_line"))
}

fn run(arguments: &[&str]) -> Printed {
    output(program().args(arguments))
}

/// With variables before the arguments, as in `NAME=value --flag`.
fn run_line(line: &str) -> Printed {
    let mut command = program();
    for word in line.split_whitespace() {
        match word.split_once('=') {
            Some((name, value)) if !name.starts_with('-') => _ = command.env(name, value),
            _ => _ = command.arg(word),
        }
    }
    output(&mut command)
}

/// What the program prints with these arguments, which is the same at any number of workers.
#[track_caller]
fn reports(arguments: &[&str], expected: &Expect) {
    let printed = ["1", "2", "8"]
        .map(|threads| run(&[arguments, &["--test-threads", threads]].concat()).stdout);
    assert_eq!(printed[0], printed[1]);
    assert_eq!(printed[0], printed[2]);
    expected.assert_eq(&printed[0]);
}

/// The names that the tests themselves tell, in the order in which they ran.
fn ran(printed: &Printed) -> Vec<&str> {
    let lines = printed.stderr.lines();
    lines.filter_map(|line| line.strip_prefix("ran ")).collect()
}

/// The names of the tests that are told of, and what is told.
fn told(printed: &Printed) -> Vec<(&str, &str)> {
    let lines = printed.stdout.lines();
    let lines = lines.filter_map(|line| line.strip_prefix("test "));
    let lines = lines.filter_map(|line| line.split_once(" ... "));
    lines.map(|(name, told)| (name.trim_end(), told)).collect()
}

/// A page of the docs.
fn page(name: &str) -> String {
    let path = format!("{}/../solipsism/docs/{name}", env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(path).expect("the page is there")
}

solipsism::main!();
