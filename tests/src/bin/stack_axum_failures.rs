//! axum in a test that fails on purpose. The suite `stack_axum` runs this program and compares what it prints.

use std::future::pending;

use axum::Router;
use axum::routing::get;
use solipsism::hyper::client;
use solipsism::net::TcpListener;

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

solipsism::main!();
