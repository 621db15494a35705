//! [`Printing`]: the file to which a worker process prints, and what each case put there.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::process::Stdio;

use super::places::in_any_directory;

/// How much of what a case printed is kept from its beginning, and as much from its end.
const KEPT: u64 = 512 * 1024;

/// How much a case may have on the disk: what is in its middle goes when it is longer.
const LONG: u64 = 64 << 20;

/// A file without a name, to which the process appends, and what was read of it.
pub(super) struct Printing {
    file: File,
    /// Up to where it belongs to cases that are over.
    read_to: u64,
    /// The beginning of what the case printed whose middle is gone, and how much is.
    gone: Option<(Vec<u8>, u64)>,
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
            Some((beginning, length)) => {
                text = beginning;
                let tail = end.saturating_sub(KEPT);
                cut(&mut text, length + tail);
                tail
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

    /// Keeps the disk from filling up while a case prints and prints. What is printed at this very time may be lost: it is in the
    /// middle.
    pub(super) fn limit(&mut self) {
        let length = self.length();
        if length - self.read_to.min(length) < LONG {
            return;
        }
        let (beginning, gone) = self.gone.take().unwrap_or_else(|| {
            let mut beginning = Vec::new();
            let from = self.read_to;
            self.read(&mut beginning, from, from + KEPT);
            (beginning, 0)
        });
        // What is kept of the beginning is gone from the file too.
        let kept = beginning.len() as u64;
        let before = if gone == 0 { self.read_to + kept } else { 0 };
        self.gone = Some((beginning, gone + length - before));
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
