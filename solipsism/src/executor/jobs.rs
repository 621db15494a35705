//! Blocking work that is out: submitted here, done on another thread, handed back in the order of submission.

use std::any::Any;
use std::collections::VecDeque;
use std::marker::PhantomData;
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::World;
use super::futures_executor::ThreadPool;
use super::inbox::JobResult;
use super::trace::By;
use crate::core::{EndingLoops, LoopId, Waiter};
use crate::panics::{self, Print};
use crate::trace::Kind;

/// The jobs of a world. The threads come with the first one.
pub(crate) struct Jobs {
    threads: usize,
    pool: Option<ThreadPool>,
    submitted: u64,
    /// In the order of submission: those that are out, and those whose result nobody has taken yet.
    order: VecDeque<Submitted>,
}

struct Submitted {
    number: u64,
    owner: LoopId,
    site: &'static Location<'static>,
    waiter: Option<Waiter>,
    state: State,
}

/// A job is `Out` until its turn to be delivered comes; then it has its result, until somebody takes it. One that
/// nobody waits for any more is `Abandoned` meanwhile: time still waits for it.
enum State {
    Out,
    Abandoned,
    Delivered(JobResult),
}

impl Jobs {
    pub(crate) fn new(threads: usize) -> Self {
        Self {
            threads,
            pool: None,
            submitted: 0,
            order: VecDeque::new(),
        }
    }

    pub(crate) fn pending(
        &self,
    ) -> impl Iterator<Item = (Option<&Waiter>, &'static Location<'static>)> {
        self.order.iter().map(|job| (job.waiter.as_ref(), job.site))
    }

    fn place(&self, number: u64) -> Option<usize> {
        self.order.iter().position(|job| job.number == number)
    }

    fn pool(&mut self) -> &ThreadPool {
        self.pool.get_or_insert_with(|| {
            ThreadPool::builder()
                .pool_size(self.threads)
                .name_prefix("solipsism-blocking-")
                .create()
                .expect("the system gives threads for blocking jobs")
        })
    }
}

/// The result of a blocking job, once it is delivered; a panic goes on in whoever awaits it.
pub(crate) struct Job<T> {
    number: u64,
    result: PhantomData<fn() -> T>,
}

impl World {
    /// Sends a job out. Time stands still until it is back.
    #[cfg_attr(
        not(feature = "blocking"),
        expect(dead_code, reason = "there are no threads for it")
    )]
    pub(crate) fn submit<T: Send + 'static>(
        &self,
        site: &'static Location<'static>,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Job<T> {
        self.note(|| Kind::Submits { site });
        let mut jobs = self.jobs.borrow_mut();
        jobs.submitted += 1;
        let number = jobs.submitted;
        jobs.order.push_back(Submitted {
            number,
            owner: self.owner(),
            site,
            waiter: None,
            state: State::Out,
        });
        #[cfg(feature = "tracing")]
        let job = self.recorded(job);
        let inbox = Arc::clone(&self.inbox);
        inbox.announce();
        jobs.pool().spawn_ok(async move {
            let result = panics::catch(Print::Later, || Box::new(job()) as Box<dyn Any + Send>);
            inbox.finish_job(number, result);
        });
        Job {
            number,
            result: PhantomData,
        }
    }

    /// Forgets the jobs of a child. Those that are still at work go on, and what they leave is dropped. Gives what is to be
    /// dropped where user code may run.
    pub(super) fn forget_jobs(&self, ending: &EndingLoops) -> Vec<Box<dyn Any>> {
        let mut jobs = self.jobs.borrow_mut();
        let all = std::mem::take(&mut jobs.order);
        let (own, others): (VecDeque<_>, _) =
            all.into_iter().partition(|job| ending.has(job.owner));
        jobs.order = others;
        let mut left: Vec<Box<dyn Any>> = Vec::new();
        let mut panics = Vec::new();
        for job in own {
            let result = match job.state {
                State::Delivered(result) => Some(result),
                State::Out | State::Abandoned => self.inbox.forget_job(job.number),
            };
            match result {
                Some(Ok(value)) => left.push(value),
                Some(Err(panic)) => panics.push((job.owner, job.site, panic)),
                // Its thread is not to be waited for: others do the jobs that follow.
                None => jobs.pool = None,
            }
            left.extend(job.waiter.map(|waiter| Box::new(waiter) as Box<dyn Any>));
        }
        drop(jobs);
        for (owner, site, panic) in panics {
            self.lose_job(owner, site, *panic);
        }
        left
    }

    /// Hands the result of the job that was submitted first to whoever awaits it. False if it is not back yet.
    pub(crate) fn deliver_job(&self) -> bool {
        let mut jobs = self.jobs.borrow_mut();
        let is_out = |job: &Submitted| !matches!(job.state, State::Delivered(_));
        let Some(place) = jobs.order.iter().position(is_out) else {
            return false;
        };
        let job = &mut jobs.order[place];
        let Some(result) = self.inbox.job_result(job.number) else {
            return false;
        };
        if let State::Abandoned = job.state {
            let (owner, site) = (job.owner, job.site);
            jobs.order.remove(place);
            drop(jobs);
            let dropped = result.and_then(|value| panics::catch(Print::Later, || drop(value)));
            if let Err(panic) = dropped {
                self.lose_job(owner, site, *panic);
            }
        } else {
            job.state = State::Delivered(result);
            let waiter = job.waiter.take();
            drop(jobs);
            if let Some(waiter) = waiter {
                self.waking.set(By::JOB);
                self.wake(waiter.waker);
            }
        }
        true
    }
}

impl<T: 'static> Future for Job<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let delivered = World::with("a blocking job", |world| {
            let mut jobs = world.jobs.borrow_mut();
            let place = jobs.place(self.number)?;
            if let State::Delivered(_) = jobs.order[place].state {
                return jobs.order.remove(place);
            }
            jobs.order[place].waiter = Some(world.waiter(cx));
            None
        });
        let delivered = delivered.map(|job| match job.state {
            State::Delivered(result) => result,
            State::Out | State::Abandoned => unreachable!("only what is delivered is taken out"),
        });
        match delivered {
            None => Poll::Pending,
            Some(Ok(value)) => {
                let value = value.downcast().expect("the job returned its own type");
                Poll::Ready(*value)
            }
            Some(Err(panic)) => panics::resume(*panic),
        }
    }
}

impl<T> Drop for Job<T> {
    fn drop(&mut self) {
        let number = self.number;
        let left = World::try_with(|world| {
            let mut jobs = world.jobs.borrow_mut();
            let place = jobs.place(number)?;
            if let State::Delivered(_) = jobs.order[place].state {
                return jobs.order.remove(place);
            }
            let job = &mut jobs.order[place];
            Some(Submitted {
                number,
                owner: job.owner,
                site: job.site,
                waiter: job.waiter.take(),
                state: std::mem::replace(&mut job.state, State::Abandoned),
            })
        });
        // Outside of the closure, since what a waker or a result drops may use the world.
        if let Some(Submitted {
            owner,
            site,
            state: State::Delivered(Err(panic)),
            ..
        }) = left.flatten()
        {
            World::try_with(|world| world.lose_job(owner, site, *panic));
        }
    }
}
