//! Faults as people plant them in servers and clients of hyper and axum. The suite `stack_servers` compares what is told of
//! them. Whoever reads that without these files should be able to name the line, or what to look for.

// The suite runs this from another directory.
#[path = "stack_servers_failures/connections.rs"]
mod connections;
#[path = "stack_servers_failures/handlers.rs"]
mod handlers;

use solipsism::net::TcpListener;

async fn listen(name: &str) -> TcpListener {
    TcpListener::bind(name).await.expect("the port is free")
}

solipsism::main!();
