//! The fixtures that come with this crate.

#[cfg(feature = "net")]
mod bound_socket;
mod context;
#[cfg(feature = "net")]
mod each_transport;
#[cfg(feature = "net")]
mod localhost;
mod rng;
#[cfg(feature = "net")]
mod server;
#[cfg(feature = "net")]
mod services;
#[cfg(feature = "net")]
mod stream_pair;
#[cfg(feature = "net")]
pub mod tcp_proxy;
mod temp_dir;
mod test_info;
#[cfg(feature = "net")]
pub mod transport;
#[cfg(feature = "net")]
mod unused_port;

pub use context::{Context, ContextError, ContextSettings, Get};
#[cfg(feature = "net")]
pub(crate) use each_transport::{Listed, MakeTransport, OverTransport};
pub use rng::Rng;
pub use temp_dir::{Keep, TempDir, TempDirSettings};
pub use test_info::TestInfo;
#[cfg(feature = "net")]
pub use {
    bound_socket::{Bindable, BoundSocket, BoundSockets, BoundSocketsSettings},
    each_transport::EachTransport,
    localhost::Localhost,
    server::{HandlerReturn, Server},
    services::{AnyService, Service, Services, ServicesSettings, Starting},
    stream_pair::{StreamPair, StreamPairSettings},
    tcp_proxy::TcpProxy,
    unused_port::{UnusedPort, UnusedPorts, UnusedPortsSettings},
};

/// What a fixture uses that works with the asker's network.
#[cfg(feature = "net")]
fn uses_network() -> Vec<solipsism_harness::Use> {
    vec![solipsism_harness::Use {
        provider: <crate::net::Network as crate::Fixture<_>>::provider(),
        how: solipsism_harness::How::Owned,
    }]
}

/// All of them, as an array.
///
/// # Panics
///
/// If there are not as many.
#[cfg(feature = "net")]
#[track_caller]
fn exactly<T, const N: usize>(all: Vec<T>, what: &str) -> [T; N] {
    let count = all.len();
    all.try_into().unwrap_or_else(|_: Vec<T>| {
        panic!(
            "an array of {N} was made of `{what}`, of which there are {count}: ask for `#[with(count = {N})]`"
        )
    })
}
