//! Routes with state and extractors, and layers around them: one written with `from_fn`, and tower's timeout.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use axum::error_handling::HandleErrorLayer;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::get;
use axum::{BoxError, Router, serve};
use http_body_util::{BodyExt, Full};
use solipsism::hyper::{Client, client};
use solipsism::net::TcpListener;
use solipsism::time::Instant;
use tower::ServiceBuilder;

const SECOND: Duration = Duration::from_secs(1);

type Store = Arc<Mutex<BTreeMap<String, Bytes>>>;

async fn read(Path(key): Path<String>, State(store): State<Store>) -> Result<Bytes, StatusCode> {
    let store = store.lock().unwrap();
    store.get(&key).cloned().ok_or(StatusCode::NOT_FOUND)
}

async fn write(Path(key): Path<String>, State(store): State<Store>, value: Bytes) -> StatusCode {
    store.lock().unwrap().insert(key, value);
    StatusCode::CREATED
}

/// The keys, joined by what the query and a header say.
async fn list(
    Query(query): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
    State(store): State<Store>,
) -> String {
    let store = store.lock().unwrap();
    let keys = store.keys().filter(|key| key.starts_with(&query["prefix"]));
    let keys: Vec<_> = keys.map(String::as_str).collect();
    keys.join(headers["x-joined-by"].to_str().unwrap())
}

/// As long as the path says.
async fn slow(Path(seconds): Path<u32>) {
    tokio::time::sleep(seconds * SECOND).await;
}

async fn timed(request: Request, next: Next) -> Response {
    let start = tokio::time::Instant::now();
    let mut response = next.run(request).await;
    let took = start.elapsed().as_millis();
    response.headers_mut().insert(
        "x-took",
        took.try_into().map(|took: u64| took.into()).unwrap(),
    );
    response
}

async fn too_late(error: BoxError) -> (StatusCode, String) {
    (StatusCode::REQUEST_TIMEOUT, error.to_string())
}

async fn served() -> Client {
    let patience = ServiceBuilder::new()
        .layer(HandleErrorLayer::new(too_late))
        .timeout(10 * SECOND);
    let app = Router::new()
        .route("/keys", get(list))
        .route("/key/{key}", get(read).put(write))
        .route("/slow/{seconds}", get(slow))
        .layer(patience)
        .layer(from_fn(timed))
        .with_state(Store::default());
    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    tokio::spawn(async { serve(listener, app).await });
    client()
}

async fn ask(
    client: &Client,
    method: Method,
    path: &str,
    body: &'static str,
) -> (u16, u64, String) {
    let request = hyper::Request::builder()
        .method(method)
        .uri(format!("http://api.internal{path}"))
        .header("x-joined-by", "+")
        .body(Full::from(body));
    let response = client.request(request.unwrap()).await.unwrap();
    let (status, took) = (response.status(), response.headers()["x-took"].clone());
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let took = took.to_str().unwrap().parse().unwrap();
    (
        status.as_u16(),
        took,
        String::from_utf8(body.into()).unwrap(),
    )
}

#[solipsism::test(tokio)]
async fn state_is_shared_by_requests_of_several_clients() {
    let client = served().await;
    for (key, value) in [("apple", "red"), ("avocado", "green"), ("banana", "yellow")] {
        let path = format!("/key/{key}");
        assert_eq!(ask(&client, Method::PUT, &path, value).await.0, 201);
    }
    let other = solipsism::hyper::client();
    let (status, _, body) = ask(&other, Method::GET, "/key/banana", "").await;
    assert_eq!((status, body.as_str()), (200, "yellow"));
    assert_eq!(ask(&other, Method::GET, "/key/cherry", "").await.0, 404);
    let (_, _, body) = ask(&other, Method::GET, "/keys?prefix=a", "").await;
    assert_eq!(body, "apple+avocado");
}

#[solipsism::test(tokio)]
async fn what_is_no_request_for_a_handler_is_refused_by_its_extractor() {
    let client = served().await;
    let (status, _, body) = ask(&client, Method::GET, "/slow/soon", "").await;
    let told = "Invalid URL: Cannot parse `soon` to a `u32`";
    assert_eq!((status, body.as_str()), (400, told));
    assert_eq!(ask(&client, Method::DELETE, "/keys", "").await.0, 405);
}

#[solipsism::test(tokio)]
async fn a_layers_timeout_fires_at_its_instant_and_not_before() {
    let client = served().await;
    let start = Instant::now();
    assert_eq!(ask(&client, Method::GET, "/slow/9", "").await.1, 9_000);
    assert_eq!(start.elapsed(), 9 * SECOND);
    let (status, took, body) = ask(&client, Method::GET, "/slow/60", "").await;
    assert_eq!(
        (status, took, body.as_str()),
        (408, 10_000, "request timed out")
    );
    assert_eq!(start.elapsed(), 19 * SECOND);
}

#[solipsism::test(tokio)]
async fn a_hundred_requests_at_once_take_as_long_as_the_longest() {
    let client = served().await;
    let start = Instant::now();
    let asked: Vec<_> = (0..100)
        .map(|index| {
            let client = client.clone();
            tokio::spawn(async move {
                let path = format!("/slow/{}", index % 10);
                (index % 10, ask(&client, Method::GET, &path, "").await)
            })
        })
        .collect();
    for task in asked {
        let (seconds, (status, took, _)) = task.await.unwrap();
        assert_eq!((status, took), (200, seconds * 1_000));
    }
    assert_eq!(start.elapsed(), 9 * SECOND);
}
