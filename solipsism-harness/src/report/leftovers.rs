//! What passing cases left behind, at the end of a run: a line for each, and one for those that are the same.

use std::fmt::Write as _;

use super::record::Record;
use crate::errors::count;
use crate::plan::Plan;

/// What is to be said, if anything.
pub(crate) fn text(plan: &Plan, records: &[Record]) -> Option<String> {
    let mut lines: Vec<(&str, Vec<usize>)> = Vec::new();
    let mut tests = 0;
    for record in records {
        tests += usize::from(!record.left_behind.is_empty());
        for line in &record.left_behind {
            match lines.iter_mut().find(|(known, _)| known == line) {
                Some((_, places)) => places.push(record.place),
                None => lines.push((line, vec![record.place])),
            }
        }
    }
    if lines.is_empty() {
        return None;
    }
    let mut text = format!(
        "left behind by {}, no failure without `leaks = \"fail\"`:\n",
        count(tests, "test")
    );
    for (line, places) in lines {
        let first = &plan[places[0]].name;
        let others = match places.len() - 1 {
            0 => String::new(),
            others => format!(" and {others} more"),
        };
        _ = writeln!(text, "  {first}{others}: {line}");
    }
    Some(text)
}
