//! [`SoFar`]: what a file holds before it is complete.

use std::io;

use super::super::file::ReportFile;
use super::super::record::{Counts, Record};
use super::{END, error_of_its_own, escaped, start};

/// What was told so far, and that this is not all.
#[derive(Default)]
pub(super) struct SoFar {
    counts: Counts,
    /// Where the next case belongs.
    end: usize,
}

/// What a file says that nobody came to complete.
const INTERRUPTED: &str =
    "the process of this run ended before the run did: what comes after these tests is not known";

impl SoFar {
    pub(super) fn begin(&mut self, file: &mut ReportFile, target: &str) -> io::Result<()> {
        self.end = self.start(target).len();
        self.write(file, target, "")
    }

    pub(super) fn add(
        &mut self,
        file: &mut ReportFile,
        target: &str,
        record: &Record,
        xml: &str,
    ) -> io::Result<()> {
        self.counts.add(record);
        self.write(file, target, xml)
    }

    fn write(&mut self, file: &mut ReportFile, target: &str, xml: &str) -> io::Result<()> {
        if !file.is_lasting() {
            return Ok(());
        }
        let mut all = xml.to_owned();
        error_of_its_own(&mut all, target, "the run", "interrupted", INTERRUPTED);
        all += END;
        file.write_at(self.end, &all)?;
        self.end += xml.len();
        file.write_over(&self.start(target))
    }

    /// As long as ever, so that it can be written over: the numbers have zeros before them.
    fn start(&self, target: &str) -> String {
        let counts = &self.counts;
        let told = counts.run() + counts.skipped + counts.ignored;
        // The interruption is told as a case, too.
        let others = counts.teardowns + 1;
        let attributes = format!(
            "name=\"{}\" tests=\"{:07}\" failures=\"{:07}\" errors=\"{:07}\"",
            escaped(target),
            told + others,
            counts.failed,
            counts.errors + others,
        );
        let skipped = counts.skipped + counts.ignored;
        start(&attributes, &format!("{skipped:07}"))
    }
}
