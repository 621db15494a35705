//! A server that a test writes by hand, of hyper's own parts.

use std::convert::Infallible;
use std::io;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use solipsism::fixtures::{EachTransport, Server};
use solipsism::hyper::{Timer, client, serve_connection};
use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::{Stream, TcpListener, TcpStream};
use solipsism::time::{self, Instant};

use super::get;

/// The request's path and body; `/slow` takes a minute.
async fn echo(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let path = request.uri().path().to_owned();
    if path == "/slow" {
        time::sleep(Duration::from_secs(60)).await;
    }
    let body = request.into_body().collect().await.unwrap().to_bytes();
    let text = [path.as_bytes(), b" ", &body].concat();
    Ok(Response::new(Full::from(text)))
}

/// Serves every connection, with hyper's own builder.
async fn serve() {
    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    let accept = async move {
        while let Ok((stream, _)) = listener.accept().await {
            let serving = async move {
                let mut http = http1::Builder::new();
                let http = http.timer(Timer).serve_connection(stream, service_fn(echo));
                // A client that gives up cuts its connection.
                let served = http.await;
                assert!(served.is_ok() || served.unwrap_err().is_incomplete_message());
            };
            solipsism::spawn(serving).background();
        }
    };
    solipsism::spawn(accept).background();
}

#[solipsism::test]
async fn a_client_is_answered_at_once() {
    serve().await;
    let start = Instant::now();
    assert_eq!(
        get(&client(), "http://api.internal/a").await.unwrap(),
        "/a "
    );
    let request = Request::post("http://api.internal/b")
        .body(Full::from("body"))
        .unwrap();
    let response = client().request(request).await.unwrap();
    assert_eq!(
        response.into_body().collect().await.unwrap().to_bytes(),
        "/b body"
    );
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[solipsism::test]
async fn a_large_body_arrives_whole() {
    serve().await;
    let large = Bytes::from(vec![b'x'; 1 << 20]);
    let request = Request::post("http://api.internal/")
        .body(Full::from(large.clone()))
        .unwrap();
    let response = client().request(request).await.unwrap();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(body.len(), large.len() + 2);
}

#[solipsism::test]
async fn a_minute_is_a_minute() {
    serve().await;
    let start = Instant::now();
    assert_eq!(
        get(&client(), "http://api.internal/slow").await.unwrap(),
        "/slow "
    );
    assert_eq!(start.elapsed(), Duration::from_secs(60));
}

#[solipsism::test]
async fn a_timeout_ends_the_wait_exactly_and_the_connection_with_it() {
    serve().await;
    let client = client();
    let start = Instant::now();
    let patience = Duration::from_secs(59);
    let given_up = time::timeout(patience, get(&client, "http://api.internal/slow")).await;
    assert!(given_up.is_err());
    assert_eq!(start.elapsed(), patience);
    // Another request is answered: the connection that was given up is not used again.
    assert_eq!(get(&client, "http://api.internal/a").await.unwrap(), "/a ");
    assert_eq!(start.elapsed(), patience);
}

#[solipsism::test]
async fn a_connection_that_is_dropped_is_an_error() {
    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    let server = solipsism::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        // It has read the request, so the client finds the end of the stream and no reset.
        assert!(stream.read(&mut [0; 1024]).await.unwrap() > 0);
    });
    let error = get(&client(), "http://api.internal/").await.unwrap_err();
    assert!(!error.is_connect(), "{error}");
    server.await.unwrap();
}

#[solipsism::test]
async fn nobody_listens() {
    let error = get(&client(), "http://api.internal/").await.unwrap_err();
    assert!(error.is_connect(), "{error}");
}

#[solipsism::test]
async fn an_ipv6_address_and_a_port_of_the_uri_are_used() {
    let listener = TcpListener::bind("[::1]:8080").await.unwrap();
    let served = solipsism::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        serve_connection(stream, service_fn(echo)).await.unwrap();
    });
    assert_eq!(get(&client(), "http://[::1]:8080/6").await.unwrap(), "/6 ");
    served.await.unwrap();
}

#[solipsism::test]
async fn a_scheme_that_is_not_known_is_an_error() {
    let error = get(&client(), "gopher://api.internal/").await.unwrap_err();
    assert!(error.is_connect(), "{error}");
    let why = std::error::Error::source(&error).unwrap().to_string();
    assert!(why.contains("gopher"), "{why}");
}

/// What hyper's own timeout for a head makes of a connection.
async fn serve_with_a_timer() -> hyper::Result<()> {
    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    let (stream, _) = listener.accept().await.unwrap();
    let mut http = http1::Builder::new();
    http.timer(Timer)
        .serve_connection(stream, service_fn(echo))
        .await
}

#[solipsism::test]
async fn a_head_must_come_within_thirty_seconds() {
    let served = solipsism::spawn(serve_with_a_timer());
    let start = Instant::now();
    let mut client = TcpStream::connect("api.internal:80").await.unwrap();
    client.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
    let error = served.await.unwrap().unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert_eq!(start.elapsed(), Duration::from_secs(30));
}

#[solipsism::test]
async fn so_must_the_next_one_on_a_connection_that_is_kept_alive() {
    let served = solipsism::spawn(serve_with_a_timer());
    let client = client();
    get(&client, "http://api.internal/slow").await.unwrap();
    let start = Instant::now();
    assert!(served.await.unwrap().unwrap_err().is_timeout());
    assert_eq!(start.elapsed(), Duration::from_secs(30));
}

#[solipsism::test]
async fn a_connection_of_the_helpers_is_kept_as_long_as_its_client_is() {
    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    let served = solipsism::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        serve_connection(stream, service_fn(echo)).await
    });
    let client = client();
    get(&client, "http://api.internal/").await.unwrap();
    time::sleep(Duration::from_secs(89)).await;
    get(&client, "http://api.internal/").await.unwrap();
    assert!(!served.is_finished());
    drop(client);
    served.await.unwrap().unwrap();
}

/// A handler of the fixture is one line, over any transport; hyper's client takes any of its streams.
#[solipsism::test]
async fn over_each(EachTransport(server): EachTransport) -> io::Result<()> {
    server
        .start(|stream: Stream| serve_connection(stream, service_fn(echo)))
        .await?;
    let stream = server.connect().await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await.unwrap();
    solipsism::spawn(async move { connection.await.unwrap() }).background();
    for path in ["/1", "/2"] {
        let request = Request::get(path)
            .header("host", "any")
            .body(Full::<Bytes>::default());
        let response = sender.send_request(request.unwrap()).await.unwrap();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(body, format!("{path} "));
    }
    Ok(())
}

#[solipsism::test]
async fn an_answer_of_the_helpers_has_nothing_of_the_real_clock(server: Server) {
    server
        .start(|stream| serve_connection(stream, service_fn(echo)))
        .await
        .unwrap();
    let uri = format!("http://{}/a", server.addr()).parse().unwrap();
    let response = client().get(uri).await.unwrap();
    let names: Vec<_> = response.headers().keys().collect();
    assert_eq!(names, ["content-length"]);
}

#[solipsism::test]
async fn of_a_server_fixture(server: Server) {
    server
        .start(|stream| serve_connection(stream, service_fn(echo)))
        .await
        .unwrap();
    let uri = format!("http://{}/a", server.addr());
    assert_eq!(get(&client(), &uri).await.unwrap(), "/a ");
}
