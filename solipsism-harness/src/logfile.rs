//! [`Logfile`]: what `--logfile` asks for: a line for each test, beside what is told on stdout.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use crate::refusal::Refusal;
use crate::report::Verdict;

/// A file to which lines are added. They stay where they are, as `cargo test` runs one target after another with the same flags.
pub(crate) struct Logfile {
    file: File,
    /// What the system said when a line could not be written.
    broken: Option<io::Error>,
}

impl Logfile {
    pub(crate) fn open(path: &Path) -> Result<Self, Refusal> {
        let opened = OpenOptions::new().append(true).create(true).open(path);
        let file = opened.map_err(|error| {
            Refusal::misuse(format!(
                "the file `{}` of `--logfile` cannot be written: {error}; name one that can",
                path.display()
            ))
        })?;
        Ok(Self { file, broken: None })
    }

    /// Adds a line, in the words of libtest's: `ok it::a`, `failed it::a`, `ignored: why it::a`.
    pub(crate) fn add(&mut self, name: &str, verdict: &Verdict) {
        let ignored = |why: &str| match why {
            "" => format!("ignored {name}\n"),
            _ => format!("ignored: {why} {name}\n"),
        };
        let line = match verdict {
            Verdict::Passed => format!("ok {name}\n"),
            Verdict::Ignored(why) => ignored(why),
            Verdict::Skipped(why) => ignored(why),
            Verdict::Failed { .. } | Verdict::Error { .. } => format!("failed {name}\n"),
        };
        if let Err(error) = self.file.write_all(line.as_bytes()) {
            self.broken.get_or_insert(error);
        }
    }

    /// What is to be said if lines are missing.
    pub(crate) fn broken(&self) -> Option<String> {
        let error = self.broken.as_ref()?;
        Some(format!(
            "lines are missing in the file of `--logfile`: {error}"
        ))
    }
}
