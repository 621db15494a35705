//! The world's wall clock, for rustls.

use std::time::UNIX_EPOCH;

use rustls::pki_types::UnixTime;
use rustls::time_provider::TimeProvider;

use crate::executor::World;

/// rustls's time is what the world's wall clock shows. Outside of a world, and before 1970, there is none, and rustls makes
/// an error of that.
#[derive(Clone, Copy, Debug, Default)]
pub struct WallClock;

impl TimeProvider for WallClock {
    fn current_time(&self) -> Option<UnixTime> {
        let wall = World::try_with(|world| world.local_wall())?;
        let since = wall.duration_since(UNIX_EPOCH).ok()?;
        Some(UnixTime::since_unix_epoch(since))
    }
}
