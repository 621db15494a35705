//! [`Found`]: what a worker process gives its cases, and what of it they had better leave as it is.

use std::env;
use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::fs::MetadataExt as _;
use std::panic;
use std::path::PathBuf;
use std::ptr;

/// What a process is given, and what a case had better leave as it is.
#[derive(PartialEq, Eq)]
pub(super) struct Found {
    directory: Option<PathBuf>,
    /// The files that stdout and stderr go to.
    streams: [Option<(u64, u64)>; 2],
    environment: Vec<(OsString, OsString)>,
    hook: usize,
}

impl Found {
    pub(super) fn now() -> Self {
        let file = |descriptor: io::Result<OwnedFd>| {
            let file = File::from(descriptor.ok()?).metadata().ok()?;
            Some((file.dev(), file.ino()))
        };
        Self {
            directory: env::current_dir().ok(),
            environment: env::vars_os().collect(),
            hook: hook(),
            streams: [
                file(io::stdout().as_fd().try_clone_to_owned()),
                file(io::stderr().as_fd().try_clone_to_owned()),
            ],
        }
    }
}

/// Where the panic hook of this process is kept: another stands elsewhere. That of an empty type would stand nowhere, and so worlds have
/// theirs set before any case is run.
fn hook() -> usize {
    let hook = panic::take_hook();
    let place = ptr::from_ref(&*hook).addr();
    panic::set_hook(hook);
    place
}
