//! The settings of a world.

use std::time::Duration;

use super::EventLoop;
use crate::core::NEVER;
use crate::executor::{ChildSettings, Inbox, Limits, World, WorldSettings};
use crate::time::SystemTime;

use std::sync::Arc;

/// How the clock moves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClockKind {
    /// To the next deadline, as soon as every task waits. Costs no real time.
    #[default]
    Virtual,
    /// By [`EventLoop::advance`] alone, while a body runs.
    Manual,
    /// As real time does. What is measured is then not exact, and a run not repeatable.
    Real,
}

/// 2000-01-01T00:00:00Z: a round date, in the past of every real clock and not yet the time of any certificate.
const EPOCH: Duration = Duration::from_secs(946_684_800);

/// Ten million: in seconds of real time a few, and far beyond what tests do between two polls of their body.
const STEP_LIMIT: u64 = 10_000_000;

/// A hundred thousand: a fixture's server that works for so long while nothing of the test goes on is none, and in seconds of
/// real time that is a fraction of one.
const STEPS_AROUND: u64 = 100_000;

/// Ten million: a million connections opened and closed in one instant take four.
const POLL_BUDGET: u64 = 10_000_000;

/// As many blocking jobs run at a time, whatever the machine: their number must not depend on it.
const BLOCKING_THREADS: usize = 4;

/// Makes an [`EventLoop`] with settings.
///
/// # Examples
///
/// ```
/// use solipsism::{EventLoop, time::{self, Duration}};
///
/// let event_loop = EventLoop::builder().time_limit(Duration::from_secs(60)).build();
/// let stopped = event_loop.run(async { time::sleep(Duration::from_secs(61)).await }).unwrap_err();
/// assert!(stopped.is_time_limit());
/// ```
#[derive(Clone, Debug)]
#[must_use = "a builder makes no loop until `build` is called"]
pub struct Builder {
    settings: WorldSettings,
}

impl Builder {
    pub(crate) fn new() -> Self {
        Self {
            settings: WorldSettings {
                clock: ClockKind::Virtual,
                epoch: std::time::UNIX_EPOCH + EPOCH,
                seed: 0,
                permute: false,
                limits: Limits {
                    time: None,
                    since: 0,
                    steps: STEP_LIMIT,
                    alone: u64::MAX,
                    polls: POLL_BUDGET,
                },
                blocking_threads: BLOCKING_THREADS,
                #[cfg(feature = "tokio")]
                tokio: false,
            },
        }
    }

    /// How the clock moves; virtual unless set.
    pub fn clock(mut self, clock: ClockKind) -> Self {
        self.settings.clock = clock;
        self
    }

    /// What the wall clock shows at first; 2000-01-01T00:00:00Z unless set.
    pub fn epoch(mut self, epoch: SystemTime) -> Self {
        self.settings.epoch = epoch.into();
        self
    }

