//! [`Found`] and [`Hook`]: what a worker process gives its cases, and what of it they had better leave as it is.

use std::env;
use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::fs::MetadataExt as _;
use std::panic::{self, PanicHookInfo};
use std::path::PathBuf;
use std::sync::Arc;

/// What a process is given, and what a case had better leave as it is.
#[derive(PartialEq, Eq)]
pub(super) struct Found {
    directory: Option<PathBuf>,
    /// The files that stdout and stderr go to.
    streams: [Option<(u64, u64)>; 2],
    environment: Vec<(OsString, OsString)>,
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
            streams: [
                file(io::stdout().as_fd().try_clone_to_owned()),
                file(io::stderr().as_fd().try_clone_to_owned()),
            ],
        }
    }
}

/// The panic hook of this process, which is put back in place whatever became of it: other than the rest it can be.
pub(super) struct Hook(Arc<dyn Fn(&PanicHookInfo<'_>) + Send + Sync>);

impl Hook {
    pub(super) fn now() -> Self {
        let hook = Self(Arc::from(panic::take_hook()));
        hook.put_back();
        hook
    }

    pub(super) fn put_back(&self) {
        let hook = Arc::clone(&self.0);
        panic::set_hook(Box::new(move |info| hook(info)));
    }
}
