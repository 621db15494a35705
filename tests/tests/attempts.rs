//! Attempts at tests that may be retried, some of which end their process; and teardowns that fail where nothing else is told. Nothing
//! of that is lost.

use std::fs;
use std::process::Command;

use expect_test::{Expect, expect};
use solipsism::fixtures::TempDir;
use solipsism_tests::{Printed, output};

fn run(dir: &TempDir, arguments: &[&str]) -> Printed {
    let program = env!("CARGO_BIN_EXE_attempts");
    // Each run counts by itself.
    let counts = dir.path().join("counts");
    _ = fs::remove_dir_all(&counts);
    fs::create_dir(&counts).expect("it is ours");
    let mut command = Command::new(program);
    output(command.args(arguments).env("ATTEMPTS", counts))
}

/// What the program prints with these arguments, which is the same at any number of workers.
#[track_caller]
fn reports(dir: &TempDir, arguments: &[&str], expected: &Expect) {
    let printed = ["1", "2", "8"].map(|threads| {
        let printed = run(dir, &[arguments, &["--test-threads", threads]].concat());
        assert_eq!(printed.stderr, "\n");
        printed.stdout
    });
    assert_eq!(printed[0], printed[1]);
    assert_eq!(printed[0], printed[2]);
    expected.assert_eq(&printed[0]);
}

