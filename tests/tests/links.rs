//! What lies between hosts: how long a packet of TCP takes, and how many bytes get through.

use std::future::pending;
use std::io::ErrorKind;

use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::{Network, TcpListener, TcpStream, UnixStream};
use solipsism::task::{JoinSet, yield_now};
use solipsism::time::{Duration, Instant, sleep, sleep_until, timeout};
use solipsism::{EventLoop, spawn};
use solipsism_tests::net::{Receive, arrivals, connected, link, millis, secs};
use solipsism_tests::{Log, in_own_world};

// Latency.

#[solipsism::test]
async fn without_an_order_nothing_takes_time() {
    let start = Instant::now();
    let (mut client, mut server) = connected().await;
    client.write_all(b"x").await.unwrap();
    assert_eq!(server.receive().await, Ok(b'x'));
    drop(server);
    assert_eq!(client.read(&mut [0]).await.unwrap(), 0);
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[solipsism::test]
async fn a_connection_takes_the_way_there_and_back() {
    link().latency(millis(20));
    let start = Instant::now();
    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    let accepted = spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        (stream, listener, start.elapsed())
    });
    let client = TcpStream::connect("api.internal:80").await.unwrap();
    assert_eq!(start.elapsed(), millis(40));
    let (stream, _listener, at) = accepted.await.unwrap();
    assert_eq!(
        at,
        millis(20),
        "it is in the backlog when the request is there"
    );
    drop((client, stream));
}

#[solipsism::test]
async fn a_refusal_takes_the_way_there_and_back() {
    link().latency(millis(20));
    let start = Instant::now();
    let refused = TcpStream::connect("api.internal:80").await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    assert_eq!(start.elapsed(), millis(40));
    // Whoever binds while the request is on its way gets it.
    let client = spawn(TcpStream::connect("api.internal:80"));
    sleep(millis(10)).await;
    let _listener = TcpListener::bind("api.internal:80").await.unwrap();
    client.await.unwrap().unwrap();
}

#[solipsism::test]
async fn bytes_an_end_and_a_reset_take_the_way_once() {
    link().latency(millis(20));
    let (mut client, mut server) = connected().await;
    let start = Instant::now();
    client.write_all(b"x").await.unwrap();
    assert_eq!(start.elapsed(), Duration::ZERO, "writing takes no time");
    assert_eq!(client.try_write(b"y").unwrap(), 1);
    assert_eq!(server.receive().await, Ok(b'x'));
    assert_eq!(server.receive().await, Ok(b'y'));
    assert_eq!(start.elapsed(), millis(20));

    client.shutdown().await.unwrap();
    assert_eq!(server.read(&mut [0]).await.unwrap(), 0);
    assert_eq!(start.elapsed(), millis(40));

    server.write_all(b"z").await.unwrap();
    server.set_linger(Some(Duration::ZERO)).unwrap();
    drop(server);
    assert_eq!(client.receive().await, Ok(b'z'));
    assert_eq!(client.receive().await, Err(ErrorKind::ConnectionReset));
    assert_eq!(start.elapsed(), millis(60));
}

#[solipsism::test]
async fn a_server_may_be_gone_before_its_client_hears_of_it(net: Network) {
    net.link("localhost", "api.internal").latency(millis(10));
    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    spawn(async move {
        let (mut server, _) = listener.accept().await.unwrap();
        server.write_all(b"bye").await.unwrap();
    });
    let mut client = TcpStream::connect("api.internal:80").await.unwrap();
    let mut all = Vec::new();
    client.read_to_end(&mut all).await.expect("no reset");
    assert_eq!(all, b"bye");
}

#[solipsism::test]
async fn a_reply_takes_both_ways_and_each_has_its_own_latency(net: Network) {
    net.one_way("localhost", "api.internal").latency(millis(1));
    net.one_way("api.internal", "localhost").latency(millis(10));
    let start = Instant::now();
    let (mut client, mut server) = connected().await;
    assert_eq!(start.elapsed(), millis(11));
    client.write_all(b"x").await.unwrap();
    server.receive().await.unwrap();
    assert_eq!(start.elapsed(), millis(12));
    server.write_all(b"y").await.unwrap();
    client.receive().await.unwrap();
    assert_eq!(start.elapsed(), millis(22));
}

#[solipsism::test]
async fn what_is_written_at_once_is_under_way_at_once() {
    link().latency(millis(20));
    let (mut client, mut server) = connected().await;
    let start = Instant::now();
    for byte in 0..100 {
        client.write_all(&[byte]).await.unwrap();
    }
    sleep(millis(5)).await;
    client.write_all(&[100]).await.unwrap();
    for byte in 0..100 {
        assert_eq!(server.receive().await, Ok(byte));
    }
    assert_eq!(start.elapsed(), millis(20));
    assert_eq!(server.receive().await, Ok(100));
    assert_eq!(start.elapsed(), millis(25));
}

