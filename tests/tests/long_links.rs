//! What is sent over a link arrives, each byte when it is due, however much is under way.

use std::time::Duration;

use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::{Network, TcpListener, TcpStream};
use solipsism::time::{self, Instant};

async fn pair(host: &str) -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind((host, 80)).await.unwrap();
    let client = TcpStream::connect((host, 80)).await.unwrap();
    (client, listener.accept().await.unwrap().0)
}

#[solipsism::test]
async fn many_segments_at_instants_of_their_own(net: Network) {
    let (mut client, mut server) = pair("a.internal").await;
    net.link("localhost", "a.internal")
        .latency(Duration::from_secs(1));
    let start = Instant::now();
    let writer = solipsism::spawn(async move {
        for byte in 0..=255 {
            client.write_all(&[byte]).await.unwrap();
            time::sleep(Duration::from_millis(1)).await;
        }
    });
    for byte in 0..=255 {
        let mut read = [0];
        server.read_exact(&mut read).await.unwrap();
        assert_eq!(read, [byte]);
        assert_eq!(
            start.elapsed(),
            Duration::from_millis(1000 + u64::from(byte))
        );
    }
    assert_eq!(server.read(&mut [0]).await.unwrap(), 0);
    writer.await.unwrap();
}

#[solipsism::test]
async fn many_segments_behind_each_other(net: Network) {
    let (mut client, mut server) = pair("a.internal").await;
    net.link("localhost", "a.internal").bandwidth(1000);
    let start = Instant::now();
    for _ in 0..500 {
        client.write_all(b"0123456789").await.unwrap();
    }
    drop(client);
    let mut all = Vec::new();
    server.read_to_end(&mut all).await.unwrap();
    assert_eq!(all.len(), 5000);
    assert_eq!(start.elapsed(), Duration::from_secs(5));
}

#[solipsism::test]
async fn a_long_write_arrives_packet_by_packet(net: Network) {
    let (mut client, mut server) = pair("a.internal").await;
    net.link("localhost", "a.internal").bandwidth(1460);
    let start = Instant::now();
    client.write_all(&[0; 10_000]).await.unwrap();
    for packet in 1..=6 {
        assert_eq!(server.read(&mut [0; 10_000]).await.unwrap(), 1460);
        assert_eq!(start.elapsed(), Duration::from_secs(packet));
    }
    assert_eq!(server.read(&mut [0; 10_000]).await.unwrap(), 1240);
}

