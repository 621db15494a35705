//! The recorder of a world's trace, where one was asked for: it keeps the last events. Hooks all over the executor tell it what
//! happens, each behind one branch; what the events are, and their words, is `crate::trace`'s.

use std::collections::VecDeque;
use std::fmt;
use std::num::NonZero;
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use solipsism_harness::PrintedHere;
use solipsism_harness::ordered::Map;

use super::header::Header;
#[cfg(feature = "tokio")]
use super::hosted::FOREIGN;
use super::signs::Signs;
use super::tasks::Task as Spawned;
use super::world::{NOBODY, World};
use crate::core::net::NetEvent;
use crate::core::{FiredTimer, LoopId, OUTERMOST};
use crate::time::Instant;
use crate::trace::{Cause, Event, Kind, Task};

/// Shared by a world, and by whoever tells of one that does not come back.
pub(crate) struct Trace(Mutex<Notes>);

struct Notes {
    /// So many are kept.
    most: usize,
    events: VecDeque<Event>,
    /// How many were there before these.
    dropped: u64,
    /// Up to which they are another test's, or have been told.
    began: u64,
    told: u64,
    /// What happens now is no part of the run.
    is_paused: bool,
    names: Map<u32, String>,
    /// Of tasks that are no outermost loop's, whose they are: its clock may be ahead.
    owners: Map<u32, LoopId>,
    /// The deadlines that fired last.
    fired: VecDeque<FiredTimer>,
    printed: Option<PrintedHere>,
}

/// Who wakes a task: what a header stores at each wake, in one word. First come the numbers of tasks, then who is none, then
/// the ends of tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct By(u32);

impl By {
    const END: u32 = 1 << 31;
    /// Nobody: its first turn comes by itself.
    pub(crate) const SPAWN: Self = Self(Self::END - 1);
    pub(crate) const DEADLINE: Self = Self(Self::END - 2);
    pub(crate) const NETWORK: Self = Self(Self::END - 3);
    pub(crate) const JOB: Self = Self(Self::END - 4);
    pub(crate) const CLOCK: Self = Self(Self::END - 5);
    pub(crate) const OUTSIDE: Self = Self(Self::END - 6);
    #[cfg(feature = "tokio")]
    pub(crate) const HOST: Self = Self(Self::END - 7);
    /// A task of the host's, whichever.
    #[cfg(feature = "tokio")]
    pub(crate) const FOREIGN: Self = Self(Self::END - 8);
    /// The tasks of a world have lower numbers.
    pub(crate) const TASKS: u32 = Self::END - 8;

    pub(crate) fn task(id: u32) -> Self {
        debug_assert!(id < Self::TASKS, "a task has a low number");
        Self(id)
    }

    pub(crate) fn end_of(id: u32) -> Self {
        Self(Self::END | id)
    }

    pub(crate) fn of_word(word: u32) -> Self {
        Self(word)
    }

    pub(crate) fn word(self) -> u32 {
        self.0
    }

    /// In words, with a name for tasks; `None` for the first turn.
    pub(crate) fn cause(self, name: impl FnOnce(u32) -> Task) -> Option<Cause> {
        Some(match self {
            Self::SPAWN => return None,
            Self::DEADLINE => Cause::Deadline { site: None },
            Self::NETWORK => Cause::Network,
            Self::JOB => Cause::Job,
            Self::CLOCK => Cause::Clock,
            Self::OUTSIDE => Cause::Outside,
            #[cfg(feature = "tokio")]
            Self::HOST => Cause::Host,
            #[cfg(feature = "tokio")]
            Self::FOREIGN => Cause::Task(name(FOREIGN)),
            Self(word) if word & Self::END != 0 => Cause::End(name(word & !Self::END)),
            Self(id) => Cause::Task(name(id)),
        })
    }
}

/// The part of a trace that a report tells. Its `Display` is what stands there.
#[derive(Clone, Debug)]
pub(crate) struct ToldTrace {
    left_out: u64,
    events: Vec<Event>,
}

impl fmt::Display for ToldTrace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("  the trace:")?;
        match self.left_out {
            0 if self.events.is_empty() => f.write_str(" nothing happened")?,
            0 => {}
            1 => f.write_str("\n    … 1 earlier event left out")?,
            left_out => write!(f, "\n    … {left_out} earlier events left out")?,
        }
        let times: Vec<_> = self
            .events
            .iter()
            .map(|event| format!("{:?}", event.at))
            .collect();
        let width = times.iter().map(|time| time.chars().count()).max();
        let width = width.unwrap_or_default();
        for (time, event) in times.iter().zip(&self.events) {
            write!(f, "\n    {time:<width$}  {}", event.clause())?;
        }
        Ok(())
    }
}

