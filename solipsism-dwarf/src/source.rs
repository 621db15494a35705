//! Whether a variable still has what it was given. A coroutine keeps the bytes of a variable that was borrowed once until
//! the end of its scope, though `drop(guard)` has moved the guard away: neither memory nor debug information tells. The
//! source does: a variable whose name never stands where a value would be moved is what it was. Where the source cannot
//! be had, or might mean something else, the variable holds nothing.

use std::fs;
use std::ops::Range;

use crate::names;
use crate::tokens::{Token, tokens};
use crate::walk::Local;

#[derive(Default)]
pub(crate) struct Sources {
    files: Vec<(String, Option<Vec<Token>>)>,
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

    /// Of a variable of this type that has futures in it.
    pub(crate) fn of_futures(variable: Option<&str>) -> Self {
        let lists = [names::VEC, names::FUTURES_UNORDERED];
        let is_list = variable.is_some_and(|it| lists.iter().any(|list| it.starts_with(list)));
        if is_list { Self::List } else { Self::Around }
    }

    fn stays(self, method: &str) -> bool {
        match self {
            Self::Guard => !names::may_consume_guard(method),
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
        let stop = &local.stop.frame;
        let tokens = self.tokens(file);
        let body = tokens.and_then(|tokens| body(tokens, *line));
        body.is_some_and(|body| {
            let stands = (*file == stop.file).then(|| stands(body, stop.line.into()));
            keeps(body, stands.flatten(), &local.name, kind)
        })
    }

    /// Whether a value without a name is still there for certain.
    ///
    /// The compiler lists it with a state only while it will be used, and nothing but a pattern can take away what was borrowed
    /// before: an arm of a `match` that binds it, if the arm has a condition, which looks at it first.
    pub(crate) fn keeps_temporary(&mut self, local: &Local) -> bool {
        let Some((file, line)) = &local.begins else {
            return false;
        };
        let tokens = self.tokens(file);
        let body = tokens.and_then(|tokens| body(tokens, *line));
        body.is_some_and(|body| !binds_on_condition(body))
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

/// The tokens of the line at which a coroutine stands.
fn stands(body: &[Token], line: u64) -> Option<Range<usize>> {
    let is_there = |token: &Token| token.line == line;
    let first = body.iter().position(is_there)?;
    let last = body.iter().rposition(is_there)?;
    Some(first..last + 1)
}

/// Whether a variable of this name, which is alive where the coroutine stands, is only ever bound, borrowed, or asked something
/// until then.
///
/// What is further down has not run; or if there is a loop around, it did not move the variable, or else the compiler would have
/// refused it, unless the variable was given a new value.
fn keeps(body: &[Token], stands: Option<Range<usize>>, name: &str, kind: Kind) -> bool {
    let is_name = |at: &usize| body[*at].text == name;
    // A block may have captured what it names only later.
    if !(0..body.len()).any(|at| is_name(&at)) {
        return false;
    }
    let is_equal =
        |at: usize| text(body, Some(at)) == "=" && !["=", ">"].contains(&text(body, Some(at + 1)));
    // `it = …`, or `(it, other) = …`.
    let is_set =
        |at: usize| is_equal(at + 1) || pattern_around(body, at).any(|end| is_equal(end + 1));
    let sets = (0..body.len()).filter(is_name);
    let sets = sets.filter(|at| is_set(*at) && !is_bound(&body[..*at]));
    let end = match &stands {
        Some(stands) if sets.max() < Some(stands.end) => stands.end,
        _ => body.len(),
    };
    let hidden = stands.map_or_else(Vec::new, |stands| hidden(body, &stands, name));
    let is_hidden = |at: usize| hidden.iter().any(|hidden| hidden.contains(&at));
    let begin = body.iter().position(|token| token.text == "{").unwrap_or(0);
    // `async move` at its own beginning takes what it captures; a later one takes away what is named in it.
    let mut moves = (begin..end).filter(|at| body[*at].text == "move");
    let takes = |at: usize| {
        let mut taken = at + 1..at + 1 + moved(&body[at + 1..]);
        taken.any(|at| is_name(&at) && !is_hidden(at))
    };
    // A parameter, and not something of a macro's.
    let is_parameter = |at: usize| at < begin && text(body, Some(at + 1)) == ":";
    let mut named = (0..end).filter(|at| is_name(at) && !is_hidden(*at));
    !moves.any(takes) && named.all(|at| is_parameter(at) || is_kept(body, at, kind))
}

/// Whether the value whose name stands here stays where it is.
fn is_kept(body: &[Token], at: usize, kind: Kind) -> bool {
    let before = text(body, at.checked_sub(1));
    let further = text(body, at.checked_sub(2));
    match (before, text(body, Some(at + 1))) {
        // `..it` gives away what is in it.
        (".", _) if further == "." => false,
        // A field or method of something else.
        (".", _) => true,
        _ if is_bound(&body[..at]) => true,
        // Whatever becomes of what the method gives, as in `&it.into_inner()`.
        (_, ".") => kind.stays(text(body, Some(at + 2))),
        (_, "?") => false,
        // What is around one may be a box, which `*` opens.
        ("*", _) if kind != Kind::Around => true,
        // Borrowed.
        ("ref" | "&", _) => true,
        ("mut", _) if further == "&" => true,
        (_, "[") => kind == Kind::Guard,
        _ => false,
    }
}

/// Where the patterns or expressions in brackets end that the token is in, innermost first, within its statement.
fn pattern_around(body: &[Token], at: usize) -> impl Iterator<Item = usize> {
    let mut open = 0;
    let after = body.iter().enumerate().skip(at + 1);
    let ends = after.map_while(move |(end, token)| {
        match token.text.as_str() {
            "(" | "[" | "{" => open += 1,
            ")" | "]" | "}" if open == 0 => return Some(Some(end)),
            ")" | "]" | "}" => open -= 1,
            ";" if open == 0 => return None,
            _ => {}
        }
        Some(None)
    });
    ends.flatten()
}

fn text(body: &[Token], at: Option<usize>) -> &str {
    at.and_then(|at| body.get(at)).map_or("", |it| &it.text)
}

/// Where this name means another variable, one that is gone when the coroutine stands there: after a `let` in a block that has
/// been left, or not been entered.
fn hidden(body: &[Token], stands: &Range<usize>, name: &str) -> Vec<Range<usize>> {
    let mut hidden = Vec::new();
    // Where each open block begins, and the variables of this name in it.
    let mut open: Vec<(usize, Option<usize>)> = Vec::new();
    for at in 0..body.len() {
        match text(body, Some(at)) {
            "{" => open.push((at, None)),
            "}" => {
                let closed = open.pop();
                let closed = closed.filter(|(from, _)| stands.end <= *from || at < stands.start);
                hidden.extend(closed.and_then(|(_, bound)| Some(bound?..at)));
            }
            "let" => {
                let name_at = at + 1 + usize::from(text(body, Some(at + 1)) == "mut");
                let is_plain =
                    text(body, Some(name_at)) == name && text(body, Some(name_at + 1)) == "=";
                // `if let` is of the block that follows.
                let is_statement = ["{", "}", ";"].contains(&text(body, at.checked_sub(1)));
                if let Some((_, bound)) = open.last_mut().filter(|_| is_plain && is_statement) {
                    *bound = bound.or_else(|| end_of_statement(body, at));
                }
            }
            _ => {}
        }
    }
    hidden
}

/// Whether there is an arm like `it if it.is_new() => …`.
fn binds_on_condition(body: &[Token]) -> bool {
    const NO_NAMES: [&str; 4] = ["_", "break", "else", "return"];
    let mut threes = body.windows(3);
    threes.any(|three| {
        let [before, name, word] = [0, 1, 2].map(|at| three[at].text.as_str());
        let begins = ["{", "}", ",", "|", "mut"].contains(&before);
        let is_name = name.starts_with(|it: char| it == '_' || it.is_lowercase());
        word == "if" && begins && is_name && !NO_NAMES.contains(&name)
    })
}

/// Where the next statement begins.
fn end_of_statement(body: &[Token], from: usize) -> Option<usize> {
    let mut open = 0;
    for (at, token) in body.iter().enumerate().skip(from) {
        match token.text.as_str() {
            "{" | "(" | "[" => open += 1,
            "}" | ")" | "]" => open -= 1,
            ";" if open == 0 => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// How much there is of a block or closure after its `move`; at most. A closure may go on after a brace: it ends no later than
/// the statement or the brackets that it is in.
fn moved(after: &[Token]) -> usize {
    let is_block = text(after, Some(0)) == "{";
    let mut open = 0;
    for (at, token) in after.iter().enumerate() {
        match token.text.as_str() {
            "{" | "(" | "[" => open += 1,
            "}" if is_block && open <= 1 => return at,
            "}" | ")" | "]" | ";" if open == 0 => return at,
            "}" | ")" | "]" => open -= 1,
            _ => {}
        }
    }
    after.len()
}

/// Whether what follows these tokens is in a pattern: `let (`, `if let Some(`.
fn is_bound(before: &[Token]) -> bool {
    let mut back = before.iter().rev().map(|token| token.text.as_str());
    back.find(|text| ["let", ";", "{", "}", "="].contains(text)) == Some("let")
}

#[cfg(test)]
mod tests {
    use super::{Kind, body, keeps, stands, tokens};

    fn is_kept(source: &str, name: &str, kind: Kind) -> bool {
        let tokens = tokens(source).expect("it is whole");
        body(&tokens, 1).is_some_and(|body| keeps(body, None, name, kind))
    }

    #[test]
    fn a_variable_that_is_only_borrowed_is_kept() {
        for source in [
            "async fn f() { let _g = lock().await; nap().await; }",
            "async fn f() { let mut _g = lock().await; *_g += 1; show(&_g); _g.push(1); \"}\" }",
            "async fn f() { let _g = lock().await;\n spawn(async move { if x {} other.x() }); _g.x(); nap().await }",
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
            "async fn f() { let g = lock().await;\n spawn(async move { if x {} g.x() }); }",
            "async fn f() { let g = lock().await; go(move |x| g.x()); { other }; }",
            "async fn f() { let g = lock().await;\n go(move || async move { x(); g.x() }) }",
            "async fn f() { let g = lock().await; MutexGuard::map(g, |it| it); }",
            "async fn f() { let g = lock().await; mine!(g); }",
            "async fn f() { let g = lock().await; mine!(g: T); nap().await }",
            "async fn f() { let g = lock().await; ",
            // Methods of its own, whatever becomes of what they give.
            "async fn f() { let g = lock().await; let r = g.downgrade(); nap().await }",
            "async fn f() { let g = lock().await; show(&g.into_mapped(|it| it)); nap().await }",
            "async fn f() { let g = lock().await; let h: Kept = g.into(); nap().await }",
            "async fn f() { let g = lock().await; let all = All { other, ..g }; nap().await }",
            "async fn f() { let g = lock().await; spawn(move |S { a }: S| g.x()); nap().await }",
            "async fn f() { let g = lock().await; spawn(move || S { a: 1 }.run(&g)); nap().await }",
        ] {
            assert!(!is_kept(source, "g", Kind::Guard), "{source}");
        }
    }

    #[test]
    fn what_has_not_run_moves_nothing() {
        for (source, line, expected) in [
            ("let g = lock().await;\nnap().await;\ndrop(g)", 2, true),
            ("let g = lock().await;\ndrop(g);\nnap().await", 3, false),
            // `drop` would not compile if an earlier round could have come by it.
            (
                "let g = x;\nloop { nap().await;\ndrop(g); break; }",
                2,
                true,
            ),
            (
                "let mut g = x;\nloop { nap().await;\ng = x; drop(g) }",
                2,
                false,
            ),
            (
                "let mut g = x;\nloop { nap().await;\n(g, n) = pair(); drop(g) }",
                2,
                false,
            ),
            (
                "let mut g = x;\nloop { nap().await;\n[S { g, .. }, _] = all(); drop(g) }",
                2,
                false,
            ),
            (
                "let g = x;\nspawn({ let g = g.clone();\nasync move { g.x() } });\nnap().await",
                4,
                true,
            ),
            (
                "let g = x;\nspawn({ let g = g;\nasync move { g.x() } });\nnap().await",
                4,
                false,
            ),
            (
                "let g = x;\nspawn({ nap().await;\nlet g = g.clone(); async move { g.x() } })",
                2,
                true,
            ),
            (
                "let g = x;\n{ let g = y; async move { g.x() };\nnap().await }",
                3,
                false,
            ),
            (
                "let g = x;\n{ if let Some(g) = y { drop(g) } }\nnap().await",
                3,
                false,
            ),
        ] {
            let tokens = tokens(&format!("async fn f() {{ {source} }}")).expect("it is whole");
            let body = body(&tokens, 1).expect("it is a function");
            let stands = stands(body, line);
            assert!(stands.is_some(), "{source}");
            let guard = keeps(body, stands, "g", Kind::Guard);
            assert_eq!(guard, expected, "{source}");
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
                "async fn f(it: T) { assert!(matches(&it.send(1))); nap().await; }",
                sender,
                false,
            ),
            (
                "async fn f(it: T) { show(&it); show(&mut it); nap().await; }",
                sender,
                true,
            ),
            (
                "async fn f() { let it = client(); show(&it.tx.send(1)); nap().await; }",
                Kind::Around,
                false,
            ),
            (
                "async fn f() { let it = client(); show(&it); nap().await; }",
                Kind::Around,
                true,
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
