//! Lines of the user's sources, as they were when they were compiled.

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Longer lines end in `…`.
const LONGEST: usize = 100;

/// Of a chain of calls as many lines before the one that is asked for.
const JOINED: usize = 6;

/// A block is as long as this at most for its first line to be found.
const BLOCK: usize = 60;

thread_local! {
    /// Files that were read, most often one.
    static READ: RefCell<Vec<(PathBuf, Option<Vec<String>>)>> = const { RefCell::new(Vec::new()) };
}

/// A line of a file, without what surrounds it; of a block that ends there also how it begins. Nothing if the file is younger than the program.
pub(super) fn line(path: &Path, line: u32) -> Option<String> {
    let line = with_lines(path, |lines| {
        let last = usize::try_from(line).ok()?.checked_sub(1)?;
        lines.get(last).filter(|line| !line.is_empty())?;
        // An `.await` on a line of its own says nothing: it goes with what it is of.
        Some(shortened(&statement(lines, last)))
    });
    line.flatten()
}

/// Gives all lines of a file, unless it is younger than the program.
pub(super) fn with_lines<R>(path: &Path, give: impl FnOnce(&[String]) -> R) -> Option<R> {
    READ.with_borrow_mut(|files| {
        let place = files.iter().position(|(read, _)| read == path);
        let place = place.unwrap_or_else(|| {
            files.push((path.to_owned(), lines(path)));
            files.len() - 1
        });
        files[place].1.as_deref().map(give)
    })
}

/// What stands in this line, with what it goes on with.
fn statement(lines: &[String], last: usize) -> String {
    let mut first = last;
    while first > 0 && lines[first].trim_start().starts_with('.') && last - first < JOINED {
        first -= 1;
    }
    let end: String = lines[first..=last].iter().map(|line| line.trim()).collect();
    let indentation = |line: &str| line.len() - line.trim_start().len();
    let closes = |line: &str| line.trim_start().starts_with(['}', ')', ']']);
    if !closes(&lines[first]) {
        return end;
    }
    // As rustfmt has it, a block begins in the line above that is indented like its end.
    let above = lines[first.saturating_sub(BLOCK)..first].iter().rev();
    let mut outer =
        above.filter(|line| !line.is_empty() && indentation(line) <= indentation(&lines[first]));
    match outer.next() {
        Some(begin) if begin.ends_with(['{', '(', '[', '|']) && !closes(begin) => {
            format!("{} … {end}", begin.trim())
        }
        _ => end,
    }
}

fn lines(path: &Path) -> Option<Vec<String>> {
    let program = std::env::current_exe().ok()?;
    if modified(path)? > modified(&program)? {
        return None;
    }
    let text = fs::read_to_string(path).ok()?;
    Some(
        text.lines()
            .map(|line| line.trim_end().to_owned())
            .collect(),
    )
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).ok()?.modified().ok()
}

fn shortened(line: &str) -> String {
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_told_with_how_it_begins() {
        let text = "fn f() {\n    poll_fn(|cx| {\n        if a {\n            b\n        }\n    })\n    .await\n}\n\nx\n}";
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let told = [1, 3, 4, 6, 7, 10].map(|line| statement(&lines, line));
        let expected = [
            "poll_fn(|cx| {",
            "b",
            "if a { … }",
            "poll_fn(|cx| { … }).await",
            "fn f() { … }",
            "}",
        ];
        assert_eq!(told, expected);
    }
}
