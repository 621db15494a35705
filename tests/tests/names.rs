//! Names: what they resolve to, that this is the same in every run, and how a test makes lookups go wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use solipsism::net::{Network, TcpListener, TcpStream, ToSocketAddrs, lookup_host};
use solipsism::time::{Duration, Instant, timeout};
use solipsism_tests::in_own_world;

/// The only address of a name.
async fn ip(name: &str) -> IpAddr {
    let addrs: Vec<SocketAddr> = lookup_host((name, 0)).await.unwrap().collect();
    assert_eq!(addrs.len(), 1, "{name}");
    addrs[0].ip()
}

async fn all(host: impl ToSocketAddrs) -> Vec<SocketAddr> {
    lookup_host(host).await.unwrap().collect()
}

async fn failure(host: impl ToSocketAddrs) -> io::Error {
    match lookup_host(host).await {
        Ok(addrs) => panic!("{:?}", addrs.collect::<Vec<_>>()),
        Err(error) => error,
    }
}

fn v4(a: u8, b: u8, c: u8, d: u8) -> IpAddr {
    Ipv4Addr::new(a, b, c, d).into()
}

#[solipsism::test]
async fn every_name_has_an_address_of_its_own() {
    let names = [
        "a",
        "b",
        "db.internal",
        "api.example.com",
        "_x-1",
        "bücher.example",
    ];
    let mut ips = BTreeSet::new();
    for name in names {
        let ip = ip(name).await;
        assert!(!ip.is_loopback() && !ip.is_unspecified());
        assert!(matches!(ip, IpAddr::V4(v4) if v4.is_private()), "{ip}");
        ips.insert(ip);
    }
    assert_eq!(ips.len(), names.len());
}

#[solipsism::test]
async fn a_name_has_the_same_address_in_every_world_and_in_any_order() {
    async fn look_up(names: &[&str]) -> BTreeMap<String, IpAddr> {
        let mut ips = BTreeMap::new();
        for name in names {
            ips.insert((*name).to_owned(), ip(name).await);
        }
        ips
    }
    let here = look_up(&["a.test", "b.test", "c.test"]).await;
    let there = in_own_world(1, || {
        look_up(&["c.test", "unrelated", "b.test", "a.test", "c.test"])
    });
    for (name, ip) in here {
        assert_eq!(there[&name], ip);
    }
}

#[solipsism::test]
async fn the_address_of_a_name_is_the_same_in_every_version() {
    assert_eq!(ip("api.internal").await.to_string(), "10.176.141.155");
    assert_eq!(ip("db.internal").await.to_string(), "10.150.79.36");
}

#[solipsism::test]
async fn names_are_compared_without_regard_to_case_and_to_the_dot_of_the_root() {
    let one = ip("db.internal").await;
    for same in ["DB.internal", "Db.Internal.", "db.internal."] {
        assert_eq!(ip(same).await, one, "{same}");
    }
    assert_ne!(ip("db.internal2").await, one);
    let net = Network::current();
    assert_eq!(net.host("DB.INTERNAL.").addr(), one);
    assert_eq!(net.host("DB.INTERNAL.").name(), "db.internal");
    let _listener = TcpListener::bind("Db.internal:80").await.unwrap();
    TcpStream::connect("dB.internal.:80").await.unwrap();
}

/// As many names as two of them are sure to want one address: there are 16 million.
const CROWD: usize = 20_000;

#[solipsism::test]
async fn two_names_never_share_an_address() {
    fn crowd(order: impl Iterator<Item = usize> + Send) -> BTreeMap<usize, (IpAddr, Ipv6Addr)> {
        in_own_world(0, || async {
            let net = Network::current();
            let host = |number| net.host(&format!("host-{number}.test"));
            let crowd = order.map(|number| (number, (host(number).addr(), host(number).v6())));
            crowd.collect()
        })
    }
    let forwards = crowd(0..CROWD);
    let backwards = crowd((0..CROWD).rev());
    for crowd in [&forwards, &backwards] {
        let v4: BTreeSet<_> = crowd.values().map(|(v4, _)| v4).collect();
        let v6: BTreeSet<_> = crowd.values().map(|(_, v6)| v6).collect();
        assert_eq!((v4.len(), v6.len()), (CROWD, CROWD));
    }
    // Whoever comes later moves on to the next address.
    let moved: Vec<usize> = (0..CROWD)
        .filter(|number| forwards[number] != backwards[number])
        .collect();
    assert!(moved.len() >= 2, "{moved:?}");
    // Among themselves, without the crowd, those that want one address still keep apart.
    let few = crowd(moved.clone().into_iter());
    let ips: BTreeSet<_> = few.values().collect();
    assert_eq!(ips.len(), moved.len());
    assert_eq!(few, crowd(moved.into_iter()));
}

