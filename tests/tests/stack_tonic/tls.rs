//! The same over TLS: our connector shakes hands where the URI says `https`, and what the server takes has shaken hands before.

use solipsism::EventLoop;
use solipsism::fixtures::TcpProxy;
use solipsism::net::{Stream, TcpListener, TcpStream};
use solipsism::time::{Duration, Instant, SystemTime};
use solipsism::tls::{self, TlsAcceptor};
use tokio_stream::StreamExt;
use tonic::Code;
use tonic::transport::{Endpoint, Server};

use super::connections::cut_soon;
use super::counter::{CounterServer, Number};
use super::{MINUTE, connect, slow};

/// Serves in the background, as this host.
async fn serve_as(host: &str) {
    let listener = TcpListener::bind("api.internal:443").await.unwrap();
    let acceptor = tls::acceptor(host);
    let incoming = listener.into_incoming();
    let incoming = incoming.then(move |stream| shake_hands(acceptor.clone(), stream));
    let server = Server::builder().add_service(CounterServer);
    tokio::spawn(server.serve_with_incoming(incoming));
}

async fn shake_hands(
    acceptor: TlsAcceptor,
    stream: std::io::Result<TcpStream>,
) -> std::io::Result<Stream> {
    let stream = stream?;
    let (local, peer) = (stream.local_addr()?, stream.peer_addr()?);
    let stream = acceptor.accept(stream).await?;
    Ok(Stream::with_addrs(stream, local.into(), peer.into()))
}

fn endpoint() -> Endpoint {
    Endpoint::from_static("https://api.internal")
}

#[solipsism::test(tokio)]
async fn each_kind_of_call_is_answered() {
    serve_as("api.internal").await;
    let mut client = connect(endpoint()).await;
    let start = Instant::now();
    assert_eq!(client.next(Number::new(1)).await.unwrap(), 2);
    assert_eq!(client.whence().await.unwrap(), 32_768);
    let mut down = client.down(Number::new(2)).await.unwrap();
    for value in [1, 0] {
        assert_eq!(down.message().await.unwrap(), Some(Number::new(value)));
    }
    let numbers = || tokio_stream::iter([1, 2, 3].map(Number::new));
    assert_eq!(client.sum(numbers()).await.unwrap(), 6);
    let each = client.each(numbers()).await.unwrap();
    let each: Vec<_> = each.map(|number| number.unwrap().value).collect().await;
    assert_eq!(each, [2, 3, 4]);
    assert_eq!(start.elapsed(), Duration::ZERO);
    assert_eq!(client.next(slow(1)).await.unwrap(), 2);
    assert_eq!(start.elapsed(), MINUTE);
}

#[solipsism::test(tokio)]
async fn a_deadline_ends_a_call() {
    serve_as("api.internal").await;
    let mut client = connect(endpoint().timeout(MINUTE / 2)).await;
    let start = Instant::now();
    let late = client.next(slow(1)).await.unwrap_err();
    assert_eq!(late.code(), Code::Cancelled);
    assert_eq!(start.elapsed(), MINUTE / 2);
}

#[solipsism::test(tokio)]
async fn a_connection_that_is_cut_ends_its_call_and_the_next_one_shakes_hands_anew(
    #[values(true, false)] reset: bool,
) {
    let proxy = TcpProxy::start("api.internal:443").await.unwrap();
    serve_as(&proxy.addr().ip().to_string()).await;
    let through = Endpoint::from_shared(format!("https://{}", proxy.addr())).unwrap();
    let mut client = connect(through).await;
    let start = Instant::now();
    cut_soon(proxy, reset);
    let cut = client.next(slow(1)).await.unwrap_err();
    assert_eq!(cut.code(), Code::Unknown);
    assert_eq!(start.elapsed(), Duration::from_secs(5));
    assert_eq!(client.next(Number::new(1)).await.unwrap(), 2);
}

/// What went wrong, with its causes.
async fn refusal() -> String {
    let endpoint = endpoint();
    let connecting = endpoint.connect_with_connector(solipsism::hyper::Connector::new());
    format!("{:?}", connecting.await.unwrap_err())
}

#[solipsism::test(tokio)]
async fn a_certificate_for_another_host_is_refused() {
    serve_as("www.internal").await;
    let refusal = refusal().await;
    assert!(refusal.contains("NotValidForName"), "{refusal}");
}

#[solipsism::test(tokio)]
async fn an_expired_certificate_is_refused() {
    serve_as("api.internal").await;
    let year = Duration::from_secs(366 * 86_400);
    EventLoop::current().set_wall_clock(SystemTime::now() + year);
    let refusal = refusal().await;
    assert!(refusal.contains("Expired"), "{refusal}");
}
