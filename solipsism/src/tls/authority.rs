//! The certificate authority of a world.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_ED25519, SerialNumber, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ClientConfig, RootCertStore, ServerConfig};

use super::{WallClock, crypto_provider};
use crate::core::Random;
use crate::executor::World;
use crate::time::SystemTime;

const DAY: Duration = Duration::from_secs(86_400);

/// The authority that everybody in a world trusts: it certifies any host, at once.
///
/// It is made from the seed of the world's network, and so is each host's key: both are the same whenever they are asked for,
/// in child loops too. Its own certificate is valid from 1970 to 9999, whatever the wall clock shows.
///
/// # Examples
///
/// A certificate that is not valid yet:
///
/// ```
/// use solipsism::net::UnixStream;
/// use solipsism::time::{Duration, SystemTime};
/// use solipsism::tls::{self, Authority, TlsAcceptor};
/// use std::sync::Arc;
///
/// solipsism::EventLoop::new().run(async {
///     let tomorrow = SystemTime::now() + Duration::from_secs(86_400);
///     let authority = Authority::current();
///     let certificate = authority.certificate_between("api.internal", tomorrow, tomorrow + Duration::from_secs(60));
///     let acceptor = TlsAcceptor::from(Arc::new(authority.server_config_with(certificate)));
///
///     let (one, other) = UnixStream::pair().unwrap();
///     solipsism::spawn(async move { acceptor.accept(one).await.map(drop) }).background();
///     let error = tls::connector().connect(tls::name("api.internal"), other).await.unwrap_err();
///     assert!(error.to_string().contains("not valid yet"), "{error}");
/// }).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct Authority {
    seed: u64,
}

/// A host's certificate, and its key.
pub struct Certificate {
    /// The certificate, as rustls wants it: with those that lead to the authority, of which there are none.
    pub chain: Vec<CertificateDer<'static>>,
    /// The host's key.
    pub key: PrivateKeyDer<'static>,
}

impl Authority {
    /// That of the world that runs here.
    ///
    /// # Panics
    ///
    /// Outside of a world.
    #[track_caller]
    pub fn current() -> Self {
        World::with("tls::Authority::current", |world| Self {
            seed: world.network(|network, _| network.secrets.authority()),
        })
    }

    /// The authority's own certificate.
    pub fn root(&self) -> CertificateDer<'static> {
        let params = Self::params();
        let root = params.self_signed(&key_pair(&self.key()));
        root.expect("the parameters are ours").der().clone()
    }

    /// Trusts this authority, and no other.
    pub fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.root()).expect("it is a certificate");
        roots
    }

    /// A certificate for a host's name or address, also for `*.name`: valid from a day before now until a year after.
    ///
    /// # Panics
    ///
    /// Outside of a world; if this is neither a host's name nor an address.
    #[track_caller]
    pub fn certificate(&self, host: &str) -> Certificate {
        let now = SystemTime::now();
        let from = now.checked_sub(DAY).unwrap_or(now);
        self.certificate_between(host, from, now + 365 * DAY)
    }

    /// A certificate that is valid at these two times and between. Both are cut to whole seconds.
    ///
    /// # Panics
    ///
    /// If `host` is neither a host's name nor an address.
    #[track_caller]
    pub fn certificate_between(
        &self,
        host: &str,
        from: SystemTime,
        until: SystemTime,
    ) -> Certificate {
        let Ok(mut params) = CertificateParams::new([host.to_owned()]) else {
            panic!(
                "`{host}` is neither a host's name nor an address: write one such as `api.internal`"
            )
        };
        let (from, until) = (seconds(from), seconds(until));
        params.not_before = date_time_ymd(1970, 1, 1) + Duration::from_secs(from);
        params.not_after = date_time_ymd(1970, 1, 1) + Duration::from_secs(until);
        params.distinguished_name.push(DnType::CommonName, host);
        params.extended_key_usages = vec![
            ExtendedKeyUsagePurpose::ServerAuth,
            ExtendedKeyUsagePurpose::ClientAuth,
        ];
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        let key = self.key_of(host);
        // Of one authority no two certificates may have the same. Each is as long as any other, and so is what is sent.
        let serial = Random::new(self.seed_of(host) ^ from ^ until.rotate_left(32)).next();
        params.serial_number = Some(SerialNumber::from(serial >> 1 | 1 << 62));
        let issuer = Issuer::new(Self::params(), key_pair(&self.key()));
        let certificate = params.signed_by(&key_pair(&key), &issuer);
        Certificate {
            chain: vec![certificate.expect("the parameters are ours").der().clone()],
            key: PrivateKeyDer::Pkcs8(key),
        }
    }

    /// A client's configuration: it trusts this authority, and has no certificate.
    pub fn client_config(&self) -> ClientConfig {
        ClientConfig::builder_with_details(crypto_provider(), Arc::new(WallClock))
            .with_safe_default_protocol_versions()
            .expect("the provider knows them")
            .with_root_certificates(self.roots())
            .with_no_client_auth()
    }

    /// A server's configuration, with a [`certificate`](Self::certificate) for the host made now.
    ///
    /// # Panics
    ///
    /// As there.
    #[track_caller]
    pub fn server_config(&self, host: &str) -> ServerConfig {
        self.server_config_with(self.certificate(host))
    }

    /// A server's configuration with this certificate.
    ///
    /// # Panics
    ///
    /// If the key is not the certificate's.
    #[track_caller]
    pub fn server_config_with(&self, certificate: Certificate) -> ServerConfig {
        ServerConfig::builder_with_details(crypto_provider(), Arc::new(WallClock))
            .with_safe_default_protocol_versions()
            .expect("the provider knows them")
            .with_no_client_auth()
            .with_single_cert(certificate.chain, certificate.key)
            .expect("the key is the certificate's")
    }

    fn params() -> CertificateParams {
        let mut params = CertificateParams::default();
        params.not_before = date_time_ymd(1970, 1, 1);
        params.not_after = date_time_ymd(1970, 1, 1) + Duration::from_secs(LATEST);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params
            .distinguished_name
            .push(DnType::CommonName, "solipsism");
        params
    }

    fn key(&self) -> PrivatePkcs8KeyDer<'static> {
        ed25519(self.seed)
    }

    fn key_of(&self, host: &str) -> PrivatePkcs8KeyDer<'static> {
        ed25519(self.seed_of(host))
    }

    fn seed_of(&self, host: &str) -> u64 {
        Random::new(self.seed).next() ^ crate::case::seed_of(host)
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate").finish_non_exhaustive()
    }
}

/// 9999-12-31T23:59:59Z, the end of time in certificates, in seconds since 1970.
const LATEST: u64 = 253_402_300_799;

fn seconds(time: SystemTime) -> u64 {
    let since = std::time::SystemTime::from(time).duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs()).min(LATEST)
}

/// A key for signatures that are always the same and of one length: PKCS #8 around 32 bytes, which may be any (RFC 8410).
fn ed25519(seed: u64) -> PrivatePkcs8KeyDer<'static> {
    const HEADER: [u8; 16] = *b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";
    let mut der = [0; 48];
    der[..16].copy_from_slice(&HEADER);
    Random::new(seed).fill(&mut der[16..]);
    der.to_vec().into()
}

fn key_pair(key: &PrivatePkcs8KeyDer<'_>) -> KeyPair {
    KeyPair::from_pkcs8_der_and_sign_algo(key, &PKCS_ED25519).expect("it is an Ed25519 key")
}
