//! The words for what fires all the time, where the clock goes on for others than the body.

use std::fmt;

use super::whence;
use crate::executor::Heartbeats;
use crate::stopped::Report;

/// More places than these say nothing more.
const HEARTBEATS: usize = 8;

impl fmt::Display for Heartbeats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { steps, sampled, .. } = self;
        write!(
            f,
            "the clock moved {steps} times since the body was last polled; in the last {sampled} of these steps fired"
        )?;
        for fired in self.fired.iter().take(HEARTBEATS) {
            let (site, count) = (fired.site, fired.count);
            let unit = if count == 1 { "deadline" } else { "deadlines" };
            write!(f, "\n    {count} {unit} set {}", whence(site))?;
            for (place, who) in fired.whom.iter().enumerate() {
                let link = if place == 0 { ", by" } else { " and" };
                write!(f, "{link} {who}")?;
            }
        }
        if self.fired.len() > HEARTBEATS {
            write!(
                f,
                "\n    and those of {} more places",
                self.fired.len() - HEARTBEATS
            )?;
        }
        if self.fired.is_empty() {
            f.write_str(" no deadline, but packets arrived")?;
        }
        Ok(())
    }
}

impl Report {
    /// Whether the clock went on for others than the body.
    pub(in crate::stopped) fn is_driven(&self) -> bool {
        let heartbeats = self.standstill.heartbeats.as_ref();
        heartbeats.is_some_and(|heartbeats| heartbeats.sampled > 1 && heartbeats.steps > 0)
    }
}
