//! Whether a variable still has what it was given. A coroutine keeps the bytes of a variable that was borrowed once until
//! the end of its scope, though `drop(guard)` has moved the guard away: neither memory nor debug information tells. The
//! source does: a variable whose name never stands where a value would be moved is what it was. Where the source cannot
//! be had, or might mean something else, the variable holds nothing.

use std::fs;

use crate::names;
use crate::walk::Local;

#[derive(Default)]
pub(crate) struct Sources {
    files: Vec<(String, Option<Vec<Token>>)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Token {
    line: u64,
    text: String,
}

/// What a variable is, and thus which of its methods leave it where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Guard,
    /// A sender, a receiver or a permit; whether it sends but once.
    Other {
        sends_once: bool,
    },
    /// A list of such things, or of what has them.
    List,
    /// Has such a thing in it. Any method may take it.
    Around,
}

impl Kind {
    pub(crate) fn of(path: &str, is_itself: bool, variable: Option<&str>) -> Self {
        let is_list = variable.is_some_and(|it| it.starts_with(names::VEC));
        match (is_itself, is_list) {
            (true, _) if names::is_guard(path) => Self::Guard,
            (true, _) => Self::Other {
                sends_once: names::sends_once(path),
            },
            (false, true) => Self::List,
            (false, false) => Self::Around,
        }
    }

    fn stays(self, method: &str) -> bool {
        match self {
            Self::Guard => true,
            Self::Other { sends_once } => names::is_borrowing(method, sends_once),
            Self::List => names::is_listing(method),
            Self::Around => false,
        }
    }
}

impl Sources {
    /// Whether the thing in this variable is still there for certain.
    pub(crate) fn keeps(&mut self, local: &Local, kind: Kind) -> bool {
        let Some((file, line)) = &local.begins else {
            return false;
        };
        let tokens = self.tokens(file);
        tokens
            .and_then(|tokens| body(tokens, *line))
            .is_some_and(|body| keeps(body, &local.name, kind))
    }

    fn tokens(&mut self, file: &str) -> Option<&[Token]> {
        let known = self.files.iter().position(|(name, _)| name == file);
        let at = known.unwrap_or_else(|| {
            self.files.push((file.to_owned(), read(file)));
            self.files.len() - 1
        });
        self.files[at].1.as_deref()
    }
}

/// The tokens of a file that is no younger than this program.
fn read(file: &str) -> Option<Vec<Token>> {
    let changed = fs::metadata(file).ok()?.modified().ok()?;
    let built = fs::metadata("/proc/self/exe").ok()?.modified().ok()?;
    (changed <= built).then(|| tokens(&fs::read_to_string(file).ok()?))?
}

/// From the line where a coroutine begins to the end of its block.
fn body(tokens: &[Token], line: u64) -> Option<&[Token]> {
    let first = tokens.iter().position(|token| token.line == line)?;
    let on_line = tokens[first..]
        .iter()
        .take_while(|token| token.line == line);
    let asyncs: Vec<_> = on_line
        .enumerate()
        .filter(|(_, token)| token.text == "async")
        .map(|(at, _)| at)
        .collect();
    let first = match asyncs.as_slice() {
        // The line of the function's block, below its parameters.
        [] => first,
        [only] => first + only,
        _ => return None,
    };
    let mut open = 0;
    for (at, token) in tokens.iter().enumerate().skip(first) {
        match token.text.as_str() {
            "{" => open += 1,
            "}" if open == 0 => return None,
            "}" if open == 1 => return Some(&tokens[first..=at]),
            "}" => open -= 1,
            _ => {}
        }
    }
    None
}

/// Whether this name is only ever bound, borrowed, or asked something.
fn keeps(body: &[Token], name: &str, kind: Kind) -> bool {
    let text = |at: Option<usize>| at.and_then(|at| body.get(at)).map_or("", |it| &it.text);
    let begin = body.iter().position(|token| token.text == "{").unwrap_or(0);
    // `async move` at its own beginning takes what it captures; a later one may take it away.
    let takes = body[begin..].iter().any(|token| token.text == "move");
    let mut is_there = false;
    for at in body
        .iter()
        .enumerate()
        .filter(|(_, it)| it.text == name)
        .map(|(at, _)| at)
    {
        is_there = true;
        let before = text(at.checked_sub(1));
        let further = text(at.checked_sub(2));
        let is_kept = match (before, text(Some(at + 1))) {
            // Borrowed, or a field or method of something else.
            // What is around one may be a box, which `*` opens.
            ("*", _) if kind != Kind::Around => true,
            ("ref" | "&" | ".", _) | ("(" | ",", ":") => true,
            ("mut", _) if further == "&" => true,
            _ if is_bound(&body[..at]) => true,
            (_, ".") => kind.stays(text(Some(at + 2))),
            _ => false,
        };
        if !is_kept {
            return false;
        }
    }
    is_there && !takes
}

/// Whether what follows these tokens is in a pattern: `let (`, `if let Some(`.
fn is_bound(before: &[Token]) -> bool {
    let mut back = before.iter().rev().map(|token| token.text.as_str());
    back.find(|text| ["let", ";", "{", "}", "="].contains(text)) == Some("let")
}

