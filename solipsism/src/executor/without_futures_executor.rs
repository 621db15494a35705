//! What is needed of futures-executor, in a build without it: a guard that knows our own worlds alone, and no threads.

use std::cell::Cell;
use std::io;

thread_local! {
    static ENTERED: Cell<bool> = const { Cell::new(false) };
}

/// No other world can be entered on this thread.
pub(super) struct Enter(());

pub(super) struct IsEntered;

pub(super) fn enter() -> Result<Enter, IsEntered> {
    if ENTERED.replace(true) {
        Err(IsEntered)
    } else {
        Ok(Enter(()))
    }
}

impl Drop for Enter {
    fn drop(&mut self) {
        ENTERED.set(false);
    }
}

/// Nobody can make one, nor what makes it.
pub(super) struct ThreadPool(Never);

enum Never {}

impl ThreadPool {
    pub(super) fn builder() -> Self {
        unreachable!("what sends jobs out is not there without threads for them")
    }

    pub(super) fn pool_size(&self, _: usize) -> &Self {
        match self.0 {}
    }

    pub(super) fn name_prefix(&self, _: &str) -> &Self {
        match self.0 {}
    }

    pub(super) fn create(&self) -> io::Result<Self> {
        match self.0 {}
    }

    pub(super) fn spawn_ok(&self, _: impl Future) {
        match self.0 {}
    }
}
