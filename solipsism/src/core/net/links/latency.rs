//! [`Latency`]: how long a packet is on its way.

use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

/// How long a packet is on its way: fixed, or chosen between two times for each packet, with the world's seed.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use solipsism::net::Latency;
///
/// let fixed = Latency::from(Duration::from_millis(20));
/// let jittery = Latency::from(Duration::from_millis(10)..=Duration::from_millis(30));
/// assert_ne!(fixed, jittery);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Latency {
    pub(super) least: Duration,
    pub(super) most: Duration,
}

impl From<Duration> for Latency {
    fn from(fixed: Duration) -> Self {
        Self {
            least: fixed,
            most: fixed,
        }
    }
}

/// Each time between these is as likely as the others.
impl From<RangeInclusive<Duration>> for Latency {
    fn from(range: RangeInclusive<Duration>) -> Self {
        let (least, most) = range.into_inner();
        Self { least, most }
    }
}

/// "20ms", or "10ms to 30ms".
impl fmt::Display for Latency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.least)?;
        if self.least == self.most {
            Ok(())
        } else {
            write!(f, " to {:?}", self.most)
        }
    }
}

impl Latency {
    /// # Panics
    ///
    /// If its range ends before it starts.
    #[track_caller]
    pub(crate) fn check(self) {
        let Self { least, most } = self;
        assert!(
            least <= most,
            "a latency from {least:?} to {most:?} is none: the shorter one comes first"
        );
    }
}
