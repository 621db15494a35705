//! Looks at a world that stands still: at every task, and at what else a report of it tells. What its tasks wait for is in `waits`.

use std::panic::Location;
use std::sync::Arc;

use super::header::Header;
use super::second_poll::{Again, Stacks};
#[cfg(feature = "tokio")]
use super::standstill::Foreign;
use super::standstill::{HeldBy, Standing, Standstill, StuckTask, Wait};
use super::tasks::Unread;
use super::world::{NOBODY, World};
use crate::core::net::Keeper;
use crate::stopped::{Stopped, Verdict};
use crate::time::Instant;

/// Of a livelock this many tasks are looked at: one wakes itself, or two one another.
const SPINNING: usize = 3;

impl World {
    /// The report of a run that ends with this verdict.
    pub(super) fn report(&self, verdict: Verdict, body: Option<&Arc<Header>>) -> Stopped {
        let mut standstill = Standstill::default();
        if verdict.is_stuck() {
            let drives = matches!(
                verdict,
                Verdict::StepLimit { .. } | Verdict::WallLimit { .. }
            );
            #[cfg(feature = "tokio")]
            if let Some(hosted) = self.hosted.as_ref().filter(|_| verdict.is_at_rest()) {
                hosted.call_roll();
            }
            #[cfg_attr(not(feature = "tokio"), expect(unused_mut, reason = "all are ours"))]
            let (mut tasks, around) = self.stuck_tasks(body, drives);
            #[cfg(feature = "tokio")]
            let foreign = verdict
                .is_at_rest()
                .then(|| self.foreign(body, &mut tasks))
                .flatten();
            let faults = self.other_faults(&tasks);
            standstill = Standstill {
                unread: self.unread_results(&tasks),
                tasks,
                around,
                held_by: matches!(verdict, Verdict::WallLimit { .. })
                    .then(|| self.held_by())
                    .flatten(),
                heartbeats: self.tell_heartbeats(),
                faults,
                #[cfg(feature = "tokio")]
                foreign,
            };
        }
        if let Verdict::Livelock { busiest, .. } = &verdict {
            let (mut tasks, _) = self.stuck_tasks(body, false);
            tasks.retain(|task| {
                let mut looked_at = busiest.iter().take(SPINNING);
                looked_at.any(|busy| busy.task == task.task)
            });
            for task in &mut tasks {
                task.standing = Standing::Spinning;
            }
            standstill.tasks = tasks;
        }
        let mut failures = self.failures.take();
        // A run that failed by itself keeps what its handles hold to itself; they may still be asked.
        if verdict.is_stuck() {
            let ending = {
                let nest = self.nest.borrow();
                nest.ending(nest.innermost())
            };
            failures.extend(self.held_failures(&ending));
            #[cfg(feature = "tokio")]
            failures.extend(self.hosted.iter().flat_map(|hosted| hosted.held_failures()));
        }
        let mut stopped = Stopped::new(
            verdict,
            Instant::from_nanos(self.now()),
            standstill,
            failures,
            &self.inbox,
        );
        let causes = self.causes_of(&stopped.texts(), stopped.panic());
        stopped.led_to_by(causes);
        stopped
    }

    /// The report of a body that came to its end by itself, and badly.
    pub(crate) fn stop(&self, verdict: Verdict) -> Stopped {
        self.inbox.judge();
        self.report(verdict, None)
    }

    /// The tasks of the innermost loop; how many there are around it. Of these are listed those whose end is waited for, and
    /// if it is asked what `drives` the clock, those that wait for it.
    pub(super) fn stuck_tasks(
        &self,
        body: Option<&Arc<Header>>,
        drives: bool,
    ) -> (Vec<StuckTask>, usize) {
        let waits = self.waits(body);
        let stuck = |header: &Arc<Header>, since: u64| StuckTask {
            who: header.to_string(),
            task: header.key.id,
            site: header.site,
            is_background: header.is_background(),
            since: self
                .pace
                .get()
                .is_none()
                .then(|| Instant::from_nanos(since)),
            waits: waits.of(header.key.id),
            standing: if header.is_queued() {
                Standing::Ready
            } else if header.has_waker(self.kept_for_ends(header)) {
                Standing::Waiting
            } else {
                Standing::NeverWoken
            },
            woken_by: self.woken(header),
            stacks: Stacks::default(),
            again: Again::Unseen,
        };
        let body = body.map(|header| stuck(header, self.body_since.get()));
        let mut all: Vec<_> = body.into_iter().collect();
        let tasks = self.tasks.borrow();
        let mut alive = tasks.sorted();
        alive.retain(|(task, _)| !task.header.is_finished());
        let innermost = self.nest.borrow().innermost();
        let is_own = |id: u32| {
            let place = alive.binary_search_by_key(&id, |(task, _)| task.header.key.id);
            id == 0 || place.is_ok_and(|place| alive[place].0.place.owner >= innermost)
        };
        let mut around = 0;
        for (task, joiner) in &alive {
            let stuck = stuck(task.header, task.since);
            let is_deadline = |wait: &Wait| matches!(wait, Wait::Deadline { .. });
            if is_own(stuck.task)
                || joiner.is_some_and(is_own)
                || (drives && stuck.waits.iter().any(is_deadline))
            {
                all.push(stuck);
            } else {
                around += 1;
            }
        }
        (all, around)
    }

