//! Annotations: what GitHub shows beside the lines of a change, as commands in the log of a workflow.

use std::env;
use std::path::{Path, PathBuf};

use super::record::{Record, Verdict};
use crate::plan::Plan;

/// Whether this is run by a workflow.
pub(crate) fn are_wanted() -> bool {
    env::var_os("GITHUB_ACTIONS").is_some_and(|it| !it.is_empty() && it != "false")
}

/// One for each failure that is told in full, and for each teardown that failed. GitHub shows ten of a step.
pub(crate) fn annotations(plan: &Plan, records: &[Record], broken: &[String]) -> Vec<String> {
    let mut annotations = Vec::new();
    for record in records {
        let case = &plan[record.place];
        let site = case.test.site;
        let at_site = || Some((PathBuf::from(site.file()), site.line()));
        if let Verdict::Failed { report, .. }
        | Verdict::Error {
            report,
            is_taken_along: false,
            ..
        } = &record.verdict
        {
            let place = place_of(report).or_else(at_site);
            annotations.push(annotation(place, &case.name, report));
        }
        for report in &record.teardowns {
            let title = format!("a teardown after {}", case.name);
            annotations.push(annotation(place_of(report), &title, report));
        }
    }
    let broken = broken.iter();
    annotations.extend(broken.map(|report| annotation(None, "a worker process", report)));
    annotations
}

fn annotation(place: Option<(PathBuf, u32)>, title: &str, report: &str) -> String {
    let place = place.map_or_else(String::new, |(file, line)| {
        let file = in_repository(&file);
        format!("file={},line={line},", property(&file.to_string_lossy()))
    });
    format!("::error {place}title={}::{}", property(title), data(report))
}

/// Where the report says that it happened: where something panicked, or else the first place of which it speaks.
fn place_of(report: &str) -> Option<(PathBuf, u32)> {
    let panicked = report.split_once("panicked at ");
    let panicked = panicked.and_then(|(_, rest)| place(rest.lines().next()?));
    panicked.or_else(|| place(report))
}

/// The first `file.rs:3:5` that is a file of the user's: others are of a crate, or of the standard library.
fn place(text: &str) -> Option<(PathBuf, u32)> {
    let is_between = |it: char| it.is_whitespace() || "(),;`".contains(it);
    let places = text.split(is_between).filter_map(|word| {
        let mut parts = word.trim_end_matches([':', '.']).rsplitn(3, ':');
        let (column, line, file) = (parts.next()?, parts.next()?, parts.next()?);
        let (_, line): (u32, u32) = (column.parse().ok()?, line.parse().ok()?);
        let file = Path::new(file);
        (file.extension()? == "rs").then(|| (file.to_owned(), line))
    });
    let mut own = places.filter(|(file, _)| file.is_relative() || in_repository(file) != *file);
    own.next()
}

/// As GitHub names it. The compiler names files as seen from the workspace, and that need not be the repository.
fn in_repository(file: &Path) -> PathBuf {
    let Some(repository) = env::var_os("GITHUB_WORKSPACE") else {
        return file.to_owned();
    };
    let here = env::current_dir().unwrap_or_default();
    let above = here.ancestors().map(|directory| directory.join(file));
    let mut there = above.filter(|file| file.is_file());
    let absolute = there.next();
    let found = absolute
        .as_deref()
        .and_then(|it| it.strip_prefix(repository).ok());
    found.unwrap_or(file).to_owned()
}

fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_a_failure() {
        for (report, expected) in [
            (
                "panicked at tests/it.rs:10:5:\noh\n  in a.rs:1:1",
                Some(("tests/it.rs", 10)),
            ),
            (
                "fixture `db`, at tests/it.rs:3:5: its set-up failed\npanicked at src/db.rs:7:9:\noh",
                Some(("src/db.rs", 7)),
            ),
            (
                "panicked at /rustc/1234/library/core/src/option.rs:3:5:\noh\n  the body, at a.rs:8:2",
                Some(("a.rs", 8)),
            ),
            (
                "  task 1 `worker` (spawned at a.rs:21:48), b.rs:1:1",
                Some(("a.rs", 21)),
            ),
            ("at 12:30:15, or in a.txt:1:1", None),
        ] {
            let expected = expected.map(|(file, line)| (PathBuf::from(file), line));
            assert_eq!(place_of(report), expected, "{report}");
        }
    }

    #[test]
    fn commands_are_escaped() {
        assert_eq!(
            annotation(
                Some((PathBuf::from("a,b.rs"), 3)),
                "m::case",
                "100%, it\r\nsays: no"
            ),
            "::error file=a%2Cb.rs,line=3,title=m%3A%3Acase::100%25, it%0D%0Asays: no"
        );
    }
}