#[solipsism::test]
async fn a_name_does_not_get_an_address_that_was_used_as_such() {
    let taken = in_own_world(0, || ip("api.internal"));
    let _first = TcpListener::bind((taken, 80)).await.unwrap();
    let given = ip("api.internal").await;
    assert_ne!(given, taken);
    let refused = TcpStream::connect("api.internal:80").await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
}

#[solipsism::test]
async fn an_address_is_a_host_as_well(net: Network) {
    assert_eq!(net.host("192.0.2.7").addr(), v4(192, 0, 2, 7));
    assert_eq!(net.host("192.0.2.7").name(), "192.0.2.7");
    let v6: Ipv6Addr = "2001:db8::7".parse().unwrap();
    assert_eq!(net.host("2001:db8::7").v6(), v6);
    assert_eq!(all("192.0.2.7:80").await, ["192.0.2.7:80".parse().unwrap()]);
    assert_eq!(
        all("[2001:db8::7]:80").await,
        ["[2001:db8::7]:80".parse().unwrap()]
    );
    assert_eq!(all(("2001:db8::7", 80)).await, [(v6, 80).into()]);

    let listener = TcpListener::bind("[2001:db8::7]:80").await.unwrap();
    let client = TcpStream::connect("[2001:db8::7]:80").await.unwrap();
    assert!(client.local_addr().unwrap().is_ipv6());
    assert_eq!(
        listener.accept().await.unwrap().1,
        client.local_addr().unwrap()
    );
}

#[solipsism::test]
async fn a_host_has_an_address_of_both_families(net: Network) {
    let host = net.host("api.internal");
    assert_eq!(host.addr(), IpAddr::V4(host.v4()));
    let _four = TcpListener::bind("api.internal:80").await.unwrap();
    let _six = TcpListener::bind((host.v6(), 80)).await.unwrap();
    let client = TcpStream::connect((host.v6(), 80)).await.unwrap();
    assert_eq!(
        client.local_addr().unwrap().ip(),
        net.host("localhost").v6()
    );
    assert_eq!(client.peer_addr().unwrap().ip(), host.v6());
    assert_eq!(
        net.reverse_lookup(host.v6().into()).unwrap(),
        "api.internal"
    );
}

#[solipsism::test]
async fn a_host_that_was_first_seen_by_its_ipv6_address_is_the_same_host(net: Network) {
    let (four, six) = in_own_world(0, || async {
        let host = Network::current().host("192.0.2.9");
        (host.addr(), host.v6())
    });
    assert_eq!(net.host(&six.to_string()).addr(), four);
    assert_eq!(net.host("192.0.2.9").v6(), six);
    // And a mapped address is that of IPv4.
    assert_eq!(net.host("::ffff:192.0.2.9").addr(), four);
}

#[solipsism::test]
async fn localhost_is_the_host_that_asks(net: Network) {
    for name in ["localhost", "LOCALHOST.", "a.localhost", "b.a.Localhost"] {
        assert_eq!(ip(name).await, Ipv4Addr::LOCALHOST, "{name}");
    }
    assert_ne!(ip("localhost.example").await, Ipv4Addr::LOCALHOST);
    assert_ne!(ip("notlocalhost").await, Ipv4Addr::LOCALHOST);

    let _own = TcpListener::bind("localhost:80").await.unwrap();
    TcpStream::connect("127.0.0.1:80").await.unwrap();
    TcpStream::connect("sub.localhost:80").await.unwrap();
    let elsewhere = net.host("db").spawn(TcpStream::connect("localhost:80"));
    let refused = elsewhere.await.unwrap().unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
}

#[solipsism::test]
async fn the_body_is_at_localhost_which_has_an_address_for_others(net: Network) {
    let _listener = TcpListener::bind("0.0.0.0:80").await.unwrap();
    let host = net.host("localhost");
    assert_eq!(
        (host.name().as_str(), host.addr()),
        ("localhost", v4(10, 255, 255, 254))
    );
    let from_elsewhere = net.host("db").spawn(TcpStream::connect((host.addr(), 80)));
    let client = from_elsewhere.await.unwrap().unwrap();
    assert_eq!(client.local_addr().unwrap().ip(), net.host("db").addr());
}

