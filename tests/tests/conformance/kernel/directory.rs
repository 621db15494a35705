//! Names that no other scenario and no other process uses.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs, process};

use crate::side::{Directory, Name};

/// It is deleted with all that is in it when it is dropped.
pub struct TemporaryDirectory(PathBuf);

impl Default for TemporaryDirectory {
    fn default() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("solipsism-conformance-{}-{count}", process::id());
        // Not under `target`, whose path may be longer than a socket's may be.
        let path = env::temp_dir().join(name);
        fs::create_dir(&path).unwrap();
        Self(path)
    }
}

impl Directory for TemporaryDirectory {
    fn path(&self, name: &str) -> Name {
        Name::Path(self.0.join(name))
    }

    fn abstract_name(&self, name: &str) -> Name {
        Name::Abstract(self.0.join(name).into_os_string().into_encoded_bytes())
    }
}

impl Drop for TemporaryDirectory {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}
