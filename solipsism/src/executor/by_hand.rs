//! Children that code begins while it runs, and that run beside it. They have an offset to the clock of the loop around
//! them.
//!
//! What makes them different from those of [`child`](super::child): the body of a run goes on in the loop that it is in, and
//! polls what runs in the child. So any number of them are there at once, and they end in any order; they share budgets and
//! random numbers with the loop around them, and what fails in the background there fails the run.

use std::cell::RefCell;
use std::panic::Location;
use std::sync::Arc;
use std::task::Waker;
use std::time::{Duration, SystemTime};

use futures_task::waker_ref;
use solipsism_harness::ordered::Map;

use super::child::Nest;
use super::close::Lost;
use super::header::Header;
use super::signs::Signs;
use super::tasks::Place;
use super::world::{NONE, World};
use crate::core::{EndingLoops, LoopId, NEVER, OUTERMOST};

/// The children by hand of a world, those that are gone included: somebody may use them all the same.
#[derive(Debug, Default)]
pub(super) struct ByHand {
    /// By number.
    children: Vec<Child>,
    /// How far the clocks of these loops are ahead of the world's; those that are not listed are not at all.
    ahead: Map<LoopId, u64>,
}

#[derive(Debug)]
struct Child {
    id: LoopId,
    around: LoopId,
    ended: Option<Ended>,
    /// Who runs something in it, by ticket.
    running: Vec<(u64, Waker)>,
}

/// How a child came to its end.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ended {
    /// By this call, for it or for a loop around it.
    At(&'static Location<'static>),
    /// Its handle, or that of a loop around it, was dropped.
    Dropped,
    /// With the test in which it began.
    WithItsTest,
}

impl ByHand {
    pub(super) fn begin(&mut self, id: LoopId, around: LoopId) {
        self.children.push(Child {
            id,
            around,
            ended: None,
            running: Vec::new(),
        });
        let ahead = self.ahead(around);
        if ahead > 0 {
            self.ahead.insert(id, ahead);
        }
    }

    /// Of those that are there.
    pub(super) fn ids(&self) -> impl Iterator<Item = LoopId> {
        let alive = self.children.iter().filter(|child| child.ended.is_none());
        alive.map(|child| child.id)
    }

    fn ahead(&self, owner: LoopId) -> u64 {
        self.ahead.get(&owner).copied().unwrap_or_default()
    }

    fn place(&self, id: LoopId) -> Option<usize> {
        self.children
            .binary_search_by_key(&id, |child| child.id)
            .ok()
    }

    fn alive(&mut self, id: LoopId) -> Option<&mut Child> {
        let place = self.place(id)?;
        let child = &mut self.children[place];
        child.ended.is_none().then_some(child)
    }

    /// Whether one loop is the other, or inside of it. Those that are no children by hand are inside of each other in the order
    /// of their beginning.
    pub(super) fn is_inside(&self, inner: LoopId, outer: LoopId) -> bool {
        let mut inner = inner;
        while let Some(place) = self.place(inner) {
            if inner == outer {
                return true;
            }
            inner = self.children[place].around;
        }
        self.place(outer).is_none() && inner >= outer
    }

    /// These are gone. Gives who runs something there.
    fn end(&mut self, ending: &EndingLoops, how: Ended) -> Vec<Waker> {
        let children = self.children.iter_mut();
        let gone = children.filter(|child| child.ended.is_none() && ending.has(child.id));
        let running = gone.flat_map(|child| {
            child.ended = Some(how);
            std::mem::take(&mut child.running)
        });
        running.map(|(_, waker)| waker).collect()
    }
}

impl Nest {
    /// What ends with this loop.
    pub(super) fn ending(&self, child: LoopId) -> EndingLoops {
        let by_hand = self.by_hand.children.iter().map(|child| child.id);
        let all = by_hand.chain(self.in_order());
        let later = all.filter(|id| *id > child);
        let others = later.filter(|id| !self.by_hand.is_inside(*id, child));
        EndingLoops::new(child, others.collect())
    }
}

