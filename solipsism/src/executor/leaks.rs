//! What is left at a test's end, and who had it.
//!
//! Nobody can ask a future what it holds. But tasks are dropped one by one, and what goes with a task was held by it: so
//! all that is there is noted down before, and while the tasks are dropped each thing that goes is noted with the task
//! that is dropped. What no task took with it is held by something that nobody knows of.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::Location;

use super::header::{Header, TaskKey};
use super::tasks::Task;
use super::world::World;
use crate::core::net::{OpenKind, OpenSocket, SocketKey};
use crate::core::{Key, ListenerKey, LoopId, NEVER};
use crate::leaks::{Check, Kind, Kinds, Leak, Leaks, State};
use crate::time::Instant;

/// Something that a handle holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Thing {
    Task(u32),
    Timer(Key),
    Socket(SocketKey),
    Signal(ListenerKey),
    /// A [`Presence`].
    Other(u64),
}

impl Thing {
    fn task(&self) -> Option<u32> {
        match self {
            Self::Task(task) => Some(*task),
            _ => None,
        }
    }
}

/// What went while everything was dropped.
#[derive(Default)]
pub(super) struct Leaving {
    /// Each with the task that was dropped then.
    gone: Vec<(Thing, u32)>,
    born: Vec<Birth>,
    /// How many destructors that spawn run, each within the one before.
    depth: u32,
}

/// A task that a destructor spawned then.
struct Birth {
    task: u32,
    by: u32,
    leak: Leak,
}

/// What was there before anything was dropped.
pub(crate) struct Watched {
    things: Vec<(Thing, Leak)>,
    /// The tasks that somebody waits for, each with who does.
    waits: Vec<(u32, u32)>,
    /// The tasks that may outlive a test.
    beside: BTreeSet<u32>,
}

/// That something is there which a part of this crate made of tasks and sockets, until it ends.
pub(crate) struct Presence {
    world: u32,
    number: u64,
}

impl Presence {
    /// # Panics
    ///
    /// Outside of a world.
    pub(crate) fn new(
        kind: Kind,
        noun: &'static str,
        about: String,
        site: &'static Location<'static>,
    ) -> Self {
        World::with(noun, |world| Self {
            world: world.id(),
            number: world.announce(kind, noun, about, site),
        })
    }

    pub(crate) fn end(&self) {
        World::try_with(|world| {
            if world.id() == self.world {
                world.retract(self.number);
            }
        });
    }
}

/// A destructor that spawns what spawns what it was itself is not followed any deeper, since each takes from the stack.
const DEEPEST: u32 = 64;

/// Nor any longer, where each spawns several.
const MOST_BORN: usize = 10_000;

impl World {
    /// Notes that the handle of something is dropped.
    #[inline]
    pub(crate) fn leave(&self, thing: impl FnOnce() -> Thing) {
        if self.is_leaving.get() {
            let by = self.current();
            if let Some(leaving) = &mut *self.leaving.borrow_mut() {
                leaving.gone.push((thing(), by));
            }
        }
    }

    /// Something that a part of this crate made of tasks and sockets is there now. Gives its number.
    fn announce(
        &self,
        kind: Kind,
        noun: &'static str,
        about: String,
        site: &'static Location<'static>,
    ) -> u64 {
        let number = self.ticket();
        let mut leak = Leak::new(kind, noun, about, self.last_now());
        leak.created = Some(site);
        let announced = (number, self.owner(), leak);
        self.announced.borrow_mut().push(announced);
        number
    }

    /// It is no longer there.
    fn retract(&self, number: u64) {
        self.leave(|| Thing::Other(number));
        self.announced
            .borrow_mut()
            .retain(|(other, _, _)| *other != number);
    }