#[solipsism::test]
async fn a_test_that_ends_its_process_is_tried_again(dir: TempDir) {
    reports(
        &dir,
        &["abort", "exits"],
        &expect![[r#"

        running 6 tests
        test aborts_and_fails          ... FAILED
        test aborts_and_is_not_retried ... FAILED
        test aborts_twice              ... ok
        test always_exits              ... FAILED
        test fails_aborts_and_passes   ... ok
        test shares::b_aborts_once     ... ok

        failures:

        ---- aborts_and_fails ----
        panicked at tests/src/bin/attempts.rs:54:20:
        attempt 3
          in the body, at 0ns
          it failed at each of 3 attempts
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin attempts aborts_and_fails -- --exact   (not repeatable: it is marked `unrepeatable`)
          it printed:
            attempt 1
            attempt 2
            attempt 3

        ---- aborts_and_is_not_retried ----
        the process in which it ran was killed by signal 6 (SIGABRT)
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin attempts aborts_and_is_not_retried -- --exact   (not repeatable: it is marked `unrepeatable`)

        ---- always_exits ----
        the process in which it ran ended with code 0, as by a call of `exit`
          it failed at each of 2 attempts
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin attempts always_exits -- --exact   (not repeatable: it is marked `unrepeatable`)


        failures:
            aborts_and_fails
            aborts_and_is_not_retried
            always_exits

        test result: FAILED. 3 passed; 3 failed; 0 ignored; 0 measured; 6 filtered out; finished in …

        flaky: 3 tests passed by a retry
          aborts_twice failed 2 times before, the last time so:
            the process in which it ran was killed by signal 6 (SIGABRT)
          fails_aborts_and_passes failed 2 times before, the last time so:
            the process in which it ran was killed by signal 6 (SIGABRT)
          shares::b_aborts_once failed 1 time before, the last time so:
            the process in which it ran was killed by signal 6 (SIGABRT)
              not torn down, since it was there: `db`, at tests/src/bin/attempts.rs:61:4; set up again for the tests to come

    "#]],
    );
}

#[solipsism::test]
async fn what_printed_all_attempts_is_shown(dir: TempDir) {
    let arguments = ["--show-output", "_twice", "_and_passes"];
    reports(
        &dir,
        &arguments,
        &expect![[r#"

        running 2 tests
        test aborts_twice            ... ok
        test fails_aborts_and_passes ... ok

        test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 10 filtered out; finished in …

        successes:

        ---- aborts_twice ----
            attempt 1
            attempt 2
            attempt 3

        ---- fails_aborts_and_passes ----
            attempt 1
            attempt 2
            attempt 3


        successes:
            aborts_twice
            fails_aborts_and_passes

        flaky: 2 tests passed by a retry
          aborts_twice failed 2 times before, the last time so:
            the process in which it ran was killed by signal 6 (SIGABRT)
          fails_aborts_and_passes failed 2 times before, the last time so:
            the process in which it ran was killed by signal 6 (SIGABRT)

    "#]],
    );
}

#[solipsism::test]
async fn what_it_shares_is_set_up_again(dir: TempDir) {
    reports(
        &dir,
        &["shares", "--show-output"],
        &expect![[r#"

        running 3 tests
        test shares::a_passes      ... ok
        test shares::b_aborts_once ... ok
        test shares::c_passes      ... ok

        test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 9 filtered out; finished in …

        successes:

        ---- shares::a_passes ----
            set up

        ---- shares::b_aborts_once ----
            attempt 1
            set up
            attempt 2

        ---- shares::c_passes ----
            torn down


        successes:
            shares::a_passes
            shares::b_aborts_once
            shares::c_passes

        flaky: 1 test passed by a retry
          shares::b_aborts_once failed 1 time before, the last time so:
            the process in which it ran was killed by signal 6 (SIGABRT)
              not torn down, since it was there: `db`, at tests/src/bin/attempts.rs:61:4; set up again for the tests to come

    "#]],
    );
}

#[solipsism::test]
async fn repeated_it_is_not_tried_again_after_its_process_ended(dir: TempDir) {
    let arguments = ["--repeat", "2", "aborts_twice", "a_passes"];
    reports(
        &dir,
        &arguments,
        &expect![[r#"

        running 3 tests
        test aborts_twice        ... FAILED
        test shares::a_passes    ... ok
        test torn_down::a_passes ... ok

        failures:

        ---- aborts_twice ----
        the process in which it ran was killed by signal 6 (SIGABRT)
          run it again: SOLIPSISM_REPEAT=2 SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin attempts aborts_twice -- --exact   (not repeatable: it is marked `unrepeatable`)
          it printed:
            attempt 1


        failures:
            aborts_twice

        test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 9 filtered out; finished in …

        fixture `torn`, at tests/src/bin/attempts.rs:91:4: its teardown failed
        panicked at tests/src/bin/attempts.rs:96:5:
        it is torn
          in the teardown of `torn`, at 0ns

        errors: 1 teardown failed
    "#]],
    );
}

#[solipsism::test]
async fn a_teardown_that_fails_after_the_first_failure_is_told(dir: TempDir) {
    reports(
        &dir,
        &["torn", "--fail-fast"],
        &expect![[r#"

        running 4 tests
        test torn_down::a_passes                ... ok
        test torn_down::b_fails                 ... FAILED
        test torn_down::c_is_not_run            ... ignored (not run: --fail-fast)
        test torn_down_and_untold::a_is_not_run ... ignored (not run: --fail-fast)

        failures:

        ---- torn_down::b_fails ----
        panicked at tests/src/bin/attempts.rs:108:9:
        and it is the last
          in the body, at 0ns
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin attempts torn_down::b_fails -- --exact


        failures:
            torn_down::b_fails

        test result: FAILED. 1 passed; 1 failed; 2 ignored; 0 measured; 8 filtered out; finished in …

        fixture `torn`, at tests/src/bin/attempts.rs:91:4: its teardown failed
        panicked at tests/src/bin/attempts.rs:96:5:
        it is torn
          in the teardown of `torn`, at 0ns

        not run, since another failed before them (`--fail-fast`): 2 tests

        errors: 1 teardown failed
    "#]],
    );
}

#[solipsism::test]
async fn files_tell_of_attempts_and_of_late_teardowns(dir: TempDir) {
    let paths = ["report.xml", "report.jsonl"].map(|name| dir.path().join(name));
    let [junit, json] = paths
        .each_ref()
        .map(|path| path.to_str().expect("it is text"));
    run(
        &dir,
        &[
            "fails_aborts",
            "torn",
            "--fail-fast",
            "--junit",
            junit,
            "--json",
            json,
        ],
    );
    let [xml, lines] = paths
        .each_ref()
        .map(|path| fs::read_to_string(path).expect("it was written"));
    let xml = xml.lines().filter(|line| !line.contains("<property "));
    let xml: Vec<_> = xml.map(|line| without(line, " time=\"", &['"'])).collect();
    expect![[r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="attempts" tests="6" failures="1" errors="1" time="…">
          <testsuite name="attempts" tests="6" failures="1" errors="1" time="…" skipped="2">
            <properties>
            </properties>
            <testcase classname="attempts" name="fails_aborts_and_passes" time="…">
              <flakyFailure type="failed" message="panicked at tests/src/bin/attempts.rs:44:14:">panicked at tests/src/bin/attempts.rs:44:14:
        the first attempt
          in the body, at 0ns</flakyFailure>
              <flakyFailure type="failed" message="the process in which it ran was killed by signal 6 (SIGABRT)">the process in which it ran was killed by signal 6 (SIGABRT)</flakyFailure>
              <system-out>attempt 1
        attempt 2
        attempt 3
        </system-out>
            </testcase>
            <testcase classname="attempts" name="torn_down::a_passes" time="…"/>
            <testcase classname="attempts" name="torn_down::b_fails" time="…">
              <failure type="panicked" message="panicked at tests/src/bin/attempts.rs:108:9:">panicked at tests/src/bin/attempts.rs:108:9:
        and it is the last
          in the body, at 0ns
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin attempts torn_down::b_fails -- --exact</failure>
            </testcase>
            <testcase classname="attempts" name="torn_down::c_is_not_run" time="…">
              <skipped message="not run: --fail-fast"/>
            </testcase>
            <testcase classname="attempts" name="a teardown after torn_down::c_is_not_run" time="…">
              <error type="teardown" message="fixture `torn`, at tests/src/bin/attempts.rs:91:4: its teardown failed">fixture `torn`, at tests/src/bin/attempts.rs:91:4: its teardown failed
        panicked at tests/src/bin/attempts.rs:96:5:
        it is torn
          in the teardown of `torn`, at 0ns</error>
            </testcase>
            <testcase classname="attempts" name="torn_down_and_untold::a_is_not_run" time="…">
              <skipped message="not run: --fail-fast"/>
            </testcase>
          </testsuite>
        </testsuites>"#]].assert_eq(&xml.join("\n"));
    let without_seed = |line: &str| without(line, "\"seed\":\"", &['"']);
    let lines: Vec<_> = lines
        .lines()
        .map(|line| without_seed(&without(line, "\"real_time\":", &[',', '}'])))
        .collect();
    expect![[r#"
        {"event":"run_started","target":"attempts","cases":5}
        {"event":"case","name":"fails_aborts_and_passes","outcome":"passed","real_time":…,"virtual_time":0.000000000,"seed":"…","failed_before":["panicked at tests/src/bin/attempts.rs:44:14:\nthe first attempt\n  in the body, at 0ns","the process in which it ran was killed by signal 6 (SIGABRT)"],"printed":"attempt 1\nattempt 2\nattempt 3\n"}
        {"event":"case","name":"torn_down::a_passes","outcome":"passed","real_time":…,"virtual_time":0.000000000,"seed":"…"}
        {"event":"case","name":"torn_down::b_fails","outcome":"failed","real_time":…,"virtual_time":0.000000000,"seed":"…","report":"panicked at tests/src/bin/attempts.rs:108:9:\nand it is the last\n  in the body, at 0ns\n  run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin attempts torn_down::b_fails -- --exact","verdict":{"kind":"panicked","at":0.000000000,"subject":"the body","panics":[{"who":"the body","message":"and it is the last","place":{"file":"tests/src/bin/attempts.rs","line":108,"column":9},"at":0.000000000,"chain":[{"function":"torn_down::b_fails","file":"tests/src/bin/attempts.rs","line":108,"source":"panic!(\"and it is the last\");"}]}]},"replay":"SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin attempts torn_down::b_fails -- --exact"}
        {"event":"case","name":"torn_down::c_is_not_run","outcome":"skipped","reason":"not run: --fail-fast","real_time":…}
        {"event":"case","name":"torn_down_and_untold::a_is_not_run","outcome":"skipped","reason":"not run: --fail-fast","real_time":…}
        {"event":"teardown_failed","after":"torn_down::c_is_not_run","report":"fixture `torn`, at tests/src/bin/attempts.rs:91:4: its teardown failed\npanicked at tests/src/bin/attempts.rs:96:5:\nit is torn\n  in the teardown of `torn`, at 0ns"}
        {"event":"run_finished","passed":2,"failed":1,"errors":0,"skipped":2,"ignored":0,"teardowns_failed":1,"real_time":…,"virtual_time":0.000000000}"#]].assert_eq(&lines.join("\n"));

    run(&dir, &["exits", "--junit", junit]);
    let xml = fs::read_to_string(junit).expect("it was written");
    let died = "the process in which it ran ended with code 0, as by a call of `exit`";
    let attempt = format!("<rerunFailure type=\"failed\" message=\"{died}\">{died}</rerunFailure>");
    assert!(xml.contains(&attempt), "{xml}");
}

/// A line with what stands between this and one of these ends left out.
fn without(line: &str, start: &str, ends: &[char]) -> String {
    let mut parts = line.split(start);
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        kept += start;
        kept.push('…');
        kept += part.find(ends).map_or("", |at| &part[at..]);
    }
    kept
}

solipsism::main!();
