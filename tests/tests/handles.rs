//! What the handles of the network say of themselves: under `{:?}`, and where they are misused.

use solipsism::EventLoop;
use solipsism::net::unix::pipe::pipe;
use solipsism::net::{
    Network, TcpListener, TcpSocket, TcpStream, UdpSocket, UnixDatagram, UnixListener, UnixStream,
};
use solipsism_tests::in_own_world;

#[solipsism::test]
async fn debugging_shows_addresses_and_nothing_that_differs_between_runs() {
    let listener = TcpListener::bind("10.1.2.3:80").await.unwrap();
    assert_eq!(
        format!("{listener:?}"),
        "TcpListener { local: 10.1.2.3:80 }"
    );
    let mut client = TcpStream::connect("10.1.2.3:80").await.unwrap();
    let addresses = format!(
        "{{ local: {}, peer: 10.1.2.3:80 }}",
        client.local_addr().unwrap()
    );
    assert_eq!(format!("{client:?}"), format!("TcpStream {addresses}"));
    let (reader, writer) = TcpStream::split(&mut client);
    assert_eq!(format!("{reader:?}"), format!("ReadHalf {addresses}"));
    assert_eq!(format!("{writer:?}"), format!("WriteHalf {addresses}"));
    let (reader, writer) = client.into_split();
    assert_eq!(format!("{reader:?}"), format!("OwnedReadHalf {addresses}"));
    assert_eq!(format!("{writer:?}"), format!("OwnedWriteHalf {addresses}"));
    let (server, peer) = listener.accept().await.unwrap();
    drop((reader, writer));
    server.shutdown().await.unwrap();
    assert_eq!(server.try_read(&mut [0]).unwrap(), 0);
    assert!(server.peer_addr().is_err());
    assert_eq!(
        format!("{server:?}"),
        "TcpStream { local: 10.1.2.3:80 }",
        "it is over with {peer}"
    );
}

#[solipsism::test]
async fn debugging_shows_addresses_of_other_sockets() {
    let socket = TcpSocket::new_v4().unwrap();
    assert_eq!(format!("{socket:?}"), "TcpSocket { .. }");
    socket.bind("10.1.2.3:80".parse().unwrap()).unwrap();
    assert_eq!(
        format!("{socket:?}"),
        "TcpSocket { local: 10.1.2.3:80, .. }"
    );
    let socket = UdpSocket::bind("10.1.2.3:53").await.unwrap();
    assert_eq!(format!("{socket:?}"), "UdpSocket { local: 10.1.2.3:53 }");
    socket.connect("10.1.2.4:53").await.unwrap();
    assert_eq!(
        format!("{socket:?}"),
        "UdpSocket { local: 10.1.2.3:53, peer: 10.1.2.4:53 }"
    );
    let listener = UnixListener::bind("/run/api.sock").unwrap();
    assert_eq!(
        format!("{listener:?}"),
        "UnixListener { local: /run/api.sock }"
    );
    let stream = UnixStream::connect("/run/api.sock").await.unwrap();
    assert_eq!(
        format!("{stream:?}"),
        "UnixStream { local: (unnamed), peer: /run/api.sock }"
    );
    let log = UnixDatagram::bind("/dev/log").unwrap();
    assert_eq!(format!("{log:?}"), "UnixDatagram { local: /dev/log }");
    assert_eq!(
        format!("{:?}", pipe().unwrap()),
        "(Sender { .. }, Receiver { .. })"
    );
}

#[solipsism::test]
async fn debugging_shows_the_names_of_hosts(net: Network) {
    assert_eq!(format!("{net:?}"), "Network { .. }");
    assert_eq!(
        format!("{:?}", net.host("API.test")),
        "Host { name: api.test }"
    );
    assert_eq!(
        format!("{:?}", net.link("localhost", "api.test")),
        "Link { one: localhost, other: api.test }"
    );
    assert_eq!(
        format!("{:?}", net.one_way("api.test", "localhost")),
        "Link { from: api.test, to: localhost }"
    );
    assert_eq!(
        format!("{:?}", net.every_link()),
        "Link { one: every host, other: every host }"
    );
}

#[solipsism::test]
async fn debugging_elsewhere_shows_no_more_than_the_name(net: Network) {
    let theirs = in_own_world(0, async || {
        let listener = TcpListener::bind("api.test:80").await.unwrap();
        let client = TcpStream::connect("api.test:80").await.unwrap();
        let datagrams = UdpSocket::bind("dns.test:53").await.unwrap();
        (client.into_split(), listener, datagrams)
    });
    let expected =
        "((OwnedReadHalf { .. }, OwnedWriteHalf { .. }), TcpListener { .. }, UdpSocket { .. })";
    assert_eq!(format!("{theirs:?}"), expected, "in another world");
    let (host, link) = (net.host("api.test"), net.every_link());
    std::thread::scope(|scope| {
        scope.spawn(|| {
            assert_eq!(format!("{theirs:?}"), expected, "in none");
            assert_eq!(format!("{host:?} {link:?}"), "Host { .. } Link { .. }");
        });
    });
}

/// Writes what is seen of it when it is dropped.
struct Shown<T: std::fmt::Debug>(T);

impl<T: std::fmt::Debug> Drop for Shown<T> {
    fn drop(&mut self) {
        assert!(format!("{:?}", self.0).starts_with("UnixStream {"));
    }
}

#[solipsism::test]
async fn debugging_does_not_panic_while_a_world_ends() {
    let body = || {
        let event_loop = EventLoop::new();
        let pair = async {
            let (one, other) = UnixStream::pair().unwrap();
            let (one, other) = (Shown(one), Shown(other));
            solipsism::spawn(async move {
                let _held = one;
                std::future::pending::<()>().await;
            });
            let net = Network::current();
            net.host("api.test").run(move || {
                let _held = &other;
                std::future::pending::<()>()
            });
        };
        event_loop.run(pair).unwrap();
        event_loop.close().unwrap();
    };
    std::thread::scope(|scope| scope.spawn(body).join().expect("it does not panic"));
}

solipsism::main!();
