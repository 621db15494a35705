//! A limit to how long a future may take.

use std::future::IntoFuture;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;

use super::error::Elapsed;
use super::{Instant, Sleep};
use crate::executor::World;

/// Gives `future` this much of the world's time.
///
/// The future is polled first: one that is ready at the very instant of the deadline has made it.
///
/// # Errors
///
/// [`Elapsed`] if the deadline comes first. The future is dropped with the `Timeout`.
///
/// # Cancel safety
///
/// As cancel safe as `future` is.
///
/// # Panics
///
/// Outside of a world.
///
/// # Examples
///
/// ```
/// use solipsism::{EventLoop, time::{self, Duration}};
///
/// let slow = EventLoop::new().run(async {
///     let hour = time::sleep(Duration::from_secs(3600));
///     time::timeout(Duration::from_millis(1500), hour).await
/// });
/// assert!(slow.unwrap().is_err());
/// ```
#[track_caller]
pub fn timeout<F: IntoFuture>(duration: Duration, future: F) -> Timeout<F::IntoFuture> {
    let now = Instant::from_nanos(World::with("timeout", |world| world.local_now()));
    Timeout {
        future: future.into_future(),
        delay: Sleep::at(now.deadline(duration), Location::caller()),
    }
}

/// Gives `future` until `deadline`. Otherwise as [`timeout`].
///
/// # Errors
///
/// [`Elapsed`] if the deadline comes first.
///
/// # Panics
///
/// Outside of a world.
#[track_caller]
pub fn timeout_at<F: IntoFuture>(deadline: Instant, future: F) -> Timeout<F::IntoFuture> {
    World::with("timeout_at", |_| ());
    Timeout {
        future: future.into_future(),
        delay: Sleep::at(deadline, Location::caller()),
    }
}

pin_project! {
    /// The future of [`timeout`] and [`timeout_at`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless they are awaited or polled"]
    pub struct Timeout<F> {
        #[pin]
        future: F,
        delay: Sleep,
    }
}

impl<F> Timeout<F> {
    /// The limited future.
    pub fn get_ref(&self) -> &F {
        &self.future
    }

    /// The limited future.
    pub fn get_mut(&mut self) -> &mut F {
        &mut self.future
    }

    /// The limited future, without its limit.
    pub fn into_inner(self) -> F {
        self.future
    }
}

impl<F: Future> Future for Timeout<F> {
    type Output = Result<F::Output, Elapsed>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let asked = World::try_with(|world| {
            let is_due = this.delay.is_due(world);
            is_due.then(|| world.asked())
        });
        if let Poll::Ready(output) = this.future.poll(cx) {
            return Poll::Ready(Ok(output));
        }
        let elapsed = Pin::new(this.delay).poll(cx).map(|()| Err(Elapsed(())));
        if let (Poll::Ready(_), Some(Some(asked))) = (&elapsed, asked) {
            // What the future has just asked is no wait of the task's any more, as reports should know.
            World::try_with(|world| world.give_up_since(asked));
        }
        elapsed
    }
}
