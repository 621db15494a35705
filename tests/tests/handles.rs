//! What the handles of the network say of themselves: under `{:?}`, and where they are misused.

use std::cell::RefCell;
use std::io::{ErrorKind, IoSlice, IoSliceMut};
use std::net::{Shutdown, SocketAddr};
use std::panic;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Once;
use std::task::{Context, Waker};

use solipsism::net::unix::pipe::pipe;
use solipsism::net::{
    Interest, Network, TcpListener, TcpSocket, TcpStream, UdpSocket, UnixDatagram, UnixListener,
    UnixStream, lookup_host,
};
use solipsism::time::Duration;
use solipsism::{EventLoop, spawn};
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
            spawn(async move {
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

/// Where the panic of this is said to be.
async fn site_of(misuse: impl FnOnce() + 'static) -> String {
    let panicked = spawn(async move { misuse() }).await;
    panicked.expect_err("it panics").to_string()
}

#[solipsism::test]
async fn misuse_is_told_of_with_the_line_of_the_user() {
    let (stream, listener, datagrams, unix, mailbox, bound) = in_own_world(0, async || {
        let bound = TcpSocket::new_v4().unwrap();
        bound.bind("10.1.1.1:80".parse().unwrap()).unwrap();
        let listener = TcpListener::bind("api.test:80").await.unwrap();
        (
            TcpStream::connect("api.test:80").await.unwrap(),
            listener,
            UdpSocket::bind("dns.test:53").await.unwrap(),
            UnixListener::bind("/run/api.sock").unwrap(),
            UnixDatagram::bind("/dev/log").unwrap(),
            bound,
        )
    });
    let (stream, datagrams, mailbox) = (Rc::new(stream), Rc::new(datagrams), Rc::new(mailbox));
    macro_rules! each {
        ($($socket:ident: $($method:ident($($arg:expr),*))*;)*) => {
            $($({
                let socket = Rc::clone(&$socket);
                let text = site_of(move || _ = socket.$method($($arg),*)).await;
                assert!(
                    text.contains(concat!("panicked at ", file!())),
                    "{}: {text}",
                    stringify!($method)
                );
                assert!(text.contains("in another world than its own"), "{text}");
            })*)*
        };
    }
    let cx = || Context::from_waker(Waker::noop());
    let (listener, unix) = (Rc::new(listener), Rc::new(unix));
    let interest = Interest::READABLE;
    let addr: SocketAddr = "10.1.1.1:80".parse().unwrap();
    each! {
        stream:
            local_addr() peer_addr() take_error() nodelay() set_nodelay(true) linger() set_linger(None) ttl() set_ttl(1)
            keepalive() set_keepalive(true) set_capacity(1) try_read(&mut [0]) try_write(&[0])
            try_read_vectored(&mut [IoSliceMut::new(&mut [0])]) try_write_vectored(&[IoSlice::new(&[0])])
            poll_peek(&mut cx(), &mut [0]) poll_read_ready(&mut cx()) poll_write_ready(&mut cx())
            try_io(interest, || Ok(()));
        listener: local_addr() ttl() set_ttl(1) set_capacity(1) poll_accept(&mut cx());
        unix: local_addr() set_capacity(1) poll_accept(&mut cx());
        datagrams:
            local_addr() peer_addr() take_error() broadcast() set_broadcast(true) ttl() set_ttl(1) try_send(&[0])
            try_recv(&mut [0]) try_recv_from(&mut [0]) try_send_to(&[0], addr) poll_send(&mut cx(), &[0])
            poll_recv(&mut cx(), &mut [0]) poll_recv_from(&mut cx(), &mut [0]) poll_send_to(&mut cx(), &[0], addr)
            poll_recv_ready(&mut cx()) poll_send_ready(&mut cx()) try_io(interest, || Ok(()));
        mailbox:
            local_addr() connect("/x") shutdown(Shutdown::Both) try_send_to(&[0], "/x")
            poll_send_to(&mut cx(), &[0], "/x");
    }
    let text = site_of(move || _ = bound.set_reuseaddr(true)).await;
    assert!(text.contains(concat!("panicked at ", file!())), "{text}");
}

#[solipsism::test]
async fn what_needs_a_world_names_the_line_that_has_none() {
    let misuses: [fn(); 8] = [
        || _ = UnixStream::pair(),
        || _ = UnixStream::pair_with_capacity(1),
        || _ = UnixListener::bind("/run/api.sock"),
        || _ = UnixDatagram::bind("/dev/log"),
        || _ = UnixDatagram::pair(),
        || _ = pipe(),
        || {
            let socket = TcpSocket::new_v4().unwrap();
            _ = socket.bind("10.1.1.1:80".parse().unwrap());
        },
        || _ = TcpSocket::new_v4().unwrap().listen(1),
    ];
    let panics = std::thread::spawn(move || misuses.map(panic_of));
    for (file, message) in panics.join().unwrap() {
        assert_eq!(file, file!(), "{message}");
    }
}

#[solipsism::test]
async fn looking_up_needs_a_world_also_for_an_address() {
    fn look_up(host: &str) {
        let looked_up = pin!(lookup_host(host));
        _ = looked_up.poll(&mut Context::from_waker(Waker::noop()));
    }
    let lookups: [fn(); 3] = [
        || look_up("10.1.2.3:80"),
        || look_up("api.test:80"),
        || look_up("no address"),
    ];
    let panics = std::thread::spawn(move || lookups.map(panic_of));
    for (_, message) in panics.join().unwrap() {
        assert!(
            message.starts_with("`lookup_host` needs a world"),
            "{message}"
        );
    }
}

#[solipsism::test]
async fn zero_linger_resets_the_peer() {
    let listener = TcpListener::bind("10.1.2.3:80").await.unwrap();
    let client = TcpStream::connect("10.1.2.3:80").await.unwrap();
    client.set_zero_linger().unwrap();
    assert_eq!(client.linger().unwrap(), Some(Duration::ZERO));
    let (server, _) = listener.accept().await.unwrap();
    drop(client);
    let reset = server.try_read(&mut [0]).unwrap_err();
    assert_eq!(reset.kind(), ErrorKind::ConnectionReset);

    let socket = TcpSocket::new_v4().unwrap();
    socket.set_zero_linger().unwrap();
    let client = socket
        .connect("10.1.2.3:80".parse().unwrap())
        .await
        .unwrap();
    assert_eq!(client.linger().unwrap(), Some(Duration::ZERO));
}

/// The file that the panic of this names, and what it says.
fn panic_of(misuse: fn()) -> (String, String) {
    thread_local! {
        static FILE: RefCell<Option<String>> = const { RefCell::new(None) };
    }
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let former = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            // Only here: other tests panic on threads of their own.
            if FILE.with_borrow(Option::is_none) {
                former(info);
            } else {
                FILE.set(info.location().map(|site| site.file().to_owned()));
            }
        }));
    });
    FILE.set(Some(String::new()));
    let payload = panic::catch_unwind(misuse).expect_err("it panics");
    let message = payload.downcast_ref::<String>();
    (
        FILE.take().expect("the hook has its location"),
        message.expect("it is formatted").clone(),
    )
}

solipsism::main!();
