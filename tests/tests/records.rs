//! What a test prints and records stands in its trace, at its virtual time: in worker processes, and in the process itself.

use expect_test::expect_file;
use solipsism_tests::run;

const RECORDS: &str = env!("CARGO_BIN_EXE_records");

#[solipsism::test]
async fn all_of_it_stands_in_the_trace() {
    let one = run(RECORDS, &["--trace", "--test-threads", "1"]);
    expect_file!["reports/records.txt"].assert_eq(&one.stdout);
    for threads in ["2", "8"] {
        let other = run(RECORDS, &["--trace", "--test-threads", threads]);
        assert_eq!(one, other, "at {threads} threads");
    }
}

/// The line that repeats a test runs it alone.
#[solipsism::test]
async fn of_a_test_that_is_run_alone_too() {
    let all = run(RECORDS, &["--trace"]).stdout;
    for name in ["from_everywhere", "from_another_at_the_same_time"] {
        let alone = run(RECORDS, &["--trace", "--exact", name]).stdout;
        assert_eq!(trace(&all, name), trace(&alone, name));
    }
}

/// There what it prints goes where the run prints, and nobody reads it.
#[solipsism::test]
async fn in_the_process_itself_it_is_what_was_recorded() {
    let all = run(RECORDS, &["--trace"]).stdout;
    let here = run(RECORDS, &["--trace", "--in-process"]).stdout;
    for name in ["from_everywhere", "from_another_at_the_same_time"] {
        let all = trace(&all, name).lines();
        let recorded: Vec<_> = all.filter(|line| !line.contains(" prints: ")).collect();
        assert!(recorded.iter().any(|line| line.contains(" logs: ")));
        assert_eq!(recorded, trace(&here, name).lines().collect::<Vec<_>>());
    }
}

/// The lines of the trace of the test of this name.
fn trace<'a>(told: &'a str, name: &str) -> &'a str {
    let (_, report) = told
        .split_once(&format!("---- {name} ----\n"))
        .expect("it failed");
    let (_, trace) = report.split_once("  the trace:\n").expect("there is one");
    let (trace, _) = trace.split_once("\n  run it again").expect("it ends");
    trace
}

solipsism::main!();
