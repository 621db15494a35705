//! The words for tasks of a host of which little is known.

use std::fmt;

use super::is_foreign;
use crate::stopped::Report;

impl Report {
    /// Tasks of a host of which nothing is known but their number.
    pub(super) fn write_unseen(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (others, listed) = self.unseen();
        let (and, more) = if listed > 0 {
            ("and ", "more ")
        } else {
            ("", "")
        };
        match others {
            0 => Ok(()),
            1 => write!(
                f,
                "\n  {and}1 {more}tokio task; what it waits for inside of tokio cannot be seen"
            ),
            others => write!(
                f,
                "\n  {and}{others} {more}tokio tasks; what they wait for inside of tokio cannot be seen"
            ),
        }
    }

    /// How many tasks of a host are not listed, and how many are.
    fn unseen(&self) -> (usize, usize) {
        #[cfg(feature = "tokio")]
        let alive = self.standstill.foreign.as_ref().map_or(0, |it| it.alive);
        #[cfg(not(feature = "tokio"))]
        let alive: usize = 0;
        let tasks = self.standstill.tasks.iter();
        let listed = tasks.filter(|task| is_foreign(task.task)).count();
        (alive.saturating_sub(listed), listed)
    }

    /// Whether a host has tasks that nobody has seen from within.
    pub(super) fn has_unseen_tasks(&self) -> bool {
        let mut tasks = self.standstill.tasks.iter();
        self.unseen().0 > 0
            || tasks.any(|task| is_foreign(task.task) && task.stacks.chains().is_empty())
    }
}
