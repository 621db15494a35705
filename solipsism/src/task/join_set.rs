//! Tasks that belong together: awaited as they finish, aborted when the set goes.

mod woken;

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use slab::Slab;

use self::woken::{Member, Woken};
use super::{AbortHandle, Builder, JoinError, JoinHandle};

/// A set of tasks with one type of output, which it gives in the order in which they finish. Those that were finished
/// when the set was first asked are given in the order in which they were spawned.
///
/// Dropping the set aborts its tasks. The panic of a task that was not joined fails the test, as that of any task
/// whose handle is dropped unread.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use solipsism::{EventLoop, task::JoinSet, time};
///
/// let order = EventLoop::new().run(async {
///     let mut set = JoinSet::new();
///     for secs in [3, 1, 2] {
///         set.spawn(async move {
///             time::sleep(Duration::from_secs(secs)).await;
///             secs
///         });
///     }
///     set.join_all().await
/// });
/// assert_eq!(order.unwrap(), [1, 2, 3]);
/// ```
pub struct JoinSet<T: 'static> {
    /// By place, with the number of each.
    tasks: Slab<(u64, JoinHandle<T>)>,
    /// How many there ever were.
    pushed: u64,
    woken: Arc<Woken>,
}

impl<T: 'static> JoinSet<T> {
    /// An empty set.
    pub fn new() -> Self {
        Self {
            tasks: Slab::new(),
            pushed: 0,
            woken: Arc::default(),
        }
    }

    /// How many tasks were not joined yet.
    pub fn len(&self) -> usize {
        self.tasks.len()
    }

    /// Whether all tasks were joined.
    pub fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    /// Starts a task as one of this set; see [`spawn`](super::spawn). [`Builder::spawn_on`] gives it a name.
    ///
    /// # Panics
    ///
    /// Outside of a world.
    #[track_caller]
    pub fn spawn<F>(&mut self, future: F) -> AbortHandle
    where
        F: Future<Output = T> + 'static,
    {
        Builder::new().spawn_on(future, self)
    }

    /// The same as [`spawn`](Self::spawn), under the name that tokio has for futures which are not `Send`.
    ///
    /// # Panics
    ///
    /// Outside of a world.
    #[track_caller]
    pub fn spawn_local<F>(&mut self, future: F) -> AbortHandle
    where
        F: Future<Output = T> + 'static,
    {
        self.spawn(future)
    }

    /// Runs `job` on another thread, as one of this set; see [`spawn_blocking`](super::spawn_blocking).
    ///
    /// # Panics
    ///
    /// Outside of a world.
    #[cfg(feature = "blocking")]
    #[track_caller]
    pub fn spawn_blocking(&mut self, job: impl FnOnce() -> T + Send + 'static) -> AbortHandle
    where
        T: Send,
    {
        let task = super::spawn_blocking(job);
        let abort_handle = task.abort_handle();
        self.push(task);
        abort_handle
    }

    pub(super) fn push(&mut self, task: JoinHandle<T>) {
        self.pushed += 1;
        let number = self.pushed;
        let place = self.tasks.insert((number, task));
        self.woken.push(Member { place, number });
    }

    /// The output of the task that finishes next, or `None` if there is no task left.
    ///
    /// # Errors
    ///
    /// The inner result tells that this task panicked or was aborted.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: no output is lost.
    pub async fn join_next(&mut self) -> Option<Result<T, JoinError>> {
        poll_fn(|cx| self.poll_join_next(cx)).await
    }

    /// The output of a task that is finished already, or `None` if there is none now.
    ///
    /// # Errors
    ///
    /// As [`join_next`](Self::join_next).
    ///
    /// # Examples
    ///
    /// ```
    /// use solipsism::{EventLoop, task::{JoinSet, yield_now}};
    ///
    /// EventLoop::new().run(async {
    ///     let mut set = JoinSet::new();
    ///     set.spawn(async { 42 });
    ///     assert!(set.try_join_next().is_none()); // it has not yet run
    ///     yield_now().await;
    ///     assert_eq!(set.try_join_next().unwrap().unwrap(), 42);
    /// }).unwrap();
    /// ```
    pub fn try_join_next(&mut self) -> Option<Result<T, JoinError>> {
        match self.poll_woken() {
            Poll::Ready(joined) => Some(joined),
            Poll::Pending => None,
        }
    }

    /// As [`join_next`](Self::join_next), for use in a hand-written future.
    pub fn poll_join_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T, JoinError>>> {
        if self.is_empty() {
            return Poll::Ready(None);
        }
        self.woken.register(cx.waker());
        self.poll_woken().map(Some)
    }

    /// Asks those that have something to tell, until one of them is finished.
    fn poll_woken(&mut self) -> Poll<Result<T, JoinError>> {
        while let Some(member) = self.woken.pop() {
            let Some((number, task)) = self.tasks.get_mut(member.place) else {
                continue;
            };
            if *number != member.number {
                continue;
            }
            let waker = self.woken.waker_of(member);
            if let Poll::Ready(joined) = Pin::new(task).poll(&mut Context::from_waker(&waker)) {
                drop(self.tasks.remove(member.place));
                return Poll::Ready(joined);
            }
        }
        Poll::Pending
    }

    /// The outputs of all tasks, in the order in which they finish.
    ///
    /// # Panics
    ///
    /// If a task panicked, with its panic; if one was aborted, with its [`JoinError`].
    pub async fn join_all(mut self) -> Vec<T> {
        let mut outputs = Vec::with_capacity(self.len());
        while let Some(joined) = self.join_next().await {
            outputs.push(joined.unwrap_or_else(|error| error.resume()));
        }
        outputs
    }

    /// Aborts every task. They are still there to be joined.
    pub fn abort_all(&mut self) {
        for place in self.oldest_first() {
            self.tasks[place].1.abort();
        }
    }

    /// Aborts every task and waits until they are gone.
    ///
    /// # Panics
    ///
    /// If a task had panicked, with its panic.
    pub async fn shutdown(&mut self) {
        self.abort_all();
        while let Some(joined) = self.join_next().await {
            joined.map_or_else(
                |error| {
                    if error.is_panic() {
                        error.resume()
                    }
                },
                drop,
            );
        }
    }

    /// Lets every task go on alone, as if its handle were dropped.
    pub fn detach_all(&mut self) {
        for place in self.oldest_first() {
            drop(self.tasks.remove(place));
        }
    }

    /// The places of all tasks, in the order in which they were spawned.
    fn oldest_first(&self) -> Vec<usize> {
        let numbered = self
            .tasks
            .iter()
            .map(|(place, (number, _))| (*number, place));
        woken::in_order(numbered.collect())
    }
}

impl<T: 'static> Drop for JoinSet<T> {
    fn drop(&mut self) {
        self.abort_all();
        self.detach_all();
    }
}

impl<T: 'static> Default for JoinSet<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: 'static> fmt::Debug for JoinSet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinSet").field("len", &self.len()).finish()
    }
}
