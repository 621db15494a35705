//! A network that misbehaves, and peers that go away.

use bytes::Bytes;
use quinn::{ConnectionError, TransportConfig};
use solipsism::net::Network;
use solipsism::time::{self, Duration, Instant};
use solipsism_tests::in_own_world;

use super::{ask, client, connect, echo, serve};

/// How long it takes to have 256 KiB echoed where every tenth datagram is lost, and how many of the client's were.
async fn over_a_bad_link() -> (Duration, u64) {
    let network = Network::current();
    network
        .every_link()
        .latency(Duration::from_millis(20))
        .loss(0.1);
    serve(TransportConfig::default(), echo).await;
    let client = client(TransportConfig::default()).await;
    let start = Instant::now();
    let connection = connect(&client).await.unwrap();
    let question: Vec<u8> = (0..=255).cycle().take(256 * 1024).collect();
    assert!(ask(&connection, &question).await.unwrap() == question);
    (start.elapsed(), connection.stats().path.lost_packets)
}

#[solipsism::test]
async fn what_is_lost_is_sent_again() {
    let (elapsed, lost) = over_a_bad_link().await;
    assert!(lost > 10, "{lost}");
    assert!(elapsed > Duration::from_millis(80), "{elapsed:?}");
}

#[solipsism::test]
async fn a_seed_loses_the_same_packets_each_time() {
    let of = |seed| in_own_world(seed, over_a_bad_link);
    assert_eq!(of(1), of(1));
    assert_ne!(of(1), of(2));
}

#[solipsism::test]
async fn a_partition_ends_a_connection_at_its_timeout(network: Network) {
    serve(TransportConfig::default(), echo).await;
    let client = client(TransportConfig::default()).await;
    let connection = connect(&client).await.unwrap();
    ask(&connection, b"hello").await.unwrap();
    time::sleep(Duration::from_secs(5)).await;
    network.partition("localhost", "api.internal");
    let start = Instant::now();
    let lost = ask(&connection, b"hello").await.unwrap_err();
    assert_eq!(lost, ConnectionError::TimedOut);
    assert_eq!(start.elapsed(), Duration::from_secs(30));
}

#[solipsism::test]
async fn a_partition_that_heals_in_time_is_only_a_delay(network: Network) {
    serve(TransportConfig::default(), echo).await;
    let client = client(TransportConfig::default()).await;
    let connection = connect(&client).await.unwrap();
    network.partition("localhost", "api.internal");
    solipsism::spawn(async move {
        time::sleep(Duration::from_secs(10)).await;
        network.heal();
    })
    .background();
    let start = Instant::now();
    assert_eq!(ask(&connection, b"hello").await.unwrap(), b"hello");
    // quinn tries again after twice as long each time, and this is when it next does.
    assert_eq!(start.elapsed(), Duration::from_millis(13_286));
}

#[solipsism::test]
async fn nobody_is_there() {
    let client = client(TransportConfig::default()).await;
    let start = Instant::now();
    let error = connect(&client).await.unwrap_err();
    assert_eq!(error, ConnectionError::TimedOut);
    assert_eq!(start.elapsed(), Duration::from_secs(30));
}

#[solipsism::test]
async fn a_server_that_drops_its_connection_is_heard_at_once() {
    serve(TransportConfig::default(), |incoming| async move {
        let connection = incoming.await.unwrap();
        drop(connection.accept_bi().await.unwrap());
    })
    .await;
    let client = client(TransportConfig::default()).await;
    let connection = connect(&client).await.unwrap();
    let start = Instant::now();
    let error = ask(&connection, b"hello").await.unwrap_err();
    assert!(
        matches!(error, ConnectionError::ApplicationClosed(_)),
        "{error}"
    );
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[solipsism::test]
async fn a_server_whose_host_crashes_is_missed_at_the_timeout(network: Network) {
    let host = network.host("api.internal");
    host.spawn(async {
        serve(TransportConfig::default(), echo).await;
        std::future::pending::<()>().await;
    })
    .background();
    time::sleep(Duration::from_secs(1)).await;
    let client = client(TransportConfig::default()).await;
    let connection = connect(&client).await.unwrap();
    ask(&connection, b"hello").await.unwrap();
    host.crash();
    let start = Instant::now();
    assert_eq!(connection.closed().await, ConnectionError::TimedOut);
    assert_eq!(start.elapsed(), Duration::from_secs(30));
    assert!(connection.send_datagram(Bytes::new()).is_err());
}

#[solipsism::test]
async fn a_certificate_of_another_host_is_refused() {
    serve(TransportConfig::default(), echo).await;
    let client = client(TransportConfig::default()).await;
    let addr = solipsism::net::lookup_host(super::SERVER)
        .await
        .unwrap()
        .next();
    let connecting = client.connect(addr.unwrap(), "other.internal").unwrap();
    let error = connecting.await.unwrap_err().to_string();
    assert!(error.contains("other.internal"), "{error}");
}
