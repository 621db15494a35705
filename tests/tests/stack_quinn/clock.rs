//! What takes time takes exactly as long as it should.

use std::sync::Arc;

use quinn::{ConnectionError, IdleTimeout, TransportConfig};
use solipsism::net::Network;
use solipsism::time::{self, Duration, Instant};

use super::{ask, client, connect, echo, serve};

fn keeps_alive() -> TransportConfig {
    let mut transport = TransportConfig::default();
    transport.keep_alive_interval(Some(Duration::from_secs(10)));
    transport
}

fn patient() -> TransportConfig {
    let mut transport = TransportConfig::default();
    transport.max_idle_timeout(None);
    transport
}

fn idle_after(timeout: Duration) -> TransportConfig {
    let mut transport = TransportConfig::default();
    transport.max_idle_timeout(Some(IdleTimeout::try_from(timeout).unwrap()));
    transport
}

#[solipsism::test]
async fn a_handshake_is_one_round_trip_and_so_is_an_answer(network: Network) {
    let latency = Duration::from_millis(50);
    network.every_link().latency(latency);
    serve(TransportConfig::default(), echo).await;
    let client = client(TransportConfig::default()).await;
    let start = Instant::now();
    let connection = connect(&client).await.unwrap();
    assert_eq!(start.elapsed(), 2 * latency);
    assert_eq!(ask(&connection, b"hello").await.unwrap(), b"hello");
    assert_eq!(start.elapsed(), 4 * latency);
    assert_eq!(connection.min_rtt(), 2 * latency);
}

#[solipsism::test]
async fn a_link_of_a_minute_is_waited_for(network: Network) {
    let minute = Duration::from_secs(60);
    network.every_link().latency(minute);
    serve(patient(), echo).await;
    let client = client(patient()).await;
    let start = Instant::now();
    let connection = connect(&client).await.unwrap();
    assert_eq!(start.elapsed(), 2 * minute);
    assert_eq!(ask(&connection, b"hello").await.unwrap(), b"hello");
    assert_eq!(start.elapsed(), 4 * minute);
}

#[solipsism::test]
async fn a_handler_takes_a_minute_and_the_connection_is_kept_alive() {
    serve(keeps_alive(), |incoming| async move {
        let connection = incoming.await.unwrap();
        let (mut send, mut receive) = connection.accept_bi().await.unwrap();
        let question = receive.read_to_end(100).await.unwrap();
        time::sleep(Duration::from_secs(60)).await;
        send.write_all(&question).await.unwrap();
        send.finish().unwrap();
        connection.closed().await;
    })
    .await;
    let client = client(keeps_alive()).await;
    let connection = connect(&client).await.unwrap();
    let start = Instant::now();
    assert_eq!(ask(&connection, b"hello").await.unwrap(), b"hello");
    assert_eq!(start.elapsed(), Duration::from_secs(60));
}

#[solipsism::test]
async fn an_idle_connection_ends_at_its_timeout() {
    serve(TransportConfig::default(), echo).await;
    for timeout in [Duration::from_millis(2_500), Duration::from_secs(20)] {
        let client = client(idle_after(timeout)).await;
        let connection = connect(&client).await.unwrap();
        ask(&connection, b"hello").await.unwrap();
        let start = Instant::now();
        assert_eq!(connection.closed().await, ConnectionError::TimedOut);
        assert_eq!(start.elapsed(), timeout);
    }
}

#[solipsism::test]
async fn a_timeout_ends_the_wait_exactly_and_leaves_the_connection() {
    serve(keeps_alive(), |incoming| async move {
        let connection = Arc::new(incoming.await.unwrap());
        // Its first stream is never answered.
        let _held = connection.accept_bi().await.unwrap();
        let (mut send, _receive) = connection.accept_bi().await.unwrap();
        send.write_all(b"second").await.unwrap();
        send.finish().unwrap();
        connection.closed().await;
    })
    .await;
    let client = client(keeps_alive()).await;
    let connection = connect(&client).await.unwrap();
    let start = Instant::now();
    let patience = Duration::from_secs(59);
    let given_up = time::timeout(patience, ask(&connection, b"first")).await;
    assert!(given_up.is_err());
    assert_eq!(start.elapsed(), patience);
    assert_eq!(ask(&connection, b"again").await.unwrap(), b"second");
    assert_eq!(start.elapsed(), patience);
}

#[solipsism::test(tokio)]
async fn it_runs_in_a_hosted_world_beside_tasks_of_tokios(network: Network) {
    network.every_link().latency(Duration::from_millis(50));
    serve(TransportConfig::default(), echo).await;
    let client = client(TransportConfig::default()).await;
    let start = Instant::now();
    let connection = connect(&client).await.unwrap();
    let asks = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(1)).await;
        ask(&connection, b"hello").await.unwrap()
    });
    assert_eq!(asks.await.unwrap(), b"hello");
    assert_eq!(start.elapsed(), Duration::from_millis(1_200));
}