/// Makes what runs, until it is dropped, a loop's own.
struct Inside<'a> {
    world: &'a World,
    outer: Place,
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.world.place.set(self.outer);
    }
}

impl World {
    /// Begins a child of this loop beside what runs.
    pub(crate) fn begin_by_hand(&self, around: LoopId) -> LoopId {
        let id = self.nest.borrow_mut().begin_by_hand(around);
        self.clock.borrow_mut().begin_child(id);
        if let Some(network) = &mut *self.network.borrow_mut() {
            network.0.begin_child_by_hand(id);
        }
        if self.ahead_of(around) > 0 {
            self.signs.raise(Signs::AHEAD);
        }
        id
    }

    /// Does this as code of that loop.
    pub(crate) fn inside<R>(&self, owner: LoopId, call: impl FnOnce() -> R) -> R {
        let outer = self.place.get();
        self.place.set(outer.in_loop(owner));
        let _inside = Inside { world: self, outer };
        call()
    }

    /// How the loop came to its end, if it did.
    pub(crate) fn ended(&self, of: LoopId) -> Option<Ended> {
        let nest = self.nest.borrow();
        match nest.by_hand.place(of) {
            Some(place) => nest.by_hand.children[place].ended,
            None if of == OUTERMOST || nest.in_order().any(|id| id == of) => None,
            None => Some(Ended::WithItsTest),
        }
    }

    /// Somebody runs something in the child, and is to be woken when it ends.
    pub(crate) fn runs_by_hand(&self, child: LoopId, ticket: u64, waker: &Waker) {
        if self.closing.get() != NONE {
            // It is looked at once more, to find out what it waits for, which is not this.
            return;
        }
        self.runs_by_hand.set(true);
        // Cloned and dropped outside of the borrow: it may be code of a user's.
        let mut waker = waker.clone();
        if let Some(child) = self.nest.borrow_mut().by_hand.alive(child) {
            let mut running = child.running.iter_mut();
            if let Some((_, own)) = running.find(|(own, _)| *own == ticket) {
                std::mem::swap(own, &mut waker);
            } else {
                child.running.push((ticket, waker));
                return;
            }
        }
        drop(waker);
    }

    /// How many wakers of this task are kept for the end of a child alone: none that wakes it by itself.
    pub(super) fn kept_for_ends(&self, task: &Arc<Header>) -> usize {
        if !self.runs_by_hand.get() {
            return 0;
        }
        let own = waker_ref(task).data();
        let nest = self.nest.borrow();
        let running = nest
            .by_hand
            .children
            .iter()
            .flat_map(|child| &child.running);
        running.filter(|(_, waker)| waker.data() == own).count()
    }

    /// And does so no longer.
    pub(crate) fn ran_by_hand(&self, child: LoopId, ticket: u64) {
        let mut gone = None;
        if let Some(child) = self.nest.borrow_mut().by_hand.alive(child) {
            let place = child.running.iter().position(|(own, _)| *own == ticket);
            gone = place.map(|place| child.running.remove(place));
        }
        drop(gone);
    }

    /// Whether the code that runs now is that loop's, or of one inside of it.
    pub(crate) fn is_within(&self, outer: LoopId) -> bool {
        self.nest.borrow().by_hand.is_inside(self.owner(), outer)
    }

    /// How far a loop's clock is ahead of the world's.
    fn ahead_of(&self, owner: LoopId) -> u64 {
        if self.signs.any(Signs::AHEAD) {
            self.nest.borrow().by_hand.ahead(owner)
        } else {
            0
        }
    }

    /// What the clock of a loop shows.
    pub(crate) fn now_of(&self, owner: LoopId) -> u64 {
        self.now().saturating_add(self.ahead_of(owner))
    }

    /// What the clock of the code that runs now shows.
    pub(crate) fn local_now(&self) -> u64 {
        self.now_of(self.owner())
    }

    /// When that loop's clock shows this.
    pub(crate) fn world_time(&self, at: u64, owner: LoopId) -> u64 {
        match at {
            NEVER => NEVER,
            at => at.saturating_sub(self.ahead_of(owner)),
        }
    }

