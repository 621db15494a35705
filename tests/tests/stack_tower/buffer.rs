//! `tower::buffer`: a service in a task of its own, and what its clones are told when that task is no more.

use std::convert::Infallible;
use std::future::{Ready, pending, ready};
use std::task::{Context, Poll};

use futures_util::future::try_join_all;
use solipsism::hyper::client;
use solipsism::time::{self, Duration, Instant};
use tower::buffer::Buffer;
use tower::buffer::error::{Closed, ServiceError};
use tower::{Service, ServiceExt, service_fn};

use super::{SECOND, request, serve};

/// Fails before its third request.
struct Failing(u32);

impl Service<u32> for Failing {
    type Response = u32;
    type Error = &'static str;
    type Future = Ready<Result<u32, &'static str>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), &'static str>> {
        Poll::Ready(if self.0 == 2 { Err("worn out") } else { Ok(()) })
    }

    fn call(&mut self, request: u32) -> Self::Future {
        self.0 += 1;
        ready(Ok(request))
    }
}

#[solipsism::test(tokio)]
async fn requests_wait_in_its_queue_and_not_for_each_others_answers() {
    let log = serve().await;
    let service = Buffer::new(client(), 2);
    let start = Instant::now();
    let all = (0..9).map(|_| service.clone().oneshot(request("/slow")));
    try_join_all(all).await.unwrap();
    assert_eq!(start.elapsed(), 60 * SECOND);
    assert_eq!(*log.borrow(), [Duration::ZERO; 9]);
}

#[solipsism::test(tokio)]
async fn an_error_before_a_request_is_everybodys_from_then_on() {
    let service = Buffer::new(Failing(0), 8);
    assert_eq!(service.clone().oneshot(1).await.unwrap(), 1);
    assert_eq!(service.clone().oneshot(2).await.unwrap(), 2);
    for _ in 0..2 {
        let error = service.clone().oneshot(3).await.unwrap_err();
        let error = error.downcast::<ServiceError>().unwrap();
        assert!(error.to_string().contains("worn out"), "{error}");
    }
}

#[solipsism::test(tokio)]
async fn a_worker_that_panics_closes_it_and_its_handle_tells_why() {
    let panics = service_fn(|at: u32| -> Ready<Result<u32, Infallible>> {
        assert!(at < 2, "no more than two");
        ready(Ok(at))
    });
    let (service, worker) = Buffer::pair(panics, 8);
    let worker = tokio::spawn(worker);
    assert_eq!(service.clone().oneshot(1).await.unwrap(), 1);
    for _ in 0..2 {
        let error = service.clone().oneshot(2).await.unwrap_err();
        assert!(error.is::<Closed>(), "{error}");
    }
    let error = worker.await.unwrap_err();
    assert!(error.is_panic());
    solipsism::task::forgive(&error);
}

#[solipsism::test(tokio)]
async fn a_worker_that_is_aborted_closes_it_at_that_instant() {
    let never = service_fn(|(): ()| pending::<Result<(), Infallible>>());
    // What has not been handed over by then waits in the queue.
    let (mut service, worker) = Buffer::pair(tower::limit::ConcurrencyLimit::new(never, 1), 8);
    let worker = tokio::spawn(worker);
    let first = service.ready().await.unwrap().call(());
    let second = service.ready().await.unwrap().call(());
    solipsism::spawn(async move {
        time::sleep(60 * SECOND).await;
        worker.abort();
    })
    .background();
    let start = Instant::now();
    assert!(second.await.unwrap_err().is::<Closed>());
    assert_eq!(start.elapsed(), 60 * SECOND);
    // The one that was handed over is no longer the worker's.
    assert!(time::timeout(SECOND, first).await.is_err());
}
