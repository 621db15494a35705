//! Children: parts of a world's life that end before it does. They nest: a fixture's world has a child for each module
//! that uses it, say, and that one for each test.
//!
//! A child has the world's clock and network, and tasks, timers, sockets and budgets of its own. What a task makes belongs
//! to the loop of that task, the body of a run is the innermost child's. At the child's end what is its own ends, and what
//! it ordered of the clock and the network is undone; the tasks of the loops around it run all the while, and go on.
//!
//! What a child does to a thing of its parents is no order, and stays: bytes that it sent, a task that it aborted, a host
//! that it crashed.

use std::rc::Rc;

use solipsism_harness::ordered::sort_by_key;

use super::budget::Budget;
use super::by_hand::ByHand;
use super::close::{Failure, Lost};
use super::header::TaskKey;
use super::tasks::Place;
use super::world::{Limits, NONE, World};
use crate::core::net::{HostId, Network};
use crate::core::{EndingLoops, LoopId, NEVER, OUTERMOST};
use crate::stopped::{Stopped, Verdict};
use crate::task::JoinError;

/// What a child is begun with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ChildSettings {
    /// The time counts from the child's beginning.
    pub(crate) limits: Limits,
    /// Of the random choices, while it is there.
    pub(crate) seed: u64,
    /// Whether the seed also chooses among the ready tasks.
    pub(crate) permute: bool,
}

/// A child that is there, until it is handed to [`World::end_child`].
#[derive(Debug)]
#[must_use = "a child ends with `end_child`, or else with its world"]
pub(crate) struct Child(LoopId);

impl Child {
    /// How its failures are known: a [`Failure`] whose `owner` is less is that of a loop around it.
    #[cfg(test)]
    #[cfg(feature = "net")]
    fn id(&self) -> LoopId {
        self.0
    }
}

/// What a child leaves behind.
#[derive(Debug)]
pub(crate) struct ChildEnd {
    /// Panics that nobody was told of yet, whosesoever they are.
    pub(crate) untold: Vec<Failure>,
    /// Panics of tasks of the loops around it that no handle kept, in its whole time and told or not.
    pub(crate) of_parents: Vec<Failure>,
    /// Whether these tasks came to rest when they learnt of its end.
    pub(crate) rest: Result<(), Stopped>,
}

/// The children that are there, the innermost last.
#[derive(Debug, Default)]
pub(super) struct Nest {
    begun: LoopId,
    children: Vec<Beginning>,
    /// Those that run beside what is in the loops around them.
    pub(super) by_hand: ByHand,
}

/// What was the case before a child began.
#[derive(Debug)]
struct Beginning {
    id: LoopId,
    /// How many deadlines had been set.
    deadlines: u64,
    limits: Limits,
    lenient: bool,
    seed: u64,
    /// What nobody had been told of.
    untold: Vec<Failure>,
    of_parents: Vec<Failure>,
}

impl Nest {
    /// The loop to which a body belongs.
    pub(super) fn innermost(&self) -> LoopId {
        self.children.last().map_or(OUTERMOST, |child| child.id)
    }

    /// Those that are bodies' loops, the innermost last.
    pub(super) fn in_order(&self) -> impl Iterator<Item = LoopId> {
        self.children.iter().map(|child| child.id)
    }

    pub(super) fn begin_by_hand(&mut self, around: LoopId) -> LoopId {
        self.begun += 1;
        self.by_hand.begin(self.begun, around);
        self.begun
    }

    /// A panic was lost; of a loop's own it is told to all children inside of it.
    pub(super) fn note(&mut self, failure: &Failure) {
        for child in &mut self.children {
            if !self.by_hand.is_inside(failure.owner, child.id) {
                child.of_parents.push(failure.clone());
            }
        }
    }

    /// What nobody was told of, of all loops that end now.
    pub(super) fn take_untold(&mut self) -> Vec<Failure> {
        let mut untold = Vec::new();
        for child in &mut self.children {
            untold.append(&mut child.untold);
        }
        untold
    }
}

