//! What a world that stands still looks like: every task, and what it waits for as far as the primitive is ours.

use std::panic::Location;
use std::sync::Arc;

use futures_task::waker_ref;
use solipsism_harness::ordered::sort_by_key;

use super::header::Header;
use super::heartbeats::Heartbeats;
#[cfg(feature = "tokio")]
use super::hosted::FOREIGN;
use super::second_poll::{Again, Stacks};
use super::tasks::Unread;
use super::world::{NOBODY, World};
use crate::core::net::{Keeper, What};
use crate::core::{NEVER, SignalNumber, Waiter};
use crate::frames::Primitive;
use crate::stopped::{Stopped, Verdict};
use crate::time::Instant;
use crate::trace::{Cause, Task};

/// A world that stands still.
#[derive(Debug, Default)]
pub(crate) struct Standstill {
    pub(crate) tasks: Vec<StuckTask>,
    /// How many tasks of the loops around are not among these.
    pub(crate) around: usize,
    /// Tasks that are finished with something which nobody has read; how messages name them, and where they were spawned.
    pub(crate) unread: Vec<(String, &'static Location<'static>, Unread)>,
    /// What keeps the clock from moving, where the wall limit has come.
    pub(crate) held_by: Option<HeldBy>,
    /// What fires all the time, where the clock went on.
    pub(crate) heartbeats: Option<Heartbeats>,
    /// The faults of the network that did something and that no task's wait tells of.
    pub(crate) faults: Vec<Keeper>,
    /// Those of tokio, if that is the host.
    #[cfg(feature = "tokio")]
    pub(crate) foreign: Option<Foreign>,
}

/// What is out, and what the clock would go to.
#[derive(Clone, Debug)]
pub(crate) struct HeldBy {
    /// Where blocking jobs were submitted.
    pub(crate) jobs: Vec<&'static Location<'static>>,
    /// Where outside wakes were announced, by whom, and when; unknown where real time counts.
    pub(crate) guards: Vec<(&'static Location<'static>, String, Option<Instant>)>,
    pub(crate) next: Option<(Instant, &'static Location<'static>)>,
}

/// What is known of the tasks of a runtime that is the host.
#[cfg(feature = "tokio")]
#[derive(Debug)]
pub(crate) struct Foreign {
    /// How many there are. Some may be among the others.
    pub(crate) alive: usize,
}

/// A task that cannot go on.
#[derive(Clone, Debug)]
pub(crate) struct StuckTask {
    /// The task as messages name it.
    pub(crate) who: String,
    pub(crate) task: u32,
    pub(crate) site: &'static Location<'static>,
    pub(crate) is_background: bool,
    /// When it went to sleep; unknown where real time counts.
    pub(crate) since: Option<Instant>,
    /// All that it waits for, as far as that is ours.
    pub(crate) waits: Vec<Wait>,
    pub(crate) standing: Standing,
    /// What woke it last since its first turn.
    pub(crate) woken_by: Option<Cause>,
    /// What it waits in.
    pub(crate) stacks: Stacks,
    /// What it did when it was polled once more.
    pub(crate) again: Again,
}

/// Of a livelock this many tasks are looked at: one wakes itself, or two one another.
const SPINNING: usize = 3;

/// How a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Its turn had not come.
    Ready,
    /// Its turn came again and again.
    Spinning,
    /// A waker of it is alive somewhere.
    Waiting,
    /// No waker of it is alive.
    NeverWoken,
}

/// What a task waits for.
#[derive(Clone, Debug)]
pub(crate) enum Wait {
    Deadline {
        at: Instant,
        site: &'static Location<'static>,
    },
    /// A deadline past the end of time.
    Never {
        site: &'static Location<'static>,
    },
    Task {
        who: String,
        task: u32,
    },
    Job {
        site: &'static Location<'static>,
    },
    Signal {
        signal: SignalNumber,
        since: Instant,
        site: &'static Location<'static>,
    },
    /// For what somebody is to do.
    Value {
        what: String,
        since: Instant,
        site: &'static Location<'static>,
    },
    Settle,
    Advance {
        to: Instant,
    },
    Network {
        since: Instant,
        what: What,
        /// The task that used the other end last.
        peer: Option<String>,
    },
}

