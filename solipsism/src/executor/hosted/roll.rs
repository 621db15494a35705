//! Which tasks tokio has: it tells nobody, but they can be read from memory, behind the feature `dwarf`. Where they cannot,
//! they are counted.

use std::fmt::Debug;

use solipsism_dwarf::{Suspended, TokioTask};

use super::{FOREIGN, Hosted};
use crate::panics::{self, Print};

impl Hosted {
    /// All tasks, in the order of spawning, or none.
    fn all(&self) -> Vec<TokioTask<'_>> {
        let handle: &dyn Debug = &self.handle;
        // Whatever it may meet in memory must not cost the report.
        let tasks = panics::catch(Print::Later, || Suspended::of_tokio(handle));
        let tasks = tasks.ok().flatten().unwrap_or_default();
        // Whatever has changed is not what was counted.
        if tasks.len() == self.alive() {
            tasks
        } else {
            Vec::new()
        }
    }

    /// Takes note of who is alive: from now on each has a name.
    pub(in crate::executor) fn call_roll(&self) {
        let tasks = self.all();
        let tasks = tasks.iter().map(|task| number(task.id));
        self.roll.replace(tasks.collect());
    }

    /// Those who were alive then, as they are suspended.
    pub(in crate::executor) fn suspended(&self) -> Vec<(u32, Suspended<'_>)> {
        let roll = self.roll.borrow();
        let tasks = self.all().into_iter();
        let tasks = tasks.map(|task| (number(task.id), task.future));
        tasks.filter(|(task, _)| roll.contains(task)).collect()
    }
}

fn number(id: u64) -> u32 {
    FOREIGN | super::panics::short(id)
}
