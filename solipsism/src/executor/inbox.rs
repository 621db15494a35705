//! The part of a world that other threads may touch: their wakes, what they drop, the results of blocking jobs,
//! and who announced that a wake will come from outside. Who had not is a `stranger`, and what the watch over the wall limit sees is in
//! `watched`.

mod stranger;
mod watched;

pub(crate) use self::stranger::Stranger;

use std::any::Any;
use std::collections::VecDeque;
use std::panic::Location;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;

use solipsism_harness::ordered::sort_by_key;

use self::stranger::Deed;
use self::watched::Ending;
use super::trace::Trace;
use super::{Dropped, Header};
use crate::panics::{self, Panic, Print};

/// What a blocking job left: its value, or how it panicked.
pub(crate) type JobResult = Result<Box<dyn Any + Send>, Box<Panic>>;

/// Shared by a world, its wakers, its blocking jobs and the watch over its wall limit.
pub(crate) struct Inbox {
    /// The thread of the world, once that exists.
    owner: OnceLock<ThreadId>,
    /// Whether `letters` holds something that was not read yet.
    news: AtomicBool,
    /// Whether `letters` holds something that was dropped.
    has_dropped: AtomicBool,
    letters: Mutex<Letters>,
    arrived: Condvar,
    /// The clock, for the watch.
    now: AtomicU64,
    /// Whose poll is going on, for the watch.
    polling: Mutex<Option<Arc<Header>>>,
    /// How many polls there were, for the watch.
    polls: AtomicU64,
    /// What panicked so far, for the watch.
    panics: Mutex<Vec<String>>,
    /// Who keeps what happens, for the watch.
    trace: OnceLock<Arc<Trace>>,
    /// Who drives the world and may sleep elsewhere than here.
    #[cfg(feature = "tokio")]
    driver: Mutex<Option<std::task::Waker>>,
    /// The watch waits for a sign of life of it.
    #[cfg(feature = "tokio")]
    knocked: AtomicBool,
}

#[derive(Default)]
struct Letters {
    called: Vec<Arc<Header>>,
    /// Handles of the network, where the world was not running.
    dropped: VecDeque<Dropped>,
    /// Few at a time, by the number of the job.
    finished: Vec<(u64, JobResult)>,
    /// The jobs that are out and whose results nobody wants any more.
    forgotten: Vec<u64>,
    /// How many blocking jobs and `External` guards are out.
    announced: usize,
    /// The guards among these.
    guards: Vec<Announced>,
    /// The first that came without having been announced.
    stranger: Option<Stranger>,
    /// The wall limit has come: whether the world was asked to end itself, and whether it has heard.
    ending: Ending,
    /// The verdict is given: who comes from now on comes too late.
    judged: bool,
    late: Option<Stranger>,
    closed: bool,
}

/// That a wake will come from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Announced {
    /// Where that was said.
    pub(crate) site: &'static Location<'static>,
    /// By which task.
    pub(crate) by: u32,
    /// In nanoseconds since the loop began.
    pub(crate) at: u64,
}

impl Inbox {
    /// For a world that is yet to be made.
    pub(crate) fn new() -> Self {
        Self {
            owner: OnceLock::new(),
            news: AtomicBool::new(false),
            has_dropped: AtomicBool::new(false),
            letters: Mutex::default(),
            arrived: Condvar::new(),
            now: AtomicU64::new(0),
            polling: Mutex::default(),
            polls: AtomicU64::new(0),
            panics: Mutex::default(),
            trace: OnceLock::new(),
            #[cfg(feature = "tokio")]
            driver: Mutex::default(),
            #[cfg(feature = "tokio")]
            knocked: AtomicBool::new(false),
        }
    }

    /// From here on whatever arrives wakes this, too.
    #[cfg(feature = "tokio")]
    pub(crate) fn wake_too(&self, driver: Option<std::task::Waker>) {
        let before = std::mem::replace(
            &mut *self.driver.lock().unwrap_or_else(PoisonError::into_inner),
            driver,
        );
        drop(before);
    }

    /// A world that lives on the current thread reads this.
    pub(crate) fn own(&self) {
        self.owner.get_or_init(|| thread::current().id());
    }

    /// Takes a wake from outside of the world's running loop.
    pub(crate) fn call(&self, task: &Arc<Header>) {
        let foreigner = self.foreigner();
        let mut letters = self.letters();
        letters.meet(foreigner, || Deed::Woke(task.to_string()));
        if !letters.closed {
            letters.called.push(Arc::clone(task));
            self.notify(letters);
        }
    }

    /// Takes note of a wake of a task that a verdict has cut off.
    pub(crate) fn call_late(&self, task: &Header) {
        let foreigner = self.foreigner();
        let mut letters = self.letters();
        if letters.judged {
            letters.meet(foreigner, || Deed::Woke(task.to_string()));
        }
    }

    /// Takes what was dropped outside of the world's running loop.
    #[cfg(feature = "net")]
    pub(crate) fn leave(&self, dropped: Dropped) {
        let foreigner = self.foreigner();
        let mut letters = self.letters();
        if !letters.closed {
            letters.meet(foreigner, || Deed::Dropped);
            letters.dropped.push_back(dropped);
            self.has_dropped.store(true, Ordering::Release);
            self.notify(letters);
        }
    }

