//! rustls's cryptography, with random numbers from the world's seed.

use std::sync::Arc;

use rustls::crypto::ring::{default_provider, kx_group};
use rustls::crypto::{CryptoProvider, GetRandomFailed, SecureRandom};

use super::key_exchange::X25519;
use crate::executor::World;

/// The cryptography of *ring*, as rustls has it, but for what is random: that comes from the seed of the world in which it
/// is used. Outside of a world every handshake is an error.
///
/// For a configuration of one's own, beside [`WallClock`](super::WallClock).
///
/// # Examples
///
/// ```
/// use solipsism::tls::rustls::ClientConfig;
/// use solipsism::tls::{Authority, WallClock, crypto_provider};
/// use std::sync::Arc;
///
/// solipsism::EventLoop::new().run(async {
///     let config = ClientConfig::builder_with_details(crypto_provider(), Arc::new(WallClock))
///         .with_safe_default_protocol_versions()
///         .unwrap()
///         .with_root_certificates(Authority::current().roots())
///         .with_no_client_auth();
///     assert!(config.alpn_protocols.is_empty());
/// }).unwrap();
/// ```
pub fn crypto_provider() -> Arc<CryptoProvider> {
    Arc::new(CryptoProvider {
        kx_groups: vec![&X25519, kx_group::SECP256R1, kx_group::SECP384R1],
        secure_random: &FromSeed,
        ..default_provider()
    })
}

#[derive(Debug)]
struct FromSeed;

impl SecureRandom for FromSeed {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), GetRandomFailed> {
        fill(bytes)
    }
}

/// Fills it from the world's seed.
pub(super) fn fill(bytes: &mut [u8]) -> Result<(), GetRandomFailed> {
    World::try_with(|world| world.network(|network, _| network.secrets.fill(bytes)))
        .ok_or(GetRandomFailed)
}
