//! Tags, groups, conditions, retries and defaults, as the command line sees them.

use std::process::Command;

use expect_test::{Expect, expect};
use solipsism_tests::{Printed, output};

fn run(arguments: &[&str]) -> Printed {
    output(Command::new(env!("CARGO_BIN_EXE_markers")).args(arguments))
}

/// What the program prints with these arguments, which is the same at any number of workers.
#[track_caller]
fn reports(arguments: &[&str], expected: &Expect) {
    let printed = ["1", "2", "8"].map(|threads| {
        let printed = run(&[arguments, &["--test-threads", threads]].concat());
        assert_eq!(printed.stderr, "\n");
        printed.stdout
    });
    assert_eq!(printed[0], printed[1]);
    assert_eq!(printed[0], printed[2]);
    expected.assert_eq(&printed[0]);
}

#[solipsism::test]
async fn tags_choose_as_filters_do() {
    reports(
        &["--tag", "slow", "--skip", "of_a_module"],
        &expect![[r#"

            running 2 tests
            test slow        ... ok
            test slow_and_db ... ok

            test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 23 filtered out; finished in …

        "#]],
    );
    reports(
        &[
            "--tag",
            "db",
            "--tag",
            "slow",
            "--no-tag=slow",
            "--include-ignored",
            "--skip",
            "hours",
        ],
        &expect![[r#"

            running 1 test
            test of_a_module::is_of_the_database ... ok

            test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 24 filtered out; finished in …

        "#]],
    );
    let listed = run(&["--list", "--tag", "slow"]);
    expect![[r#"
        of_a_module::is_slow_too: test
        slow: test
        slow_and_db: test
    "#]]
    .assert_eq(&listed.stdout);
}

#[solipsism::test]
async fn a_tag_that_no_test_has_is_an_error_of_a_flag_and_a_remark_on_a_variable() {
    let refused = run(&["--tag", "slwo"]);
    assert_eq!((refused.stdout.as_str(), refused.code), ("\n", Some(101)));
    expect![[r#"
        error: no test of this target has the tag `slwo`: there are `db`, `slow`
    "#]]
    .assert_eq(&refused.stderr);
    let mut command = Command::new(env!("CARGO_BIN_EXE_markers"));
    let by_variable = output(
        command
            .arg("--list")
            .env("SOLIPSISM_TAG", "other, db")
            .env("SOLIPSISM_NO_TAG", "slow"),
    );
    expect![[r#"
        of_a_module::is_of_the_database: test
        of_a_module::takes_two_hours: test
    "#]]
    .assert_eq(&by_variable.stdout);
    expect![[r#"
        note: no test of this target has the tag `other`, which `SOLIPSISM_TAG` names: there are `db`, `slow`
    "#]].assert_eq(&by_variable.stderr);
}

#[solipsism::test]
async fn conditions_are_asked_before_anything_is_set_up() {
    reports(
        &["conditions"],
        &expect![[r#"

            running 6 tests
            test conditions::a_bool                    ... ignored (`is_on_earth` says so)
            test conditions::a_panic                   ... FAILED
            test conditions::a_panic_that_looks_wanted ... FAILED
            test conditions::a_result                  ... ignored (no docker at /var/run/docker.sock)
            test conditions::an_option                 ... ignored (there is no display)
            test conditions::is_run_where_it_may_be    ... ok

            failures:

            ---- conditions::a_panic ----
            not run: `nobody_knows`, which tells whether to ignore it, panicked at tests/src/bin/markers.rs:29:5:
            there is no way to tell
              run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin markers conditions::a_panic -- --exact

            ---- conditions::a_panic_that_looks_wanted ----
            not run: `nobody_knows`, which tells whether to ignore it, panicked at tests/src/bin/markers.rs:29:5:
            there is no way to tell
            note: test did not panic as expected at tests/src/bin/markers.rs:66:14
              run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin markers conditions::a_panic_that_looks_wanted -- --exact


            failures:
                conditions::a_panic
                conditions::a_panic_that_looks_wanted

            test result: FAILED. 1 passed; 2 failed; 3 ignored; 0 measured; 19 filtered out; finished in …

        "#]],
    );
}

#[solipsism::test]
async fn who_wants_ignored_tests_gets_them_and_nobody_is_asked() {
    reports(
        &["conditions", "--include-ignored"],
        &expect![[r#"

            running 6 tests
            test conditions::a_bool                    ... FAILED
            test conditions::a_panic                   ... ok
            test conditions::a_panic_that_looks_wanted ... FAILED
            test conditions::a_result                  ... ok
            test conditions::an_option                 ... ok
            test conditions::is_run_where_it_may_be    ... ok

            failures:

            ---- conditions::a_bool ----
            panicked at tests/src/bin/markers.rs:49:9:
            it is run all the same
              in the body, at 0ns
              run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin markers conditions::a_bool -- --exact --include-ignored
              it printed:
                set up

            ---- conditions::a_panic_that_looks_wanted ----
            note: test did not panic as expected at tests/src/bin/markers.rs:66:14
              run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin markers conditions::a_panic_that_looks_wanted -- --exact --include-ignored


            failures:
                conditions::a_bool
                conditions::a_panic_that_looks_wanted

            test result: FAILED. 4 passed; 2 failed; 0 ignored; 0 measured; 19 filtered out; finished in …

        "#]],
    );
    reports(
        &[
            "--ignored",
            "conditions::an_option",
            "conditions::is_run",
            "plain",
        ],
        &expect![[r#"

            running 2 tests
            test conditions::an_option              ... ok
            test conditions::is_run_where_it_may_be ... ok

            test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 23 filtered out; finished in …

        "#]],
    );
}

#[solipsism::test]
async fn a_list_of_ignored_tests_has_none_that_only_may_be() {
    let listed = run(&["--list", "--format", "terse", "--ignored"]);
    assert_eq!((listed.stdout.as_str(), listed.code), ("\n", Some(0)));
}

#[solipsism::test]
async fn a_test_can_skip_itself_and_hides_nothing_by_it() {
    reports(
        &["skips"],
        &expect![[r#"

            running 3 tests
            test skips::by_a_question_mark  ... ignored (it is too late)
            test skips::in_its_body         ... ignored (it is too early)
            test skips::while_a_task_panics ... FAILED

            failures:

            ---- skips::while_a_task_panics ----
            background task failed at 0ns: task 1, spawned at tests/src/bin/markers.rs:86:9, panicked at tests/src/bin/markers.rs:86:34:
            nobody awaits me
              run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin markers skips::while_a_task_panics -- --exact


            failures:
                skips::while_a_task_panics

            test result: FAILED. 0 passed; 1 failed; 2 ignored; 0 measured; 22 filtered out; finished in …

        "#]],
    );
}

#[solipsism::test]
async fn what_is_unrepeatable_can_be_retried() {
    reports(
        &["unrepeatable"],
        &expect![[r#"

            running 3 tests
            test unrepeatable::is_not_retried ... FAILED
            test unrepeatable::never_passes   ... FAILED
            test unrepeatable::passes_at_last ... ok

            failures:

            ---- unrepeatable::is_not_retried ----
            panicked at tests/src/bin/markers.rs:113:9:
            once
              in the body, at 0ns
              run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin markers unrepeatable::is_not_retried -- --exact   (not repeatable: it is marked `unrepeatable`)

            ---- unrepeatable::never_passes ----
            panicked at tests/src/bin/markers.rs:108:9:
            never
              in the body, at 0ns
              it failed at each of 2 attempts
              run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin markers unrepeatable::never_passes -- --exact   (not repeatable: it is marked `unrepeatable`)


            failures:
                unrepeatable::is_not_retried
                unrepeatable::never_passes

            test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 22 filtered out; finished in …

            flaky: 1 test passed by a retry
              unrepeatable::passes_at_last failed 2 times before, the last time so:
                panicked at tests/src/bin/markers.rs:103:9:
                assertion `left == right` failed: not yet
                  left: 2
                 right: 3
                  in the body, at 0ns

        "#]],
    );
    let real = run(&["real_time"]);
    let line = "run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin markers real_time -- --exact   (not repeatable: its clock is the real one)";
    assert!(real.stdout.contains("it failed at each of 2 attempts"));
    assert!(real.stdout.contains(line), "{}", real.stdout);
}

#[solipsism::test]
async fn of_a_group_no_two_run_at_a_time() {
    for threads in ["1", "8"] {
        for place in [&[][..], &["--in-process"]] {
            let alone = std::env::temp_dir().join(format!("alone-{}", std::process::id()));
            let mut command = Command::new(env!("CARGO_BIN_EXE_markers"));
            command
                .args(["serial", "--test-threads", threads])
                .args(place);
            let Printed { stdout, code, .. } = output(command.env("ALONE", alone));
            assert_eq!(code, Some(0), "{stdout}");
        }
    }
}

#[solipsism::test]
async fn the_closest_defaults_win_and_where_they_stand_can_be_seen() {
    reports(
        &["of_a_module", "--include-ignored"],
        &expect![[r#"

            running 3 tests
            test of_a_module::is_of_the_database ... ok
            test of_a_module::is_slow_too        ... ok
            test of_a_module::takes_two_hours    ... FAILED

            failures:

            ---- of_a_module::takes_two_hours ----
            time limit: not finished after 3600s of virtual time
              the body, at tests/src/bin/markers.rs:191:14, asleep since 0ns
                waits until 7200s, set at tests/src/bin/markers.rs:192:9
                  of_a_module::takes_two_hours  tests/src/bin/markers.rs:192  solipsism::time::sleep(std::time::Duration::from_secs(7200)).await;
              run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin markers of_a_module::takes_two_hours -- --exact --include-ignored


            failures:
                of_a_module::takes_two_hours

            test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 22 filtered out; finished in …

            3 tests, 3 hours of virtual time in …
        "#]],
    );
    let shown = run(&["--setup-plan", "of_a_module", "plain"]);
    expect![[r#"
        test of_a_module::is_of_the_database, with the defaults at tests/src/bin/markers.rs:180:26 and tests/src/bin/markers.rs:196:18
        test of_a_module::is_slow_too, with the defaults at tests/src/bin/markers.rs:180:26 and tests/src/bin/markers.rs:196:18
        test of_a_module::takes_two_hours, with the defaults at tests/src/bin/markers.rs:180:26 and tests/src/bin/markers.rs:196:18
        test plain, with the defaults at tests/src/bin/markers.rs:196:18
    "#]].assert_eq(&shown.stdout);
    let beaten = run(&["takes_two_hours", "--include-ignored", "--time-limit", "3h"]);
    assert_eq!(beaten.code, Some(0), "{}", beaten.stdout);
}

#[solipsism::test]
async fn two_sets_of_defaults_for_one_module_are_refused() {
    let refused = output(&mut Command::new(env!("CARGO_BIN_EXE_two_defaults")));
    assert_eq!((refused.stdout.as_str(), refused.code), ("\n", Some(101)));
    expect![[r#"
        error: the module `two_defaults::inner` has two sets of defaults for its tests, one at tests/src/bin/two_defaults.rs:4:26 and one at tests/src/bin/two_defaults.rs:6:26: make one of them
    "#]].assert_eq(&refused.stderr);
}

solipsism::main!();
