//! [`ScopeThread`]: the thread on which the values of wider fixtures live, in a world of their own, with the tests that must be
//! near them. What lives there, and what is done to it, is `residents`'.

mod residents;

pub(crate) use residents::{Residents, inbox_of, on_shelf};

use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use solipsism_harness::Group;

use crate::case::{Alive, Gone, alive, wall_limit};
use crate::event_loop::Builder;
use crate::executor::Inbox;
use crate::stopped::Stopped;

/// A thread that does what it is told, in the order in which it is told, until it is told to end.
pub(crate) struct ScopeThread {
    queue: Arc<Queue>,
    /// Of its world.
    inbox: Arc<Inbox>,
    /// What it never came back from.
    lost: Mutex<Option<String>>,
    over: Gone,
}

/// Why something was not done there.
pub(crate) enum Missed {
    /// It took more than its share of real time.
    WallLimit(Stopped),
    /// Something else did, before: this.
    Lost(String),
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
    pub(crate) fn of(group: &Group) -> &Self {
        let kept = group.kept.get_or_init(|| Box::new(Self::start()));
        kept.downcast_ref()
            .expect("a group keeps its thread and nothing else")
    }

    /// The same, if it has started.
    pub(crate) fn started(group: &Group) -> Option<&Self> {
        group.kept.get().map(|_| Self::of(group))
    }

    fn start() -> Self {
        let (queue, inbox) = (Arc::new(Queue::default()), Arc::new(Inbox::new()));
        let (alive, over) = alive();
        let thread = thread::Builder::new().name("fixtures".to_owned()).spawn({
            let (queue, inbox) = (Arc::clone(&queue), Arc::clone(&inbox));
            move || live(&queue, inbox, alive)
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
        limit: Duration,
        job: impl FnOnce(&mut Residents) -> R + Send + 'static,
    ) -> Result<R, Missed> {
        if let Some(lost) = &*lock(&self.lost) {
            return Err(Missed::Lost(lost.clone()));
        }
        let result = Arc::new(Mutex::new(None));
        let (alive, done) = alive();
        self.queue.push({
            let result = Arc::clone(&result);
            Box::new(move |residents| {
                let _alive = alive;
                let done = job(residents);
                *lock(&result) = Some(done);
            })
        });
        let is_over = done.wait(limit);
        let result = lock(&result).take();
        result.ok_or_else(|| {
            *lock(&self.lost) = Some(what.to_owned());
            if is_over {
                // It unwound past all that catches, as where the payload of a panic panics as it is dropped.
                Missed::Lost(what.to_owned())
            } else {
                Missed::WallLimit(wall_limit(inbox, &done, limit))
            }
        })
    }

    /// Lets the thread end, when all is done that it was told; waits for that, but not for ever.
    pub(crate) fn end(&self, limit: Duration) {
        lock(&self.queue.jobs).ended = true;
        self.queue.arrived.notify_all();
        if lock(&self.lost).is_none() {
            self.over.wait(limit);
        }
    }
}

/// The whole life of the thread.
fn live(queue: &Queue, inbox: Arc<Inbox>, alive: Alive) {
    let _alive = alive;
    let world = Rc::new(Builder::new().build_watched(inbox));
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
