//! Blocking work that is out: submitted here, done on another thread, handed back in the order of submission.

use std::any::Any;
use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_executor::ThreadPool;

use super::World;
use super::inbox::JobResult;
use crate::core::Waiter;
use crate::panics::{self, Print};

/// The jobs of a world. The threads come with the first one.
pub(crate) struct Jobs {
    threads: usize,
    pool: Option<ThreadPool>,
    submitted: u64,
    /// By number, hence in the order of submission: those that are out, then those that nobody has taken.
    out: BTreeMap<u64, Out>,
    delivered: BTreeMap<u64, JobResult>,
}

struct Out {
    site: &'static Location<'static>,
    waiter: Option<Waiter>,
    /// Nobody waits any more; time still does.
    abandoned: bool,
}

impl Jobs {
    pub(crate) fn new(threads: usize) -> Self {
        Self {
            threads,
            pool: None,
            submitted: 0,
            out: BTreeMap::new(),
            delivered: BTreeMap::new(),
        }
    }

    pub(crate) fn pending(
        &self,
    ) -> impl Iterator<Item = (Option<&Waiter>, &'static Location<'static>)> {
        self.out.values().map(|out| (out.waiter.as_ref(), out.site))
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
    pub(crate) fn submit<T: Send + 'static>(
        &self,
        site: &'static Location<'static>,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Job<T> {
        let mut jobs = self.jobs.borrow_mut();
        jobs.submitted += 1;
        let number = jobs.submitted;
        let out = Out {
            site,
            waiter: None,
            abandoned: false,
        };
        jobs.out.insert(number, out);
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

    /// Hands the result of the job that was submitted first to whoever awaits it. False if it is not back yet.
    pub(crate) fn deliver_job(&self) -> bool {
        let mut jobs = self.jobs.borrow_mut();
        let Some((&number, _)) = jobs.out.first_key_value() else {
            return false;
        };
        let Some(result) = self.inbox.job_result(number) else {
            return false;
        };
        let out = jobs.out.remove(&number).expect("it is the first one");
        if out.abandoned {
            drop(jobs);
            let dropped = result.and_then(|value| panics::catch(Print::Later, || drop(value)));
            if let Err(panic) = dropped {
                self.lose_job(out.site, panic);
            }
        } else {
            jobs.delivered.insert(number, result);
            drop(jobs);
            if let Some(waiter) = out.waiter {
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
            let delivered = jobs.delivered.remove(&self.number);
            if let Some(out) = jobs.out.get_mut(&self.number) {
                out.waiter = Some(world.waiter(cx));
            }
            delivered
        });
        match delivered {
            None => Poll::Pending,
            Some(Ok(value)) => {
                let value = value.downcast().expect("the job returned its own type");
                Poll::Ready(*value)
            }
            Some(Err(panic)) => panics::resume(panic),
        }
    }
}

impl<T> Drop for Job<T> {
    fn drop(&mut self) {
        let number = self.number;
        let left = World::try_with(|world| {
            let mut jobs = world.jobs.borrow_mut();
            let waiter = jobs.out.get_mut(&number).and_then(|out| {
                out.abandoned = true;
                out.waiter.take()
            });
            (waiter, jobs.delivered.remove(&number))
        });
        drop(left);
    }
}