impl World {
    /// Begins a child of the innermost loop: from here on what a body does and spawns belongs to it.
    pub(crate) fn begin_child(self: &Rc<Self>, settings: &ChildSettings) -> Child {
        let now = self.now();
        self.end_dropped_elsewhere();
        self.inbox.forget_panics();
        let mut limits = settings.limits;
        limits.time = limits.time.map(|time| now.saturating_add(time));
        limits.since = now;
        let id = {
            let mut nest = self.nest.borrow_mut();
            nest.begun += 1;
            let id = nest.begun;
            nest.children.push(Beginning {
                id,
                deadlines: self.deadlines.borrow().mark(),
                limits: self.limits.replace(limits),
                lenient: self.lenient.replace(false),
                seed: self.seed.replace(settings.seed),
                untold: self.failures.take(),
                of_parents: Vec::new(),
            });
            id
        };
        self.place.set(body_of(id));
        self.clock.borrow_mut().begin_child(id);
        let order = settings.permute.then_some(settings.seed);
        self.ready.borrow_mut().begin_child(id, order);
        if let Some(network) = &mut *self.network.borrow_mut() {
            network.0.begin_child(id, settings.seed);
        }
        Child(id)
    }

    /// The network, as if it had been there from the beginning.
    pub(super) fn new_network(&self) -> Network {
        let nest = self.nest.borrow();
        let before = nest.children.iter().map(|child| child.seed);
        let mut seeds = before.chain([self.seed.get()]);
        let mut network = Network::new(seeds.next().expect("one loop is the outermost"));
        let children = nest.children.iter().map(|child| child.id).zip(seeds);
        let by_hand = nest.by_hand.ids().map(|id| (id, None));
        let mut all: Vec<_> = children
            .map(|(id, seed)| (id, Some(seed)))
            .chain(by_hand)
            .collect();
        sort_by_key(&mut all, |(id, _)| *id);
        for (id, seed) in all {
            match seed {
                Some(seed) => network.begin_child(id, seed),
                None => network.begin_child_by_hand(id),
            }
        }
        network
    }

    /// Ends the innermost child. The world must have been entered, and no task be polled.
    ///
    /// The child's tasks are dropped, in the order in which they were spawned; what they spawn meanwhile is dropped at
    /// once. Its sockets are closed as if they were dropped, wherever their handles are. Then the tasks of the loops around
    /// it get the rest of the instant, so that what they make of that is not put down to whoever comes next.
    ///
    /// # Panics
    ///
    /// If the child is not the innermost one.
    #[expect(clippy::needless_pass_by_value, reason = "there is no child any more")]
    pub(crate) fn end_child(self: &Rc<Self>, child: Child) -> ChildEnd {
        let Child(id) = child;
        assert!(
            self.nest.borrow().innermost() == id,
            "children end in the reverse order of their beginning"
        );
        let ending = self.nest.borrow().ending(id);
        self.closing.set(id);
        self.spared.replace(Some(ending.clone()));
        self.inbox.judge();
        self.end_dropped_elsewhere();
        let mut untold = self.failures.take();
        untold.extend(self.held_failures(&ending));
        self.drop_what_runs(&ending);
        self.end_leaving();
        // A held panic was told above; what is new are destructors, and what the dropped handles held of the parents'.
        let lost = self.failures.take().into_iter();
        untold.extend(lost.filter(|lost| lost.what != Lost::Task || !ending.has(lost.owner)));
        let stays = self.staying(&ending);
        let stays = |task: u32| stays.binary_search(&task).is_ok();
        self.undo_orders(&ending, &stays);
        self.end_deadlines(&stays);
        self.end_waits(&ending, &stays);
        self.forget_swallowed(&ending);
        self.forget_by_hand(&ending);
        let around = self.nest.borrow().children.last().map(|own| own.limits);
        let rest = self.run_ready(around.expect("it was there above"));
        untold.extend(self.failures.take());
        self.end_draws(&ending);
        #[cfg(feature = "tracing")]
        self.recording.end_child(&ending);
        self.closing.set(NONE);
        self.spared.take();
        let beginning = {
            let mut nest = self.nest.borrow_mut();
            let beginning = nest.children.pop().expect("it was there above");
            self.place.set(body_of(nest.innermost()));
            beginning
        };
        self.limits.set(beginning.limits);
        self.lenient.set(beginning.lenient);
        self.seed.set(beginning.seed);
        self.set_failures(beginning.untold);
        ChildEnd {
            untold,
            of_parents: beginning.of_parents,
            rest,
        }
    }