#[solipsism::test]
async fn many_connections_with_much_under_way(net: Network) {
    net.link("localhost", "a.internal")
        .latency(Duration::from_millis(1)..=Duration::from_millis(20))
        .loss(0.1);
    let mut tasks = Vec::new();
    for port in 0..50u16 {
        tasks.push(solipsism::spawn(async move {
            let listener = TcpListener::bind(("a.internal", 1000 + port))
                .await
                .unwrap();
            let mut client = TcpStream::connect(("a.internal", 1000 + port))
                .await
                .unwrap();
            let (mut server, _) = listener.accept().await.unwrap();
            for round in 0..100u8 {
                client.write_all(&[round]).await.unwrap();
                time::sleep(Duration::from_micros(u64::from(port) * 7 + 1)).await;
            }
            drop(client);
            let mut all = Vec::new();
            server.read_to_end(&mut all).await.unwrap();
            assert_eq!(all, (0..100).collect::<Vec<u8>>());
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
}

#[solipsism::test]
async fn what_is_sent_again_after_a_heal_takes_its_time_once(net: Network) {
    let (mut client, mut server) = pair("a.internal").await;
    net.link("localhost", "a.internal").bandwidth(1000);
    let start = Instant::now();
    client.write_all(&[0; 10_000]).await.unwrap();
    net.partition("localhost", "a.internal");
    net.heal();
    server.read_exact(&mut [0; 10_000]).await.unwrap();
    assert_eq!(start.elapsed(), Duration::from_secs(10));
}

#[solipsism::test]
async fn a_long_loss_is_told_of_within_two_minutes_at_a_time(net: Network) {
    let (mut client, mut server) = pair("a.internal").await;
    net.link("localhost", "a.internal").loss(0.999);
    let start = Instant::now();
    client.write_all(b"x").await.unwrap();
    server.read_exact(&mut [0]).await.unwrap();
    // 0.2 + 0.4 + … + 102.4 s, then 120 s for each of the five that are left.
    assert!(start.elapsed() <= Duration::from_millis(204_600 + 5 * 120_000));
}

#[solipsism::test]
async fn a_crashed_host_hears_nothing_more(net: Network) {
    let (mut client, mut server) = pair("a.internal").await;
    net.link("localhost", "a.internal")
        .latency(Duration::from_secs(1));
    client.write_all(b"ghost").await.unwrap();
    net.host("a.internal").crash();
    time::sleep(Duration::from_secs(2)).await;
    let error = server.read(&mut [0; 8]).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    assert_eq!(server.read(&mut [0; 8]).await.unwrap(), 0);
}

#[solipsism::test]
async fn what_a_closed_end_had_held_back_is_lost_in_a_crash(net: Network) {
    let (mut client, mut server) = pair("a.internal").await;
    net.partition("localhost", "a.internal");
    server.write_all(b"late").await.unwrap();
    drop(server);
    net.host("a.internal").crash();
    net.heal();
    let mut all = Vec::new();
    let end = time::timeout(Duration::from_secs(1), client.read_to_end(&mut all)).await;
    assert!(all.is_empty(), "{end:?}");
}

#[solipsism::test]
async fn a_timeout_of_connecting_tells_what_kept_it(net: Network) {
    net.partition("localhost", "a.internal");
    let error = TcpStream::connect("a.internal:80").await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::TimedOut);
    let text = error.to_string();
    assert!(
        text.contains("held back by the partition ordered at tests/tests/long_links.rs:"),
        "{text}"
    );
    net.heal();
    let socket = solipsism::net::TcpSocket::new_v4().unwrap();
    socket.bind("10.0.0.9:80".parse().unwrap()).unwrap();
    let _full = socket.listen(0).unwrap();
    let _first = TcpStream::connect("10.0.0.9:80").await.unwrap();
    let error = TcpStream::connect("10.0.0.9:80").await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("the backlog of the listener is full"),
        "{error}"
    );
}

#[solipsism::test]
async fn a_client_port_that_somebody_binds_does_not_keep_the_others(_net: Network) {
    let listener = TcpListener::bind("a.internal:80").await.unwrap();
    let port = |stream: &TcpStream| stream.local_addr().unwrap().port();
    let first = port(&TcpStream::connect("a.internal:80").await.unwrap());
    let _bound = TcpListener::bind(("0.0.0.0", first)).await.unwrap();
    let second = port(&TcpStream::connect("a.internal:80").await.unwrap());
    drop(listener.accept().await.unwrap());
    drop(listener.accept().await.unwrap());
    let third = port(&TcpStream::connect("a.internal:80").await.unwrap());
    assert_eq!((second, third), (first + 1, first + 1));
}

#[solipsism::test]
async fn two_streams_never_have_both_addresses_in_common(_net: Network) {
    let _listener = TcpListener::bind("10.0.0.9:80").await.unwrap();
    let socket = || {
        let socket = solipsism::net::TcpSocket::new_v4().unwrap();
        socket.set_reuseaddr(true).unwrap();
        socket.bind("10.255.255.254:7777".parse().unwrap()).unwrap();
        socket
    };
    let (one, other) = (socket(), socket());
    let _first = one.connect("10.0.0.9:80".parse().unwrap()).await.unwrap();
    let error = other
        .connect("10.0.0.9:80".parse().unwrap())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AddrNotAvailable);
}

solipsism::main!();
