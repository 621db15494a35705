//! The other driver: a world inside of a tokio runtime. Tokio polls its own tasks and has timers of its own; the world is
//! the future that it is blocked on.
//!
//! Where no task of either kind can run, tokio is about to park its thread and calls [`Hosted::before_park`]: that
//! decides what comes next, as the native loop does in its stead. Tokio's clock is paused and moves in two ways. A step that ends off tokio's
//! grid of milliseconds is made here, since no timer of tokio's can lie within. Any other is left to tokio, which goes to its
//! next timer: one of these is ours, the pilot, and is set to where we want to go at the latest. That tokio has no timer is
//! found out in the same way, with a pilot so far away that it is reached only if nothing else is.
//!
//! `parking` decides, `clock` is what tokio's clock shows and how it is moved, `panics` what becomes of a panic in a tokio task
//! and `judge` who finds that out, `pool` what is known of its blocking jobs, `roll` which tasks tokio has, `again` where
//! they wait, `waits` what is seen of a livelock.

mod again;
mod clock;
mod judge;
mod panics;
mod parking;
mod pool;
#[cfg(feature = "dwarf")]
mod roll;
mod waits;

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::marker::PhantomData;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::runtime::{self, EnterGuard, Handle, LocalOptions, LocalRuntime, RuntimeMetrics};
use tokio::task::coop;

use self::again::Asked;
use self::clock::Clock;
use self::panics::Panics;
use self::parking::Seeking;
use self::pool::Pool;
use self::waits::Waits;
use super::drive::{Run, Stop, Turn};
use super::header::{Header, TaskKey};
use super::inbox::Inbox;
use super::tasks::AnyStage;
use super::trace::By;
use super::world::{NOBODY, World};
use crate::panics::{Print, catch};
use crate::stopped::Verdict;

pub(super) use self::again::keep_known;
pub(crate) use self::pool::{is_of as is_of_pool, note_panic as note_panic_in_job};
pub(super) use self::waits::keep_waiting;

/// How long the end of a world waits for tokio's blocking jobs, so that what they panic with is told. What takes longer may
/// never end.
const LAST_JOBS: Duration = Duration::from_secs(5);

/// As many tasks of tokio's are polled until ours have their turn. To give them that takes tokio as long as a poll.
const TURNS: u32 = 16;

/// Tasks with this bit are tokio's: the rest of the number is from tokio, and means nothing to a reader.
pub(crate) const FOREIGN: u32 = 1 << 31;

pub(super) struct Hosted {
    /// Until the world is closed.
    host: RefCell<Option<Rc<LocalRuntime>>>,
    handle: Handle,
    metrics: RuntimeMetrics,
    clock: Clock,
    /// How many guards say that this thread is tokio's.
    entered: Cell<u32>,
    /// Wakes the future that tokio is blocked on, during a run.
    root: RefCell<Option<Waker>>,
    run: RefCell<Option<Run>>,
    /// There is no body: the run ends when the instant has come to rest.
    resting: Cell<bool>,
    /// How the run is to end, once the root is polled.
    ended: RefCell<Option<Result<(), Verdict>>>,
    /// Turns of ours so far.
    turns: Cell<u64>,
    /// Tokio's timers fire now, if any: the body is woken by one of them before its time.
    firing: Cell<bool>,
    /// Tokio goes to its next timer.
    parking: Cell<bool>,
    /// The body was woken so, and goes on when all others have.
    held: Cell<bool>,
    seeking: Cell<Option<Seeking>>,
    panics: Panics,
    waits: Waits,
    pool: Arc<Pool>,
    asked: Asked,
    /// Which tasks tokio had when somebody asked, in the order of spawning, as far as that can be known.
    roll: RefCell<Vec<u32>>,
    /// Stands for tokio's tasks, for the watch.
    tasks: RefCell<Option<Arc<Header>>>,
    /// Tokio has parked in vain, and nobody has run since.
    unmoved: Cell<bool>,
}

