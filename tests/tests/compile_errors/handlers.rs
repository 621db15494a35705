//! What a server's handler cannot be.

#![deny(warnings)]

use solipsism::fixtures::Server;
use solipsism::net::Stream;

async fn gives_a_number(_stream: Stream) -> u32 {
    1
}

fn is_not_async(_stream: Stream) {}

async fn fails_with_what_is_no_error(_stream: Stream) -> Result<(), u32> {
    Ok(())
}

async fn takes_two(_stream: Stream, _more: u32) {}

#[solipsism::test]
async fn returns_a_number(server: Server) {
    let _ = server.start(gives_a_number).await;
}

#[solipsism::test]
async fn returns_at_once(server: Server) {
    let _ = server.start(is_not_async).await;
}

#[solipsism::test]
async fn returns_no_error(server: Server) {
    let _ = server.start_and_connect(fails_with_what_is_no_error).await;
}

#[solipsism::test]
async fn wants_more(server: Server) {
    let _ = server.start(takes_two).await;
}

fn main() {}
