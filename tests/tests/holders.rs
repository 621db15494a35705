//! What is told of those who wait when their futures are read: who holds what they wait for, and what waits in combinators.

use std::fs;

use expect_test::expect_file;
use solipsism::fixtures::TempDir;
use solipsism_tests::run;

const HOLDERS: &str = env!("CARGO_BIN_EXE_holders");
const CHAINS: &str = env!("CARGO_BIN_EXE_chains");

#[solipsism::test]
async fn every_holder_is_named() {
    let printed = run(HOLDERS, &[]);
    expect_file!["reports/holders.txt"].assert_eq(&printed.stdout);
    assert_eq!(printed.code, Some(101));
}

#[solipsism::test]
async fn no_circle_is_invented() {
    let printed = run(HOLDERS, &["no_circle::"]);
    assert!(
        printed.stdout.contains("\nrunning 13 tests\n"),
        "{}",
        printed.stdout
    );
    for circle in ["deadlock: ", "they wait for each other: "] {
        assert!(!printed.stdout.contains(circle), "{}", printed.stdout);
    }
}

#[solipsism::test]
async fn what_is_read_is_the_same_at_any_number_of_threads() {
    let one = run(HOLDERS, &["--test-threads", "1"]);
    for threads in ["2", "8"] {
        assert_eq!(
            one,
            run(HOLDERS, &["--test-threads", threads]),
            "at {threads} threads"
        );
    }
}

/// What one reading has learned is not known to the next, or else its report would depend on who was read before.
#[solipsism::test]
async fn what_is_read_does_not_depend_on_other_tests() {
    let all = run(HOLDERS, &["--in-process", "--test-threads", "1"]).stdout;
    let name = "circles::two_full_channels";
    let one = run(HOLDERS, &["--exact", name]).stdout;
    let report = |printed: &str| {
        let from = printed.find(&format!("---- {name} ----"))?;
        let to = printed[from..].find("run it again")?;
        Some(printed[from..from + to].to_owned())
    };
    assert!(report(&one).is_some(), "{one}");
    assert_eq!(report(&one), report(&all));
}

/// A program of another compiler, as it were, which calls what is awaited by another name.
#[solipsism::test]
async fn where_nothing_can_be_read_reports_are_as_without(directory: TempDir) {
    let mut program = fs::read(CHAINS).expect("it is there");
    let name = b"__awaitee\0";
    let places: Vec<_> = (0..program.len() - name.len())
        .filter(|at| program[*at..].starts_with(name))
        .collect();
    assert!(!places.is_empty(), "it is called so");
    for place in places {
        program[place] = b'x';
    }
    let copy = directory.path().join("chains");
    fs::copy(CHAINS, &copy).expect("there is room");
    fs::write(&copy, program).expect("there is room");

    let printed = run(copy.to_str().expect("it is a name"), &[]);
    let expected = include_str!("reports/chains.txt").lines();
    // What the feature could show is not told where it is on.
    let expected = expected.filter(|line| !line.contains("solipsism's feature `dwarf`"));
    let expected: Vec<_> = expected.collect();
    let told: Vec<_> = printed.stdout.lines().collect();
    for (told, expected) in told.iter().zip(&expected) {
        assert_eq!(told, expected);
    }
    assert_eq!(told.len(), expected.len());
}

solipsism::main!();
