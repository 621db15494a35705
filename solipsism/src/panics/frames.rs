//! The part of a backtrace that is about the test: below the machinery of panics, above that of the event loop.

use crate::frames::own_sources;

/// Leaves out the frames that every panic in a world has. What cannot be read is kept whole.
pub(super) fn of_the_test(backtrace: &str) -> String {
    let frames = split(backtrace);
    let first = frames.iter().position(|frame| is_panicking(frame));
    // What raises a panic is a run of frames; the test's own begin right after it.
    let first = first.map_or(0, |first| {
        let raising = frames[first..]
            .iter()
            .take_while(|frame| is_panicking(frame));
        first + raising.count()
    });
    let own = frames[first..]
        .iter()
        .take_while(|frame| !is_of_the_loop(frame));
    let mut own: Vec<&&str> = own.collect();
    // What calls a task is no more the test's than who polls it.
    while own.last().is_some_and(|frame| is_calling(frame)) {
        own.pop();
    }
    let own = own
        .into_iter()
        .enumerate()
        .map(|(number, frame)| numbered(number, frame));
    let own: String = own.collect();
    if own.is_empty() {
        backtrace.to_owned()
    } else {
        own
    }
}

/// The frame as the one of this number, as std writes it: who reads on from 0 misses nothing.
fn numbered(number: usize, frame: &str) -> String {
    let rest = frame.split_once(": ").map_or(frame, |(_, rest)| rest);
    format!("{number:4}: {rest}")
}

/// Each frame with the lines that tell where it is.
fn split(backtrace: &str) -> Vec<&str> {
    let mut starts = Vec::new();
    let mut place = 0;
    for line in backtrace.split_inclusive('\n') {
        let number = line.trim_start().split(':').next().unwrap_or_default();
        if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) {
            starts.push(place);
        }
        place += line.len();
    }
    let ends = starts.iter().skip(1).copied().chain([place]);
    starts
        .iter()
        .zip(ends)
        .map(|(&start, end)| &backtrace[start..end])
        .collect()
}

fn is_panicking(frame: &str) -> bool {
    let names = [
        "std::panicking::",
        "core::panicking::",
        "rust_begin_unwind",
        "rust_panic",
    ];
    let failed = [
        "core::option::expect_failed",
        "core::option::unwrap_failed",
        "core::result::unwrap_failed",
    ];
    names
        .iter()
        .chain(&failed)
        .any(|name| symbol(frame).contains(name))
}

/// By its path, or by its file: where there are line tables alone, generic functions have no path.
fn is_of_the_loop(frame: &str) -> bool {
    let (symbol, own) = (symbol(frame), own_sources());
    let runtimes = ["tokio::runtime::task::", "tokio::runtime::blocking::task::"];
    let is_of = |room: &&str| symbol.contains(&format!("solipsism::{room}::"));
    let stands_in = |room: &&str| frame.contains(&format!("{own}{room}"));
    runtimes.iter().any(|runtime| symbol.contains(runtime))
        || ["executor", "panics", "__private"].iter().any(is_of)
        || ["executor/", "panics", "private"].iter().any(stands_in)
}

/// Whether it is std's, ours, or has a job recorded.
fn is_calling(frame: &str) -> bool {
    let symbol = symbol(frame);
    let name = symbol.split_once(": ").map_or(symbol, |(_, name)| name);
    let name = name.trim_start_matches('<');
    let others = [
        "__rust_",
        "alloc::",
        "core::",
        "solipsism::",
        "std::",
        "tracing_core::",
    ];
    // A test's own implementations of our traits are in the test's crate.
    let is_ours = name.starts_with("F as solipsism::");
    is_ours || others.iter().any(|own| name.starts_with(own))
}

fn symbol(frame: &str) -> &str {
    frame.lines().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_frames_of_the_test_are_left() {
        let backtrace = "   0: std::backtrace::Backtrace::capture\n\
                         \x20            at /rustc/x/backtrace.rs:1:1\n\
                         \x20  1: solipsism::panics::hook\n\
                         \x20  2: std::panicking::rust_panic_with_hook\n\
                         \x20  3: core::panicking::panic_fmt\n\
                         \x20  4: it::helper\n\
                         \x20            at ./tests/it.rs:3:5\n\
                         \x20  5: it::test::{{closure}}\n\
                         \x20  6: <core::pin::Pin<P> as core::future::future::Future>::poll\n\
                         \x20  7: <solipsism::executor::tasks::Stage<F> as solipsism::executor::tasks::AnyStage>::poll\n\
                         \x20  8: main\n";
        assert_eq!(
            of_the_test(backtrace),
            "   0: it::helper\n             at ./tests/it.rs:3:5\n   1: it::test::{{closure}}\n"
        );
        assert_eq!(of_the_test("<unknown>"), "<unknown>");
        let nameless = format!(
            "   4: it::helper\n   5: poll<it::Future>\n             at /x/{}executor/tasks.rs:7:1\n",
            own_sources(),
        );
        assert_eq!(of_the_test(&nameless), "   0: it::helper\n");
    }
}
