//! [`Audience`]: who wants to know what becomes of a case while it is being run. In a worker process that is whoever started it: the
//! process may not live to tell in the end.

use std::sync::Arc;

/// Those who look on, if anybody does.
#[derive(Clone, Default)]
pub(crate) struct Audience(Option<Arc<dyn Listener>>);

/// Somebody in another process.
pub(crate) trait Listener: Send + Sync {
    /// How many attempts at the case failed in processes that are gone.
    fn failed_before(&self) -> u64;

    /// Another attempt failed with this report, and it is not the last.
    fn failed(&self, report: &str);
}

impl Audience {
    #[cfg(feature = "libtest-mimic")]
    #[cfg(unix)]
    pub(crate) fn of(listener: Arc<dyn Listener>) -> Self {
        Self(Some(listener))
    }

    /// Whether what is printed is kept for a report, so that marks in it will be read.
    pub(crate) fn reads_what_is_printed(&self) -> bool {
        self.0.is_some()
    }

    pub(crate) fn failed_before(&self) -> u64 {
        self.0.as_ref().map_or(0, |it| it.failed_before())
    }

    pub(crate) fn failed(&self, report: &str) {
        if let Some(listener) = &self.0 {
            listener.failed(report);
        }
    }
}
