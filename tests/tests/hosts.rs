//! Hosts: which tasks and sockets are theirs, and what they run.

use std::cell::Cell;
use std::future::pending;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::rc::Rc;

use futures_channel::oneshot;
use solipsism::net::{Host, Network, TcpListener, TcpSocket, TcpStream, UnixListener, UnixStream};
use solipsism::spawn;
use solipsism::task::{Builder, JoinSet};
use solipsism::time::{Duration, Instant, sleep};
use solipsism_tests::in_own_world;
use solipsism_tests::net::{ask, connect_error, millis, own_ip, serve};

/// Does something when it is dropped.
struct OnDrop<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

async fn hold<T>(held: T) {
    let _held = held;
    pending::<()>().await;
}

#[solipsism::test]
async fn a_task_is_on_the_host_that_started_it(net: Network) {
    let here = net.host("localhost").addr();
    assert_eq!(own_ip().await, here);
    let api = net.host("api.internal");
    assert_eq!(api.spawn(own_ip()).await.unwrap(), api.addr());
    assert_eq!(own_ip().await, here, "the body stays where it is");
    assert_eq!(spawn(own_ip()).await.unwrap(), here);
}

#[solipsism::test]
async fn a_task_is_on_the_host_of_the_task_that_spawned_it(net: Network) {
    let api = net.host("api.internal");
    let there = api.addr();
    let spawned = api.spawn(async move {
        assert_eq!(spawn(own_ip()).await.unwrap(), there, "spawn");
        let named = Builder::new().name("named").spawn(own_ip());
        assert_eq!(named.await.unwrap(), there, "Builder");
        let nested = spawn(async { spawn(async { spawn(own_ip()).await.unwrap() }).await });
        assert_eq!(nested.await.unwrap().unwrap(), there, "nested");
        let mut set = JoinSet::new();
        set.spawn(own_ip());
        assert_eq!(set.join_next().await.unwrap().unwrap(), there, "JoinSet");
        Builder::new().spawn_on(own_ip(), &mut set);
        assert_eq!(set.join_next().await.unwrap().unwrap(), there, "spawn_on");
        sleep(millis(1)).await;
        assert_eq!(own_ip().await, there, "later");
        // One that is started elsewhere is not.
        let db = Network::current().host("db.internal");
        assert_eq!(db.spawn(own_ip()).await.unwrap(), db.addr());
        assert_eq!(own_ip().await, there);
    });
    spawned.await.unwrap();
}

#[solipsism::test]
async fn a_set_of_the_body_has_tasks_where_they_were_spawned(net: Network) {
    // Who polls a future decides, not who made it.
    let there = net.host("api.internal");
    let unpolled = own_ip();
    assert_eq!(there.spawn(unpolled).await.unwrap(), there.addr());
    let (sender, receiver) = oneshot::channel();
    there.spawn(async move { sender.send(own_ip()).ok() });
    let made_there = receiver.await.unwrap();
    assert_eq!(made_there.await, net.host("localhost").addr());
}

#[solipsism::test]
async fn a_task_is_dropped_on_its_host(net: Network) {
    let api = net.host("api.internal");
    let bound = Rc::new(Cell::new(None));
    let noted = Rc::clone(&bound);
    let task = api.spawn(hold(OnDrop(move || {
        // A unix socket is its host's: this one does not get in the way of the body's.
        let listener = UnixListener::bind("/run/own").unwrap();
        noted.set(Some(listener));
    })));
    sleep(millis(1)).await;
    task.abort();
    sleep(millis(1)).await;
    assert!(bound.take().is_some());
    let _own = UnixListener::bind("/run/own").unwrap();
}

#[solipsism::test]
async fn a_wildcard_is_all_addresses_of_the_own_host_and_none_of_others(net: Network) {
    let (api, db) = (net.host("api.internal"), net.host("db.internal"));
    let listener = api
        .spawn(TcpListener::bind("0.0.0.0:80"))
        .await
        .unwrap()
        .unwrap();
    // The same port elsewhere is another.
    let _db = db
        .spawn(TcpListener::bind("0.0.0.0:80"))
        .await
        .unwrap()
        .unwrap();
    let _own = TcpListener::bind("0.0.0.0:80").await.unwrap();

    let client = TcpStream::connect("api.internal:80").await.unwrap();
    let (stream, _) = listener.accept().await.unwrap();
    assert_eq!(stream.local_addr().unwrap(), client.peer_addr().unwrap());
    assert_eq!(stream.local_addr().unwrap().ip(), api.addr());
    let local = api
        .spawn(TcpStream::connect("127.0.0.1:80"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        listener.accept().await.unwrap().1,
        local.local_addr().unwrap()
    );

    let taken = TcpListener::bind("api.internal:80").await.unwrap_err();
    assert_eq!(taken.kind(), ErrorKind::AddrInUse);
    let refused = TcpStream::connect((api.v6(), 80)).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused, "it is IPv4's");
}

