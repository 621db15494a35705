//! The threads of tokio's blocking pool. They belong to their world: who is woken by one of them was not woken by a stranger,
//! and a panic there is not lost. Who was told of it cannot be seen: a thread tells nobody which job it is at.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use solipsism_harness::ordered::sort_by_key;

use super::panics::{current, failure, is_caught};
use crate::executor::inbox::Inbox;
use crate::executor::{Failure, Lost};
use crate::panics::PanicText;
use crate::time::Instant;

thread_local! {
    static POOL: RefCell<Option<Arc<Pool>>> = const { RefCell::new(None) };
}

pub(crate) struct Pool {
    inbox: Arc<Inbox>,
    panics: Mutex<Vec<(u32, PanicText)>>,
}

impl Pool {
    pub(super) fn new(inbox: Arc<Inbox>) -> Arc<Self> {
        let panics = Mutex::default();
        Arc::new(Self { inbox, panics })
    }

    /// The current thread is one of its.
    pub(super) fn join(self: &Arc<Self>) {
        POOL.set(Some(Arc::clone(self)));
    }

    /// Somebody was told of this job's panic.
    pub(super) fn forgive(&self, job: u32) {
        self.panics().retain(|(other, _)| *other != job);
    }

    pub(super) fn failures(&self) -> Vec<Failure> {
        told(self.panics().clone())
    }

    pub(super) fn take_failures(&self) -> Vec<Failure> {
        told(std::mem::take(&mut *self.panics()))
    }

    fn panics(&self) -> MutexGuard<'_, Vec<(u32, PanicText)>> {
        self.panics.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn told(panics: Vec<(u32, PanicText)>) -> Vec<Failure> {
    let failure = |(job, text)| failure("a tokio blocking job", job, Lost::Foreign, text);
    let mut failures: Vec<_> = panics.into_iter().map(failure).collect();
    // Not in the order in which threads came to it.
    sort_by_key(&mut failures, |failure| failure.task);
    failures
}

/// Whether the current thread belongs to this world's pool.
pub(crate) fn is_of(inbox: &Inbox) -> bool {
    let is_same = |pool: &RefCell<Option<Arc<Pool>>>| {
        let pool = pool.borrow();
        pool.as_ref()
            .is_some_and(|pool| std::ptr::eq(&raw const *pool.inbox, inbox))
    };
    POOL.try_with(is_same).unwrap_or(false)
}

/// Takes note of a panic in a job on the current thread. False if there is none, or if it catches that itself.
pub(crate) fn note_panic(text: impl FnOnce() -> PanicText) -> bool {
    let note = move |pool: &RefCell<Option<Arc<Pool>>>| {
        let pool = pool.borrow();
        let (Some(pool), Some(job)) = (pool.as_ref(), current()) else {
            return false;
        };
        let mut text = text();
        text.at = Some(Instant::from_nanos(pool.inbox.now()));
        pool.panics().push((job, text.clone()));
        // It takes a while to read the stack, and the world may end meanwhile.
        if is_caught() == Some(true) {
            pool.forgive(job);
            return false;
        }
        pool.inbox.note_panic(text.to_string());
        true
    };
    POOL.try_with(note).unwrap_or(false)
}
