//! The loop: polls what is ready. What happens when nothing is, it asks of `idle`.

use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Waker};

use futures_task::waker_ref;

use super::budget::Budget;
use super::header::{Header, TaskKey};
use super::idle::Idle;
use super::signs::Signs;
use super::tasks::{AnyStage, Chosen, Place};
use super::trace::By;
use super::world::{Limits, NOBODY, World};
use crate::panics::{self, Panic, Print};
use crate::stopped::{Stopped, Verdict};
use crate::task::JoinError;
use crate::time::Instant;

/// How a run ended that did not finish.
pub(crate) struct Ended {
    pub(crate) stopped: Stopped,
    /// If the body panicked: what it panicked with.
    pub(crate) payload: Option<Box<dyn std::any::Any + Send>>,
    /// And whether the panic hook has told of it.
    pub(crate) printed: bool,
}

impl World {
    /// Runs the world until the body is finished. The world must have been entered.
    ///
    /// A body that did not finish is dropped here, where its destructors still find their world.
    pub(crate) fn run(
        self: &Rc<Self>,
        print: Print,
        site: &'static Location<'static>,
        mut body: Pin<&mut dyn AnyStage>,
    ) -> Result<(), Ended> {
        let header = Arc::new(Header::new(
            Arc::clone(&self.inbox),
            TaskKey::BODY,
            site,
            None,
        ));
        // No handle asks for the body: whatever refers to it besides us is a waker.
        header.detach();
        self.body_site.set(Some(site));
        self.inbox.reopen();
        // A run that was asked to end, and was over before it could, leaves its sample: it would end this one.
        self.take_heartbeats();
        self.schedule_by(&header, By::SPAWN);
        let owned = Run::new(self, print, header);
        let (Run { header, .. }, ended) = self.drive(owned, body.as_mut());
        if header.is_queued() {
            // It was woken once more; the turn would be that of the next run's body.
            self.ready.borrow_mut().remove(TaskKey::BODY);
        }
        let (verdict, payload, printed) = match ended {
            Ok(()) => {
                header.finish();
                return Ok(());
            }
            Err(Stop::Verdict(verdict)) => (verdict, None, false),
            Err(Stop::Panic(panic)) => {
                let printed = panic.text.printed;
                (Verdict::Panicked(panic.text), Some(panic.payload), printed)
            }
        };
        self.inbox.judge();
        // Or else the watch's reference would pass for a waker.
        self.inbox.watch(None);
        #[cfg(feature = "tokio")]
        let is_at_rest = verdict.is_at_rest();
        let mut stopped = self.report(verdict, Some(&header));
        if cfg!(panic = "abort") && stopped.stuck().is_some() {
            // A panic in what follows would be the end of the process.
            eprintln!(
                "before its tasks are polled once more, which may end the process:\n{stopped}"
            );
        }
        if let Some(stuck) = stopped.stuck() {
            self.pause_trace(true);
            self.look_again(stuck, Some((&header, body.as_mut())));
            #[cfg(feature = "tokio")]
            super::hosted::keep_known(stuck);
            #[cfg(feature = "tokio")]
            if !is_at_rest {
                super::hosted::keep_waiting(stuck);
            }
            self.pause_trace(false);
            if header.is_queued() {
                self.ready.borrow_mut().remove(TaskKey::BODY);
            }
        }
        header.cut_off();
        header.finish();
        self.destroy(&header, self.place.get(), || body.as_mut().clear());
        stopped.attach(self.failures.take());
        Err(Ended {
            stopped,
            payload,
            printed,
        })
    }

    /// Polls what is ready until every task is blocked; time does not move. Without a body to wait for, this is how
    /// a finished test gives its tasks the rest of their instant.
    pub(crate) fn run_to_rest(self: &Rc<Self>) -> Result<(), Stopped> {
        #[cfg(feature = "tokio")]
        if let Some(hosted) = &self.hosted {
            let rest = hosted.run_to_rest(self);
            return rest.map_err(|verdict| self.report(verdict, None));
        }
        let mut budget = Budget::new(self.limits.get());
        loop {
            match self.next_ready(&mut budget) {
                Ok(Some(chosen)) => self.poll_task(chosen),
                Ok(None) => match self.rest_of_instant() {
                    Some(Idle::Outside(at_most)) => self.wait(at_most, &mut budget),
                    Some(_) => {}
                    None => return Ok(()),
                },
                Err(verdict) => return Err(self.report(verdict, None)),
            }
        }
    }

