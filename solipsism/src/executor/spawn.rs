//! How tasks come to be, and come to their turns: into the ready queue at once, and whenever somebody wakes them. What is spawned in a
//! loop that ends is dropped instead.

use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;

use super::header::{Header, Name};
use super::signs::Signs;
use super::tasks::{Place, Stage, TaskStage};
use super::trace::By;
use super::world::World;
use crate::core::LoopId;

impl World {
    /// Starts a task on the host of the current one. In a world that is closing, and on a host that has just crashed
    /// under the current task, the future is dropped at once.
    #[inline]
    pub(crate) fn spawn<F>(
        &self,
        future: F,
        name: Option<Name>,
        site: &'static Location<'static>,
    ) -> Arc<Header>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        let host = self.place.get().host();
        let task = self.spawn_on(host, future, name, site);
        if self.signs.any(Signs::CRASHED) && self.crashed.borrow().contains(&host) {
            self.drop_task(task.key);
        }
        task
    }

    #[inline]
    pub(crate) fn spawn_on<F>(
        &self,
        host: u32,
        future: F,
        name: Option<Name>,
        site: &'static Location<'static>,
    ) -> Arc<Header>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        let place = self.place.get().on(host);
        // One destructor too many spawns the next.
        if self.is_late(place.owner) && !self.may_be_born() {
            std::mem::forget(future);
            return self.begin(place, Box::pin(Stage::<F>::over()), name, site);
        }
        self.begin(place, Box::pin(Stage::new(future)), name, site)
    }

    fn begin(
        &self,
        place: Place,
        stage: Pin<Box<dyn TaskStage>>,
        name: Option<Name>,
        site: &'static Location<'static>,
    ) -> Arc<Header> {
        let (inbox, spawned) = (Arc::clone(&self.inbox), self.last_now());
        let header = self
            .tasks
            .borrow_mut()
            .insert(stage, place, spawned, |key| {
                Header::new(inbox, key, site, name)
            });
        if self.is_traced() {
            self.note_spawn(&header, place.owner);
        }
        if self.is_late(place.owner) {
            self.end_at_birth(&header);
        } else {
            self.schedule_first(&header);
        }
        header
    }

    /// Drops what is spawned when everything is dropped.
    #[cold]
    fn end_at_birth(&self, header: &Header) {
        let type_name = self.tasks.borrow().type_name(header.key);
        let name = header.name.as_ref().map(|name| &***name);
        self.begin_birth(header.key, name, type_name, header.site);
        self.drop_task(header.key);
        self.end_birth();
    }

    /// Whether what belongs to this loop comes when that ends.
    fn is_late(&self, owner: LoopId) -> bool {
        owner >= self.closing.get() && self.ends_with_closing(owner)
    }

    /// Of a loop that began after the one that ends.
    #[cold]
    fn ends_with_closing(&self, owner: LoopId) -> bool {
        let spared = self.spared.borrow();
        spared.as_ref().is_none_or(|ending| ending.has(owner))
    }

    /// Puts a task into the ready queue, unless it is in there.
    #[inline]
    pub(crate) fn schedule(&self, task: &Header) {
        self.schedule_by(task, self.waking.get());
    }

    /// The same, on behalf of whoever that is.
    #[inline]
    pub(super) fn schedule_by(&self, task: &Header, by: By) {
        #[cfg(feature = "tokio")]
        if let Some(hosted) = &self.hosted {
            return self.schedule_hosted(hosted, task, by);
        }
        if task.queue() {
            task.note_wake(by);
            if self.is_traced() {
                self.note_wake(task, by);
            }
            self.ready.borrow_mut().push(task.key);
        }
    }

    /// Puts a task into the ready queue that was never in there. Nobody wakes it, its first turn comes by itself.
    #[inline]
    fn schedule_first(&self, task: &Header) {
        #[cfg(feature = "tokio")]
        if let Some(hosted) = &self.hosted {
            return self.schedule_hosted(hosted, task, By::SPAWN);
        }
        task.queue_first();
        self.ready.borrow_mut().push(task.key);
    }
}