#[solipsism::test]
async fn what_is_under_way_takes_room() {
    link().latency(millis(20));
    let (client, server) = connected().await;
    client.set_capacity(10).unwrap();
    assert_eq!(client.try_write(&[0; 100]).unwrap(), 10);
    assert_eq!(
        client.try_write(&[0]).unwrap_err().kind(),
        ErrorKind::WouldBlock
    );
    sleep(millis(20)).await;
    assert_eq!(
        client.try_write(&[0]).unwrap_err().kind(),
        ErrorKind::WouldBlock
    );
    let mut buf = [0; 4];
    assert_eq!(server.try_read(&mut buf).unwrap(), 4);
    assert_eq!(client.try_write(&[0; 100]).unwrap(), 4);
}

#[solipsism::test]
async fn a_latency_holds_for_what_is_sent_from_then_on(net: Network) {
    link().latency(millis(100));
    let (mut first, mut first_server) = connected().await;
    let (mut second, mut second_server) = connected().await;
    let start = Instant::now();
    first.write_all(b"a").await.unwrap();
    net.link("api.internal", "localhost").latency(millis(1));
    second.write_all(b"b").await.unwrap();
    first.write_all(b"c").await.unwrap();
    assert_eq!(second_server.receive().await, Ok(b'b'));
    assert_eq!(start.elapsed(), millis(1));
    assert_eq!(first_server.receive().await, Ok(b'a'));
    assert_eq!(
        start.elapsed(),
        millis(100),
        "what is under way is not faster"
    );
    assert_eq!(
        first_server.receive().await,
        Ok(b'c'),
        "and nothing overtakes it"
    );
    assert_eq!(start.elapsed(), millis(100));
}

#[solipsism::test]
async fn a_range_gives_each_packet_a_latency_of_its_own() {
    let (least, most) = (millis(10), millis(30));
    link().latency(least..=most);
    let arrivals = arrivals(100).await;
    let mut latencies = Vec::new();
    for (byte, at) in (0..).map(millis).zip(&arrivals) {
        assert!(*at >= byte + least, "{at:?}");
        latencies.push(at.saturating_sub(byte));
    }
    assert!(arrivals.is_sorted());
    let (min, max) = (
        latencies.iter().min().unwrap(),
        latencies.iter().max().unwrap(),
    );
    assert!(
        *min < millis(20) && *max > millis(25) && *max <= most,
        "{min:?} {max:?}"
    );
}

