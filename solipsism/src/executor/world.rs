//! A world: the core's state machines, the tasks, and what is remembered between two turns of the loop. While a world
//! runs, everything on its thread finds it here.

use std::cell::{Cell, OnceCell, RefCell, RefMut};
use std::collections::VecDeque;
use std::num::NonZero;
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Waker};
use std::time::{Duration, SystemTime};

use super::by_hand::Spared;
use super::child::Nest;
use super::close::Failure;
use super::errors::Swallowed;
use super::header::Header;
use super::heartbeats::Heartbeats;
#[cfg(feature = "tokio")]
use super::hosted::Hosted;
use super::inbox::Inbox;
use super::jobs::Jobs;
use super::leaks::Leaving;
use super::pace::Pace;
use super::passed_on::PassedOn;
use super::ready::Ready;
#[cfg(feature = "tracing")]
use super::recording::Recording;
use super::signs::Signs;
use super::tasks::{Place, Tasks};
use super::trace::{By, Trace};
use crate::core::net::{Call, HostId, Network};
use crate::core::{Clock, Deadlines, LoopId, NEVER, OUTERMOST, Signals, Waiter};
use crate::event_loop::ClockKind;
use crate::leaks::Leak;

/// What a world is made from.
#[derive(Clone, Debug)]
pub(crate) struct WorldSettings {
    pub(crate) clock: ClockKind,
    pub(crate) epoch: SystemTime,
    /// Of the random choices.
    pub(crate) seed: u64,
    /// Whether the seed also chooses among the ready tasks.
    pub(crate) permute: bool,
    pub(crate) limits: Limits,
    pub(crate) blocking_threads: usize,
    /// How many of the last events are kept, if any.
    pub(crate) trace: Option<NonZero<usize>>,
    /// Whether a tokio runtime is its host.
    #[cfg(feature = "tokio")]
    pub(crate) tokio: bool,
}

/// The budgets of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// The latest instant, in nanoseconds.
    pub(crate) time: Option<u64>,
    /// From when that is counted.
    pub(crate) since: u64,
    /// Clock steps since the body was last polled.
    pub(crate) steps: u64,
    /// Those of them that only the loops around a child make.
    pub(crate) alone: u64,
    /// Polls within one instant.
    pub(crate) polls: u64,
}

/// An `advance` under way.
pub(crate) struct Advance {
    pub(crate) ticket: u64,
    pub(crate) target: u64,
    pub(crate) waiter: Waiter,
    pub(crate) site: &'static Location<'static>,
}

/// What a task waits for that somebody is to do.
#[derive(Clone, Debug)]
pub(crate) struct AwaitedValue {
    pub(crate) task: u32,
    /// As reports say it, after `waits for`.
    pub(crate) what: String,
    pub(crate) since: u64,
    pub(crate) site: &'static Location<'static>,
}

