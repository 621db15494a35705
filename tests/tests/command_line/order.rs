//! In which order tests run, and where a run ends that is to end early.

use expect_test::expect;

use super::{ran, reports, run, run_line, told};

/// What ran, one after another.
fn order(line: &str) -> Vec<String> {
    let printed = run_line(&format!("--in-process --test-threads 1 {line}"));
    ran(&printed).into_iter().map(ToOwned::to_owned).collect()
}

#[solipsism::test]
async fn a_seed_decides_the_order_of_the_run_and_not_that_of_the_report() {
    let plain = order("");
    let shuffled = order("--shuffle-seed 7");
    assert_ne!(plain, shuffled);
    assert_eq!(shuffled, order("--shuffle --shuffle-seed=7"));
    assert_eq!(shuffled, order("RUST_TEST_SHUFFLE_SEED=7"));
    assert_eq!(shuffled, order("RUST_TEST_SHUFFLE_SEED=8 --shuffle-seed 7"));
    assert_ne!(shuffled, order("--shuffle-seed 8"));
    let sorted = |mut names: Vec<String>| {
        names.sort();
        names
    };
    assert_eq!(sorted(plain), sorted(shuffled.clone()));
    // Which of two comes first does not depend on others. What shares a fixture goes together.
    let some = order("--shuffle-seed 7 _passes _fails --skip shares");
    let of_all = shuffled.into_iter().filter(|name| some.contains(name));
    assert_eq!(of_all.collect::<Vec<_>>(), some);

    let named = |line: &str| {
        told(&run_line(line))
            .iter()
            .map(|(name, _)| (*name).to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(named("--shuffle-seed 7"), named(""));
}

#[solipsism::test]
async fn the_seed_of_a_shuffled_run_is_printed() {
    let with_seed = run(&["a_passes", "--shuffle-seed", "7"]).stdout;
    assert!(
        with_seed.starts_with("shuffle seed: 7\n\nrunning 2 tests\n"),
        "{with_seed}"
    );
    for line in ["a_passes --shuffle", "RUST_TEST_SHUFFLE=1 a_passes"] {
        let printed = run_line(line).stdout;
        let seed = printed
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("shuffle seed: "));
        let seed: u64 = seed
            .expect("it is printed")
            .parse()
            .expect("it is a number");
        let again = run(&["a_passes", "--shuffle-seed", &seed.to_string()]);
        assert_eq!(again.stdout, printed);
    }
    let plain = run_line("RUST_TEST_SHUFFLE=0 a_passes").stdout;
    assert!(!plain.contains("shuffle"), "{plain}");
    let json = run_line("--format json --shuffle-seed 7 a_passes");
    assert_eq!(json.stderr.trim(), "shuffle seed: 7");
}

#[solipsism::test]
async fn nothing_is_told_after_the_first_failure_if_it_is_to_be_the_last() {
    reports(
        &["--fail-fast", "_passes", "_fails", "ignored"],
        &expect![[r#"

            running 10 tests
            test a_passes             ... ok
            test b_fails              ... FAILED
            test c_passes             ... ignored (not run: --fail-fast)
            test d_is_ignored         ... ignored (it costs money)
            test e_is_ignored         ... ignored
            test h_fails              ... ignored (not run: --fail-fast)
            test shares::a_passes     ... ignored (not run: --fail-fast)
            test shares::b_fails      ... ignored (not run: --fail-fast)
            test shares::c_passes     ... ignored (not run: --fail-fast)
            test shares::rarely_fails ... ignored (it is for repetitions)

            failures:

            ---- b_fails ----
            panicked at tests/src/bin/command_line.rs:21:5:
            as it always does
              in the body, at 0ns
              run it again: SOLIPSISM_TRACE=100 cargo test -p solipsism-tests --bin command_line b_fails -- --exact
              it printed:
                ran b_fails


            failures:
                b_fails

            test result: FAILED. 1 passed; 1 failed; 8 ignored; 0 measured; 8 filtered out; finished in …

            not run, since another failed before them (`--fail-fast`): 5 tests

        "#]],
    );
    let printed = run(&["--fail-fast", "_passes"]);
    assert_eq!(printed.code, Some(0));
    assert!(
        !printed.stdout.contains("--fail-fast"),
        "{}",
        printed.stdout
    );
}

#[solipsism::test]
async fn what_was_shared_is_torn_down_after_the_first_failure() {
    let printed = run(&["--fail-fast", "shares", "--in-process"]);
    expect![[r#"
        set up
        ran shares::a_passes
        ran shares::b_fails
        torn down
    "#]]
    .assert_eq(&printed.stderr);
}

#[solipsism::test]
async fn the_first_failure_of_a_shuffled_run_is_the_first_of_its_order() {
    for seed in ["0", "1", "2", "3", "4"] {
        let arguments = ["--fail-fast", "_passes", "_fails", "--shuffle-seed", seed];
        let printed = ["1", "2", "8"]
            .map(|threads| run(&[&arguments[..], &["--test-threads", threads]].concat()));
        assert_eq!(printed[0], printed[1]);
        assert_eq!(printed[0], printed[2]);
        let failed = told(&printed[0])
            .into_iter()
            .filter(|(_, told)| *told == "FAILED");
        assert_eq!(failed.count(), 1, "{}", printed[0].stdout);
    }
}

#[solipsism::test]
async fn one_test_runs_at_a_time_if_anything_says_so() {
    let expected = order("_passes");
    for line in [
        "RUST_TEST_THREADS=1 _passes",
        "RUST_TEST_THREADS=3 _passes --test-threads 1",
        "_passes --test-threads=2 --test-threads 1",
    ] {
        let printed = run_line(&format!("{line} --in-process"));
        assert_eq!(ran(&printed), expected, "{line}");
    }
}