#[solipsism::test]
async fn a_seed_decides_on_the_latencies() {
    let run = |seed| {
        in_own_world(seed, || async {
            link().latency(Duration::ZERO..=millis(30));
            arrivals(50).await
        })
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

#[solipsism::test]
async fn an_endless_latency_is_a_link_that_nothing_gets_through() {
    let (mut client, mut server) = connected().await;
    link().latency(Duration::MAX).loss(0.5);
    client.write_all(b"x").await.unwrap();
    assert!(
        timeout(secs(1_000_000_000), server.receive())
            .await
            .is_err()
    );
}

#[solipsism::test]
async fn the_link_of_a_host_to_itself_has_no_latency_unless_it_is_given_one(net: Network) {
    net.every_link().latency(millis(20));
    let start = Instant::now();
    let listener = TcpListener::bind("127.0.0.1:80").await.unwrap();
    let own = net.host("localhost").addr();
    let _public = TcpListener::bind((own, 80)).await.unwrap();
    TcpStream::connect("localhost:80").await.unwrap();
    TcpStream::connect((own, 80)).await.unwrap();
    assert_eq!(start.elapsed(), Duration::ZERO);
    net.link("localhost", "localhost").bandwidth(1000);
    TcpStream::connect("localhost:80").await.unwrap();
    assert_eq!(
        start.elapsed(),
        Duration::ZERO,
        "only what was ordered for it"
    );
    net.link("localhost", "127.0.0.1").latency(millis(1));
    TcpStream::connect("localhost:80").await.unwrap();
    assert_eq!(start.elapsed(), millis(2));
    drop(listener);
}

#[solipsism::test]
async fn every_link_is_that_of_hosts_to_come_too(net: Network) {
    net.link("localhost", "db.internal").latency(millis(1));
    net.every_link().latency(millis(5));
    for (name, there_and_back) in [("api.internal", 10), ("db.internal", 10), ("192.0.2.1", 10)] {
        let _listener = TcpListener::bind((name, 80)).await.unwrap();
        let start = Instant::now();
        TcpStream::connect((name, 80)).await.unwrap();
        assert_eq!(start.elapsed(), millis(there_and_back), "{name}");
    }
    net.link("localhost", "db.internal").latency(millis(1));
    let _listener = TcpListener::bind("db.internal:80").await.unwrap();
    let start = Instant::now();
    TcpStream::connect("db.internal:80").await.unwrap();
    assert_eq!(start.elapsed(), millis(2), "the last order counts");
    let between = net
        .host("db.internal")
        .spawn(TcpStream::connect("192.0.2.1:81"));
    assert!(between.await.unwrap().is_err());
    assert_eq!(start.elapsed(), millis(12));
}

#[solipsism::test]
async fn the_host_of_a_child_task_decides_on_its_link(net: Network) {
    net.link("web.internal", "api.internal").latency(millis(7));
    let _listener = TcpListener::bind("api.internal:80").await.unwrap();
    let start = Instant::now();
    let web = net.host("web.internal");
    let task = web.spawn(async {
        let mut set = JoinSet::new();
        set.spawn(async { spawn(TcpStream::connect("api.internal:80")).await.unwrap() });
        set.join_next().await.unwrap().unwrap().unwrap();
    });
    task.await.unwrap();
    assert_eq!(start.elapsed(), millis(14));
    TcpStream::connect("api.internal:80").await.unwrap();
    assert_eq!(start.elapsed(), millis(14), "the body's is another");
}

#[solipsism::test]
async fn unix_sockets_use_no_link(net: Network) {
    net.every_link().latency(millis(5));
    net.link("localhost", "localhost")
        .latency(millis(5))
        .partition();
    let (mut one, mut other) = UnixStream::pair().unwrap();
    one.write_all(b"x").await.unwrap();
    other.read_exact(&mut [0]).await.unwrap();
    assert_eq!(Instant::now().elapsed(), Duration::ZERO);
}

#[solipsism::test]
async fn who_gives_up_connecting_takes_back_what_was_under_way() {
    link().latency(millis(20));
    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    // Before the request is there, nobody ever sees it.
    let given_up = timeout(millis(10), TcpStream::connect("api.internal:80"));
    assert!(given_up.await.is_err());
    assert!(timeout(secs(1), listener.accept()).await.is_err());
    // Afterwards it was accepted, and is reset.
    let given_up = timeout(millis(30), TcpStream::connect("api.internal:80"));
    assert!(given_up.await.is_err());
    let (mut stream, _) = listener.accept().await.unwrap();
    assert_eq!(stream.receive().await, Err(ErrorKind::ConnectionReset));
}

// The clock.

#[solipsism::test]
async fn packets_arrive_before_deadlines_of_the_same_instant() {
    link().latency(millis(20));
    let (mut client, mut server) = connected().await;
    let log = Log::default();
    let (noted, start) = (log.clone(), Instant::now());
    // Set first, and yet the byte is there before.
    let timer = spawn(async move {
        sleep_until(start + millis(20)).await;
        noted.note(2);
    });
    yield_now().await;
    client.write_all(b"x").await.unwrap();
    let noted = log.clone();
    let reader = spawn(async move {
        server.receive().await.unwrap();
        noted.note(1);
        timeout(millis(20), server.receive()).await
    });
    timer.await.unwrap();
    assert_eq!(log.take(), [1, 2]);
    client.write_all(b"y").await.unwrap();
    assert_eq!(reader.await.unwrap().unwrap(), Ok(b'y'), "just in time");
}

#[solipsism::test]
async fn a_packet_is_an_event_of_the_loop(event_loop: EventLoop) {
    link().latency(millis(20));
    let (mut client, _server) = connected().await;
    assert_eq!(event_loop.next_deadline(), None);
    let start = Instant::now();
    client.write_all(b"x").await.unwrap();
    assert_eq!(event_loop.next_deadline(), Some(start + millis(20)));
    assert_eq!(event_loop.pending_timers(), 0, "but no timer");
    sleep(millis(20)).await;
    assert_eq!(event_loop.next_deadline(), None);
}

#[solipsism::test(clock = "manual")]
async fn under_a_manual_clock_packets_wait_for_it(event_loop: EventLoop) {
    link().latency(millis(20));
    let listener = TcpListener::bind("api.internal:80").await.unwrap();
    let client = spawn(TcpStream::connect("api.internal:80"));
    let server = spawn(async move { listener.accept().await.unwrap().0 });
    event_loop.settle().await;
    let start = Instant::now();
    event_loop.advance(Duration::from_nanos(19_999_999)).await;
    assert!(!server.is_finished());
    event_loop.advance(Duration::from_nanos(1)).await;
    assert!(server.is_finished() && !client.is_finished());
    assert_eq!(event_loop.next_deadline(), Some(start + millis(40)));
    event_loop.advance_to(start + millis(40)).await;
    assert!(client.is_finished());
    let (mut client, mut server) = (client.await.unwrap().unwrap(), server.await.unwrap());

    // It stops at each of several on its way.
    let log = Log::default();
    let noted = log.clone();
    spawn(async move {
        for _ in 0..3 {
            noted.note(u32::from(server.receive().await.unwrap()));
            server.write_all(b"x").await.unwrap();
        }
        pending::<()>().await;
    });
    for byte in [1, 2, 3] {
        client.write_all(&[byte]).await.unwrap();
        event_loop.advance(millis(1)).await;
    }
    assert!(log.take().is_empty());
    event_loop.advance(millis(18)).await;
    assert_eq!(log.take(), [1, 2]);
    event_loop.advance(secs(1)).await;
    assert_eq!(log.take(), [3]);
    assert_eq!(client.try_read(&mut [0; 8]).unwrap(), 3);
}

#[solipsism::test]
async fn a_frozen_clock_delivers_nothing(event_loop: EventLoop) {
    link().latency(millis(20));
    let (mut client, mut server) = connected().await;
    client.write_all(b"x").await.unwrap();
    let reader = spawn(async move { server.receive().await });
    let frozen = event_loop.freeze();
    event_loop.settle().await;
    assert!(!reader.is_finished());
    event_loop.advance(millis(20)).await;
    assert!(reader.is_finished());
    drop(frozen);
}

// Bandwidth.

#[solipsism::test]
async fn a_bandwidth_is_exact_to_the_nanosecond() {
    link().latency(millis(10)).bandwidth(1000);
    let start = Instant::now();
    let (mut client, mut server) = connected().await;
    assert_eq!(start.elapsed(), millis(20), "connecting sends no bytes");
    let start = Instant::now();
    client.write_all(&[0; 500]).await.unwrap();
    server.read_exact(&mut [0; 500]).await.unwrap();
    assert_eq!(start.elapsed(), millis(510));
    // After a pause it begins anew.
    sleep(secs(1)).await;
    let start = Instant::now();
    client.write_all(&[0]).await.unwrap();
    server.receive().await.unwrap();
    assert_eq!(start.elapsed(), millis(11));
}

#[solipsism::test]
async fn a_bandwidth_is_not_rounded_for_each_packet() {
    link().bandwidth(3);
    let (mut client, mut server) = connected().await;
    let start = Instant::now();
    for _ in 0..10 {
        client.write_all(&[0]).await.unwrap();
    }
    let mut arrivals = Vec::new();
    for _ in 0..10 {
        server.receive().await.unwrap();
        arrivals.push(start.elapsed().as_nanos());
    }
    assert_eq!(arrivals[0], 333_333_334);
    assert_eq!(arrivals[1], 666_666_667);
    assert_eq!(arrivals[2], 1_000_000_000);
    assert_eq!(arrivals[9], 3_333_333_334);
}

#[solipsism::test]
async fn connections_share_the_bandwidth_of_a_direction(net: Network) {
    link().bandwidth(1000);
    let (mut first, mut first_server) = connected().await;
    let (mut second, mut second_server) = connected().await;
    let start = Instant::now();
    first.write_all(&[1; 100]).await.unwrap();
    second.write_all(&[2; 100]).await.unwrap();
    first_server.write_all(&[3; 100]).await.unwrap();
    first.read_exact(&mut [0; 100]).await.unwrap();
    assert_eq!(start.elapsed(), millis(100), "the way back is another");
    first_server.read_exact(&mut [0; 100]).await.unwrap();
    assert_eq!(start.elapsed(), millis(100));
    second_server.read_exact(&mut [0; 100]).await.unwrap();
    assert_eq!(start.elapsed(), millis(200));
    // Another host has a link of its own.
    let _listener = TcpListener::bind("db.internal:80").await.unwrap();
    first.write_all(&[1; 1000]).await.unwrap();
    TcpStream::connect("db.internal:80").await.unwrap();
    assert_eq!(start.elapsed(), millis(200));
    // What is being sent goes on as before.
    net.link("localhost", "api.internal").bandwidth(1_000_000);
    first.write_all(&[1; 1000]).await.unwrap();
    first_server.read_exact(&mut [0; 2000]).await.unwrap();
    assert_eq!(start.elapsed(), millis(1201));
}

#[solipsism::test]
async fn the_end_of_a_stream_waits_for_its_bytes() {
    link().bandwidth(1000);
    let (mut client, mut server) = connected().await;
    let start = Instant::now();
    client.write_all(&[0; 2000]).await.unwrap();
    drop(client);
    let mut all = Vec::new();
    server.read_to_end(&mut all).await.unwrap();
    assert_eq!((all.len(), start.elapsed()), (2000, secs(2)));
}

solipsism::main!();
