//! Whom the world's authority certifies, and for how long.

use std::sync::Arc;
use std::time::Duration;

use solipsism::EventLoop;
use solipsism::net::{Network, UnixStream};
use solipsism::time::SystemTime;
use solipsism::tls::{self, Authority, TlsAcceptor, TlsConnector};
use solipsism_tests::in_own_world;

use super::shake_hands;

const DAY: Duration = Duration::from_secs(86_400);

#[solipsism::test]
async fn an_expired_certificate_is_refused() {
    let acceptor = tls::acceptor("api.internal");
    EventLoop::current().set_wall_clock(SystemTime::now() + 366 * DAY);
    let (client, _) = shake_hands(&tls::connector(), &acceptor).await;
    assert!(
        client
            .unwrap_err()
            .to_string()
            .contains("certificate expired")
    );
}

#[solipsism::test]
async fn time_that_goes_by_ends_a_certificate_as_well() {
    let (connector, acceptor) = (tls::connector(), tls::acceptor("api.internal"));
    solipsism::time::sleep(365 * DAY).await;
    let (client, _) = shake_hands(&connector, &acceptor).await;
    client.unwrap();
    solipsism::time::sleep(Duration::from_secs(1)).await;
    // Another connector: this one would resume the session.
    let (client, _) = shake_hands(&tls::connector(), &acceptor).await;
    assert!(
        client
            .unwrap_err()
            .to_string()
            .contains("certificate expired")
    );
}

#[solipsism::test]
async fn a_certificate_that_is_made_now_is_valid_at_any_time_of_the_wall_clock() {
    // 1970, 1999, 2026, 2400, and where certificates begin to write the year with four digits.
    for seconds in [
        86_400,
        946_641_600,
        1_767_225_600,
        13_574_563_200,
        2_524_607_999,
        2_524_608_000,
    ] {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        EventLoop::current().set_wall_clock(now);
        let (client, _) = shake_hands(&tls::connector(), &tls::acceptor("api.internal")).await;
        client.unwrap_or_else(|error| panic!("{now:?}: {error}"));
    }
}

#[solipsism::test]
async fn a_certificate_for_another_host_is_refused() {
    let (client, server) = shake_hands(&tls::connector(), &tls::acceptor("www.internal")).await;
    let error = client.unwrap_err().to_string();
    assert!(
        error.contains("not valid for name \"api.internal\""),
        "{error}"
    );
    assert!(server.is_err());
}

#[solipsism::test]
async fn a_certificate_for_all_names_of_a_domain_is_taken() {
    knows_itself_as("*.api.internal", "eu.api.internal").await;
}

#[solipsism::test]
#[case::v4("127.0.0.1")]
#[case::v6("::1")]
async fn an_address_can_be_certified(#[case] host: &str) {
    knows_itself_as(host, host).await;
}

async fn knows_itself_as(certified: &str, asked_for: &str) {
    let (one, other) = UnixStream::pair().unwrap();
    let acceptor = tls::acceptor(certified);
    let server = solipsism::spawn(async move { acceptor.accept(one).await });
    let client = tls::connector().connect(tls::name(asked_for), other).await;
    client.as_ref().unwrap();
    server.await.unwrap().unwrap();
}

#[solipsism::test]
#[should_panic(expected = "`not a name` is neither a host's name nor an address")]
async fn what_is_no_name_is_told() {
    tls::name("not a name");
}

#[solipsism::test]
async fn each_world_has_an_authority_of_its_own() {
    let theirs = in_own_world(1, || async { Authority::current().root() });
    let again = in_own_world(1, || async { Authority::current().root() });
    let others = in_own_world(2, || async { Authority::current() });
    assert_eq!(theirs, again);
    assert_ne!(theirs, others.root());

    let stranger = TlsConnector::from(Arc::new(others.client_config()));
    let (client, _) = shake_hands(&stranger, &tls::acceptor("api.internal")).await;
    let error = client.unwrap_err().to_string();
    assert!(error.contains("invalid peer certificate"), "{error}");
}

/// Made in the loop of the module.
#[solipsism::fixture(scope = "module")]
fn authority(_network: Network) -> Authority {
    Authority::current()
}

#[solipsism::test]
async fn whoever_shares_a_network_trusts_the_same_authority(authority: &Authority) {
    assert_eq!(authority.root(), Authority::current().root());
    let acceptor = TlsAcceptor::from(Arc::new(authority.server_config("api.internal")));
    let (client, _) = shake_hands(&tls::connector(), &acceptor).await;
    client.unwrap();
}

#[solipsism::test]
async fn a_client_can_be_certified_too() {
    use tls::rustls::server::WebPkiClientVerifier;
    use tls::rustls::{ClientConfig, ServerConfig};

    let authority = Authority::current();
    let roots = Arc::new(authority.roots());
    let verifier =
        WebPkiClientVerifier::builder_with_provider(roots.clone(), tls::crypto_provider()).build();
    let tls::Certificate { chain, key } = authority.certificate("api.internal");
    let server =
        ServerConfig::builder_with_details(tls::crypto_provider(), Arc::new(tls::WallClock))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(verifier.unwrap())
            .with_single_cert(chain, key)
            .unwrap();
    let acceptor = Arc::new(server).into();
    let tls::Certificate { chain, key } = authority.certificate("client.internal");
    let client =
        ClientConfig::builder_with_details(tls::crypto_provider(), Arc::new(tls::WallClock))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_client_auth_cert(chain, key)
            .unwrap();
    let (client, server) = shake_hands(&Arc::new(client).into(), &acceptor).await;
    client.unwrap();
    assert!(server.unwrap().get_ref().1.peer_certificates().is_some());
    let (_, server) = shake_hands(&tls::connector(), &acceptor).await;
    assert!(server.is_err());
}
