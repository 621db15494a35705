//! Who is told of `tracing`'s spans and events while a world runs: the subscriber of the innermost loop that has one, on the
//! world's thread and on those of its blocking jobs. Outside of the world whoever it was before.

use std::cell::{Cell, RefCell};
use std::sync::Once;
use std::time::SystemTime;

use tracing_core::dispatcher::{self, DefaultGuard, Dispatch};
use tracing_core::span::{Attributes, Id, Record};
use tracing_core::subscriber::Interest;
use tracing_core::{Event, LevelFilter, Metadata, Subscriber};

use super::world::World;
use crate::core::{EndingLoops, LoopId};
use crate::tracing::Noted;

/// The subscribers of a world.
#[derive(Default)]
pub(super) struct Recording {
    /// Each with its loop, the innermost last.
    subscribers: RefCell<Vec<(LoopId, Dispatch)>>,
    /// How often the world is entered.
    entered: Cell<u32>,
    /// Whether a trace is kept, which records are a part of.
    takes_notes: Cell<bool>,
    /// While it is, and there is a subscriber.
    guard: RefCell<Option<DefaultGuard>>,
}

thread_local! {
    /// What the clocks of a world show while a job of its runs on this thread.
    static SUBMITTED: Cell<Option<(u64, SystemTime)>> = const { Cell::new(None) };
}

impl Recording {
    pub(super) fn new() -> Self {
        watch_all_callsites();
        Self::default()
    }

    pub(super) fn enter(&self) {
        self.entered.set(self.entered.get() + 1);
        if self.entered.get() == 1 {
            self.resume();
        }
    }

    pub(super) fn leave(&self) {
        self.entered.set(self.entered.get() - 1);
        if self.entered.get() == 0 {
            self.guard.take();
        }
    }

    /// From here on somebody is told, whether a test has a subscriber or not.
    pub(super) fn take_notes(&self) {
        self.takes_notes.set(true);
        if self.entered.get() > 0 {
            self.resume();
        }
    }

    /// Makes the innermost subscriber the thread's.
    fn resume(&self) {
        // First, since a guard restores what was before it.
        self.guard.take();
        let subscribers = self.subscribers.borrow();
        let guard = subscribers
            .last()
            .map(|(_, subscriber)| dispatcher::set_default(subscriber))
            .or_else(|| self.takes_notes.get().then(take_notes));
        self.guard.replace(guard);
    }

    /// A child and those inside of it are gone, and so are their subscribers.
    pub(super) fn end_child(&self, ending: &EndingLoops) {
        let ended = {
            let mut subscribers = self.subscribers.borrow_mut();
            let all = std::mem::take(&mut *subscribers).into_iter();
            let (ended, stay): (Vec<_>, Vec<_>) = all.partition(|(owner, _)| ending.has(*owner));
            *subscribers = stay;
            ended
        };
        if !ended.is_empty() && self.entered.get() > 0 {
            self.resume();
        }
    }
}

impl World {
    /// From here on, and until the loop of the code that runs now ends, this subscriber is told.
    pub(crate) fn record_with(&self, subscriber: Dispatch) {
        let owner = self.owner();
        self.recording
            .subscribers
            .borrow_mut()
            .push((owner, subscriber));
        self.recording.resume();
    }

    /// The job, such that it records where its submitter does, and what the clocks show is known meanwhile: they stand still.
    pub(super) fn recorded<T>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> impl FnOnce() -> T + Send + 'static {
        let subscriber = dispatcher::get_default(Dispatch::clone);
        let clocks = (self.now(), self.wall());
        move || {
            SUBMITTED.set(Some(clocks));
            dispatcher::with_default(&subscriber, job)
        }
    }

    /// What the clocks show of the world that runs on this thread, or whose job does: nanoseconds since its loop began, and
    /// the wall clock.
    pub(crate) fn clocks() -> Option<(u64, SystemTime)> {
        Self::try_with(|world| (world.now(), world.wall())).or_else(|| SUBMITTED.get())
    }
}

fn take_notes() -> DefaultGuard {
    dispatcher::set_default(&Dispatch::new(Noted))
}

/// Sees to it that `tracing` asks, for each event, the subscriber of the thread.
///
/// It remembers of each place in the code whether anybody wants its events, and, while the process has one subscriber alone,
/// takes the thread's that comes there first for all: a test without a subscriber would silence another.
fn watch_all_callsites() {
    static WATCHING: Once = Once::new();
    WATCHING.call_once(|| {
        for _ in 0..2 {
            // Never dropped: it counts for as long as it is there.
            std::mem::forget(Dispatch::new(Undecided));
        }
    });
}

/// Wants nothing, but to be asked again.
struct Undecided;

impl Subscriber for Undecided {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::OFF)
    }

    fn enabled(&self, _: &Metadata<'_>) -> bool {
        false
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
