//! h2 in tests that fail on purpose. The suite `stack_h2` runs this program and compares what it prints.

use std::future::poll_fn;

use bytes::Bytes;
use h2::client::{Connection, SendRequest};
use http::{Request, Response};
use solipsism::net::{TcpListener, TcpStream};
use solipsism::task::Builder;

/// Takes requests, answers their heads at once, and never reads their bodies.
async fn serve() {
    let listener = TcpListener::bind("api.internal:80").await;
    let listener = listener.expect("it is free");
    let serving = async move {
        let (stream, _) = listener.accept().await.expect("it listens");
        let connection = h2::server::handshake(stream).await;
        let mut connection = connection.expect("it is HTTP/2");
        let mut held = Vec::new();
        while let Some(asked) = connection.accept().await {
            let (request, mut respond) = asked.expect("it is well");
            let head = respond.send_response(Response::new(()), false);
            held.push((request, head.expect("it is wanted")));
        }
    };
    Builder::new().name("server").spawn(serving).background();
}

async fn connect() -> (SendRequest<Bytes>, Connection<TcpStream>) {
    let stream = TcpStream::connect("api.internal:80").await;
    let stream = stream.expect("somebody listens");
    h2::client::handshake(stream).await.expect("it is HTTP/2")
}

fn request() -> Request<()> {
    Request::new(())
}

fn drive(connection: Connection<TcpStream>) {
    let driving = async { connection.await.expect("it is well") };
    Builder::new()
        .name("connection")
        .spawn(driving)
        .background();
}

#[solipsism::test]
async fn a_body_never_comes() {
    serve().await;
    let (mut client, connection) = connect().await;
    drive(connection);
    let (response, _) = client.send_request(request(), true).expect("it is well");
    let mut body = response.await.expect("it has a head").into_body();
    body.data().await;
}

#[solipsism::test]
async fn a_window_never_opens() {
    serve().await;
    let (mut client, connection) = connect().await;
    drive(connection);
    let (_response, mut body) = client.send_request(request(), false).expect("it is well");
    loop {
        body.reserve_capacity(1000);
        let room = poll_fn(|cx| body.poll_capacity(cx)).await;
        let room = room.expect("it is open").expect("it is well");
        let sent = body.send_data(vec![7; room].into(), false);
        sent.expect("there is room");
    }
}

/// What is easily forgotten: a connection is to be driven.
#[solipsism::test]
async fn nobody_drives_the_connection() {
    serve().await;
    let (mut client, _connection) = connect().await;
    let (response, _) = client.send_request(request(), true).expect("it is well");
    response.await.expect("it has a head");
}

#[solipsism::test(tokio)]
async fn hangs_in_a_world_that_hosts_tokio() {
    serve().await;
    let (mut client, connection) = connect().await;
    tokio::spawn(connection);
    let (response, _) = client.send_request(request(), true).expect("it is well");
    let mut body = response.await.expect("it has a head").into_body();
    body.data().await;
}

solipsism::main!();
