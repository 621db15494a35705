//! The second poll: tasks of a world that stands still are polled once more, with a waker that tells where it is kept. What
//! comes of it is evidence for a report; the run is over.
//!
//! Nothing else may come of it: what a task spawns meanwhile is dropped at once, and a panic is caught and silenced.
//!
//! What can be read of the futures themselves is read before, and once more after: a task that stands elsewhere then has gone
//! on in its poll.

mod stacks;
mod suspended;
#[expect(
    unsafe_code,
    reason = "std makes wakers of a type of one's own from raw parts alone"
)]
mod tracer;

use std::backtrace::Backtrace;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use futures_task::waker_ref;

pub(crate) use self::stacks::Stacks;
use self::suspended::Reading;
pub(crate) use self::suspended::Sight;
use super::header::{Header, TaskKey};
use super::standstill::{Standing, StuckTask};
use super::tasks::{AnyStage, Chosen, Place};
use super::world::{NOBODY, World};
use crate::frames::Workspace;
use crate::panics::{self, Print};

/// More tasks than this are not looked at: a report lists fewer, and reading a stack takes time.
const LOOKED_AT: usize = 2_000;

/// What a task did when it was polled once more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Again {
    /// It was not polled: it is another loop's, or one of too many.
    Unseen,
    /// It waits, as before.
    Waits,
    /// Nobody had woken it, and yet it did something.
    WentOn(Progress),
    /// It was not polled for its own sake: the poll of this one had woken it.
    WokenBy(String),
    Panicked(String),
}

/// How it went on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    Finished,
    /// As many tasks, which were dropped at once.
    Spawned(u32),
    /// The first of those whom it woke.
    Woke(String),
    /// It stands elsewhere.
    Moved,
}

impl Again {
    /// Whether that proves that a wake-up was lost: who is ready was to be woken. What else a task did it may do whenever it is
    /// polled.
    pub(crate) fn is_lost_wake_up(&self) -> bool {
        matches!(self, Self::WentOn(Progress::Finished | Progress::Moved))
    }
}

/// What came of a second poll, a panic's text if it was one, and where the wakers were asked for in it.
type Polled = (Result<Poll<()>, String>, Vec<Backtrace>);

/// A task's future, as `poll_again` needs it.
struct Asleep<'a> {
    header: &'a Arc<Header>,
    stage: Pin<&'a mut dyn AnyStage>,
    place: Place,
    poll: u32,
    /// It was not asleep, but woke itself again and again.
    is_spinning: bool,
}

impl World {
    /// Finds out what these tasks wait in: the body, if it is there, and those of the innermost loop.
    pub(super) fn look_again(
        &self,
        stuck: &mut [StuckTask],
        body: Option<(&Arc<Header>, Pin<&mut dyn AnyStage>)>,
    ) {
        let sites = stuck.iter().map(|task| task.site.file());
        let workspace = Arc::new(Workspace::of(sites));
        let innermost = self.nest.borrow().innermost();
        let outside = self.closing.replace(innermost);
        let mut ended = Vec::new();
        let mut woken: Vec<(u32, String)> = Vec::new();
        let mut body = body;
        let before = suspended::read(
            self,
            body.as_ref().map(|(_, stage)| stage.as_ref().get_ref()),
        );
        let mut seen: Vec<Vec<Backtrace>> = Vec::new();
        seen.resize_with(stuck.len(), Vec::new);
        for (task, seen) in stuck.iter_mut().zip(&mut seen).take(LOOKED_AT) {
            let is_spinning = task.standing == Standing::Spinning;
            if task.standing == Standing::Ready {
                continue;
            }
            let woken_by = woken.iter().find(|(woken, _)| *woken == task.task);
            if let Some((_, by)) = woken_by.filter(|_| !is_spinning) {
                task.again = Again::WokenBy(by.clone());
                continue;
            }
            let ready = self.queued();
            let last = self.last_task();
            let polled = match (&mut body, task.task) {
                (Some((header, stage)), 0) => {
                    Some(self.poll_body_again(header, stage.as_mut(), is_spinning))
                }
                (None, 0) => None,
                _ => self
                    .key_of(task.task, innermost)
                    .and_then(|key| self.poll_task_again(key, is_spinning, &mut ended)),
            };
            let Some((came, stacks)) = polled else {
                continue;
            };
            let new: Vec<_> = self
                .queued()
                .into_iter()
                .filter(|id| !ready.contains(id))
                .collect();
            let others: Vec<_> = new.iter().copied().filter(|id| *id != task.task).collect();
            woken.extend(others.iter().map(|id| (*id, task.who.clone())));
            *seen = stacks;
            task.again = match came {
                Err(panicked) => Again::Panicked(panicked),
                Ok(Poll::Ready(())) => Again::WentOn(Progress::Finished),
                Ok(Poll::Pending) if self.last_task() != last => {
                    Again::WentOn(Progress::Spawned(self.last_task() - last))
                }
                Ok(Poll::Pending) => match others.first() {
                    Some(other) => Again::WentOn(Progress::Woke(self.task_name(*other))),
                    None => Again::Waits,
                },
            };
        }
        #[cfg(feature = "tokio")]
        self.look_at_foreign(stuck, &mut seen);
        let after = if before.is_empty() {
            Reading::default()
        } else {
            suspended::read(
                self,
                body.as_ref().map(|(_, stage)| stage.as_ref().get_ref()),
            )
        };
        for (task, stacks) in stuck.iter_mut().zip(seen) {
            keep(task, stacks, [&before, &after], &workspace);
        }
        for key in ended {
            self.drop_task(key);
        }
        self.closing.set(outside);
    }