impl Wait {
    /// The task that this wait is for.
    pub(crate) fn whom(&self) -> Option<u32> {
        match self {
            Self::Task { task, .. } => Some(*task),
            Self::Network { what, .. } => what.peer_task(),
            _ => None,
        }
    }

    /// Since when, where that is told.
    pub(crate) fn since(&self) -> Option<Instant> {
        match self {
            Self::Signal { since, .. }
            | Self::Value { since, .. }
            | Self::Network { since, .. } => Some(*since),
            _ => None,
        }
    }

    /// Of what kind that is.
    pub(crate) fn primitive(&self) -> Primitive {
        match self {
            Self::Deadline { .. } | Self::Never { .. } => Primitive::Deadline,
            Self::Task { .. } => Primitive::Task,
            Self::Job { .. } => Primitive::Job,
            Self::Signal { .. } => Primitive::Signal,
            Self::Value { .. } => Primitive::Value,
            Self::Settle | Self::Advance { .. } => Primitive::Clock,
            Self::Network { .. } => Primitive::Network,
        }
    }
}

impl Wait {
    /// The faults of the network that keep what it waits for.
    fn faults(&self) -> impl Iterator<Item = Keeper> + use<> {
        let faults = match self {
            Self::Network { what, .. } => what.keepers(),
            _ => [None, None],
        };
        faults.into_iter().flatten()
    }

    /// Where it stands among those of its task: deadlines first, which come in no promised order, then as found.
    fn rank(&self) -> (bool, u64, &'static str, u32) {
        match self {
            Self::Deadline { at, site } => (false, at.nanos(), site.file(), site.line()),
            Self::Never { site } => (false, NEVER, site.file(), site.line()),
            _ => (true, 0, "", 0),
        }
    }
}

/// Who waits for what, sorted by task.
struct Waits(Vec<(u32, Wait)>);

impl Waits {
    fn of(&self, task: u32) -> Vec<Wait> {
        let first = self.0.partition_point(|(other, _)| *other < task);
        let waits = self.0[first..]
            .iter()
            .take_while(|(other, _)| *other == task);
        waits.map(|(_, wait)| wait.clone()).collect()
    }