impl Trace {
    pub(crate) fn new(most: NonZero<usize>) -> Self {
        Self(Mutex::new(Notes {
            most: most.get(),
            events: VecDeque::new(),
            dropped: 0,
            began: 0,
            told: 0,
            is_paused: false,
            names: Map::default(),
            owners: Map::default(),
            fired: VecDeque::new(),
            printed: PrintedHere::new(),
        }))
    }

    /// What no report has told so far.
    pub(crate) fn tell(&self) -> ToldTrace {
        let mut notes = self.notes();
        let from = notes.told.max(notes.began);
        let told = ToldTrace {
            left_out: notes.dropped.saturating_sub(from),
            events: notes.since(from),
        };
        notes.told = notes.dropped + notes.events.len() as u64;
        told
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Notes {
    fn note(&mut self, at: Instant, task: Option<Task>, kind: Kind) {
        if self.is_paused {
            return;
        }
        self.look_at_printed(at, task.as_ref());
        self.push(Event { at, task, kind });
    }

    /// What was printed before that, and since the last time, by whoever ran.
    fn look_at_printed(&mut self, at: Instant, task: Option<&Task>) {
        let lines = self.printed.as_mut().map(PrintedHere::take_lines);
        for line in lines.into_iter().flatten() {
            let task = task.cloned();
            let kind = Kind::Prints { line };
            self.push(Event { at, task, kind });
        }
    }

    fn push(&mut self, event: Event) {
        if self.events.len() == self.most {
            self.events.pop_front();
            self.dropped += 1;
        }
        self.events.push_back(event);
    }

    fn since(&self, from: u64) -> Vec<Event> {
        let skipped = usize::try_from(from.saturating_sub(self.dropped)).unwrap_or(usize::MAX);
        self.events.iter().skip(skipped).cloned().collect()
    }

    fn task(&self, id: u32) -> Task {
        #[cfg(feature = "tokio")]
        if id >= FOREIGN {
            return Task::FOREIGN;
        }
        Task::new(id, self.names.get(&id).cloned())
    }
}

impl World {
    /// From here on the last events are kept.
    pub(crate) fn start_trace(&self, most: NonZero<usize>) {
        if let Some(trace) = self.trace.get() {
            let mut notes = trace.notes();
            notes.most = notes.most.max(most.get());
            return;
        }
        let trace = Arc::new(Trace::new(most));
        let tasks = self.tasks.borrow();
        for (task, _) in tasks.sorted() {
            trace.notes().learn(task.header, task.place.owner);
        }
        self.inbox.set_trace(Arc::clone(&trace));
        _ = self.trace.set(trace);
        self.signs.raise(Signs::TRACED);
        if let Some(network) = &mut *self.network.borrow_mut() {
            network.1.deeds = Some(Vec::new());
        }
        #[cfg(feature = "tracing")]
        self.recording.take_notes();
    }

    /// What was kept of what happened in this test; `None` if nothing is.
    pub(crate) fn trace_events(&self) -> Option<Vec<Event>> {
        let trace = self.trace.get()?;
        let task = self.current();
        let mut notes = trace.notes();
        let now = self.shown_to(task, &notes);
        let task = (task != NOBODY).then(|| notes.task(task));
        notes.look_at_printed(now, task.as_ref());
        Some(notes.since(notes.began))
    }

    /// What no report has told so far, if anything is kept.
    pub(crate) fn tell_trace(&self) -> Option<ToldTrace> {
        self.trace.get().map(|trace| trace.tell())
    }

    /// Whether anybody wants to know what happens.
    #[inline]
    pub(crate) fn is_traced(&self) -> bool {
        self.signs.any(Signs::TRACED)
    }

    /// The task that runs did this.
    #[inline]
    pub(crate) fn note(&self, kind: impl FnOnce() -> Kind) {
        if self.is_traced() {
            self.note_of(self.current(), kind());
        }
    }

    /// The task that runs begins to wait for what that loop's clock shows as this instant. Gives it in the world's time.
    #[inline]
    pub(crate) fn deadline(&self, at: u64, owner: LoopId, site: &'static Location<'static>) -> u64 {
        if self.signs.any(Signs::AHEAD | Signs::TRACED) {
            self.note_deadline(at, owner, site)
        } else {
            at
        }
    }

    #[cold]
    fn note_deadline(&self, at: u64, owner: LoopId, site: &'static Location<'static>) -> u64 {
        if self.is_traced() {
            let at = Instant::from_nanos(at);
            self.note_of(self.current(), Kind::SetsDeadline { at, site });
        }
        self.world_time(at, owner)
    }

    /// This task did it.
    #[cold]
    pub(super) fn note_of(&self, task: u32, kind: Kind) {
        if let Some(trace) = self.trace.get() {
            let mut notes = trace.notes();
            let now = self.shown_to(task, &notes);
            let task = (task != NOBODY).then(|| notes.task(task));
            notes.note(now, task, kind);
        }
    }

    #[cold]
    pub(super) fn note_spawn(&self, header: &Header, owner: LoopId) {
        let Some(trace) = self.trace.get() else {
            return;
        };
        let task = {
            let mut notes = trace.notes();
            notes.learn(header, owner);
            notes.task(header.key.id)
        };
        let site = header.site;
        self.note_of(self.current(), Kind::Spawns { task, site });
    }

    #[cold]
    pub(super) fn note_wake(&self, header: &Header, by: By) {
        let Some(trace) = self.trace.get() else {
            return;
        };
        let mut notes = trace.notes();
        let Some(mut by) = by.cause(|id| notes.task(id)) else {
            return;
        };
        let mut owner = None;
        if let Cause::Deadline { site } = &mut by {
            let mut fired = notes.fired.iter();
            let place = fired.position(|timer| timer.task == header.key.id);
            let fired = place.and_then(|place| notes.fired.remove(place));
            *site = fired.as_ref().map(|timer| timer.site);
            owner = fired.map(|timer| timer.owner);
        }
        let task = notes.task(header.key.id);
        // Whoever wakes it printed what was printed before.
        let (printer, printed_at) = match &by {
            Cause::Task(task) => (Some(task.clone()), self.shown_to(self.current(), &notes)),
            _ => (None, self.instant()),
        };
        notes.look_at_printed(printed_at, printer.as_ref());
        // A deadline is one of the clock by which it was set, also where the body set it within a child.
        let now = match owner {
            Some(owner) => Instant::from_nanos(self.now_of(owner)),
            None => self.shown_to(header.key.id, &notes),
        };
        notes.note(now, Some(task), Kind::Woken { by });
    }

    /// These deadlines have fired, and whom they wake is woken next.
    #[cold]
    pub(super) fn note_fired(&self, fired: VecDeque<FiredTimer>) {
        if let Some(trace) = self.trace.get() {
            trace.notes().fired = fired;
        }
    }

    /// A poll is over.
    #[cold]
    pub(super) fn note_poll(&self, header: &Header) {
        if let Some(trace) = self.trace.get() {
            let mut notes = trace.notes();
            let now = self.shown_to(header.key.id, &notes);
            let task = notes.task(header.key.id);
            if !notes.is_paused {
                notes.look_at_printed(now, Some(&task));
            }
        }
    }

    #[cold]
    pub(super) fn note_end(&self, task: &Spawned) {
        let kind = match task.stage.error() {
            None => Kind::Finishes,
            Some(error) => match error.panic() {
                Some(text) => Kind::Panics {
                    message: text.message.clone(),
                },
                None => Kind::Cancelled,
            },
        };
        self.note_of(task.header.key.id, kind);
    }

    /// What a call of the network did.
    #[cold]
    #[cfg_attr(
        not(feature = "net"),
        expect(
            clippy::needless_pass_by_value,
            clippy::unused_self,
            unused_variables,
            reason = "there are none"
        )
    )]
    pub(super) fn note_deeds(&self, task: u32, deeds: Vec<NetEvent>) {
        #[cfg(feature = "net")]
        for deed in deeds {
            self.note_of(task, Kind::Net(deed));
        }
    }

