//! The tasks of a world: their futures while they run, their outputs until somebody asks.

use std::any::Any;
use std::num::NonZeroU32;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use pin_project_lite::pin_project;
use slab::Slab;
use solipsism_harness::ordered::sort_by_key;

use super::errors::how_it_went;
use super::trace::By;
use super::{Header, TaskKey};
use crate::core::{LoopId, Waiter};
use crate::task::JoinError;

pin_project! {
    /// A future, then what it came to, until somebody takes it. The executor moves it from `Running` to `Finished`.
    #[project = StageProjection]
    pub(crate) enum Stage<F: Future> {
        Running { #[pin] future: F },
        Finished { output: Option<Result<F::Output, JoinError>> },
    }
}

/// A `Stage` of whatever future.
pub(crate) trait AnyStage {
    /// Polls the future; when it is ready it is dropped and its output kept.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()>;

    /// Drops the future and keeps this error in its stead. May run, and unwind from, a destructor of the user's.
    fn fail(self: Pin<&mut Self>, error: JoinError);

    /// Drops whatever is left. May run, and unwind from, a destructor of the user's.
    fn clear(self: Pin<&mut Self>);

    /// The error that the handle would get.
    fn error(&self) -> Option<&JoinError>;

    /// The type of the future.
    fn type_name(&self) -> &'static str;
}

/// What a finished future came to, that nobody has asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// An error, with this text.
    Error(String),
    /// A `Result`: it may say that something went wrong.
    Result,
    Value,
}

/// A `Stage` whose output can be asked for by its type.
pub(crate) trait TaskStage: AnyStage {
    /// Moves the output into an `Option<Result<T, JoinError>>` of the right `T`.
    fn take(self: Pin<&mut Self>, into: &mut dyn Any);

    /// What the handle would get, if the future is finished and that was not asked for. May run code of the user's.
    fn unread(&self) -> Option<Unread>;
}

impl<F: Future> Stage<F> {
    pub(crate) fn new(future: F) -> Self {
        Self::Running { future }
    }

    /// Of a task that never was.
    pub(crate) fn over() -> Self {
        Self::Finished { output: None }
    }

    /// What the future came to, the first time that it is asked for.
    pub(crate) fn output(self: Pin<&mut Self>) -> Option<Result<F::Output, JoinError>> {
        match self.project() {
            StageProjection::Running { .. } => None,
            StageProjection::Finished { output } => output.take(),
        }
    }

    fn finish(mut self: Pin<&mut Self>, output: Option<Result<F::Output, JoinError>>) {
        self.set(Self::Finished { output });
    }
}

impl<F: Future> AnyStage for Stage<F> {
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let StageProjection::Running { future } = self.as_mut().project() else {
            return Poll::Ready(());
        };
        match future.poll(cx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(output) => {
                self.finish(Some(Ok(output)));
                Poll::Ready(())
            }
        }
    }

    fn fail(self: Pin<&mut Self>, error: JoinError) {
        self.finish(Some(Err(error)));
    }

    fn clear(self: Pin<&mut Self>) {
        self.finish(None);
    }

    fn error(&self) -> Option<&JoinError> {
        match self {
            Self::Finished {
                output: Some(Err(error)),
            } => Some(error),
            _ => None,
        }
    }

    fn type_name(&self) -> &'static str {
        std::any::type_name::<F>()
    }
}

impl<F> TaskStage for Stage<F>
where
    F: Future + 'static,
    F::Output: 'static,
{
    fn take(self: Pin<&mut Self>, into: &mut dyn Any) {
        let into = into
            .downcast_mut::<Option<Result<F::Output, JoinError>>>()
            .expect("a handle asks for the output of its own task");
        *into = self.output();
    }

    fn unread(&self) -> Option<Unread> {
        let Self::Finished {
            output: Some(Ok(output)),
        } = self
        else {
            return None;
        };
        let is_result = std::any::type_name::<F::Output>().starts_with("core::result::Result<");
        if !is_result {
            return Some(Unread::Value);
        }
        Some(match how_it_went(output) {
            Some(Err(error)) => Unread::Error(error),
            Some(Ok(())) => Unread::Value,
            None => Unread::Result,
        })
    }
}

/// On whose behalf code runs. Two words, since it goes along with every poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The host of the network on which it runs, and `BESIDE`.
    host: u32,
    /// The loop to which it, and whatever it makes, belongs.
    pub(crate) owner: LoopId,
}

impl Place {
    const BESIDE: u32 = 1 << 31;

    pub(crate) const fn new(host: u32, owner: LoopId) -> Self {
        Self { host, owner }
    }

    pub(crate) fn host(self) -> u32 {
        self.host & !Self::BESIDE
    }

    /// The same on that host.
    pub(crate) fn on(self, host: u32) -> Self {
        Self::new(host, self.owner).beside(self.is_beside())
    }

    /// The same in that loop.
    pub(crate) fn in_loop(self, owner: LoopId) -> Self {
        Self::new(self.host, owner)
    }