    /// Adds the tasks of a host to those that are stuck: all of them, if it is known which there are, or those that wait for
    /// something of this world.
    #[cfg(feature = "tokio")]
    fn foreign(&self, body: Option<&Arc<Header>>, tasks: &mut Vec<StuckTask>) -> Option<Foreign> {
        let hosted = self.hosted.as_ref()?;
        let waits = self.waits(body);
        let roll = hosted.roll();
        let known = if roll.is_empty() {
            waits.foreign()
        } else {
            roll
        };
        let alive = hosted.alive();
        tasks.extend(known.iter().map(|task| StuckTask {
            who: hosted.name_of(*task),
            task: *task,
            // Tokio does not tell where it was spawned.
            site: Location::caller(),
            is_background: true,
            since: None,
            waits: waits.of(*task),
            standing: Standing::Waiting,
            woken_by: None,
            stacks: Stacks::default(),
            again: Again::Unseen,
        }));
        Some(Foreign { alive })
    }

    /// What is out, if anything is.
    fn held_by(&self) -> Option<HeldBy> {
        let jobs: Vec<_> = self.jobs.borrow().pending().map(|(_, site)| site).collect();
        let mut deadlines = self.deadlines.borrow_mut();
        let next = deadlines.next().map(Instant::from_nanos);
        let next = next.zip(deadlines.next_site());
        // In real time it comes all the same.
        let next = next.filter(|_| self.pace.get().is_none());
        let is_virtual = self.pace.get().is_none();
        let guards = self.inbox.guards().into_iter().map(|guard| {
            let at = is_virtual.then(|| Instant::from_nanos(guard.at));
            (guard.site, self.announcer(guard.by), at)
        });
        let guards: Vec<_> = guards.collect();
        (!jobs.is_empty() || !guards.is_empty()).then_some(HeldBy { jobs, guards, next })
    }

    fn announcer(&self, task: u32) -> String {
        if task == NOBODY {
            return "code outside of the loop".to_owned();
        }
        self.task_name(task)
    }

    /// Who of the innermost loop is finished with something that nobody has read, and who of any with an error that nobody will. Where the end of a task is awaited, others may well
    /// have come to theirs before: then it is told of errors alone.
    fn unread_results(
        &self,
        stuck: &[StuckTask],
    ) -> Vec<(String, &'static Location<'static>, Unread)> {
        let innermost = self.nest.borrow().innermost();
        let mut waits = stuck.iter().flat_map(|task| &task.waits);
        let awaits = waits.any(|wait| matches!(wait, Wait::Task { .. }));
        let tasks = self.tasks.borrow();
        let sorted = tasks.sorted().into_iter().map(|(task, _)| task);
        let own = sorted.filter(|task| task.header.is_finished() && task.place.owner >= innermost);
        let unread = own.filter_map(|task| {
            let unread = task.stage.unread()?;
            let is_told = !awaits || unread != Unread::Value;
            is_told.then(|| (task.header.to_string(), task.header.site, unread))
        });
        let swallowed = self.swallowed.borrow();
        let swallowed = swallowed.iter();
        let swallowed =
            swallowed.map(|it| (it.who.clone(), it.site, Unread::Error(it.error.clone())));
        swallowed.chain(unread).collect()
    }

    /// The faults that did something, but for those that these tasks' waits tell of.
    fn other_faults(&self, tasks: &[StuckTask]) -> Vec<Keeper> {
        let waits = tasks.iter().flat_map(|task| &task.waits);
        let told: Vec<Keeper> = waits.flat_map(Wait::faults).collect();
        let mut faults = self
            .network
            .borrow()
            .as_ref()
            .map(|network| network.0.fired())
            .unwrap_or_default();
        faults.retain(|fault| !told.contains(fault));
        faults
    }
}
