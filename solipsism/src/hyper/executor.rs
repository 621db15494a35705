//! Tasks for hyper.

use crate::executor::World;
use crate::task::Builder;

/// Spawns what hyper wants to run beside its callers. A panic there fails the test, as that of any task whose handle is
/// gone.
///
/// # Panics
///
/// Where hyper uses it outside of a world.
///
/// # Examples
///
/// ```
/// use solipsism::hyper::Executor;
/// use hyper::rt::Executor as _;
///
/// let (sender, receiver) = futures_channel::oneshot::channel();
/// solipsism::EventLoop::new().run(async {
///     Executor.execute(async { sender.send("done").unwrap() });
///     assert_eq!(receiver.await, Ok("done"));
/// }).unwrap();
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Executor;

impl<F> hyper::rt::Executor<F> for Executor
where
    F: Future + 'static,
    F::Output: 'static,
{
    #[track_caller]
    fn execute(&self, future: F) {
        World::with("hyper::Executor", |_| ());
        Builder::new().name("hyper").spawn(future).background();
    }
}
