//! The announcement of a wake from outside.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use crate::executor::{Announced, Inbox, World};

/// Announces that something outside will wake a task; see [`EventLoop::external`](crate::EventLoop::external). Give it
/// to the thread that will, and drop it after the wake.
#[must_use = "a wake is announced for as long as the guard lives"]
pub struct External {
    inbox: Arc<Inbox>,
    announced: Announced,
}

impl External {
    pub(super) fn new(world: &World, site: &'static Location<'static>) -> Self {
        let announced = Announced {
            site,
            by: world.current(),
            at: world.now(),
        };
        world.inbox().announce_by(announced);
        Self {
            inbox: Arc::clone(world.inbox()),
            announced,
        }
    }
}

impl Drop for External {
    fn drop(&mut self) {
        self.inbox.retract(self.announced);
    }
}

impl fmt::Debug for External {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("External").finish_non_exhaustive()
    }
}
