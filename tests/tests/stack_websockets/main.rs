//! Websockets by tungstenite on our streams: `tokio-tungstenite` in hosted worlds and in native ones, and
//! `async-tungstenite`, which knows futures-io alone.

mod echo;
mod heartbeat;
mod native;
mod reports;
mod talking;
mod transports;

solipsism::main!();
