//! What the watch over the wall limit sees of a world from its own thread, and what it says to it.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use super::Inbox;
use crate::executor::Header;
use crate::executor::trace::{ToldTrace, Trace};

/// What a world knows of its wall limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Ending {
    /// It has not come.
    #[default]
    Far,
    /// It has, and the world was asked to end itself.
    Asked(Duration),
    /// The world does.
    Heard,
    /// It does not come to rest, and was asked to end itself where it is.
    #[cfg(feature = "tokio")]
    Insisted(Duration),
}

/// As many panics are kept for a wall limit's report: the first ones are the causes.
const NOTED: usize = 8;

impl Inbox {
    pub(crate) fn set_now(&self, now: u64) {
        self.now.store(now, Ordering::Relaxed);
    }

    pub(crate) fn now(&self) -> u64 {
        self.now.load(Ordering::Relaxed)
    }

    /// Tells the watch whose poll begins.
    pub(crate) fn watch(&self, task: Option<&Arc<Header>>) {
        let before = std::mem::replace(
            &mut *self.polling.lock().unwrap_or_else(PoisonError::into_inner),
            task.cloned(),
        );
        drop(before);
    }

    pub(crate) fn polling(&self) -> Option<Arc<Header>> {
        self.polling
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Whom the watch sees, by name: a reference of its own would pass for a waker.
    pub(crate) fn polled(&self) -> Option<String> {
        let polling = self.polling.lock().unwrap_or_else(PoisonError::into_inner);
        polling.as_ref().map(ToString::to_string)
    }

    /// Counts a poll. Only the world's own thread does, so that a load and a store will do.
    pub(crate) fn count_poll(&self) {
        let polls = self.polls.load(Ordering::Relaxed);
        self.polls.store(polls + 1, Ordering::Relaxed);
    }

    pub(crate) fn polls(&self) -> u64 {
        self.polls.load(Ordering::Relaxed)
    }

    /// Asks the world to end itself, since this much real time is over, and to say who waits for what.
    pub(crate) fn ask_to_end(&self, limit: Duration) {
        let mut letters = self.letters();
        letters.ending = Ending::Asked(limit);
        self.notify(letters);
    }

    /// Whether the world is to end itself; told once.
    pub(crate) fn asked_to_end(&self) -> Option<Duration> {
        let mut letters = self.letters();
        let Ending::Asked(limit) = letters.ending else {
            return None;
        };
        letters.ending = Ending::Heard;
        Some(limit)
    }

    /// Asks a world that has heard, and never comes to rest since, to end itself without.
    #[cfg(feature = "tokio")]
    pub(crate) fn insist(&self, limit: Duration) {
        let mut letters = self.letters();
        letters.ending = Ending::Insisted(limit);
        self.notify(letters);
    }

    /// Whether it is to do so; told once.
    #[cfg(feature = "tokio")]
    pub(crate) fn insisted(&self) -> Option<Duration> {
        let mut letters = self.letters();
        let Ending::Insisted(limit) = letters.ending else {
            return None;
        };
        letters.ending = Ending::Heard;
        Some(limit)
    }

    /// Whether the world has heard that it is to end itself.
    pub(crate) fn is_ending(&self) -> bool {
        self.letters().ending == Ending::Heard
    }

    /// Keeps a panic's text, in case that nothing else of the world will be readable any more.
    pub(crate) fn note_panic(&self, text: String) {
        let mut panics = self.panics.lock().unwrap_or_else(PoisonError::into_inner);
        if panics.len() < NOTED {
            panics.push(text);
        }
    }

    /// What panicked until now is no business of who runs next.
    pub(crate) fn forget_panics(&self) {
        self.panics
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    pub(crate) fn panics(&self) -> Vec<String> {
        self.panics
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(in crate::executor) fn set_trace(&self, trace: Arc<Trace>) {
        _ = self.trace.set(trace);
    }

    /// What happened that no report has told so far, if that is kept.
    pub(crate) fn tell_trace(&self) -> Option<ToldTrace> {
        self.trace.get().map(|trace| trace.tell())
    }

    /// Asks the driver for a sign of life. It gives one as soon as the poll that is going on is over.
    #[cfg(feature = "tokio")]
    pub(crate) fn knock(&self) {
        self.knocked.store(true, Ordering::Release);
        self.wake_driver();
    }

    #[cfg(feature = "tokio")]
    pub(crate) fn answer_knock(&self) {
        self.knocked.store(false, Ordering::Release);
    }

    #[cfg(feature = "tokio")]
    pub(crate) fn is_knock_answered(&self) -> bool {
        !self.knocked.load(Ordering::Acquire)
    }
}
