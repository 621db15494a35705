//! What is known of tasks that are finished: reports tell of what they did before.

use std::panic::Location;
use std::sync::Arc;

#[cfg(feature = "tokio")]
use super::FOREIGN;
use super::header::{Header, TaskKey};
use super::tasks::Found;
use super::world::World;
use crate::trace::{Cause, Task};

/// As many tasks with a name are remembered, the last ones: whoever is stuck was woken by few others since.
const KEPT: usize = 32;

/// A task that did something, and may be gone since.
#[derive(Clone, Debug)]
pub(crate) struct Doer {
    /// The task as messages name it.
    pub(crate) who: String,
    pub(crate) finished: Option<Finished>,
}

/// What woke a task last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Woken {
    pub(crate) by: Cause,
    /// If that was a task, and it is finished.
    pub(crate) finished: Option<Finished>,
}

/// That a task is finished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finished {
    /// Where it was spawned, if that is still known.
    pub(crate) site: Option<&'static Location<'static>>,
}

impl World {
    /// A task with a name is finished. The others are as good as their numbers, and cost nothing here.
    #[cold]
    pub(super) fn remember(&self, task: &Arc<Header>) {
        let mut finished = self.finished.borrow_mut();
        if finished.len() == KEPT {
            finished.remove(0);
        }
        finished.push(Arc::clone(task));
    }

    /// A task as messages name it, also when it is finished.
    pub(crate) fn task_name(&self, id: u32) -> String {
        let Doer { who, finished } = self.doer(id);
        match finished {
            Some(_) => who + ", which is finished",
            None => who,
        }
    }

    /// Who that is, or was.
    pub(super) fn doer(&self, id: u32) -> Doer {
        let (who, finished) = match self.seen(id) {
            Seen::Body => ("the body".to_owned(), None),
            #[cfg(feature = "tokio")]
            Seen::Foreign => {
                let hosted = self.hosted.as_ref();
                let name = hosted.map(|hosted| hosted.name_of(id));
                (name.unwrap_or_default(), None)
            }
            Seen::Polled => (format!("task {id}"), None),
            Seen::Known(header) => (header.to_string(), Finished::of(&header)),
            Seen::Gone => (format!("task {id}"), Some(Finished { site: None })),
        };
        Doer { who, finished }
    }

    /// What woke this task last, unless that was its spawner.
    pub(super) fn woken(&self, header: &Header) -> Option<Woken> {
        let mut finished = None;
        let by = header.woken_by().cause(|id| match self.seen(id) {
            #[cfg(feature = "tokio")]
            Seen::Foreign => Task::FOREIGN,
            Seen::Known(header) => {
                finished = Finished::of(&header);
                Task::new(id, header.name.as_ref().map(ToString::to_string))
            }
            Seen::Gone => {
                finished = Some(Finished { site: None });
                Task::new(id, None)
            }
            Seen::Body | Seen::Polled => Task::new(id, None),
        })?;
        Some(Woken { by, finished })
    }

    fn seen(&self, id: u32) -> Seen {
        if id == TaskKey::BODY.id {
            return Seen::Body;
        }
        #[cfg(feature = "tokio")]
        if id >= FOREIGN {
            return Seen::Foreign;
        }
        match self.tasks.borrow().find(id) {
            Found::Here(header) => return Seen::Known(Arc::clone(header)),
            Found::Polled => return Seen::Polled,
            Found::Gone => {}
        }
        let finished = self.finished.borrow();
        let known = finished.iter().find(|header| header.key.id == id);
        known.map_or(Seen::Gone, |header| Seen::Known(Arc::clone(header)))
    }
}

/// What there is of a task.
enum Seen {
    Body,
    #[cfg(feature = "tokio")]
    Foreign,
    /// It is taken out while it is polled.
    Polled,
    Known(Arc<Header>),
    /// It is finished.
    Gone,
}

impl Finished {
    fn of(header: &Header) -> Option<Self> {
        let site = Some(header.site);
        header.is_finished().then_some(Self { site })
    }
}
