//! A waker of a checker's own: it counts.

use std::future::poll_fn;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, Waker};

use futures_task::{ArcWake, waker};

use super::journal::Journal;
use crate::time::{Duration, timeout};

/// How long a checker waits for a wake, in virtual time: what is alive does something meanwhile.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// How often.
pub(super) const ROUNDS: usize = 3;

pub(super) struct Watch {
    inner: Arc<Inner>,
    pub(super) name: String,
}

struct Inner {
    wakes: AtomicUsize,
    outer: Arc<Mutex<Option<Waker>>>,
}

impl ArcWake for Inner {
    fn wake_by_ref(this: &Arc<Self>) {
        this.wakes.fetch_add(1, Ordering::SeqCst);
        let outer = this.outer.lock();
        let outer = outer.unwrap_or_else(PoisonError::into_inner).take();
        if let Some(outer) = outer {
            outer.wake();
        }
    }
}

impl Watch {
    pub(super) fn new(journal: &Journal) -> Self {
        Self {
            inner: Arc::new(Inner {
                wakes: AtomicUsize::new(0),
                outer: Arc::default(),
            }),
            name: journal.name(),
        }
    }

    /// Whoever waits for one of the two is woken by either.
    pub(super) fn beside(&self, journal: &Journal) -> Self {
        Self {
            inner: Arc::new(Inner {
                wakes: AtomicUsize::new(0),
                outer: Arc::clone(&self.inner.outer),
            }),
            name: journal.name(),
        }
    }

    pub(super) fn waker(&self) -> Waker {
        waker(Arc::clone(&self.inner))
    }

    pub(super) fn is_woken(&self) -> bool {
        self.inner.wakes.load(Ordering::SeqCst) > 0
    }

    /// From here on.
    pub(super) fn reset(&self) {
        self.inner.wakes.store(0, Ordering::SeqCst);
    }

    /// Waits for a wake of this one, or of `other`; `false` if none comes.
    pub(super) async fn woken_or(&self, other: &Self) -> bool {
        let woken = poll_fn(|cx| {
            let outer = self.inner.outer.lock();
            let former = outer
                .unwrap_or_else(PoisonError::into_inner)
                .replace(cx.waker().clone());
            drop(former);
            if self.is_woken() || other.is_woken() {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        });
        timeout(PATIENCE, woken).await.is_ok()
    }

    /// Waits for a wake; `false` if none comes.
    pub(super) async fn woken(&self) -> bool {
        self.woken_or(self).await
    }
}
