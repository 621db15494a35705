//! What is told of panics of tokio's tasks, which keep to themselves where they were.

use expect_test::expect_file;
use solipsism_tests::run;

#[solipsism::test]
async fn panics_are_told_with_all_that_led_to_them() {
    let told = ["1", "2", "8"].map(|threads| {
        let program = env!("CARGO_BIN_EXE_panics_of_tokio");
        let told = run(program, &["--test-threads", threads]).stdout;
        let told = without_number(&told, "JoinError::Panic(Id(");
        without_number(&told, "returned an error at 1s: task ")
    });
    expect_file!["reports/panics_of_tokio.txt"].assert_eq(&told[0]);
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0], told[2]);
}

/// Tokio counts the tasks of all worlds of a process.
fn without_number(text: &str, lead: &str) -> String {
    let mut parts = text.split(lead);
    let mut told = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        told += lead;
        told += "…";
        told += part.trim_start_matches(|it: char| it.is_ascii_digit());
    }
    told
}

solipsism::main!();
