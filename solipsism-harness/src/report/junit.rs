//! [`Junit`]: a run in the XML that Jenkins and most others read, as its schema (`junit-10.xsd`) has it.
//!
//! The schema knows properties of suites and not of cases: a seed and a virtual time are properties of the suite, under the name of
//! their case.

mod so_far;

use std::fmt::Write as _;
use std::io;
use std::time::Duration;

use self::so_far::SoFar;
use super::file::ReportFile;
use super::printed::plain;
use super::record::{Counts, Record, Verdict};
use crate::Outcome;
use crate::plan::Plan;

/// A file that is written when the run is over. Until then it holds what was told so far, and that this is not all: a process that ends
/// before its run has no other time to say so.
pub(crate) struct Junit {
    file: ReportFile,
    so_far: SoFar,
    /// What belongs to no case.
    beside: String,
    /// What went wrong with workers, and not with cases.
    broken: Vec<String>,
}

impl Junit {
    pub(crate) fn new(file: ReportFile) -> Self {
        Self {
            file,
            so_far: SoFar::default(),
            beside: String::new(),
            broken: Vec::new(),
        }
    }

    /// This is told of the run, and of no case.
    pub(crate) fn beside(&mut self, text: &str) {
        self.beside += text;
        self.beside.push('\n');
    }

    /// This went wrong with a worker, and not with a case.
    pub(crate) fn broken(&mut self, text: &str) {
        self.broken.push(text.to_owned());
    }

    /// Nothing is told yet.
    pub(crate) fn begin(&mut self, target: &str) -> io::Result<()> {
        self.so_far.begin(&mut self.file, target)
    }

    /// This is told now.
    pub(crate) fn add(&mut self, target: &str, plan: &Plan, record: &Record) -> io::Result<()> {
        let mut xml = String::new();
        case(&mut xml, target, plan, record);
        self.so_far.add(&mut self.file, target, record, &xml)
    }

    pub(crate) fn write(
        &mut self,
        target: &str,
        plan: &Plan,
        records: &[Record],
        took: Duration,
    ) -> io::Result<()> {
        let counts = Counts::of(records);
        let others = counts.teardowns + self.broken.len();
        // Teardowns and workers that failed are told as cases, and so counted as such.
        let attributes = format!(
            "name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" time=\"{}\"",
            escaped(target),
            records.len() + others,
            counts.failed,
            counts.errors + others,
            seconds(took),
        );
        let skipped = counts.skipped + counts.ignored;
        let mut xml = start(&attributes, &skipped.to_string());
        properties(&mut xml, plan, records, &counts);
        for record in records {
            case(&mut xml, target, plan, record);
        }
        for report in &self.broken {
            error_of_its_own(&mut xml, target, "a worker process", "worker", report);
        }
        if !self.beside.is_empty() {
            element(&mut xml, 4, "system-out", "", &self.beside);
        }
        xml += END;
        if self.file.is_lasting() {
            self.file.write_at(0, &xml)
        } else {
            self.file.write(&xml)
        }
    }
}

const END: &str = "  </testsuite>\n</testsuites>\n";

fn start(attributes: &str, skipped: &str) -> String {
    let mut xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    _ = writeln!(xml, "<testsuites {attributes}>");
    _ = writeln!(xml, "  <testsuite {attributes} skipped=\"{skipped}\">");
    xml
}

fn properties(xml: &mut String, plan: &Plan, records: &[Record], counts: &Counts) {
    *xml += "    <properties>\n";
    let mut property = |name: &str, value: &str| {
        let (name, value) = (escaped(name), escaped(value));
        _ = writeln!(xml, "      <property name=\"{name}\" value=\"{value}\"/>");
    };
    property("virtual time", &exact(counts.virtual_time));
    for record in records {
        let name = &plan[record.place].name;
        if let Some(seed) = record.seed {
            property(&format!("seed of {name}"), &format!("{seed:x}"));
        }
        if let Some(virtual_time) = record.virtual_time {
            property(&format!("virtual time of {name}"), &exact(virtual_time));
        }
    }
    *xml += "    </properties>\n";
}

