//! What may be left behind, and what becomes of a test that leaves something else.

use std::panic::Location;

use super::{Kind, Leak};

/// What becomes of a test that leaves something behind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// It fails.
    Fail,
    /// It passes, and the end of the run tells of it.
    #[default]
    Warn,
    /// Nothing: nobody looks.
    Allow,
}

/// Something that may be left behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AllowLeak {
    /// Whatever is of this kind.
    Kind(Kind),
    /// Tasks of this name; a `*` stands for anything.
    Task(&'static str),
    /// What code of this crate made.
    Crate(&'static str),
    /// What is of a type that has this in its name: of a task, that of its future.
    Type(&'static str),
}

/// How a test is looked at when it is over.
#[derive(Clone, Debug)]
pub(crate) struct Check {
    pub(crate) policy: Policy,
    pub(crate) allowed: Vec<AllowLeak>,
}

impl Check {
    /// Whether this may be left behind, and what it holds with it.
    pub(crate) fn allows(&self, leak: &Leak) -> bool {
        self.allowed.iter().any(|allowed| allowed.covers(leak))
    }
}

impl AllowLeak {
    fn covers(self, leak: &Leak) -> bool {
        match self {
            Self::Kind(kind) => leak.kind == kind,
            Self::Task(pattern) => leak.name.as_deref().is_some_and(|it| matches(pattern, it)),
            Self::Crate(name) => leak
                .created
                .and_then(origin)
                .is_some_and(|origin| underscored(origin) == underscored(name)),
            Self::Type(part) => leak.type_name.contains(part),
        }
    }
}

/// The dependency whose code stands there: of the user's own nobody knows the name.
pub(crate) fn origin(site: &'static Location<'static>) -> Option<&'static str> {
    let file = site.file();
    if let Some((_, path)) = file.split_once("/registry/src/") {
        let folder = path.split('/').nth(1)?;
        // A version begins with a digit, and a part of a name may end with one.
        let cut = folder
            .match_indices('-')
            .find(|(at, _)| folder[at + 1..].starts_with(|it: char| it.is_ascii_digit()));
        return Some(cut.map_or(folder, |(at, _)| &folder[..at]));
    }
    let (_, path) = file.split_once("/git/checkouts/")?;
    let (name, _hash) = path.split('/').next()?.rsplit_once('-')?;
    Some(name)
}

fn underscored(name: &str) -> String {
    name.replace('-', "_")
}

/// Whether a text is as the pattern says, in which a `*` stands for anything.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut text) = text.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        match text.find(part) {
            Some(place) => text = &text[place + part.len()..],
            None => return false,
        }
    }
    text.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, text, expected) in [
            ("pool", "pool", true),
            ("pool", "pool 1", false),
            ("pool *", "pool 1", true),
            ("* 1", "pool 1", true),
            ("a*b*c", "a1b2c", true),
            ("a*b*c", "a1c2b", false),
            ("ab*ba", "aba", false),
            ("*", "", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