    /// Whether it may outlive a test on purpose, and so may what it makes: it is in the background, or was spawned by
    /// what is.
    pub(crate) fn is_beside(self) -> bool {
        self.host & Self::BESIDE != 0
    }

    /// The same, which is beside in any case if this is so.
    pub(crate) fn beside(self, is_beside: bool) -> Self {
        let bit = u32::from(is_beside) << 31;
        Self::new(self.host | bit, self.owner)
    }
}

/// A task that the executor holds: what is taken out of its place while it is polled, and so no more than that.
pub(crate) struct Task {
    pub(crate) header: Arc<Header>,
    pub(crate) stage: Pin<Box<dyn TaskStage>>,
}

/// A task whose turn it is.
pub(crate) struct Chosen {
    pub(crate) task: Task,
    pub(crate) place: Place,
    /// Which of its polls this is.
    pub(crate) poll: u32,
}

/// All that is known of a task that is not being polled.
#[derive(Clone, Copy)]
pub(crate) struct Known<'a> {
    pub(crate) header: &'a Arc<Header>,
    pub(crate) stage: &'a Pin<Box<dyn TaskStage>>,
    pub(crate) place: Place,
    /// How often it was polled. Counted anew after `u32::MAX`.
    pub(crate) polls: u32,
    /// When it was polled last, in nanoseconds.
    pub(crate) since: u64,
    /// When it was spawned.
    pub(crate) spawned: u64,
}

/// A task's place: as much as one line of the cache, for there may be many. It is freed when the task is finished and nobody
/// will ask for its output.
struct Slot {
    // Not zero, so that a free slot needs no mark beside it.
    id: NonZeroU32,
    /// Where among the `joiners` is who awaits the handle, or `NOBODY`, as for most tasks of many.
    joiner: u32,
    place: Place,
    polls: u32,
    since: u64,
    spawned: u64,
    /// Absent while the task is polled.
    task: Option<Task>,
}

#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<Slot>() == 64);

/// No place among the `joiners`.
const NOBODY: u32 = u32::MAX;

#[derive(Default)]
pub(crate) struct Tasks {
    slots: Slab<Slot>,
    /// Whoever awaits a handle now.
    joiners: Slab<Waiter>,
    spawned: u32,
}

impl Tasks {
    /// The number of the task that was spawned last; they count from 1.
    pub(crate) fn last(&self) -> u32 {
        self.spawned
    }

    /// Makes room for a task, and its header, which says where it will live. Gives the handle's share of that.
    #[inline]
    pub(crate) fn insert(
        &mut self,
        stage: Pin<Box<dyn TaskStage>>,
        place: Place,
        spawned: u64,
        header: impl FnOnce(TaskKey) -> Header,
    ) -> Arc<Header> {
        let id = self.spawned + 1;
        assert!(id < By::TASKS, "a world spawns fewer than 2^31 tasks");
        self.spawned = id;
        let entry = self.slots.vacant_entry();
        let slot = u32::try_from(entry.key()).expect("fewer than 2^32 tasks are alive");
        let header = Arc::new(header(TaskKey { slot, id }));
        let handle = Arc::clone(&header);
        entry.insert(Slot {
            id: NonZeroU32::new(id).expect("tasks count from 1"),
            joiner: NOBODY,
            place,
            polls: 0,
            since: 0,
            spawned,
            task: Some(Task { header, stage }),
        });
        handle
    }

