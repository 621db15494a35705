//! What is there: every task, timer and listener, thing by thing; `sockets` has what is on the network.

use std::panic::Location;

use solipsism_harness::ordered::sort_by_key;

use super::Thing;
use crate::core::{EndingLoops, NEVER};
use crate::executor::World;
use crate::executor::tasks::Known;
use crate::leaks::{Kind, Kinds, Leak, State};
use crate::time::Instant;

impl World {
    /// What is there of this loop and those inside of it, in the order in which it was made, kind by kind.
    pub(super) fn things(&self, of: &EndingLoops, kinds: Kinds) -> Vec<(Thing, Leak)> {
        let mut things = Vec::new();
        if kinds.contains(Kind::Tasks) {
            let tasks = self.tasks.borrow();
            let sorted = tasks.sorted().into_iter().map(|(task, _)| task);
            let own = sorted.filter(|task| of.has(task.place.owner) && !task.header.is_finished());
            things.extend(own.map(|task| {
                let kept = self.kept_for_ends(task.header);
                (Thing::Task(task.header.key.id), task.as_leak(kept))
            }));
        }
        #[cfg(feature = "tokio")]
        if let (Some(hosted), true) = (&self.hosted, kinds.contains(Kind::TokioTasks)) {
            let alive = hosted.alive();
            if alive > 0 {
                let mut leak = Leak::new(Kind::TokioTasks, "tokio task", String::new(), self.now());
                leak.count = alive;
                things.push((Thing::Task(crate::executor::FOREIGN), leak));
            }
        }
        let announced = self.announced.borrow();
        for (number, owner, leak) in &*announced {
            if of.has(*owner) && kinds.contains(leak.kind) {
                things.push((Thing::Other(*number), leak.clone()));
            }
        }
        #[cfg(feature = "net")]
        things.extend(self.sockets(of, kinds));
        if kinds.contains(Kind::Timers) {
            things.extend(self.timers(of));
        }
        if kinds.contains(Kind::Signals) {
            let signals = self.signals.borrow();
            let listening = signals.listening().filter(|it| of.has(it.owner));
            things.extend(listening.map(|it| {
                let about = format!("for {}", it.signal);
                let mut leak = Leak::new(Kind::Signals, "listener", about, it.since);
                leak.created = Some(it.site);
                leak.user = it.task;
                leak.type_name = "solipsism::signal::unix::Signal";
                (Thing::Signal(it.key), leak)
            }));
        }
        #[cfg(feature = "net")]
        if kinds.contains(Kind::Faults) {
            things.extend(self.unfired_faults(of));
        }
        things
    }

    /// Those that were set since the loop began, in this order.
    fn timers(&self, of: &EndingLoops) -> Vec<(Thing, Leak)> {
        let deadlines = self.deadlines.borrow();
        let own = deadlines.pending();
        let own = own.filter(|it| of.has(it.owner));
        let mut timers: Vec<_> = own
            .map(|it| {
                let about = match it.at {
                    NEVER => "past the end of time".to_owned(),
                    at => format!("until {:?}", Instant::from_nanos(at)),
                };
                let mut leak = Leak::new(Kind::Timers, "timer", about, it.since);
                leak.created = Some(it.site);
                leak.user = Some(it.task);
                leak.type_name = "solipsism::time::Sleep";
                (it.key.number(), (Thing::Timer(it.key), leak))
            })
            .collect();
        sort_by_key(&mut timers, |(number, _)| *number);
        timers.into_iter().map(|(_, timer)| timer).collect()
    }
}

impl Known<'_> {
    /// Whether it may outlive a test on purpose, or has been told to end and waits for its turn.
    pub(super) fn is_beside(&self) -> bool {
        let header = &self.header;
        self.place.is_beside() || header.is_background() || header.is_aborted()
    }

    /// Of whose wakers the world keeps so many.
    fn as_leak(&self, kept: usize) -> Leak {
        let header = &self.header;
        let name = header.name.as_ref().map(|name| &***name);
        let mut leak = Leak::of_task(name, self.stage.type_name(), header.site, self.spawned);
        leak.numbers.push(header.key.id);
        if !header.is_queued() && !header.has_waker(kept) {
            leak.state = State::NeverWoken;
        }
        leak
    }
}

impl Leak {
    /// One thing.
    pub(crate) fn new(kind: Kind, noun: &'static str, about: String, since: u64) -> Self {
        Self {
            kind,
            noun,
            about,
            name: None,
            type_name: "",
            state: State::Plain,
            count: 1,
            since: [Instant::from_nanos(since); 2],
            created: None,
            is_various: false,
            untaken: 0,
            user: None,
            numbers: Vec::new(),
            asleep: Vec::new(),
            holds: Vec::new(),
        }
    }

    pub(super) fn of_task(
        name: Option<&str>,
        type_name: &'static str,
        site: &'static Location<'static>,
        since: u64,
    ) -> Self {
        let about = name.map(|name| format!("`{name}`")).unwrap_or_default();
        Self {
            name: name.map(Box::from),
            type_name,
            created: Some(site),
            ..Self::new(Kind::Tasks, "task", about, since)
        }
    }
}
