//! Tests that are run several times, and what is told of them.

use expect_test::expect;

use super::{ran, reports, run, run_line, told};

#[solipsism::test]
async fn a_failure_says_which_repetition_it_was_and_how_to_have_it_again() {
    reports(
        &["seeded", "--repeat", "20"],
        &expect![[r#"

        running 3 tests
        test seeded::exits_rarely          ... FAILED
        test seeded::fails_rarely          ... FAILED
        test seeded::panics_but_rarely_not ... FAILED

        failures:

        ---- seeded::exits_rarely ----
        the process in which it ran ended with code 7, as by a call of `exit`
          run it again: SOLIPSISM_REPEAT=20 SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin command_line seeded::exits_rarely -- --exact
          it printed:
            repetition 2 of 20, by the seed 0x6bc306071c48295b
            repetition 3 of 20, by the seed 0x571939fa061a48b4
            repetition 4 of 20, by the seed 0xff6d9405ad6ce504
            repetition 5 of 20, by the seed 0x9450c65c755adc77
            repetition 6 of 20, by the seed 0x8271bf50d4648105

        ---- seeded::fails_rarely ----
        panicked at tests/src/bin/command_line.rs:113:9:
        assertion `left != right` failed
          left: 3
         right: 3
          in the body, at 0ns
          repetition 3 of 20, by the seed 0xe64d798c7371f136
          run it again: SOLIPSISM_SEED=e64d798c7371f136 SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin command_line seeded::fails_rarely -- --exact
          it printed:
            ran seeded::fails_rarely
            a 4 was drawn
            repetition 2 of 20, by the seed 0x954630b27b628d68
            ran seeded::fails_rarely
            a 4 was drawn
            repetition 3 of 20, by the seed 0xe64d798c7371f136
            ran seeded::fails_rarely
            a 3 was drawn

        ---- seeded::panics_but_rarely_not ----
        note: test did not panic as expected at tests/src/bin/command_line.rs:118:14
          repetition 4 of 20, by the seed 0xb07b342d634ac62d
          run it again: SOLIPSISM_SEED=b07b342d634ac62d SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin command_line seeded::panics_but_rarely_not -- --exact
          it printed:
            repetition 2 of 20, by the seed 0xb475f67e4759dc2b
            repetition 3 of 20, by the seed 0x9c998af54aae80
            repetition 4 of 20, by the seed 0xb07b342d634ac62d


        failures:
            seeded::exits_rarely
            seeded::fails_rarely
            seeded::panics_but_rarely_not

        test result: FAILED. 0 passed; 3 failed; 0 ignored; 0 measured; 15 filtered out; finished in …

    "#]],
    );
}

#[solipsism::test]
async fn the_line_of_a_repetition_runs_it_again() {
    let printed = run(&["--repeat", "20", "seeded::fails", "--in-process"]).stdout;
    let (_, again) = printed.split_once("run it again: ").expect("it is told");
    let (seed, _) = again
        .split_once(" cargo test ")
        .expect("variables come first");
    assert!(seed.starts_with("SOLIPSISM_SEED="), "{seed}");
    let printed = run_line(&format!("{seed} seeded::fails_rarely --exact"));
    assert_eq!(printed.code, Some(101));
    let printed = run_line("seeded::fails_rarely --exact");
    assert_eq!(printed.code, Some(0));
}

#[solipsism::test]
async fn a_case_counts_once_however_often_it_runs() {
    for line in [
        "a_passes f_is --repeat 3",
        "SOLIPSISM_REPEAT=3 a_passes f_is",
        "SOLIPSISM_REPEAT=2 a_passes f_is --repeat 3",
    ] {
        let printed = run_line(&format!("{line} --in-process --test-threads 1"));
        let names = ["a_passes", "shares::a_passes"].map(|name| [name; 3]);
        assert_eq!(ran(&printed), names.concat(), "{line}");
        assert!(
            printed.stdout.contains("2 passed; 0 failed; 1 ignored"),
            "{printed:?}"
        );
    }
    let once = run(&["a_passes", "--repeat", "1"]);
    assert_eq!(once, run(&["a_passes"]));
}

#[solipsism::test]
async fn a_test_that_shares_a_fixture_is_repeated_within_it() {
    let printed = run(&["shares::b_fails", "--repeat", "3", "--in-process"]);
    expect![[r#"
        set up
        ran shares::b_fails
        torn down
    "#]]
    .assert_eq(&printed.stderr);
    let printed = run(&[
        "shares::rarely_fails",
        "--repeat",
        "20",
        "--include-ignored",
    ])
    .stdout;
    let (_, again) = printed.split_once("  repetition ").expect("it is told");
    let (again, _) = again.split_once(" cargo").expect("a line");
    expect![[r#"
        7 of 20, by the seed 0xb8b5015641009b7d
          run it again: SOLIPSISM_REPEAT=7 SOLIPSISM_TRACE=100"#]]
    .assert_eq(again);
    let (_, variable) = again.split_once("again: ").expect("variables come first");
    let printed = run_line(&format!(
        "{variable} shares::rarely_fails --exact --include-ignored"
    ));
    assert_eq!(told(&printed), [("shares::rarely_fails", "FAILED")]);
}

#[solipsism::test]
async fn a_seed_of_the_run_is_where_the_seeds_of_repetitions_begin() {
    let of = |line: &str| {
        let printed = run_line(&format!("{line} seeded::fails_rarely --repeat 30")).stdout;
        let (_, again) = printed.split_once("  repetition ").expect("it fails");
        again.lines().next().map(ToOwned::to_owned)
    };
    assert_eq!(of("--seed 5"), of("SOLIPSISM_SEED=5"));
    assert_ne!(of("--seed 5"), of("--seed 6"));
}
