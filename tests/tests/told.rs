//! What is told of a run beside its verdicts: what passing tests printed, times, files for machines, annotations.

use std::fs;
use std::path::Path;
use std::process::Command;

use expect_test::{Expect, expect};
use roxmltree::{Document, Node};
use serde_json::Value;
use solipsism::fixtures::TempDir;
use solipsism_tests::{Printed, output};

fn told() -> Command {
    Command::new(env!("CARGO_BIN_EXE_told"))
}

fn run(arguments: &[&str]) -> Printed {
    output(told().args(arguments))
}

/// The parts of what is printed after libtest-mimic's summary.
#[track_caller]
fn rest(stdout: &str) -> &str {
    let (_, rest) = stdout.split_once("finished in …\n").expect("a summary");
    rest
}

#[track_caller]
fn rest_is(arguments: &[&str], expected: &Expect) {
    let printed = ["1", "2", "8"].map(|threads| {
        let arguments = [arguments, &["--test-threads", threads]].concat();
        rest(&run(&arguments).stdout).to_owned()
    });
    assert_eq!(printed[0], printed[1]);
    assert_eq!(printed[0], printed[2]);
    expected.assert_eq(&printed[0]);
}

#[solipsism::test]
async fn the_output_of_passing_tests_is_shown_if_asked_for() {
    rest_is(
        &["a_", "--show-output"],
        &expect![[r#"

            successes:

            ---- a_year_passes ----
                a year is over


            successes:
                a_year_passes
                in_a_loop::one_second
                in_a_loop::two_seconds
                on_a_thread::one_second

            fixture `clock`, at tests/src/bin/told.rs:111:10: its teardown was not run, since its thread never came back from in_a_loop::two_seconds_and_never_back

            fixture `bound`, at tests/src/bin/told.rs:142:4: its teardown was not run, since its thread never came back from on_a_thread::three_seconds_and_never_back

            errors: 2 teardowns failed, 1 test failed by fixtures of their own
            7 tests, 1 year of virtual time in …
        "#]],
    );
    // One alone, too.
    rest_is(
        &["a_year", "--show-output"],
        &expect![[r#"

        successes:

        ---- a_year_passes ----
            a year is over


        successes:
            a_year_passes

        1 test, 1 year of virtual time in …
    "#]],
    );
}

#[solipsism::test]
async fn errors_teardowns_and_failures_are_counted_apart() {
    rest_is(
        &["taken_along", "broken", "uses_what", "fails"],
        &expect![[r#"

            fixture `leaking`, at tests/src/bin/told.rs:96:4: its teardown failed
            panicked at tests/src/bin/told.rs:101:5:
            it leaks
              in the teardown of `leaking`, at 0ns

            errors: 1 fixture failed in its set-up and took 2 tests along, 1 teardown failed, 1 test failed by fixtures of their own
        "#]],
    );
}

#[solipsism::test]
async fn what_was_printed_is_no_part_of_a_report() {
    let Printed { stdout, .. } = run(&["--exact", "fails", "a_year_passes"]);
    expect![[r#"

        running 2 tests
        test a_year_passes ... ok
        test fails         ... FAILED

        failures:

        ---- fails ----
        panicked at tests/src/bin/told.rs:27:5:
        no: <this>
          cannot be, 100%
          in the body, at 1.5s
          run it again: cargo test fails -- --exact
          it printed:
            red & <bold> ]]>
            rings\u{7}, 100%

            ---- another ----
            "quoted" ä ￾


        failures:
            fails

        test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 19 filtered out; finished in …

        2 tests, 1 year of virtual time in …
    "#]].assert_eq(&stdout);
}

#[solipsism::test]
async fn times_are_told_if_asked_for() {
    let Printed { stdout, .. } = run(&["in_a_loop", "limits", "aborts", "--report-time"]);
    let rows: Vec<_> = rest(&stdout)
        .lines()
        .skip_while(|it| !it.starts_with("times"))
        .collect();
    let without_real = |row: &&str| row.split_whitespace().skip(1).collect::<Vec<_>>().join(" ");
    let rows: Vec<_> = rows[1..].iter().map(without_real).collect();
    expect![[r#"
        unknown aborts
        1s in_a_loop::one_second
        2s in_a_loop::two_seconds
        2s in_a_loop::two_seconds_and_never_back
        5s limits::of_the_wall
        3600s limits::of_time

        tests, 1 hour of virtual time in …"#]]
    .assert_eq(&rows.join("\n"));
}

#[solipsism::test]
async fn the_slowest_are_told_if_asked_for() {
    let durations = |count: &str| {
        let Printed { stdout, .. } = run(&["in_a_loop", "year", "limits", "--durations", count]);
        let (real, virtual_time) = rest(&stdout)
            .split_once("slowest by virtual time:\n")
            .map(|(real, rest)| (real.to_owned(), rest.to_owned()))
            .expect("both are told");
        let (_, real) = real
            .split_once("slowest by real time:\n")
            .expect("both are told");
        (real.lines().count(), virtual_time)
    };
    let (real, virtual_time) = durations("3");
    assert_eq!(real, 3);
    expect![[r#"
            31536000s  a_year_passes
            3600s      limits::of_time
            5s         limits::of_the_wall

        6 tests, 1 year of virtual time in …
    "#]]
    .assert_eq(&virtual_time);
    assert_eq!(durations("0").0, 6);
}

#[solipsism::test]
async fn github_is_given_annotations() {
    let arguments = [
        "taken_along",
        "uses_what",
        "fails",
        "returns",
        "aborts",
        "wants",
    ];
    let stdout = output(told().args(arguments).env("GITHUB_ACTIONS", "true")).stdout;
    let annotations = stdout.lines().filter(|line| line.starts_with("::"));
    expect![[r#"
        ::error file=tests/src/bin/told.rs,line=16,title=aborts::the process in which it ran was killed by signal 6 (SIGABRT)%0A  run it again: cargo test aborts -- --exact
        ::error file=tests/src/bin/told.rs,line=27,title=fails::panicked at tests/src/bin/told.rs:27:5:%0Ano: <this>%0A  cannot be, 100%25%0A  in the body, at 1.5s%0A  run it again: cargo test fails -- --exact
        ::error file=tests/src/bin/told.rs,line=35,title=returns_an_error::returned an error at 0ns: invalid digit found in string%0A  run it again: cargo test returns_an_error -- --exact
        ::error file=tests/src/bin/told.rs,line=68,title=taken_along%3A%3Afirst::fixture `broken`, at tests/src/bin/told.rs:68:4: its set-up failed%0Areturned an error at 0ns: an error occurred when formatting an argument%0A  it takes 2 tests along%0A  run it again: cargo test taken_along::first -- --exact
        ::error file=tests/src/bin/told.rs,line=101,title=a teardown after uses_what_cannot_be_torn_down::fixture `leaking`, at tests/src/bin/told.rs:96:4: its teardown failed%0Apanicked at tests/src/bin/told.rs:101:5:%0Ait leaks%0A  in the teardown of `leaking`, at 0ns"#]].assert_eq(&annotations.collect::<Vec<_>>().join("\n"));
    assert!(!run(&arguments).stdout.contains("::error"));
}

#[solipsism::test]
async fn an_annotation_names_its_file_as_the_repository_does() {
    // The repository is the directory above the workspace, and the test runs in a package of that.
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let workspace = package.parent().expect("it is in a workspace");
    let repository = workspace.parent().expect("it is in a directory");
    let mut told = told();
    told.args(["--exact", "fails"]).current_dir(package);
    told.env("GITHUB_ACTIONS", "true")
        .env("GITHUB_WORKSPACE", repository);
    let name = workspace
        .file_name()
        .expect("it has a name")
        .to_string_lossy();
    let expected = format!("::error file={name}/tests/src/bin/told.rs,line=");
    let stdout = output(&mut told).stdout;
    assert!(stdout.contains(&expected), "{expected}\n{stdout}");
}

/// A report with what differs between runs replaced.
fn without_times(text: &str, before: &str, after: char) -> String {
    let mut parts = text.split(before);
    let mut all = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(after).expect("it ends");
        all += &format!("{before}…{}", &part[end..]);
    }
    all
}

const ALL_BUT_LIMITS: [&str; 10] = [
    "a_", "aborts", "fails", "is_", "returns", "waits", "wants", "taken", "broken", "uses",
];

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
    expect![[r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="told" tests="22" failures="6" errors="6" time="…">
          <testsuite name="told" tests="22" failures="6" errors="6" time="…" skipped="5">
            <properties>
              <property name="virtual time" value="31536010.500000000"/>
              <property name="seed of a_year_passes" value="27ff61f92bdf644c"/>
              <property name="virtual time of a_year_passes" value="31536000.000000000"/>
              <property name="seed of aborts" value="70b1c91cc0a3ebbe"/>
              <property name="seed of fails" value="2a"/>
              <property name="virtual time of fails" value="1.500000000"/>
              <property name="seed of has_a_broken_fixture" value="6911e5e3f0e66f63"/>
              <property name="virtual time of has_a_broken_fixture" value="0.000000000"/>
              <property name="seed of in_a_loop::one_second" value="18fa9c4bad576500"/>
              <property name="virtual time of in_a_loop::one_second" value="1.000000000"/>
              <property name="seed of in_a_loop::two_seconds" value="c6b8d102b11231a3"/>
              <property name="virtual time of in_a_loop::two_seconds" value="2.000000000"/>
              <property name="seed of in_a_loop::two_seconds_and_never_back" value="6dc825db52d0a502"/>
              <property name="virtual time of in_a_loop::two_seconds_and_never_back" value="2.000000000"/>
              <property name="seed of on_a_thread::one_second" value="2bb8a83aedcb136c"/>
              <property name="virtual time of on_a_thread::one_second" value="1.000000000"/>
              <property name="seed of on_a_thread::three_seconds_and_never_back" value="c475d6f153d76744"/>
              <property name="virtual time of on_a_thread::three_seconds_and_never_back" value="3.000000000"/>
              <property name="seed of returns_an_error" value="63d30c01f7e601bf"/>
              <property name="virtual time of returns_an_error" value="0.000000000"/>
              <property name="seed of uses_what_cannot_be_torn_down" value="f6fa14fb071b8243"/>
              <property name="virtual time of uses_what_cannot_be_torn_down" value="0.000000000"/>
              <property name="seed of waits_for_nobody" value="74aa1579bdbed749"/>
              <property name="virtual time of waits_for_nobody" value="0.000000000"/>
              <property name="seed of wants_a_display" value="beb530b2fa234fad"/>
              <property name="virtual time of wants_a_display" value="0.000000000"/>
            </properties>
            <testcase classname="told" name="a_year_passes" time="…">
              <system-out>a year is over
        </system-out>
            </testcase>
            <testcase classname="told" name="aborts" time="…">
              <failure type="crashed" message="the process in which it ran was killed by signal 6 (SIGABRT)">the process in which it ran was killed by signal 6 (SIGABRT)
          run it again: cargo test aborts -- --exact</failure>
              <system-out>before the end
        </system-out>
            </testcase>
            <testcase classname="told" name="fails" time="…">
              <failure type="panicked" message="panicked at tests/src/bin/told.rs:27:5:">panicked at tests/src/bin/told.rs:27:5:
        no: &lt;this&gt;
          cannot be, 100%
          in the body, at 1.5s
          run it again: cargo test fails -- --exact</failure>
              <system-out>red &amp; &lt;bold&gt; ]]&gt;&#13;
        rings�, 100%

        ---- another ----
        &quot;quoted&quot; ä �</system-out>
            </testcase>
            <testcase classname="told" name="has_a_broken_fixture" time="…">
              <error type="fixture" message="fixture `own`, at tests/src/bin/told.rs:86:4: its set-up failed">fixture `own`, at tests/src/bin/told.rs:86:4: its set-up failed
        panicked at tests/src/bin/told.rs:87:5:
        its own fixture
          in the set-up of `own`, at 0ns
          run it again: cargo test has_a_broken_fixture -- --exact</error>
            </testcase>
            <testcase classname="told" name="in_a_loop::one_second" time="…"/>
            <testcase classname="told" name="in_a_loop::two_seconds" time="…"/>
            <testcase classname="told" name="in_a_loop::two_seconds_and_never_back" time="…">
              <failure type="stuck" message="wall limit: not finished after 200ms of real time, at 3605s">wall limit: not finished after 200ms of real time, at 3605s
          stuck inside one poll of the body, at tests/src/bin/told.rs:130:14
          run it again, along with those before it in its loop: cargo test -- --exact in_a_loop::one_second in_a_loop::two_seconds in_a_loop::two_seconds_and_never_back</failure>
            </testcase>
            <testcase classname="told" name="a teardown after in_a_loop::two_seconds_and_never_back" time="…">
              <error type="teardown" message="fixture `clock`, at tests/src/bin/told.rs:111:10: its teardown was not run, since its thread never came back from in_a_loop::two_seconds_and_never_back">fixture `clock`, at tests/src/bin/told.rs:111:10: its teardown was not run, since its thread never came back from in_a_loop::two_seconds_and_never_back</error>
            </testcase>
            <testcase classname="told" name="is_ignored" time="…">
              <skipped message="not now"/>
            </testcase>
            <testcase classname="told" name="on_a_thread::one_second" time="…"/>
            <testcase classname="told" name="on_a_thread::three_seconds_and_never_back" time="…">
              <failure type="stuck" message="wall limit: not finished after 200ms of real time, at 3s">wall limit: not finished after 200ms of real time, at 3s
          stuck inside one poll of the body, at tests/src/bin/told.rs:156:14
          run it again: cargo test on_a_thread::three_seconds_and_never_back -- --exact</failure>
            </testcase>
            <testcase classname="told" name="a teardown after on_a_thread::three_seconds_and_never_back" time="…">
              <error type="teardown" message="fixture `bound`, at tests/src/bin/told.rs:142:4: its teardown was not run, since its thread never came back from on_a_thread::three_seconds_and_never_back">fixture `bound`, at tests/src/bin/told.rs:142:4: its teardown was not run, since its thread never came back from on_a_thread::three_seconds_and_never_back</error>
            </testcase>
            <testcase classname="told" name="returns_an_error" time="…">
              <failure type="failed" message="returned an error at 0ns: invalid digit found in string">returned an error at 0ns: invalid digit found in string
          run it again: cargo test returns_an_error -- --exact</failure>
            </testcase>
            <testcase classname="told" name="strays::a_leaves_a_thread_behind" time="…">
              <skipped message="it is never the same"/>
            </testcase>
            <testcase classname="told" name="strays::b_is_another" time="…">
              <skipped message="it is never the same"/>
            </testcase>
            <testcase classname="told" name="taken_along::first" time="…">
              <error type="fixture" message="fixture `broken`, at tests/src/bin/told.rs:68:4: its set-up failed">fixture `broken`, at tests/src/bin/told.rs:68:4: its set-up failed
        returned an error at 0ns: an error occurred when formatting an argument
          it takes 2 tests along
          run it again: cargo test taken_along::first -- --exact</error>
              <system-out>about to break
        </system-out>
            </testcase>
            <testcase classname="told" name="taken_along::second" time="…">
              <error type="fixture" message="fixture `broken`, at tests/src/bin/told.rs:68:4: its set-up failed, as is told at taken_along::first">fixture `broken`, at tests/src/bin/told.rs:68:4: its set-up failed, as is told at taken_along::first
          run it again: cargo test taken_along::second -- --exact</error>
            </testcase>
            <testcase classname="told" name="uses_what_cannot_be_torn_down" time="…"/>
            <testcase classname="told" name="a teardown after uses_what_cannot_be_torn_down" time="…">
              <error type="teardown" message="fixture `leaking`, at tests/src/bin/told.rs:96:4: its teardown failed">fixture `leaking`, at tests/src/bin/told.rs:96:4: its teardown failed
        panicked at tests/src/bin/told.rs:101:5:
        it leaks
          in the teardown of `leaking`, at 0ns</error>
            </testcase>
            <testcase classname="told" name="waits_for_nobody" time="…">
              <failure type="stuck" message="never woken: at 0ns the body waits and no waker of it is alive, so nothing can ever wake it">never woken: at 0ns the body waits and no waker of it is alive, so nothing can ever wake it
          the body, at tests/src/bin/told.rs:41:10
            kept no waker: nothing can ever wake it
          run it again: cargo test waits_for_nobody -- --exact</failure>
            </testcase>
            <testcase classname="told" name="wants_a_display" time="…">
              <skipped message="there is no &quot;display&quot;"/>
            </testcase>
            <testcase classname="told" name="wants_a_window" time="…">
              <skipped message="there are no windows"/>
            </testcase>
          </testsuite>
        </testsuites>
    "#]].assert_eq(&reports[0]);
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
fn is_valid(xml: &str) {
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
        lines.collect::<String>()
    });
    assert_eq!(runs[0], runs[1]);
    expect![[r#"
        {
          "cases": 16,
          "event": "run_started",
          "target": "told"
        }
        {
          "event": "case",
          "name": "a_year_passes",
          "outcome": "passed",
          "printed": "a year is over\n",
          "real_time": null,
          "seed": "27ff61f92bdf644c",
          "virtual_time": 31536000.0
        }
        {
          "event": "case",
          "name": "aborts",
          "outcome": "failed",
          "printed": "before the end\n",
          "real_time": null,
          "report": "the process in which it ran was killed by signal 6 (SIGABRT)\n  run it again: cargo test aborts -- --exact",
          "seed": "70b1c91cc0a3ebbe"
        }
        {
          "event": "case",
          "name": "fails",
          "outcome": "failed",
          "printed": "\u001b[31mred & <bold>\u001b[0m ]]>\r\nrings\u0007, 100%\n\n---- another ----\n\"quoted\" ä ￾",
          "real_time": null,
          "report": "panicked at tests/src/bin/told.rs:27:5:\nno: <this>\n  cannot be, 100%\n  in the body, at 1.5s\n  run it again: cargo test fails -- --exact",
          "seed": "2a",
          "virtual_time": 1.5
        }
        {
          "event": "case",
          "name": "has_a_broken_fixture",
          "outcome": "error",
          "real_time": null,
          "report": "fixture `own`, at tests/src/bin/told.rs:86:4: its set-up failed\npanicked at tests/src/bin/told.rs:87:5:\nits own fixture\n  in the set-up of `own`, at 0ns\n  run it again: cargo test has_a_broken_fixture -- --exact",
          "seed": "6911e5e3f0e66f63",
          "virtual_time": 0.0
        }
        {
          "event": "case",
          "name": "in_a_loop::one_second",
          "outcome": "passed",
          "real_time": null,
          "seed": "18fa9c4bad576500",
          "virtual_time": 1.0
        }
        {
          "event": "case",
          "name": "in_a_loop::two_seconds",
          "outcome": "passed",
          "real_time": null,
          "seed": "c6b8d102b11231a3",
          "virtual_time": 2.0
        }
        {
          "event": "case",
          "name": "in_a_loop::two_seconds_and_never_back",
          "outcome": "failed",
          "real_time": null,
          "report": "wall limit: not finished after 200ms of real time, at 3605s\n  stuck inside one poll of the body, at tests/src/bin/told.rs:130:14\n  run it again, along with those before it in its loop: cargo test -- --exact in_a_loop::one_second in_a_loop::two_seconds in_a_loop::two_seconds_and_never_back",
          "seed": "6dc825db52d0a502",
          "virtual_time": 2.0
        }
        {
          "after": "in_a_loop::two_seconds_and_never_back",
          "event": "teardown_failed",
          "report": "fixture `clock`, at tests/src/bin/told.rs:111:10: its teardown was not run, since its thread never came back from in_a_loop::two_seconds_and_never_back"
        }
        {
          "event": "case",
          "name": "is_ignored",
          "outcome": "ignored",
          "reason": "not now"
        }
        {
          "event": "case",
          "name": "on_a_thread::one_second",
          "outcome": "passed",
          "real_time": null,
          "seed": "2bb8a83aedcb136c",
          "virtual_time": 1.0
        }
        {
          "event": "case",
          "name": "on_a_thread::three_seconds_and_never_back",
          "outcome": "failed",
          "real_time": null,
          "report": "wall limit: not finished after 200ms of real time, at 3s\n  stuck inside one poll of the body, at tests/src/bin/told.rs:156:14\n  run it again: cargo test on_a_thread::three_seconds_and_never_back -- --exact",
          "seed": "c475d6f153d76744",
          "virtual_time": 3.0
        }
        {
          "after": "on_a_thread::three_seconds_and_never_back",
          "event": "teardown_failed",
          "report": "fixture `bound`, at tests/src/bin/told.rs:142:4: its teardown was not run, since its thread never came back from on_a_thread::three_seconds_and_never_back"
        }
        {
          "event": "case",
          "name": "returns_an_error",
          "outcome": "failed",
          "real_time": null,
          "report": "returned an error at 0ns: invalid digit found in string\n  run it again: cargo test returns_an_error -- --exact",
          "seed": "63d30c01f7e601bf",
          "virtual_time": 0.0
        }
        {
          "event": "case",
          "name": "strays::a_leaves_a_thread_behind",
          "outcome": "ignored",
          "reason": "it is never the same"
        }
        {
          "event": "case",
          "name": "strays::b_is_another",
          "outcome": "ignored",
          "reason": "it is never the same"
        }
        {
          "event": "case",
          "name": "taken_along::first",
          "outcome": "error",
          "printed": "about to break\n",
          "real_time": null,
          "report": "fixture `broken`, at tests/src/bin/told.rs:68:4: its set-up failed\nreturned an error at 0ns: an error occurred when formatting an argument\n  it takes 2 tests along\n  run it again: cargo test taken_along::first -- --exact"
        }
        {
          "event": "case",
          "name": "taken_along::second",
          "outcome": "error",
          "real_time": null,
          "report": "fixture `broken`, at tests/src/bin/told.rs:68:4: its set-up failed, as is told at taken_along::first\n  run it again: cargo test taken_along::second -- --exact"
        }
        {
          "event": "case",
          "name": "uses_what_cannot_be_torn_down",
          "outcome": "passed",
          "real_time": null,
          "seed": "f6fa14fb071b8243",
          "virtual_time": 0.0
        }
        {
          "after": "uses_what_cannot_be_torn_down",
          "event": "teardown_failed",
          "report": "fixture `leaking`, at tests/src/bin/told.rs:96:4: its teardown failed\npanicked at tests/src/bin/told.rs:101:5:\nit leaks\n  in the teardown of `leaking`, at 0ns"
        }
        {
          "event": "case",
          "name": "waits_for_nobody",
          "outcome": "failed",
          "real_time": null,
          "report": "never woken: at 0ns the body waits and no waker of it is alive, so nothing can ever wake it\n  the body, at tests/src/bin/told.rs:41:10\n    kept no waker: nothing can ever wake it\n  run it again: cargo test waits_for_nobody -- --exact",
          "seed": "74aa1579bdbed749",
          "virtual_time": 0.0
        }
        {
          "event": "case",
          "name": "wants_a_display",
          "outcome": "skipped",
          "real_time": null,
          "reason": "there is no \"display\"",
          "seed": "beb530b2fa234fad",
          "virtual_time": 0.0
        }
        {
          "event": "case",
          "name": "wants_a_window",
          "outcome": "skipped",
          "real_time": null,
          "reason": "there are no windows"
        }
        {
          "errors": 3,
          "event": "run_finished",
          "failed": 6,
          "ignored": 3,
          "passed": 5,
          "real_time": null,
          "skipped": 2,
          "teardowns_failed": 3,
          "virtual_time": 31536010.5
        }
    "#]].assert_eq(&runs[0]);
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
async fn a_directory_gets_a_file_for_each_target(dir: TempDir) {
    let reports = dir.path().join("not/yet/there/");
    let printed = output(
        told()
            .args(["a_year"])
            .env("SOLIPSISM_JUNIT", &reports)
            .env("SOLIPSISM_JSON", dir.path()),
    );
    assert_eq!(printed.code, Some(0), "{printed:?}");
    is_valid(&fs::read_to_string(reports.join("told.xml")).expect("it was written"));
    assert!(dir.path().join("told.jsonl").is_file());
    // Whoever only asks for a list gets no report.
    let other = dir.path().join("list.xml");
    let list = output(told().arg("--list").env("SOLIPSISM_JUNIT", &other));
    assert_eq!((list.code, other.exists()), (Some(0), false));
}

#[solipsism::test]
async fn what_cannot_be_written_is_an_error_of_the_run() {
    let printed = run(&["a_year", "--junit", "/dev/null/report.xml"]);
    expect![[r#"
        error: `--junit` asks for a report at /dev/null/report.xml, where none can be written: File exists (os error 17); name a file that can be, or a directory, which gets a file for each target
    "#]].assert_eq(&printed.stderr);
    assert_eq!((printed.stdout.as_str(), printed.code), ("\n", Some(101)));
    let printed = output(
        told()
            .arg("a_year")
            .env("SOLIPSISM_JSON", "/dev/null/run.jsonl"),
    );
    assert!(
        printed.stderr.contains("the variable `SOLIPSISM_JSON`"),
        "{printed:?}"
    );
}

#[cfg(target_os = "linux")]
#[solipsism::test]
async fn a_full_disk_is_an_error_of_the_run() {
    for flag in ["--junit", "--json"] {
        let printed = run(&["a_year", flag, "/dev/full"]);
        assert_eq!(printed.code, Some(101), "{printed:?}");
        let told = "error: the report /dev/full could not be written: ";
        assert!(printed.stdout.contains(told), "{printed:?}");
    }
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
async fn what_a_thread_left_behind_prints_is_not_lost() {
    let arguments = [
        "strays",
        "--ignored",
        "--show-output",
        "--test-threads",
        "1",
    ];
    let Printed { stdout, code, .. } = run(&arguments);
    assert_eq!(code, Some(0));
    let mut lines = Vec::new();
    for line in stdout.lines() {
        lines.extend(
            line.strip_prefix("    stray ")
                .and_then(|it| it.parse::<usize>().ok()),
        );
    }
    lines.sort_unstable();
    let expected: Vec<_> = (0..lines.len()).collect();
    assert_eq!(lines, expected, "{stdout}");
}

solipsism::main!();
