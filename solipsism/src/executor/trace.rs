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
use super::tasks::Task as Spawned;
use super::world::{NOBODY, World};
use crate::core::net::NetEvent;
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
    /// The deadlines that fired last: whom each wakes, and where it was set.
    fired: VecDeque<(u32, &'static Location<'static>)>,
    printed: Option<PrintedHere>,
}

/// Who wakes a task: what a header stores at each wake, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct By(u64);

impl By {
    /// Nobody: its first turn comes by itself.
    pub(crate) const SPAWN: Self = Self(1 << 32);
    pub(crate) const DEADLINE: Self = Self(2 << 32);
    pub(crate) const NETWORK: Self = Self(3 << 32);
    pub(crate) const JOB: Self = Self(4 << 32);
    pub(crate) const CLOCK: Self = Self(5 << 32);
    pub(crate) const OUTSIDE: Self = Self(6 << 32);
    #[cfg(feature = "tokio")]
    pub(crate) const HOST: Self = Self(7 << 32);
    const END: u64 = 8 << 32;

    pub(crate) fn task(id: u32) -> Self {
        Self(u64::from(id))
    }

    pub(crate) fn end_of(id: u32) -> Self {
        Self(Self::END | u64::from(id))
    }

    pub(crate) fn of_word(word: u64) -> Self {
        Self(word)
    }

    pub(crate) fn word(self) -> u64 {
        self.0
    }

    /// In words, with a name for tasks; `None` for the first turn.
    pub(crate) fn cause(self, name: impl FnOnce(u32) -> Task) -> Option<Cause> {
        let id = u32::try_from(self.0 & u64::from(u32::MAX)).expect("32 bits are left");
        Some(match self {
            Self::SPAWN => return None,
            Self::DEADLINE => Cause::Deadline { site: None },
            Self::NETWORK => Cause::Network,
            Self::JOB => Cause::Job,
            Self::CLOCK => Cause::Clock,
            Self::OUTSIDE => Cause::Outside,
            #[cfg(feature = "tokio")]
            Self::HOST => Cause::Host,
            Self(word) if word & Self::END != 0 => Cause::End(name(id)),
            Self(_) => Cause::Task(name(id)),
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
            trace.notes().learn(&task.header);
        }
        self.inbox.set_trace(Arc::clone(&trace));
        _ = self.trace.set(trace);
        if let Some(network) = &mut *self.network.borrow_mut() {
            network.1.deeds = Some(Vec::new());
        }
        #[cfg(feature = "tracing")]
        self.recording.take_notes();
    }

    /// What was kept of what happened in this test; `None` if nothing is.
    pub(crate) fn trace_events(&self) -> Option<Vec<Event>> {
        let trace = self.trace.get()?;
        let (now, task) = (self.instant(), self.current());
        let mut notes = trace.notes();
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
        self.trace.get().is_some()
    }

    /// The task that runs did this.
    #[inline]
    pub(crate) fn note(&self, kind: impl FnOnce() -> Kind) {
        if self.is_traced() {
            self.note_of(self.current(), kind());
        }
    }

    /// The task that runs begins to wait for this instant.
    #[cold]
    pub(crate) fn note_deadline(&self, at: u64, site: &'static Location<'static>) {
        let at = Instant::from_nanos(at);
        self.note_of(self.current(), Kind::SetsDeadline { at, site });
    }

    /// This task did it.
    #[cold]
    pub(super) fn note_of(&self, task: u32, kind: Kind) {
        if let Some(trace) = self.trace.get() {
            let now = self.instant();
            let mut notes = trace.notes();
            let task = (task != NOBODY).then(|| notes.task(task));
            notes.note(now, task, kind);
        }
    }

    #[cold]
    pub(super) fn note_spawn(&self, header: &Header) {
        let Some(trace) = self.trace.get() else {
            return;
        };
        let task = {
            let mut notes = trace.notes();
            notes.learn(header);
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
        let now = self.instant();
        let mut notes = trace.notes();
        let Some(mut by) = by.cause(|id| notes.task(id)) else {
            return;
        };
        if let Cause::Deadline { site } = &mut by {
            let place = notes
                .fired
                .iter()
                .position(|(task, _)| *task == header.key.id);
            let fired = place.and_then(|place| notes.fired.remove(place));
            *site = fired.map(|(_, site)| site);
        }
        let task = notes.task(header.key.id);
        // Whoever wakes it printed what was printed before.
        let printer = match &by {
            Cause::Task(task) => Some(task.clone()),
            _ => None,
        };
        notes.look_at_printed(now, printer.as_ref());
        notes.note(now, Some(task), Kind::Woken { by });
    }

    /// These deadlines have fired, and whom they wake is woken next.
    #[cold]
    pub(super) fn note_fired(&self, fired: VecDeque<(u32, &'static Location<'static>)>) {
        if let Some(trace) = self.trace.get() {
            trace.notes().fired = fired;
        }
    }

    /// A poll is over.
    #[cold]
    pub(super) fn note_poll(&self, header: &Header) {
        if let Some(trace) = self.trace.get() {
            let now = self.instant();
            let mut notes = trace.notes();
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
}

impl Notes {
    fn learn(&mut self, header: &Header) {
        if let Some(name) = &header.name {
            self.names.insert(header.key.id, name.to_string());
        }
    }
}