#[solipsism::test]
async fn an_address_has_the_name_that_was_used_for_it(net: Network) {
    let addr = ip("API.internal").await;
    assert_eq!(net.reverse_lookup(addr).unwrap(), "api.internal");
    assert_eq!(net.reverse_lookup(v4(127, 0, 0, 1)).unwrap(), "localhost");
    assert_eq!(
        net.reverse_lookup(Ipv6Addr::LOCALHOST.into()).unwrap(),
        "localhost"
    );
    assert_eq!(
        net.reverse_lookup(v4(10, 255, 255, 254)).unwrap(),
        "localhost"
    );
    let IpAddr::V4(four) = addr else {
        panic!("{addr}")
    };
    let mapped = net.reverse_lookup(four.to_ipv6_mapped().into());
    assert_eq!(mapped.unwrap(), "api.internal");

    let unknown = net.reverse_lookup(v4(192, 0, 2, 1)).unwrap_err();
    assert_eq!(unknown.kind(), ErrorKind::NotFound);
    assert_eq!(unknown.to_string(), "no name was used for 192.0.2.1");
    let _listener = TcpListener::bind("192.0.2.1:80").await.unwrap();
    let nameless = net.reverse_lookup(v4(192, 0, 2, 1)).unwrap_err();
    assert_eq!(nameless.kind(), ErrorKind::NotFound);
}

#[solipsism::test]
async fn every_form_of_an_address_can_be_looked_up() {
    let addr: SocketAddr = "192.0.2.1:80".parse().unwrap();
    assert_eq!(all(addr).await, [addr]);
    assert_eq!(all("192.0.2.1:80").await, [addr]);
    assert_eq!(all(String::from("192.0.2.1:80")).await, [addr]);
    assert_eq!(all(("192.0.2.1", 80)).await, [addr]);
    assert_eq!(all((v4(192, 0, 2, 1), 80)).await, [addr]);
    assert_eq!(all((Ipv4Addr::new(192, 0, 2, 1), 80)).await, [addr]);
    let two = [addr, "[::1]:81".parse().unwrap()];
    assert_eq!(all(two).await, two);
    assert_eq!(all(&two[..]).await, two);
    assert_eq!(all(two.to_vec()).await, two);
    let named = SocketAddr::new(ip("api.internal").await, 7);
    assert_eq!(all("api.internal:7").await, [named]);
    assert_eq!(all((String::from("api.internal"), 7)).await, [named]);
}

