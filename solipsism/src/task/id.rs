//! Which task: its number in the order of spawning.

use std::fmt;

use crate::executor::World;

/// Tells the tasks of one world apart. The body of a run is 0; tasks count from 1 in the order of their spawning, so
/// that an id is the same in every run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(pub(crate) u32);

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The id of the task that is running. In a task of tokio's it is a number that differs between runs.
///
/// # Panics
///
/// Outside of a world.
///
/// # Examples
///
/// ```
/// use solipsism::{EventLoop, task};
///
/// let ids = EventLoop::new().run(async {
///     let spawned = solipsism::spawn(async { task::id() });
///     (task::id().to_string(), spawned.await.unwrap().to_string())
/// });
/// assert_eq!(ids.unwrap(), ("0".to_owned(), "1".to_owned()));
/// ```
#[track_caller]
pub fn id() -> Id {
    World::with("task::id", |world| Id(world.current()))
}

/// The id of the task that is running, or `None` outside of a world.
pub fn try_id() -> Option<Id> {
    World::try_with(|world| Id(world.current()))
}
