//! Symbols as a reader knows them: `<a::b::C<T> as d::E>::f::{{closure}}` is `a::b::C::f`.

use super::Frame;

/// The crate that a symbol names first.
pub(super) fn crate_of(symbol: &str) -> &str {
    let mut rest = symbol.trim_start_matches(['<', '&', '*', '(', '[', ' ']);
    for word in ["mut ", "dyn ", "impl "] {
        rest = rest.strip_prefix(word).unwrap_or(rest);
    }
    let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_'));
    &rest[..end.unwrap_or(rest.len())]
}

/// Without closures at its end, without generics, without the trait that a method is of.
pub(super) fn readable(symbol: &str) -> String {
    without_generics(without_closures(symbol))
}

/// An `async fn` is a closure within a function, and so is what macros make.
pub(super) fn without_closures(symbol: &str) -> &str {
    let mut rest = symbol;
    loop {
        let Some(start) = rest.rfind("::{") else {
            return rest;
        };
        let is_closure = rest[start..].starts_with("::{{closure")
            || rest[start..].starts_with("::{closure#")
            || rest[start..].starts_with("::{async");
        if !is_closure || !rest.ends_with('}') {
            return rest;
        }
        rest = &rest[..start];
    }
}

/// Where there are line tables alone, an `async fn` has lost its name.
fn is_nameless(symbol: &str) -> bool {
    symbol.starts_with('{')
}

/// A function of the user's, without the crate's name; nothing where it has none.
pub(super) fn of_user(symbol: &str) -> String {
    if is_nameless(symbol) {
        return String::new();
    }
    let name = readable(symbol);
    // What a macro puts into an unnamed constant stands in the module around it, and so does what stands in a block.
    let name = name.replace("::_::", "::").replace("::{{closure}}::", "::");
    match name.split_once("::") {
        Some((_, rest)) if !rest.is_empty() => rest.to_owned(),
        _ => name,
    }
}

/// What a library calls this; where that has no name, the module.
pub(super) fn of_frame(frame: &Frame) -> String {
    match &frame.file {
        Some(file) if is_nameless(&frame.symbol) => public(module(file)),
        _ => of_library(&frame.symbol),
    }
}

/// `a::b` of `…/a-1.2.3/src/b.rs`.
pub(super) fn module(file: &str) -> String {
    let Some((package, path)) = file.rsplit_once("/src/") else {
        return String::new();
    };
    let directory = package.rsplit('/').next().unwrap_or_default();
    let is_version =
        |(_, rest): &(usize, &str)| rest[1..].starts_with(|c: char| c.is_ascii_digit());
    let mut hyphens = directory
        .match_indices('-')
        .map(|(at, _)| (at, &directory[at..]));
    let version = hyphens.find(is_version).map(|(at, _)| at);
    let name = directory[..version.unwrap_or(directory.len())].replace('-', "_");
    let path = path.trim_end_matches(".rs");
    let parts = path
        .split('/')
        .filter(|part| !matches!(*part, "lib" | "mod"));
    let parts: Vec<&str> = std::iter::once(&*name).chain(parts).collect();
    parts.join("::")
}

/// A future of a library: `a::Receiver::recv`, and `a::Recv` where it is polled by itself.
pub(super) fn of_library(symbol: &str) -> String {
    let name = public(readable(symbol));
    let (of, function) = name.rsplit_once("::").unwrap_or(("", &name));
    let is_polling =
        function.starts_with("poll") || matches!(function, "try_poll" | "try_poll_next");
    if is_polling && !of.is_empty() {
        of.to_owned()
    } else {
        name
    }
}

/// As the library's documentation names it.
fn public(name: String) -> String {
    let known = [
        ("futures_channel::", "futures::channel::"),
        (
            "futures::channel::mpsc::sink_impl::",
            "futures::channel::mpsc::",
        ),
        ("futures_util::", "futures::"),
        ("futures::stream::stream::", "futures::stream::"),
        ("futures::stream::try_stream::", "futures::stream::"),
        ("futures::future::future::", "futures::future::"),
        ("futures::future::try_future::", "futures::future::"),
        ("futures::lock::bilock::", "futures::lock::"),
        ("futures::lock::mutex::", "futures::lock::"),
        ("tokio::runtime::task::join::", "tokio::task::"),
        ("tokio::sync::mpsc::bounded::", "tokio::sync::mpsc::"),
        ("tokio::sync::mpsc::unbounded::", "tokio::sync::mpsc::"),
        (
            "tokio_util::sync::cancellation_token::WaitForCancellationFuture",
            "tokio_util::sync::CancellationToken::cancelled",
        ),
        (
            "tokio_util::task::task_tracker::TaskTrackerWaitFuture",
            "tokio_util::task::TaskTracker::wait",
        ),
        (
            "tokio::sync::notify::Notified",
            "tokio::sync::Notify::notified",
        ),
    ];
    let mut name = name;
    for (from, to) in known {
        if let Some(rest) = name.strip_prefix(from) {
            name = format!("{to}{rest}");
        }
    }
    // A file for a function of its name.
    if let Some((of, function)) = name.rsplit_once("::") {
        if of.ends_with(&format!("::{function}")) {
            name.truncate(of.len());
        }
    }
    // `tokio::sync::mutex::Mutex`: a file of its own for a type, which is exported further out.
    let segments: Vec<&str> = name.split("::").collect();
    let is_private = |place: usize| {
        let next = segments.get(place + 1).map(|next| next.to_lowercase());
        let own = segments[place];
        place > 0
            && own.chars().all(|c| c.is_lowercase() || c == '_')
            && next == Some(own.replace('_', ""))
            && segments[place + 1].starts_with(char::is_uppercase)
    };
    let kept = segments
        .iter()
        .enumerate()
        .filter(|(place, _)| !is_private(*place));
    kept.map(|(_, segment)| *segment)
        .collect::<Vec<_>>()
        .join("::")
}

