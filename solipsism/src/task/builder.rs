//! How tasks begin.

use std::panic::Location;
use std::sync::Arc;

use super::{AbortHandle, JoinHandle, JoinSet};
use crate::executor::{Header, Name, World};

/// Starts a task on the world's one thread. It first runs when the current task waits.
///
/// The future need not be `Send`. Reports name the task by its number and by the line of this call.
///
/// # Panics
///
/// Outside of a world.
///
/// # Examples
///
/// ```
/// use std::rc::Rc;
///
/// let event_loop = solipsism::EventLoop::new();
/// let sum = event_loop.run(async {
///     let shared = Rc::new(20);
///     let other = Rc::clone(&shared);
///     *shared + solipsism::spawn(async move { *other + 2 }).await.unwrap()
/// });
/// assert_eq!(sum.unwrap(), 42);
/// ```
#[track_caller]
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    JoinHandle::new(Builder::new().start(future, Location::caller()))
}

/// As [`spawn`], called at that place.
pub(crate) fn spawn_at<F>(future: F, site: &'static Location<'static>) -> JoinHandle<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    JoinHandle::new(Builder::new().start(future, site))
}

/// The same as [`spawn`], under the name that tokio has for futures which are not `Send`. No `LocalSet` is needed.
///
/// # Panics
///
/// Outside of a world.
#[track_caller]
pub fn spawn_local<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    spawn(future)
}

/// Starts tasks that have a name, or are there for others.
///
/// # Examples
///
/// ```
/// use solipsism::{EventLoop, task};
///
/// let error = EventLoop::new().run(async {
///     let task = task::Builder::new().name("client").spawn(std::future::pending::<()>());
///     task.abort();
///     task.await.unwrap_err().to_string()
/// });
/// assert_eq!(error.unwrap(), "task 1 `client` was cancelled");
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a builder starts nothing until `spawn` is called"]
pub struct Builder {
    name: Option<Name>,
    background: bool,
}

impl Builder {
    /// A task without a name, in the foreground: what [`spawn`] starts.
    pub fn new() -> Self {
        Self::default()
    }

    /// What reports call the task.
    pub fn name(self, name: impl Into<String>) -> Self {
        Self {
            name: Some(Box::new(name.into().into_boxed_str())),
            ..self
        }
    }

    /// The task may outlive the test's body on purpose; see [`JoinHandle::background`], which needs no builder.
    pub fn background(self) -> Self {
        Self {
            background: true,
            ..self
        }
    }

    /// Starts the task; see [`spawn`].
    ///
    /// # Panics
    ///
    /// Outside of a world.
    #[track_caller]
    pub fn spawn<F>(self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        JoinHandle::new(self.start(future, Location::caller()))
    }

    /// Starts the task as one of a set; see [`JoinSet::spawn`].
    ///
    /// # Panics
    ///
    /// Outside of a world.
    #[track_caller]
    pub fn spawn_on<F>(self, future: F, set: &mut JoinSet<F::Output>) -> AbortHandle
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        let task = self.start(future, Location::caller());
        let abort_handle = AbortHandle::new(&task);
        set.push(JoinHandle::new(task));
        abort_handle
    }

    #[inline]
    #[track_caller]
    pub(super) fn start<F>(self, future: F, site: &'static Location<'static>) -> Arc<Header>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        let task = World::with("spawn", std::rc::Rc::clone).spawn(future, self.name, site);
        if self.background {
            task.set_background();
        }
        task
    }
}
