//! The world's wall clock.

use std::fmt;
use std::ops::{Add, AddAssign, Sub, SubAssign};
use std::time::{self, Duration, SystemTimeError};

use crate::executor::World;

/// What the world's wall clock shows. It starts at 2000-01-01T00:00:00Z unless told otherwise, goes with the world's
/// time, and can be stepped by [`EventLoop::set_wall_clock`](crate::EventLoop::set_wall_clock).
///
/// Converts from and into [`std::time::SystemTime`]. `Debug` prints RFC 3339 in UTC.
///
/// # Examples
///
/// ```
/// use solipsism::{EventLoop, time::{self, Duration, SystemTime}};
///
/// let shown = EventLoop::new().run(async {
///     time::sleep(Duration::from_millis(86_400_500)).await;
///     SystemTime::now()
/// });
/// assert_eq!(format!("{:?}", shown.unwrap()), "2000-01-02T00:00:00.5Z");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SystemTime(time::SystemTime);

impl SystemTime {
    /// 1970-01-01T00:00:00Z.
    pub const UNIX_EPOCH: Self = Self(time::SystemTime::UNIX_EPOCH);

    /// What the wall clock shows now.
    ///
    /// # Panics
    ///
    /// Outside of a world.
    #[track_caller]
    pub fn now() -> Self {
        Self(World::with("SystemTime::now", |world| world.local_wall()))
    }

    /// The time from `earlier` to this one.
    ///
    /// # Errors
    ///
    /// If `earlier` is later; the error tells by how much.
    pub fn duration_since(&self, earlier: Self) -> Result<Duration, SystemTimeError> {
        self.0.duration_since(earlier.0)
    }

    /// The time since this one.
    ///
    /// # Errors
    ///
    /// If this is yet to come, as after a step back of the clock.
    ///
    /// # Panics
    ///
    /// Outside of a world.
    #[track_caller]
    pub fn elapsed(&self) -> Result<Duration, SystemTimeError> {
        Self::now().duration_since(*self)
    }

    /// This time and `duration`, if std can tell it.
    pub fn checked_add(&self, duration: Duration) -> Option<Self> {
        self.0.checked_add(duration).map(Self)
    }

    /// This time less `duration`, if std can tell it.
    pub fn checked_sub(&self, duration: Duration) -> Option<Self> {
        self.0.checked_sub(duration).map(Self)
    }
}

impl From<time::SystemTime> for SystemTime {
    fn from(time: time::SystemTime) -> Self {
        Self(time)
    }
}

impl From<SystemTime> for time::SystemTime {
    fn from(time: SystemTime) -> Self {
        time.0
    }
}

impl Add<Duration> for SystemTime {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0 + duration)
    }
}

impl Sub<Duration> for SystemTime {
    type Output = Self;

    fn sub(self, duration: Duration) -> Self {
        Self(self.0 - duration)
    }
}

impl AddAssign<Duration> for SystemTime {
    fn add_assign(&mut self, duration: Duration) {
        self.0 += duration;
    }
}

impl SubAssign<Duration> for SystemTime {
    fn sub_assign(&mut self, duration: Duration) {
        self.0 -= duration;
    }
}

impl fmt::Debug for SystemTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DAY: u64 = 86_400;
        // Before 1970 the seconds count backwards: take the day below, and what is left of it.
        let (day, second, nanos) = match self.0.duration_since(time::UNIX_EPOCH) {
            Ok(since) => (
                i128::from(since.as_secs() / DAY),
                since.as_secs() % DAY,
                since.subsec_nanos(),
            ),
            Err(before) => {
                let before = before.duration().as_nanos();
                let day_nanos = u128::from(DAY) * 1_000_000_000;
                let days = before.div_ceil(day_nanos);
                let rest = Duration::from_nanos(
                    u64::try_from(days * day_nanos - before).expect("less than a day"),
                );
                let day = -i128::try_from(days).expect("days of an `i64` of seconds");
                (day, rest.as_secs(), rest.subsec_nanos())
            }
        };
        let (year, month, day) = civil(day);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
        )?;
        if nanos > 0 {
            let fraction = format!("{nanos:09}");
            write!(f, ".{}", fraction.trim_end_matches('0'))?;
        }
        f.write_str("Z")
    }
}

/// Year, month and day of a day counted from 1970-01-01, in the proleptic Gregorian calendar; by Howard Hinnant's
/// "chrono-Compatible Low-Level Date Algorithms", whose years begin in March so that the leap day is the last.
fn civil(day: i128) -> (i128, i128, i128) {
    let day = day + 719_468;
    let era = day.div_euclid(146_097);
    let of_era = day.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    let year = year_of_era + era * 400 + i128::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        let shown = |seconds: i64| {
            let distance = Duration::from_secs(seconds.unsigned_abs());
            let time = if seconds < 0 {
                SystemTime::UNIX_EPOCH - distance
            } else {
                SystemTime::UNIX_EPOCH + distance
            };
            format!("{time:?}")
        };
        assert_eq!(shown(0), "1970-01-01T00:00:00Z");
        assert_eq!(shown(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(shown(4_107_542_399), "2100-02-28T23:59:59Z");
        assert_eq!(shown(4_107_542_400), "2100-03-01T00:00:00Z");
        assert_eq!(shown(-1), "1969-12-31T23:59:59Z");
        assert_eq!(shown(-86_400), "1969-12-31T00:00:00Z");
        assert_eq!(shown(-11_676_096_000), "1600-01-01T00:00:00Z");
    }
}
