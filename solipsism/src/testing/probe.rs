//! [`Probe`]: what happened inside, in order, each of it to be looked at.

mod awaiting;
mod list;

pub use awaiting::Next;

use std::collections::VecDeque;
use std::fmt::{self, Debug};
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use super::asserting::noise;
use super::party::Party;
use crate::executor::World;
use crate::panics::panic_at;
use crate::time::{Duration, Instant, timeout};

/// A log of events, which code under test notes and the test consumes, one by one and all of them.
///
/// The code has a [`Recorder`], of which there may be many; the test keeps the probe. When this is dropped every event
/// must have been consumed, or else it panics: with those that were not, when (virtual), where and by whom each was noted,
/// and those that were consumed before.
///
/// # Examples
///
/// ```
/// use solipsism::{EventLoop, testing::Probe, time::{self, Duration}};
///
/// EventLoop::new().run(async {
///     let mut probe = Probe::new();
///     let recorder = probe.recorder();
///     solipsism::spawn(async move {
///         recorder.note("connected");
///         time::sleep(Duration::from_secs(5)).await;
///         recorder.note("gave up");
///     });
///     probe.expect("connected").await;
///     assert_eq!(probe.next().await, "gave up");
/// }).unwrap();
/// ```
///
/// What was not consumed fails the test:
///
/// ```should_panic
/// solipsism::EventLoop::new().block_on(async {
///     let probe = solipsism::testing::Probe::new();
///     probe.recorder().note("nobody looks at this");
/// });
/// ```
pub struct Probe<T: Debug> {
    log: Arc<Mutex<Log<T>>>,
    site: &'static Location<'static>,
}

struct Log<T> {
    name: Option<String>,
    unread: VecDeque<Noted<T>>,
    /// The text of what was consumed.
    read: Vec<(String, Party)>,
    waker: Option<Waker>,
    /// The probe is there.
    is_open: bool,
}

struct Noted<T> {
    event: T,
    by: Party,
}

impl<T: Debug> Probe<T> {
    /// A probe that has seen nothing.
    #[track_caller]
    pub fn new() -> Self {
        let log = Log {
            name: None,
            unread: VecDeque::new(),
            read: Vec::new(),
            waker: None,
            is_open: true,
        };
        Self {
            log: Arc::new(Mutex::new(log)),
            site: Location::caller(),
        }
    }

    /// Gives it a name for messages.
    #[must_use]
    pub fn named(self, name: impl Into<String>) -> Self {
        self.log().name = Some(name.into());
        self
    }

    /// What code under test notes events with.
    pub fn recorder(&self) -> Recorder<T> {
        Recorder(Arc::clone(&self.log))
    }

    /// Waits for the next event, and consumes it.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: an event is consumed only when it is given.
    #[expect(
        clippy::should_implement_trait,
        reason = "this one is awaited, as a stream's"
    )]
    #[track_caller]
    pub fn next(&mut self) -> Next<'_, T> {
        Next::new(self, Location::caller())
    }

    /// Consumes the next event if it is there.
    pub fn try_next(&mut self) -> Option<T> {
        self.log().take()
    }

    /// Consumes all events that are there.
    pub fn take(&mut self) -> Vec<T> {
        let mut log = self.log();
        std::iter::from_fn(|| log.take()).collect()
    }

    /// Waits for the next event, which must be this one, and consumes it.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    ///
    /// # Panics
    ///
    /// If it is another: with that, and with all that came before and after it.
    #[track_caller]
    pub fn expect<E>(&mut self, expected: E) -> impl Future<Output = ()>
    where
        T: PartialEq<E>,
        E: Debug,
    {
        let site = Location::caller();
        async move {
            let event = Next::new(self, site).await;
            if event != expected {
                let log = self.log();
                let (_, by) = log.read.last().expect("it was consumed just now");
                let message = format!(
                    "the next event{} should be another\n  expected: {expected:?}\n     found: {event:?}, noted {by}{}",
                    log.of(),
                    log.others()
                );
                drop(log);
                self.forgive();
                panic_at(site, message);
            }
        }
    }

    /// Waits for `duration` of virtual time, in which nothing must be noted. An event that is there already, and one that
    /// comes at the very end of the time, break the silence too.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    ///
    /// # Panics
    ///
    /// When an event comes, or is there. Outside of a world.
    #[track_caller]
    pub fn expect_silence(&mut self, duration: Duration) -> impl Future<Output = ()> {
        let site = Location::caller();
        let began = Instant::now();
        async move {
            if timeout(duration, Next::new(self, site)).await.is_ok() {
                let log = self.log();
                let (event, by) = log.read.last().expect("it was consumed just now");
                let what = format!("{event}, noted {by}{}", log.others());
                let message = noise(duration, began, &what);
                drop(log);
                self.forgive();
                panic_at(site, message);
            }
        }
    }

    fn log(&self) -> MutexGuard<'_, Log<T>> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A failure was told: what is left is a part of it, and no second one.
    fn forgive(&self) {
        self.log().is_open = false;
    }
}

impl<T: Debug> Default for Probe<T> {
    #[track_caller]
    fn default() -> Self {
        Self::new()
    }
}

/// Panics if there are events that nobody consumed, unless it is dropped by another panic.
impl<T: Debug> Drop for Probe<T> {
    fn drop(&mut self) {
        let mut log = self.log();
        let is_told = !std::mem::replace(&mut log.is_open, false);
        if is_told || log.unread.is_empty() || std::thread::panicking() {
            return;
        }
        let message = log.left();
        drop(log);
        if World::try_with(|_| ()).is_some() {
            panic_at(self.site, message);
        }
        panic!("{message}");
    }
}

/// What it has not consumed.
impl<T: Debug> Debug for Probe<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let log = self.log();
        let unread = log.unread.iter().map(|noted| &noted.event);
        f.debug_list().entries(unread).finish()
    }
}

/// Notes events for a [`Probe`]. Clones note into the same.
pub struct Recorder<T>(Arc<Mutex<Log<T>>>);

impl<T> Recorder<T> {
    /// Notes an event, with the virtual time, the task and this place. When the probe is gone it is forgotten.
    #[track_caller]
    pub fn note(&self, event: T) {
        let by = Party::new(Location::caller());
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !log.is_open {
            return;
        }
        log.unread.push_back(Noted { event, by });
        let waker = log.waker.take();
        drop(log);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<T> Clone for Recorder<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Debug for Recorder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").finish_non_exhaustive()
    }
}
