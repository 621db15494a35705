//! [`PrintedHere`]: what this process prints, read while it is being printed, where a run keeps that for its report.

/// Reads what is printed from when it is made.
///
/// In a worker process all that is printed, to stdout or to stderr, goes to a file that the run reads; and so can the worker.
pub struct PrintedHere {
    #[cfg(unix)]
    file: std::fs::File,
    #[cfg(unix)]
    read_to: u64,
    /// What has no end of line yet.
    #[cfg(unix)]
    rest: Vec<u8>,
}

/// Longer lines are cut.
#[cfg(unix)]
const LONG: usize = 200;

#[cfg(unix)]
impl PrintedHere {
    /// `None` where what is printed is not kept: in a process that is no worker, under libtest, with `--nocapture`.
    pub fn new() -> Option<Self> {
        use std::os::fd::AsFd as _;
        use std::os::unix::fs::MetadataExt as _;

        let file = std::io::stdout().as_fd().try_clone_to_owned().ok()?;
        let file = std::fs::File::from(file);
        let metadata = file.metadata().ok()?;
        // A file that no name leads to is nobody's but the run's.
        let is_kept = metadata.is_file() && metadata.nlink() == 0;
        is_kept.then(|| Self {
            file,
            read_to: metadata.len(),
            rest: Vec::new(),
        })
    }

    /// The lines that came to their end since the last time.
    pub fn take_lines(&mut self) -> Vec<String> {
        use std::os::unix::fs::FileExt as _;

        let length = self.file.metadata().map_or(0, |it| it.len());
        // It was emptied, since there was too much in it.
        self.read_to = self.read_to.min(length);
        let mut lines = Vec::new();
        let mut chunk = [0; 4096];
        while self.read_to < length {
            let Ok(count @ 1..) = self.file.read_at(&mut chunk, self.read_to) else {
                break;
            };
            self.read_to += count as u64;
            for &byte in &chunk[..count] {
                if byte == b'\n' {
                    lines.push(line(&std::mem::take(&mut self.rest)));
                } else if self.rest.len() <= LONG {
                    self.rest.push(byte);
                }
            }
        }
        lines
    }
}

#[cfg(unix)]
fn line(bytes: &[u8]) -> String {
    if bytes.len() > LONG {
        format!("{}…", String::from_utf8_lossy(&bytes[..LONG]))
    } else {
        String::from_utf8_lossy(bytes).into_owned()
    }
}

#[cfg(not(unix))]
impl PrintedHere {
    /// There are no workers.
    pub fn new() -> Option<Self> {
        None
    }

    /// No lines.
    pub fn take_lines(&mut self) -> Vec<String> {
        Vec::new()
    }
}
