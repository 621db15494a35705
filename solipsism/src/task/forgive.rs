//! What cannot be seen of tokio: that somebody was told of a panic.

use crate::executor::World;

/// Says that the panic of this tokio task was expected. Needs the feature `tokio`.
///
/// A panic of a tokio task fails the test, unless somebody was seen to await it. An `.await` of the handle that begins before
/// the task panics, in the body or in a task of ours, is seen; one in a tokio task, or later, or of a blocking job, is not.
///
/// # Panics
///
/// Outside of a world.
///
/// # Examples
///
/// ```
/// use solipsism::{EventLoop, task, time};
///
/// let event_loop = EventLoop::builder().tokio().build();
/// event_loop.run(async {
///     let task = tokio::spawn(async { panic!("as expected") });
///     time::sleep(time::Duration::from_secs(1)).await;
///     task::forgive(&task.await.unwrap_err());
/// }).unwrap();
/// assert!(event_loop.close().is_ok());
/// ```
#[track_caller]
pub fn forgive(error: &tokio::task::JoinError) {
    World::with("task::forgive", |world| world.forgive_foreign(error.id()));
}
