//! What `--debug` tells.

use expect_test::expect;

use super::{run, run_line};

/// Without what depends on the machine.
fn without_real_time(text: &str) -> String {
    let mut lines = Vec::new();
    for line in text.lines() {
        let line = match line.split_once(" of virtual time in ") {
            Some((before, _)) => format!("{before} of virtual time in …"),
            None => match (line.split_once(" took "), line.split_once(" of real time")) {
                (Some((before, _)), Some((_, after))) => {
                    format!("{before} took … of real time{after}")
                }
                _ => line.to_owned(),
            },
        };
        lines.push(line);
    }
    lines.join("\n")
}

#[solipsism::test]
async fn traces_are_told_of_tests_that_passed_too() {
    let arguments = [
        "--debug",
        "traced",
        "h_fails",
        "c_passes",
        "f_is",
        "is_ignored",
    ];
    let printed = ["1", "8"]
        .map(|threads| run(&[&arguments[..], &["--test-threads", threads]].concat()).stdout);
    let traces = printed.map(|text| {
        let (_, traces) = text.split_once("traces:\n").expect("they end it");
        without_real_time(traces)
    });
    assert_eq!(traces[0], traces[1]);
    expect![[r#"

        ---- c_passes ----
        by the seed 0xdc3c2848b8cd465a, 0ns of virtual time in …
          it printed:
            ran c_passes

        ---- f_is_skipped ----
        by the seed 0x5237cddbff604071, 0ns of virtual time in …

        ---- h_fails ----
        by the seed 0x623ee612a3ad773d, 0ns of virtual time in …

        ---- shares::c_passes ----
        by the seed 0x8ea7307921e05d66, 0ns of virtual time in …
          it printed:
            set up
            ran shares::c_passes
            torn down

        ---- traced::is_long_in_one_poll ----
        by the seed 0x761413c73fa6446e, 1s of virtual time in …
          one poll of the body took … of real time or a little more, at 1s

        ---- traced::takes_a_day ----
        by the seed 0x1be352c5d9e6f7c7, 86400s of virtual time in …
          it printed:
            it begins

        5 tests, 1 day of virtual time in …"#]]
    .assert_eq(&traces[0]);
}

#[solipsism::test]
async fn traces_are_told_if_anything_asks_for_them() {
    for (line, are_told) in [
        ("a_passes", false),
        ("SOLIPSISM_DEBUG=0 a_passes", false),
        ("SOLIPSISM_DEBUG=1 a_passes", true),
        ("--exact a_passes --debug", true),
        ("--in-process a_passes --debug", true),
    ] {
        assert_eq!(
            run_line(line).stdout.contains("traces:"),
            are_told,
            "{line}"
        );
    }
    let json = run_line("a_passes --debug --format json");
    assert!(json.stderr.contains("traces:"), "{json:?}");
}
