//! The words for what fires all the time, where the clock goes on for others than the body.

use std::fmt;

use super::whence;
use crate::executor::Heartbeats;
use crate::stopped::{Doing, Report, Verdict};

/// More places than these say nothing more.
const HEARTBEATS: usize = 8;

impl fmt::Display for Heartbeats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { steps, sampled, .. } = self;
        write!(
            f,
            "the clock moved {steps} times since the body was last polled; in the last {sampled} of these steps fired"
        )?;
        self.write_fired(f)?;
        if self.fired.is_empty() {
            f.write_str(" no deadline, but packets arrived")?;
        }
        Ok(())
    }
}

impl Heartbeats {
    fn write_fired(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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
        Ok(())
    }
}

impl Report {
    /// Whether the clock went on for others than the body.
    pub(in crate::stopped) fn is_driven(&self) -> bool {
        let heartbeats = self.standstill.heartbeats.as_ref();
        heartbeats.is_some_and(|heartbeats| {
            heartbeats.sampled > 1 && heartbeats.steps > 0 && heartbeats.body_turns == 0
        })
    }

    /// Whether it did so until the wall limit, and the body had its turns all the same, though no deadline of its own fired.
    pub(in crate::stopped) fn is_kept_busy(&self) -> bool {
        let is_running = matches!(
            self.verdict,
            Verdict::WallLimit {
                doing: Doing::Running { .. },
                ..
            }
        );
        let heartbeats = self.standstill.heartbeats.as_ref().filter(|_| is_running);
        heartbeats.is_some_and(|heartbeats| {
            let is_of_others = !heartbeats.is_by_body && !heartbeats.is_led;
            let has_fired = heartbeats.sampled > 1 && !heartbeats.fired.is_empty();
            heartbeats.body_turns > 0 && has_fired && is_of_others
        })
    }

    /// What fired meanwhile, and how often the body was polled then.
    pub(super) fn write_kept_busy(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heartbeats = self.standstill.heartbeats.as_ref();
        let Some(heartbeats) = heartbeats.filter(|_| self.is_kept_busy()) else {
            return Ok(());
        };
        let Heartbeats {
            sampled,
            body_turns,
            bare,
            ..
        } = heartbeats;
        write!(f, "\n  in the last {sampled} steps of the clock fired")?;
        heartbeats.write_fired(f)?;
        if *bare > 0 {
            write!(f, "\n    in {bare} of these steps none: packets arrived")?;
        }
        write!(
            f,
            "\n    the body was polled after {body_turns} of these steps, and has set none of these deadlines"
        )?;
        let mut tasks = self.standstill.tasks.iter();
        let body = tasks.find(|task| task.task == 0);
        match body.and_then(|body| body.woken_by.as_ref()) {
            Some(woken) => write!(f, "; last woken by {}", woken.by),
            None => Ok(()),
        }
    }
}
