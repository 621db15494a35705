//! Time as the world has it, with tokio's names.

mod epoch;
pub mod error;
mod instant;
mod interval;
mod sleep;
mod system_time;
mod timeout;

pub use std::time::Duration;

#[doc(hidden)]
pub use epoch::{Epoch, epoch};
pub use instant::Instant;
pub use interval::{Interval, MissedTickBehavior, interval, interval_at};
pub use sleep::{Sleep, sleep, sleep_until};
pub use system_time::SystemTime;
pub use timeout::{Timeout, timeout, timeout_at};
