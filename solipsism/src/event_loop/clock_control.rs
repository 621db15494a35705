//! Moving the clock by hand, and stopping it.

use std::future::poll_fn;
use std::panic::Location;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use super::{ClockKind, EventLoop};
use crate::core::LoopId;
use crate::executor::{Advance, World};
use crate::panics;
use crate::time::Instant;
use crate::trace::Kind;

impl EventLoop {
    /// Moves the clock by `duration`, through every deadline on its way.
    ///
    /// First every other task gets to run until it is blocked. Then the clock goes from deadline to deadline, up to
    /// and including those at its end; after each of them the tasks run until they are blocked. When this returns,
    /// everything has settled.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future leaves the clock where it has got to.
    ///
    /// # Panics
    ///
    /// If another `advance` is under way (the message names both), outside of this loop's world, past the end of
    /// time, or if the clock is real.
    ///
    /// # Examples
    ///
    /// ```
    /// use solipsism::{ClockKind, EventLoop, time::{self, Duration}};
    ///
    /// let event_loop = EventLoop::builder().clock(ClockKind::Manual).build();
    /// let handle = event_loop.clone();
    /// event_loop.run(async move {
    ///     let task = solipsism::spawn(time::timeout(Duration::from_secs(5), std::future::pending::<()>()));
    ///     handle.advance(Duration::from_secs(5)).await;
    ///     assert!(task.is_finished());
    /// }).unwrap();
    /// ```
    #[track_caller]
    pub fn advance(&self, duration: Duration) -> impl Future<Output = ()> + use<> {
        let target = self.now().checked_add(duration);
        let target = target.expect("`advance` ends within 584 years of the loop's beginning");
        self.advance_from(target, Location::caller())
    }

    /// Moves the clock to `instant`; see [`advance`](Self::advance).
    ///
    /// # Panics
    ///
    /// As `advance`, and if `instant` is past: time does not go back.
    #[track_caller]
    pub fn advance_to(&self, instant: Instant) -> impl Future<Output = ()> + use<> {
        let now = self.now();
        assert!(
            instant >= now,
            "`advance_to({instant:?})` was called at {now:?}: time does not go back"
        );
        self.advance_from(instant, Location::caller())
    }

    #[track_caller]
    fn advance_from(
        &self,
        target: Instant,
        site: &'static Location<'static>,
    ) -> impl Future<Output = ()> + use<> {
        assert!(
            self.world.clock_kind() != ClockKind::Real,
            "`advance` needs a virtual or manual clock, and this loop's is real: sleep instead"
        );
        let mut advancing = Advancing {
            world: Rc::clone(&self.world),
            target: self.world.world_time(target.nanos(), self.of),
            site,
            ticket: None,
        };
        poll_fn(move |cx| advancing.poll(cx))
    }

    /// Waits until every other task is blocked. Time does not move.
    ///
    /// Tasks that wait for a blocking job, or that an announced outside wake may wake, are waited for. Of several
    /// tasks that settle, the one that asked first goes on first, and the others when it is blocked.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    ///
    /// # Panics
    ///
    /// Outside of this loop's world.
    pub fn settle(&self) -> impl Future<Output = ()> + use<> {
        let mut settling = Settling {
            world: Rc::clone(&self.world),
            ticket: None,
        };
        poll_fn(move |cx| settling.poll(cx))
    }

    /// Stops the clock while the guard lives: only [`advance`](Self::advance) moves it then.
    ///
    /// # Panics
    ///
    /// If the clock is real.
    ///
    /// # Examples
    ///
    /// ```
    /// use solipsism::{EventLoop, time::{self, Duration}};
    ///
    /// let event_loop = EventLoop::new();
    /// let frozen = event_loop.freeze();
    /// let stopped = event_loop.run(async { time::sleep(Duration::from_secs(1)).await }).unwrap_err();
    /// assert!(stopped.is_time_frozen());
    /// drop(frozen);
    /// event_loop.run(async { time::sleep(Duration::from_secs(1)).await }).unwrap();
    /// ```
    #[track_caller]
    pub fn freeze(&self) -> Freeze {
        assert!(
            self.world.clock_kind() != ClockKind::Real,
            "`freeze` needs a virtual or manual clock, and this loop's is real"
        );
        Freeze::new(Rc::clone(&self.world))
    }

