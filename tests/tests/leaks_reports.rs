//! What is told of what tests leave behind, literally, and that it is the same in every run.

use expect_test::expect_file;
use solipsism::fixtures::TempDir;
use solipsism_tests::run;

const LEAKS: &str = env!("CARGO_BIN_EXE_leaks");

#[solipsism::test]
async fn everything_that_is_left_is_told() {
    let printed = run(LEAKS, &[]);
    expect_file!["reports/leaks.txt"].assert_eq(&printed.stdout);
    assert_eq!((printed.stderr.as_str(), printed.code), ("\n", Some(101)));
}

#[solipsism::test]
async fn it_is_told_the_same_at_any_number_of_threads() {
    let one = run(LEAKS, &["--test-threads", "1"]);
    for threads in ["2", "8"] {
        assert_eq!(
            one,
            run(LEAKS, &["--test-threads", threads]),
            "at {threads} threads"
        );
    }
}

#[solipsism::test]
async fn files_tell_it_too(dir: TempDir) {
    let (xml, lines) = (dir.path().join("it.xml"), dir.path().join("it.jsonl"));
    let files = [&xml, &lines].map(|path| path.to_str().expect("it is Unicode"));
    let one = "tasks::holds_things::passes";
    let arguments = ["--exact", one, "--junit", files[0], "--json", files[1]];
    assert_eq!(run(LEAKS, &arguments).code, Some(0));
    let line = "1 task is still alive: spawned at tests/src/bin/leaks/tasks.rs:";
    let xml = std::fs::read_to_string(xml).unwrap();
    assert!(
        xml.contains(&format!("<system-err>left behind: {line}")),
        "{xml}"
    );
    let lines = std::fs::read_to_string(lines).unwrap();
    assert!(
        lines.contains(&format!("\"left_behind\":[\"{line}")),
        "{lines}"
    );
}

solipsism::main!();