/// Words, and single characters of all else; without comments and what is in quotes.
fn tokens(source: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut line = 1;
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let length = if first == '\n' {
            line += 1;
            1
        } else if first.is_whitespace() {
            first.len_utf8()
        } else if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            comment(rest)?
        } else if let Some(length) = raw_text(rest) {
            length
        } else if first == '"' {
            text(rest)?
        } else if first == '\'' {
            character(rest)
        } else {
            let is_word = |it: char| it == '_' || it.is_alphanumeric();
            let length = rest.find(|it| !is_word(it)).unwrap_or(rest.len());
            let length = if length == 0 {
                first.len_utf8()
            } else {
                length
            };
            let text = rest[..length].to_owned();
            tokens.push(Token { line, text });
            length
        };
        line += if first == '\n' {
            0
        } else {
            rest[..length].matches('\n').count() as u64
        };
        rest = &rest[length..];
    }
    Some(tokens)
}

/// Comments stand in comments.
fn comment(rest: &str) -> Option<usize> {
    let mut open = 0;
    let mut at = 0;
    loop {
        let here = rest.get(at..)?;
        if here.starts_with("/*") {
            open += 1;
            at += 2;
        } else if here.starts_with("*/") {
            open -= 1;
            at += 2;
            if open == 0 {
                return Some(at);
            }
        } else {
            at += here.chars().next()?.len_utf8();
        }
    }
}

fn raw_text(rest: &str) -> Option<usize> {
    let begin = ["br", "cr", "r"]
        .into_iter()
        .find(|it| rest.starts_with(it))?;
    let after = &rest[begin.len()..];
    let hashes = after.len() - after.trim_start_matches('#').len();
    let inner = after[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    Some(begin.len() + hashes + 1 + inner.find(&end)? + end.len())
}

fn text(rest: &str) -> Option<usize> {
    let mut characters = rest.char_indices().skip(1);
    while let Some((at, it)) = characters.next() {
        match it {
            '\\' => drop(characters.next()?),
            '"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// A character, or the mark of a lifetime.
fn character(rest: &str) -> usize {
    let mut characters = rest.char_indices().skip(1);
    match (characters.next(), characters.next()) {
        (Some((_, '\\')), Some((at, escaped))) => {
            let behind = at + escaped.len_utf8();
            behind + rest[behind..].find('\'').map_or(0, |at| at + 1)
        }
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, body, keeps, tokens};

    fn is_kept(source: &str, name: &str, kind: Kind) -> bool {
        let tokens = tokens(source).expect("it is whole");
        body(&tokens, 1).is_some_and(|body| keeps(body, name, kind))
    }

    #[test]
    fn a_variable_that_is_only_borrowed_is_kept() {
        for source in [
            "async fn f() { let _g = lock().await; nap().await; }",
            "async fn f() { let mut _g = lock().await; *_g += 1; show(&_g); _g.push(1); \"}\" }",
            "async fn f() { let (_g, mut other) = lock().await; if let Some(it) = &mut _g {} }",
            "async fn f() { let _g = lock().await; '}'; /* drop(_g) } */ nap::<'_>().await }",
        ] {
            assert!(is_kept(source, "_g", Kind::Guard), "{source}");
        }
    }

    #[test]
    fn a_variable_that_may_be_moved_is_not() {
        for source in [
            "async fn f() { let g = lock().await; drop(g); nap().await; }",
            "async fn f() { let g = lock().await; let h = g; nap().await; }",
            "async fn f() { let g = lock().await; S { g }; }",
            "async fn f() { let g = lock().await; spawn(async move { g.x() }); }",
            "async fn f() { let g = lock().await; MutexGuard::map(g, |it| it); }",
            "async fn f() { let g = lock().await; mine!(g); }",
            "async fn f() { nap().await; }",
            "async fn f() { let g = lock().await; ",
        ] {
            assert!(!is_kept(source, "g", Kind::Guard), "{source}");
        }
    }

    #[test]
    fn a_method_may_take_its_own() {
        let permit = Kind::Other { sends_once: false };
        let sender = Kind::Other { sends_once: true };
        for (source, kind, expected) in [
            (
                "async fn f() { let it = s.acquire().await; it.forget(); }",
                permit,
                false,
            ),
            (
                "async fn f(it: T) { it.is_closed(); nap().await; }",
                sender,
                true,
            ),
            (
                "async fn f(it: T) { it.is_closed(); it.send(1); nap().await; }",
                sender,
                false,
            ),
            (
                "async fn f() { let mut it = Vec::new(); it.push(1); nap().await; }",
                Kind::List,
                true,
            ),
            (
                "async fn f() { let it = list(); it.into_iter(); nap().await; }",
                Kind::List,
                false,
            ),
            (
                "async fn f() { let it = client(); it.call(); nap().await; }",
                Kind::Around,
                false,
            ),
            (
                "async fn f() { let it = boxed(); run(*it); nap().await; }",
                Kind::Around,
                false,
            ),
            (
                "async fn f() { let it = client(); it.tx; nap().await; }",
                Kind::Around,
                false,
            ),
        ] {
            assert_eq!(is_kept(source, "it", kind), expected, "{source}");
        }
    }
}
