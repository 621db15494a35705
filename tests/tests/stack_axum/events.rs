//! Server-Sent Events: each event and each comment that keeps the connection alive at its instant.

use std::convert::Infallible;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use axum::routing::get;
use axum::{Router, serve};
use futures_util::Stream;
use futures_util::stream::unfold;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use solipsism::hyper::client;
use solipsism::net::{Network, TcpListener};
use solipsism::time::{Instant, timeout};

const SECOND: Duration = Duration::from_secs(1);

/// An event after 20 seconds, one 60 seconds later, and the end.
fn events() -> impl Stream<Item = Result<Event, Infallible>> {
    unfold(0_u64, |index| async move {
        let pause = [20, 60].get(usize::try_from(index).unwrap())?;
        tokio::time::sleep(*pause * SECOND).await;
        let event = Event::default().event("tick").id(index.to_string());
        Some((Ok(event.data(format!("number {index}"))), index + 1))
    })
}

async fn subscribed<S>(stream: impl Fn() -> S + Clone + Send + Sync + 'static) -> Incoming
where
    S: Stream<Item = Result<Event, Infallible>> + Send + 'static,
{
    let keep_alive = KeepAlive::new().interval(15 * SECOND).text("still here");
    let handler = get(move || async move { Sse::new(stream()).keep_alive(keep_alive) });
    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    let app = Router::new().route("/events", handler);
    tokio::spawn(async { serve(listener, app).await });
    let uri = "http://api.internal/events".parse().unwrap();
    let response = client().get(uri).await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    response.into_body()
}

async fn next(body: &mut Incoming) -> Option<String> {
    let data = body.frame().await?.unwrap().into_data().unwrap();
    Some(String::from_utf8(data.into()).unwrap())
}

#[solipsism::test(tokio)]
async fn events_and_what_keeps_the_connection_alive_come_at_their_instants() {
    let start = Instant::now();
    let mut body = subscribed(events).await;
    let mut seen = Vec::new();
    while let Some(text) = next(&mut body).await {
        seen.push((start.elapsed().as_millis(), text));
    }
    let comment = ": still here\n\n";
    let expected = [
        (15_000, comment),
        (20_000, "event: tick\nid: 0\ndata: number 0\n\n"),
        (35_000, comment),
        (50_000, comment),
        (65_000, comment),
        (80_000, "event: tick\nid: 1\ndata: number 1\n\n"),
    ];
    let expected = expected.map(|(at, text)| (at, text.to_owned()));
    assert_eq!(seen, expected);
    assert_eq!(start.elapsed(), 80 * SECOND);
}

#[solipsism::test(tokio)]
async fn a_client_that_leaves_ends_the_stream() {
    struct Told(Option<tokio::sync::oneshot::Sender<Instant>>);
    impl Drop for Told {
        fn drop(&mut self) {
            let _ = self.0.take().unwrap().send(Instant::now());
        }
    }

    let (told, ended) = tokio::sync::oneshot::channel();
    let told = std::sync::Arc::new(std::sync::Mutex::new(Some(told)));
    let start = Instant::now();
    let stream = move || {
        let told = Told(told.lock().unwrap().take());
        unfold(told, |told| async {
            tokio::time::sleep(SECOND).await;
            Some((Ok(Event::default().data("on")), told))
        })
    };
    let mut body = subscribed(stream).await;
    for _ in 0..60 {
        assert_eq!(next(&mut body).await.unwrap(), "data: on\n\n");
    }
    drop(body);
    assert_eq!(ended.await.unwrap() - start, 60 * SECOND);
}

#[solipsism::test(tokio)]
async fn a_silent_partition_is_noticed_by_what_does_not_come() {
    let mut body = subscribed(events).await;
    let start = Instant::now();
    let cut = async {
        tokio::time::sleep(40 * SECOND).await;
        Network::current().partition("localhost", "api.internal");
    };
    solipsism::spawn(cut).background();
    let patience = 16 * SECOND;
    let mut comments = 0;
    while let Ok(text) = timeout(patience, next(&mut body)).await {
        comments += u32::from(text.unwrap().starts_with(':'));
    }
    assert_eq!(comments, 2);
    assert_eq!(start.elapsed(), 35 * SECOND + patience);
}
