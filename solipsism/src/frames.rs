//! Stacks as `std::backtrace` prints them, frame by frame, and whose code each frame is. `chain` makes a chain of awaits of
//! one, `names` makes names readable, `pathless` finds those that were lost, `paths` makes places readable; `source` reads a line.
//! `suspended` makes chains of what was read of suspended futures, and one list of both.
//!
//! Whose a frame is, its file says: what is generic bears the name of whoever uses it.

mod chain;
mod names;
mod pathless;
mod paths;
mod source;
mod suspended;

use std::borrow::Cow;
use std::panic::Location;
use std::path::Path;

pub(crate) use chain::{Chain, Leaf, Primitive, Step, chains, steps};
pub(crate) use paths::{Workspace, without_machine};
pub(crate) use suspended::{Held, Suspended, Thing, merged, suspended};

/// A function that was being called, or a part of one that was inlined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) symbol: String,
    /// With slashes; absolute, unless the compiler was told to forget where it was.
    pub(crate) file: Option<String>,
    pub(crate) line: u32,
}

/// Who wrote a frame's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    Std,
    Dependency,
    Ours,
    Users,
}

/// Where this crate's sources were when it was compiled: relative if it is a member of the workspace.
pub(crate) fn own_sources() -> String {
    file!().trim_end_matches("frames.rs").replace('\\', "/")
}

/// Whether this place is one of this crate's own.
pub(crate) fn is_ours(site: &Location<'_>) -> bool {
    whose_file(&site.file().replace('\\', "/")) == Whose::Ours
}

/// The line of the user's source where this is, if it can be read.
pub(crate) fn source_of(site: &Location<'_>) -> Option<String> {
    let file = Workspace::of([site.file()]).file(site.file());
    source::line(&file, site.line())
}

impl Frame {
    pub(crate) fn whose(&self) -> Whose {
        match &self.file {
            Some(file) => whose_file(file),
            None => whose_symbol(&self.symbol),
        }
    }

    /// The file below `src` of this crate, if it is one of ours.
    pub(crate) fn own_file(&self) -> Option<&str> {
        let file = self.file.as_deref()?;
        let own = own_sources();
        let place = file.find(&own)?;
        Some(&file[place + own.len()..])
    }

    /// The same, or without lines what the path says of it: `task/join_handle/…`.
    fn own_module(&self) -> Cow<'_, str> {
        match &self.file {
            Some(_) => Cow::Borrowed(self.own_file().unwrap_or_default()),
            None => Cow::Owned(names::of_user(&self.symbol).replace("::", "/")),
        }
    }
}

/// Whether this file is neither std's nor a dependency's nor ours.
#[cfg(feature = "dwarf")]
pub(crate) fn is_users(file: &str) -> bool {
    whose_file(file) == Whose::Users
}

fn whose_file(file: &str) -> Whose {
    // The system's, whose places may well be relative.
    if Path::new(file).extension() != Some("rs".as_ref()) {
        return Whose::Dependency;
    }
    if file.starts_with("/rustc/") || file.contains("/rustlib/src/rust/library/") {
        return Whose::Std;
    }
    let own = own_sources();
    let below = file.find(&own).map(|place| &file[..place]);
    if below.is_some_and(|before| before.is_empty() || before.ends_with('/')) {
        return Whose::Ours;
    }
    let kept = ["/registry/src/", "/git/checkouts/", "/vendor/"];
    if kept.iter().any(|kept| file.contains(kept)) {
        return Whose::Dependency;
    }
    Whose::Users
}

/// Without line tables there is only the name, and the program that is running tells the user's own crate.
fn whose_symbol(symbol: &str) -> Whose {
    match names::crate_of(symbol) {
        "" | "alloc" | "core" | "std" | "__rust_try" | "_" => Whose::Std,
        "solipsism" => Whose::Ours,
        name if is_program(name) => Whose::Users,
        _ => Whose::Dependency,
    }
}

fn is_program(name: &str) -> bool {
    let program = std::env::current_exe().ok();
    let stem = program.as_deref().and_then(|program| program.file_stem());
    let stem = stem.unwrap_or_default().to_string_lossy().replace('-', "_");
    stem == name
        || stem
            .strip_prefix(name)
            .is_some_and(|hash| hash.starts_with('_'))
}

/// What `Display` of a `Backtrace` printed; innermost first.
pub(crate) fn parse(printed: &str) -> Vec<Frame> {
    let here = std::env::current_dir().unwrap_or_default();
    let here = here.to_string_lossy().replace('\\', "/");
    let mut frames: Vec<Frame> = Vec::new();
    for line in printed.lines() {
        let text = line.trim_start();
        if let Some(place) = text.strip_prefix("at ") {
            if let Some(frame) = frames.last_mut() {
                let (file, line) = parse_place(place);
                let file = file.replace('\\', "/");
                // Std leaves out the current directory.
                let below = file
                    .strip_prefix("./")
                    .map(|below| format!("{here}/{below}"));
                (frame.file, frame.line) = (Some(below.unwrap_or(file)), line);
            }
            continue;
        }
        // `12: name`, and what was inlined into it before, without a number.
        let (number, rest) = text.split_once(": ").unwrap_or_default();
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        frames.push(Frame {
            symbol: if is_number { rest } else { text }.to_owned(),
            file: None,
            line: 0,
        });
    }
    frames.iter_mut().for_each(pathless::name);
    frames
}

/// `path:line:column`; there may be colons in the path.
fn parse_place(place: &str) -> (&str, u32) {
    let mut parts = place.rsplitn(3, ':');
    let (_column, line, file) = (parts.next(), parts.next(), parts.next());
    match (file, line.and_then(|line| line.parse().ok())) {
        (Some(file), Some(line)) => (file, line),
        _ => (place, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printed_backtrace_is_read() {
        let printed = "   0: core::task::wake::Waker::clone\n\
                       \x20            at /rustc/abc/library/core/src/task/wake.rs:1:1\n\
                       \x20     it::inlined\n\
                       \x20            at ./tests/it.rs:3:5\n\
                       \x20 12: main\n";
        let frames = parse(printed);
        let told = frames
            .iter()
            .map(|frame| (frame.symbol.as_str(), frame.line, frame.whose()));
        let told: Vec<_> = told.collect();
        assert_eq!(told[0], ("core::task::wake::Waker::clone", 1, Whose::Std));
        assert_eq!(told[1], ("it::inlined", 3, Whose::Users));
        assert_eq!((told[2].0, told[2].1), ("main", 0));
    }

    #[test]
    fn a_file_tells_whose_a_frame_is() {
        let of = |file: &str| whose_file(file);
        assert_eq!(
            of("/home/me/.cargo/registry/src/index-1/tokio-1.0.0/src/lib.rs"),
            Whose::Dependency
        );
        assert_eq!(
            of("/home/me/.rustup/lib/rustlib/src/rust/library/core/src/lib.rs"),
            Whose::Std
        );
        assert_eq!(
            of(&format!("/x/{}time/sleep.rs", own_sources())),
            Whose::Ours
        );
        assert_eq!(of("./tests/it.rs"), Whose::Users);
    }
}
