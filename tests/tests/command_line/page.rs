//! `docs/running.md` and `--help` say the same.

use std::collections::BTreeSet;

use super::{page, run};

/// The words in a text that begin so and go on with letters, digits and these.
fn words(text: &str, begin: &str, others: &str) -> BTreeSet<String> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || others.contains(letter);
    let words = text.split(|letter| !is_part(letter));
    let words = words.filter(|word| word.starts_with(begin) && word.len() > begin.len());
    words.map(ToOwned::to_owned).collect()
}

fn flags(text: &str) -> BTreeSet<String> {
    words(text, "--", "-")
}

fn variables(text: &str) -> BTreeSet<String> {
    let ours = words(text, "SOLIPSISM_", "_");
    ours.into_iter()
        .chain(words(text, "RUST_TEST_", "_"))
        .collect()
}

/// What flag a line of `--help` is about, and what it says.
fn help() -> Vec<(String, String)> {
    let text = run(&["--help"]).stdout;
    let (flags, _) = text.split_once("Examples:").expect("they end it");
    let lines = flags
        .lines()
        .filter(|line| line.trim_start().starts_with('-'));
    let lines = lines.map(|line| line.trim_start().split_once("  ").expect("two columns"));
    let lines = lines.map(|(flag, does)| (flag.to_owned(), does.to_owned()));
    lines.collect()
}

/// The rows of the tables that are about a flag: the flag, what it does, its variable.
fn rows() -> Vec<[String; 3]> {
    let page = page("running.md");
    let rows = page.lines().filter(|line| line.starts_with("| `-"));
    let cells = rows.map(|row| {
        let mut cells = row
            .trim_matches('|')
            .split(" | ")
            .map(|cell| cell.trim().to_owned());
        let [flag, does, variable] = [(); 3].map(|()| cells.next().unwrap_or_default());
        [flag, does, variable]
    });
    cells.collect()
}

#[solipsism::test]
async fn each_flag_of_the_page_is_known_and_each_known_flag_is_on_the_page() {
    let known = help().into_iter().map(|(flag, does)| {
        let alias = does
            .split_once("[alias: ")
            .map(|(_, alias)| alias.to_owned());
        flag + " " + &alias.unwrap_or_default()
    });
    let known: String = known.collect::<Vec<_>>().join(" ");
    let told: String = rows()
        .into_iter()
        .map(|[flag, ..]| flag)
        .collect::<Vec<_>>()
        .join(" ");
    assert_eq!(flags(&known), flags(&told));
}

#[solipsism::test]
async fn each_flag_has_the_variable_that_the_page_names() {
    for [flag, _, variable] in rows() {
        let flag = flags(&flag).into_iter().next();
        let Some(flag) = flag else { continue };
        let help = help();
        let found = help
            .iter()
            .find(|(known, does)| flags(known).contains(&flag) || flags(does).contains(&flag));
        let (_, does) = found.expect("it is known");
        assert_eq!(variables(does), variables(&variable), "{flag}");
    }
}

#[solipsism::test]
async fn each_flag_has_a_line_of_help() {
    let text = run(&["--help"]);
    assert_eq!((text.stderr.as_str(), text.code), ("\n", Some(0)));
    assert!(help().iter().all(|(_, does)| !does.trim().is_empty()));
    assert_eq!(run(&["-h"]), text);
}
