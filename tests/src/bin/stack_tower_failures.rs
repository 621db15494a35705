//! tower's middleware in tests that fail on purpose. The suite `stack_tower` runs this program and compares what it prints.

use std::convert::Infallible;
use std::future::{Ready, pending};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use solipsism::hyper::{client, serve_connection};
use solipsism::net::TcpListener;
use solipsism::time::Duration;
use tower::buffer::Buffer;
use tower::limit::ConcurrencyLimit;
use tower::{ServiceBuilder, ServiceExt};

fn request() -> Request<Full<Bytes>> {
    let request = Request::get("http://api.internal/");
    request.body(Full::default()).expect("it is one")
}

#[solipsism::test(tokio)]
async fn a_server_never_answers() {
    async fn never(_: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
        pending().await
    }

    let listener = TcpListener::bind("api.internal:80")
        .await
        .expect("it is free");
    let server = async move {
        let (stream, _) = listener.accept().await.expect("it listens");
        serve_connection(stream, service_fn(never))
            .await
            .expect("it is HTTP");
    };
    solipsism::task::Builder::new()
        .name("server")
        .spawn(server)
        .background();
    let service = ServiceBuilder::new()
        .buffer(8)
        .concurrency_limit(1)
        .rate_limit(10, Duration::from_secs(60))
        .service(client());
    service.oneshot(request()).await.expect("it is answered");
}

/// What is ready holds a permit, whether it is called or not.
#[solipsism::test(tokio)]
async fn keeps_its_permit() {
    let mut service = ConcurrencyLimit::new(client(), 1);
    service.ready().await.expect("it is the first");
    let asked = service.clone().oneshot(request()).await;
    asked.expect("it is answered");
}

#[solipsism::test(tokio)]
async fn its_worker_panics() {
    let panics =
        tower::service_fn(|(): ()| -> Ready<Result<(), Infallible>> { panic!("not this one") });
    let service = Buffer::new(panics, 8);
    let answer = service.oneshot(()).await;
    assert!(answer.is_err());
}

solipsism::main!();