    /// What happens while it is paused, and what is printed meanwhile, is no part of the run.
    #[cold]
    pub(super) fn pause_trace(&self, is_paused: bool) {
        if let Some(trace) = self.trace.get() {
            let mut notes = trace.notes();
            notes.is_paused = is_paused;
            if let Some(printed) = &mut notes.printed {
                _ = printed.take_lines();
            }
        }
    }

    /// What happened before is another test's.
    pub(crate) fn begin_trace(&self) {
        if let Some(trace) = self.trace.get() {
            let mut notes = trace.notes();
            notes.began = notes.dropped + notes.events.len() as u64;
        }
    }

    fn instant(&self) -> Instant {
        Instant::from_nanos(self.now())
    }

    /// What the clock shows of the loop whose that task is, or whose code it runs.
    fn shown_to(&self, task: u32, notes: &Notes) -> Instant {
        let owner = if task == self.current() {
            self.owner()
        } else {
            notes.owners.get(&task).copied().unwrap_or(OUTERMOST)
        };
        Instant::from_nanos(self.now_of(owner))
    }
}

impl Notes {
    fn learn(&mut self, header: &Header, owner: LoopId) {
        if owner != OUTERMOST {
            self.owners.insert(header.key.id, owner);
        }
        if let Some(name) = &header.name {
            self.names.insert(header.key.id, name.to_string());
        }
    }
}