    /// The tasks of a host that wait for something.
    #[cfg(feature = "tokio")]
    fn foreign(&self) -> Vec<u32> {
        let first = self.0.partition_point(|(task, _)| *task < FOREIGN);
        let tasks = self.0[first..].iter().map(|(task, _)| *task);
        let mut tasks: Vec<u32> = tasks.filter(|task| *task != NOBODY).collect();
        tasks.dedup();
        tasks
    }
}

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
            if let Some(hosted) = &self.hosted {
                hosted.call_roll();
            }
            #[cfg_attr(not(feature = "tokio"), expect(unused_mut, reason = "all are ours"))]
            let (mut tasks, around) = self.stuck_tasks(body, drives);
            #[cfg(feature = "tokio")]
            let foreign = self.foreign(body, &mut tasks);
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
            woken_by: self.woken_by(header),
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

    /// Who of the innermost loop is finished with something that nobody has read. Where the end of a task is awaited, others may well
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
            let is_told = !awaits || unread == Unread::Result;
            is_told.then(|| (task.header.to_string(), task.header.site, unread))
        });
        unread.collect()
    }

    /// What woke this task last, unless that was its spawner.
    fn woken_by(&self, header: &Header) -> Option<Cause> {
        header.woken_by().cause(|id| self.named(id))
    }

    fn named(&self, id: u32) -> Task {
        #[cfg(feature = "tokio")]
        if id >= FOREIGN {
            return Task::FOREIGN;
        }
        let tasks = self.tasks.borrow();
        let sorted = tasks.sorted();
        let found = sorted.binary_search_by_key(&id, |(task, _)| task.header.key.id);
        let name = found
            .ok()
            .and_then(|place| sorted[place].0.header.name.as_ref());
        Task::new(id, name.map(ToString::to_string))
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

    /// A task as messages name it, also when it is finished.
    pub(crate) fn task_name(&self, id: u32) -> String {
        let tasks = self.tasks.borrow();
        let sorted = tasks.sorted();
        let found = sorted.iter().find(|(task, _)| task.header.key.id == id);
        match found {
            _ if id == 0 => "the body".to_owned(),
            #[cfg(feature = "tokio")]
            _ if id >= FOREIGN => {
                let hosted = self.hosted.as_ref();
                hosted.map_or_else(String::new, |hosted| hosted.name_of(id))
            }
            Some((task, _)) => task.header.to_string(),
            // A task is taken out while it runs.
            None if id == self.current() => format!("task {id}"),
            None => format!("task {id}, which is finished"),
        }
    }

    /// By task, everything of ours that it waits for.
    fn waits(&self, body: Option<&Arc<Header>>) -> Waits {
        let mut waits = Waits(Vec::new());
        let mut add = |task: u32, wait: Wait| waits.0.push((task, wait));
        let deadlines = self.deadlines.borrow();
        for deadline in deadlines.pending() {
            let site = deadline.site;
            let wait = match deadline.at {
                NEVER => Wait::Never { site },
                at => Wait::Deadline {
                    at: Instant::from_nanos(at),
                    site,
                },
            };
            add(deadline.task, wait);
        }
        for (task, joiner) in self.tasks.borrow().sorted() {
            if let Some(joiner) = joiner {
                let who = task.header.to_string();
                let task = task.header.key.id;
                add(joiner, Wait::Task { who, task });
            }
        }
        for (waiter, site) in self.jobs.borrow().pending() {
            if let Some(waiter) = waiter {
                add(waiter.task, Wait::Job { site });
            }
        }
        for listening in self.signals.borrow().listening() {
            let Some(task) = listening.task else { continue };
            let wait = Wait::Signal {
                signal: listening.signal,
                since: Instant::from_nanos(listening.since),
                site: listening.site,
            };
            add(task, wait);
        }
        for (_, value) in self.awaited.borrow().iter() {
            let wait = Wait::Value {
                what: value.what.clone(),
                since: Instant::from_nanos(value.since),
                site: value.site,
            };
            add(value.task, wait);
        }
        for (_, waiter) in self.settling.borrow().iter() {
            add(waiter.task, Wait::Settle);
        }
        if let Some(advance) = &*self.advancing.borrow() {
            let to = Instant::from_nanos(advance.target);
            add(advance.waiter.task, Wait::Advance { to });
        }
        if let Some(network) = &*self.network.borrow() {
            let tasks = self.tasks.borrow();
            let sorted = tasks.sorted();
            // A future that was dropped cannot take back what it asked of a `poll_` function. Were it alive, the last poll
            // of its task would have come by it, unless something in between has a waker of its own.
            let is_given_up = |waiter: &Waiter| {
                let place =
                    sorted.binary_search_by_key(&waiter.task, |(task, _)| task.header.key.id);
                let task = place.ok().map(|place| sorted[place].0);
                let asker = if waiter.task == 0 {
                    body.map(|header| (header, self.body_polls.get()))
                } else {
                    task.map(|task| (task.header, task.polls))
                };
                asker.is_some_and(|(header, polls)| {
                    let own = waker_ref(header).data();
                    polls != waiter.poll && waiter.waker.data() == own
                })
            };
            for wait in network.0.waits(&is_given_up) {
                let peer = wait.what.peer_task();
                let network = Wait::Network {
                    since: Instant::from_nanos(wait.since),
                    what: wait.what,
                    peer: peer.map(|id| self.task_name(id)),
                };
                add(wait.task, network);
            }
        }
        sort_by_key(&mut waits.0, |(task, wait)| (*task, wait.rank()));
        waits
    }
}
