//! Connections that nobody drives, reads to the end, or lets go.

use std::convert::Infallible;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use bytes::Bytes;
use http_body_util::{BodyExt, Empty, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::client::conn::http1 as client;
use hyper::server::conn::http1 as server;
use hyper::service::service_fn;
use hyper::{Request, Response};
use solipsism::net::TcpStream;
use solipsism::task::Builder;
use solipsism::time;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{Notify, mpsc};

use crate::listen;

async fn connect(to: &str) -> TcpStream {
    TcpStream::connect(to).await.expect("somebody listens")
}

fn request<B>(path: &str, body: B) -> Request<B> {
    let request = Request::post(path).header("host", "any");
    request.body(body).expect("it is a request")
}

#[solipsism::test(tokio)]
async fn nobody_drives_the_connection() {
    let listener = listen("api.internal:80").await;
    let app = Router::new().route("/", post(async || "hi"));
    tokio::spawn(async { axum::serve(listener, app).await });
    let stream = connect("api.internal:80").await;
    let (mut sender, _connection) = client::handshake(stream).await.expect("it is open");
    let asked = sender.send_request(request("/", Empty::<Bytes>::new()));
    asked.await.expect("it is answered");
}

#[solipsism::test(tokio)]
async fn a_body_is_not_read_before_the_next_request() {
    let listener = listen("bank.internal:80").await;
    let app = Router::new().route("/", post(async || vec![b'x'; 1 << 20]));
    tokio::spawn(async { axum::serve(listener, app).await });
    let stream = connect("bank.internal:80").await;
    let (mut sender, connection) = client::handshake(stream).await.expect("it is open");
    Builder::new()
        .name("connection")
        .spawn(connection)
        .background();
    let statement = sender
        .send_request(request("/", Empty::<Bytes>::new()))
        .await;
    let statement = statement.expect("it is answered");
    sender.ready().await.expect("it is kept alive");
    statement.into_body().collect().await.expect("it is whole");
}

#[solipsism::test(tokio)]
async fn an_upload_has_no_end() {
    let listener = listen("store.internal:80").await;
    let app = Router::new().route("/", post(async |body: Bytes| body.len().to_string()));
    tokio::spawn(async { axum::serve(listener, app).await });
    let (parts, next_part) = mpsc::channel(8);
    let part = Ok::<_, Infallible>(Frame::data(Bytes::from_static(b"part")));
    parts.send(part).await.expect("there is room");
    let body = futures::stream::unfold(next_part, async |mut next_part| {
        let part = next_part.recv().await?;
        Some((part, next_part))
    });
    let stream = connect("store.internal:80").await;
    let (mut sender, connection) = client::handshake(stream).await.expect("it is open");
    tokio::spawn(connection);
    let asked = sender.send_request(request("/", StreamBody::new(Box::pin(body))));
    asked.await.expect("it is answered");
    drop(parts);
}

#[derive(Default)]
struct Drain {
    begins: Notify,
    idle: Notify,
}

#[solipsism::test(tokio)]
async fn a_drained_connection_is_not_driven() {
    let drain = Rc::new(Drain::default());
    let draining = Rc::clone(&drain);
    let listener = listen("login.internal:80").await;
    let serving = async move {
        let (stream, _) = listener.accept().await.expect("it listens");
        let service = service_fn(async |_: Request<Incoming>| {
            time::sleep(Duration::from_secs(2)).await;
            draining.idle.notify_one();
            Ok::<_, Infallible>(Response::new(Full::<Bytes>::from("bye")))
        });
        let mut connection = pin!(server::Builder::new().serve_connection(stream, service));
        tokio::select! {
            served = connection.as_mut() => return served,
            () = draining.begins.notified() => connection.as_mut().graceful_shutdown(),
        }
        draining.idle.notified().await;
        connection.await
    };
    Builder::new().name("server").spawn(serving).background();
    let stream = connect("login.internal:80").await;
    let (mut sender, connection) = client::handshake(stream).await.expect("it is open");
    tokio::spawn(connection);
    let asked = sender.send_request(request("/", Empty::<Bytes>::new()));
    let asked = solipsism::spawn(asked);
    time::sleep(Duration::from_secs(1)).await;
    drain.begins.notify_one();
    let _ = asked.await.expect("it finishes");
}

async fn upgrade(mut request: Request<Incoming>) -> Result<Response<Empty<Bytes>>, Infallible> {
    // The client is told only when this has returned.
    let _upgraded = hyper::upgrade::on(&mut request).await;
    let response = Response::builder().status(101).header("upgrade", "ping");
    Ok(response.body(Empty::new()).expect("it is a response"))
}

#[solipsism::test]
async fn an_upgrade_is_awaited_before_it_is_answered() {
    let listener = listen("tunnel.internal:80").await;
    let serving = async move {
        let (stream, _) = listener.accept().await.expect("it listens");
        let connection = server::Builder::new().serve_connection(stream, service_fn(upgrade));
        connection.with_upgrades().await
    };
    Builder::new().name("server").spawn(serving).background();
    let mut stream = connect("tunnel.internal:80").await;
    let request = b"GET / HTTP/1.1\r\nhost: t\r\nconnection: upgrade\r\nupgrade: ping\r\n\r\n";
    stream.write_all(request).await.expect("it is open");
    stream.read_u8().await.expect("it is answered");
}

#[solipsism::test(tokio)]
async fn a_response_is_read_to_the_end_of_the_connection() {
    let listener = listen("web.internal:80").await;
    let app = Router::new().route("/", get(async || "hi"));
    tokio::spawn(async { axum::serve(listener, app).await });
    let mut stream = connect("web.internal:80").await;
    let request = b"GET / HTTP/1.1\r\nhost: web\r\n\r\n";
    stream.write_all(request).await.expect("it is open");
    let mut response = String::new();
    let read = stream.read_to_string(&mut response).await;
    read.expect("the connection is closed");
}
