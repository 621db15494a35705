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

use super::budget::Budget;
use super::close::{Failure, Lost};
use super::header::TaskKey;
use super::tasks::Place;
use super::world::{Limits, NONE, World};
use crate::core::net::{HostId, Network};
use crate::core::{LoopId, NEVER, OUTERMOST};
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
    #[cfg(all(test, feature = "net"))]
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

    /// How many deadlines had been set when this loop began.
    pub(super) fn deadlines_before(&self, of: LoopId) -> u64 {
        let own = self.children.iter().find(|child| child.id == of);
        own.map_or(0, |child| child.deadlines)
    }

    /// A panic was lost; of a loop's own it is told to all children inside of it.
    pub(super) fn note(&mut self, failure: &Failure) {
        for child in &mut self.children {
            if failure.owner < child.id {
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
        for (child, seed) in nest.children.iter().zip(seeds) {
            network.begin_child(child.id, seed);
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
        self.closing.set(id);
        self.inbox.judge();
        self.end_dropped_elsewhere();
        let mut untold = self.failures.take();
        untold.extend(self.held_failures(id));
        self.drop_what_runs(id);
        self.end_leaving();
        // A held panic was told above; what is new are destructors, and what the dropped handles held of the parents'.
        let lost = self.failures.take().into_iter();
        untold.extend(lost.filter(|lost| lost.what != Lost::Task || lost.owner < id));
        self.undo_orders(id);
        self.end_waits(id);
        let around = self.nest.borrow().children.last().map(|own| own.limits);
        let rest = self.run_ready(around.expect("it was there above"));
        untold.extend(self.failures.take());
        self.end_draws(id);
        #[cfg(feature = "tracing")]
        self.recording.end_child(id);
        self.closing.set(NONE);
        let beginning = {
            let mut nest = self.nest.borrow_mut();
            let beginning = nest.children.pop().expect("it was there above");
            self.place.set(body_of(nest.innermost()));
            beginning
        };
        self.limits.set(beginning.limits);
        self.lenient.set(beginning.lenient);
        self.seed.set(beginning.seed);
        self.failures.replace(beginning.untold);
        ChildEnd {
            untold,
            of_parents: beginning.of_parents,
            rest,
        }
    }

    fn drop_what_runs(&self, child: LoopId) {
        let keys: Vec<TaskKey> = {
            let tasks = self.tasks.borrow();
            let sorted = tasks.sorted().into_iter().map(|(task, _)| task);
            let own = sorted.filter(|task| task.place.owner >= child);
            own.map(|task| task.header.key).collect()
        };
        for key in keys {
            self.cancel_task(key);
        }
        let all = self.programs.take();
        let (own, others): (Vec<_>, _) =
            all.into_iter().partition(|(place, _)| place.owner >= child);
        self.programs.borrow_mut().extend(others);
        let jobs = self.forget_jobs(child);
        self.contain(|| drop((own, jobs)));
    }

    /// Drops a task, or what it came to. A handle that outlives it is told that it was cancelled.
    fn cancel_task(&self, key: TaskKey) {
        let task = self.tasks.borrow_mut().check_out(key);
        let Some(mut task) = task else { return };
        let was_finished = task.header.is_finished();
        self.fail_task(&mut task, JoinError::cancelled);
        if was_finished {
            self.tasks.borrow_mut().check_in(task);
        } else {
            task.header.cut_off();
            self.finish_task(task);
        }
    }

    fn undo_orders(&self, child: LoopId) {
        self.clock.borrow_mut().end_child(child);
        self.change_frozen(|frozen| frozen.retain(|owner| *owner < child));
        if self.network.borrow().is_some() {
            let stays = self.staying(child);
            let stays = |task: u32| stays.binary_search(&task).is_ok();
            self.call_network(|network, call| network.end_child(child, &stays, call));
        }
    }

    /// From here on the random numbers are the parent's. Last, since closing a socket may take some.
    fn end_draws(&self, child: LoopId) {
        self.ready.borrow_mut().end_child(child);
        if let Some(network) = &mut *self.network.borrow_mut() {
            network.0.end_draws(child);
        }
    }

    /// Takes out whom nobody is left to wait for.
    fn end_waits(&self, child: LoopId) {
        let stays = self.staying(child);
        let stays = |task: u32| stays.binary_search(&task).is_ok();
        let mark = {
            let nest = self.nest.borrow();
            nest.children.last().map_or(0, |child| child.deadlines)
        };
        let unfired = self.deadlines.borrow_mut().take_since(mark, &stays);
        let listening = self.signals.borrow_mut().end_child(child);
        let joining = self.tasks.borrow_mut().take_joiners(&stays);
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
        self.contain(|| drop((unfired, listening, joining, settling, advancing)));
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
        let stays = self.staying(child);
        let is_own = |task: u32| stays.binary_search(&task).is_err();
        let deadlines = self.deadlines.borrow();
        let mut pending = deadlines.pending();
        let has_deadline = pending.any(|deadline| deadline.at != NEVER && is_own(deadline.task));
        budget.look(own_polls, has_deadline || self.next_packet().is_some())
    }

    /// The tasks of the loops around the child that are not finished, by id.
    fn staying(&self, child: LoopId) -> Vec<u32> {
        let tasks = self.tasks.borrow();
        let sorted = tasks.sorted().into_iter().map(|(task, _)| task);
        sorted
            .filter(|task| task.place.owner < child && !task.header.is_finished())
            .map(|task| task.header.key.id)
            .collect()
    }
}

fn body_of(owner: LoopId) -> Place {
    Place {
        host: HostId::LOCAL.0,
        owner,
        is_beside: false,
    }
}

#[cfg(all(test, feature = "net"))]
mod tests;