    /// The earliest instant for which anything is set to happen: a deadline, or a packet's arrival.
    pub fn next_deadline(&self) -> Option<Instant> {
        let at = self.world.next_event()?;
        let ahead = self.now() - Instant::from_nanos(self.world.now());
        Some(Instant::from_nanos(at).deadline(ahead))
    }

    /// How many deadlines are set.
    pub fn pending_timers(&self) -> usize {
        self.world.deadlines(|deadlines| deadlines.len())
    }
}

/// Keeps a loop's clock from moving by itself. See [`EventLoop::freeze`].
#[must_use = "the clock goes on when the guard is dropped"]
pub struct Freeze {
    world: Rc<World>,
    owner: LoopId,
}

impl Freeze {
    pub(super) fn new(world: Rc<World>) -> Self {
        let owner = world.freeze();
        Self { world, owner }
    }
}

impl Drop for Freeze {
    fn drop(&mut self) {
        self.world.thaw_for(self.owner);
    }
}

impl std::fmt::Debug for Freeze {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Freeze").finish_non_exhaustive()
    }
}

/// A call of `advance`; under way from its first poll, when it takes a ticket, until the loop takes it out.
struct Advancing {
    world: Rc<World>,
    /// By the world's clock.
    target: u64,
    site: &'static Location<'static>,
    ticket: Option<u64>,
}

impl Advancing {
    fn poll(&mut self, cx: &Context<'_>) -> Poll<()> {
        assert_inside(&self.world, "advance");
        let mut current = self.world.advancing();
        match (&mut *current, self.ticket) {
            (Some(advance), Some(ticket)) if advance.ticket == ticket => {
                advance.waiter = self.world.waiter(cx);
                Poll::Pending
            }
            (_, Some(_)) => Poll::Ready(()),
            (Some(other), None) => {
                let (this, other) = (self.site, other.site);
                drop(current);
                panics::panic_at(
                    this,
                    format!(
                        "two at once advance the clock: the call at {this} began while that at {other} was under \
                         way; let one task do it, or await the one before the other"
                    ),
                )
            }
            (none, None) => {
                let ticket = self.world.ticket();
                self.ticket = Some(ticket);
                self.world.note(|| Kind::Advances {
                    to: Instant::from_nanos(self.target),
                    site: self.site,
                });
                *none = Some(Advance {
                    ticket,
                    target: self.target,
                    waiter: self.world.waiter(cx),
                    site: self.site,
                });
                Poll::Pending
            }
        }
    }
}

impl Drop for Advancing {
    fn drop(&mut self) {
        let mut current = self.world.advancing();
        let ours = current.as_ref().map(|advance| advance.ticket) == self.ticket;
        let given_up = if ours { current.take() } else { None };
        drop(current);
        drop(given_up);
    }
}

/// A call of `settle`; it waits from its first poll, when it takes a ticket, until the loop takes it out.
struct Settling {
    world: Rc<World>,
    ticket: Option<u64>,
}

impl Settling {
    fn poll(&mut self, cx: &Context<'_>) -> Poll<()> {
        assert_inside(&self.world, "settle");
        let mut settling = self.world.settling();
        let waiter = self.world.waiter(cx);
        let Some(ticket) = self.ticket else {
            let ticket = self.world.ticket();
            self.ticket = Some(ticket);
            settling.push_back((ticket, waiter));
            return Poll::Pending;
        };
        match settling.iter_mut().find(|(other, _)| *other == ticket) {
            Some((_, waiting)) => {
                *waiting = waiter;
                Poll::Pending
            }
            None => Poll::Ready(()),
        }
    }
}

impl Drop for Settling {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            let mut settling = self.world.settling();
            let place = settling.iter().position(|(other, _)| *other == ticket);
            let given_up = place.and_then(|place| settling.remove(place));
            drop(settling);
            drop(given_up);
        }
    }
}

#[track_caller]
pub(super) fn assert_inside(world: &Rc<World>, what: &str) {
    let inside = World::with(what, |current| Rc::ptr_eq(current, world));
    assert!(
        inside,
        "`{what}` of one event loop was awaited inside of another one: await it in its own"
    );
}
