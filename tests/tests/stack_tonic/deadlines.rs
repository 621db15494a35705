//! How long a caller waits, and a server works, and what the caller is told then.
//!
//! tonic sets its deadlines on tokio's clock, which rounds them up to whole milliseconds.

use std::time::Duration;

use solipsism::net::Network;
use solipsism::time::Instant;
use tonic::transport::{Endpoint, Server};
use tonic::{Code, Request, Status};

use super::counter::{CounterClient, Number};
use super::{connect, endpoint, serve, slow};
use solipsism::hyper::Connector;

fn expired(answer: Result<u64, Status>) -> bool {
    let status = answer.unwrap_err();
    (status.code(), status.message()) == (Code::Cancelled, "Timeout expired")
}

#[solipsism::test(tokio)]
#[case(Duration::from_secs(5), Duration::from_secs(5))]
#[case(Duration::from_micros(1_500_001), Duration::from_millis(1501))]
async fn a_request_with_a_timeout(#[case] patience: Duration, #[case] waited: Duration) {
    serve(Server::builder()).await;
    let mut client = connect(endpoint()).await;
    let start = Instant::now();
    let mut request = Request::new(slow(1));
    request.set_timeout(patience);
    assert!(expired(client.next(request).await));
    assert_eq!(start.elapsed(), waited);

    // It ends with the head of the answer, whatever follows.
    let start = Instant::now();
    let mut request = Request::new(slow(2));
    request.set_timeout(patience);
    let mut numbers = client.down(request).await.unwrap();
    assert_eq!(numbers.message().await.unwrap(), Some(Number::new(1)));
    assert_eq!(start.elapsed(), Duration::from_secs(60));
}

#[solipsism::test(tokio)]
async fn an_endpoint_with_a_timeout_notices_a_partition(net: Network) {
    serve(Server::builder()).await;
    let patience = Duration::from_millis(5500);
    let mut client = connect(endpoint().timeout(patience)).await;
    let start = Instant::now();
    assert!(expired(client.next(slow(1)).await));
    assert_eq!(start.elapsed(), patience);

    net.partition("localhost", "api.internal");
    assert!(expired(client.next(Number::new(1)).await));
    assert_eq!(start.elapsed(), patience * 2);

    net.heal();
    assert_eq!(client.next(Number::new(1)).await.unwrap(), 2);
    assert_eq!(start.elapsed(), patience * 2);
}

#[solipsism::test(tokio)]
async fn a_server_with_a_timeout_gives_up() {
    let patience = Duration::from_secs(7);
    serve(Server::builder().timeout(patience)).await;
    let mut client = connect(endpoint()).await;
    let start = Instant::now();
    assert!(expired(client.next(slow(1)).await));
    assert_eq!(start.elapsed(), patience);
}

#[solipsism::test(tokio)]
async fn connecting_has_a_timeout_of_its_own(net: Network) {
    serve(Server::builder()).await;
    net.partition("localhost", "api.internal");
    let patience = Duration::from_millis(2500);
    let endpoint = endpoint().connect_timeout(patience);
    let start = Instant::now();
    let connected = endpoint.connect_with_connector(Connector::new()).await;
    assert!(connected.is_err());
    assert_eq!(start.elapsed(), patience);

    let channel = endpoint.connect_with_connector_lazy(Connector::new());
    let mut client = CounterClient::new(channel);
    assert!(client.next(Number::new(1)).await.is_err());
    assert_eq!(start.elapsed(), patience * 2);
    net.heal();
    assert_eq!(client.next(Number::new(1)).await.unwrap(), 2);
}

#[solipsism::test(tokio)]
async fn where_nobody_listens_a_client_is_told_so_and_whom_it_wanted() {
    let nobody = Endpoint::from_static("http://nobody.internal");
    let lazy = nobody.connect_with_connector_lazy(Connector::new());
    let refused = CounterClient::new(lazy).next(Number::new(1)).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.code(), Code::Unavailable);
    let words = "connection refused: nobody listens on 10.90.218.75:80 (nobody.internal)";
    assert_eq!(refused.message(), words);
    assert!(
        nobody
            .connect_with_connector(Connector::new())
            .await
            .is_err()
    );
}