impl Hosted {
    pub(super) fn new(inbox: Arc<Inbox>) -> Self {
        let pool = Pool::new(inbox);
        let hook = |call: fn(&Self, &Rc<World>)| {
            move || {
                World::try_with(|world| {
                    if let Some(hosted) = &world.hosted {
                        call(hosted, world);
                    }
                });
            }
        };
        let runtime = runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .event_interval(TURNS)
            // Judges come first.
            .global_queue_interval(1)
            .on_thread_park(hook(Self::before_park))
            .on_thread_unpark(hook(Self::after_park))
            .on_thread_start({
                let pool = Arc::clone(&pool);
                move || pool.join()
            })
            .build_local(LocalOptions::default())
            .expect("a runtime without an I/O driver asks the system for nothing");
        let handle = runtime.handle().clone();
        let clock = Clock::of(&handle);
        let metrics = handle.metrics();
        Self {
            host: RefCell::new(Some(Rc::new(runtime))),
            handle,
            metrics,
            clock,
            entered: Cell::new(0),
            root: RefCell::default(),
            run: RefCell::default(),
            resting: Cell::new(false),
            ended: RefCell::default(),
            turns: Cell::new(0),
            firing: Cell::new(false),
            parking: Cell::new(false),
            held: Cell::new(false),
            seeking: Cell::new(None),
            panics: Panics::default(),
            waits: Waits::default(),
            pool,
            asked: Asked::default(),
            roll: RefCell::default(),
            tasks: RefCell::default(),
            unmoved: Cell::new(false),
        }
    }

    /// What the world's clock shows, where tokio can be asked.
    #[inline]
    pub(super) fn now(&self) -> Option<u64> {
        (self.entered.get() > 0).then(|| self.clock.now())?
    }

    /// The tokio task that is being polled, or nobody.
    pub(super) fn current() -> u32 {
        panics::current().map_or(super::world::NOBODY, |id| FOREIGN | id)
    }

    /// Drives the world until the body is finished.
    pub(super) fn run(
        &self,
        world: &Rc<World>,
        run: Run,
        mut body: Pin<&mut dyn AnyStage>,
    ) -> (Run, Result<(), Stop>) {
        self.resting.set(false);
        self.block_on(world, run, |world, run| world.turn(run, body.as_mut()))
    }

    /// Drives it until every task is blocked.
    pub(super) fn run_to_rest(&self, world: &Rc<World>) -> Result<(), Verdict> {
        self.resting.set(true);
        let inbox = Arc::clone(world.inbox());
        let header = Header::new(inbox, TaskKey::BODY, Location::caller(), None);
        let run = Run::new(world, Print::Later, Arc::new(header));
        let (_, ended) = self.block_on(world, run, |world, run| {
            Ok(match world.next_ready(&mut run.budget)? {
                Some(task) => {
                    world.poll_task(task);
                    Turn::Taken
                }
                None => Turn::NobodyIsReady,
            })
        });
        match ended {
            Err(Stop::Verdict(verdict)) => Err(verdict),
            Ok(()) | Err(Stop::Panic(_)) => Ok(()),
        }
    }

    fn block_on(
        &self,
        world: &Rc<World>,
        run: Run,
        mut turn: impl FnMut(&Rc<World>, &mut Run) -> Result<Turn, Stop>,
    ) -> (Run, Result<(), Stop>) {
        let host = self.host.borrow().clone();
        let host = host.expect("a world that is closed runs no more");
        let _context = world.context();
        self.run.replace(Some(run));
        self.held.set(false);
        self.waits.rest();
        let root = poll_fn(|cx| self.poll_root(world, cx, &mut turn));
        let driven = catch(Print::Later, || host.block_on(root));
        world.inbox.wake_too(None);
        self.root.replace(None);
        self.ended.replace(None);
        self.firing.set(false);
        self.seeking.set(None);
        let run = self.run.take().expect("it was put there above");
        (run, driven.unwrap_or_else(|panic| Err(Stop::Panic(panic))))
    }