    /// Gives whose tasks these were.
    pub(super) fn drop_what_runs(&self, ending: &EndingLoops) -> Vec<u32> {
        let keys: Vec<TaskKey> = {
            let tasks = self.tasks.borrow();
            let sorted = tasks.sorted().into_iter().map(|(task, _)| task);
            let own = sorted.filter(|task| ending.has(task.place.owner));
            own.map(|task| task.header.key).collect()
        };
        for key in &keys {
            self.cancel_task(*key);
        }
        let all = self.programs.take();
        let (own, others): (Vec<_>, _) = all
            .into_iter()
            .partition(|(place, _)| ending.has(place.owner));
        self.programs.borrow_mut().extend(others);
        let jobs = self.forget_jobs(ending);
        self.contain(|| drop((own, jobs)));
        keys.into_iter().map(|key| key.id).collect()
    }

    /// Drops a task, or what it came to. A handle that outlives it is told that it was cancelled.
    fn cancel_task(&self, key: TaskKey) {
        let task = self.tasks.borrow_mut().check_out(key);
        let Some((mut task, place)) = task else {
            return;
        };
        let was_finished = task.header.is_finished();
        self.fail_task(&mut task, place, JoinError::cancelled);
        if was_finished {
            self.tasks.borrow_mut().check_in(task);
        } else {
            task.header.cut_off();
            self.finish_task(task, place);
        }
    }

    /// Of those who wait for the network only tasks stay that `stays` knows.
    pub(super) fn undo_orders(&self, ending: &EndingLoops, stays: &dyn Fn(u32) -> bool) {
        self.clock.borrow_mut().end_child(ending);
        self.change_frozen(|frozen| frozen.retain(|owner| !ending.has(*owner)));
        if self.network.borrow().is_some() {
            self.call_network(|network, call| network.end_child(ending, stays, call));
        }
    }

    /// From here on the random numbers are the parent's. Last, since closing a socket may take some.
    fn end_draws(&self, ending: &EndingLoops) {
        self.ready.borrow_mut().end_child(ending);
        if let Some(network) = &mut *self.network.borrow_mut() {
            network.0.end_draws(ending);
        }
    }

    /// Takes out the deadlines that were set since the child began, but for those of tasks that stay.
    fn end_deadlines(&self, stays: &dyn Fn(u32) -> bool) {
        let mark = {
            let nest = self.nest.borrow();
            nest.children.last().map_or(0, |child| child.deadlines)
        };
        let unfired = self.deadlines.borrow_mut().take_since(mark, stays);
        self.contain(|| drop(unfired));
    }

    /// Takes out whom nobody is left to wait for.
    pub(super) fn end_waits(&self, ending: &EndingLoops, stays: &dyn Fn(u32) -> bool) {
        let listening = self.signals.borrow_mut().end_child(ending);
        let joining = self.tasks.borrow_mut().take_joiners(stays);
        let (settling, others): (Vec<_>, _) = self
            .settling
            .take()
            .into_iter()
            .partition(|(_, waiter)| !stays(waiter.task));
        self.settling.replace(others.into());
        let advancing = self
            .advancing
            .borrow_mut()
            .take_if(|advance| !stays(advance.waiter.task));
        self.contain(|| drop((listening, joining, settling, advancing)));
    }

    /// Whether anything of the innermost child goes on, or may by itself: a packet may be the child's.
    pub(super) fn look_at_child(&self, budget: &mut Budget) -> Result<(), Verdict> {
        let child = self.nest.borrow().innermost();
        let own_polls = {
            let tasks = self.tasks.borrow();
            let sorted = tasks.sorted().into_iter().map(|(task, _)| task);
            let own = sorted.filter(|task| task.place.owner >= child);
            own.map(|task| u64::from(task.polls)).sum()
        };
        let stays = self.staying(&self.nest.borrow().ending(child));
        let is_own = |task: u32| stays.binary_search(&task).is_err();
        let deadlines = self.deadlines.borrow();
        let mut pending = deadlines.pending();
        let has_deadline = pending.any(|deadline| deadline.at != NEVER && is_own(deadline.task));
        budget.look(own_polls, has_deadline || self.next_packet().is_some())
    }

    /// The tasks of the loops around the child that are not finished, by id.
    fn staying(&self, ending: &EndingLoops) -> Vec<u32> {
        let tasks = self.tasks.borrow();
        let sorted = tasks.sorted().into_iter().map(|(task, _)| task);
        sorted
            .filter(|task| !ending.has(task.place.owner) && !task.header.is_finished())
            .map(|task| task.header.key.id)
            .collect()
    }
}

fn body_of(owner: LoopId) -> Place {
    Place::new(HostId::LOCAL.0, owner)
}

#[cfg(test)]
#[cfg(feature = "net")]
mod tests;
