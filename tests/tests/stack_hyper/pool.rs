//! The client's pool of connections, on the virtual clock.

use std::cell::Cell;
use std::convert::Infallible;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::client::legacy;
use solipsism::hyper::{Client, Connector, Executor, Timer, client};
use solipsism::net::{Network, TcpListener};
use solipsism::time::{self, Instant};

use super::get;

async fn ok(_: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(Response::default())
}

/// Answers, and counts the connections.
async fn count_connections() -> Rc<Cell<u32>> {
    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    let count = Rc::new(Cell::new(0));
    let counted = Rc::clone(&count);
    let accept = async move {
        while let Ok((stream, _)) = listener.accept().await {
            counted.set(counted.get() + 1);
            // Without a timer it waits for the next request as long as the client keeps the connection.
            let serving = http1::Builder::new().serve_connection(stream, service_fn(ok));
            // One that is cut is no failure here.
            let serving = async move { drop(serving.await) };
            solipsism::spawn(serving).background();
        }
    };
    solipsism::spawn(accept).background();
    count
}

async fn again_after(client: &Client, pause: Duration) {
    time::sleep(pause).await;
    get(client, "http://api.internal/").await.unwrap();
}

#[solipsism::test]
async fn a_connection_is_kept_alive() {
    let connections = count_connections().await;
    let client = client();
    for _ in 0..10 {
        again_after(&client, Duration::from_secs(1)).await;
    }
    assert_eq!(connections.get(), 1);
}

#[solipsism::test]
async fn requests_at_the_same_time_have_a_connection_each() {
    let connections = count_connections().await;
    let client = client();
    let all = (0..3).map(|_| get(&client, "http://api.internal/"));
    futures_util::future::try_join_all(all).await.unwrap();
    assert_eq!(connections.get(), 3);
}

#[solipsism::test]
async fn an_idle_connection_is_used_until_its_timeout_and_not_one_nanosecond_longer() {
    let connections = count_connections().await;
    let timeout = Duration::from_millis(2_500);
    let client: Client = legacy::Client::builder(Executor)
        .pool_timer(Timer)
        .pool_idle_timeout(timeout)
        .build(Connector::new());
    again_after(&client, Duration::ZERO).await;
    again_after(&client, timeout).await;
    assert_eq!(connections.get(), 1);
    again_after(&client, timeout + Duration::from_nanos(1)).await;
    assert_eq!(connections.get(), 2);
}

#[solipsism::test]
async fn the_default_is_ninety_seconds() {
    let connections = count_connections().await;
    let client = client();
    let ninety = Duration::from_secs(90);
    again_after(&client, Duration::ZERO).await;
    again_after(&client, ninety).await;
    assert_eq!(connections.get(), 1);
    again_after(&client, ninety + Duration::from_nanos(1)).await;
    assert_eq!(connections.get(), 2);
}

#[solipsism::test]
async fn a_connection_that_its_server_ended_is_not_used_again() {
    let connections = count_connections().await;
    let client = client();
    again_after(&client, Duration::ZERO).await;
    // A server's keep-alive ends with its host.
    Network::current().host("api.internal").crash();
    let connections_again = count_connections().await;
    again_after(&client, Duration::from_secs(1)).await;
    assert_eq!((connections.get(), connections_again.get()), (1, 1));
}

#[solipsism::test]
async fn a_link_takes_its_time(network: Network) {
    count_connections().await;
    network.every_link().latency(Duration::from_millis(50));
    let start = Instant::now();
    get(&client(), "http://api.internal/").await.unwrap();
    // There and back for the connection, and for the request.
    assert_eq!(start.elapsed(), Duration::from_millis(200));
}