    /// Notes all that is there of the innermost loop, and from here on what goes. Nothing if nothing is there.
    pub(crate) fn watch_leaks(&self) -> Option<Watched> {
        if self.is_clean() {
            return None;
        }
        let of = self.nest.borrow().innermost();
        if self.is_watched() {
            // Or else the watch's reference would pass for a waker.
            self.inbox.watch(None);
        }
        let watched = Watched {
            things: self.things(of, Kinds::ALL),
            waits: self.awaited_tasks(),
            beside: self.tasks_beside(of),
        };
        *self.leaving.borrow_mut() = Some(Box::default());
        self.is_leaving.set(true);
        Some(watched)
    }

    /// From here on what goes was held by nobody who was dropped.
    pub(super) fn end_leaving(&self) {
        self.is_leaving.set(false);
    }

    /// What was left behind: what was `watched`, by what went when, and what had to be `cut_off`. Everything must have
    /// been dropped.
    pub(crate) fn leaks(
        &self,
        watched: Option<Watched>,
        mut cut_off: Vec<Leak>,
        check: &Check,
    ) -> Leaks {
        self.end_leaving();
        let leaving = self.leaving.take();
        let leaving = leaving.map(|leaving| *leaving).unwrap_or_default();
        let mut leaks = watched.map_or_else(Vec::new, |it| it.leaks(leaving, check));
        cut_off.retain(|leak| !check.allows(leak));
        leaks.append(&mut cut_off);
        Leaks::new(Instant::from_nanos(self.now()), true, leaks)
    }

    /// What of these kinds is there, but for the task that asks, and what is in the background.
    pub(crate) fn left_now(&self, kinds: Kinds) -> Leaks {
        let of = self.owner();
        let beside = self.tasks_beside(of);
        let asker = self.current();
        let things = self.things(of, kinds).into_iter();
        let things = things.filter(|(thing, leak)| match (thing, leak.user) {
            (Thing::Task(task), _) => *task != asker && !beside.contains(task),
            // Its own are those within which it asks.
            (Thing::Timer(_), Some(user)) => user != asker && !beside.contains(&user),
            (_, user) => user.is_none_or(|user| !beside.contains(&user)),
        });
        let leaks = things.map(|(_, leak)| leak).collect();
        Leaks::new(Instant::from_nanos(self.now()), false, leaks)
    }

    fn is_clean(&self) -> bool {
        #[cfg(feature = "tokio")]
        if self
            .hosted
            .as_ref()
            .is_some_and(|hosted| hosted.alive() > 0)
        {
            return false;
        }
        let network = self.network.borrow();
        self.tasks.borrow().is_empty()
            && self.deadlines.borrow().is_empty()
            && self.signals.borrow().is_empty()
            && self.announced.borrow().is_empty()
            && network.as_ref().is_none_or(|state| state.0.is_clean())
    }

    /// Those whose end somebody waits for, and who does.
    fn awaited_tasks(&self) -> Vec<(u32, u32)> {
        let tasks = self.tasks.borrow();
        let sorted = tasks.sorted().into_iter();
        sorted
            .filter(|(task, _)| !task.header.is_finished())
            .filter_map(|(task, joiner)| Some((task.header.key.id, joiner?)))
            .collect()
    }

    /// The tasks that may outlive a test.
    fn tasks_beside(&self, of: LoopId) -> BTreeSet<u32> {
        let tasks = self.tasks.borrow();
        let sorted = tasks.sorted().into_iter().map(|(task, _)| task);
        let beside = sorted.filter(|task| task.place.owner < of || task.is_beside());
        beside.map(|task| task.header.key.id).collect()
    }

    /// The tasks of the loops around this one.
    fn tasks_around(&self, of: LoopId) -> BTreeSet<u32> {
        let tasks = self.tasks.borrow();
        let sorted = tasks.sorted().into_iter().map(|(task, _)| task);
        let around = sorted.filter(|task| task.place.owner < of);
        around.map(|task| task.header.key.id).collect()
    }

