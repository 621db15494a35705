//! [`Printing`]: the file to which a worker process prints, and what each case put there.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::process::Stdio;

use super::places::in_any_directory;

/// How much of what a case printed is kept from its beginning, and as much from its end.
const KEPT: u64 = 512 * 1024;

/// How much a case may have on the disk: what is in its middle goes when it is longer. Nobody can say then how much it was: more was
/// printed in that very moment.
const LONG: u64 = 2 << 30;

/// What stands for that.
const TOO_LONG: &[u8] = b"\n\xE2\x80\xA6 more than 2 GiB are left out here \xE2\x80\xA6\n";

/// A file without a name, to which the process appends, and what was read of it.
pub(super) struct Printing {
    file: File,
    /// Up to where it belongs to cases that are over.
    read_to: u64,
    /// The beginning of what the case printed whose middle is gone.
    gone: Option<Vec<u8>>,
}

impl Printing {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            file: in_any_directory(without_name)?,
            read_to: 0,
            gone: None,
        })
    }

    /// What stdout and stderr of the process are to be, both in one.
    pub(super) fn for_process(&self) -> io::Result<Stdio> {
        Ok(self.file.try_clone()?.into())
    }

    /// What was printed since the last time, up to here.
    pub(super) fn read_to(&mut self, end: u64) -> String {
        let end = end.min(self.length()).max(self.read_to);
        let mut text = Vec::new();
        let from = match self.gone.take() {
            Some(beginning) => {
                text = beginning;
                text.extend(TOO_LONG);
                end.saturating_sub(KEPT)
            }
            None if end - self.read_to > 2 * KEPT => {
                self.read(&mut text, self.read_to, self.read_to + KEPT);
                cut(&mut text, end - self.read_to - 2 * KEPT);
                end - KEPT
            }
            None => self.read_to,
        };
        self.read(&mut text, from, end);
        self.read_to = end;
        String::from_utf8_lossy(&text).into_owned()
    }

    /// All that is left.
    pub(super) fn read_rest(&mut self) -> String {
        self.read_to(u64::MAX)
    }

    /// What was read is not needed any more; nothing is printed meanwhile.
    pub(super) fn empty(&mut self) {
        // If it cannot be, it only takes more of the disk.
        if self.file.set_len(0).is_ok() {
            self.read_to = 0;
        }
    }

    /// Keeps the disk from filling up while a case prints and prints.
    pub(super) fn limit(&mut self) {
        if self.length().saturating_sub(self.read_to) < LONG {
            return;
        }
        if self.gone.is_none() {
            let mut beginning = Vec::new();
            self.read(&mut beginning, self.read_to, self.read_to + KEPT);
            self.gone = Some(beginning);
        }
        self.empty();
    }

    fn length(&self) -> u64 {
        self.file.metadata().map_or(0, |it| it.len())
    }

    fn read(&self, text: &mut Vec<u8>, from: u64, to: u64) {
        let length = usize::try_from(to - from.min(to)).expect("it is kept in memory");
        let already = text.len();
        text.resize(already + length, 0);
        let mut at = already;
        while at < text.len() {
            match self
                .file
                .read_at(&mut text[at..], from + (at - already) as u64)
            {
                Ok(0) => break,
                Ok(count) => at += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        text.truncate(at);
    }
}

/// A file there that is none any more, and to which can be written.
fn without_name(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    let options = options.read(true).append(true).create_new(true);
    let mut file = options.open(path)?;
    fs::remove_file(path)?;
    // A disk that is full has room for a name.
    file.write_all(b"\n")?;
    file.set_len(0)?;
    Ok(file)
}

fn cut(text: &mut Vec<u8>, length: u64) {
    if length > 0 {
        text.extend(format!("\n… {length} bytes are left out here …\n").into_bytes());
    }
}
