//! Ends: of a handle, of a task, of a world; and the panics that nobody is left to be told of.

use std::panic::Location;
use std::rc::Rc;
use std::task::{Context, Waker};

use super::header::{Header, TaskKey};
use super::signs::Signs;
use super::tasks::{Known, Place, Removed, Task, TaskStage};
use super::trace::By;
use super::world::World;
use crate::core::{EndingLoops, LoopId, OUTERMOST};
use crate::panics::{self, Panic, PanicText, Print};
use crate::task::JoinError;
use crate::time::Instant;

/// A panic that no handle tells of.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) task: u32,
    /// The loop whose failure it is.
    pub(crate) owner: LoopId,
    /// The task as messages name it.
    pub(crate) who: String,
    pub(crate) site: &'static Location<'static>,
    pub(crate) what: Lost,
    pub(crate) text: PanicText,
}

/// What was lost with the panic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lost {
    /// The task itself; nobody awaits it.
    Task,
    /// A value that the task held; its destructor panicked.
    Destructor,
    /// A blocking job whose task was aborted.
    Job,
    /// A waker that panicked as it was called or dropped.
    Waker,
    /// A task of tokio's, for all that was seen.
    #[cfg(feature = "tokio")]
    Foreign,
}

impl Lost {
    /// Whether it is the panic of a task, and may be told of twice.
    pub(crate) fn is_task(self) -> bool {
        match self {
            Self::Task => true,
            #[cfg(feature = "tokio")]
            Self::Foreign => true,
            Self::Destructor | Self::Job | Self::Waker => false,
        }
    }
}

impl Failure {
    fn of(task: &Header, owner: LoopId, what: Lost, text: PanicText) -> Self {
        Self {
            task: task.key.id,
            owner,
            who: task.to_string(),
            site: task.site,
            what,
            text,
        }
    }

    /// The panic that a finished task keeps for whoever awaits it.
    pub(super) fn held_by(task: Known<'_>) -> Option<Self> {
        Self::held(task.header, &**task.stage, task.place)
    }

    pub(super) fn held(header: &Header, stage: &dyn TaskStage, place: Place) -> Option<Self> {
        let text = stage.error()?.panic()?;
        Some(Self::of(header, place.owner, Lost::Task, text.clone()))
    }
}

impl World {
    pub(super) fn finish_task(&self, task: Task, place: Place) {
        let key = task.header.key;
        task.header.finish();
        if task.header.name.is_some() {
            self.remember(&task.header);
        }
        if self.is_traced() {
            self.note_end(&task);
        }
        if task.header.is_detached() {
            let freed = self.tasks.borrow_mut().remove(key);
            self.forget(task, place);
            drop(freed);
        } else {
            let joiner = self.tasks.borrow_mut().finish(task);
            if let Some(joiner) = joiner {
                self.waking.set(By::end_of(key.id));
                self.wake(joiner);
            }
        }
    }

    /// Drops a task's future and keeps this error in its stead.
    pub(super) fn fail_task(
        &self,
        task: &mut Task,
        place: Place,
        error: impl FnOnce(&Header) -> JoinError,
    ) {
        let Task { header, stage } = task;
        let error = error(header);
        self.destroy(header, place, || stage.as_mut().fail(error));
    }

    /// The handle is gone: the task goes on alone, and its output, if it has one by now, is dropped.
    pub(crate) fn detach(&self, task: &Header) {
        task.detach();
        if !task.is_finished() {
            self.leave_task(task);
        }
        let left = {
            let mut tasks = self.tasks.borrow_mut();
            if task.is_finished() {
                tasks.remove(task.key)
            } else {
                tasks.take_joiner(task.key).map(|joiner| Removed {
                    task: None,
                    joiner: Some(joiner),
                })
            }
        };
        if let Some(Removed { task, joiner }) = left {
            if let Some((task, place)) = task {
                self.forget(task, place);
            }
            drop(joiner);
        }
    }

    /// Drops a finished task whose output nobody took.
    fn forget(&self, mut task: Task, place: Place) {
        let Task { header, stage } = &mut task;
        if let Some(failure) = Failure::held(header, &**stage, place) {
            self.lose(failure);
        }
        self.note_swallowed(header, place, stage.unread());
        self.destroy(header, place, || stage.as_mut().clear());
    }

    /// Runs destructors of the user's, as part of this task. A panic of theirs is contained and told of.
    pub(super) fn destroy(&self, task: &Header, place: Place, drop: impl FnOnce()) {
        let outer = self.current.replace(task.key.id);
        let outer_waking = self.waking.replace(By::task(task.key.id));
        let outer_place = self.place.replace(place.beside(task.is_background()));
        let dropped = panics::catch(Print::Later, drop);
        self.current.set(outer);
        self.waking.set(outer_waking);
        self.place.set(outer_place);
        if let Err(panic) = dropped {
            self.lose(Failure::of(task, place.owner, Lost::Destructor, panic.text));
        }
    }

    /// Calls what may be code of a user's, but is no task's: a waker. A panic of it is contained and told of.
    pub(super) fn contain(&self, call: impl FnOnce()) {
        if let Err(panic) = panics::catch(Print::Later, call) {
            self.lose(Failure {
                task: 0,
                owner: self.owner(),
                who: "a waker".to_owned(),
                site: Location::caller(),
                what: Lost::Waker,
                text: panic.text,
            });
        }
    }

