//! Handlers that wait for each other, for themselves, or for ever.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::routing::get;
use bytes::Bytes;
use futures::stream;
use http_body_util::BodyExt;
use solipsism::hyper::client;
use solipsism::task::Builder;
use solipsism::time;
use tokio::sync::{Mutex, mpsc, oneshot, watch};
use tower::limit::ConcurrencyLimit;
use tower::{Service, ServiceExt};

use crate::listen;

async fn fetch(uri: &str) -> Bytes {
    let response = client().get(uri.parse().expect("it is one")).await;
    let body = response.expect("it is answered").into_body();
    body.collect().await.expect("it is whole").to_bytes()
}

async fn serve(name: &str, app: Router) {
    let listener = listen(name).await;
    tokio::spawn(async { axum::serve(listener, app).await });
}

async fn page(State(hits): State<Arc<Mutex<u64>>>) -> Bytes {
    let mut hits = hits.lock().await;
    *hits += 1;
    fetch("http://gateway.internal/footer").await
}

async fn footer(State(hits): State<Arc<Mutex<u64>>>) -> String {
    hits.lock().await.to_string()
}

#[solipsism::test(tokio)]
async fn a_handler_with_a_lock_asks_its_own_server() {
    let app = Router::new()
        .route("/", get(page))
        .route("/footer", get(footer));
    serve("gateway.internal:80", app.with_state(Arc::default())).await;
    assert_eq!(fetch("http://gateway.internal/").await, "1");
}

#[solipsism::test(tokio)]
async fn a_subscriber_keeps_a_server_from_its_shutdown() {
    let (tick, ticks) = watch::channel(0);
    let subscribe = async || {
        let events = stream::unfold(ticks, async |mut ticks| {
            ticks.changed().await.ok()?;
            Some((Ok::<_, Infallible>("tick"), ticks))
        });
        Body::from_stream(events)
    };
    let app = Router::new().route("/", get(subscribe));
    let listener = listen("events.internal:80").await;
    let (stop, stopped) = oneshot::channel::<()>();
    let stopped = async { drop(stopped.await) };
    let server = async {
        axum::serve(listener, app)
            .with_graceful_shutdown(stopped)
            .await
    };
    let server = Builder::new().name("server").spawn(server);
    let uri = "http://events.internal/".parse().expect("it is one");
    let mut response = client().get(uri).await.expect("it is answered");
    tick.send_replace(1);
    let frame = response.frame().await;
    assert!(frame.is_some_and(|frame| frame.is_ok()));
    stop.send(()).expect("it serves");
    server.await.expect("it runs").expect("it listens");
}

async fn locate(Path(item): Path<usize>) -> String {
    let shelves = [7, 3, 9];
    time::sleep(Duration::from_millis(5)).await;
    format!("shelf {}", shelves[item])
}

#[solipsism::test(tokio)]
async fn a_handler_panics() {
    serve(
        "shop.internal:80",
        Router::new().route("/{item}", get(locate)),
    )
    .await;
    for item in 1..4 {
        let shelf = fetch(&format!("http://shop.internal/{item}")).await;
        assert!(shelf.starts_with(b"shelf"));
    }
}

/// It is ready before it has anything to do, and takes a permit for that.
async fn forward<S>(mut service: S, mut users: mpsc::Receiver<u32>, found: mpsc::Sender<u32>)
where
    S: Service<u32, Response = u32, Error = Infallible>,
{
    loop {
        let Ok(service) = service.ready().await;
        let Some(user) = users.recv().await else {
            return;
        };
        let Ok(id) = service.call(user).await;
        let _ = found.send(id).await;
    }
}

#[solipsism::test]
async fn a_service_is_ready_and_is_not_called() {
    let look_up = async |user| Ok::<u32, Infallible>(user + 100);
    let service = ConcurrencyLimit::new(tower::service_fn(look_up), 1);
    let (found, mut results) = mpsc::channel(1);
    let mut senders = Vec::new();
    for name in ["eu", "us"] {
        let (sender, users) = mpsc::channel(1);
        let forwarding = forward(service.clone(), users, found.clone());
        Builder::new().name(name).spawn(forwarding).background();
        senders.push(sender);
    }
    senders[1].send(7).await.expect("there is room");
    assert_eq!(results.recv().await, Some(107));
}
