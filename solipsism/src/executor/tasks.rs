//! The tasks of a world: their futures while they run, their outputs until somebody asks.

use std::any::Any;
use std::num::NonZeroU32;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use pin_project_lite::pin_project;
use slab::Slab;
use solipsism_harness::ordered::sort_by_key;

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

    /// Whether the handle would get a `Result`: the type may say that something went wrong.
    fn holds_result(&self) -> bool;

    /// The type of the future.
    fn type_name(&self) -> &'static str;
}

/// A `Stage` whose output can be asked for by its type.
pub(crate) trait TaskStage: AnyStage {
    /// Moves the output into an `Option<Result<T, JoinError>>` of the right `T`.
    fn take(self: Pin<&mut Self>, into: &mut dyn Any);
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

    fn holds_result(&self) -> bool {
        let holds = matches!(
            self,
            Self::Finished {
                output: Some(Ok(_))
            }
        );
        holds && std::any::type_name::<F::Output>().starts_with("core::result::Result<")
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
}

/// On whose behalf code runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The host of the network on which it runs.
    pub(crate) host: u32,
    /// The loop to which it, and whatever it makes, belongs.
    pub(crate) owner: LoopId,
    /// Whether it may outlive a test on purpose, and so may what it makes: it is in the background, or was spawned by
    /// what is.
    pub(crate) is_beside: bool,
}

/// A task that the executor holds.
pub(crate) struct Task {
    pub(crate) header: Arc<Header>,
    pub(crate) stage: Pin<Box<dyn TaskStage>>,
    pub(crate) place: Place,
    /// How often it was polled. Counted anew after `u32::MAX`.
    pub(crate) polls: u32,
    /// When it was polled last, in nanoseconds.
    pub(crate) since: u64,
    /// When it was spawned.
    pub(crate) spawned: u64,
}

/// A task's place. It is freed when the task is finished and nobody will ask for its output.
struct Slot {
    // Not zero, so that a free slot needs no mark beside it: places are what a task costs most.
    id: NonZeroU32,
    /// Who awaits the handle.
    joiner: u32,
    joiner_waker: Option<Waker>,
    /// Absent while the task is polled.
    task: Option<Task>,
}

#[derive(Default)]
pub(crate) struct Tasks {
    slots: Slab<Slot>,
    spawned: u32,
}

impl Tasks {
    /// The number of the task that was spawned last; they count from 1.
    pub(crate) fn last(&self) -> u32 {
        self.spawned
    }

    /// Makes room for a task; `make` is told where it will live.
    pub(crate) fn insert(&mut self, make: impl FnOnce(TaskKey) -> Task) -> TaskKey {
        self.spawned = self
            .spawned
            .checked_add(1)
            .expect("a world spawns fewer than 2^32 tasks");
        let entry = self.slots.vacant_entry();
        let key = TaskKey {
            slot: u32::try_from(entry.key()).expect("fewer than 2^32 tasks are alive"),
            id: self.spawned,
        };
        entry.insert(Slot {
            id: NonZeroU32::new(key.id).expect("tasks count from 1"),
            joiner: 0,
            joiner_waker: None,
            task: Some(make(key)),
        });
        key
    }

    fn slot(&mut self, key: TaskKey) -> Option<&mut Slot> {
        self.slots
            .get_mut(key.slot as usize)
            .filter(|slot| slot.id.get() == key.id)
    }

    /// Takes the task out, to be polled or dropped where its destructors may use the world.
    pub(crate) fn check_out(&mut self, key: TaskKey) -> Option<Task> {
        self.slot(key)?.task.take()
    }

    pub(crate) fn check_in(&mut self, task: Task) {
        if let Some(slot) = self.slot(task.header.key) {
            slot.task = Some(task);
        }
    }

    /// Keeps a finished task for its handle. Gives whoever waits for it.
    pub(crate) fn finish(&mut self, task: Task) -> Option<Waker> {
        let slot = self.slot(task.header.key)?;
        slot.task = Some(task);
        slot.joiner_waker.take()
    }

    /// Frees the place of the task with this key, if it is finished.
    pub(crate) fn take_finished(&mut self, key: TaskKey) -> Option<Task> {
        let slot = self.slot(key)?;
        let task = slot.task.take_if(|task| task.header.is_finished())?;
        self.slots.remove(key.slot as usize);
        Some(task)
    }

    /// Who waits for this task's end, once.
    pub(crate) fn take_joiner(&mut self, key: TaskKey) -> Option<Waker> {
        self.slot(key)?.joiner_waker.take()
    }

    /// Those who wait for a task's end and do not stay.
    pub(crate) fn take_joiners(&mut self, stays: &dyn Fn(u32) -> bool) -> Vec<Waker> {
        let slots = self.slots.iter_mut().map(|(_, slot)| slot);
        let gone = slots.filter(|slot| slot.joiner_waker.is_some() && !stays(slot.joiner));
        gone.filter_map(|slot| slot.joiner_waker.take()).collect()
    }

    /// Says who waits for this task's end. Returns whom that replaces.
    pub(crate) fn set_joiner(&mut self, key: TaskKey, waiter: Waiter) -> Option<Waker> {
        let slot = self.slot(key)?;
        slot.joiner = waiter.task;
        slot.joiner_waker.replace(waiter.waker)
    }

    /// The task may outlive the test on purpose, and so may what it spawns.
    #[cfg(feature = "net")]
    pub(crate) fn excuse(&mut self, key: TaskKey) {
        if let Some(task) = self.slot(key).and_then(|slot| slot.task.as_mut()) {
            task.place.is_beside = true;
        }
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Frees the place of a task that is finished. Gives back what was in it.
    pub(crate) fn remove(&mut self, key: TaskKey) -> Option<(Option<Task>, Option<Waker>)> {
        self.slot(key)?;
        let slot = self.slots.remove(key.slot as usize);
        Some((slot.task, slot.joiner_waker))
    }

    /// All tasks but the one that is polled, finished ones too, each with the task that awaits it; sorted by id.
    pub(crate) fn sorted(&self) -> Vec<(&Task, Option<u32>)> {
        let mut tasks: Vec<_> = self
            .slots
            .iter()
            .filter_map(|(_, slot)| {
                Some((
                    slot.task.as_ref()?,
                    slot.joiner_waker.as_ref().map(|_| slot.joiner),
                ))
            })
            .collect();
        sort_by_key(&mut tasks, |(task, _)| task.header.key.id);
        tasks
    }
}