#[solipsism::test]
async fn what_is_no_address_is_an_error() {
    for (address, text) in [
        (
            "api.internal",
            "`api.internal` is no address: write \"host:port\"",
        ),
        ("", "`` is no address: write \"host:port\""),
        (
            "api.internal:http",
            "`api.internal:http` is no address: write \"host:port\"",
        ),
        (
            "api.internal:65536",
            "`api.internal:65536` is no address: write \"host:port\"",
        ),
        (":80", "`` is no host name"),
        (".:80", "`.` is no host name"),
        ("two words:80", "`two words` is no host name"),
        ("a:b:80", "`a:b` is no host name"),
        (
            "http://api.internal:80",
            "`http://api.internal` is no host name",
        ),
    ] {
        let error = failure(address).await;
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{address}");
        assert_eq!(error.to_string(), text);
        let error = TcpStream::connect(address).await.unwrap_err();
        assert_eq!(error.to_string(), text);
        let error = TcpListener::bind(address).await.unwrap_err();
        assert_eq!(error.to_string(), text);
    }
    let none: [SocketAddr; 0] = [];
    assert!(all(none).await.is_empty());
    let error = TcpStream::connect(&none[..]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}

#[solipsism::test]
async fn a_name_resolves_as_the_test_says(net: Network) {
    let own = ip("api.internal").await;
    let others = [
        v4(192, 0, 2, 1),
        v4(192, 0, 2, 2),
        "2001:db8::1".parse().unwrap(),
    ];
    net.resolve("API.internal", others);
    assert_eq!(
        all("api.internal:80").await,
        others.map(|ip| SocketAddr::new(ip, 80))
    );
    assert_eq!(
        net.host("api.internal").addr(),
        own,
        "the host is where it was"
    );

    // The addresses are tried in their order.
    let _second = TcpListener::bind("192.0.2.2:80").await.unwrap();
    let client = TcpStream::connect("api.internal:80").await.unwrap();
    assert_eq!(client.peer_addr().unwrap().ip(), others[1]);
    let _first = TcpListener::bind("192.0.2.1:80").await.unwrap();
    let client = TcpStream::connect("api.internal:80").await.unwrap();
    assert_eq!(client.peer_addr().unwrap().ip(), others[0]);

    net.resolve("api.internal", [own]);
    assert_eq!(ip("api.internal").await, own);
    net.resolve("api.internal", []);
    assert!(all("api.internal:80").await.is_empty());
    let error = TcpStream::connect("api.internal:80").await.unwrap_err();
    assert_eq!(error.to_string(), "there is no address to try");
}

#[solipsism::test]
async fn the_last_error_of_several_addresses_is_the_one_that_is_told(net: Network) {
    net.resolve("api.internal", [v4(192, 0, 2, 1), v4(192, 0, 2, 2)]);
    net.partition("localhost", "192.0.2.1");
    let start = Instant::now();
    let error = TcpStream::connect("api.internal:80").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    assert!(error.to_string().contains("192.0.2.2:80"), "{error}");
    assert_eq!(start.elapsed(), Duration::from_secs(127));
}

#[solipsism::test]
async fn a_lookup_fails_as_the_test_says(net: Network) {
    net.fail_lookup("api.internal", ErrorKind::TimedOut);
    for _ in 0..2 {
        let error = failure("API.internal.:80").await;
        assert_eq!(error.kind(), ErrorKind::TimedOut);
        let text = "the lookup of `api.internal` failed, as the test asked";
        assert_eq!(error.to_string(), text);
    }
    let error = TcpStream::connect("api.internal:80").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    ip("db.internal").await;

    net.resolve("api.internal", [v4(192, 0, 2, 1)]);
    assert_eq!(ip("api.internal").await, v4(192, 0, 2, 1));
    net.fail_lookup("localhost", ErrorKind::Other);
    assert_eq!(failure("localhost:1").await.kind(), ErrorKind::Other);
}

#[solipsism::test]
async fn a_lookup_takes_as_long_as_the_test_says(net: Network) {
    let delay = Duration::from_millis(1500);
    net.delay_lookup("slow.internal", delay);
    let start = Instant::now();
    ip("fast.internal").await;
    assert_eq!(start.elapsed(), Duration::ZERO);
    let addr = ip("SLOW.internal").await;
    assert_eq!(start.elapsed(), delay);

    let _listener = TcpListener::bind((addr, 80)).await.unwrap();
    TcpStream::connect("slow.internal:80").await.unwrap();
    assert_eq!(start.elapsed(), delay * 2);
    let late = timeout(
        Duration::from_secs(1),
        TcpStream::connect("slow.internal:80"),
    );
    assert!(late.await.is_err());

    let start = Instant::now();
    net.fail_lookup("slow.internal", ErrorKind::NotFound);
    assert_eq!(
        failure("slow.internal:80").await.kind(),
        ErrorKind::NotFound
    );
    assert_eq!(start.elapsed(), delay, "a failure takes its time too");
    net.delay_lookup("slow.internal", Duration::ZERO);
    failure("slow.internal:80").await;
    assert_eq!(start.elapsed(), delay);
}

#[solipsism::test]
async fn a_strict_network_knows_what_was_used(net: Network) {
    ip("seen.internal").await;
    net.strict();
    net.host("api.internal");
    net.link("localhost", "db.internal");
    net.resolve("other.internal", [v4(192, 0, 2, 1)]);
    let _listener = TcpListener::bind("bound.internal:80").await.unwrap();
    for name in [
        "seen.internal",
        "api.internal",
        "DB.internal.",
        "other.internal",
        "bound.internal",
        "localhost",
        "x.localhost",
        "192.0.2.1",
        "::1",
    ] {
        ip(name).await;
    }
    TcpStream::connect("bound.internal:80").await.unwrap();
}

#[solipsism::test]
async fn a_strict_network_says_which_names_it_knows_and_which_was_meant(net: Network) {
    net.host("api.internal");
    net.host("db.internal");
    net.strict();
    let error = TcpStream::connect("api.interal:80").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(
        error.to_string(),
        "`api.interal` is an unknown host, did you mean `api.internal`? The network is strict and knows: \
         api.internal, db.internal, localhost"
    );
    let far = failure("completely.different:80").await;
    assert_eq!(
        far.to_string(),
        "`completely.different` is an unknown host. The network is strict and knows: api.internal, db.internal, \
         localhost"
    );
    // What was asked for in vain is not known because of that.
    assert!(
        failure("api.interal:80")
            .await
            .to_string()
            .contains("did you mean")
    );
}

#[solipsism::test]
#[should_panic(expected = "`db.internal:80` is no host: give a name or an address, without a port")]
async fn a_host_has_no_port(net: Network) {
    net.host("db.internal:80");
}

#[solipsism::test]
#[should_panic(expected = "`` is no host: give a name or an address, without a port")]
async fn a_link_needs_names(net: Network) {
    net.link("localhost", "");
}

#[solipsism::test]
#[should_panic(
    expected = "`192.0.2.1` is never looked up: give the name of a host, without a port"
)]
async fn an_address_is_not_looked_up(net: Network) {
    net.resolve("192.0.2.1", [v4(192, 0, 2, 2)]);
}

solipsism::main!();
