//! Where there are line tables alone, a function has lost its path, and an async one its name. Both are found again in the
//! source, if that is there and laid out as rustfmt does.

use std::path::Path;

use super::{Frame, Whose, names, source};

/// What stands for the path of a function of the user's: his file says more than his modules do.
const USERS: &str = "it";

/// What stands for the owner of a macro's body. Whose function that is in is not known; not the file's, in any case.
const MACRO: &str = "macro_rules";

/// Gives a frame its function's path, if it lost that.
pub(super) fn name(frame: &mut Frame) {
    let Some(file) = frame.file.as_deref().filter(|_| is_pathless(&frame.symbol)) else {
        return;
    };
    let whose = frame.whose();
    let line = usize::try_from(frame.line).unwrap_or(0);
    if line == 0 {
        return;
    }
    let enclosing = |lines: &[String]| enclosing(lines, line - 1);
    // Std's sources are most often elsewhere.
    let is_read = whose != Whose::Std;
    let found = is_read.then(|| source::with_lines(Path::new(file), enclosing));
    let found = found.flatten().flatten();
    let own = frame.symbol.split('<').next().unwrap_or_default();
    let closures = closures(own);
    let is_named = !own.starts_with('{');
    // What stands there and has another name is something that a macro made.
    let is_right = |function: &str| !is_named || function.rsplit("::").next() == Some(own);
    let module = names::module(file);
    let path = match (found, whose) {
        (Some(Enclosing::Macro), Whose::Dependency) if !is_named => MACRO.to_owned(),
        (Some(Enclosing::Function(function)), Whose::Users) if is_right(&function) => {
            format!("{USERS}::{function}")
        }
        (_, Whose::Users) => return,
        _ if module.is_empty() => return,
        // As in names that are whole: of a type parameter nobody knows more.
        (Some(Enclosing::Blanket(function)), _) if is_right(&function) => function,
        (Some(Enclosing::Function(function)), _) if is_right(&function) => {
            format!("{module}::{function}")
        }
        // Its module has to do.
        _ if is_named => format!("{module}::{own}"),
        _ => return,
    };
    frame.symbol = format!("{path}{closures}");
}

/// `poll<u8>`, or `{async_fn#0}`.
fn is_pathless(symbol: &str) -> bool {
    let own = symbol.split('<').next().unwrap_or_default();
    !own.is_empty() && !own.contains("::")
}

