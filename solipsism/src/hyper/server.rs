//! A server's side of one connection.

use std::error::Error;

use ::hyper::body::{Body, Incoming};
use ::hyper::rt::{Read, Write};
use ::hyper::server::conn::http1;
use ::hyper::service::HttpService;

/// Serves HTTP/1.1 on one connection until it ends. Upgrades work. There is no timeout: a connection that is kept alive
/// lasts as long as its client keeps it. hyper adds no `Date` to the answers, since its own clock is the real one.
///
/// For anything else take `hyper::server::conn::http1::Builder`, which takes the same streams; with a
/// [`Timer`](super::Timer) the head of each request must come within 30 seconds there.
///
/// # Errors
///
/// hyper's: what was sent is no HTTP, the connection was cut within a request, or the service failed.
///
/// # Cancel safety
///
/// Dropping the future drops the connection.
///
/// # Examples
///
/// As the handler of a [`Server`](crate::fixtures::Server):
///
/// ```
/// use solipsism::fixtures::Server;
/// use solipsism::hyper::{client, serve_connection};
/// use bytes::Bytes;
/// use http_body_util::Full;
/// use hyper::{Request, Response, body::Incoming, service::service_fn};
///
/// async fn hello(_: Request<Incoming>) -> hyper::Result<Response<Full<Bytes>>> {
///     Ok(Response::new(Full::from("hello")))
/// }
///
/// #[solipsism::test]
/// async fn greets(server: Server) {
///     server.start(|stream| serve_connection(stream, service_fn(hello))).await.unwrap();
///     let uri = format!("http://{}/", server.addr()).parse().unwrap();
///     assert_eq!(client().get(uri).await.unwrap().status(), 200);
/// }
/// ```
pub async fn serve_connection<I, S>(stream: I, service: S) -> hyper::Result<()>
where
    I: Read + Write + Unpin + Send + 'static,
    S: HttpService<Incoming>,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
    S::ResBody: 'static,
    <S::ResBody as Body>::Error: Into<Box<dyn Error + Send + Sync>>,
{
    http1::Builder::new()
        .auto_date_header(false)
        .serve_connection(stream, service)
        .with_upgrades()
        .await
}
