//! The fixtures that come with this crate.

mod bound_socket;
mod context;
mod each_transport;
mod localhost;
mod rng;
mod server;
mod services;
mod stream_pair;
pub mod tcp_proxy;
mod temp_dir;
mod test_info;
pub mod transport;
mod unused_port;

pub use bound_socket::{Bindable, BoundSocket, BoundSockets, BoundSocketsSettings};
pub use context::{Context, ContextError, ContextSettings, Get};
pub use each_transport::EachTransport;
pub(crate) use each_transport::{Listed, MakeTransport, OverTransport};
pub use localhost::Localhost;
pub use rng::Rng;
pub use server::{HandlerReturn, Server};
pub use services::{AnyService, Service, Services, ServicesSettings, Starting};
pub use stream_pair::{StreamPair, StreamPairSettings};
pub use tcp_proxy::TcpProxy;
pub use temp_dir::{Keep, TempDir, TempDirSettings};
pub use test_info::TestInfo;
pub use unused_port::{UnusedPort, UnusedPorts, UnusedPortsSettings};

use solipsism_harness::{How, Use};

use crate::Fixture;
use crate::net::Network;

/// What a fixture uses that works with the asker's network.
fn uses_network() -> Vec<Use> {
    vec![Use {
        provider: Network::provider(),
        how: How::Owned,
    }]
}

/// All of them, as an array.
///
/// # Panics
///
/// If there are not as many.
#[track_caller]
fn exactly<T, const N: usize>(all: Vec<T>, what: &str) -> [T; N] {
    let count = all.len();
    all.try_into().unwrap_or_else(|_: Vec<T>| {
        panic!(
            "an array of {N} was made of `{what}`, of which there are {count}: ask for `#[with(count = {N})]`"
        )
    })
}