    /// The type of its future.
    pub(crate) fn type_name(&self, key: TaskKey) -> &'static str {
        let slot = self.slots.get(key.slot as usize);
        let task = slot.and_then(|slot| slot.task.as_ref());
        task.map_or("", |task| task.stage.type_name())
    }

    fn slot(&mut self, key: TaskKey) -> Option<&mut Slot> {
        self.slots
            .get_mut(key.slot as usize)
            .filter(|slot| slot.id.get() == key.id)
    }

    /// Takes the task out, to be dropped where its destructors may use the world.
    pub(crate) fn check_out(&mut self, key: TaskKey) -> Option<(Task, Place)> {
        let slot = self.slot(key)?;
        Some((slot.task.take()?, slot.place))
    }

    /// Takes the task out, to be polled.
    #[inline]
    pub(crate) fn check_out_to_poll(&mut self, key: TaskKey) -> Option<Chosen> {
        let slot = self.slot(key)?;
        let task = slot.task.take()?;
        let poll = slot.polls.wrapping_add(1);
        slot.polls = poll;
        let place = slot.place;
        Some(Chosen { task, place, poll })
    }

    pub(crate) fn check_in(&mut self, task: Task) {
        if let Some(slot) = self.slot(task.header.key) {
            slot.task = Some(task);
        }
    }

    /// The same, after it was polled at that time.
    #[inline]
    pub(crate) fn check_in_polled(&mut self, task: Task, at: u64) {
        if let Some(slot) = self.slot(task.header.key) {
            slot.since = at;
            slot.task = Some(task);
        }
    }

    /// The same, if it was not polled after all.
    #[cold]
    pub(crate) fn check_in_unpolled(&mut self, task: Task) {
        self.take_back_poll(task.header.key);
        self.check_in(task);
    }

    /// The task was not polled after all.
    #[cold]
    pub(crate) fn take_back_poll(&mut self, key: TaskKey) {
        if let Some(slot) = self.slot(key) {
            slot.polls = slot.polls.wrapping_sub(1);
        }
    }

    /// Keeps a finished task for its handle. Gives whoever waits for it.
    #[inline]
    pub(crate) fn finish(&mut self, task: Task) -> Option<Waker> {
        let slot = self.slot(task.header.key)?;
        slot.task = Some(task);
        let joiner = std::mem::replace(&mut slot.joiner, NOBODY);
        self.end_joining(joiner)
    }

    /// Who stands at this place waits no longer, if anybody does.
    #[inline]
    fn end_joining(&mut self, joiner: u32) -> Option<Waker> {
        (joiner != NOBODY).then(|| self.joiners.remove(joiner as usize).waker)
    }

    /// Frees the place of the task with this key, if it is finished.
    #[inline]
    pub(crate) fn take_finished(&mut self, key: TaskKey) -> Option<Task> {
        let task = self.slot(key)?.task.as_ref()?;
        if !task.header.is_finished() {
            return None;
        }
        self.slots.remove(key.slot as usize).task
    }

    /// Who waits for this task's end, once.
    pub(crate) fn take_joiner(&mut self, key: TaskKey) -> Option<Waker> {
        let slot = self.slot(key)?;
        let joiner = std::mem::replace(&mut slot.joiner, NOBODY);
        self.end_joining(joiner)
    }

    /// Those who wait for a task's end and do not stay.
    pub(crate) fn take_joiners(&mut self, stays: &dyn Fn(u32) -> bool) -> Vec<Waker> {
        let mut gone = Vec::new();
        for (_, slot) in &mut self.slots {
            let waits = self.joiners.get(slot.joiner as usize);
            if waits.is_some_and(|waiter| !stays(waiter.task)) {
                gone.push(self.joiners.remove(slot.joiner as usize).waker);
                slot.joiner = NOBODY;
            }
        }
        gone
    }

    /// Says who waits for this task's end. Returns whom that replaces.
    #[inline]
    pub(crate) fn set_joiner(&mut self, key: TaskKey, waiter: Waiter) -> Option<Waker> {
        let slot = self.slots.get_mut(key.slot as usize)?;
        if slot.id.get() != key.id {
            return None;
        }
        if let Some(before) = self.joiners.get_mut(slot.joiner as usize) {
            return Some(std::mem::replace(before, waiter).waker);
        }
        let joiner = self.joiners.insert(waiter);
        slot.joiner = u32::try_from(joiner).expect("one of each task at most");
        None
    }

    /// The task may outlive the test on purpose, and so may what it spawns.
    #[cfg(feature = "net")]
    pub(crate) fn excuse(&mut self, key: TaskKey) {
        if let Some(slot) = self.slot(key).filter(|slot| slot.task.is_some()) {
            slot.place = slot.place.beside(true);
        }
    }

    /// The task with this number, as far as it is there.
    pub(crate) fn find(&self, id: u32) -> Found<'_> {
        let mut slots = self.slots.iter().map(|(_, slot)| slot);
        let Some(slot) = slots.find(|slot| slot.id.get() == id) else {
            return Found::Gone;
        };
        let task = slot.task.as_ref();
        task.map_or(Found::Polled, |task| Found::Here(&task.header))
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Frees the place of a task that is finished. Gives back what was in it.
    pub(crate) fn remove(&mut self, key: TaskKey) -> Option<Removed> {
        self.slot(key)?;
        let slot = self.slots.remove(key.slot as usize);
        Some(Removed {
            task: slot.task.map(|task| (task, slot.place)),
            joiner: self.end_joining(slot.joiner),
        })
    }

    /// All tasks but the one that is polled, finished ones too, each with the task that awaits it; sorted by id.
    pub(crate) fn sorted(&self) -> Vec<(Known<'_>, Option<u32>)> {
        let known = self.slots.iter().filter_map(|(_, slot)| {
            let Task { header, stage } = slot.task.as_ref()?;
            let known = Known {
                header,
                stage,
                place: slot.place,
                polls: slot.polls,
                since: slot.since,
                spawned: slot.spawned,
            };
            let joiner = self.joiners.get(slot.joiner as usize);
            Some((known, joiner.map(|waiter| waiter.task)))
        });
        let mut tasks: Vec<_> = known.collect();
        sort_by_key(&mut tasks, |(task, _)| task.header.key.id);
        tasks
    }
}

/// What there is of a task.
pub(crate) enum Found<'a> {
    Here(&'a Arc<Header>),
    /// It is taken out while it is polled.
    Polled,
    /// It is finished, and nobody will ask for its output.
    Gone,
}

/// What was in the place of a task.
pub(crate) struct Removed {
    pub(crate) task: Option<(Task, Place)>,
    pub(crate) joiner: Option<Waker>,
}
