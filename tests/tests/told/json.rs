//! JSON: the lines of a file, and those of libtest's format on stdout.

use std::fs;
use std::path::Path;

use expect_test::{expect, expect_file};
use serde_json::Value;
use solipsism::fixtures::TempDir;
use solipsism_tests::{Printed, output};

use crate::{ALL_BUT_LIMITS, run, told};

/// The lines of a run with these arguments.
fn lines(dir: &TempDir, arguments: &[&str]) -> Vec<Value> {
    let file = dir.path().join("run.jsonl");
    let path = file.to_str().expect("it is text");
    run(&[arguments, &["--json", path]].concat());
    let text = fs::read_to_string(&file).expect("it was written");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

#[solipsism::test]
async fn json_lines_have_all_of_it(dir: TempDir) {
    let runs = ["1", "8"].map(|threads| {
        let mut lines = lines(
            &dir,
            &[&ALL_BUT_LIMITS[..], &["--test-threads", threads]].concat(),
        );
        for line in &mut lines {
            if let Some(time) = line.get_mut("real_time") {
                assert!(time.is_f64());
                *time = Value::Null;
            }
        }
        let lines = lines.iter().map(|line| format!("{line:#}\n"));
        lines.collect::<Vec<_>>().concat()
    });
    assert_eq!(runs[0], runs[1]);
    expect_file!["lines.txt"].assert_eq(&runs[0]);
}

#[solipsism::test]
async fn every_key_is_documented(dir: TempDir) {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../solipsism/docs/reports.md");
    let docs = fs::read_to_string(docs).expect("the chapter is there");
    let words = lines(&dir, &ALL_BUT_LIMITS).into_iter().flat_map(|line| {
        let line = line.as_object().expect("an object").clone();
        let values = ["event", "outcome"].map(|key| line.get(key).cloned());
        let values = values.into_iter().flatten();
        let values = values.filter_map(|it| it.as_str().map(str::to_owned));
        let keys: Vec<_> = line.keys().cloned().chain(values).collect();
        keys
    });
    for word in words {
        assert!(docs.contains(&format!("`{word}`")), "{word}");
    }
}

#[solipsism::test]
async fn virtual_time_is_that_of_the_test_alone(dir: TempDir) {
    let lines = lines(
        &dir,
        &["in_a_loop", "on_a_thread", "limits", "fails", "wants"],
    );
    let cases = lines.iter().filter(|line| line["event"] == "case");
    let times = cases.map(|it| format!("{} {} {}", it["name"], it["virtual_time"], it["seed"]));
    expect![[r#"
        "beside::b_fails" null null
        "fails" 1.5 "2a"
        "in_a_loop::one_second" 1.0 "18fa9c4bad576500"
        "in_a_loop::two_seconds" 2.0 "c6b8d102b11231a3"
        "in_a_loop::two_seconds_and_never_back" 2.0 "6dc825db52d0a502"
        "limits::of_the_wall" 5.0 "a54054208b497131"
        "limits::of_time" 3600.0 "194833e11a5bb884"
        "on_a_thread::one_second" 1.0 "2bb8a83aedcb136c"
        "on_a_thread::three_seconds_and_never_back" 3.0 "c475d6f153d76744"
        "wants_a_display" 0.0 "beb530b2fa234fad"
        "wants_a_window" null null"#]]
    .assert_eq(&times.collect::<Vec<_>>().join("\n"));
}

#[solipsism::test]
async fn a_given_seed_is_the_one_that_is_told(dir: TempDir) {
    let lines = lines(
        &dir,
        &["in_a_loop::one", "aborts", "a_year", "--seed", "7f3a"],
    );
    let seeds: Vec<_> = lines.iter().filter_map(|line| line.get("seed")).collect();
    assert_eq!(seeds, ["7f3a"; 3]);
}

#[solipsism::test]
async fn json_on_stdout_is_never_broken() {
    for arguments in [
        &["--exact", "a_year_passes"][..],
        &["--exact", "a_year_passes", "--nocapture"],
        &["--exact", "a_year_passes", "--show-output"],
        &["a_", "fails", "uses", "--durations", "1", "--report-time"],
    ] {
        let mut told = told();
        told.args(arguments).args(["--format", "json"]);
        let Printed { stdout, stderr, .. } = output(told.env("GITHUB_ACTIONS", "true"));
        for line in stdout.lines() {
            let event: Value =
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            assert!(event["type"] == "suite" || event["type"] == "test");
        }
        // What is printed, and what is to be said beside, is not lost.
        let is_told = arguments.len() != 2;
        assert_eq!(
            stderr.trim().is_empty(),
            !is_told,
            "{arguments:?}: {stderr}"
        );
    }
    let printed = run(&["a_year", "--format", "json", "--in-process"]);
    expect![[r#"
        error: `--in-process` cannot be used with `--format json`: what tests print would get between the lines; leave one of them out, or have the lines written to a file, with `--json PATH`
    "#]].assert_eq(&printed.stderr);
    assert_eq!(printed.code, Some(101));
}

#[solipsism::test]
async fn what_a_thread_left_behind_prints_is_not_lost(dir: TempDir) {
    let all = (0..20_000).map(|line| format!("stray {line}\n"));
    let all = all.collect::<Vec<_>>().concat();
    let is_told_apart = || {
        let lines = lines(&dir, &["strays", "--ignored", "--test-threads", "1"]);
        let strays: Vec<_> = of_event(&lines, "stray_output").collect();
        let mut told = String::new();
        for case in of_event(&lines, "case") {
            told += case["printed"].as_str().unwrap_or_default();
            let after = strays.iter().filter(|it| it["after"] == case["name"]);
            told.extend(after.map(|it| it["printed"].as_str().expect("a text")));
        }
        assert!(all.starts_with(&told), "{told}");
        !strays.is_empty()
    };
    // Some of it is printed between tests, sooner or later.
    assert!((0..100).any(|_| is_told_apart()));
    // On the terminal, too.
    let is_told = || {
        let Printed { stdout, .. } = run(&["strays", "--ignored", "--test-threads", "1"]);
        stdout.contains("\nprinted after strays::")
    };
    assert!((0..100).any(|_| is_told()));
}

fn of_event<'a>(lines: &'a [Value], event: &'a str) -> impl Iterator<Item = &'a Value> {
    lines.iter().filter(move |line| line["event"] == event)
}