    /// What that loop's clock shows then.
    pub(crate) fn local_time(&self, at: u64, owner: LoopId) -> u64 {
        at.saturating_add(self.ahead_of(owner))
    }

    /// What that loop's wall clock shows.
    pub(crate) fn wall_of(&self, owner: LoopId) -> SystemTime {
        self.wall() + Duration::from_nanos(self.ahead_of(owner))
    }

    pub(crate) fn local_wall(&self) -> SystemTime {
        self.wall_of(self.owner())
    }

    /// Has that loop's wall clock, and all others, go on from this.
    pub(crate) fn set_wall_of(&self, wall: SystemTime, owner: LoopId) {
        self.set_wall(wall - Duration::from_nanos(self.ahead_of(owner)));
    }

    /// Moves the clock of a child forwards, and of those inside of it. What is due by then is woken, in the order in which it
    /// was to be. False if it cannot go so far.
    pub(crate) fn shift(&self, child: LoopId, by: u64) -> bool {
        let now = self.now();
        let shifted = {
            let mut nest = self.nest.borrow_mut();
            let shifted = nest.ending(child);
            let by_hand = &mut nest.by_hand;
            let mut loops: Vec<LoopId> = by_hand.ids().filter(|id| shifted.has(*id)).collect();
            if !loops.contains(&child) {
                loops.push(child);
            }
            let ahead = loops.iter().map(|id| by_hand.ahead(*id).checked_add(by));
            let ends = ahead.map(|ahead| ahead?.checked_add(now));
            if ends.into_iter().any(|at| at.is_none_or(|at| at == NEVER)) {
                return false;
            }
            for id in loops {
                *by_hand.ahead.or_insert(id, 0) += by;
            }
            shifted
        };
        self.signs.raise(Signs::AHEAD);
        let over = self.deadlines.borrow_mut().shift(&shifted, by, now);
        self.spend(over, Waker::wake);
        true
    }

    /// Ends a child, and those inside of it, from without. The world must have been entered, and no task of the child be polled.
    ///
    /// Its tasks are dropped, in the order in which they were spawned; what they spawn meanwhile is dropped at once. Its
    /// sockets are closed as if they were dropped, wherever their handles are, and its deadlines never come.
    pub(crate) fn end_by_hand(&self, child: LoopId, how: Ended) {
        let ending = self.nest.borrow().ending(child);
        let closing = self.closing.replace(child);
        let spared = self.spared.replace(Some(ending.clone()));
        self.end_dropped_elsewhere();
        let before = self.failures.take();
        let held = self.held_failures(&ending);
        let gone = self.drop_what_runs(&ending);
        let lost = self.failures.take();
        self.set_failures(before);
        for failure in held {
            self.lose(failure);
        }
        // What was held is told by now.
        let lost = lost.into_iter();
        let lost = lost.filter(|lost| lost.what != Lost::Task || !ending.has(lost.owner));
        self.failures.borrow_mut().extend(lost);
        let stays = |task: u32| gone.binary_search(&task).is_err();
        self.undo_orders(&ending, &stays);
        let unfired = self.deadlines.borrow_mut().take_of(&ending);
        self.end_waits(&ending, &stays);
        #[cfg(feature = "tracing")]
        self.recording.end_child(&ending);
        let running = self.nest.borrow_mut().by_hand.end(&ending, how);
        self.contain(|| drop(unfired));
        self.closing.set(closing);
        self.spared.replace(spared);
        self.spend(running, Waker::wake);
    }

    /// Ends those that are still there, of these loops. Their tasks are dropped by whoever ends these.
    pub(super) fn forget_by_hand(&self, ending: &EndingLoops) {
        let running = self
            .nest
            .borrow_mut()
            .by_hand
            .end(ending, Ended::WithItsTest);
        self.spend(running, drop);
    }
}

/// What is spared where a loop ends, though it began after it.
pub(super) type Spared = RefCell<Option<EndingLoops>>;
