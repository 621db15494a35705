//! A point of the world's time.

use std::fmt;
use std::ops::{Add, AddAssign, Sub, SubAssign};
use std::time::Duration;

use crate::core::NEVER;
use crate::executor::World;

/// A point of the world's time: whole nanoseconds since its loop began.
///
/// It moves only when every task waits, and then goes exactly to the next deadline. `Debug` prints the time since the
/// loop began.
///
/// # Examples
///
/// ```
/// use solipsism::{EventLoop, time::{self, Duration, Instant}};
///
/// let elapsed = EventLoop::new().run(async {
///     let start = Instant::now();
///     time::sleep(Duration::from_nanos(86_401_000_000_001)).await;
///     start.elapsed()
/// });
/// assert_eq!(elapsed.unwrap().as_nanos(), 86_401_000_000_001);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(u64);

impl Instant {
    /// The current instant.
    ///
    /// # Panics
    ///
    /// Outside of a world.
    #[track_caller]
    pub fn now() -> Self {
        Self(World::with("Instant::now", |world| world.local_now()))
    }

    pub(crate) fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    pub(crate) fn nanos(self) -> u64 {
        self.0
    }

    /// The time since this instant; zero if that is yet to come.
    ///
    /// # Panics
    ///
    /// Outside of a world.
    #[track_caller]
    pub fn elapsed(&self) -> Duration {
        Self::now().duration_since(*self)
    }

    /// The time from `earlier` to this instant; zero if `earlier` is later, as in std.
    pub fn duration_since(&self, earlier: Self) -> Duration {
        self.saturating_duration_since(earlier)
    }

    /// The time from `earlier` to this instant; zero if `earlier` is later.
    pub fn saturating_duration_since(&self, earlier: Self) -> Duration {
        self.checked_duration_since(earlier).unwrap_or_default()
    }

    /// The time from `earlier` to this instant; `None` if `earlier` is later.
    pub fn checked_duration_since(&self, earlier: Self) -> Option<Duration> {
        self.0.checked_sub(earlier.0).map(Duration::from_nanos)
    }

    /// This instant and `duration`; `None` past the end of time, 584 years after the loop began.
    pub fn checked_add(&self, duration: Duration) -> Option<Self> {
        let nanos = u64::try_from(duration.as_nanos()).ok()?;
        self.0
            .checked_add(nanos)
            .filter(|at| *at != NEVER)
            .map(Self)
    }

    /// This instant less `duration`; `None` before the loop began.
    pub fn checked_sub(&self, duration: Duration) -> Option<Self> {
        let nanos = u64::try_from(duration.as_nanos()).ok()?;
        self.0.checked_sub(nanos).map(Self)
    }

    /// The instant of a deadline that may lie past the end of time.
    pub(crate) fn deadline(self, duration: Duration) -> Self {
        self.checked_add(duration).unwrap_or(Self(NEVER))
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Duration::from_nanos(self.0).fmt(f)
    }
}

impl Add<Duration> for Instant {
    type Output = Self;

    /// # Panics
    ///
    /// Past the end of time.
    #[track_caller]
    fn add(self, duration: Duration) -> Self {
        self.checked_add(duration)
            .expect("an `Instant` lies within 584 years of its loop's beginning")
    }
}

impl Sub<Duration> for Instant {
    type Output = Self;

    /// # Panics
    ///
    /// Before the loop began.
    #[track_caller]
    fn sub(self, duration: Duration) -> Self {
        self.checked_sub(duration)
            .expect("an `Instant` does not lie before its loop's beginning")
    }
}

impl Sub for Instant {
    type Output = Duration;

    /// Zero if `earlier` is later, as in std.
    fn sub(self, earlier: Self) -> Duration {
        self.duration_since(earlier)
    }
}

impl AddAssign<Duration> for Instant {
    #[track_caller]
    fn add_assign(&mut self, duration: Duration) {
        *self = *self + duration;
    }
}

impl SubAssign<Duration> for Instant {
    #[track_caller]
    fn sub_assign(&mut self, duration: Duration) {
        *self = *self - duration;
    }
}
