//! What is left at a test's end, and who had it.
//!
//! Nobody can ask a future what it holds. But tasks are dropped one by one, and what goes with a task was held by it: so
//! all that is there is noted down before, and while the tasks are dropped each thing that goes is noted with the task
//! that is dropped. What no task took with it is held by something that nobody knows of.
//!
//! `things` is what is there, `blame` says who had it, `births` are tasks that destructors spawn meanwhile, and a `presence` is
//! what is one thing to its user and several to the world.

mod births;
mod blame;
#[cfg(feature = "net")]
mod presence;
#[cfg(feature = "net")]
mod sockets;
mod things;

#[cfg(feature = "net")]
pub(crate) use presence::Presence;

use solipsism_harness::ordered::Set;

use super::header::Header;
use super::standstill::StuckTask;
use super::world::World;
#[cfg(feature = "net")]
use crate::core::net::SocketKey;
use crate::core::{EndingLoops, Key, ListenerKey, LoopId};
use crate::leaks::{Check, Kinds, Leak, Leaks};
use crate::time::Instant;

/// Something that a handle holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Thing {
    Task(u32),
    Timer(Key),
    #[cfg(feature = "net")]
    Socket(SocketKey),
    Signal(ListenerKey),
    /// A [`Presence`].
    Other(u64),
}

impl Thing {
    fn task(&self) -> Option<u32> {
        match self {
            Self::Task(task) => Some(*task),
            _ => None,
        }
    }
}

/// What went while everything was dropped.
#[derive(Default)]
pub(super) struct Leaving {
    /// Each with the task that was dropped then.
    gone: Vec<(Thing, u32)>,
    born: Vec<Birth>,
    /// How many destructors that spawn run, each within the one before.
    depth: u32,
}

/// A task that a destructor spawned then.
struct Birth {
    task: u32,
    by: u32,
    leak: Leak,
}

/// What was there before anything was dropped.
pub(crate) struct Watched {
    things: Vec<(Thing, Leak)>,
    /// The tasks that somebody waits for, each with who does.
    waits: Vec<(u32, u32)>,
    /// The tasks that may outlive a test.
    beside: Set<u32>,
}

impl World {
    /// Notes that the handle of something is dropped.
    #[inline]
    pub(crate) fn leave(&self, thing: impl FnOnce() -> Thing) {
        if self.is_leaving.get() {
            let by = self.current();
            if let Some(leaving) = &mut *self.leaving.borrow_mut() {
                leaving.gone.push((thing(), by));
            }
        }
    }

    /// The handle of a task that is not finished is dropped. One that goes on does so without the holder.
    pub(super) fn leave_task(&self, task: &Header) {
        if task.is_aborted() {
            self.leave(|| Thing::Task(task.key.id));
        }
    }

    /// Notes all that is there of the innermost loop, and from here on what goes. Nothing if nothing is there.
    pub(crate) fn watch_leaks(&self) -> Option<Watched> {
        if self.is_clean() {
            return None;
        }
        let of = {
            let nest = self.nest.borrow();
            nest.ending(nest.innermost())
        };
        if self.is_watched() {
            // Or else the watch's reference would pass for a waker.
            self.inbox.watch(None);
        }
        let watched = Watched {
            things: self.things(&of, Kinds::ALL),
            waits: self.awaited_tasks(),
            beside: self.tasks_beside(&of),
        };
        *self.leaving.borrow_mut() = Some(Box::default());
        self.is_leaving.set(true);
        Some(watched)
    }

    /// The same, and finds out in which functions the tasks wait that must not be left: each of these is polled once more, as where
    /// a run hangs.
    pub(crate) fn watch_leaks_closely(&self, check: &Check) -> Option<Watched> {
        let mut watched = self.watch_leaks()?;
        let mut asleep = self.asleep(&watched, check);
        if asleep.is_empty() {
            return Some(watched);
        }
        // What a task lets go of when it is polled nobody has had when everything was dropped.
        self.end_leaving();
        self.leaving.take();
        self.pause_trace(true);
        self.look_again(&mut asleep, None);
        self.pause_trace(false);
        let rest = self.watch_leaks().map(|again| again.things);
        watched.things.retain(|(thing, _)| thing.task().is_some());
        let rest = rest.into_iter().flatten();
        watched
            .things
            .extend(rest.filter(|(thing, _)| thing.task().is_none()));
        for (thing, leak) in &mut watched.things {
            let own = asleep.iter().find(|task| thing.task() == Some(task.task));
            leak.asleep.extend(own.cloned());
        }
        Some(watched)
    }