    /// Lets a seed choose the order of the tasks that are ready at the same instant. Without one the first that is
    /// ready runs first.
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.permute = true;
        self.derived_seed(seed)
    }

    /// The seed of the random choices alone.
    pub(crate) fn derived_seed(mut self, seed: u64) -> Self {
        self.settings.seed = seed;
        self
    }

    /// Stops a run that would go past this time since the loop began; off unless set.
    pub fn time_limit(mut self, limit: Duration) -> Self {
        let nanos = u64::try_from(limit.as_nanos()).unwrap_or(NEVER);
        self.settings.limits.time = Some(nanos);
        self
    }

    /// Stops a run whose clock has moved this often since the body was last polled; ten million unless set.
    pub fn step_limit(mut self, steps: u64) -> Self {
        self.settings.limits.steps = steps;
        self
    }

    /// Stops a run with this many polls within one instant; ten million unless set.
    pub fn poll_budget(mut self, polls: u64) -> Self {
        self.settings.limits.polls = polls;
        self
    }

    /// How many jobs of [`spawn_blocking`](crate::task::spawn_blocking) run at a time; four unless set.
    ///
    /// # Panics
    ///
    /// If it is zero.
    #[track_caller]
    pub fn blocking_threads(mut self, threads: usize) -> Self {
        assert!(
            threads > 0,
            "`blocking_threads` must not be zero: no job would ever be done"
        );
        self.settings.blocking_threads = threads;
        self
    }

    /// Hosts the world inside of a tokio runtime, on the same clock: `tokio::spawn`, `tokio::time`, `tokio::sync`,
    /// `tokio::task` and `tokio::select!` work in it, beside what is ours. Needs the feature `tokio`.
    ///
    /// Timers of both kinds interleave exactly: ours on nanoseconds, tokio's, as everywhere, on whole milliseconds. At one
    /// instant tokio's fire first, then ours, the body's last. What moves or stops this loop's clock moves and stops
    /// tokio's.
    ///
    /// A panic of a tokio task that nobody was seen to await fails the run's end: an `.await` that began before the task
    /// panicked and in a task of ours, or in the body, is seen; for others see
    /// [`task::forgive`](crate::task::forgive).
    ///
    /// What tokio does not let anybody see, and what follows:
    /// - Tokio tasks that wake one another for ever within one instant are a livelock only where they do so by what is of this
    ///   world, as over its network; a test's wall limit ends the others and tells them from one poll that does not
    ///   return; [`run`](EventLoop::run) has none.
    /// - Who is told of a panic in `tokio::task::spawn_blocking`, or in a `tokio::task::LocalSet` that the body or a task of ours
    ///   polls: it fails the end unless it is forgiven. So does one that a task catches right before it ends.
    /// - A task that is ended by `std::panic::resume_unwind` is not seen to panic.
    /// - `tokio::task::spawn_blocking` holds back whole milliseconds, not the part of one until a deadline of ours. What has not
    ///   begun when the world ends is not run; what has begun is waited for, five seconds at most.
    /// - A thread of yours that wakes a tokio task is not noticed: hold [`EventLoop::external`] meanwhile.
    /// - A tokio task runs on `localhost`, whichever host spawned it; a task of [`spawn`](crate::spawn) runs on its spawner's.
    /// - `tokio::select!` without `biased` is not repeatable: its seed cannot be set.
    /// - A timer of tokio's that is more than a year away does not keep a run from sleeping for ever.
    ///
    /// `tokio::net`, `tokio::process` and `tokio::signal` are refused, as they reach out: [`net`](crate::net) and
    /// [`signal`](crate::signal) are what there is. `tokio::time::pause` and `resume` are refused too: the clock is virtual
    /// from start to end; `advance` moves it even where it is frozen or manual. `block_in_place`, `Handle::block_on` and the
    /// `block_on` of another runtime panic as they do in every current-thread runtime. `tokio::fs` and
    /// `tokio::net::lookup_host` run on tokio's blocking threads, and do reach out: to real files and to real names.
    ///
    /// # Examples
    ///
    /// ```
    /// use solipsism::{EventLoop, time::Duration};
    ///
    /// let event_loop = EventLoop::builder().tokio().build();
    /// event_loop.run(async {
    ///     let task = tokio::spawn(tokio::time::sleep(Duration::from_secs(60)));
    ///     solipsism::time::sleep(Duration::from_nanos(1)).await;
    ///     task.await.unwrap();
    /// }).unwrap();
    /// assert_eq!(format!("{:?}", event_loop.now()), "60s");
    /// ```
    #[cfg(feature = "tokio")]
    pub fn tokio(mut self) -> Self {
        self.settings.tokio = true;
        self
    }

    /// The loop.
    pub fn build(self) -> EventLoop {
        EventLoop::own(World::new(&self.settings, Arc::new(Inbox::new()), false))
    }

    /// What a child with these settings is: it has its loop's clock.
    pub(crate) fn child(self) -> ChildSettings {
        let mut limits = self.settings.limits;
        limits.alone = match limits.steps {
            STEP_LIMIT => STEPS_AROUND,
            chosen => chosen,
        };
        ChildSettings {
            limits,
            seed: self.settings.seed,
            permute: self.settings.permute,
        }
    }

    /// The world of a test, over which a wall limit watches.
    pub(crate) fn build_watched(self, inbox: Arc<Inbox>) -> World {
        World::new(&self.settings, inbox, true)
    }
}