/// As symbols have them: an async function is a closure, and what stands in it is one in that.
fn closures(own: &str) -> &'static str {
    if own.starts_with("{async_fn") {
        "::{{closure}}"
    } else if own.starts_with('{') {
        "::{{closure}}::{{closure}}"
    } else {
        ""
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Enclosing {
    /// `Type::function`, or `function`.
    Function(String),
    /// The same, of all types that have some trait.
    Blanket(String),
    Macro,
}

/// In what a line stands.
fn enclosing(lines: &[String], at: usize) -> Option<Enclosing> {
    lines.get(at)?;
    let mut function: Option<&str> = None;
    let mut is_macro = false;
    // What is around stands further out than this, but for what begins in the line itself.
    let mut limit = usize::MAX;
    for place in (0..=at).rev() {
        let line = lines[place].trim_start();
        let indentation = lines[place].len() - line.len();
        let is_silent = line.is_empty() || line.starts_with("//") || line.starts_with("#[");
        // A head that is as long as several lines ends where it begins.
        let ends_head = line.starts_with([')', '{', '}', ']']) || line.starts_with("where");
        if is_silent || indentation >= limit || ends_head && place < at {
            continue;
        }
        limit = indentation;
        match function {
            None => {
                is_macro |= line.starts_with("macro_rules!");
                function = function_of(line);
            }
            Some(function) => {
                let Some((of, is_parameter)) = type_of(&lines[place..]) else {
                    continue;
                };
                let path = format!("{of}::{function}");
                return Some(if is_parameter {
                    Enclosing::Blanket(path)
                } else {
                    Enclosing::Function(path)
                });
            }
        }
    }
    match function {
        Some(function) => Some(Enclosing::Function(function.to_owned())),
        None => is_macro.then_some(Enclosing::Macro),
    }
}

/// The function that this line is the head of.
fn function_of(line: &str) -> Option<&str> {
    let (before, after) = line.split_once("fn ")?;
    let mut words = before.split_whitespace();
    let is_head = words.all(|word| {
        matches!(word, "async" | "const" | "extern" | "unsafe")
            || word.starts_with("pub")
            || word.starts_with(['"', '('])
            || word.ends_with(')')
    });
    let end = after.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    (is_head && end > 0).then(|| &after[..end])
}

/// The type or trait whose block these lines begin; whether it is a type parameter of that.
fn type_of(lines: &[String]) -> Option<(String, bool)> {
    let first = lines[0].trim_start();
    let is_visible = first.starts_with("pub ") || first.starts_with("pub(");
    let rest = first.split_once(' ').filter(|_| is_visible);
    let rest = rest.map_or(first, |(_, rest)| rest);
    let rest = rest.strip_prefix("unsafe ").unwrap_or(rest);
    if let Some(name) = rest.strip_prefix("trait ") {
        return Some((last_name(name), false));
    }
    let after = rest.strip_prefix("impl")?;
    if !after.starts_with(['<', ' ']) {
        return None;
    }
    let more = lines[1..].iter().map(|line| line.trim());
    let more = more.take_while(|line| !line.starts_with("where") && !line.starts_with('{'));
    let head = std::iter::once(after).chain(more.take(4));
    let head = head.collect::<Vec<_>>().join(" ");
    let head = head.split([';', '{']).next().unwrap_or_default();
    let bare = without_brackets(head);
    let of = bare.split(" for ").last().unwrap_or_default();
    let of = of.split(" where").next().unwrap_or_default();
    let of = last_name(of.trim_start_matches(['&', ' ']));
    let parameters = head.strip_prefix('<').unwrap_or_default();
    let parameters = &parameters[..names::end_of_bracket(parameters)];
    let is_parameter = parameters.split(',').any(|it| last_name(it) == of);
    (!of.is_empty()).then_some((of, is_parameter))
}

/// The last part of a path that stands at the beginning.
fn last_name(text: &str) -> String {
    let path = text.trim_start().trim_start_matches("mut ");
    let end = path.find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
    let path = path[..end.unwrap_or(path.len())].trim_end_matches(':');
    path.rsplit("::").next().unwrap_or_default().to_owned()
}

fn without_brackets(text: &str) -> String {
    let mut depth = 0_u32;
    let mut before = ' ';
    let mut kept = String::new();
    for c in text.chars() {
        match c {
            '<' => depth += 1,
            '>' if before != '-' => depth = depth.saturating_sub(1),
            _ if depth == 0 => kept.push(c),
            _ => {}
        }
        before = c;
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "\
fn alone() { nap() }

impl<T: Clone> Future for Both<'_, T>
where
    T: Fn() -> u8,
{
    /// fn of_a_comment()
    fn before() {}

    pub(crate) async fn poll(
        self: Pin<&mut Self>,
    ) -> Poll<()> {
        let fn_like = 1;
        self.one
            .await
    }
}

pub trait Service {
    async fn call(&self) {
        other().await;
    }
}

impl<S: ?Sized + Sink<Item>, Item> Sink<Item> for &mut S {
    fn poll_ready(mut self: Pin<&mut Self>) {
        (**self).poll_ready();
    }
}

macro_rules! select {
    ($it:expr) => {
        $it.await
    };
}
";

    #[test]
    fn the_function_around_a_line_is_found() {
        let lines: Vec<String> = SOURCE.lines().map(str::to_owned).collect();
        let of = |text: &str| {
            let at = lines.iter().position(|line| line.contains(text));
            match enclosing(&lines, at.expect("it stands there")) {
                Some(Enclosing::Function(function)) => function,
                other => format!("{other:?}"),
            }
        };
        assert_eq!(of("nap()"), "alone");
        assert_eq!(of("fn_like"), "Both::poll");
        assert_eq!(of("            .await"), "Both::poll");
        assert_eq!(of("other()"), "Service::call");
        assert_eq!(of("$it.await"), "Some(Macro)");
        assert_eq!(of("(**self)"), "Some(Blanket(\"S::poll_ready\"))");
        assert_eq!(enclosing(&lines, 99), None);
    }

    #[test]
    fn where_there_is_no_source_the_module_has_to_do() {
        let of = |symbol: &str, file: &str| {
            let mut frame = Frame {
                symbol: symbol.to_owned(),
                file: Some(file.to_owned()),
                line: 7,
            };
            name(&mut frame);
            frame.symbol
        };
        let std = "/rustc/0123/library/std/src/panic.rs";
        assert_eq!(of("catch_unwind<F, u8>", std), "std::panic::catch_unwind");
        let gone = "/gone/registry/src/index-1/a-b-1.2.3/src/c/mod.rs";
        assert_eq!(of("poll<u8>", gone), "a_b::c::poll");
        assert_eq!(of("{async_fn#0}", gone), "{async_fn#0}");
        assert_eq!(of("a::f", gone), "a::f");
        assert_eq!(of("clone3", "../sysdeps/clone3.S"), "clone3");
    }

    #[test]
    fn a_path_is_what_a_name_may_have_lost() {
        let pathless = ["poll<a::B>", "{async_fn#0}<u8>", "{closure#1}", "main"];
        assert!(pathless.into_iter().all(is_pathless));
        let others = ["a::b", "<a::B as c::D>::poll", "a::b::{{closure}}"];
        assert!(!others.into_iter().any(is_pathless));
    }
}