pub(crate) struct World {
    id: u32,
    pub(super) clock_kind: ClockKind,
    pub(super) clock: RefCell<Clock>,
    pub(super) deadlines: RefCell<Deadlines>,
    /// Made on its first use: most worlds never ask for one.
    pub(super) network: RefCell<Option<Box<(Network, Call)>>>,
    /// What is to run again when a host is restarted.
    pub(super) programs: RefCell<Vec<(Place, Program)>>,
    pub(super) signals: RefCell<Signals>,
    pub(super) tasks: RefCell<Tasks>,
    pub(super) ready: RefCell<Ready>,
    pub(super) jobs: RefCell<Jobs>,
    pub(super) inbox: Arc<Inbox>,
    /// What is out of the ordinary.
    pub(super) signs: Signs,
    /// Whether somebody watches over the wall limit.
    pub(super) watched: bool,
    /// The task that is being polled.
    pub(super) current: Cell<u32>,
    /// Where the body stands that was run last.
    pub(super) body_site: Cell<Option<&'static Location<'static>>>,
    /// Who wakes tasks now: the one that is polled, or else what happens between polls.
    pub(super) waking: Cell<By>,
    /// Who keeps what happens, if that is asked for.
    pub(super) trace: OnceCell<Arc<Trace>>,
    /// How often the body was polled.
    pub(super) body_polls: Cell<u32>,
    /// When it was polled last.
    pub(super) body_since: Cell<u64>,
    /// Which of its polls this is.
    pub(super) current_poll: Cell<u32>,
    /// And where it runs; between two polls, where a body does.
    pub(super) place: Cell<Place>,
    /// Things that parts of this crate made, with their numbers and the loops that they belong to.
    pub(super) announced: RefCell<Vec<(u64, LoopId, Leak)>>,
    /// What went while everything is dropped.
    pub(super) leaving: RefCell<Option<Box<Leaving>>>,
    /// Whether that is noted; cheaper to ask.
    pub(super) is_leaving: Cell<bool>,
    /// On whose behalf code of ours makes sockets that a caller of it asked for.
    pub(crate) maker: Cell<Option<&'static Location<'static>>>,
    /// The children that are there, and what is to be as before when they are gone.
    pub(super) nest: RefCell<Nest>,
    /// The hosts that crashed in the course of the poll.
    pub(super) crashed: RefCell<Vec<u32>>,
    pub(super) settling: RefCell<VecDeque<(u64, Waiter)>>,
    pub(super) advancing: RefCell<Option<Advance>>,
    /// The values that somebody is to set, by ticket.
    pub(super) awaited: RefCell<Vec<(u64, AwaitedValue)>>,
    /// How many have asked to settle or to advance: so they know themselves again.
    tickets: Cell<u64>,
    /// Who has stopped the clock: `freeze` guards, and a manual clock while the body runs.
    pub(super) frozen: Cell<usize>,
    /// And in which loops.
    pub(super) frozen_in: RefCell<Vec<LoopId>>,
    pub(super) pace: Cell<Option<Pace>>,
    /// Room for the wakers of one step, kept for the next.
    pub(super) woken: Cell<Vec<Waker>>,
    /// Panics that no handle will tell of.
    pub(super) failures: RefCell<Vec<Failure>>,
    /// And those that one has told of, or will.
    pub(super) causes: RefCell<Vec<Failure>>,
    /// Errors of tasks whose output nobody took.
    pub(super) swallowed: RefCell<Vec<Swallowed>>,
    /// The last tasks with a name that are finished.
    pub(super) finished: RefCell<Vec<Arc<Header>>>,
    /// Where an error was passed on last.
    pub(super) passed_on: Cell<Option<PassedOn>>,
    /// What is spawned in this loop, and in those inside of it, is dropped at once.
    pub(super) closing: Cell<LoopId>,
    /// But not in these, if a child ends.
    pub(super) spared: Spared,
    /// Whether something ever ran in a child by hand; cheaper to ask.
    pub(super) runs_by_hand: Cell<bool>,
    pub(super) limits: Cell<Limits>,
    /// Whether a failure in the background is kept for the end, and does not end a run.
    pub(super) lenient: Cell<bool>,
    pub(super) seed: Cell<u64>,
    /// What fires, once that is of interest.
    pub(super) heartbeats: RefCell<Option<Heartbeats>>,
    /// Whom `tracing` tells while it runs.
    #[cfg(feature = "tracing")]
    pub(super) recording: Recording,
    /// The runtime that drives it, if one does.
    #[cfg(feature = "tokio")]
    pub(super) hosted: Option<Box<Hosted>>,
}

/// What a host runs: starts it anew.
pub(crate) type Program = Rc<dyn Fn(&World)>;

/// `current` between two polls.
pub(super) const NOBODY: u32 = u32::MAX;

/// `closing` while no loop ends.
pub(super) const NONE: LoopId = LoopId::MAX;

/// Where the body of the outermost loop runs.
const HOME: Place = Place::new(HostId::LOCAL.0, OUTERMOST);

impl World {
    /// A world on the current thread.
    pub(crate) fn new(settings: &WorldSettings, inbox: Arc<Inbox>, watched: bool) -> Self {
        // Only ever compared, so that a handle of one world is not taken for one of another.
        static WORLDS: AtomicU32 = AtomicU32::new(0);
        let id = WORLDS.fetch_add(1, Ordering::Relaxed);
        inbox.own();
        #[cfg(feature = "tokio")]
        let hosted = settings
            .tokio
            .then(|| Box::new(Hosted::new(Arc::clone(&inbox))));
        let world = Self {
            id,
            clock_kind: settings.clock,
            clock: RefCell::new(Clock::new(settings.epoch)),
            deadlines: RefCell::default(),
            network: RefCell::default(),
            programs: RefCell::default(),
            signals: RefCell::default(),
            tasks: RefCell::default(),
            ready: RefCell::new(Ready::new(settings.permute.then_some(settings.seed))),
            jobs: RefCell::new(Jobs::new(settings.blocking_threads)),
            inbox,
            signs: Signs::default(),
            watched,
            current: Cell::new(NOBODY),
            body_site: Cell::new(None),
            waking: Cell::new(By::OUTSIDE),
            trace: OnceCell::new(),
            body_polls: Cell::new(0),
            body_since: Cell::new(0),
            current_poll: Cell::new(0),
            place: Cell::new(HOME),
            announced: RefCell::default(),
            leaving: RefCell::default(),
            is_leaving: Cell::new(false),
            maker: Cell::new(None),
            nest: RefCell::default(),
            crashed: RefCell::default(),
            settling: RefCell::default(),
            advancing: RefCell::default(),
            awaited: RefCell::default(),
            tickets: Cell::new(0),
            frozen: Cell::new(0),
            frozen_in: RefCell::default(),
            pace: Cell::new(None),
            woken: Cell::default(),
            failures: RefCell::default(),
            causes: RefCell::default(),
            swallowed: RefCell::default(),
            finished: RefCell::default(),
            passed_on: Cell::new(None),
            closing: Cell::new(NONE),
            spared: RefCell::default(),
            runs_by_hand: Cell::new(false),
            limits: Cell::new(settings.limits),
            lenient: Cell::new(false),
            seed: Cell::new(settings.seed),
            heartbeats: RefCell::default(),
            #[cfg(feature = "tracing")]
            recording: Recording::new(),
            #[cfg(feature = "tokio")]
            hosted,
        };
        if watched {
            world.signs.raise(Signs::WATCHED);
        }
        if settings.clock == ClockKind::Real {
            world.keep_pace();
        }
        if let Some(most) = settings.trace {
            world.start_trace(most);
        }
        world
    }

