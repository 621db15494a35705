//! The fixtures that come with this crate.

mod bound_socket;
mod context;
mod localhost;
mod rng;
mod services;
mod temp_dir;
mod test_info;
mod unused_port;

pub use bound_socket::{Bindable, BoundSocket, BoundSockets, BoundSocketsSettings};
pub use context::{Context, ContextError, Get};
pub use localhost::Localhost;
pub use rng::Rng;
pub use services::{AnyService, Service, Services, ServicesSettings, Starting};
pub use temp_dir::{Keep, TempDir, TempDirSettings};
pub use test_info::TestInfo;
pub use unused_port::{UnusedPort, UnusedPorts, UnusedPortsSettings};

use std::error::Error;
use std::panic::Location;

use solipsism_harness::{How, Use};

use crate::fixture::{Asker, BuiltIn, NoTeardown, Provider, built_in};
use crate::net::{Network, UnixStream};
use crate::{Fixture, NoSettings};

/// Two streams that are connected to each other, as by `socketpair(2)`.
///
/// `capacity` is how many bytes fit into each direction before a write would block; 64 KiB unless set.
///
/// # Examples
///
/// ```
/// use solipsism::fixtures::StreamPair;
///
/// #[solipsism::test]
/// async fn a_full_buffer_would_block(#[with(capacity = 4)] StreamPair(a, b): StreamPair) -> std::io::Result<()> {
///     assert_eq!(a.try_write(b"abcdef")?, 4);
///     assert_eq!(b.try_read(&mut [0; 8])?, 4);
///     Ok(())
/// }
/// ```
#[derive(Debug)]
pub struct StreamPair(pub UnixStream, pub UnixStream);

/// What [`StreamPair`] can be told with `#[with(…)]`.
#[derive(Debug)]
#[non_exhaustive]
pub struct StreamPairSettings {
    /// How many bytes fit into each direction.
    pub capacity: usize,
}

impl Default for StreamPairSettings {
    fn default() -> Self {
        Self {
            capacity: 64 * 1024,
        }
    }
}

impl Fixture<BuiltIn> for StreamPair {
    type Settings = StreamPairSettings;
    type Teardown = NoTeardown;

    fn provider() -> &'static Provider {
        static PROVIDER: Provider = built_in("StreamPair", Location::caller(), uses_network);
        &PROVIDER
    }

    async fn set_up(settings: StreamPairSettings, _: Asker) -> Result<Self, Box<dyn Error>> {
        let (one, other) = UnixStream::pair_with_capacity(settings.capacity)?;
        Ok(Self(one, other))
    }
}

/// The network of the test's world.
impl Fixture<BuiltIn> for Network {
    type Settings = NoSettings;
    type Teardown = NoTeardown;

    fn provider() -> &'static Provider {
        static PROVIDER: Provider = Provider {
            is_loop: true,
            ..built_in("Network", Location::caller(), Vec::new)
        };
        &PROVIDER
    }

    async fn set_up(_: NoSettings, _: Asker) -> Result<Self, Box<dyn Error>> {
        Ok(Self::current())
    }
}

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
