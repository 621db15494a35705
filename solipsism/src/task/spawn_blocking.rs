//! Work that blocks its thread, done on a thread of its own.

use std::panic::Location;

use super::{Builder, JoinHandle};
use crate::executor::World;

/// Runs `job` on another thread. The world's other tasks go on, but its clock stands still until the job is back.
///
/// Results are handed over in the order in which the jobs were submitted, when no task is ready, so that a run is the
/// same however long the jobs take. [`EventLoop::builder`](crate::EventLoop::builder) says how many run at a time.
/// The threads belong to `futures_executor::ThreadPool`, which lets no executor run on them: a job that needs an
/// [`EventLoop`](crate::EventLoop) of its own starts a thread of its own.
///
/// Aborting the handle gives up the result; the job itself goes on, and the clock still waits for it.
///
/// # Panics
///
/// Outside of a world. A panic of the job comes back as a [`JoinError`](super::JoinError).
///
/// # Examples
///
/// ```
/// use solipsism::{EventLoop, task, time::Instant};
///
/// let elapsed = EventLoop::new().run(async {
///     let start = Instant::now();
///     let sum = task::spawn_blocking(|| (1..=1_000_000_u64).sum::<u64>()).await.unwrap();
///     assert_eq!(sum, 500_000_500_000);
///     start.elapsed()
/// });
/// assert!(elapsed.unwrap().is_zero());
/// ```
#[track_caller]
pub fn spawn_blocking<T: Send + 'static>(
    job: impl FnOnce() -> T + Send + 'static,
) -> JoinHandle<T> {
    let site = Location::caller();
    let job = World::with("spawn_blocking", |world| world.submit(site, job));
    JoinHandle::new(Builder::new().start(job, site))
}
