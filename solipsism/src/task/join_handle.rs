//! The right to await a task.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::{AbortHandle, Id, JoinError};
use crate::executor::{Header, World, output};

/// Gives a task's output when awaited. Dropping it lets the task go on alone.
///
/// A panic of the task is told here, once. If the handle is dropped without having been awaited, or is kept unread
/// until the test ends, the panic fails the test: it is never lost.
///
/// # Cancel safety
///
/// Awaiting `&mut handle` is cancel safe: the output is not lost.
///
/// # Panics
///
/// When awaited outside of its own world, or again after it gave the output.
///
/// # Examples
///
/// ```
/// let event_loop = solipsism::EventLoop::new();
/// let answer = event_loop.run(async { solipsism::spawn(async { 42 }).await });
/// assert_eq!(answer.unwrap().unwrap(), 42);
/// ```
pub struct JoinHandle<T> {
    task: Arc<Header>,
    output: PhantomData<fn() -> T>,
}

impl<T> JoinHandle<T> {
    pub(crate) fn new(task: Arc<Header>) -> Self {
        Self {
            task,
            output: PhantomData,
        }
    }

    /// Drops the task's future when its turn comes next; awaiting then gives a cancelled [`JoinError`]. A task that
    /// is finished stays so.
    ///
    /// # Examples
    ///
    /// ```
    /// let event_loop = solipsism::EventLoop::new();
    /// let error = event_loop.run(async {
    ///     let never = solipsism::spawn(std::future::pending::<()>());
    ///     never.abort();
    ///     never.await.unwrap_err()
    /// });
    /// assert!(error.unwrap().is_cancelled());
    /// ```
    pub fn abort(&self) {
        self.task.abort();
    }

    /// The right to abort the task without that to await it.
    pub fn abort_handle(&self) -> AbortHandle {
        AbortHandle::new(&self.task)
    }

    /// Whether the task is over: finished, panicked or cancelled.
    pub fn is_finished(&self) -> bool {
        self.task.is_finished()
    }

    /// Which task.
    pub fn id(&self) -> Id {
        Id(self.task.key.id)
    }

    /// Lets the task go on alone, on purpose: it may outlive the test's body without being [something left
    /// behind](crate::leaks), with all that it has and spawns, and reports name it last. Should it panic, the test still fails.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let event_loop = solipsism::EventLoop::new();
    /// let finished = event_loop.run(async {
    ///     let heartbeat = async { loop { solipsism::time::sleep(Duration::from_secs(30)).await } };
    ///     solipsism::spawn(heartbeat).background();
    /// });
    /// assert!(finished.is_ok());
    /// ```
    pub fn background(self) {
        self.task.set_background();
    }
}

impl<T: 'static> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    #[track_caller]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        assert!(
            !self.task.is_taken(),
            "a `JoinHandle` was awaited again after it gave the task's output"
        );
        let key = self.task.key;
        let joined = World::with("JoinHandle", |world| {
            assert!(
                self.task.is_of(world),
                "a `JoinHandle` was awaited in another world than its task's: await it where the task was spawned"
            );
            world.join(key, cx)
        });
        // Outside of the closure, since what a waker drops may use the world.
        let Ok(task) = joined else {
            return Poll::Pending;
        };
        self.task.take();
        Poll::Ready(output(task).expect("only its handle takes a task's output"))
    }
}

impl<T> Drop for JoinHandle<T> {
    fn drop(&mut self) {
        if self.task.is_taken() {
            return;
        }
        // Outside of its world the handle can only leave a note, which the world reads when the task ends.
        self.task.detach();
        let ours = |world: &Rc<World>| self.task.is_of(world).then(|| Rc::clone(world));
        if let Some(world) = World::try_with(ours).flatten() {
            world.detach(&self.task);
        }
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle")
            .field("id", &self.task.key.id)
            .finish_non_exhaustive()
    }
}
