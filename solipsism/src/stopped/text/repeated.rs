//! The lines for what a task waits for. Waits that read alike are one line, with how often they are there.

use std::fmt;

use super::WAITS;
use crate::executor::Wait;

pub(super) fn write(f: &mut fmt::Formatter<'_>, waits: &[&Wait]) -> fmt::Result {
    let mut lines: Vec<(String, usize)> = Vec::new();
    let mut more = 0;
    for wait in waits {
        let text = wait.to_string();
        if let Some((_, times)) = lines.iter_mut().find(|(known, _)| *known == text) {
            *times += 1;
        } else if lines.len() < WAITS {
            lines.push((text, 1));
        } else {
            // Who waits for thousands of things is not compared with all of them.
            more += 1;
        }
    }
    for (line, times) in &lines {
        write_line(f, line, *times)?;
    }
    match more {
        0 => Ok(()),
        more => write!(f, "\n    and for {more} more"),
    }
}

/// What follows on lines of its own is no less so of each of them.
fn write_line(f: &mut fmt::Formatter<'_>, line: &str, times: usize) -> fmt::Result {
    if times == 1 {
        return write!(f, "\n    {line}");
    }
    let (first, rest) = line.split_at(line.find('\n').unwrap_or(line.len()));
    write!(f, "\n    {first} ({times} times){rest}")
}
