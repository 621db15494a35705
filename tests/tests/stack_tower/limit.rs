//! `tower::limit` and `tower::load_shed`.

use std::time::Duration;

use futures_util::future::{join_all, try_join_all};
use solipsism::hyper::client;
use solipsism::time::{self, Instant};
use tower::limit::{ConcurrencyLimit, RateLimit, rate::Rate};
use tower::load_shed::LoadShed;
use tower::load_shed::error::Overloaded;
use tower::timeout::Timeout;
use tower::{Service, ServiceBuilder, ServiceExt};

use super::{SECOND, request, serve};

/// So many requests at each of these seconds.
fn at(all: &[(u64, usize)]) -> Vec<Duration> {
    let times = all.iter().map(|&(second, count)| vec![second; count]);
    times.flatten().map(Duration::from_secs).collect()
}

#[solipsism::test(tokio)]
async fn ten_a_minute_are_let_through_at_the_minutes() {
    let log = serve().await;
    let mut service = RateLimit::new(client(), Rate::new(10, 60 * SECOND));
    for _ in 0..25 {
        let asked = service.ready().await.unwrap().call(request("/a"));
        asked.await.unwrap();
    }
    assert_eq!(*log.borrow(), at(&[(0, 10), (60, 10), (120, 5)]));
}

#[solipsism::test(tokio)]
async fn a_minute_begins_with_the_first_request_after_the_last_one() {
    let log = serve().await;
    let mut service = RateLimit::new(client(), Rate::new(10, 60 * SECOND));
    for second in [0, 70, 1, 30] {
        time::sleep(second * SECOND).await;
        for _ in 0..4 {
            let asked = service.ready().await.unwrap().call(request("/a"));
            asked.await.unwrap();
        }
    }
    // The second minute is from 70 to 130; two of the last four must wait for its end.
    assert_eq!(
        *log.borrow(),
        at(&[(0, 4), (70, 4), (71, 4), (101, 2), (130, 2)])
    );
}

#[solipsism::test(tokio)]
async fn clones_behind_a_buffer_share_a_rate() {
    let log = serve().await;
    let service = ServiceBuilder::new()
        .buffer(100)
        .rate_limit(10, 60 * SECOND)
        .service(client());
    let all = (0..25).map(|_| service.clone().oneshot(request("/a")));
    try_join_all(all).await.unwrap();
    assert_eq!(*log.borrow(), at(&[(0, 10), (60, 10), (120, 5)]));
}

#[solipsism::test(tokio)]
async fn two_at_a_time_take_a_minute_each() {
    let log = serve().await;
    let service = ConcurrencyLimit::new(client(), 2);
    let start = Instant::now();
    let all = (0..5).map(|_| {
        let asked = service.clone().oneshot(request("/slow"));
        async move { asked.await.map(|_| start.elapsed()) }
    });
    let ends = try_join_all(all).await.unwrap();
    assert_eq!(ends, at(&[(60, 2), (120, 2), (180, 1)]));
    assert_eq!(*log.borrow(), at(&[(0, 2), (60, 2), (120, 1)]));
}

#[solipsism::test(tokio)]
async fn a_request_that_is_given_up_makes_room_for_the_next() {
    let log = serve().await;
    let service = Timeout::new(ConcurrencyLimit::new(client(), 1), 10 * SECOND);
    let all = (0..3).map(|_| service.clone().oneshot(request("/slow")));
    let all = join_all(all).await;
    assert!(all.iter().all(Result::is_err));
    assert_eq!(*log.borrow(), at(&[(0, 1), (10, 1), (20, 1)]));
}

#[solipsism::test(tokio)]
async fn what_would_have_to_wait_is_shed_at_once() {
    serve().await;
    let service = LoadShed::new(ConcurrencyLimit::new(client(), 2));
    let start = Instant::now();
    let all = (0..3).map(|_| {
        let asked = service.clone().oneshot(request("/slow"));
        async move { (asked.await, start.elapsed()) }
    });
    let [first, second, third] = join_all(all).await.try_into().unwrap();
    assert!(first.0.is_ok() && second.0.is_ok());
    assert_eq!((first.1, second.1), (60 * SECOND, 60 * SECOND));
    assert!(third.0.unwrap_err().is::<Overloaded>());
    assert_eq!(third.1, Duration::ZERO);
}
