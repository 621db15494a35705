//! tonic in tests that fail on purpose. The suite `stack_tonic` runs this program and compares what it prints.

#[path = "../../tests/stack_tonic/counter.rs"]
#[expect(dead_code, reason = "not all kinds of calls hang here")]
mod counter;

use std::time::Duration;

use counter::{CounterClient, CounterServer, Number};
use solipsism::hyper::Connector;
use solipsism::net::TcpListener;
use tonic::transport::{Endpoint, Server};

async fn serve() {
    let listener = TcpListener::bind("api.internal:80").await;
    let incoming = listener.expect("it is free").into_incoming();
    let server = Server::builder().add_service(CounterServer);
    let serving = async { server.serve_with_incoming(incoming).await };
    solipsism::task::Builder::new()
        .name("server")
        .spawn(serving)
        .background();
}

async fn connect(endpoint: Endpoint) -> CounterClient {
    let channel = endpoint.connect_with_connector(Connector::new()).await;
    CounterClient::new(channel.expect("somebody listens"))
}

fn endpoint() -> Endpoint {
    Endpoint::from_static("http://api.internal")
}

fn never() -> Number {
    Number::new(1).after(Duration::from_nanos(u64::MAX))
}

#[solipsism::test(tokio)]
async fn a_handler_never_answers() {
    serve().await;
    let mut client = connect(endpoint()).await;
    client.next(never()).await.expect("it is answered");
}

#[solipsism::test(tokio)]
async fn a_stream_never_goes_on() {
    serve().await;
    let mut client = connect(endpoint()).await;
    let (say, said) = tokio::sync::mpsc::channel(1);
    let said = tokio_stream::wrappers::ReceiverStream::new(said);
    let mut answers = client.each(said).await.expect("it has a head");
    say.send(Number::new(1)).await.expect("it is heard");
    while let Some(answer) = answers.message().await.expect("it is well") {
        assert_eq!(answer.value, 2);
    }
}

/// The pings go on for ever, and so nothing is proved.
#[solipsism::test(tokio, time_limit = "1h")]
async fn pings_go_on_beside_a_hang() {
    serve().await;
    let pings = endpoint().http2_keep_alive_interval(Duration::from_secs(10));
    let mut client = connect(pings).await;
    client.next(never()).await.expect("it is answered");
}

solipsism::main!();
