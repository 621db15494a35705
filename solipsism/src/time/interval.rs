//! Ticks at even distances.

use std::future::poll_fn;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use super::{Instant, Sleep};
use crate::executor::World;

/// Ticks every `period`, the first time at once.
///
/// # Panics
///
/// If `period` is zero, or outside of a world.
///
/// # Examples
///
/// ```
/// use solipsism::{EventLoop, time::{self, Duration, Instant}};
///
/// let ticked = EventLoop::new().run(async {
///     let start = Instant::now();
///     let mut interval = time::interval(Duration::from_secs(10));
///     for _ in 0..3 {
///         interval.tick().await;
///     }
///     start.elapsed()
/// });
/// assert_eq!(ticked.unwrap(), Duration::from_secs(20));
/// ```
#[track_caller]
pub fn interval(period: Duration) -> Interval {
    interval_at(Instant::now(), period)
}

/// Ticks every `period`, the first time at `start`.
///
/// # Panics
///
/// If `period` is zero, or outside of a world.
#[track_caller]
pub fn interval_at(start: Instant, period: Duration) -> Interval {
    assert!(
        !period.is_zero(),
        "`period` must not be zero: an interval of no time ticks for ever"
    );
    World::with("interval", |_| ());
    Interval {
        delay: Sleep::at(start, Location::caller()),
        period,
        missed: MissedTickBehavior::default(),
    }
}

/// What an [`Interval`] does about ticks that nobody was there for. As tokio's, but without its 5 ms of grace: a tick
/// is missed if it is asked for later than it was due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissedTickBehavior {
    /// Makes up for them at once, one after another: the next tick is due a period after the one that was due last.
    #[default]
    Burst,
    /// Starts a new row: the next tick is due a period from now.
    Delay,
    /// Leaves them out: the next tick is due at the next multiple of the period.
    Skip,
}

impl MissedTickBehavior {
    fn next(self, due: Instant, now: Instant, period: Duration) -> Instant {
        match self {
            Self::Burst => due.deadline(period),
            Self::Delay => now.deadline(period),
            Self::Skip => {
                let late = (now - due).as_nanos() % period.as_nanos();
                let late = u64::try_from(late).expect("it is less than the time that has passed");
                now.deadline(period - Duration::from_nanos(late))
            }
        }
    }
}

/// Ticks. See [`interval`].
#[derive(Debug)]
pub struct Interval {
    delay: Sleep,
    period: Duration,
    missed: MissedTickBehavior,
}

impl Interval {
    /// Waits for the next tick; gives the instant at which it was due.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: no tick is lost.
    pub async fn tick(&mut self) -> Instant {
        poll_fn(|cx| self.poll_tick(cx)).await
    }

    /// As [`tick`](Self::tick), for use in a hand-written future.
    pub fn poll_tick(&mut self, cx: &mut Context<'_>) -> Poll<Instant> {
        ready!(Pin::new(&mut self.delay).poll(cx));
        let due = self.delay.deadline();
        let now = self.delay.now();
        let next = if now > due {
            self.missed.next(due, now, self.period)
        } else {
            due.deadline(self.period)
        };
        Pin::new(&mut self.delay).reset(next);
        Poll::Ready(due)
    }

    /// The next tick is due a period from now.
    ///
    /// # Panics
    ///
    /// Outside of a world.
    #[track_caller]
    pub fn reset(&mut self) {
        self.reset_after(self.period);
    }

    /// The next tick is due now.
    ///
    /// # Panics
    ///
    /// Outside of a world.
    #[track_caller]
    pub fn reset_immediately(&mut self) {
        self.reset_at(self.delay.now());
    }

    /// The next tick is due after this time, and from there on every period.
    ///
    /// # Panics
    ///
    /// Outside of a world.
    #[track_caller]
    pub fn reset_after(&mut self, after: Duration) {
        self.reset_at(self.delay.now().deadline(after));
    }

    /// The next tick is due at this instant, and from there on every period.
    pub fn reset_at(&mut self, deadline: Instant) {
        Pin::new(&mut self.delay).reset(deadline);
    }

    /// The distance of two ticks.
    pub fn period(&self) -> Duration {
        self.period
    }

    /// What happens to missed ticks.
    pub fn missed_tick_behavior(&self) -> MissedTickBehavior {
        self.missed
    }

    /// Says what happens to missed ticks.
    pub fn set_missed_tick_behavior(&mut self, behavior: MissedTickBehavior) {
        self.missed = behavior;
    }
}