    /// As `run_to_rest`, but waits for nothing that is out: lets others learn of a child's end.
    pub(super) fn run_ready(&self, limits: Limits) -> Result<(), Stopped> {
        let mut budget = Budget::new(limits);
        loop {
            match self.next_ready(&mut budget) {
                Ok(Some(chosen)) => self.poll_task(chosen),
                Ok(None) if self.settle_network() => {}
                Ok(None) => return Ok(()),
                Err(verdict) => return Err(self.report(verdict, None)),
            }
        }
    }

    /// Takes turns until the body is finished. In a hosted world the host drives.
    fn drive(
        self: &Rc<Self>,
        mut run: Run,
        body: Pin<&mut dyn AnyStage>,
    ) -> (Run, Result<(), Stop>) {
        #[cfg(feature = "tokio")]
        if let Some(hosted) = &self.hosted {
            return hosted.run(self, run, body);
        }
        let ended = self.turns(&mut run, body);
        (run, ended)
    }

    fn turns(self: &Rc<Self>, run: &mut Run, mut body: Pin<&mut dyn AnyStage>) -> Result<(), Stop> {
        loop {
            match self.turn(run, body.as_mut())? {
                Turn::Taken => {}
                Turn::Finished => return Ok(()),
                Turn::NobodyIsReady => {
                    let idle = self.idle(run)?;
                    self.perform(idle, &mut run.budget)?;
                }
            }
        }
    }

    /// Polls whose turn it is.
    #[inline]
    pub(super) fn turn(
        self: &Rc<Self>,
        run: &mut Run,
        mut body: Pin<&mut dyn AnyStage>,
    ) -> Result<Turn, Stop> {
        self.read_inbox();
        let next = self.ready.borrow_mut().pop();
        match next {
            None => Ok(Turn::NobodyIsReady),
            Some(TaskKey::BODY) => {
                let header = &run.header;
                run.budget.poll_body(header)?;
                let poll = self.body_polls.get().wrapping_add(1);
                self.body_polls.set(poll);
                self.body_since.set(self.polls_at());
                let polled = self.poll(header, self.place.get(), poll, run.print, body.as_mut());
                if self.signs.any(Signs::TRACED | Signs::FAILED) {
                    self.end_poll_of_body(header, &polled)?;
                }
                if polled.map_err(Stop::Panic)? {
                    return Ok(Turn::Finished);
                }
                let owners = run.owners + self.kept_for_ends(header);
                run.never_woken = Arc::strong_count(header) == owners && !header.is_queued();
                Ok(Turn::Taken)
            }
            Some(key) => {
                let chosen = self.tasks.borrow_mut().check_out_to_poll(key);
                if let Some(chosen) = chosen {
                    if let Err(verdict) = run.budget.poll(&chosen.task.header) {
                        // It stays, for a report to tell where it goes round.
                        self.tasks.borrow_mut().check_in_unpolled(chosen.task);
                        return Err(verdict.into());
                    }
                    self.poll_task(chosen);
                    self.check_failures()?;
                }
                Ok(Turn::Taken)
            }
        }
    }

    pub(super) fn next_ready(&self, budget: &mut Budget) -> Result<Option<Chosen>, Verdict> {
        loop {
            self.read_inbox();
            let next = self.ready.borrow_mut().pop();
            let Some(key) = next else { return Ok(None) };
            let chosen = self.tasks.borrow_mut().check_out_to_poll(key);
            if let Some(chosen) = chosen {
                if let Err(verdict) = budget.poll(&chosen.task.header) {
                    self.tasks.borrow_mut().check_in_unpolled(chosen.task);
                    return Err(verdict);
                }
                return Ok(Some(chosen));
            }
        }
    }

    #[inline]
    pub(super) fn read_inbox(&self) {
        if self.inbox.has_news() {
            self.read_news();
        }
    }

    #[cold]
    fn read_news(&self) {
        let called = self.inbox.read();
        self.waking.set(By::OUTSIDE);
        self.end_dropped_elsewhere();
        for task in called {
            task.answer_call();
            if !task.is_finished() {
                self.schedule(&task);
            }
        }
        if self.inbox.stranger().is_some() {
            self.keep_pace();
        }
        if let Some(limit) = self.inbox.asked_to_end() {
            self.count_heartbeats(Some(limit));
        }
        #[cfg(feature = "tokio")]
        if let (Some(hosted), Some(limit)) = (&self.hosted, self.inbox.insisted()) {
            hosted.tell_spinning(self, limit);
        }
    }

