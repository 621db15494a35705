//! Where there is room for a file of ours that only this run knows of.

use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Tries at a path that nobody else uses: in the directory for such files, or where that is full, read-only or too long for the
/// name of a socket, in another.
///
/// # Errors
///
/// That of the first.
pub(super) fn in_any_directory<T>(attempt: impl Fn(&Path) -> io::Result<T>) -> io::Result<T> {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let (pid, count) = (process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let name = format!("solipsism-{pid}-{count}");
    let mut first = None;
    for directory in directories() {
        match attempt(&directory.join(&name)) {
            Ok(done) => return Ok(done),
            Err(error) => _ = first.get_or_insert(error),
        }
    }
    Err(first.expect("there is one directory at least"))
}

fn directories() -> impl Iterator<Item = PathBuf> {
    let common = ["/tmp", "/var/tmp", "/dev/shm"].map(PathBuf::from);
    let binary = env::current_exe().ok();
    let beside = binary.and_then(|path| Some(path.parent()?.to_owned()));
    std::iter::once(env::temp_dir()).chain(common).chain(beside)
}
