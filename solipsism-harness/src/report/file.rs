//! [`ReportFile`]: where a report goes that is not for a terminal.

use std::env;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use crate::refusal::Refusal;

/// A file of a run, empty at its beginning.
pub(crate) struct ReportFile {
    file: File,
    path: PathBuf,
}

impl ReportFile {
    /// Makes the file that a flag or, without it, a variable asks for, so that it is known at once whether it can be written. In a
    /// directory it gets the name of the target.
    pub(crate) fn asked_for(
        flag: Option<&Path>,
        variable: &str,
        target: &str,
        extension: &str,
    ) -> Result<Option<Self>, Refusal> {
        let value = env::var_os(variable).filter(|value| !value.is_empty());
        let (path, who) = match (flag, value) {
            (Some(path), _) => (path.to_owned(), format!("`{}`", flag_of(variable))),
            (None, Some(value)) => (PathBuf::from(value), format!("the variable `{variable}`")),
            (None, None) => return Ok(None),
        };
        let path = if is_directory(&path) {
            path.join(format!("{target}.{extension}"))
        } else {
            path
        };
        let created = path.parent().map_or(Ok(()), fs::create_dir_all);
        match created.and_then(|()| File::create(&path)) {
            Ok(file) => Ok(Some(Self { file, path })),
            Err(error) => Err(Refusal::misuse(format!(
                "{who} asks for a report at {}, where none can be written: {error}; name a file that can be, \
                 or a directory, which gets a file for each target",
                path.display()
            ))),
        }
    }

    pub(crate) fn write(&mut self, text: &str) -> io::Result<()> {
        let written = self.file.write_all(text.as_bytes());
        self.explained(written)
    }

    /// Whether what was written can be written over: not in a pipe.
    pub(crate) fn is_lasting(&self) -> bool {
        self.file.metadata().is_ok_and(|it| it.is_file())
    }

    /// Writes it there, in place of all that is there or comes after it.
    pub(crate) fn write_at(&mut self, at: usize, text: &str) -> io::Result<()> {
        let mut write = || {
            self.file.seek(SeekFrom::Start(at as u64))?;
            self.file.write_all(text.as_bytes())?;
            self.file.set_len((at + text.len()) as u64)
        };
        let written = write();
        self.explained(written)
    }

    /// Writes it over the beginning of what is there.
    pub(crate) fn write_over(&mut self, text: &str) -> io::Result<()> {
        let sought = self.file.seek(SeekFrom::Start(0));
        let written = sought.and_then(|_| self.file.write_all(text.as_bytes()));
        self.explained(written)
    }

    fn explained(&self, written: io::Result<()>) -> io::Result<()> {
        written.map_err(|error| {
            let path = self.path.display();
            io::Error::new(
                error.kind(),
                format!("{path} could not be written: {error}"),
            )
        })
    }
}

/// `SOLIPSISM_JUNIT` → `--junit`
fn flag_of(variable: &str) -> String {
    let name = variable.strip_prefix("SOLIPSISM_").unwrap_or(variable);
    format!("--{}", name.to_lowercase())
}

/// Whether it is one, or is written as one that is not yet there.
fn is_directory(path: &Path) -> bool {
    let is_written_so = path.as_os_str().as_encoded_bytes().ends_with(b"/");
    is_written_so || path.is_dir()
}

/// The name of the running target: that of its binary, without the hash that cargo adds.
pub(crate) fn target() -> String {
    let binary = env::current_exe().ok();
    let stem = binary.and_then(|it| it.file_stem().map(OsString::from));
    let stem = stem.map_or_else(
        || "tests".to_owned(),
        |it| it.to_string_lossy().into_owned(),
    );
    match stem.rsplit_once('-') {
        Some((name, hash)) if hash.len() == 16 && hash.bytes().all(|it| it.is_ascii_hexdigit()) => {
            name.to_owned()
        }
        _ => stem,
    }
}