    fn poll_body_again(
        &self,
        header: &Arc<Header>,
        stage: Pin<&mut dyn AnyStage>,
        is_spinning: bool,
    ) -> Polled {
        let poll = self.body_polls.get().wrapping_add(1);
        self.body_polls.set(poll);
        let place = self.place.get();
        self.poll_again(Asleep {
            header,
            stage,
            place,
            poll,
            is_spinning,
        })
    }

    /// A task that does not wait any more is among those that `ended`.
    fn poll_task_again(
        &self,
        key: TaskKey,
        is_spinning: bool,
        ended: &mut Vec<TaskKey>,
    ) -> Option<Polled> {
        let chosen = self.tasks.borrow_mut().check_out_to_poll(key);
        let Chosen {
            mut task,
            place,
            poll,
        } = chosen?;
        let polled = self.poll_again(Asleep {
            header: &task.header,
            stage: task.stage.as_mut(),
            place,
            poll,
            is_spinning,
        });
        if !matches!(polled.0, Ok(Poll::Pending)) {
            ended.push(key);
        }
        self.tasks.borrow_mut().check_in(task);
        Some(polled)
    }

    fn poll_again(&self, asleep: Asleep<'_>) -> Polled {
        let Asleep {
            header,
            stage,
            place,
            poll,
            is_spinning,
        } = asleep;
        self.current.set(header.key.id);
        self.current_poll.set(poll);
        let outside = self.place.replace(place);
        if self.watched {
            self.inbox.watch(Some(header));
            self.inbox.count_poll();
        }
        let waker = waker_ref(header);
        let (came, stacks) = tracer::trace(&waker, is_spinning, |cx| {
            panics::catch(Print::Later, || poll_once_more(stage, cx))
        });
        if self.watched {
            self.inbox.watch(None);
        }
        self.current.set(NOBODY);
        self.place.set(outside);
        let came = came.map_err(|panic| {
            let text = panic.text.to_string();
            // What it panicked with may be anything, and panic when it is dropped.
            let _silenced = panics::catch(Print::Later, || drop(panic.payload));
            text
        });
        (came, stacks)
    }

    fn queued(&self) -> Vec<u32> {
        self.ready.borrow().queued()
    }

    /// Of a task of this loop, or of one inside of it.
    fn key_of(&self, id: u32, innermost: crate::core::LoopId) -> Option<TaskKey> {
        let tasks = self.tasks.borrow();
        let sorted = tasks.sorted();
        let place = sorted
            .binary_search_by_key(&id, |(task, _)| task.header.key.id)
            .ok()?;
        let task = sorted[place].0;
        (task.place.owner >= innermost).then_some(task.header.key)
    }
}

/// Keeps with a task what was seen of it when it was polled, and what was read of it before and after.
fn keep(
    task: &mut StuckTask,
    stacks: Vec<Backtrace>,
    [before, after]: [&Reading; 2],
    workspace: &Arc<Workspace>,
) {
    // Who was not asleep may have gone on by right.
    let is_spinning = task.standing == Standing::Spinning;
    let is_pending = matches!(task.again, Again::Waits | Again::WentOn(_))
        && task.again != Again::WentOn(Progress::Finished);
    if is_pending && !is_spinning && after.has_left(before, task.task) {
        task.again = Again::WentOn(Progress::Moved);
    }
    let went_on = task.again.is_lost_wake_up() || matches!(task.again, Again::Panicked(_));
    let read = if is_spinning { after } else { before };
    task.stacks = Stacks::new(stacks, read, task.task, went_on, workspace);
}

/// The frame at which a stack is cut: whatever is outside of it is ours.
#[inline(never)]
fn poll_once_more(stage: Pin<&mut dyn AnyStage>, cx: &mut std::task::Context<'_>) -> Poll<()> {
    let came = stage.poll(cx);
    // Or else it might be left out, as a call in a tail is.
    std::hint::black_box(came)
}