    pub(crate) fn id(&self) -> u32 {
        self.id
    }

    pub(crate) fn seed(&self) -> u64 {
        self.seed.get()
    }

    /// Whether somebody watches over the wall limit.
    pub(crate) fn is_watched(&self) -> bool {
        self.watched
    }

    pub(crate) fn inbox(&self) -> &Arc<Inbox> {
        &self.inbox
    }

    pub(crate) fn clock_kind(&self) -> ClockKind {
        self.clock_kind
    }

    pub(crate) fn current(&self) -> u32 {
        let current = self.current.get();
        #[cfg(feature = "tokio")]
        if let (NOBODY, Some(_)) = (current, &self.hosted) {
            return Hosted::current();
        }
        current
    }

    /// The loop to which the code that runs now belongs.
    pub(crate) fn owner(&self) -> LoopId {
        self.place.get().owner
    }

    /// The current task as somebody who waits.
    #[inline]
    pub(crate) fn waiter(&self, cx: &Context<'_>) -> Waiter {
        let task = self.current();
        #[cfg(feature = "tokio")]
        if let (NOBODY, Some(hosted)) = (self.current.get(), &self.hosted) {
            hosted.note_wait(task, self.limits.get().polls);
        }
        Waiter {
            waker: cx.waker().clone(),
            task,
            poll: self.current_poll.get(),
        }
    }

    /// How often the current task has asked a `poll_` function of the network in this poll of it.
    pub(crate) fn asked(&self) -> usize {
        let network = self.network.borrow();
        let network = network.as_ref();
        network.map_or(0, |network| {
            network.0.asked(self.current(), self.current_poll.get())
        })
    }

    /// A future is about to be dropped that has asked all that the task did after this many times.
    pub(crate) fn give_up_since(&self, asked: usize) {
        if let Some(network) = &mut *self.network.borrow_mut() {
            let (task, poll) = (self.current(), self.current_poll.get());
            network.0.give_up_since(asked, task, poll);
        }
    }

    #[inline]
    pub(crate) fn deadlines<R>(&self, f: impl FnOnce(&mut Deadlines) -> R) -> R {
        f(&mut self.deadlines.borrow_mut())
    }

    pub(crate) fn signals<R>(&self, f: impl FnOnce(&mut Signals) -> R) -> R {
        f(&mut self.signals.borrow_mut())
    }

    /// Where the body stands that was run last.
    pub(crate) fn body_site(&self) -> Option<&'static Location<'static>> {
        self.body_site.get()
    }

    /// A number that no other has in this world.
    pub(crate) fn ticket(&self) -> u64 {
        self.tickets.set(self.tickets.get() + 1);
        self.tickets.get()
    }

    /// Those who wait until every other task is blocked, by ticket.
    pub(crate) fn settling(&self) -> RefMut<'_, VecDeque<(u64, Waiter)>> {
        self.settling.borrow_mut()
    }

    /// The values that somebody is to set, by ticket.
    pub(crate) fn awaited(&self) -> RefMut<'_, Vec<(u64, AwaitedValue)>> {
        self.awaited.borrow_mut()
    }

    pub(crate) fn advancing(&self) -> RefMut<'_, Option<Advance>> {
        self.advancing.borrow_mut()
    }

    /// A teardown runs next: it has this much virtual time, and what fails in the background meanwhile is kept for the end.
    /// Gives what the limits were.
    pub(crate) fn begin_teardown(&self, limit: Duration) -> Limits {
        self.lenient.set(true);
        self.begin_part(limit)
    }

    pub(crate) fn end_teardown(&self, limits: Limits) {
        self.lenient.set(false);
        self.end_part(limits);
    }

    /// What runs next has this much virtual time. Gives what the limits were.
    pub(crate) fn begin_part(&self, limit: Duration) -> Limits {
        let limit = u64::try_from(limit.as_nanos()).unwrap_or(NEVER);
        let (now, before) = (self.now(), self.limits.get());
        self.limits.set(Limits {
            time: Some(now.saturating_add(limit)),
            since: now,
            ..before
        });
        before
    }

    pub(crate) fn end_part(&self, limits: Limits) {
        self.limits.set(limits);
    }

    /// The number of the task that was spawned last.
    pub(crate) fn last_task(&self) -> u32 {
        self.tasks.borrow().last()
    }
}
