//! The virtual clock as hyper's timer.

use std::pin::Pin;
use std::sync::OnceLock;
use std::task::{Context, Poll};
use std::time::{Duration, Instant as StdInstant};

use crate::time::{self, Instant};

/// hyper's timer on the world's clock: its timeouts are exact, and take no real time.
///
/// hyper tells instants by `std::time::Instant`. Those that this gives are the world's time counted from one instant of the
/// process; only what lies between two of them means anything.
///
/// # Panics
///
/// Where hyper uses it outside of a world.
///
/// # Examples
///
/// ```
/// use solipsism::hyper::Timer;
/// use hyper::rt::Timer as _;
/// use std::time::Duration;
///
/// solipsism::EventLoop::new().run(async {
///     let start = Timer.now();
///     Timer.sleep(Duration::from_secs(3600)).await;
///     Timer.sleep_until(start + Duration::from_secs(7200)).await;
///     assert_eq!(Timer.now() - start, Duration::from_secs(7200));
/// }).unwrap();
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Timer;

/// What [`Timer`] gives.
#[derive(Debug)]
pub struct Sleep(time::Sleep);

/// What stands for the beginning of every world. Which instant it is changes no result.
fn beginning() -> StdInstant {
    static BEGINNING: OnceLock<StdInstant> = OnceLock::new();
    #[expect(
        clippy::disallowed_methods,
        reason = "std has no other way to an `Instant`; it is only ever subtracted"
    )]
    *BEGINNING.get_or_init(StdInstant::now)
}

impl hyper::rt::Timer for Timer {
    #[track_caller]
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn hyper::rt::Sleep>> {
        Box::pin(Sleep(time::sleep(duration)))
    }

    #[track_caller]
    fn sleep_until(&self, deadline: StdInstant) -> Pin<Box<dyn hyper::rt::Sleep>> {
        Box::pin(Sleep(time::sleep_until(virtual_instant(deadline))))
    }

    #[track_caller]
    fn now(&self) -> StdInstant {
        beginning() + Duration::from_nanos(Instant::now().nanos())
    }

    #[track_caller]
    fn reset(&self, sleep: &mut Pin<Box<dyn hyper::rt::Sleep>>, deadline: StdInstant) {
        match sleep.as_mut().downcast_mut_pin::<Sleep>() {
            Some(mut sleep) => Pin::new(&mut sleep.0).reset(virtual_instant(deadline)),
            None => *sleep = self.sleep_until(deadline),
        }
    }
}

/// What lies before the beginning of the world is past, and what lies after its end never comes.
fn virtual_instant(at: StdInstant) -> Instant {
    let since = at.saturating_duration_since(beginning());
    Instant::from_nanos(u64::try_from(since.as_nanos()).unwrap_or(u64::MAX))
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.0).poll(cx)
    }
}

impl hyper::rt::Sleep for Sleep {}
