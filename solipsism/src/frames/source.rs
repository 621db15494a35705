//! Lines of the user's sources, as they were when they were compiled.

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Longer lines end in `…`.
const LONGEST: usize = 100;

/// Of a chain of calls as many lines before the one that is asked for.
const JOINED: usize = 3;

thread_local! {
    /// Files that were read, most often one.
    static READ: RefCell<Vec<(PathBuf, Option<Vec<String>>)>> = const { RefCell::new(Vec::new()) };
}

/// A line of a file, without what surrounds it; nothing if the file is younger than the program.
pub(super) fn line(path: &Path, line: u32) -> Option<String> {
    READ.with_borrow_mut(|files| {
        let place = files.iter().position(|(read, _)| read == path);
        let place = place.unwrap_or_else(|| {
            files.push((path.to_owned(), lines(path)));
            files.len() - 1
        });
        let lines = files[place].1.as_ref()?;
        let last = usize::try_from(line).ok()?.checked_sub(1)?;
        lines.get(last).filter(|line| !line.is_empty())?;
        // An `.await` on a line of its own says nothing: it goes with what it is of.
        let mut first = last;
        while first > 0 && lines[first].starts_with('.') && last - first < JOINED {
            first -= 1;
        }
        Some(shortened(&lines[first..=last].concat()))
    })
}

fn lines(path: &Path) -> Option<Vec<String>> {
    let program = std::env::current_exe().ok()?;
    if modified(path)? > modified(&program)? {
        return None;
    }
    let text = fs::read_to_string(path).ok()?;
    Some(text.lines().map(|line| line.trim().to_owned()).collect())
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
