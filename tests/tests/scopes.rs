//! Who sets up and tears down fixtures of every scope, in which order, and what is told when that fails.

use std::process::Command;

use expect_test::{Expect, expect};
use solipsism_tests::{Printed, output};

/// What the program prints with these arguments, where this is told to fail.
fn run(fails: &str, arguments: &[&str]) -> Printed {
    let mut command = Command::new(env!("CARGO_BIN_EXE_scopes"));
    // What they print while they run is what is looked at.
    let command = command.arg("--in-process").args(arguments);
    output(command.env("FAILS", fails))
}

/// What the fixtures and tests themselves tell, one test after another.
#[track_caller]
fn tells(fails: &str, arguments: &[&str], expected: &Expect) {
    let arguments = [arguments, &["--test-threads", "1"]].concat();
    expected.assert_eq(&run(fails, &arguments).stderr);
}

/// What the harness tells of the failures, which is the same at any number of threads.
#[track_caller]
fn reports(fails: &str, arguments: &[&str], expected: &Expect) {
    let printed = ["1", "2", "8"].map(|threads| {
        let printed = run(
            fails,
            &[arguments, &["--test-threads", threads][..]].concat(),
        );
        assert_eq!(printed.code, Some(101), "{printed:?}");
        printed.stdout
    });
    assert!(printed.iter().all(|one| *one == printed[0]), "{printed:?}");
    let passed = |line: &&str| !line.ends_with(" ok");
    let lines: Vec<_> = printed[0].lines().filter(passed).collect();
    expected.assert_eq(&lines.join("\n"));
}

