//! Where a connection comes from, what takes a minute, and how serving ends.

use std::net::SocketAddr;
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::routing::get;
use axum::serve::ListenerExt;
use axum::{Router, serve};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use solipsism::hyper::{Client, client};
use solipsism::net::{Addr, TcpListener, TcpStream, UnixListener, UnixStream, unix};
use solipsism::time::Instant;

async fn text(client: &Client, uri: &str) -> String {
    let response = client.get(uri.parse().unwrap()).await.unwrap();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.into()).unwrap()
}

#[solipsism::test(tokio)]
async fn a_handler_is_told_where_its_connection_comes_from() {
    let app = Router::new().route(
        "/",
        get(|ConnectInfo(from): ConnectInfo<Addr>| async move { from.to_string() }),
    );
    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    let app = app.into_make_service_with_connect_info::<Addr>();
    tokio::spawn(async { serve(listener, app).await });
    assert_eq!(
        text(&client(), "http://api.internal/").await,
        "10.255.255.254:32768"
    );
}

#[solipsism::test(tokio)]
async fn axums_own_way_to_std_addresses_works_on_tapped_connections() {
    let app = Router::new().route(
        "/",
        get(|ConnectInfo(from): ConnectInfo<SocketAddr>| async move { from.to_string() }),
    );
    let listener = TcpListener::bind("api.internal:80")
        .await
        .unwrap()
        .tap_io(|_| ());
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async { serve(listener, app).await });
    assert_eq!(
        text(&client(), "http://api.internal/").await,
        "10.255.255.254:32768"
    );
}

#[solipsism::test(tokio)]
async fn over_unix_sockets() {
    let app = Router::new().route(
        "/",
        get(
            |ConnectInfo(from): ConnectInfo<unix::SocketAddr>| async move {
                from.is_unnamed().to_string()
            },
        ),
    );
    let listener = UnixListener::bind("/run/api.sock").unwrap();
    let app = app.into_make_service_with_connect_info::<unix::SocketAddr>();
    tokio::spawn(async { serve(listener, app).await });
    let stream = UnixStream::connect("/run/api.sock").await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await.unwrap();
    tokio::spawn(connection);
    let request = hyper::Request::get("/")
        .header("host", "any")
        .body(Full::<Bytes>::default());
    let response = sender.send_request(request.unwrap()).await.unwrap();
    assert_eq!(
        response.into_body().collect().await.unwrap().to_bytes(),
        "true"
    );
}

#[solipsism::test(tokio)]
async fn serving_ends_gracefully_once_what_takes_a_minute_is_answered() {
    let app = Router::new().route(
        "/",
        get(|| async {
            tokio::time::sleep(Duration::from_secs(60)).await;
            "done"
        }),
    );
    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = serve(listener, app).with_graceful_shutdown(async { stopped.await.unwrap() });
    let served = tokio::spawn(async { serving.await });
    let start = Instant::now();
    let client = client();
    let asked = solipsism::spawn(async move { text(&client, "http://api.internal/").await });
    tokio::time::sleep(Duration::from_secs(1)).await;
    stop.send(()).unwrap();
    served.await.unwrap().unwrap();
    assert_eq!(start.elapsed(), Duration::from_secs(60));
    assert_eq!(asked.await.unwrap(), "done");
    assert!(TcpStream::connect("api.internal:80").await.is_err());
}

#[solipsism::test(tokio)]
async fn a_timeout_is_exact_and_a_partition_is_one() {
    let app = Router::new().route("/", get(|| async { "hi" }));
    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    tokio::spawn(async { serve(listener, app).await });
    let network = solipsism::net::Network::current();
    let client = client();
    assert_eq!(text(&client, "http://api.internal/").await, "hi");
    network.partition("localhost", "api.internal");
    let start = Instant::now();
    let patience = Duration::from_nanos(1_500_000_001);
    let asked = solipsism::time::timeout(patience, text(&client, "http://api.internal/"));
    assert!(asked.await.is_err());
    assert_eq!(start.elapsed(), patience);
    network.heal();
    assert_eq!(text(&client, "http://api.internal/").await, "hi");
}

#[solipsism::test(tokio)]
async fn a_server_whose_host_crashes_cuts_its_connections() {
    let app = Router::new().route("/", get(std::future::pending::<()>));
    let network = solipsism::net::Network::current();
    let host = network.host("api.internal");
    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    tokio::spawn(async { serve(listener, app).await });
    solipsism::spawn(async move {
        tokio::time::sleep(Duration::from_secs(5)).await;
        host.crash();
    })
    .background();
    let start = Instant::now();
    let uri = "http://api.internal/".parse().unwrap();
    assert!(client().get(uri).await.is_err());
    assert_eq!(start.elapsed(), Duration::from_secs(5));
}
