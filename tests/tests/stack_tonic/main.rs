//! tonic's server and client, unmodified, on a virtual network, in a world that hosts tokio.

mod calls;
mod connections;
mod counter;
mod deadlines;
mod reports;
mod tls;

use std::time::Duration;

use counter::{CounterClient, CounterServer, Number};
use solipsism::hyper::Connector;
use solipsism::net::TcpListener;
use tonic::transport::{Endpoint, Server};

const MINUTE: Duration = Duration::from_secs(60);

/// Serves in the background.
async fn serve(mut server: Server) {
    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    let server = server.add_service(CounterServer);
    tokio::spawn(server.serve_with_incoming(listener.into_incoming()));
}

fn endpoint() -> Endpoint {
    Endpoint::from_static("http://api.internal")
}

async fn connect(endpoint: Endpoint) -> CounterClient {
    let channel = endpoint.connect_with_connector(Connector::new()).await;
    CounterClient::new(channel.unwrap())
}

/// What is answered after a minute.
fn slow(value: u64) -> Number {
    Number::new(value).after(MINUTE)
}

solipsism::main!();
