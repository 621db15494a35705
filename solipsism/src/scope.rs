//! [`ScopeThread`]: the thread on which the values of wider fixtures live, in a world of their own, with the tests that must be
//! near them. What lives there, and what is done to it, is `residents`'.

mod residents;

pub(crate) use residents::{Residents, inbox_of, on_shelf};

use std::collections::VecDeque;
use std::mem;
use std::rc::Rc;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use solipsism_harness::{Group, Options};

use crate::case::{Alive, Gone, Watch, alive, ends_by_itself, seed_of, wall_limit};
use crate::event_loop::Builder;
use crate::executor::Inbox;
use crate::panics::{self, Print};
use crate::stopped::Stopped;

/// A thread that does what it is told, in the order in which it is told, until it is told to end.
pub(crate) struct ScopeThread {
    queue: Arc<Queue>,
    /// Of its world.
    inbox: Arc<Inbox>,
    /// What it has not come back from, and what tells when it has.
    lost: Mutex<Option<(String, Gone)>>,
    over: Gone,
}

/// Why something was not done there.
pub(crate) enum Missed {
    /// It took more than its share of real time.
    WallLimit(Stopped),
    /// Something else did, before, and is not back: this.
    Lost(String),
    /// It panicked past all that catches, as where a panic's payload panics as it is dropped.
    Panicked(String),
}

type Job = Box<dyn FnOnce(&mut Residents) + Send>;

#[derive(Default)]
struct Queue {
    jobs: Mutex<Jobs>,
    arrived: Condvar,
}

#[derive(Default)]
struct Jobs {
    waiting: VecDeque<Job>,
    ended: bool,
}

impl ScopeThread {
    /// The thread of a group, which starts when somebody first needs it.
    pub(crate) fn of(group: &Group, options: Options) -> &Self {
        let kept = group.kept.get_or_init(|| Box::new(Self::start(options)));
        kept.downcast_ref()
            .expect("a group keeps its thread and nothing else")
    }

    /// The same, if it has started.
    pub(crate) fn started(group: &Group) -> Option<&Self> {
        let kept = group.kept.get();
        kept.and_then(|kept| kept.downcast_ref())
    }

    fn start(options: Options) -> Self {
        let (queue, inbox) = (Arc::new(Queue::default()), Arc::new(Inbox::new()));
        let (alive, over) = alive();
        let thread = thread::Builder::new().name("fixtures".to_owned()).spawn({
            let (queue, inbox) = (Arc::clone(&queue), Arc::clone(&inbox));
            move || live(&queue, inbox, alive, options)
        });
        thread.expect("the system gives a thread for each scope that is used");
        Self {
            queue,
            inbox,
            lost: Mutex::default(),
            over,
        }
    }

    /// The inbox of its world, over which the wall limit watches.
    pub(crate) fn inbox(&self) -> &Arc<Inbox> {
        &self.inbox
    }

    /// Has this done there, and waits for it. `what` is done in the world of that inbox.
    pub(crate) fn call<R: Send + 'static>(
        &self,
        what: &str,
        inbox: &Arc<Inbox>,
        watch: &mut Watch,
        job: impl FnOnce(&mut Residents) -> R + Send + 'static,
    ) -> Result<R, Missed> {
        if let Some(lost) = self.lost() {
            return Err(Missed::Lost(lost));
        }
        let result = Arc::new(Mutex::new(None));
        let (alive, done) = alive();
        self.queue.push({
            let result = Arc::clone(&result);
            Box::new(move |residents| {
                let _alive = alive;
                let done = panics::catch(Print::Later, || job(residents)).map_err(|panic| {
                    // Its payload may be what panics.
                    mem::forget(panic.payload);
                    panic.text.to_string()
                });
                *lock(&result) = Some(done);
            })
        });
        let limit = watch.limit;
        let _is_done = watch.wait(&done, inbox) || ends_by_itself(inbox, &done, limit);
        let result = lock(&result).take();
        match result {
            Some(Ok(result)) => Ok(result),
            Some(Err(text)) => Err(Missed::Panicked(text)),
            None => {
                let stopped = wall_limit(inbox, &done, watch.limit);
                *lock(&self.lost) = Some((what.to_owned(), done));
                Err(Missed::WallLimit(stopped))
            }
        }
    }

    /// What it has not come back from.
    fn lost(&self) -> Option<String> {
        let mut lost = lock(&self.lost);
        // It may have taken too long and be back by now.
        lost.take_if(|(_, done)| done.wait(Duration::ZERO));
        lost.as_ref().map(|(what, _)| what.clone())
    }

    /// Lets the thread end, when all is done that it was told; waits for that, but not for ever.
    pub(crate) fn end(&self, limit: Duration) {
        lock(&self.queue.jobs).ended = true;
        self.queue.arrived.notify_all();
        if self.lost().is_none() {
            self.over.wait(limit);
        }
    }
}

/// What a world of wider fixtures is made from.
fn builder(name: &str, options: Options) -> Builder {
    let builder = Builder::new().traced(options.trace);
    match options.seed {
        Some(seed) => builder.seed(seed),
        None => builder.derived_seed(seed_of(name)),
    }
}

/// The whole life of the thread.
fn live(queue: &Queue, inbox: Arc<Inbox>, alive: Alive, options: Options) {
    let _alive = alive;
    let world = Rc::new(builder("fixtures", options).build_watched(inbox));
    let mut residents = Residents::new(world);
    while let Some(job) = queue.next() {
        job(&mut residents);
    }
}

impl Queue {
    fn push(&self, job: Job) {
        lock(&self.jobs).waiting.push_back(job);
        self.arrived.notify_all();
    }

    fn next(&self) -> Option<Job> {
        let jobs = lock(&self.jobs);
        let jobs = self
            .arrived
            .wait_while(jobs, |jobs| jobs.waiting.is_empty() && !jobs.ended);
        let mut jobs = jobs.unwrap_or_else(PoisonError::into_inner);
        jobs.waiting.pop_front()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
