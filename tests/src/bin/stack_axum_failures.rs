//! axum in tests that fail on purpose. The suite `stack_axum` runs this program and compares what it prints.

use std::future::pending;
use std::time::Duration;

use axum::Router;
use axum::extract::WebSocketUpgrade;
use axum::extract::ws::WebSocket;
use axum::routing::{any, get};
use futures_util::StreamExt;
use solipsism::hyper::client;
use solipsism::net::{TcpListener, TcpStream};

#[solipsism::test(tokio)]
async fn a_handler_never_answers() {
    let app = Router::new().route("/", get(pending::<()>));
    let listener = TcpListener::bind("api.internal:80")
        .await
        .expect("it is free");
    let server = async { axum::serve(listener, app).await };
    solipsism::task::Builder::new()
        .name("server")
        .spawn(server)
        .background();
    let uri = "http://api.internal/".parse().expect("it is one");
    client().get(uri).await.expect("it is answered");
}

#[solipsism::test(tokio)]
async fn a_shutdown_waits_for_what_never_ends() {
    let app = Router::new().route("/", get(pending::<()>));
    let listener = TcpListener::bind("api.internal:80")
        .await
        .expect("it is free");
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let stopped = async { stopped.await.expect("it is told") };
    let serving = axum::serve(listener, app).with_graceful_shutdown(stopped);
    let served = tokio::spawn(async { serving.await });
    let uri = "http://api.internal/".parse().expect("it is one");
    tokio::spawn(client().get(uri));
    solipsism::time::sleep(Duration::from_secs(1)).await;
    stop.send(()).expect("it serves");
    served.await.expect("it runs").expect("it listens");
}

#[solipsism::test(tokio)]
async fn both_ends_of_a_websocket_listen() {
    async fn listens(mut socket: WebSocket) {
        while let Some(Ok(_)) = socket.recv().await {}
    }

    let upgrade = |upgrade: WebSocketUpgrade| async { upgrade.on_upgrade(listens) };
    let app = Router::new().route("/", any(upgrade));
    let listener = TcpListener::bind("api.internal:80")
        .await
        .expect("it is free");
    tokio::spawn(async { axum::serve(listener, app).await });
    let stream = TcpStream::connect("api.internal:80")
        .await
        .expect("it listens");
    let agreed = tokio_tungstenite::client_async("ws://api.internal/", stream).await;
    agreed.expect("it is a websocket").0.next().await;
}

solipsism::main!();
