//! Loops inside of loops, begun and ended by hand.

mod clock;
mod ends;
mod nested;
mod things;

use std::time::Duration;

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

solipsism::main!();