    /// What is there of this loop and those inside of it, in the order in which it was made, kind by kind.
    fn things(&self, of: LoopId, kinds: Kinds) -> Vec<(Thing, Leak)> {
        let mut things = Vec::new();
        if kinds.contains(Kind::Tasks) {
            let tasks = self.tasks.borrow();
            let sorted = tasks.sorted().into_iter().map(|(task, _)| task);
            let own = sorted.filter(|task| task.place.owner >= of && !task.header.is_finished());
            things.extend(own.map(|task| {
                let kept = self.kept_for_ends(&task.header);
                (Thing::Task(task.header.key.id), task.as_leak(kept))
            }));
        }
        #[cfg(feature = "tokio")]
        if let (Some(hosted), true) = (&self.hosted, kinds.contains(Kind::TokioTasks)) {
            let alive = hosted.alive();
            if alive > 0 {
                let mut leak = Leak::new(Kind::TokioTasks, "tokio task", String::new(), self.now());
                leak.count = alive;
                things.push((Thing::Task(super::FOREIGN), leak));
            }
        }
        let announced = self.announced.borrow();
        for (number, owner, leak) in &*announced {
            if *owner >= of && kinds.contains(leak.kind) {
                things.push((Thing::Other(*number), leak.clone()));
            }
        }
        if let Some(state) = &*self.network.borrow() {
            let sockets = state.0.open_sockets(of);
            let sockets = sockets
                .into_iter()
                .map(|it| (Thing::Socket(it.key), Leak::from(it)));
            // What listens for something announced is a part of that.
            let is_part = |leak: &Leak| {
                leak.kind == Kind::Listeners
                    && announced
                        .iter()
                        .any(|(_, _, whole)| whole.created == leak.created)
            };
            let sockets = sockets.filter(|(_, leak)| kinds.contains(leak.kind) && !is_part(leak));
            things.extend(sockets);
        }
        if kinds.contains(Kind::Timers) {
            things.extend(self.timers(of));
        }
        if kinds.contains(Kind::Signals) {
            let signals = self.signals.borrow();
            things.extend(signals.listening(of).map(|it| {
                let about = format!("for {}", it.signal);
                let mut leak = Leak::new(Kind::Signals, "listener", about, it.since);
                leak.created = Some(it.site);
                leak.user = it.task;
                leak.type_name = "solipsism::signal::unix::Signal";
                (Thing::Signal(it.key), leak)
            }));
        }
        if let (Some(state), true) = (&*self.network.borrow(), kinds.contains(Kind::Faults)) {
            things.extend(state.0.unfired(of).into_iter().map(|fault| {
                let mut leak = Leak::new(Kind::Faults, fault.what, String::new(), self.last_now());
                leak.created = Some(fault.site);
                (Thing::Other(u64::MAX), leak)
            }));
        }
        things
    }

    /// Those that were set since the loop began, in this order.
    fn timers(&self, of: LoopId) -> Vec<(Thing, Leak)> {
        let mark = self.nest.borrow().deadlines_before(of);
        let around = self.tasks_around(of);
        let deadlines = self.deadlines.borrow();
        let own = deadlines.pending();
        let own = own.filter(|it| it.key.number() >= mark && !around.contains(&it.task));
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
        timers.sort_unstable_by_key(|(number, _)| *number);
        timers.into_iter().map(|(_, timer)| timer).collect()
    }

    /// Whether what a destructor spawns while everything is dropped may be dropped, and so run destructors of its own.
    pub(super) fn may_be_born(&self) -> bool {
        let leaving = self.leaving.borrow();
        leaving
            .as_ref()
            .is_none_or(|leaving| leaving.depth < DEEPEST && leaving.born.len() < MOST_BORN)
    }

