//! quinn's configurations, with the world's authority, its wall clock, and all that is random from its seed.

use std::sync::Arc;
use std::time::SystemTime as StdSystemTime;

use quinn::crypto::rustls::{QuicClientConfig, QuicServerConfig};
use quinn::{
    ClientConfig, ConnectionId, ConnectionIdGenerator, EndpointConfig, ServerConfig, TimeSource,
    TransportConfig,
};
use ring::{hkdf, hmac};
use solipsism::time::{Duration, SystemTime};
use solipsism::tls::{Authority, crypto_provider};

/// For either side: without it quinn draws connection numbers, packet numbers that it skips, and the key of its resets from
/// the system.
#[must_use]
pub fn endpoint_config() -> EndpointConfig {
    let reset_key = hmac::Key::new(hmac::HMAC_SHA256, &random::<32>());
    let mut config = EndpointConfig::new(Arc::new(reset_key));
    config.rng_seed(Some(random()));
    config.cid_generator(|| Box::new(Numbers));
    config
}

/// A server that is this host.
#[must_use]
pub fn server_config(host: &str, transport: TransportConfig) -> ServerConfig {
    let crypto = Authority::current().server_config(host);
    let crypto = QuicServerConfig::try_from(crypto).expect("it has TLS 1.3");
    let token_key = hkdf::Salt::new(hkdf::HKDF_SHA256, &[]).extract(&random::<32>());
    let mut config = ServerConfig::new(Arc::new(crypto), Arc::new(token_key));
    config.time_source(Arc::new(WallClock));
    config.transport_config(Arc::new(transport));
    config
}

/// A client that trusts the world's authority.
#[must_use]
pub fn client_config(transport: TransportConfig) -> ClientConfig {
    let crypto = Authority::current().client_config();
    let crypto = QuicClientConfig::try_from(crypto).expect("it has TLS 1.3");
    let mut config = ClientConfig::new(Arc::new(crypto));
    config.initial_dst_cid_provider(Arc::new(|| Numbers.generate_cid()));
    config.transport_config(Arc::new(transport));
    config
}

/// Bytes from the world's seed.
fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    let filled = crypto_provider().secure_random.fill(&mut bytes);
    filled.expect("this runs in a world");
    bytes
}

struct Numbers;

impl ConnectionIdGenerator for Numbers {
    fn generate_cid(&mut self) -> ConnectionId {
        ConnectionId::new(&random::<8>())
    }

    fn cid_len(&self) -> usize {
        8
    }

    fn cid_lifetime(&self) -> Option<Duration> {
        None
    }
}

struct WallClock;

impl TimeSource for WallClock {
    fn now(&self) -> StdSystemTime {
        SystemTime::now().into()
    }
}
