//! `axum::serve` on our listeners, in a world that hosts tokio.

mod events;
mod reports;
mod routes;
#[rustfmt::skip]
mod section_12;
mod serving;
mod shutdown;
mod websockets;

solipsism::main!();
