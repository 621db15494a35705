//! What is said about a run as a whole, after libtest-mimic's summary, which leaves no room for it.

use std::fmt::Write as _;
use std::time::Duration;

use super::printed::shown;
use super::record::{Record, Verdict};
use crate::errors::count;
use crate::ordered::sort_by_key;
use crate::plan::Plan;

/// From here on it is told how much virtual time was spent: what no user would have waited for anyway is not worth a line.
const WORTH_TELLING: Duration = Duration::from_secs(60);

/// What those that passed printed, and which they are, as libtest has it.
pub(crate) fn successes(plan: &Plan, records: &[Record]) -> Option<String> {
    let passed = records.iter().filter(|it| it.verdict == Verdict::Passed);
    let mut text = "successes:\n\n".to_owned();
    let mut names = String::new();
    for record in passed {
        let name = &plan[record.place].name;
        _ = writeln!(names, "    {name}");
        let printed = shown(&record.printed);
        if !printed.is_empty() {
            _ = writeln!(text, "---- {name} ----\n{printed}\n");
        }
    }
    (!names.is_empty()).then(|| format!("{text}\nsuccesses:\n{names}"))
}

/// The times of all that were run.
pub(crate) fn times(plan: &Plan, records: &[Record]) -> Option<String> {
    let run = records.iter().filter(|it| it.verdict.is_of_a_run());
    let rows: Vec<_> = run
        .map(|it| {
            let virtual_time = it.virtual_time.map(|it| format!("{it:?}"));
            let virtual_time = virtual_time.unwrap_or_else(|| "unknown".to_owned());
            (real(it.took), virtual_time, plan[it.place].name.as_str())
        })
        .collect();
    let width = rows.iter().map(|(_, it, _)| it.chars().count()).max()?;
    let mut text = "times, real and virtual:\n".to_owned();
    for (real, virtual_time, name) in rows {
        _ = writeln!(text, "    {real}  {virtual_time:<width$}  {name}");
    }
    Some(text)
}

/// The slowest, by real time and by virtual time: this many of each, or all if it is 0.
pub(crate) fn slowest(plan: &Plan, records: &[Record], how_many: usize) -> Option<String> {
    let mut run: Vec<_> = records
        .iter()
        .filter(|it| it.verdict.is_of_a_run())
        .collect();
    let shown = if how_many == 0 { run.len() } else { how_many };
    if run.is_empty() {
        return None;
    }
    let mut text = "slowest by real time:\n".to_owned();
    // Both sorts are stable: those that are equal stay in the plan's order.
    sort_by_key(&mut run, |it| std::cmp::Reverse(it.took));
    for it in run.iter().take(shown) {
        let name = &plan[it.place].name;
        _ = writeln!(text, "    {}  {name}", real(it.took));
    }
    run.retain(|it| it.virtual_time.is_some_and(|it| !it.is_zero()));
    sort_by_key(&mut run, |it| {
        (std::cmp::Reverse(it.virtual_time), it.place)
    });
    let rows: Vec<_> = run
        .iter()
        .take(shown)
        .map(|it| {
            let virtual_time = it.virtual_time.unwrap_or_default();
            (format!("{virtual_time:?}"), plan[it.place].name.as_str())
        })
        .collect();
    if let Some(width) = rows.iter().map(|(it, _)| it.chars().count()).max() {
        text += "slowest by virtual time:\n";
        for (virtual_time, name) in rows {
            _ = writeln!(text, "    {virtual_time:<width$}  {name}");
        }
    }
    Some(text)
}

/// "1,204 tests, 3.1 years of virtual time in 0.9 s", if that is worth a line.
pub(crate) fn virtual_time(tests: usize, spent: Duration, real: Duration) -> Option<String> {
    (spent >= WORTH_TELLING).then(|| {
        let tests = count(tests, "test");
        let (number, what) = tests.split_once(' ').expect("a number and a noun");
        let (number, spent) = (grouped(number), long(spent));
        format!(
            "{number} {what}, {spent} of virtual time in {}",
            short(real)
        )
    })
}

/// "0.012s", as libtest has it.
fn real(time: Duration) -> String {
    format!("{:.3}s", time.as_secs_f64())
}

/// "0.9 s", "40 ms"
fn short(time: Duration) -> String {
    if time < Duration::from_millis(100) {
        format!("{} ms", time.as_millis())
    } else {
        format!("{:.1} s", time.as_secs_f64())
    }
}

/// "3.1 years", "1 hour": rounded down, in whole numbers, so that it is the same everywhere.
fn long(time: Duration) -> String {
    let seconds = time.as_secs();
    let units = [
        (365 * 86_400, "year"),
        (86_400, "day"),
        (3_600, "hour"),
        (60, "minute"),
    ];
    let unit = units.into_iter().find(|&(length, _)| seconds >= length);
    let (length, name) = unit.unwrap_or((1, "second"));
    let (whole, tenth) = (seconds / length, seconds % length * 10 / length);
    let number = match tenth {
        0 => grouped(&whole.to_string()),
        _ => format!("{}.{tenth}", grouped(&whole.to_string())),
    };
    let plural = if number == "1" { "" } else { "s" };
    format!("{number} {name}{plural}")
}

/// "1,204"
fn grouped(digits: &str) -> String {
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn virtual_time_is_told_in_words() {
        let line = |tests, seconds, millis| {
            let spent = Duration::from_secs(seconds);
            virtual_time(tests, spent, Duration::from_millis(millis))
        };
        let year = 365 * 86_400;
        for (tests, seconds, millis, expected) in [
            (
                1204,
                year * 31 / 10,
                900,
                "1,204 tests, 3.1 years of virtual time in 0.9 s",
            ),
            (1, 60, 0, "1 test, 1 minute of virtual time in 0 ms"),
            (
                2,
                3_599,
                99,
                "2 tests, 59.9 minutes of virtual time in 99 ms",
            ),
            (2, 7_200, 100, "2 tests, 2 hours of virtual time in 0.1 s"),
            (
                1_000_000,
                year * 12_345,
                61_000,
                "1,000,000 tests, 12,345 years of virtual time in 61.0 s",
            ),
        ] {
            assert_eq!(line(tests, seconds, millis).as_deref(), Some(expected));
        }
        assert_eq!(line(5, 59, 0), None);
    }
}