    /// The tasks that were watched and must not be left.
    fn asleep(&self, watched: &Watched, check: &Check) -> Vec<StuckTask> {
        let is_left = |task: &StuckTask| {
            let mut own = watched.things.iter();
            let own = own.find(|(thing, _)| thing.task() == Some(task.task));
            own.is_some_and(|(_, leak)| !check.allows(leak)) && !watched.beside.contains(&task.task)
        };
        let (mut asleep, _) = self.stuck_tasks(None, false);
        asleep.retain(is_left);
        asleep
    }

    /// From here on what goes was held by nobody who was dropped.
    pub(super) fn end_leaving(&self) {
        self.is_leaving.set(false);
    }

    /// What was left behind: what was `watched`, by what went when, and what had to be `cut_off`. Everything must have
    /// been dropped.
    pub(crate) fn leaks(
        &self,
        watched: Option<Watched>,
        mut cut_off: Vec<Leak>,
        check: &Check,
    ) -> Leaks {
        self.end_leaving();
        let leaving = self.leaving.take();
        let leaving = leaving.map(|leaving| *leaving).unwrap_or_default();
        let mut leaks = watched.map_or_else(Vec::new, |it| it.leaks(leaving, check));
        cut_off.retain(|leak| !check.allows(leak));
        leaks.append(&mut cut_off);
        Leaks::new(Instant::from_nanos(self.now()), true, leaks)
    }

    /// What of these kinds a loop has now, but for the task that asks, and what is in the background.
    pub(crate) fn left_now(&self, of: LoopId, kinds: Kinds) -> Leaks {
        let of = self.nest.borrow().ending(of);
        let beside = self.tasks_beside(&of);
        let asker = self.current();
        let things = self.things(&of, kinds).into_iter();
        let things = things.filter(|(thing, leak)| match (thing, leak.user) {
            (Thing::Task(task), _) => *task != asker && !beside.contains(task),
            // Its own are those within which it asks.
            (Thing::Timer(_), Some(user)) => user != asker && !beside.contains(&user),
            (_, user) => user.is_none_or(|user| !beside.contains(&user)),
        });
        let leaks = things.map(|(_, leak)| leak).collect();
        Leaks::new(Instant::from_nanos(self.now()), false, leaks)
    }

    fn is_clean(&self) -> bool {
        #[cfg(feature = "tokio")]
        if self
            .hosted
            .as_ref()
            .is_some_and(|hosted| hosted.alive() > 0)
        {
            return false;
        }
        let network = self.network.borrow();
        self.tasks.borrow().is_empty()
            && self.deadlines.borrow().is_empty()
            && self.signals.borrow().is_empty()
            && self.announced.borrow().is_empty()
            && network.as_ref().is_none_or(|state| state.0.is_clean())
    }

    /// Those whose end somebody waits for, and who does.
    fn awaited_tasks(&self) -> Vec<(u32, u32)> {
        let tasks = self.tasks.borrow();
        let sorted = tasks.sorted().into_iter();
        sorted
            .filter(|(task, _)| !task.header.is_finished())
            .filter_map(|(task, joiner)| Some((task.header.key.id, joiner?)))
            .collect()
    }

    /// The tasks that may outlive a test.
    fn tasks_beside(&self, of: &EndingLoops) -> Set<u32> {
        let tasks = self.tasks.borrow();
        let mut beside = Set::default();
        for (task, _) in tasks.sorted() {
            if !of.has(task.place.owner) || task.is_beside() {
                beside.insert(task.header.key.id);
            }
        }
        beside
    }
}