    fn poll_root(
        &self,
        world: &Rc<World>,
        cx: &Context<'_>,
        turn: &mut impl FnMut(&Rc<World>, &mut Run) -> Result<Turn, Stop>,
    ) -> Poll<Result<(), Stop>> {
        if self.root.borrow().is_none() {
            self.begin(world, cx.waker());
        }
        self.unmoved.set(false);
        if let Some(ended) = self.ended.take() {
            return Poll::Ready(ended.map_err(Stop::Verdict));
        }
        self.judge();
        let mut run = self.run.borrow_mut();
        let run = run.as_mut().expect("there is a run while its root is");
        world.read_inbox();
        let mut left = world.ready.borrow().len();
        // Whoever becomes ready meanwhile has its turn after tokio's tasks have had theirs.
        while left > 0 {
            left -= 1;
            self.turns.set(self.turns.get() + 1);
            match turn(world, run) {
                Ok(Turn::Taken) if coop::has_budget_remaining() => {}
                Ok(Turn::Finished) => return Poll::Ready(Ok(())),
                // All have the budget of cooperation of this one poll of the root. The next one would find it used up by
                // others, and could be kept from ever going on.
                Ok(Turn::Taken | Turn::NobodyIsReady) => break,
                Err(stop) => return Poll::Ready(Err(stop)),
            }
        }
        if world.ready.borrow().len() > 0 {
            cx.waker().wake_by_ref();
        }
        if world.watched {
            world.inbox.answer_knock();
            world.inbox.watch(self.tasks.borrow().as_ref());
        }
        // What comes until our next turn is tokio's.
        world.waking.set(By::HOST);
        Poll::Pending
    }

    /// A run has only one waker.
    #[cold]
    fn begin(&self, world: &World, waker: &Waker) {
        self.root.replace(Some(waker.clone()));
        world.inbox.wake_too(Some(waker.clone()));
        let inbox = Arc::clone(world.inbox());
        let header = Header::new(inbox, TaskKey::HOST, Location::caller(), None);
        self.tasks.replace(Some(Arc::new(header)));
    }

    fn wake_root(&self) {
        if let Some(root) = &*self.root.borrow() {
            root.wake_by_ref();
        }
    }

    /// Takes note of who is alive; nobody knows.
    #[cfg(not(feature = "dwarf"))]
    #[expect(
        clippy::unused_self,
        reason = "with the feature `dwarf` there is something to be seen"
    )]
    pub(super) fn call_roll(&self) {}

    /// Those who were alive when that was noted.
    pub(super) fn roll(&self) -> Vec<u32> {
        self.roll.borrow().clone()
    }

    /// What a task is called in messages: it has no name, and tokio's number counts the tasks of all tests.
    pub(super) fn name_of(&self, task: u32) -> String {
        let roll = self.roll.borrow();
        match roll.iter().position(|known| *known == task) {
            Some(place) => format!("tokio task {}", place + 1),
            None => "a tokio task".to_owned(),
        }
    }

    /// How many tasks tokio has.
    pub(super) fn alive(&self) -> usize {
        self.metrics.num_alive_tasks() - self.panics.judges()
    }

    /// Drops tokio's tasks. What panics meanwhile is noted.
    pub(super) fn close(&self) {
        let host = self.host.take();
        if let Some(runtime) = host.and_then(Rc::into_inner) {
            self.clock.forget_pilot();
            runtime.shutdown_timeout(LAST_JOBS);
        }
    }
}

/// While it lives, this thread is tokio's as far as tokio's functions are concerned.
pub(crate) struct HostContext<'a> {
    _guard: Option<EnterGuard<'a>>,
    entered: Option<&'a Cell<u32>>,
    // It is of this thread.
    not_send: PhantomData<*const ()>,
}

impl Drop for HostContext<'_> {
    fn drop(&mut self) {
        if let Some(entered) = self.entered {
            entered.set(entered.get() - 1);
        }
    }
}

impl World {
    pub(crate) fn is_hosted(&self) -> bool {
        self.hosted.is_some()
    }

    /// What tokio's functions need to know where they are.
    pub(crate) fn context(&self) -> HostContext<'_> {
        let hosted = self.hosted.as_deref();
        if let Some(hosted) = hosted {
            hosted.entered.set(hosted.entered.get() + 1);
        }
        HostContext {
            _guard: hosted.map(|hosted| hosted.handle.enter()),
            entered: hosted.map(|hosted| &hosted.entered),
            not_send: PhantomData,
        }
    }

    pub(super) fn schedule_hosted(&self, hosted: &Hosted, task: &Header, by: By) {
        hosted.panics.hear(self.current.get());
        if !task.queue() {
            return;
        }
        let by = match self.current.get() {
            NOBODY if by != By::SPAWN && Hosted::current() != NOBODY => By::FOREIGN,
            _ => by,
        };
        task.note_wake(by);
        if self.is_traced() {
            self.note_wake(task, by);
        }
        if task.key == TaskKey::BODY && hosted.firing.get() {
            hosted.held.set(true);
        } else {
            self.ready.borrow_mut().push(task.key);
            hosted.wake_root();
        }
    }
}
