//! The words for a wall limit: what was going on when it came.

use std::fmt;
use std::time::Duration;

use super::place;
use crate::stopped::{Doing, Report};

impl Report {
    pub(super) fn write_wall_limit(
        &self,
        f: &mut fmt::Formatter<'_>,
        limit: Duration,
        doing: &Doing,
        panics: &[String],
    ) -> fmt::Result {
        write!(
            f,
            "wall limit: not finished after {limit:?} of real time, at {:?}\n  ",
            self.at
        )?;
        self.write_doing(f, doing)?;
        for panic in self.untold(panics) {
            write!(f, "\n  before that something {panic}")?;
        }
        Ok(())
    }

    /// Of the panics that were seen from outside, those that the world itself does not tell.
    pub(in crate::stopped) fn untold<'a>(
        &self,
        panics: &'a [String],
    ) -> impl Iterator<Item = &'a String> {
        let told = self.failures.iter().chain(&self.after).chain(&self.causes);
        let told: Vec<_> = told.map(|failure| failure.text.to_string()).collect();
        panics.iter().filter(move |panic| !told.contains(panic))
    }

    /// What was going on when the wall limit came.
    fn write_doing(&self, f: &mut fmt::Formatter<'_>, doing: &Doing) -> fmt::Result {
        match doing {
            Doing::Running { polls } if self.is_kept_busy() => write!(
                f,
                "still running after {polls} polls; if that is meant, make the test shorter, or its `wall_limit` longer"
            ),
            Doing::Running { polls } => {
                write!(
                    f,
                    "still running after {polls} polls: make the test shorter, or its `wall_limit` longer"
                )?;
                // What hangs behind a heartbeat never stands still, and from another thread nobody sees who waits.
                if self.at.nanos() > 0 && self.standstill.tasks.is_empty() {
                    f.write_str("; a `time_limit` on its virtual time would tell who waits for what")?;
                }
                Ok(())
            }
            #[cfg(feature = "tokio")]
            Doing::Polling(task) if task.is_host() => {
                f.write_str("stuck inside one poll of a tokio task; which one tokio does not tell")
            }
            #[cfg(feature = "tokio")]
            Doing::Spinning => f.write_str(
                "tokio tasks are polled again and again within one instant: one wakes itself for ever, or several one another; \
                 which ones tokio does not tell",
            ),
            Doing::Polling(task) if task.key.id == 0 => {
                let site = self.subject_site.unwrap_or(task.site);
                write!(f, "stuck inside one poll of {}, at {site}", self.subject)
            }
            Doing::Polling(task) => {
                let place = place(task.key.id, task.site);
                write!(f, "stuck inside one poll of {task}, {place}")
            }
            Doing::Ending if self.is_driven() => f.write_str("only heartbeats are left"),
            Doing::Ending if self.standstill.held_by.is_some() => {
                let held_by = self.standstill.held_by.as_ref();
                held_by.map_or(Ok(()), |held_by| write!(f, "{held_by}"))
            }
            Doing::Waiting | Doing::Ending => f.write_str(
                "no task was being polled: it waited for a blocking job, an announced wake or a real deadline, a \
                 destructor did not return, or the machine was too busy to let it go on",
            ),
        }
    }
}