    /// A destructor spawns something then.
    pub(super) fn begin_birth(
        &self,
        task: TaskKey,
        name: Option<&str>,
        type_name: &'static str,
        site: &'static Location<'static>,
    ) {
        let is_undying = !self.may_be_born();
        let is_beside = self.place.get().is_beside;
        let mut leak = Leak::of_task(name, type_name, site, self.last_now());
        leak.state = if is_undying {
            State::Undying
        } else {
            State::Born
        };
        let by = self.current();
        let mut leaving = self.leaving.borrow_mut();
        let leaving = leaving.get_or_insert_default();
        leaving.depth += 1;
        if !is_beside || is_undying {
            leaving.born.push(Birth {
                task: task.id,
                by,
                leak,
            });
        }
    }

    pub(super) fn end_birth(&self) {
        if let Some(leaving) = &mut *self.leaving.borrow_mut() {
            leaving.depth -= 1;
        }
    }

    /// The handle of a task that is not finished is dropped. One that goes on does so without the holder.
    pub(super) fn leave_task(&self, task: &Header) {
        if task.is_aborted() {
            self.leave(|| Thing::Task(task.key.id));
        }
    }
}

impl Watched {
    fn leaks(self, leaving: Leaving, check: &Check) -> Vec<Leak> {
        let Self {
            mut things,
            waits,
            beside: mut allowed,
        } = self;
        things.retain(|(thing, leak)| match thing {
            Thing::Task(task) if allowed.contains(task) => false,
            Thing::Task(task) if check.allows(leak) => {
                allowed.insert(*task);
                false
            }
            _ => !check.allows(leak),
        });
        excuse_awaited(&mut allowed, &waits);
        // The first note counts: what is dropped twice was taken back in between, by nobody who is left.
        let mut holders = BTreeMap::new();
        for (thing, by) in leaving.gone {
            holders.entry(thing).or_insert(known(by));
        }
        let mut tasks: BTreeMap<u32, usize> = BTreeMap::new();
        let mut causes: Vec<Leak> = Vec::new();
        let mut held: Vec<(usize, Leak)> = Vec::new();
        // Tasks come first. One that waits for another comes after that, and so does one that a dropped set had aborted.
        let (own, others): (Vec<_>, Vec<_>) = things
            .into_iter()
            .partition(|(thing, _)| matches!(thing, Thing::Task(_)));
        let alive: BTreeSet<u32> = own.iter().filter_map(|(thing, _)| thing.task()).collect();
        let awaited: BTreeMap<u32, u32> = waits
            .iter()
            .filter(|(task, _)| alive.contains(task) && !allowed.contains(task))
            .map(|(task, joiner)| (*joiner, *task))
            .collect();
        let mut waiting = Vec::new();
        for (thing, mut leak) in own {
            let Thing::Task(task) = thing else { continue };
            let holder = holders.get(&thing);
            if allowed.contains(&task) || holder.is_some_and(|holder| allowed.contains(holder)) {
                allowed.insert(task);
            } else if let Some(cause) = holder.and_then(|holder| tasks.get(holder)).copied() {
                tasks.insert(task, cause);
                held.push((cause, leak));
            } else if awaited.contains_key(&task) {
                leak.state = State::Waits;
                waiting.push((task, leak));
            } else {
                tasks.insert(task, causes.len());
                causes.push(leak);
            }
        }
        for (task, mut leak) in waiting {
            if let Some(cause) = cause_of(task, &awaited, &tasks) {
                tasks.insert(task, cause);
                held.push((cause, leak));
            } else {
                // They wait for one another.
                leak.state = State::Plain;
                tasks.insert(task, causes.len());
                causes.push(leak);
            }
        }
        for (thing, leak) in others {
            match holders.get(&thing) {
                Some(holder) if allowed.contains(holder) => {}
                Some(holder) if tasks.contains_key(holder) => held.push((tasks[holder], leak)),
                _ => causes.push(leak),
            }
        }
        for Birth { task, by, leak } in leaving.born {
            let is_undying = leak.state == State::Undying;
            if (allowed.contains(&by) || check.allows(&leak)) && !is_undying {
                allowed.insert(task);
            } else if let Some(&cause) = tasks.get(&by) {
                tasks.insert(task, cause);
                held.push((cause, leak));
            } else {
                tasks.insert(task, causes.len());
                causes.push(leak);
            }
        }
        for (cause, leak) in held {
            causes[cause].holds.push(leak);
        }
        causes
    }
}

