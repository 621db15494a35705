//! quinn on the virtual network: a protocol over UDP, with timers of its own.

// The program of a page of the documentation, word for word.
mod chapter;
mod clock;
mod failing;
mod reports;
mod same_bytes;
mod streams;

/// What the page has its readers copy.
mod runtime {
    pub(super) use solipsism_tests::quic::{Runtime, Socket};
}

use quinn::{Connection, Endpoint, Incoming, TransportConfig};
use solipsism_tests::quic::{endpoint, seeded};

const SERVER: &str = "api.internal:443";

/// Accepts one connection after another, and serves each with a task of its own.
async fn serve<F>(transport: TransportConfig, handler: impl Fn(Incoming) -> F + 'static) -> Endpoint
where
    F: Future<Output = ()> + 'static,
{
    let config = seeded::server_config("api.internal", transport);
    let server = endpoint(SERVER, Some(config)).await.unwrap();
    let accepting = server.clone();
    let accept = async move {
        while let Some(incoming) = accepting.accept().await {
            solipsism::spawn(handler(incoming)).background();
        }
    };
    solipsism::spawn(accept).background();
    server
}

/// Echoes every stream of a connection, for as long as it lasts.
async fn echo(incoming: Incoming) {
    let Ok(connection) = incoming.await else {
        return;
    };
    while let Ok((mut send, mut receive)) = connection.accept_bi().await {
        let serving = async move {
            while let Ok(Some(chunk)) = receive.read_chunk(64 * 1024, true).await {
                if send.write_chunk(chunk.bytes).await.is_err() {
                    return;
                }
            }
            drop(send.finish());
        };
        solipsism::spawn(serving).background();
    }
}

async fn client(transport: TransportConfig) -> Endpoint {
    let mut client = endpoint("0.0.0.0:0", None).await.unwrap();
    client.set_default_client_config(seeded::client_config(transport));
    client
}

/// A connection of this endpoint to the server.
async fn connect(client: &Endpoint) -> Result<Connection, quinn::ConnectionError> {
    let addr = solipsism::net::lookup_host(SERVER).await.unwrap().next();
    let connecting = client.connect(addr.unwrap(), "api.internal");
    connecting.unwrap().await
}

/// What comes back.
async fn ask(connection: &Connection, question: &[u8]) -> Result<Vec<u8>, quinn::ConnectionError> {
    let (mut send, mut receive) = connection.open_bi().await?;
    let write = async {
        // What fails here fails to be read, too.
        if send.write_all(question).await.is_ok() {
            drop(send.finish());
        }
    };
    let (all, ()) = futures_util::future::join(receive.read_to_end(1 << 24), write).await;
    all.map_err(|error| match error {
        quinn::ReadToEndError::Read(quinn::ReadError::ConnectionLost(error)) => error,
        other => panic!("{other}"),
    })
}

#[solipsism::test]
async fn the_page_shows_what_is_run_here() {
    let page = include_str!("../../../solipsism/docs/quinn.md");
    let block = page.split("```rust\n").nth(1).unwrap();
    let block = block.split("```").next().unwrap();
    assert_eq!(block, include_str!("chapter.rs"));
}

solipsism::main!();
