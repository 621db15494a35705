//! An axum app in a plain world: hyper serves it, one connection at a time, where `axum::serve` would spawn on tokio.

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;
use hyper_util::service::TowerToHyperService;
use solipsism::fixtures::EachTransport;
use solipsism::hyper::{client, serve_connection};
use solipsism::net::TcpListener;
use solipsism::time::{self, Duration, Instant};

fn app() -> Router {
    Router::new()
        .route("/", get(|| async { "hi" }))
        .route("/hello/{name}", get(hello))
        .with_state("hello")
}

async fn hello(State(greeting): State<&'static str>, Path(name): Path<String>) -> String {
    time::sleep(Duration::from_secs(60)).await;
    format!("{greeting} {name}")
}

#[solipsism::test]
async fn an_app_answers_over_the_virtual_network() {
    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    let served = solipsism::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        serve_connection(stream, TowerToHyperService::new(app())).await
    });
    let client = client();
    let start = Instant::now();
    let hi = super::get(&client, "http://api.internal/").await.unwrap();
    assert_eq!((hi.as_ref(), start.elapsed()), (&b"hi"[..], Duration::ZERO));
    let hello = super::get(&client, "http://api.internal/hello/world")
        .await
        .unwrap();
    assert_eq!(hello, "hello world");
    assert_eq!(start.elapsed(), Duration::from_secs(60));
    drop(client);
    served.await.unwrap().unwrap();
}

#[solipsism::test]
async fn over_each(EachTransport(server): EachTransport) {
    let app = TowerToHyperService::new(app());
    server
        .start(move |stream| serve_connection(stream, app.clone()))
        .await
        .unwrap();
    let stream = server.connect().await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await.unwrap();
    solipsism::spawn(async move { connection.await.unwrap() }).background();
    let request = hyper::Request::get("/").header("host", "any");
    let request = request.body(String::new()).unwrap();
    assert_eq!(sender.send_request(request).await.unwrap().status(), 200);
}
