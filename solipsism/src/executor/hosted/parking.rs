//! What a hosted world does when tokio is about to park, and when it has: where time goes, and which verdict is due.

use std::rc::Rc;
use std::time::Duration;

use super::Hosted;
use super::clock::GRID;
use crate::event_loop::ClockKind;
use crate::executor::drive::Run;
use crate::executor::header::TaskKey;
use crate::executor::idle::Idle;
use crate::executor::trace::By;
use crate::executor::world::World;
use crate::stopped::{Next, Verdict};
use crate::time::Instant;

/// As long in real time nobody looks whether tokio has been woken, where something is out.
const GLANCE: Duration = Duration::from_millis(1);

/// Nothing of ours happens by itself any more. Has tokio a timer?
#[derive(Clone, Copy)]
pub(super) struct Seeking {
    /// When everything came to rest.
    since: u64,
    /// What tells whether anybody ran.
    alive: usize,
    turns: u64,
}

/// What comes after `before_park`.
enum After {
    /// Another turn.
    Turn,
    /// Tokio goes to its next timer.
    Park,
    /// The run is over.
    End,
}

impl Hosted {
    /// No task is ready, ours or tokio's.
    pub(super) fn before_park(&self, world: &Rc<World>) {
        self.waits.rest();
        if self.unmoved.take() && !world.inbox.has_news() {
            self.firing.set(true);
            self.parking.set(true);
            return;
        }
        let mut run = self.run.borrow_mut();
        let Some(run) = run.as_mut() else { return };
        self.come_to_rest(world, run);
    }

    fn come_to_rest(&self, world: &Rc<World>, run: &mut Run) {
        let has_news = || world.inbox.has_news() || world.ready.borrow().len() > 0;
        let next = if self.ended.borrow().is_some() || has_news() {
            After::Turn
        } else {
            self.clock.hold();
            let next = self.decide(world, run).unwrap_or_else(|verdict| {
                self.clock.stop_at(world.clock.borrow().now());
                self.end(Err(verdict))
            });
            self.clock.release();
            next
        };
        self.firing.set(true);
        self.parking.set(matches!(next, After::Park));
        if !self.parking.get() {
            self.wake_root();
        }
    }

    /// The body has its turn, after all others.
    fn release(&self, world: &World) {
        self.held.set(false);
        world.ready.borrow_mut().push(TaskKey::BODY);
        self.wake_root();
    }

    fn end(&self, how: Result<(), Verdict>) -> After {
        self.ended.replace(Some(how));
        After::End
    }

    fn decide(&self, world: &Rc<World>, run: &mut Run) -> Result<After, Verdict> {
        world.check_failures()?;
        let here = self.clock.tokio();
        let seeking = self.seeking.take().filter(|seeking| {
            (seeking.alive, seeking.turns) == (self.alive(), self.turns.get())
                && seeking.since == world.clock.borrow().now()
        });
        if seeking.is_none() {
            self.follow(world, run, here)?;
        }
        let now = world.clock.borrow().now();
        if self.held.get() && world.next_event() != Some(now) {
            self.release(world);
            return Ok(After::Turn);
        }
        let idle = if self.resting.get() {
            world.inbox.watch(None);
            match world.rest_of_instant() {
                Some(idle) => idle,
                None => return Ok(self.end(Ok(()))),
            }
        } else {
            world.idle(run)?
        };
        let pace = world.pace.get();
        match idle {
            Idle::Ready => Ok(After::Turn),
            Idle::Outside(at_most) => {
                self.glance(world, run, at_most)?;
                Ok(After::Turn)
            }
            // Where time is real nobody jumps to the next timer of tokio's.
            Idle::Nothing if pace.is_some() => {
                self.glance(world, run, None)?;
                Ok(After::Turn)
            }
            Idle::Event(at) if pace.is_some() && self.clock.in_tokio(at) > here => {
                self.glance(world, run, Some(Duration::ZERO))?;
                Ok(After::Turn)
            }
            Idle::Event(at) | Idle::Advanced(at) => self.approach(world, run, idle, at, here),
            Idle::Nothing => Ok(self.seek(now, here, seeking)),
        }
    }

    /// Lets real time pass, but not for long: who wakes a task of tokio's does not wake us.
    fn glance(
        &self,
        world: &World,
        run: &mut Run,
        at_most: Option<Duration>,
    ) -> Result<(), Verdict> {
        let at_most = at_most.map_or(GLANCE, |left| left.min(GLANCE));
        world.wait(Some(at_most), &mut run.budget);
        if let Some(pace) = world.pace.get() {
            self.clock.advance_to(pace.now());
            self.follow(world, run, self.clock.tokio())?;
        }
        Ok(())
    }

