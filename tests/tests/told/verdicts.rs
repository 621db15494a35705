//! Verdicts as data, of a program that fails in every way.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use expect_test::expect_file;
use serde_json::Value;
use solipsism::fixtures::TempDir;
use solipsism_tests::output;

fn data(dir: &TempDir, arguments: &[&str]) -> Vec<Value> {
    let file = dir.path().join("run.jsonl");
    let mut data = Command::new(env!("CARGO_BIN_EXE_data"));
    output(data.args(arguments).arg("--json").arg(&file));
    let text = fs::read_to_string(&file).expect("it was written");
    let events = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"));
    let cases = events.filter(|event: &Value| event["event"] == "case");
    cases.collect()
}

#[solipsism::test]
async fn each_kind_is_told_with_all_of_it(dir: TempDir) {
    let runs = [
        &["--test-threads", "1"][..],
        &["--test-threads", "2"],
        &["--test-threads", "8"],
    ];
    let runs = runs.map(|arguments| {
        let cases = data(&dir, arguments).into_iter();
        let cases = cases.filter(|case| case["outcome"] != "ignored");
        let told = cases.map(|case| format!("{} {:#}\n", case["name"], case["verdict"]));
        told.collect::<String>()
    });
    assert_eq!(runs[0], runs[1]);
    assert_eq!(runs[0], runs[2]);
    expect_file!["verdicts.txt"].assert_eq(&runs[0]);
}

#[solipsism::test]
async fn a_case_that_runs_in_the_process_itself_is_told_alike(dir: TempDir) {
    let all = data(&dir, &[]);
    for name in ["both_read", "says_what_is_awkward", "has_no_base"] {
        let alone = data(&dir, &["--in-process", "--exact", name]);
        let own = all.iter().find(|case| case["name"] == name);
        assert_eq!(
            alone[0]["verdict"],
            own.expect("it ran")["verdict"],
            "{name}"
        );
    }
}

#[solipsism::test]
async fn a_poll_that_never_returns_is_told(dir: TempDir) {
    let cases = data(&dir, &["--ignored", "never_comes_back"]);
    let verdict = &cases[0]["verdict"];
    let of = |key: &str| verdict[key].clone();
    assert_eq!(of("kind"), "wall_limit");
    assert_eq!((of("limit"), of("at")), (0.1.into(), 1.0.into()));
    assert_eq!(
        (of("doing"), of("within")),
        ("polling".into(), "the body".into())
    );
}

#[solipsism::test]
async fn the_command_that_repeats_it_is_the_one_of_the_report(dir: TempDir) {
    let cases = data(&dir, &[]).into_iter();
    for case in cases.filter(|case| case["outcome"] != "ignored") {
        let told = case["replay"].as_str();
        let told = told.unwrap_or_else(|| panic!("{} has failed", case["name"]));
        let report = case["report"].as_str().expect("it has failed");
        assert!(
            report.contains(&format!("  run it again: {told}")),
            "{report}"
        );
    }
}

#[solipsism::test]
async fn a_text_comes_through_as_it_was(dir: TempDir) {
    const AWKWARD: &str =
        "\"quotes\" \\ \u{0}\u{1}\u{1B}[31m\u{7F}\u{85}\u{2028}\r\n\t/ä 🦀 \u{FEFF}";
    for arguments in [&["awkward"][..], &["awkward", "--in-process"]] {
        let cases = data(&dir, arguments);
        let panic = &cases[0]["verdict"]["panics"][0];
        assert_eq!(panic["message"], AWKWARD);
        assert_eq!(panic["who"], format!("task 1 `{AWKWARD}`"));
    }
    let cases = data(&dir, &["returns_an_error"]);
    assert_eq!(cases[0]["verdict"]["errors"][1], AWKWARD);
}

/// libtest's format has neither more keys nor more events than its readers know.
#[solipsism::test]
async fn the_format_of_libtest_stays_its_own() {
    let mut data = Command::new(env!("CARGO_BIN_EXE_data"));
    let printed = output(data.args(["--format", "json"]));
    let mut keys = BTreeSet::new();
    for line in printed.stdout.lines() {
        let event: Value = serde_json::from_str(line).expect("JSON");
        assert!(
            event["type"] == "suite" || event["type"] == "test",
            "{line}"
        );
        if event["type"] == "test" {
            keys.extend(event.as_object().expect("an object").keys().cloned());
        }
    }
    let keys: Vec<_> = keys.iter().map(String::as_str).collect();
    assert_eq!(keys, ["event", "name", "stdout", "type"]);
}

#[solipsism::test]
async fn every_key_and_kind_is_documented(dir: TempDir) {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../solipsism/docs/reports.md");
    let docs = fs::read_to_string(docs).expect("the chapter is there");
    let mut words = BTreeSet::new();
    for case in data(&dir, &["--include-ignored"]) {
        let verdict = &case["verdict"];
        words.extend(verdict["kind"].as_str().map(str::to_owned));
        add_words(verdict, &mut words);
    }
    assert!(words.len() > 40, "{words:?}");
    for word in words {
        assert!(docs.contains(&format!("`{word}`")), "{word}");
    }
}

/// The keys, and the values that are words.
fn add_words(value: &Value, words: &mut BTreeSet<String>) {
    match value {
        Value::Object(parts) => {
            for (key, value) in parts {
                words.insert(key.clone());
                if let ("standing" | "doing" | "for" | "phase", Some(word)) =
                    (&**key, value.as_str())
                {
                    words.insert(word.to_owned());
                }
                add_words(value, words);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| add_words(value, words)),
        _ => {}
    }
}
