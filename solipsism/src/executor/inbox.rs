//! The part of a world that other threads may touch: their wakes, what they drop, the results of blocking jobs,
//! and who announced that a wake will come from outside.

use std::any::Any;
use std::collections::VecDeque;
use std::fmt;
use std::panic::Location;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, Thread, ThreadId};
use std::time::Duration;

use solipsism_harness::ordered::sort_by_key;

use super::trace::{ToldTrace, Trace};
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

/// As many panics are kept for a wall limit's report: the first ones are the causes.
const NOTED: usize = 8;

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

/// What a world knows of its wall limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It has not come.
    #[default]
    Far,
    /// It has, and the world was asked to end itself.
    Asked(Duration),
    /// The world does.
    Heard,
}

/// Another thread that did something to a world.
#[derive(Clone, Debug)]
pub(crate) struct Stranger {
    thread: String,
    deed: Deed,
}

#[derive(Clone, Debug)]
enum Deed {
    /// The task, as messages name it.
    Woke(String),
    #[cfg_attr(
        not(feature = "net"),
        expect(dead_code, reason = "only sockets are dropped so")
    )]
    Dropped,
}

impl fmt::Display for Stranger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "thread `{}` ", self.thread)?;
        match &self.deed {
            Deed::Woke(task) => write!(f, "woke {task}"),
            Deed::Dropped => f.write_str("dropped a socket"),
        }
    }
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

    /// The current thread, unless it is the world's own.
    fn foreigner(&self) -> Option<Thread> {
        #[cfg(feature = "tokio")]
        if super::hosted::is_of_pool(self) {
            return None;
        }
        let current = thread::current();
        (self.owner.get() != Some(&current.id())).then_some(current)
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

    /// Who first did something to this world unannounced.
    pub(crate) fn stranger(&self) -> Option<Stranger> {
        self.letters().stranger.clone()
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

    /// Who came after the verdict.
    pub(crate) fn late(&self) -> Option<Stranger> {
        self.letters().late.clone()
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

    /// Whether the world has heard that it is to end itself.
    pub(crate) fn is_ending(&self) -> bool {
        self.letters().ending == Ending::Heard
    }

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

    pub(super) fn set_trace(&self, trace: Arc<Trace>) {
        _ = self.trace.set(trace);
    }

    /// What happened that no report has told so far, if that is kept.
    pub(crate) fn tell_trace(&self) -> Option<ToldTrace> {
        self.trace.get().map(|trace| trace.tell())
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

    fn letters(&self) -> MutexGuard<'_, Letters> {
        self.letters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Letters {
    /// Takes note of a thread that was not announced, or comes too late.
    fn meet(&mut self, foreigner: Option<Thread>, deed: impl FnOnce() -> Deed) {
        let place = if self.judged {
            &mut self.late
        } else if self.announced == 0 {
            &mut self.stranger
        } else {
            return;
        };
        if let Some(thread) = foreigner {
            place.get_or_insert_with(|| Stranger {
                thread: thread.name().unwrap_or("without a name").to_owned(),
                deed: deed(),
            });
        }
    }
}
