//! [`ScriptHandle`]: a script that is written while it is played.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use super::script::{Action, Step};
use crate::time::Duration;

/// Tells a [`MockStream`](super::MockStream) what comes next, while code has it already. See
/// [`Script::build_with_handle`](super::Script::build_with_handle).
///
/// Each step goes behind those that are there, and whoever waits for it goes on. While the handle is there, reads and writes
/// after the last step wait for one; when it is dropped the script has its end.
///
/// # Panics
///
/// Each step, if the stream was dropped: nobody would play it.
pub struct ScriptHandle {
    added: Arc<Added>,
}

/// What a handle and its stream share.
#[derive(Default)]
pub(super) struct Added(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    steps: VecDeque<Step>,
    /// Who reads and who writes, where there is no step left.
    waiting: [Option<Waker>; 2],
    is_ended: bool,
    /// What the stream is called that was dropped.
    dropped: Option<String>,
}

impl Added {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn take(&self) -> VecDeque<Step> {
        std::mem::take(&mut self.lock().steps)
    }

    /// Whether more steps may come. If so, this one of the two directions is woken by the next.
    pub(super) fn wait(&self, direction: usize, waker: &Waker) -> bool {
        let mut inner = self.lock();
        if inner.is_ended {
            return false;
        }
        let former = inner.waiting[direction].replace(waker.clone());
        drop(inner);
        drop(former);
        true
    }

    pub(super) fn drop_stream(&self, name: String) {
        let mut inner = self.lock();
        inner.dropped = Some(name);
        let waiting = std::mem::take(&mut inner.waiting);
        drop(inner);
        drop(waiting);
    }

    fn change(&self, change: impl FnOnce(&mut Inner)) {
        let mut inner = self.lock();
        change(&mut inner);
        let waiting = std::mem::take(&mut inner.waiting);
        drop(inner);
        waiting.into_iter().flatten().for_each(Waker::wake);
    }
}

impl ScriptHandle {
    pub(super) fn new(added: Arc<Added>) -> Self {
        Self { added }
    }

    /// These bytes can be read, in as many reads as it takes.
    #[track_caller]
    pub fn read(&self, bytes: impl AsRef<[u8]>) -> &Self {
        self.step(Action::read(bytes.as_ref()))
    }

    /// These bytes must be written, in as many writes as it takes.
    #[track_caller]
    pub fn write(&self, bytes: impl AsRef<[u8]>) -> &Self {
        self.step(Action::write(bytes.as_ref()))
    }

    /// Nothing happens for this long of virtual time, from when a read or a write first waits for it.
    #[track_caller]
    pub fn wait(&self, duration: Duration) -> &Self {
        self.step(Action::Wait(duration))
    }

    /// A read fails.
    #[track_caller]
    pub fn read_error(&self, error: impl Into<io::Error>) -> &Self {
        self.step(Action::ReadError(Arc::new(error.into())))
    }

    /// A write, or a close, fails.
    #[track_caller]
    pub fn write_error(&self, error: impl Into<io::Error>) -> &Self {
        self.step(Action::WriteError(Arc::new(error.into())))
    }

    /// The stream must be closed.
    #[track_caller]
    pub fn close(&self) -> &Self {
        self.step(Action::Close)
    }

    #[track_caller]
    fn step(&self, action: Action) -> &Self {
        let dropped = self.added.lock().dropped.clone();
        if let Some(name) = dropped {
            panic!(
                "{name} was dropped, and nobody is left to play a step that is added to its script, {action}: add it \
                 before, or have the code keep the stream"
            );
        }
        if let Some(step) = Step::new(action, Location::caller()) {
            self.added.change(|inner| inner.steps.push_back(step));
        }
        self
    }
}

/// The script has its end: a read finds the end of the stream.
impl Drop for ScriptHandle {
    fn drop(&mut self) {
        self.added.change(|inner| inner.is_ended = true);
    }
}

/// How many steps were added that the stream has not looked at.
impl fmt::Debug for ScriptHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScriptHandle")
            .field("added", &self.added.lock().steps.len())
            .finish_non_exhaustive()
    }
}