    /// Goes towards what happens then, and lets it happen if it is there.
    fn approach(
        &self,
        world: &Rc<World>,
        run: &mut Run,
        idle: Idle,
        at: u64,
        here: u64,
    ) -> Result<After, Verdict> {
        let there = self.clock.in_tokio(at);
        let grid = here - here % GRID + GRID;
        if there <= here {
            // Tokio's timers of this instant have fired.
            world.perform(idle, &mut run.budget)?;
            world.waking.set(By::HOST);
        } else if there < grid {
            world.perform(idle, &mut run.budget)?;
            world.waking.set(By::HOST);
            self.clock.advance_to(at);
            self.clock.followed.set(at);
        } else if here % GRID != 0 {
            // Tokio rounds its steps to milliseconds, and would go too far from here.
            self.clock.advance_to(self.clock.in_world(grid));
            self.follow(world, run, grid)?;
        } else {
            self.clock.set_pilot(here, there - there % GRID);
            return Ok(After::Park);
        }
        Ok(After::Turn)
    }

    fn seek(&self, now: u64, here: u64, before: Option<Seeking>) -> After {
        let off = here % GRID;
        let seeking = before.unwrap_or_else(|| Seeking {
            since: now,
            // On the grid the next stop tells, and nobody has to be counted.
            alive: if off == 0 { 0 } else { self.alive() },
            turns: self.turns.get(),
        });
        self.seeking.set(Some(seeking));
        if off != 0 {
            let grid = here - off + GRID;
            self.clock.advance_to(self.clock.in_world(grid));
            return After::Turn;
        }
        self.clock.send_pilot_away(here);
        After::Park
    }

    /// Tokio goes on; its clock may have moved, and tasks of its be ready.
    pub(super) fn after_park(&self, world: &Rc<World>) {
        self.firing.set(false);
        if !self.parking.take() {
            return;
        }
        if self.is_under_way(world) {
            self.unmoved.set(true);
            return;
        }
        let mut run = self.run.borrow_mut();
        let Some(run) = run.as_mut() else { return };
        let here = self.clock.tokio();
        let seeking = self.seeking.take();
        if here == self.clock.parked_at.get() {
            // It had been woken before, as by whoever sets a timer, or is by somebody outside.
            if self.alive() == 0 {
                self.unmoved.set(true);
                self.seeking.set(seeking);
            }
            return;
        }
        let verdict = match seeking {
            Some(_) if here >= self.clock.pilot_at.get() => Some(Verdict::SleepsForever),
            Some(_) if world.frozen.get() > 0 => Some(Verdict::TimeIsFrozen {
                manual: world.clock_kind == ClockKind::Manual,
                at: Instant::from_nanos(self.clock.in_world(here)),
                what: Next::Foreign,
            }),
            _ => self.follow(world, run, here).err(),
        };
        if let Some(verdict) = verdict {
            // Wherever tokio's clock has got to, the world's has not.
            self.clock.stop_at(world.clock.borrow().now());
            self.end(Err(verdict));
            self.wake_root();
        } else if self.alive() > 0 {
            // Some of them may be ready.
        } else if self.held.get() && world.next_event() != Some(world.clock.borrow().now()) {
            self.release(world);
        } else if here < self.clock.pilot_at.get() && world.ready.borrow().len() == 0 {
            // No timer has fired yet: one of tokio's has come nearer.
            self.clock.parked_at.set(here);
            self.unmoved.set(true);
            self.seeking.set(seeking);
        } else {
            self.come_to_rest(world, run);
            self.firing.set(false);
            self.parking.set(false);
        }
    }

    /// No timer has fired: at most one of tokio's has come nearer. Where the clock is matters only where it may not go on.
    fn is_under_way(&self, world: &World) -> bool {
        self.alive() == 0
            && !self.held.get()
            && world.ready.borrow().len() == 0
            && self.clock.awaits_pilot()
            && world.frozen.get() == 0
            && world.limits.get().time.is_none()
    }

    /// The world's clock goes to where tokio's is.
    fn follow(&self, world: &World, run: &mut Run, here: u64) -> Result<(), Verdict> {
        let at = self.clock.in_world(here);
        if at > self.clock.followed.get() {
            self.clock.followed.set(at);
            run.budget.step()?;
            world.show(&mut world.clock.borrow_mut(), at)?;
        }
        Ok(())
    }
}
