//! `tower::retry`, with an exponential backoff without jitter: every attempt is at an exact instant.

use std::time::Duration;

use http_body_util::BodyExt;
use hyper::Request;
use solipsism::hyper::client;
use solipsism::net::Network;
use solipsism::time::{self, Instant};
use tower::retry::backoff::{Backoff, ExponentialBackoff, ExponentialBackoffMaker, MakeBackoff};
use tower::retry::budget::{Budget, TpsBudget};
use tower::retry::{Policy, Retry};
use tower::timeout::Timeout;
use tower::util::rng::HasherRng;
use tower::{Service, ServiceExt};

use super::{SECOND, request, serve, serve_after};

/// Asks again after every error, so many times.
#[derive(Clone)]
pub struct Again<B = ExponentialBackoff> {
    pub left: u32,
    pub backoff: B,
}

impl<B: Backoff, Body: Clone, Res, E> Policy<Request<Body>, Res, E> for Again<B> {
    type Future = B::Future;

    fn retry(&mut self, _: &mut Request<Body>, result: &mut Result<Res, E>) -> Option<B::Future> {
        if result.is_ok() || self.left == 0 {
            return None;
        }
        self.left -= 1;
        Some(self.backoff.next_backoff())
    }

    fn clone_request(&mut self, request: &Request<Body>) -> Option<Request<Body>> {
        Some(request.clone())
    }
}

/// One second, two, four, and then five every time.
fn again(times: u32) -> Again {
    let maker = ExponentialBackoffMaker::new(SECOND, 5 * SECOND, 0.0, HasherRng::default());
    let backoff = maker.unwrap().make_backoff();
    Again {
        left: times,
        backoff,
    }
}

fn seconds(all: &[u64]) -> Vec<Duration> {
    all.iter().copied().map(Duration::from_secs).collect()
}

#[solipsism::test(tokio)]
async fn what_succeeds_is_asked_once() {
    let log = serve().await;
    let service = Retry::new(again(5), client());
    service.oneshot(request("/a")).await.unwrap();
    assert_eq!(*log.borrow(), seconds(&[0]));
}

#[solipsism::test(tokio)]
async fn a_dropped_connection_is_asked_again_until_it_succeeds() {
    let log = serve_after(2).await;
    let start = Instant::now();
    let service = Retry::new(again(5), client());
    let response = service.oneshot(request("/a")).await.unwrap();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!((body.as_ref(), start.elapsed()), (&b"/a"[..], 3 * SECOND));
    assert_eq!(*log.borrow(), seconds(&[0, 1, 3]));
}

#[solipsism::test(tokio)]
async fn it_waits_twice_as_long_each_time_up_to_the_longest() {
    let log = serve_after(7).await;
    let service = Retry::new(again(6), client());
    let error = service.oneshot(request("/a")).await.unwrap_err();
    assert!(!error.is_connect(), "{error}");
    assert_eq!(*log.borrow(), seconds(&[0, 1, 3, 7, 12, 17, 22]));
}

#[solipsism::test(tokio)]
async fn each_attempt_has_a_timeout_of_its_own() {
    let log = serve().await;
    let network = Network::current();
    network.partition("localhost", "api.internal");
    solipsism::spawn(async move {
        time::sleep(30 * SECOND).await;
        network.heal();
    })
    .background();
    let start = Instant::now();
    // From 0 to 10, from 11 to 21, from 23 to 33: that is the one.
    let service = Retry::new(again(5), Timeout::new(client(), 10 * SECOND));
    service.oneshot(request("/a")).await.unwrap();
    assert_eq!(start.elapsed(), log.borrow()[0]);
    assert_eq!(start.elapsed(), 30 * SECOND);
}

#[solipsism::test(tokio)]
async fn a_timeout_around_it_ends_it_between_two_attempts() {
    let log = serve_after(9).await;
    let start = Instant::now();
    let mut service = Timeout::new(Retry::new(again(9), client()), 10 * SECOND);
    let asked = service.ready().await.unwrap().call(request("/a"));
    assert!(asked.await.is_err());
    assert_eq!(start.elapsed(), 10 * SECOND);
    time::sleep(60 * SECOND).await;
    assert_eq!(*log.borrow(), seconds(&[0, 1, 3, 7]));
}

/// A request earns a tenth of a retry; what is earned lasts ten seconds.
#[solipsism::test(tokio)]
async fn what_a_budget_holds_is_forgotten_when_its_time_is_up() {
    let budget = TpsBudget::new(10 * SECOND, 0, 0.1);
    for _ in 0..10 {
        budget.deposit();
    }
    time::sleep(9 * SECOND).await;
    assert!(budget.withdraw());
    assert!(!budget.withdraw());
    for _ in 0..10 {
        budget.deposit();
    }
    time::sleep(11 * SECOND).await;
    assert!(!budget.withdraw());
}
