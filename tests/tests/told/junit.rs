//! `JUnit`: what is in its XML, and that it is valid.

use std::fs;
use std::process::Command;

use expect_test::{expect, expect_file};
use roxmltree::{Document, Node};
use solipsism::fixtures::TempDir;
use solipsism_tests::output;

use crate::{ALL_BUT_LIMITS, run};

#[solipsism::test]
async fn junit_has_all_of_it(dir: TempDir) {
    let file = dir.path().join("report.xml");
    let path = file.to_str().expect("it is text");
    let reports = ["1", "8"].map(|threads| {
        let options = ["--junit", path, "--test-threads", threads];
        let printed = run(&[&ALL_BUT_LIMITS[..], &options].concat());
        assert_eq!(printed.code, Some(101));
        fs::read_to_string(&file).expect("it was written")
    });
    let reports = reports.map(|it| without_times(&it, " time=\"", '"'));
    assert_eq!(reports[0], reports[1]);
    expect_file!["junit.xml"].assert_eq(&reports[0]);
    is_valid(&reports[1]);
    // What XML can hold arrives as it was printed, but for colours.
    let document = Document::parse(&reports[0]).expect("it is XML");
    let case = document
        .descendants()
        .find(|it| it.attribute("name") == Some("fails"));
    let printed = case.and_then(|it| it.children().find(|it| it.has_tag_name("system-out")));
    assert_eq!(
        printed.and_then(|it| it.text()),
        Some("red & <bold> ]]>\r\nrings\u{FFFD}, 100%\n\n---- another ----\n\"quoted\" ä \u{FFFD}")
    );
}

/// Whether it keeps to `junit-10.xsd`: which elements there are, what is in them, and which attributes they have; and whether it
/// counts what it holds.
#[track_caller]
pub(crate) fn is_valid(xml: &str) {
    let document = Document::parse(xml).expect("it is XML");
    let root = document.root_element();
    assert_eq!(root.tag_name().name(), "testsuites");
    for element in document.descendants().filter(Node::is_element) {
        let (inside, required, allowed): (&[&str], &[&str], &[&str]) =
            match element.tag_name().name() {
                "testsuites" => (
                    &["testsuite"],
                    &[],
                    &["name", "time", "tests", "failures", "errors"],
                ),
                "testsuite" => (
                    &[
                        "testsuite",
                        "properties",
                        "testcase",
                        "system-out",
                        "system-err",
                    ],
                    &["name", "tests", "failures", "errors"],
                    &[
                        "group",
                        "time",
                        "skipped",
                        "timestamp",
                        "hostname",
                        "id",
                        "package",
                        "file",
                        "log",
                        "url",
                    ],
                ),
                "properties" => (&["property"], &[], &[]),
                "property" => (&[], &["name", "value"], &[]),
                "testcase" => (
                    &["skipped", "error", "failure", "system-out", "system-err"],
                    &["name"],
                    &["time", "classname", "group"],
                ),
                "skipped" | "error" | "failure" => (&[], &[], &["type", "message"]),
                "system-out" | "system-err" => (&[], &[], &[]),
                other => panic!("no such element: {other}"),
            };
        for child in element.children().filter(Node::is_element) {
            assert!(
                inside.contains(&child.tag_name().name()),
                "{child:?} in {element:?}"
            );
        }
        for name in required {
            assert!(element.has_attribute(*name), "{name} in {element:?}");
        }
        for attribute in element.attributes() {
            let name = attribute.name();
            assert!(
                required.contains(&name) || allowed.contains(&name),
                "{name} in {element:?}"
            );
        }
        // Text stands in leaves, and nowhere else.
        let is_mixed = element.children().any(|it| it.is_element());
        let has_text = |it: Node<'_, '_>| it.text().is_some_and(|it| !it.trim().is_empty());
        assert!(
            !is_mixed || !element.children().any(|it| it.is_text() && has_text(it)),
            "{element:?}"
        );
    }
    let count = |name: &str| {
        let elements = document.descendants().filter(|it| it.has_tag_name(name));
        Some(elements.count().to_string())
    };
    for suite in document
        .descendants()
        .filter(|it| it.has_tag_name("testsuite"))
    {
        let attribute = |name| suite.attribute(name).map(str::to_owned);
        assert_eq!(attribute("tests"), count("testcase"));
        assert_eq!(attribute("failures"), count("failure"));
        assert_eq!(attribute("errors"), count("error"));
        assert_eq!(attribute("skipped"), count("skipped"));
    }
}

#[solipsism::test]
async fn a_run_that_is_interrupted_says_so(dir: TempDir) {
    let file = dir.path().join("report.xml");
    let mut command = Command::new(env!("CARGO_BIN_EXE_workers"));
    let path = file.to_str().expect("it is text");
    let printed = output(command.args(["aborts", "--in-process", "--junit", path]));
    assert_eq!(printed.code, None);
    let xml = fs::read_to_string(&file).expect("it was written");
    is_valid(&without_zeros(&xml));
    expect![[r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="workers" tests="0000001" failures="0000000" errors="0000001">
          <testsuite name="workers" tests="0000001" failures="0000000" errors="0000001" skipped="0000000">
            <testcase classname="workers" name="the run" time="0.000">
              <error type="interrupted" message="the process of this run ended before the run did: what comes after these tests is not known">the process of this run ended before the run did: what comes after these tests is not known</error>
            </testcase>
          </testsuite>
        </testsuites>
    "#]].assert_eq(&xml);
}

/// Numbers that were written so that others can be written over them.
fn without_zeros(xml: &str) -> String {
    let zeros = (1..7).rev().map(|count| "0".repeat(count));
    zeros.fold(xml.to_owned(), |xml, zeros| {
        xml.replace(&format!("\"{zeros}"), "\"")
            .replace("\"\"", "\"0\"")
    })
}

#[solipsism::test]
async fn times_in_junit_are_as_the_schema_wants_them(dir: TempDir) {
    let file = dir.path().join("report.xml");
    run(&["a_year", "--junit", file.to_str().expect("it is text")]);
    let xml = fs::read_to_string(&file).expect("it was written");
    is_valid(&xml);
    let document = Document::parse(&xml).expect("it is XML");
    let times = document.descendants().filter_map(|it| it.attribute("time"));
    for time in times {
        let (seconds, millis) = time.split_once('.').expect("a decimal point");
        let is_number = |text: &str| text.bytes().all(|it| it.is_ascii_digit());
        assert!(
            is_number(seconds) && is_number(millis) && millis.len() == 3,
            "{time}"
        );
    }
}

/// A report with what differs between runs replaced.
fn without_times(text: &str, before: &str, after: char) -> String {
    let mut parts = text.split(before);
    let mut all = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(after).expect("it ends");
        all.push_str(before);
        all.push('…');
        all.push_str(&part[end..]);
    }
    all
}
