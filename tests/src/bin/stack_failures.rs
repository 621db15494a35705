//! Other people's stacks in tests that fail on purpose. The suites `stack_…` run this program and compare what it prints.

use std::convert::Infallible;
use std::future::pending;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use solipsism::hyper::{client, serve_connection};
use solipsism::net::{TcpListener, TcpStream};
use solipsism::{time, tls};

async fn listens() -> TcpListener {
    TcpListener::bind("api.internal:80")
        .await
        .expect("it is free")
}

#[solipsism::test]
async fn a_handler_never_answers() {
    async fn never(_: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
        pending().await
    }

    let listener = listens().await;
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
    let uri = "http://api.internal/".parse().expect("it is one");
    client().get(uri).await.expect("it is answered");
}

#[solipsism::test]
async fn nobody_speaks_http() {
    let listener = listens().await;
    let server = async move {
        let _held = listener.accept().await.expect("it listens");
        time::sleep(Duration::from_secs(1)).await;
        pending::<()>().await;
    };
    solipsism::task::Builder::new()
        .name("server")
        .spawn(server)
        .background();
    let uri = "http://api.internal/".parse().expect("it is one");
    client().get(uri).await.expect("it is answered");
}

/// The pool keeps the connection for a while, and a deadline with it.
#[solipsism::test]
async fn hangs_beside_an_idle_connection() {
    async fn ok(_: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
        Ok(Response::default())
    }

    let listener = listens().await;
    let server = async move {
        let (stream, _) = listener.accept().await.expect("it listens");
        serve_connection(stream, service_fn(ok))
            .await
            .expect("it is HTTP");
    };
    solipsism::spawn(server).background();
    let client = client();
    let uri = "http://api.internal/".parse().expect("it is one");
    client.get(uri).await.expect("it is answered");
    let (_sender, receiver) = futures_channel::oneshot::channel::<()>();
    receiver.await.expect("somebody sends");
}

#[solipsism::test]
async fn never_shakes_hands() {
    let listener = listens().await;
    let stream = TcpStream::connect("api.internal:80")
        .await
        .expect("it listens");
    let _accepted = listener.accept().await.expect("it came");
    let name = tls::name("api.internal");
    tls::connector()
        .connect(name, stream)
        .await
        .expect("it is TLS");
}

solipsism::main!();
