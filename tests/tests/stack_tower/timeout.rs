//! `tower::timeout`.

use std::error::Error;

use http_body_util::BodyExt;
use solipsism::hyper::client;
use solipsism::net::Network;
use solipsism::time::{Duration, Instant};
use tower::timeout::Timeout;
use tower::timeout::error::Elapsed;
use tower::{BoxError, ServiceExt};

use super::{SECOND, request, serve};

#[solipsism::test(tokio)]
async fn an_answer_comes_at_once() {
    serve().await;
    let start = Instant::now();
    let service = Timeout::new(client(), SECOND);
    let response = service.oneshot(request("/a")).await.unwrap();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(
        (body.as_ref(), start.elapsed()),
        (&b"/a"[..], Duration::ZERO)
    );
}

#[solipsism::test(tokio)]
async fn an_answer_that_takes_a_minute_is_in_time_within_a_longer_one() {
    serve().await;
    let start = Instant::now();
    let service = Timeout::new(client(), 61 * SECOND);
    service.oneshot(request("/slow")).await.unwrap();
    assert_eq!(start.elapsed(), 60 * SECOND);
}

#[solipsism::test(tokio)]
async fn it_ends_the_wait_exactly() {
    serve().await;
    let start = Instant::now();
    let service = Timeout::new(client(), 59 * SECOND);
    let error = service.oneshot(request("/slow")).await.unwrap_err();
    assert!(error.is::<Elapsed>(), "{error}");
    assert_eq!(start.elapsed(), 59 * SECOND);
}

/// It asks for the answer before it looks at the clock, and a test's body comes last in an instant.
#[solipsism::test(tokio)]
async fn an_answer_at_the_very_instant_of_the_timeout_is_in_time() {
    serve().await;
    let service = Timeout::new(client(), 60 * SECOND);
    service.oneshot(request("/slow")).await.unwrap();
}

#[solipsism::test(tokio)]
async fn connecting_counts_as_well() {
    serve().await;
    Network::current().partition("localhost", "api.internal");
    let start = Instant::now();
    let service = Timeout::new(client(), 5 * SECOND);
    let error = service.oneshot(request("/a")).await.unwrap_err();
    assert!(error.is::<Elapsed>(), "{error}");
    assert_eq!(start.elapsed(), 5 * SECOND);
}

#[solipsism::test(tokio)]
async fn an_error_of_the_services_is_handed_on() {
    let service = Timeout::new(client(), SECOND);
    let error: BoxError = service.oneshot(request("/a")).await.unwrap_err();
    let error: Box<hyper_util::client::legacy::Error> = error.downcast().unwrap();
    assert!(error.is_connect(), "{:?}", error.source());
}
