//! [`Telling`]: what a worker process tells, in the order in which it happens.

use std::io::{self, Write as _};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use super::protocol::Event;
use super::wire::Wire as _;
use crate::audience::Listener;

/// The side of a worker process.
pub(super) struct Telling {
    stream: UnixStream,
    /// What is told next: each time that the other side is woken costs more than many a case.
    next: Mutex<Vec<u8>>,
    /// How many attempts at the case that is run next failed in processes that are gone.
    failed_before: AtomicU64,
}

impl Telling {
    pub(super) fn on(stream: UnixStream) -> Self {
        Self {
            stream,
            next: Mutex::default(),
            failed_before: AtomicU64::new(0),
        }
    }

    /// Tells it along with what comes next.
    pub(super) fn along(&self, event: &Event) {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        event.put_frame(&mut next);
    }

    /// Tells it all.
    pub(super) fn now(&self) -> io::Result<()> {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        (&self.stream).write_all(&std::mem::take(&mut *next))
    }

    /// What is known of the case that is run next.
    pub(super) fn set_failed_before(&self, attempts: u64) {
        // One thread says so, and runs the case.
        self.failed_before.store(attempts, Ordering::Relaxed);
    }
}

impl Listener for Telling {
    fn failed_before(&self) -> u64 {
        self.failed_before.load(Ordering::Relaxed)
    }

    fn failed(&self, report: &str) {
        self.along(&Event::Again(report.to_owned()));
        // If nobody hears it any more, this process is about to end.
        _ = self.now();
    }
}
