//! What happens where nobody is ready: says where the next event comes from, or why there will never be one, and lets it happen. The
//! clock moves here.

use std::task::Waker;
use std::time::Duration;

use super::budget::Budget;
use super::drive::Run;
use super::signs::Signs;
use super::trace::By;
use super::world::World;
use crate::core::Clock;
use crate::core::net::Network;
use crate::event_loop::ClockKind;
use crate::stopped::{Next, Verdict};
use crate::time::Instant;

/// What a world comes to where nobody is ready. A driver [performs](World::perform) it, after it has asked whoever else
/// has a say in the time.
#[derive(Clone, Copy, Debug)]
pub(super) enum Idle {
    /// Somebody has just become ready.
    Ready,
    /// Real time must pass, at most this: something is out.
    Outside(Option<Duration>),
    /// At this instant something happens by itself.
    Event(u64),
    /// An `advance` is at its end then.
    Advanced(u64),
    /// Nothing ever happens by itself.
    Nothing,
}

impl World {
    /// Nothing is ready: says where the next event comes from, or why there will never be one.
    #[inline]
    pub(super) fn idle(&self, run: &Run) -> Result<Idle, Verdict> {
        // Only now, so that a task that failed in this instant is told of as the cause.
        if run.never_woken {
            return Err(Verdict::NeverWoken);
        }
        if self.signs.any(Signs::WATCHED | Signs::HEARTBEATS) {
            self.begin_to_idle(&run.budget)?;
        }
        if let Some(idle) = self.rest_of_instant() {
            return Ok(idle);
        }
        let settling = self.settling.borrow_mut().pop_front();
        if let Some((_, waiter)) = settling {
            self.waking.set(By::CLOCK);
            self.wake(waiter.waker);
            return Ok(Idle::Ready);
        }
        let target = self
            .advancing
            .borrow()
            .as_ref()
            .map(|advance| advance.target);
        match (target, self.next_event()) {
            (Some(target), Some(at)) if at <= target => Ok(Idle::Event(at)),
            (Some(target), _) => Ok(Idle::Advanced(target)),
            (None, Some(_)) if self.frozen.get() > 0 => match self.pace.get() {
                Some(_) => Ok(Idle::Outside(None)),
                None => Err(self.time_is_frozen()),
            },
            (None, Some(at)) => {
                let left = self.pace.get().map(|pace| pace.until(at));
                match left.filter(|left| !left.is_zero()) {
                    Some(left) => Ok(Idle::Outside(Some(left))),
                    None => Ok(Idle::Event(at)),
                }
            }
            (None, None) if self.inbox.stranger().is_some() => Ok(Idle::Outside(None)),
            (None, None) => Ok(Idle::Nothing),
        }
    }

    /// What is still out belongs to this instant: it comes before everything that may move the clock.
    #[inline]
    pub(super) fn rest_of_instant(&self) -> Option<Idle> {
        if self.deliver_job() {
            Some(Idle::Ready)
        } else if self.inbox.is_announced() {
            Some(Idle::Outside(None))
        } else if self.settle_network() {
            Some(Idle::Ready)
        } else {
            None
        }
    }

    /// Lets happen what comes next.
    #[inline]
    pub(super) fn perform(&self, idle: Idle, budget: &mut Budget) -> Result<(), Verdict> {
        match idle {
            Idle::Ready => Ok(()),
            Idle::Outside(at_most) => {
                self.wait(at_most, budget);
                Ok(())
            }
            Idle::Event(at) => self.step(at, budget),
            Idle::Advanced(target) => {
                self.move_clock(target, budget)?;
                let advance = self.advancing.take().expect("somebody advances to there");
                self.waking.set(By::CLOCK);
                self.wake(advance.waiter.waker);
                Ok(())
            }
            Idle::Nothing => Err(Verdict::SleepsForever),
        }
    }

    /// Lets real time pass until something arrives from outside.
    pub(super) fn wait(&self, at_most: Option<Duration>, budget: &mut Budget) {
        self.inbox.wait(at_most);
        budget.wait();
    }

    /// The earliest instant at which something happens by itself: a deadline, or a packet's arrival.
    pub(crate) fn next_event(&self) -> Option<u64> {
        let deadline = self.deadlines.borrow_mut().next();
        deadline.into_iter().chain(self.next_packet()).min()
    }

    pub(super) fn next_packet(&self) -> Option<u64> {
        self.network.borrow_mut().as_mut()?.0.next()
    }

    /// Tells the network that the instant has come to rest. Says whether that made something ready.
    pub(super) fn settle_network(&self) -> bool {
        if self.network.borrow().is_none() {
            return false;
        }
        self.waking.set(By::NETWORK);
        self.network(Network::settle)
    }

    /// Moves the clock to the next event and lets it happen. At one instant packets arrive before deadlines fire.
    fn step(&self, at: u64, budget: &mut Budget) -> Result<(), Verdict> {
        self.move_clock(at, budget)?;
        if self.next_packet() == Some(at) {
            self.waking.set(By::NETWORK);
            self.network(Network::fire);
            return Ok(());
        }
        self.waking.set(By::DEADLINE);
        let mut woken = self.woken.take();
        if self.is_traced() {
            let fired = self.deadlines.borrow_mut().fire_noted(&mut woken);
            self.note_fired(fired);
        } else {
            self.deadlines.borrow_mut().fire(&mut woken);
        }
        self.woken.set(self.spend(woken, Waker::wake));
        Ok(())
    }

    #[inline]
    fn move_clock(&self, at: u64, budget: &mut Budget) -> Result<(), Verdict> {
        let mut clock = self.clock.borrow_mut();
        if at > clock.now() || self.pace.get().is_some() {
            budget.step()?;
            if budget.is_at_milestone() {
                drop(clock);
                if budget.is_near_the_limit() && !self.signs.any(Signs::HEARTBEATS) {
                    self.count_heartbeats(None);
                }
                budget.pass_milestone();
                if budget.is_time_to_look() {
                    self.look_at_child(budget)?;
                }
                clock = self.clock.borrow_mut();
            }
            self.show(&mut clock, at)?;
        }
        Ok(())
    }

    /// From here on the clock shows that time, unless this is past the limit.
    #[inline]
    pub(super) fn show(&self, clock: &mut Clock, at: u64) -> Result<(), Verdict> {
        if let Some(limit) = self.limits.get().time.filter(|limit| at > *limit) {
            clock.move_to(limit);
            return Err(self.time_limit(limit));
        }
        clock.move_to(at);
        self.inbox.set_now(at);
        Ok(())
    }

    // Apart, so that the clock's way, which is gone at every step, is short.
    #[cold]
    fn time_limit(&self, limit: u64) -> Verdict {
        self.inbox.set_now(limit);
        Verdict::TimeLimit {
            limit: Instant::from_nanos(limit - self.limits.get().since),
        }
    }

    fn time_is_frozen(&self) -> Verdict {
        let at = self
            .next_event()
            .expect("the clock is held before something");
        let mut deadlines = self.deadlines.borrow_mut();
        let what = if deadlines.next() == Some(at) {
            Next::Deadline(deadlines.next_site().expect("a deadline has its site"))
        } else {
            let mut network = self.network.borrow_mut();
            let upcoming = network.as_mut().and_then(|network| network.0.upcoming());
            Next::Network(upcoming.expect("what is no deadline is the network's"))
        };
        Verdict::TimeIsFrozen {
            manual: self.clock_kind == ClockKind::Manual,
            at: Instant::from_nanos(at),
            what,
        }
    }
}