    /// Whether there is something for `next_dropped`; cheap.
    pub(crate) fn has_dropped(&self) -> bool {
        self.has_dropped.load(Ordering::Acquire)
    }

    /// What was dropped outside of the world's running loop, in that order.
    pub(crate) fn next_dropped(&self) -> Option<Dropped> {
        let mut letters = self.letters();
        let dropped = letters.dropped.pop_front();
        let has_more = !letters.dropped.is_empty();
        self.has_dropped.store(has_more, Ordering::Release);
        dropped
    }

    /// Takes what a blocking job left; the job is no longer out once this is read.
    pub(crate) fn finish_job(&self, job: u64, result: JobResult) {
        let mut letters = self.letters();
        let place = letters.forgotten.iter().position(|other| *other == job);
        if let Some(place) = place {
            letters.forgotten.swap_remove(place);
            drop(letters);
            // A panic of a destructor is a job's that nobody asks for any more.
            let _unwanted = panics::catch(Print::Later, || drop(result));
            return;
        }
        letters.finished.push((job, result));
        self.notify(letters);
    }

    /// The job is out no longer, wherever it is. Gives its result if it has one.
    pub(crate) fn forget_job(&self, job: u64) -> Option<JobResult> {
        let mut letters = self.letters();
        letters.announced -= 1;
        let place = letters
            .finished
            .iter()
            .position(|(finished, _)| *finished == job);
        if place.is_none() {
            letters.forgotten.push(job);
        }
        place.map(|place| letters.finished.swap_remove(place).1)
    }

    pub(crate) fn job_result(&self, job: u64) -> Option<JobResult> {
        let mut letters = self.letters();
        let place = letters
            .finished
            .iter()
            .position(|(finished, _)| *finished == job)?;
        let (_, result) = letters.finished.swap_remove(place);
        letters.announced -= 1;
        Some(result)
    }

    pub(crate) fn announce(&self) {
        self.letters().announced += 1;
    }

    /// A guard does so.
    pub(crate) fn announce_by(&self, guard: Announced) {
        self.letters().guards.push(guard);
        self.announce();
    }

    pub(crate) fn retract(&self, guard: Announced) {
        let mut letters = self.letters();
        letters.announced -= 1;
        let place = letters.guards.iter().position(|other| *other == guard);
        if let Some(place) = place {
            letters.guards.swap_remove(place);
        }
        self.notify(letters);
    }

    /// The guards that are out.
    pub(crate) fn guards(&self) -> Vec<Announced> {
        let mut guards = self.letters().guards.clone();
        sort_by_key(&mut guards, |guard| {
            let site = guard.site;
            (site.file(), site.line(), site.column(), guard.at, guard.by)
        });
        guards
    }

    /// Whether something outside is known to be at work for this world, or has been since the last `read`: it may have
    /// been announced until then.
    pub(crate) fn is_announced(&self) -> bool {
        self.letters().announced > 0 || self.has_news()
    }

    /// Whether anything arrived since the last `read`; cheap.
    pub(crate) fn has_news(&self) -> bool {
        self.news.load(Ordering::Acquire)
    }

    /// The tasks that were woken from outside.
    pub(crate) fn read(&self) -> Vec<Arc<Header>> {
        let mut letters = self.letters();
        self.news.store(false, Ordering::Release);
        std::mem::take(&mut letters.called)
    }

    /// Blocks the thread until something arrives or the real time is over.
    pub(crate) fn wait(&self, at_most: Option<Duration>) {
        let letters = self.letters();
        let nothing = |_: &mut Letters| !self.has_news();
        match at_most {
            None => drop(self.arrived.wait_while(letters, nothing)),
            Some(time) => drop(self.arrived.wait_timeout_while(letters, time, nothing)),
        }
    }

    /// From here on a wake comes too late, and is kept as such.
    pub(crate) fn judge(&self) {
        self.letters().judged = true;
    }

    /// The loop runs again: a former verdict is history.
    pub(crate) fn reopen(&self) {
        let mut letters = self.letters();
        letters.judged = false;
        letters.late = None;
        letters.ending = Ending::Far;
    }

    /// The world is gone: nobody reads any more.
    pub(crate) fn close(&self) {
        let mut letters = self.letters();
        letters.closed = true;
        letters.judged = true;
        let unread = std::mem::take(&mut letters.called);
        letters.dropped.clear();
        self.has_dropped.store(false, Ordering::Release);
        drop(letters);
        drop(unread);
        self.watch(None);
    }

    fn notify(&self, letters: MutexGuard<'_, Letters>) {
        self.news.store(true, Ordering::Release);
        drop(letters);
        self.arrived.notify_all();
        #[cfg(feature = "tokio")]
        self.wake_driver();
    }

    #[cfg(feature = "tokio")]
    fn wake_driver(&self) {
        let driver = self.driver.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(driver) = &*driver {
            driver.wake_by_ref();
        }
    }

    fn letters(&self) -> MutexGuard<'_, Letters> {
        self.letters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