    #[inline]
    fn poll(
        &self,
        header: &Arc<Header>,
        place: Place,
        poll: u32,
        print: Print,
        stage: Pin<&mut dyn AnyStage>,
    ) -> Result<bool, Box<Panic>> {
        header.unqueue();
        self.current.set(header.key.id);
        self.waking.set(By::task(header.key.id));
        self.current_poll.set(poll);
        let outer = self.place.replace(place);
        self.maker.set(None);
        if self.signs.any(Signs::WATCHED | Signs::CRASHED) {
            self.begin_poll(header);
        }
        let waker = waker_ref(header);
        let mut cx = Context::from_waker(&waker);
        let polled = panics::catch(print, || stage.poll(&mut cx));
        self.current.set(NOBODY);
        self.place.set(outer);
        match polled {
            Ok(poll) => Ok(poll.is_ready()),
            Err(mut panic) => {
                self.date(&mut panic);
                Err(panic)
            }
        }
    }

    #[cold]
    fn date(&self, panic: &mut Panic) {
        panic.text.at = Some(Instant::from_nanos(self.now()));
    }

    /// The time, as cheap as can be: the inbox has it wherever the clock is moved by us alone.
    #[inline]
    fn polls_at(&self) -> u64 {
        #[cfg(feature = "tokio")]
        if self.hosted.is_some() {
            return self.now();
        }
        self.inbox.now()
    }

    pub(super) fn poll_task(&self, chosen: Chosen) {
        let Chosen {
            mut task,
            place,
            poll,
        } = chosen;
        let mut own = place;
        if !task.header.is_plain() {
            if task.header.is_finished() {
                // A wake that came while it finished.
                self.tasks.borrow_mut().check_in_unpolled(task);
                return;
            }
            if task.header.is_aborted() {
                self.tasks.borrow_mut().take_back_poll(task.header.key);
                self.fail_task(&mut task, place, JoinError::cancelled);
                return self.finish_task(task, place);
            }
            own = place.beside(task.header.is_background());
        }
        let at = self.polls_at();
        let polled = self.poll(&task.header, own, poll, Print::Later, task.stage.as_mut());
        let is_cancelled =
            self.signs.any(Signs::TRACED | Signs::CRASHED) && self.end_poll(&task.header, place);
        match polled {
            Ok(false) if is_cancelled => self.fail_task(&mut task, place, JoinError::cancelled),
            Ok(false) => return self.tasks.borrow_mut().check_in_polled(task, at),
            Ok(true) => {}
            Err(panic) => {
                self.fail_task(&mut task, place, |header| {
                    JoinError::panicked(header, *panic)
                });
                if let Some(cause) = super::Failure::held(&task.header, &*task.stage, place) {
                    self.note_cause(cause);
                }
            }
        }
        self.finish_task(task, place);
    }

    /// Wakes somebody whose waker may be code of a user's.
    pub(crate) fn wake(&self, waker: Waker) {
        self.contain(|| waker.wake());
    }

    /// A failure that nobody holds any more ends the run at once.
    #[inline]
    pub(super) fn check_failures(&self) -> Result<(), Verdict> {
        if self.signs.any(Signs::FAILED) {
            self.look_at_failures()
        } else {
            Ok(())
        }
    }
}

/// A run of a body under way.
pub(super) struct Run {
    pub(super) budget: Budget,
    print: Print,
    pub(super) header: Arc<Header>,
    /// How many references to the header are no wakers: ours, and the watch's.
    owners: usize,
    /// The body waits, and no waker of it is alive.
    pub(super) never_woken: bool,
}

impl Run {
    pub(super) fn new(world: &World, print: Print, header: Arc<Header>) -> Self {
        Self {
            budget: Budget::new(world.limits.get()),
            print,
            header,
            owners: if world.watched { 2 } else { 1 },
            never_woken: false,
        }
    }
}

/// What came of a turn.
pub(super) enum Turn {
    Taken,
    /// By the body, with its last poll.
    Finished,
    NobodyIsReady,
}

/// Why the turns end before the body does.
pub(super) enum Stop {
    Verdict(Verdict),
    Panic(Box<Panic>),
}

impl From<Verdict> for Stop {
    fn from(verdict: Verdict) -> Self {
        Self::Verdict(verdict)
    }
}
