//! The right to abort a task, apart from the right to await it.

use std::fmt;
use std::sync::{Arc, Weak};

use super::Id;
use crate::executor::Header;

/// Aborts a task from anywhere, also from another thread. Dropping it does nothing.
#[derive(Clone)]
pub struct AbortHandle {
    id: Id,
    task: Weak<Header>,
}

impl AbortHandle {
    pub(super) fn new(task: &Arc<Header>) -> Self {
        Self {
            id: Id(task.key.id),
            task: Arc::downgrade(task),
        }
    }

    /// Drops the task's future when its turn comes next; whoever awaits the task then gets a cancelled
    /// [`JoinError`](super::JoinError). A task that is finished stays so.
    pub fn abort(&self) {
        if let Some(task) = self.task.upgrade() {
            task.abort();
        }
    }

    /// Whether the task is over: finished, panicked or cancelled.
    pub fn is_finished(&self) -> bool {
        self.task.upgrade().is_none_or(|task| task.is_finished())
    }

    /// Which task.
    pub fn id(&self) -> Id {
        self.id
    }
}

impl fmt::Debug for AbortHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AbortHandle")
            .field("id", &self.id.0)
            .finish_non_exhaustive()
    }
}
