//! Tokio's clock: what it shows in the time of the world, and the pilot that tells it where to go.

use std::cell::{Cell, RefCell};
use std::pin::{Pin, pin};
use std::task::{Context, Waker};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{self, Instant, Sleep};

/// Tokio's timers are on whole milliseconds.
pub(super) const GRID: u64 = 1_000_000;

/// Milliseconds in the coarsest ring of tokio's wheel of timers. What lies on a whole one is reached in one step, whereas
/// other timers are first brought nearer: so a stop before it is some other timer's.
const RING: u64 = 1 << 30;

/// As many of these the pilot is away when it is only to be reached after all else: a year.
const AWAY: u64 = 32;

/// Tokio's instants count from `zero`, a tick of its wheel. They are nanoseconds here.
pub(super) struct Clock {
    zero: Instant,
    /// What it showed last, in both ways: most who ask are told the same again.
    shown: Cell<(Instant, u64)>,
    /// How far tokio's clock is ahead of the world's.
    ahead: Cell<u64>,
    /// Where the world's clock followed it to.
    pub(super) followed: Cell<u64>,
    pilot: RefCell<Option<Pin<Box<Sleep>>>>,
    pub(super) pilot_at: Cell<u64>,
    /// What the clock showed when it was left to tokio.
    pub(super) parked_at: Cell<u64>,
    /// The world's clock does not follow now.
    held: Cell<bool>,
}

impl Clock {
    pub(super) fn of(handle: &Handle) -> Self {
        let _context = handle.enter();
        let zero = Instant::now();
        Self {
            zero,
            shown: Cell::new((zero, 0)),
            ahead: Cell::new(0),
            followed: Cell::new(0),
            pilot: RefCell::default(),
            pilot_at: Cell::new(0),
            parked_at: Cell::new(0),
            held: Cell::new(false),
        }
    }

    /// What it shows.
    pub(super) fn tokio(&self) -> u64 {
        let now = Instant::now();
        let (last, nanos) = self.shown.get();
        if now == last {
            return nanos;
        }
        let since = now.duration_since(self.zero).as_nanos();
        let since = u64::try_from(since).expect("584 years have not passed");
        self.shown.set((now, since));
        since
    }

    pub(super) fn in_tokio(&self, world: u64) -> u64 {
        world.saturating_add(self.ahead.get())
    }

    pub(super) fn in_world(&self, tokio: u64) -> u64 {
        tokio - self.ahead.get()
    }

    /// What it shows in the time of the world, unless that is not to follow.
    pub(super) fn now(&self) -> Option<u64> {
        (!self.held.get()).then(|| self.now_anyhow())
    }

    pub(super) fn now_anyhow(&self) -> u64 {
        self.in_world(self.tokio())
    }

    pub(super) fn hold(&self) {
        self.held.set(true);
    }

    pub(super) fn release(&self) {
        self.held.set(false);
    }

    /// The world stays at `now`, wherever tokio's clock is.
    pub(super) fn stop_at(&self, now: u64) {
        self.ahead.set(self.tokio() - now);
        self.followed.set(now);
    }

    /// Moves it, with no timer fired.
    pub(super) fn advance_to(&self, world: u64) {
        let step = self.in_tokio(world).saturating_sub(self.tokio());
        let mut advance = pin!(time::advance(Duration::from_nanos(step)));
        // Its first poll moves the clock, the rest would only yield.
        let _yields = advance
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
    }

    /// Sets the pilot to this instant of tokio's. It wakes nobody: what comes next is decided when all are at rest.
    pub(super) fn set_pilot(&self, here: u64, at: u64) {
        self.parked_at.set(here);
        // Tokio's wheel has an end.
        let at = at.min(here + AWAY * RING * GRID);
        if self.pilot_at.replace(at) != at {
            let deadline = self.zero + Duration::from_nanos(at);
            let mut pilot = self.pilot.borrow_mut();
            let pilot = pilot.get_or_insert_with(|| Box::pin(time::sleep_until(deadline)));
            pilot.as_mut().reset(deadline);
            let _pending = pilot.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        }
    }

    /// Sets the pilot to where all other timers are before it.
    pub(super) fn send_pilot_away(&self, here: u64) {
        let ring = RING * GRID;
        let before = self.pilot_at.get();
        let is_away = before > here + AWAY / 2 * ring && before % ring == 0;
        let at = if is_away {
            before
        } else {
            (here / ring + AWAY) * ring
        };
        self.set_pilot(here, at);
    }

    /// Whether the pilot is still ahead.
    pub(super) fn awaits_pilot(&self) -> bool {
        let pilot = self.pilot.borrow();
        pilot.as_ref().is_some_and(|pilot| !pilot.is_elapsed())
    }

    pub(super) fn forget_pilot(&self) {
        let pilot = self.pilot.take();
        drop(pilot);
    }
}
