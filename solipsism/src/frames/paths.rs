//! Places without the machine on which they were compiled: relative to the workspace, to a dependency, or to std.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// Where the user's sources are, as `Location`s name them.
#[derive(Debug, Default)]
pub(crate) struct Workspace {
    /// With a slash at its end.
    root: Option<String>,
}

impl Workspace {
    /// That of files which the compiler named so; what is in no workspace has its whole path.
    pub(crate) fn of<'a>(sites: impl IntoIterator<Item = &'a str>) -> Self {
        let here = std::env::current_dir().unwrap_or_default();
        let mut relative = sites
            .into_iter()
            .filter(|site| Path::new(site).is_relative());
        let site = relative.next();
        let mut around = here.ancestors();
        let root = around.find(|around| site.is_some_and(|site| around.join(site).is_file()));
        Self {
            root: root.map(|root| format!("{}/", slashed(root))),
        }
    }

    /// Where a file can be read that the compiler named so.
    pub(crate) fn file(&self, named: &str) -> PathBuf {
        Path::new(self.root.as_deref().unwrap_or_default()).join(named)
    }

    /// The place as it is shown, and where the file can be read.
    pub(crate) fn place(&self, file: &str) -> (String, PathBuf) {
        let below = self
            .root
            .as_deref()
            .and_then(|root| file.strip_prefix(root));
        let shown = below.map_or_else(|| without_machine(file).into_owned(), str::to_owned);
        (shown, PathBuf::from(file))
    }
}

fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// Takes from every path in a text what differs between machines: `/root/.cargo/registry/src/index-1/quinn-0.11.12/src/lib.rs`
/// becomes `quinn-0.11.12/src/lib.rs`, and `/rustc/1234/library/core/src/lib.rs` becomes `core/src/lib.rs`.
pub(crate) fn without_machine(text: &str) -> Cow<'_, str> {
    // Of each: what marks it, and how many parts of the path after that say nothing either.
    let marks = [
        ("/registry/src/", 1),
        ("/git/checkouts/", 2),
        ("/rustlib/src/rust/library/", 0),
        ("/rustc/", 2),
    ];
    let mut text = Cow::Borrowed(text);
    for (mark, skipped) in marks {
        let mut from = 0;
        while let Some(place) = text[from..].find(mark).map(|place| place + from) {
            let start = start_of_path(&text, place);
            let Some(end) = after_parts(&text[place + mark.len()..], skipped) else {
                from = place + mark.len();
                continue;
            };
            let end = place + mark.len() + end;
            let kept = repository(mark, &text[place + mark.len()..end]);
            from = start + kept.len();
            text.to_mut().replace_range(start..end, &kept);
        }
    }
    text
}

/// What a path says in spite of all: of a checkout, whose it is, since the rest might be anybody's.
fn repository(mark: &str, skipped: &str) -> String {
    let name = skipped.split('/').next().unwrap_or_default();
    match name.rsplit_once('-') {
        Some((name, _hash)) if mark == "/git/checkouts/" => format!("{name}/"),
        _ => String::new(),
    }
}

/// Where the path begins that goes on here.
fn start_of_path(text: &str, place: usize) -> usize {
    let is_outside =
        |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '(' | '[' | '<' | ',');
    let before = text[..place].rfind(is_outside);
    before.map_or(0, |before| {
        before + text[before..].chars().next().map_or(1, char::len_utf8)
    })
}

/// Behind as many parts of a path; nothing where it has fewer.
fn after_parts(path: &str, count: usize) -> Option<usize> {
    let mut at = 0;
    for _ in 0..count {
        let end = path[at..].find(|c: char| c == '/' || c.is_whitespace())?;
        if !path[at + end..].starts_with('/') {
            return None;
        }
        at += end + 1;
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lose_what_is_the_machines() {
        let cases = [
            (
                "spawned at /root/.cargo/registry/src/index.crates.io-19/quinn-0.11.12/src/endpoint.rs:153:17",
                "spawned at quinn-0.11.12/src/endpoint.rs:153:17",
            ),
            (
                "at /rustc/59807616e/library/core/src/ops/function.rs:250:5",
                "at core/src/ops/function.rs:250:5",
            ),
            (
                "at /home/me/.rustup/toolchains/stable/lib/rustlib/src/rust/library/std/src/thread.rs:1:2",
                "at std/src/thread.rs:1:2",
            ),
            (
                "(`/home/me/.cargo/git/checkouts/h2-12ab/34cd/src/lib.rs`)",
                "(`h2/src/lib.rs`)",
            ),
            (
                "at tests/it.rs:3:5, /rustc/ and /registry/src/",
                "at tests/it.rs:3:5, /rustc/ and /registry/src/",
            ),
        ];
        for (text, shown) in cases {
            assert_eq!(without_machine(text), shown);
        }
    }
}