#[solipsism::test]
async fn loopback_is_each_hosts_own(net: Network) {
    let (api, db) = (net.host("api.internal"), net.host("db.internal"));
    for host in [&api, &db] {
        let listener = host
            .spawn(TcpListener::bind("127.0.0.1:80"))
            .await
            .unwrap()
            .unwrap();
        let at = host.spawn(TcpStream::connect("127.0.0.1:80"));
        let client = at.await.unwrap().unwrap();
        let (_stream, peer) = listener.accept().await.unwrap();
        assert_eq!(peer, client.local_addr().unwrap());
        assert!(peer.ip().is_loopback());
        let outside = TcpStream::connect((host.addr(), 80)).await.unwrap_err();
        assert_eq!(outside.kind(), ErrorKind::ConnectionRefused);
    }
    assert_eq!(
        connect_error("127.0.0.1:80").await,
        ErrorKind::ConnectionRefused
    );
}

#[solipsism::test]
async fn unix_sockets_are_each_hosts_own(net: Network) {
    let api = net.host("api.internal");
    for path in ["/run/own", "\0own"] {
        let listener = api
            .spawn(async move { UnixListener::bind(path) })
            .await
            .unwrap()
            .unwrap();
        let _own = UnixListener::bind(path).unwrap();
        let _client = api.spawn(UnixStream::connect(path)).await.unwrap().unwrap();
        listener.accept().await.unwrap();
        let db = net
            .host("db.internal")
            .spawn(UnixStream::connect(path))
            .await
            .unwrap();
        let kind = if path.starts_with('/') {
            ErrorKind::NotFound
        } else {
            ErrorKind::ConnectionRefused
        };
        assert_eq!(db.unwrap_err().kind(), kind);
    }
}

#[solipsism::test]
async fn any_task_may_bind_and_use_the_address_of_any_host(net: Network) {
    let api = net.host("api.internal");
    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    assert_eq!(
        listener.local_addr().unwrap(),
        SocketAddr::new(api.addr(), 80)
    );
    let socket = TcpSocket::new_v4().unwrap();
    socket
        .bind(SocketAddr::new(net.host("db.internal").addr(), 999))
        .unwrap();
    net.link("db.internal", "api.internal").latency(millis(5));
    let start = Instant::now();
    // The body connects for the database: the socket belongs to the host whose address it has.
    let client = socket
        .connect(SocketAddr::new(api.addr(), 80))
        .await
        .unwrap();
    assert_eq!(start.elapsed(), millis(10));
    let (_stream, peer) = listener.accept().await.unwrap();
    assert_eq!(peer, client.local_addr().unwrap());
    assert_eq!(net.reverse_lookup(peer.ip()).unwrap(), "db.internal");

    // Connecting to a name goes out from the own host.
    let start = Instant::now();
    TcpStream::connect("api.internal:80").await.unwrap();
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[solipsism::test]
async fn a_program_runs_on_its_host_under_its_name(net: Network) {
    let api = net.host("API.internal");
    api.run(serve);
    let mut client = TcpStream::connect("api.internal:80").await.unwrap();
    assert_eq!(ask(&mut client).await.unwrap(), 2);
    assert_eq!(client.peer_addr().unwrap().ip(), api.addr());
    assert_eq!(api.name(), "api.internal");
    let same = net.host("api.internal");
    assert_eq!(
        (same.addr(), same.v4(), same.v6()),
        (api.addr(), api.v4(), api.v6())
    );
}

#[solipsism::test]
async fn a_program_may_come_to_its_end(net: Network) {
    net.host("a").run(|| async {});
    net.host("b").run(|| async { io::Result::Ok(()) });
    sleep(millis(1)).await;
    net.host("a").restart();
    sleep(millis(1)).await;
}

#[solipsism::test]
async fn programs_can_be_functions_and_closures(net: Network) {
    async fn never() -> io::Result<()> {
        pending().await
    }
    let shared = String::from("shared");
    let host: Host = net.host("a");
    host.run(never);
    host.run(move || {
        let own = shared.clone();
        async move { assert_eq!(own, "shared") }
    });
    host.restart();
    sleep(millis(1)).await;
}

#[solipsism::test]
async fn a_cluster_of_addresses_has_no_part_in_the_body_s_host(net: Network) {
    for ip in ["10.0.0.1", "10.0.0.2", "192.168.0.1", "172.17.0.1"] {
        let (node, addr) = (net.host(ip), format!("{ip}:80"));
        node.run(serve);
        net.link("localhost", ip).latency(millis(1));
        let mut stream = TcpStream::connect(&addr).await.unwrap();
        let start = Instant::now();
        assert_eq!(ask(&mut stream).await.unwrap(), 2);
        assert_eq!(start.elapsed(), millis(2));
        node.crash();
        assert_eq!(connect_error(&addr).await, ErrorKind::ConnectionRefused);
    }
}

#[solipsism::test]
async fn a_host_is_of_one_world(net: Network) {
    let host = net.host("api.internal");
    let text = in_own_world(0, || async move {
        let task = spawn(async move { drop(host.spawn(async {})) });
        let payload = task.await.unwrap_err().into_panic();
        payload.downcast_ref::<String>().unwrap().clone()
    });
    assert_eq!(
        text,
        "a host was used in another world than its own: each has a network of its own, so make it in the world that uses it"
    );
}

solipsism::main!();