fn without_generics(symbol: &str) -> String {
    let Some(rest) = symbol.strip_prefix('<') else {
        return without_generics_in_path(symbol);
    };
    let end = end_of_bracket(rest);
    let of_trait = " as ";
    let qualified = &rest[..end];
    let is_outside = |at: usize| depth_at(qualified, at) == 0;
    let mut places = qualified.match_indices(of_trait).map(|(at, _)| at);
    let of = places
        .find(|at| is_outside(*at))
        .map_or(qualified, |at| &qualified[..at]);
    let mut of = of.trim_start_matches(['&', '*', ' ']);
    for word in ["mut ", "dyn "] {
        of = of.strip_prefix(word).unwrap_or(of);
    }
    let tail = rest.get(end + 1..).unwrap_or_default();
    format!("{}{}", without_generics(of), without_generics_in_path(tail))
}

fn without_generics_in_path(path: &str) -> String {
    // `a::sink_impl::<impl Sink for a::Sender<T>>::poll_ready` is `a::Sender::poll_ready`.
    if let Some(start) = path.find("<impl ") {
        if let Some(of) = path[start..].find(" for ") {
            return without_generics(&format!("<{}", &path[start + of + " for ".len()..]));
        }
        let rest = &path[start + "<impl ".len()..];
        return without_generics(&format!("<{rest}"));
    }
    let mut name = String::new();
    let mut depth = 0_u32;
    let mut before = ' ';
    for c in path.chars() {
        match c {
            '<' => depth += 1,
            '>' if before != '-' => depth = depth.saturating_sub(1),
            c if depth == 0 => name.push(c),
            _ => {}
        }
        before = c;
    }
    while name.contains("::::") {
        name = name.replace("::::", "::");
    }
    name.trim_end_matches("::").to_owned()
}

/// Where the bracket that was opened before this is closed.
pub(super) fn end_of_bracket(rest: &str) -> usize {
    let mut depth = 1;
    let mut before = ' ';
    for (at, c) in rest.char_indices() {
        match c {
            '<' => depth += 1,
            '>' if before != '-' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
        before = c;
    }
    rest.len()
}

fn depth_at(text: &str, at: usize) -> usize {
    let opened = text[..at].matches('<').count();
    let closed = text[..at].matches('>').count() - text[..at].matches("->").count();
    opened.saturating_sub(closed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_become_readable() {
        let cases = [
            ("it::worker::{{closure}}::{{closure}}", "it::worker"),
            ("it::worker::{closure#0}", "it::worker"),
            (
                "tokio::sync::mpsc::bounded::Receiver<T>::recv::{{closure}}",
                "tokio::sync::mpsc::bounded::Receiver::recv",
            ),
            ("<a::b::C<T> as d::E<F>>::f", "a::b::C::f"),
            ("<a::C<<T as u::V>::W> as d::E>::f::{{closure}}", "a::C::f"),
            (
                "a::sink_impl::<impl d::Sink<T> for a::Sender<T>>::poll_ready",
                "a::Sender::poll_ready",
            ),
            ("<fn() -> u8 as d::E>::f", "fn() -> u8::f"),
        ];
        for (symbol, name) in cases {
            assert_eq!(readable(symbol), name, "{symbol}");
        }
        assert_eq!(
            of_library("<a::Recv<T> as core::future::future::Future>::poll"),
            "a::Recv"
        );
        assert_eq!(of_user("it::_::the_test::{{closure}}"), "the_test");
        assert_eq!(of_user("it::a::{{closure}}::b::{{closure}}"), "a::b");
        assert_eq!(of_user("{async_fn#0}"), "");
        let file = "/root/.cargo/registry/src/index-1/async-x-1.2.3/src/sync/mod.rs";
        assert_eq!(module(file), "async_x::sync");
        assert_eq!(crate_of("<&mut a::b::C as d::E>::f"), "a");
    }
}