fn case(xml: &mut String, target: &str, plan: &Plan, record: &Record) {
    let name = &plan[record.place].name;
    let (class, escaped_name, time) = (escaped(target), escaped(name), seconds(record.took));
    _ = write!(
        xml,
        "    <testcase classname=\"{class}\" name=\"{escaped_name}\" time=\"{time}\""
    );
    let mut inside = String::new();
    match &record.verdict {
        Verdict::Passed => {}
        Verdict::Ignored(why) => skipped(&mut inside, why),
        Verdict::Skipped(why) => skipped(&mut inside, why),
        Verdict::Failed {
            report, outcome, ..
        } => {
            let kind = match outcome {
                // Nobody lived to tell how far it came.
                Outcome::Stuck if record.virtual_time.is_none() => "crashed",
                Outcome::Panicked => "panicked",
                Outcome::Stuck => "stuck",
                Outcome::Failed | Outcome::Passed => "failed",
            };
            problem(&mut inside, "failure", kind, report);
        }
        Verdict::Error { report, .. } => problem(&mut inside, "error", "fixture", report),
    }
    // As Surefire has them, whose names these are.
    let attempt = match record.verdict {
        Verdict::Failed { .. } | Verdict::Error { .. } => "rerunFailure",
        Verdict::Passed | Verdict::Ignored(_) | Verdict::Skipped(_) => "flakyFailure",
    };
    for report in &record.failed_before {
        problem(&mut inside, attempt, "failed", report);
    }
    if !record.printed.is_empty() {
        element(&mut inside, 6, "system-out", "", &record.printed);
    }
    if !record.left_behind.is_empty() {
        let lines = record.left_behind.iter();
        let lines: Vec<_> = lines.map(|it| format!("left behind: {it}")).collect();
        element(&mut inside, 6, "system-err", "", &lines.join("\n"));
    }
    if inside.is_empty() {
        *xml += "/>\n";
    } else {
        _ = write!(xml, ">\n{inside}    </testcase>\n");
    }
    for (at, report) in record.teardowns.iter().enumerate() {
        let which = match at {
            0 => String::new(),
            _ => format!(" ({})", at + 1),
        };
        let name = format!("a teardown after {name}{which}");
        error_of_its_own(xml, target, &name, "teardown", report);
    }
}

/// What failed without being a case.
fn error_of_its_own(xml: &mut String, target: &str, name: &str, kind: &str, report: &str) {
    let (class, name) = (escaped(target), escaped(name));
    _ = writeln!(
        xml,
        "    <testcase classname=\"{class}\" name=\"{name}\" time=\"0.000\">"
    );
    problem(xml, "error", kind, report);
    *xml += "    </testcase>\n";
}

fn skipped(xml: &mut String, why: &str) {
    _ = match why {
        "" => writeln!(xml, "      <skipped/>"),
        why => writeln!(xml, "      <skipped message=\"{}\"/>", escaped(why)),
    };
}

fn problem(xml: &mut String, name: &str, kind: &str, report: &str) {
    let message = report.lines().next().unwrap_or_default();
    let attributes = format!(" type=\"{kind}\" message=\"{}\"", escaped(message));
    element(xml, 6, name, &attributes, report);
}

fn element(xml: &mut String, indent: usize, name: &str, attributes: &str, text: &str) {
    let text = escaped_text(text);
    _ = writeln!(xml, "{:indent$}<{name}{attributes}>{text}</{name}>", "");
}

/// To the millisecond: older versions of the schema want no more.
fn seconds(time: Duration) -> String {
    format!("{:.3}", time.as_secs_f64())
}

/// To the nanosecond.
fn exact(time: Duration) -> String {
    format!("{}.{:09}", time.as_secs(), time.subsec_nanos())
}

/// As an attribute's value.
fn escaped(text: &str) -> String {
    escaped_text(text)
        .replace('\n', "&#10;")
        .replace('\t', "&#9;")
}

/// Without what no XML may hold, and without colours.
fn escaped_text(text: &str) -> String {
    let mut escaped = String::new();
    for character in plain(text).chars() {
        match character {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            // A parser would make a newline of it.
            '\r' => escaped += "&#13;",
            '\n' | '\t' => escaped.push(character),
            '\0'..' ' | '\u{FFFE}' | '\u{FFFF}' => escaped.push(char::REPLACEMENT_CHARACTER),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_hold_is_escaped() {
        assert_eq!(
            escaped_text("<a> & \"b\"]]>\r\n\t\0\x1B[31mred\x1B[0m\x1B\u{FFFE}ä"),
            "&lt;a&gt; &amp; &quot;b&quot;]]&gt;&#13;\n\t\u{FFFD}red\u{FFFD}\u{FFFD}ä"
        );
        assert_eq!(escaped("a\n\tb"), "a&#10;&#9;b");
    }
}