    /// Keeps a panic that nobody will be told of otherwise.
    pub(super) fn lose(&self, mut failure: Failure) {
        let now = Instant::from_nanos(self.now());
        failure.text.at.get_or_insert(now);
        self.nest.borrow_mut().note(&failure);
        self.failures.borrow_mut().push(failure);
        self.signs.raise(Signs::FAILED);
    }

    /// From here on these are the panics that nobody will be told of otherwise.
    pub(super) fn set_failures(&self, failures: Vec<Failure>) {
        self.failures.replace(failures);
        self.signs.raise(Signs::FAILED);
    }

    pub(super) fn lose_job(&self, owner: LoopId, site: &'static Location<'static>, panic: Panic) {
        self.lose(Failure {
            task: 0,
            owner,
            who: "a blocking job".to_owned(),
            site,
            what: Lost::Job,
            text: panic.text,
        });
    }

    /// Gives a finished task to its handle, or else has whoever polls it woken when it is. Returns whom that replaces.
    pub(crate) fn join(&self, key: TaskKey, cx: &Context<'_>) -> Result<Task, Option<Waker>> {
        let mut tasks = self.tasks.borrow_mut();
        tasks
            .take_finished(key)
            .ok_or_else(|| tasks.set_joiner(key, self.waiter(cx)))
    }

    /// Whoever waited for the end of this task does so no longer.
    #[cfg(feature = "net")]
    pub(crate) fn stop_joining(&self, key: TaskKey) {
        let joiner = self.tasks.borrow_mut().take_joiner(key);
        drop(joiner);
    }

    /// Cancels a task on the spot, as at the end of the world.
    pub(super) fn drop_task(&self, key: TaskKey) {
        let task = self.tasks.borrow_mut().check_out(key);
        let Some((mut task, place)) = task else {
            return;
        };
        if task.header.is_finished() {
            if let Some(removed) = self.tasks.borrow_mut().remove(key) {
                drop(removed);
            }
            self.forget(task, place);
        } else {
            self.fail_task(&mut task, place, JoinError::cancelled);
            task.header.cut_off();
            self.finish_task(task, place);
        }
    }

    /// Panics that nobody was told of: those of dropped handles, then those that handles still keep.
    pub(crate) fn take_failures(&self) -> Vec<Failure> {
        let mut failures = self.failures.take();
        failures.extend(self.held_failures(&EndingLoops::new(OUTERMOST, Vec::new())));
        #[cfg(feature = "tokio")]
        failures.extend(self.hosted.iter().flat_map(|hosted| hosted.take_failures()));
        failures
    }

    /// Panics that no handle keeps.
    pub(crate) fn take_unheld_failures(&self) -> Vec<Failure> {
        self.failures.take()
    }

    /// Panics that handles keep, of the tasks of this loop and those inside of it.
    /// Whether a handle that may still be read keeps a panic of the innermost loop.
    pub(crate) fn holds_failures(&self) -> bool {
        let ending = {
            let nest = self.nest.borrow();
            nest.ending(nest.innermost())
        };
        !self.held_failures(&ending).is_empty()
    }

    pub(super) fn held_failures(&self, of: &EndingLoops) -> Vec<Failure> {
        let tasks = self.tasks.borrow();
        let sorted = tasks.sorted();
        sorted
            .iter()
            .filter(|(task, _)| of.has(task.place.owner))
            .filter_map(|(task, _)| Failure::held_by(*task))
            .collect()
    }

    /// Drops everything that is left, in the order in which it was spawned. The world must have been entered. From
    /// here on what is spawned is dropped at once. Returns the panics that nobody was told of.
    pub(crate) fn close(self: &Rc<Self>) -> Vec<Failure> {
        self.closing.set(OUTERMOST);
        self.inbox.judge();
        let keys: Vec<_> = {
            let tasks = self.tasks.borrow();
            tasks
                .sorted()
                .iter()
                .map(|(task, _)| task.header.key)
                .collect()
        };
        let mut failures = self.nest.borrow_mut().take_untold();
        failures.extend(self.take_failures());
        for key in keys {
            self.drop_task(key);
        }
        // A held panic was told above; what is new are destructors.
        failures.extend(
            self.failures
                .take()
                .into_iter()
                .filter(|failure| failure.what != Lost::Task),
        );
        #[cfg(feature = "tokio")]
        if let Some(hosted) = &self.hosted {
            self.contain(|| hosted.close());
            failures.extend(hosted.take_destructors());
        }
        self.end_leaving();
        let unfired = self.deadlines.take();
        let listening = self.signals.take();
        let settling = self.settling.take();
        let advancing = self.advancing.take();
        let programs = self.programs.take();
        let network = self.network.take();
        let waiting = (settling, advancing, listening);
        self.contain(|| drop((unfired, waiting, programs, network)));
        failures.extend(self.failures.take());
        self.ready.borrow_mut().clear();
        self.inbox.close();
        failures
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closing.get() == OUTERMOST
    }
}

/// Lets a handle read a task that it took out.
pub(crate) fn output<T: 'static>(mut task: Task) -> Option<Result<T, JoinError>> {
    let mut output: Option<Result<T, JoinError>> = None;
    task.stage.as_mut().take(&mut output);
    output
}