/// Whom one waits for that may outlive a test may do so as well: it works for that one.
fn excuse_awaited(allowed: &mut BTreeSet<u32>, waits: &[(u32, u32)]) {
    loop {
        let before = allowed.len();
        for (task, joiner) in waits {
            if allowed.contains(joiner) {
                allowed.insert(*task);
            }
        }
        if allowed.len() == before {
            return;
        }
    }
}

/// Where it is told whom a task waits for, or whom that one waits for, and so on.
fn cause_of(
    mut task: u32,
    awaited: &BTreeMap<u32, u32>,
    tasks: &BTreeMap<u32, usize>,
) -> Option<usize> {
    // A circle is no longer than this.
    for _ in 0..=awaited.len() {
        task = *awaited.get(&task)?;
        if let Some(cause) = tasks.get(&task) {
            return Some(*cause);
        }
    }
    None
}

/// Tokio's tasks are one.
fn known(task: u32) -> u32 {
    #[cfg(feature = "tokio")]
    if task >= super::FOREIGN && task != super::world::NOBODY {
        return super::FOREIGN;
    }
    task
}

impl Task {
    /// Whether it may outlive a test on purpose, or has been told to end and waits for its turn.
    fn is_beside(&self) -> bool {
        let header = &self.header;
        self.place.is_beside || header.is_background() || header.is_aborted()
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
            holds: Vec::new(),
        }
    }

    fn of_task(
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

impl From<OpenSocket> for Leak {
    fn from(socket: OpenSocket) -> Self {
        let (kind, noun, preposition, type_name) = match socket.what {
            OpenKind::TcpListener => (Kind::Listeners, "TCP listener", "at", "TcpListener"),
            OpenKind::UnixListener => (Kind::Listeners, "unix listener", "at", "UnixListener"),
            OpenKind::Connecting => (Kind::Streams, "connecting stream", "to", "Stream"),
            OpenKind::TcpClient => (Kind::Streams, "TCP stream", "to", "TcpStream"),
            OpenKind::TcpAccepted => (Kind::Streams, "accepted TCP stream", "at", "TcpStream"),
            OpenKind::UnixClient => (Kind::Streams, "unix stream", "to", "UnixStream"),
            OpenKind::UnixAccepted => (Kind::Streams, "accepted unix stream", "at", "UnixStream"),
            OpenKind::UnixPaired => (Kind::Streams, "unix stream", "of a pair, at", "UnixStream"),
            OpenKind::PipeWriter => (Kind::Streams, "sender of a pipe", "", "pipe::Sender"),
            OpenKind::PipeReader => (Kind::Streams, "receiver of a pipe", "", "pipe::Receiver"),
            OpenKind::Udp => (Kind::Datagrams, "UDP socket", "at", "UdpSocket"),
            OpenKind::UnixDatagrams => (
                Kind::Datagrams,
                "unix datagram socket",
                "at",
                "UnixDatagram",
            ),
        };
        let about = match (socket.at, socket.what) {
            (_, OpenKind::PipeReader | OpenKind::PipeWriter) => String::new(),
            (_, OpenKind::UnixPaired) => "of a pair".to_owned(),
            (Some(at), _) => format!("{preposition} {at}"),
            (None, _) => String::new(),
        };
        let mut leak = Self::new(kind, noun, about, socket.birth.since);
        leak.type_name = type_name;
        leak.created = socket.birth.site;
        leak.untaken = socket.untaken;
        leak.user = socket.user;
        leak
    }
}
