//! Waiting for an event.

use std::fmt::{self, Debug};
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::Probe;
use crate::testing::party::Awaiting;

/// The future of [`Probe::next`].
#[must_use = "it waits for nothing until it is awaited"]
pub struct Next<'a, T: Debug> {
    probe: &'a mut Probe<T>,
    awaiting: Awaiting,
}

impl<'a, T: Debug> Next<'a, T> {
    pub(super) fn new(probe: &'a mut Probe<T>, site: &'static Location<'static>) -> Self {
        Self {
            probe,
            awaiting: Awaiting::new(site),
        }
    }
}

impl<T: Debug> Future for Next<'_, T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let this = &mut *self;
        let mut log = this.probe.log();
        if let Some(event) = log.take() {
            this.awaiting.end();
            return Poll::Ready(event);
        }
        let former = log.waker.replace(cx.waker().clone());
        let what = format!("an event{} to be noted{}", log.of(), log.last());
        drop(log);
        drop(former);
        this.awaiting.wait_for(what);
        Poll::Pending
    }
}

impl<T: Debug> Debug for Next<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Next").finish_non_exhaustive()
    }
}
