//! quinn in tests that fail on purpose. The suite `stack_quinn` runs this program and compares what it prints.

use quinn::TransportConfig;
use solipsism::net::lookup_host;
use solipsism::time::Duration;
use solipsism_tests::quic::{endpoint, seeded};

/// Asks a server that takes the question, and says nothing.
async fn ask(transport: impl Fn() -> TransportConfig) {
    let config = seeded::server_config("api.internal", transport());
    let server = endpoint("api.internal:443", Some(config)).await;
    let server = server.expect("it is free");
    let serving = async move {
        let incoming = server.accept().await.expect("it is open");
        let connection = incoming.await.expect("it is QUIC");
        let _held = connection.accept_bi().await.expect("it is asked");
        connection.closed().await;
    };
    solipsism::task::Builder::new()
        .name("server")
        .spawn(serving)
        .background();

    let client = endpoint("0.0.0.0:0", None).await.expect("it is free");
    let addr = lookup_host("api.internal:443").await.expect("it is one");
    let addr = addr.into_iter().next().expect("it has one");
    let config = seeded::client_config(transport());
    let connecting = client.connect_with(config, addr, "api.internal");
    let connection = connecting.expect("it can be reached").await;
    let connection = connection.expect("it is accepted");
    let (mut send, mut receive) = connection.open_bi().await.expect("it is open");
    send.write_all(b"hello").await.expect("it is open");
    receive.read_to_end(100).await.expect("it is answered");
}

#[solipsism::test]
async fn a_stream_is_never_answered() {
    ask(|| {
        let mut transport = TransportConfig::default();
        transport.max_idle_timeout(None);
        transport
    })
    .await;
}

#[solipsism::test(step_limit = 1000)]
async fn is_kept_alive_for_ever() {
    ask(|| {
        let mut transport = TransportConfig::default();
        transport.keep_alive_interval(Some(Duration::from_secs(10)));
        transport
    })
    .await;
}

solipsism::main!();
