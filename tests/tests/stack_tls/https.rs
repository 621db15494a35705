//! hyper's client over TLS.

use std::convert::Infallible;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use solipsism::hyper::{client, serve_connection};
use solipsism::net::{Stream, TcpListener};
use solipsism::tls;

async fn ok(_: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(Response::default())
}

#[solipsism::test]
async fn a_client_asks_over_https() {
    let listener = TcpListener::bind("api.internal:443").await.unwrap();
    let served = solipsism::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let stream = tls::acceptor("api.internal").accept(stream).await.unwrap();
        serve_connection(Stream::new(stream), service_fn(ok)).await
    });
    let client = client();
    let response = client
        .get("https://api.internal/".parse().unwrap())
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    drop((client, response));
    served.await.unwrap().unwrap();
}

#[solipsism::test]
async fn a_certificate_for_another_host_is_an_error_of_connecting() {
    let listener = TcpListener::bind("api.internal:443").await.unwrap();
    let served = solipsism::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        tls::acceptor("www.internal").accept(stream).await.map(drop)
    });
    let error = client()
        .get("https://api.internal/".parse().unwrap())
        .await
        .unwrap_err();
    assert!(error.is_connect());
    assert!(served.await.unwrap().is_err());
}
