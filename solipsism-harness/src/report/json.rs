//! [`Lines`]: a run as JSON lines, one object for each event, written as it happens.

use std::io;
use std::time::Duration;

use escape8259::escape;

use super::file::ReportFile;
use super::record::{Counts, Record, Verdict};
use crate::plan::Plan;
use crate::{Data, Object};

/// A file of JSON lines. Its keys are documented in `docs/reports.md`.
pub(crate) struct Lines(ReportFile);

impl Lines {
    pub(crate) fn new(file: ReportFile) -> Self {
        Self(file)
    }

    pub(crate) fn started(&mut self, target: &str, cases: usize) -> io::Result<()> {
        let event = Line::new("run_started").text("target", target);
        self.line(event.number("cases", cases))
    }

    pub(crate) fn case(&mut self, plan: &Plan, record: &Record) -> io::Result<()> {
        let name = &plan[record.place].name;
        let verdict = &record.verdict;
        let mut event = Line::new("case").text("name", name);
        event = event.text("outcome", verdict.word());
        match verdict {
            Verdict::Ignored("") => {}
            Verdict::Ignored(why) => event = event.text("reason", why),
            Verdict::Skipped(why) => event = event.text("reason", why),
            _ => {}
        }
        if !matches!(verdict, Verdict::Ignored(_)) {
            event = event.time("real_time", record.took);
        }
        if let Some(virtual_time) = record.virtual_time {
            event = event.time("virtual_time", virtual_time);
        }
        if let Some(seed) = record.seed {
            event = event.text("seed", &format!("{seed:x}"));
        }
        if let Some(report) = verdict.report() {
            event = event.text("report", report);
        }
        if let Some(data) = verdict.data() {
            event = event.with("verdict", &object(data));
        }
        if let Some(replay) = &record.replay {
            event = event.text("replay", replay);
        }
        if !record.failed_before.is_empty() {
            event = event.texts("failed_before", &record.failed_before);
        }
        if !record.left_behind.is_empty() {
            event = event.texts("left_behind", &record.left_behind);
        }
        if !record.printed.is_empty() {
            event = event.text("printed", &record.printed);
        }
        self.line(event)?;
        self.teardowns(name, &record.teardowns)
    }

    /// These failed after the case of this name.
    pub(crate) fn teardowns(&mut self, name: &str, reports: &[String]) -> io::Result<()> {
        for report in reports {
            let event = Line::new("teardown_failed").text("after", name);
            self.line(event.text("report", report))?;
        }
        Ok(())
    }

    /// What came after the verdict on the case of this name.
    pub(crate) fn late(&mut self, name: &str, text: &str) -> io::Result<()> {
        let event = Line::new("after_verdict").text("name", name);
        self.line(event.text("text", text))
    }

    /// What was printed after the case of this name had ended, and before another began.
    pub(crate) fn stray(&mut self, name: &str, printed: &str) -> io::Result<()> {
        let event = Line::new("stray_output").text("after", name);
        self.line(event.text("printed", printed))
    }

    /// What went wrong with a worker, and not with a case.
    pub(crate) fn broken(&mut self, text: &str) -> io::Result<()> {
        self.line(Line::new("worker_failed").text("report", text))
    }

    pub(crate) fn finished(&mut self, counts: &Counts, took: Duration) -> io::Result<()> {
        let event = Line::new("run_finished")
            .number("passed", counts.passed)
            .number("failed", counts.failed)
            .number("errors", counts.errors)
            .number("skipped", counts.skipped)
            .number("ignored", counts.ignored)
            .number("teardowns_failed", counts.teardowns)
            .time("real_time", took)
            .time("virtual_time", counts.virtual_time);
        self.line(event)
    }

    /// Writes one at once: who reads along sees it, and it is there if all ends here.
    fn line(&mut self, event: Line) -> io::Result<()> {
        self.0.write(&(event.0 + "}\n"))
    }
}

/// An event of which the last brace is missing.
struct Line(String);

impl Line {
    fn new(event: &str) -> Self {
        Self(format!("{{\"event\":\"{event}\""))
    }

    fn text(self, key: &str, value: &str) -> Self {
        self.with(key, &text(value))
    }

    fn texts(self, key: &str, values: &[String]) -> Self {
        let values: Vec<_> = values.iter().map(|it| text(it)).collect();
        self.with(key, &format!("[{}]", values.join(",")))
    }

    fn number(self, key: &str, value: usize) -> Self {
        self.with(key, &value.to_string())
    }

    /// In seconds, to the nanosecond.
    fn time(self, key: &str, value: Duration) -> Self {
        self.with(key, &time(value))
    }

    fn with(self, key: &str, value: &str) -> Self {
        Self(format!("{},\"{key}\":{value}", self.0))
    }
}

fn text(value: &str) -> String {
    format!("\"{}\"", escape(value))
}

/// In seconds, to the nanosecond.
fn time(value: Duration) -> String {
    format!("{}.{:09}", value.as_secs(), value.subsec_nanos())
}

fn object(object: &Object) -> String {
    let parts = object.0.iter();
    let parts = parts.map(|(name, value)| format!("{}:{}", text(name), data(value)));
    format!("{{{}}}", parts.collect::<Vec<_>>().join(","))
}

fn data(value: &Data) -> String {
    match value {
        Data::Text(value) => text(value),
        Data::Number(number) => number.to_string(),
        Data::Time(value) => time(*value),
        Data::Truth(truth) => truth.to_string(),
        Data::List(values) => {
            let values: Vec<_> = values.iter().map(data).collect();
            format!("[{}]", values.join(","))
        }
        Data::Object(value) => object(value),
    }
}
