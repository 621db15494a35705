//! Waiting for an instant.

use std::fmt;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use super::Instant;
use crate::core::{Key, LoopId};
use crate::executor::{Thing, World};

/// Waits for `duration` of the world's time, exactly. `sleep(Duration::ZERO)` lets the others run once.
///
/// A duration that reaches past the end of time, `Duration::MAX` say, never ends and is no deadline.
///
/// # Cancel safety
///
/// Dropping the future takes the deadline back. Only where it is dropped outside of its world, once it was polled, is the
/// deadline still reached; nobody is woken then.
///
/// # Panics
///
/// Outside of a world.
///
/// # Examples
///
/// ```
/// use solipsism::{EventLoop, time::{sleep, Duration, Instant}};
///
/// let elapsed = EventLoop::new().run(async {
///     let start = Instant::now();
///     for _ in 0..10 {
///         sleep(Duration::from_millis(100)).await;
///     }
///     start.elapsed()
/// });
/// assert_eq!(elapsed.unwrap(), Duration::from_secs(1));
/// ```
#[track_caller]
pub fn sleep(duration: Duration) -> Sleep {
    let site = Location::caller();
    let (owner, now) = World::with("sleep", |world| (world.owner(), world.local_now()));
    let state = if duration.is_zero() {
        State::Yielding
    } else {
        State::New
    };
    Sleep {
        deadline: Instant::from_nanos(now).deadline(duration),
        site,
        state,
        owner,
        world: NOWHERE,
    }
}

/// Waits until `deadline`; one that is past is reached at once. Otherwise as [`sleep`].
///
/// # Panics
///
/// Outside of a world.
#[track_caller]
pub fn sleep_until(deadline: Instant) -> Sleep {
    World::with("sleep_until", |_| ());
    Sleep::at(deadline, Location::caller())
}

/// The future of [`sleep`] and [`sleep_until`].
#[must_use = "futures do nothing unless they are awaited or polled"]
pub struct Sleep {
    deadline: Instant,
    site: &'static Location<'static>,
    state: State,
    /// The loop whose deadline it is: its clock says when this is reached, whoever waits.
    owner: LoopId,
    /// Where `state`'s key means something.
    world: u32,
}

/// Worlds count from 0.
const NOWHERE: u32 = u32::MAX;

/// A sleep goes from `New`, or from `Yielding` if it asks for no time at all, to `Set` when it is first polled, and to
/// `Elapsed` when it is polled after its deadline fired. `reset` takes it back to `New`.
#[derive(Clone, Copy)]
enum State {
    New,
    Yielding,
    Set(Key),
    Elapsed,
}

impl Sleep {
    pub(crate) fn at(deadline: Instant, site: &'static Location<'static>) -> Self {
        Self {
            deadline,
            site,
            state: State::New,
            owner: World::try_with(|world| world.owner()).unwrap_or_default(),
            world: NOWHERE,
        }
    }

    /// What the clock by which it ends shows now.
    ///
    /// # Panics
    ///
    /// Outside of a world.
    #[track_caller]
    pub(super) fn now(&self) -> Instant {
        Instant::from_nanos(World::with("Instant::now", |world| {
            world.now_of(self.owner)
        }))
    }

    /// When it ends.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Whether the deadline has been reached, as far as a poll has seen it.
    pub fn is_elapsed(&self) -> bool {
        matches!(self.state, State::Elapsed)
    }

    pub(super) fn is_due(&self, world: &World) -> bool {
        self.deadline.nanos() <= world.now_of(self.owner)
    }

    /// Starts anew with another deadline. A task that waits is not woken by this: poll the sleep again.
    pub fn reset(mut self: Pin<&mut Self>, deadline: Instant) {
        self.cancel();
        self.deadline = deadline;
        self.state = State::New;
    }

    #[expect(
        clippy::inline_always,
        reason = "a timer is set in each poll that waits for one"
    )]
    #[inline(always)]
    fn begin(&self, world: &World, since: u64, cx: &Context<'_>) -> State {
        let waiter = world.waiter(cx);
        let last = waiter.is_body();
        let (owner, site) = (self.owner, self.site);
        let at = world.deadline(self.deadline.nanos(), owner, site);
        State::Set(world.deadlines(|deadlines| deadlines.set(at, last, waiter, since, owner, site)))
    }

    /// What becomes of a deadline that did not simply fire.
    #[cold]
    fn look(&self, key: Key, world: &World, cx: &Context<'_>) -> State {
        if world.deadlines(|deadlines| deadlines.is_set(key)) {
            self.state
        } else if !self.is_due(world) {
            // It was set in a child loop that has ended.
            self.begin(world, world.last_now(), cx)
        } else {
            State::Elapsed
        }
    }

    /// Waits on, for whoever polls it now.
    // Apart, since most sleeps are polled twice: when they are set and when they are over.
    #[cold]
    fn go_on(&self, key: Key, cx: &Context<'_>) -> State {
        let (state, replaced) = World::with("Sleep", |world| {
            let waiter = world.waiter(cx);
            if key.is_last() == waiter.is_body() {
                let replaced = world.deadlines(|deadlines| deadlines.renew(key, waiter));
                (self.state, replaced)
            } else {
                // Between the body and the others it goes from one group of its instant to the other.
                let replaced = world.deadlines(|deadlines| deadlines.cancel(key));
                (self.begin(world, world.last_now(), cx), replaced)
            }
        });
        // Outside of the closure, since what a waker drops may use the world.
        drop(replaced);
        state
    }

    /// The first loop to wait for it has it from here on: `child.spawn(sleep(…))` makes it outside of the child.
    #[cold]
    fn adopt(&mut self, world: &World) {
        let at = world.world_time(self.deadline.nanos(), self.owner);
        self.owner = world.owner();
        self.deadline = Instant::from_nanos(world.local_time(at, self.owner));
    }

    fn cancel(&mut self) {
        if let State::Set(key) = self.state {
            let waiter = World::try_with(|world| {
                let ours = self.world == world.id();
                ours.then(|| {
                    world.leave(|| Thing::Timer(key));
                    world.deadlines(|deadlines| deadlines.cancel(key))
                })
            });
            drop(waiter);
        }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let next = World::with("Sleep", |world| match self.state {
            State::Elapsed => State::Elapsed,
            State::Yielding => State::New,
            State::Set(key) => {
                assert!(
                    self.world == world.id(),
                    "a `Sleep` was polled in another world than before: make a new one there"
                );
                if world.deadlines(|deadlines| deadlines.is_gone_for_good(key)) {
                    State::Elapsed
                } else {
                    self.look(key, world, cx)
                }
            }
            State::New => {
                if self.world == NOWHERE && self.owner != world.owner() {
                    self.adopt(world);
                }
                self.world = world.id();
                let now = world.now();
                if self.deadline.nanos() <= world.local_time(now, self.owner) {
                    State::Elapsed
                } else {
                    self.begin(world, now, cx)
                }
            }
        });
        let next = match (self.state, next) {
            (State::Yielding, State::New) => {
                cx.waker().wake_by_ref();
                next
            }
            (State::Set(key), State::Set(next)) if key == next => self.go_on(key, cx),
            _ => next,
        };
        self.state = next;
        match next {
            State::Elapsed => Poll::Ready(()),
            _ => Poll::Pending,
        }
    }
}

/// Its deadline; the rest differs from run to run.
impl fmt::Debug for Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sleep")
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.cancel();
    }
}
