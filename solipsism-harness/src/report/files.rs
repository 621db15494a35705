//! [`Files`]: the reports of a run that are not for a terminal, and what went wrong with writing them.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use super::file::{ReportFile, target};
use super::json::Lines;
use super::junit::Junit;
use super::record::{Counts, Record};
use crate::plan::Plan;
use crate::refusal::Refusal;

/// What the command line says about files.
#[derive(Clone, Debug, Default, clap::Args)]
#[expect(clippy::doc_markdown, reason = "the comments are what `--help` prints")]
pub(crate) struct FileArguments {
    /// Write a report in the XML of JUnit there, or into that directory under the target's name [SOLIPSISM_JUNIT]
    #[arg(long, value_name = "PATH")]
    pub(crate) junit: Option<PathBuf>,

    /// Write what happens as JSON lines there, or into that directory under the target's name [SOLIPSISM_JSON]
    #[arg(long, value_name = "PATH")]
    pub(crate) json: Option<PathBuf>,
}

/// Those that are asked for.
pub(crate) struct Files {
    target: String,
    junit: Option<Junit>,
    lines: Option<Lines>,
    /// Why one of them is not whole: only the first reason of each, as the others follow from it.
    broken: Vec<String>,
}

impl Files {
    /// Makes the files, and begins them with how many cases are going to be run.
    pub(crate) fn new(arguments: &FileArguments, cases: usize) -> Result<Self, Refusal> {
        let target = target();
        let file = |flag: &Option<PathBuf>, variable, extension| {
            ReportFile::asked_for(flag.as_deref(), variable, &target, extension)
        };
        let junit = file(&arguments.junit, JUNIT, "xml")?.map(Junit::new);
        let lines = file(&arguments.json, JSON, "jsonl")?.map(Lines::new);
        let mut files = Self {
            junit,
            lines,
            broken: Vec::new(),
            target: target.clone(),
        };
        files.line(|lines| lines.started(&target, cases));
        files.junit(Junit::begin);
        Ok(files)
    }

    /// Where nothing is run there is nothing to report.
    pub(crate) fn none() -> Self {
        Self {
            target: String::new(),
            junit: None,
            lines: None,
            broken: Vec::new(),
        }
    }

    /// Whether what a case printed is needed when all are over.
    pub(crate) fn wants_printed(&self) -> bool {
        self.junit.is_some()
    }

    pub(crate) fn case(&mut self, plan: &Plan, record: &Record) {
        self.line(|lines| lines.case(plan, record));
        self.junit(|junit, target| junit.add(target, plan, record));
    }

    /// These teardowns failed after this case, of which was told already.
    pub(crate) fn teardowns(&mut self, plan: &Plan, place: usize, reports: &[String]) {
        self.line(|lines| lines.teardowns(&plan[place].name, reports));
    }

    /// What came after the verdict on the case of this name.
    pub(crate) fn late(&mut self, name: &str, text: &str) {
        self.line(|lines| lines.late(name, text));
        if let Some(junit) = &mut self.junit {
            junit.beside(&format!("after the verdict on {name}: {text}"));
        }
    }

    /// What was printed after the case of this name had ended, and before another began.
    pub(crate) fn stray(&mut self, name: &str, printed: &str) {
        self.line(|lines| lines.stray(name, printed));
        if let Some(junit) = &mut self.junit {
            junit.beside(&format!("printed after {name}, between tests:\n{printed}"));
        }
    }

    /// What went wrong with a worker.
    pub(crate) fn worker_failed(&mut self, text: &str) {
        self.line(|lines| lines.broken(text));
        if let Some(junit) = &mut self.junit {
            junit.broken(text);
        }
    }

    /// Ends them, and gives why one of them is not whole.
    pub(crate) fn finish(
        &mut self,
        plan: &Plan,
        records: &[Record],
        took: Duration,
    ) -> Vec<String> {
        let counts = Counts::of(records);
        self.line(|lines| lines.finished(&counts, took));
        self.junit(|junit, target| junit.write(target, plan, records, took));
        std::mem::take(&mut self.broken)
    }

    fn junit(&mut self, write: impl FnOnce(&mut Junit, &str) -> io::Result<()>) {
        let Some(junit) = &mut self.junit else { return };
        if let Err(error) = write(junit, &self.target) {
            self.broken.push(error.to_string());
            self.junit = None;
        }
    }

    fn line(&mut self, write: impl FnOnce(&mut Lines) -> io::Result<()>) {
        let Some(lines) = &mut self.lines else { return };
        if let Err(error) = write(lines) {
            self.broken.push(error.to_string());
            self.lines = None;
        }
    }
}

impl FileArguments {
    /// Whether any file is asked for, here or by a variable.
    pub(crate) fn asks_for_any(&self) -> bool {
        let is_set = |variable| std::env::var_os(variable).is_some_and(|it| !it.is_empty());
        self.junit.is_some() || self.json.is_some() || is_set(JUNIT) || is_set(JSON)
    }
}

const JUNIT: &str = "SOLIPSISM_JUNIT";
const JSON: &str = "SOLIPSISM_JSON";