#[solipsism::test]
async fn each_is_set_up_before_its_first_user_and_torn_down_after_its_last() {
    tells(
        "",
        &[],
        &expect![[r#"
            db: set-up
            config: set-up
            users: set-up with settings
            row: set-up
            accounts::one
            row: teardown, seen: true
            accounts::two
            users: teardown after 2 uses
            configured
            inserts, at 6s
            users: set-up with settings
            orders::one
            users: teardown after 1 uses
            config: teardown of settings
            db: teardown after ["create users", "two", "inserts", "listener", "no listener", "create users", "panics"], at 68s, Passed
            stands_alone
        "#]],
    );
}

#[solipsism::test]
async fn what_nobody_selected_needs_is_not_set_up() {
    tells(
        "",
        &["accounts"],
        &expect![[r#"
        db: set-up
        config: set-up
        users: set-up with settings
        row: set-up
        accounts::one
        row: teardown, seen: true
        accounts::two
        users: teardown after 2 uses
        config: teardown of settings
        db: teardown after ["create users", "two"], at 7s, Passed
    "#]],
    );
    tells(
        "",
        &["configured"],
        &expect![[r#"
        config: set-up
        configured
        config: teardown of settings
    "#]],
    );
    tells(
        "",
        &["--exact", "stands_alone"],
        &expect![[r#"
        stands_alone
    "#]],
    );
    assert_eq!(run("", &["--list"]).stderr, "\n");
}

#[solipsism::test]
async fn a_set_up_that_fails_takes_its_tests_along_and_is_told_once() {
    reports(
        "db set-up",
        &["accounts", "inserts"],
        &expect![[r#"

            running 3 tests
            test accounts::one ... FAILED
            test accounts::two ... FAILED
            test inserts       ... FAILED

            failures:

            ---- accounts::one ----
            fixture `db`, at tests/src/bin/scopes.rs:32:10: its set-up failed
            panicked at tests/src/bin/scopes.rs:22:5:
            db set-up was told to fail
              in the set-up of `db`, at 5s
                fail_if_told  tests/src/bin/scopes.rs:22  assert!(!fails(what), "{what} was told to fail");
                db  tests/src/bin/scopes.rs:35  fail_if_told("db set-up");
              it takes 3 tests along
              run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin scopes accounts::one -- --exact

            ---- accounts::two ----
            fixture `db`, at tests/src/bin/scopes.rs:32:10: its set-up failed, as is told at accounts::one
              run it again, along with those before it in its loop: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin scopes -- --exact accounts::one accounts::two

            ---- inserts ----
            fixture `db`, at tests/src/bin/scopes.rs:32:10: its set-up failed, as is told at accounts::one
              run it again, along with those before it in its loop: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin scopes -- --exact accounts::one accounts::two inserts


            failures:
                accounts::one
                accounts::two
                inserts

            test result: FAILED. 0 passed; 3 failed; 0 ignored; 0 measured; 6 filtered out; finished in …

            errors: 1 fixture failed in its set-up and took 3 tests along"#]],
    );
}

#[solipsism::test]
async fn a_set_up_that_hangs_is_told_as_a_hang() {
    reports(
        "db hangs",
        &["inserts"],
        &expect![[r#"

            running 1 test
            test inserts ... FAILED

            failures:

            ---- inserts ----
            fixture `db`, at tests/src/bin/scopes.rs:32:10: its set-up failed
            never woken: at 5s the set-up of `db` waits and no waker of it is alive, so nothing can ever wake it
              the set-up of `db`, at tests/src/bin/scopes.rs:32:10
                kept no waker: nothing can ever wake it
                last woken by a deadline
              solipsism's feature `dwarf` looks further: into combinators, at futures without a waker, and for who holds what
              it takes 1 test along
              run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin scopes inserts -- --exact


            failures:
                inserts

            test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 8 filtered out; finished in …

            errors: 1 fixture failed in its set-up and took 1 test along"#]],
    );
}

#[solipsism::test]
async fn the_rest_is_torn_down_when_a_set_up_fails() {
    tells(
        "users set-up",
        &["accounts"],
        &expect![[r#"
        db: set-up
        config: set-up
        users: set-up with settings
        config: teardown of settings
        db: teardown after ["create users"], at 7s, Failed
    "#]],
    );
}

#[solipsism::test]
async fn a_teardown_that_fails_fails_the_run_and_the_rest_is_torn_down() {
    tells(
        "users teardown,db teardown",
        &["accounts"],
        &expect![[r#"
            db: set-up
            config: set-up
            users: set-up with settings
            row: set-up
            accounts::one
            row: teardown, seen: true
            accounts::two
            users: teardown after 2 uses
            config: teardown of settings
            db: teardown after ["create users", "two"], at 7s, Passed
        "#]],
    );
    reports(
        "users teardown,db teardown",
        &["accounts"],
        &expect![[r#"

            running 2 tests

            test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 7 filtered out; finished in …

            fixture `users`, at tests/src/bin/scopes.rs:87:10: its teardown failed
            returned an error at 6s: users teardown was told to fail

            fixture `db`, at tests/src/bin/scopes.rs:32:10: its teardown failed
            panicked at tests/src/bin/scopes.rs:22:5:
            db teardown was told to fail
              in the teardown of `db`, at 7s
                fail_if_told  tests/src/bin/scopes.rs:22  assert!(!fails(what), "{what} was told to fail");
                Db::close  tests/src/bin/scopes.rs:60  fail_if_told("db teardown");

            errors: 2 teardowns failed"#]],
    );
}

#[solipsism::test]
async fn what_failed_first_is_told_first() {
    reports(
        "accounts::one,row teardown,users teardown",
        &["accounts::one"],
        &expect![[r#"

            running 1 test
            test accounts::one ... FAILED

            failures:

            ---- accounts::one ----
            panicked at tests/src/bin/scopes.rs:22:5:
            accounts::one was told to fail
              in the body, at 6s
                fail_if_told  tests/src/bin/scopes.rs:22  assert!(!fails(what), "{what} was told to fail");
                accounts::one  tests/src/bin/scopes.rs:135  fail_if_told("accounts::one");
            and fixture `row`, at tests/src/bin/scopes.rs:114:4: its teardown failed
            panicked at tests/src/bin/scopes.rs:22:5:
            row teardown was told to fail
              in the teardown of `row`, at 6s
                fail_if_told  tests/src/bin/scopes.rs:22  assert!(!fails(what), "{what} was told to fail");
                Row::delete  tests/src/bin/scopes.rs:124  fail_if_told("row teardown");
              run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin scopes accounts::one -- --exact


            failures:
                accounts::one

            test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 8 filtered out; finished in …

            fixture `users`, at tests/src/bin/scopes.rs:87:10: its teardown failed
            returned an error at 6s: users teardown was told to fail

            errors: 1 teardown failed"#]],
    );
}

#[solipsism::test]
async fn a_task_of_the_loop_that_panics_fails_its_test_and_those_after_it() {
    reports(
        "db heartbeat",
        &["inserts", "meets_no_listener", "configured"],
        &expect![[r#"

            running 3 tests
            test inserts           ... FAILED
            test meets_no_listener ... FAILED

            failures:

            ---- inserts ----
            background task failed at 35s: task 1, spawned at tests/src/bin/scopes.rs:41:20, panicked at tests/src/bin/scopes.rs:22:5:
            db heartbeat was told to fail
                fail_if_told  tests/src/bin/scopes.rs:22  assert!(!fails(what), "{what} was told to fail");
                db  tests/src/bin/scopes.rs:44  fail_if_told("db heartbeat");
              run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin scopes inserts -- --exact

            ---- meets_no_listener ----
            not run: the loop of the fixtures that it uses is broken since an earlier test
            background task failed at 35s: task 1, spawned at tests/src/bin/scopes.rs:41:20, panicked at tests/src/bin/scopes.rs:22:5:
            db heartbeat was told to fail
                fail_if_told  tests/src/bin/scopes.rs:22  assert!(!fails(what), "{what} was told to fail");
                db  tests/src/bin/scopes.rs:44  fail_if_told("db heartbeat");
              run it again, along with those before it in its loop: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin scopes -- --exact inserts meets_no_listener


            failures:
                inserts
                meets_no_listener

            test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 6 filtered out; finished in …

            errors: 1 test failed by a fixture of its own"#]],
    );
}

#[solipsism::test]
async fn a_clock_that_is_not_the_loops_is_an_error_of_the_plan() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_another_clock"));
    let printed = output(&mut command);
    assert_eq!((printed.stdout.as_str(), printed.code), ("\n", Some(101)));
    expect![[r#"
        error: the test `moves_the_clock`, at tests/src/bin/another_clock.rs:13:10, which shares `db`, at tests/src/bin/another_clock.rs:8:4: it runs in a child of the loop that this asked for, whose clock is virtual and has begun, so that `clock` could change nothing: leave that out, or take a value of the test's own, as `&mut T`
    "#]].assert_eq(&printed.stderr);
}

#[solipsism::test]
async fn a_test_that_is_left_behind_is_told_wherever_it_matters() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_left_behind"));
    let printed = output(command.args(["--skip", "late::"]));
    assert_eq!((printed.stderr.as_str(), printed.code), ("\n", Some(101)));
    expect![[r#"

        running 6 tests
        test anywhere_else::goes_on                  ... ok
        test anywhere_else::is_left_behind           ... FAILED
        test in_a_loop::is_left_behind               ... FAILED
        test in_a_loop::is_not_run                   ... FAILED
        test in_a_loop_that_breaks::a_payload_panics ... FAILED
        test in_a_loop_that_breaks::is_not_run       ... FAILED

        failures:

        ---- anywhere_else::is_left_behind ----
        wall limit: not finished after 100ms of real time, at 0ns
          stuck inside one poll of the body, at tests/src/bin/left_behind.rs:47:14
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin left_behind anywhere_else::is_left_behind -- --exact

        ---- in_a_loop::is_left_behind ----
        wall limit: not finished after 100ms of real time, at 0ns
          stuck inside one poll of the body, at tests/src/bin/left_behind.rs:57:14
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin left_behind in_a_loop::is_left_behind -- --exact

        ---- in_a_loop::is_not_run ----
        not run: the thread of the fixtures that it uses never came back from in_a_loop::is_left_behind
          run it again, along with those before it in its loop: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin left_behind -- --exact in_a_loop::is_left_behind in_a_loop::is_not_run

        ---- in_a_loop_that_breaks::a_payload_panics ----
        the case could not be run: its thread panicked at tests/src/bin/left_behind.rs:78:13:
        the payload is dropped
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin left_behind in_a_loop_that_breaks::a_payload_panics -- --exact

        ---- in_a_loop_that_breaks::is_not_run ----
        not run: the loop of the fixtures that it uses is broken since an earlier test: a test there, at tests/src/bin/left_behind.rs:83:14, never came to its end
          run it again, along with those before it in its loop: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin left_behind -- --exact in_a_loop_that_breaks::a_payload_panics in_a_loop_that_breaks::is_not_run


        failures:
            anywhere_else::is_left_behind
            in_a_loop::is_left_behind
            in_a_loop::is_not_run
            in_a_loop_that_breaks::a_payload_panics
            in_a_loop_that_breaks::is_not_run

        test result: FAILED. 1 passed; 5 failed; 0 ignored; 0 measured; 5 filtered out; finished in …

        fixture `anywhere`, at tests/src/bin/left_behind.rs:14:4: its teardown failed
        returned an error at 0ns: a test still has the value, since it was left behind at its wall limit

        fixture `db`, at tests/src/bin/left_behind.rs:30:4: its teardown was not run, since its thread never came back from in_a_loop::is_left_behind

        errors: 2 teardowns failed, 2 tests failed by fixtures of their own
    "#]].assert_eq(&printed.stdout);
}

#[solipsism::test]
async fn a_test_that_ends_well_but_late_fails_wherever_it_runs() {
    let printed = ["1", "8"].map(|threads| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_left_behind"));
        output(command.args(["late::", "--test-threads", threads]))
    });
    let [one, eight] = printed;
    assert_eq!((one.stderr.as_str(), one.code), ("\n", Some(101)));
    assert_eq!(one, eight);
    expect![[r#"

        running 5 tests
        test late::alone                  ... FAILED
        test late::in_a_loop              ... FAILED
        test late::in_that_loop_goes_on   ... ok
        test late::on_a_thread            ... FAILED
        test late::on_that_thread_goes_on ... ok

        failures:

        ---- late::alone ----
        wall limit: not finished after 100ms of real time, at 0ns
          still running after 2 polls: make the test shorter, or its `wall_limit` longer
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin left_behind late::alone -- --exact

        ---- late::in_a_loop ----
        wall limit: not finished after 100ms of real time, at 0ns
          still running after 3 polls: make the test shorter, or its `wall_limit` longer
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin left_behind late::in_a_loop -- --exact

        ---- late::on_a_thread ----
        wall limit: not finished after 100ms of real time, at 0ns
          still running after 2 polls: make the test shorter, or its `wall_limit` longer
          run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin left_behind late::on_a_thread -- --exact


        failures:
            late::alone
            late::in_a_loop
            late::on_a_thread

        test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured; 6 filtered out; finished in …

        5 tests, 50 minutes of virtual time in …
    "#]].assert_eq(&one.stdout);
}

#[solipsism::test]
async fn the_plan_can_be_looked_at() {
    let shown = run("", &["--setup-plan"]);
    assert_eq!((shown.stderr.as_str(), shown.code), ("\n", Some(0)));
    expect![[r#"
        set up db (session), at tests/src/bin/scopes.rs:32:10
          set up config (session), at tests/src/bin/scopes.rs:72:4
            set up users (module scopes::accounts), at tests/src/bin/scopes.rs:87:10
              test accounts::one, uses &mut row
              test accounts::two, uses &users, &db
            tear down users (module scopes::accounts)
            test configured, uses &config, EventLoop
            test inserts, uses &db
            test leaves_a_listener_behind, uses &db
            test meets_no_listener, uses &db
            set up users (module scopes::orders), at tests/src/bin/scopes.rs:87:10
              test orders::one, uses &users
            tear down users (module scopes::orders)
            test panics, uses &db
          tear down config (session)
        tear down db (session)
        test stands_alone
    "#]]
    .assert_eq(&shown.stdout);
    let shown = run("", &["--fixtures"]);
    assert_eq!((shown.stderr.as_str(), shown.code), ("\n", Some(0)));
    expect![[r#"
        `config`, at tests/src/bin/scopes.rs:72:4, of scope session
        `db`, at tests/src/bin/scopes.rs:32:10, of scope session, uses EventLoop
        `users`, at tests/src/bin/scopes.rs:87:10, of scope module, uses &db, &config
        `EventLoop`, of scope test
        `row`, at tests/src/bin/scopes.rs:114:4, of scope test, uses &users
    "#]]
    .assert_eq(&shown.stdout);
}

solipsism::main!();
