//! Networks that misbehave: losses, partitions and holds.

use std::io::ErrorKind;

use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::{Network, TcpListener, TcpStream};
use solipsism::task::JoinSet;
use solipsism::time::{Duration, Instant, sleep, timeout};
use solipsism::{EventLoop, spawn};
use solipsism_tests::net::{Receive, arrivals, connected, link, millis, noise, secs};
use solipsism_tests::{Log, in_own_world};

/// What it panics with.
async fn message(f: impl FnOnce() + 'static) -> String {
    let panic = spawn(async { f() }).await.unwrap_err().into_panic();
    match panic.downcast_ref::<&str>() {
        Some(text) => (*text).to_owned(),
        None => panic.downcast_ref::<String>().unwrap().clone(),
    }
}

// Loss.

/// How long it takes to send as many bytes there and, at the same time, back.
async fn exchange(len: usize) -> Duration {
    let (client, server) = connected().await;
    let start = Instant::now();
    let mut tasks = JoinSet::new();
    for (seed, stream) in [(1, client), (2, server)] {
        let (mut reader, mut writer) = stream.into_split();
        tasks.spawn(async move {
            writer.write_all(&noise(len, seed)).await.unwrap();
            writer.close().await.unwrap();
        });
        tasks.spawn(async move {
            let mut all = Vec::new();
            reader.read_to_end(&mut all).await.unwrap();
            assert!(all == noise(len, 3 - seed), "no byte is lost or moved");
        });
    }
    tasks.join_all().await;
    start.elapsed()
}

#[solipsism::test]
async fn a_loss_delays_bytes_and_loses_none() {
    assert_eq!(exchange(1 << 20).await, Duration::ZERO);
    link().loss(0.3).latency(millis(1)..=millis(20));
    let took = exchange(1 << 20).await;
    assert!(took > secs(1), "{took:?}");
}

#[solipsism::test]
async fn a_seed_decides_on_the_losses() {
    let run = |seed| {
        in_own_world(seed, || async {
            link().loss(0.2);
            arrivals(50).await
        })
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

#[solipsism::test]
async fn a_lost_segment_arrives_after_its_retransmissions() {
    link().latency(millis(10)).loss(0.5);
    let (mut client, mut server) = connected().await;
    let mut delays = Vec::new();
    for _ in 0..64 {
        let start = Instant::now();
        client.write_all(b"x").await.unwrap();
        server.receive().await.unwrap();
        delays.push(start.elapsed().as_millis());
    }
    delays.sort_unstable();
    delays.dedup();
    // 200 ms, then 400 ms more, then 800 ms more, …
    assert!(delays.starts_with(&[10, 210, 610, 1410]), "{delays:?}");
}

#[solipsism::test]
async fn a_loss_of_nothing_and_none_are_the_same() {
    link().loss(0.0);
    assert_eq!(exchange(1 << 16).await, Duration::ZERO);
    assert!(Network::current().unfired_faults().is_empty());
}

#[solipsism::test]
async fn a_certain_loss_is_a_partition() {
    let (mut client, mut server) = connected().await;
    link().loss(1.0);
    client.write_all(b"x").await.unwrap();
    assert!(timeout(secs(3600), server.receive()).await.is_err());
    let start = Instant::now();
    let late = TcpStream::connect("api.internal:80").await.unwrap_err();
    assert_eq!(
        (late.kind(), start.elapsed()),
        (ErrorKind::TimedOut, secs(127))
    );
    link().loss(0.0);
    assert_eq!(server.receive().await, Ok(b'x'));
}

// Partitions.

#[solipsism::test]
async fn under_a_partition_a_connect_times_out(net: Network) {
    let _listener = TcpListener::bind("api.internal:80").await.unwrap();
    net.partition("localhost", "api.internal");
    let start = Instant::now();
    let error = TcpStream::connect("api.internal:80").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    assert_eq!(start.elapsed(), secs(127));
    let addr = net.host("api.internal").addr();
    let text = format!(
        "connecting to {addr}:80 (api.internal) timed out: held back by the partition ordered at tests/tests/faults.rs:"
    );
    assert!(error.to_string().starts_with(&text), "{error}");
    // Whether or not anybody listens.
    let error = TcpStream::connect("api.internal:81").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
}

#[solipsism::test]
async fn a_connect_goes_on_when_the_partition_is_healed(net: Network) {
    let _listener = TcpListener::bind("api.internal:80").await.unwrap();
    link().latency(millis(20)).partition();
    let start = Instant::now();
    let client = spawn(TcpStream::connect("api.internal:80"));
    sleep(secs(10)).await;
    net.heal();
    client.await.unwrap().unwrap();
    assert_eq!(start.elapsed(), secs(10) + millis(40));
}

#[solipsism::test]
async fn writes_succeed_until_the_buffers_are_full_and_arrive_after_the_heal(net: Network) {
    let (mut client, mut server) = connected().await;
    net.partition("localhost", "api.internal");
    let data = noise(100_000, 1);
    let mut written = 0;
    while let Ok(count) = client.try_write(&data[written..][..1000]) {
        written += count;
    }
    assert_eq!(written, 64 * 1024);
    let rest = data[written..].to_vec();
    let writer = spawn(async move {
        client.write_all(&rest).await.unwrap();
        client
    });
    let mut all = vec![0; data.len()];
    let read = timeout(secs(3600), server.read_exact(&mut all));
    assert!(read.await.is_err());
    assert!(!writer.is_finished());
    net.heal();
    let start = Instant::now();
    server.read_exact(&mut all).await.unwrap();
    assert!(all == data);
    assert_eq!(start.elapsed(), Duration::ZERO);
    writer.await.unwrap();
}

#[solipsism::test]
async fn a_partition_stops_what_is_under_way(net: Network) {
    link().latency(millis(20));
    let (mut client, mut server) = connected().await;
    let start = Instant::now();
    client.write_all(b"a").await.unwrap();
    sleep(millis(10)).await;
    client.write_all(b"b").await.unwrap();
    net.partition("localhost", "api.internal");
    client.write_all(b"c").await.unwrap();
    drop(client);
    let mut all = Vec::new();
    assert!(
        timeout(secs(60), server.read_to_end(&mut all))
            .await
            .is_err()
    );
    assert!(all.is_empty());
    net.heal();
    server.read_to_end(&mut all).await.unwrap();
    assert_eq!(all, b"abc");
    assert_eq!(
        start.elapsed(),
        secs(60) + millis(30),
        "it sets out when it is healed"
    );
}

#[solipsism::test]
async fn what_has_arrived_can_be_read_under_a_partition(net: Network) {
    let (mut client, mut server) = connected().await;
    client.write_all(b"x").await.unwrap();
    net.partition("localhost", "api.internal");
    assert_eq!(server.receive().await, Ok(b'x'));
}

#[solipsism::test]
async fn under_a_partition_nobody_sees_the_other_close(net: Network) {
    let (client, mut server) = connected().await;
    net.partition("localhost", "api.internal");
    drop(client);
    assert!(timeout(secs(60), server.receive()).await.is_err());
    server.write_all(b"still there?").await.unwrap();
    net.heal();
    assert_eq!(server.receive().await, Err(ErrorKind::UnexpectedEof));
}

#[solipsism::test]
async fn a_partition_of_one_way_lets_requests_through_and_no_answers(net: Network) {
    let (mut client, mut server) = connected().await;
    net.one_way("api.internal", "localhost").partition();
    client.write_all(b"x").await.unwrap();
    assert_eq!(server.receive().await, Ok(b'x'));
    server.write_all(b"y").await.unwrap();
    assert!(timeout(secs(60), client.receive()).await.is_err());
    client.write_all(b"z").await.unwrap();
    assert_eq!(server.receive().await, Ok(b'z'));

    let _listener = TcpListener::bind("api.internal:80").await.unwrap();
    let error = TcpStream::connect("api.internal:80").await.unwrap_err();
    assert_eq!(
        error.kind(),
        ErrorKind::TimedOut,
        "its answer does not come"
    );
    net.one_way("localhost", "api.internal").heal();
    assert!(
        timeout(secs(1), client.receive()).await.is_err(),
        "that is the other way"
    );
    net.one_way("api.internal", "localhost").heal();
    assert_eq!(client.receive().await, Ok(b'y'));
}

#[solipsism::test]
async fn a_partition_concerns_its_hosts_alone(net: Network) {
    let _api = TcpListener::bind("api.internal:80").await.unwrap();
    let _db = TcpListener::bind("db.internal:80").await.unwrap();
    net.partition("API.internal.", "db.internal");
    TcpStream::connect("api.internal:80").await.unwrap();
    TcpStream::connect("db.internal:80").await.unwrap();
    let cut = net
        .host("api.internal")
        .spawn(TcpStream::connect("db.internal:80"));
    assert_eq!(cut.await.unwrap().unwrap_err().kind(), ErrorKind::TimedOut);
    net.link("db.internal", "api.internal").heal();
    let healed = net
        .host("db.internal")
        .spawn(TcpStream::connect("api.internal:80"));
    healed.await.unwrap().unwrap();
}

#[solipsism::test]
async fn all_links_can_be_cut_and_healed(net: Network) {
    let _own = TcpListener::bind("localhost:80").await.unwrap();
    let (mut client, mut server) = connected().await;
    net.every_link().partition();
    let error = TcpStream::connect("new.internal:80").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    TcpStream::connect("localhost:80").await.unwrap();
    client.write_all(b"x").await.unwrap();
    net.link("localhost", "localhost").partition();
    let error = TcpStream::connect("localhost:80").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    net.heal();
    assert_eq!(server.receive().await, Ok(b'x'));
    TcpStream::connect("localhost:80").await.unwrap();
    let error = TcpStream::connect("new.internal:80").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
}

#[solipsism::test]
async fn a_world_that_waits_for_a_heal_alone_is_stuck() {
    let run = || {
        let run = EventLoop::new().run(async {
            let (mut client, mut server) = connected().await;
            Network::current().partition("localhost", "api.internal");
            client.write_all(b"x").await.unwrap();
            server.receive().await.unwrap();
        });
        run.unwrap_err().to_string()
    };
    // One thread has one world.
    let text = std::thread::scope(|scope| scope.spawn(run).join().unwrap());
    assert!(text.starts_with("sleeps forever: at 0ns"), "{text}");
    let held = "held back until `heal` by the partition ordered at tests/tests/faults.rs:";
    assert!(text.contains(held), "{text}");
}

// Holding.

#[solipsism::test]
async fn a_hold_keeps_everything_until_it_is_released(net: Network) {
    let _listener = TcpListener::bind("api.internal:80").await.unwrap();
    let (mut client, mut server) = connected().await;
    link().hold();
    client.write_all(b"x").await.unwrap();
    let connecting = spawn(TcpStream::connect("api.internal:80"));
    assert!(timeout(secs(60), server.receive()).await.is_err());
    net.heal();
    assert!(
        timeout(secs(1), server.receive()).await.is_err(),
        "it is no partition"
    );
    link().release();
    assert_eq!(server.receive().await, Ok(b'x'));
    connecting.await.unwrap().unwrap();
}

#[solipsism::test]
async fn what_was_held_sets_out_in_the_order_in_which_it_was_sent(net: Network) {
    let mut clients = Vec::new();
    let log = Log::default();
    for number in 0..3 {
        let (client, mut server) = connected().await;
        clients.push(client);
        let log = log.clone();
        spawn(async move {
            while let Ok(byte) = server.receive().await {
                log.note(u32::from(byte) + number * 10);
            }
            log.note(99);
        });
    }
    let link = net.one_way("localhost", "api.internal");
    link.hold();
    for (client, byte) in [(2, 1), (0, 2), (1, 3), (0, 4)] {
        clients[client].write_all(&[byte]).await.unwrap();
        sleep(millis(1)).await;
    }
    drop(clients);
    sleep(millis(1)).await;
    assert!(log.take().is_empty());
    link.latency(millis(5));
    link.release();
    let start = Instant::now();
    while log.is_empty() {
        sleep(millis(1)).await;
    }
    assert_eq!(start.elapsed(), millis(5));
    // All of it at once; whom it wakes first runs first, and reads all that is there.
    assert_eq!(log.take(), [21, 99, 2, 4, 99, 13, 99]);
}

#[solipsism::test]
async fn a_link_that_is_held_and_cut_needs_both_ends(net: Network) {
    let (mut client, mut server) = connected().await;
    for heal_first in [true, false] {
        net.partition("localhost", "api.internal");
        link().hold();
        client.write_all(b"x").await.unwrap();
        if heal_first {
            net.heal();
        } else {
            link().release();
        }
        assert!(timeout(secs(1), server.receive()).await.is_err());
        net.heal();
        link().release();
        assert_eq!(server.receive().await, Ok(b'x'));
    }
}

#[solipsism::test]
async fn an_end_and_a_reset_are_held_as_well() {
    let (client, mut server) = connected().await;
    let (other, mut other_server) = connected().await;
    link().hold();
    drop(client);
    other.set_linger(Some(Duration::ZERO)).unwrap();
    drop(other);
    assert!(timeout(secs(1), server.receive()).await.is_err());
    assert!(timeout(secs(1), other_server.receive()).await.is_err());
    link().release();
    assert_eq!(server.receive().await, Err(ErrorKind::UnexpectedEof));
    assert_eq!(
        other_server.receive().await,
        Err(ErrorKind::ConnectionReset)
    );
}

#[solipsism::test]
async fn everything_can_be_released_at_once(net: Network) {
    let (mut client, mut server) = connected().await;
    net.every_link().hold();
    client.write_all(b"x").await.unwrap();
    net.every_link().release();
    assert_eq!(server.receive().await, Ok(b'x'));
}

// Faults that were ordered.

#[solipsism::test]
async fn a_fault_that_never_did_anything_is_told(net: Network) {
    let what = |net: &Network| -> Vec<String> {
        let unfired = net.unfired_faults();
        let words = unfired.iter().map(|fault| {
            let (what, site) = fault.split_once(" ordered at ").unwrap();
            assert!(site.starts_with("tests/tests/faults.rs:"), "{site}");
            what.to_owned()
        });
        words.collect()
    };
    assert!(what(&net).is_empty());
    net.link("localhost", "api.internal")
        .latency(millis(1))
        .bandwidth(1_000_000);
    assert!(what(&net).is_empty(), "these are no faults");
    net.partition("localhost", "db.internal");
    net.link("localhost", "api.internal")
        .hold()
        .loss(1.0)
        .duplication(0.1)
        .reordering(1.0);
    let all = [
        "the partition",
        "the hold",
        "the loss",
        "the duplication",
        "the reordering",
    ];
    assert_eq!(what(&net), all);

    let lost = timeout(secs(1), TcpStream::connect("api.internal:80"));
    assert!(lost.await.is_err());
    assert_eq!(
        what(&net),
        [
            "the partition",
            "the loss",
            "the duplication",
            "the reordering"
        ]
    );
    net.link("localhost", "api.internal").release();
    let lost = timeout(secs(1), TcpStream::connect("api.internal:80"));
    assert!(lost.await.is_err());
    assert_eq!(
        what(&net),
        ["the partition", "the duplication", "the reordering"]
    );
    net.heal();
    assert_eq!(what(&net).len(), 3, "what is over has still done nothing");
}

#[solipsism::test]
async fn a_partition_of_what_is_under_way_has_done_something(net: Network) {
    link().latency(millis(20));
    let (mut client, mut server) = connected().await;
    client.write_all(b"x").await.unwrap();
    net.partition("localhost", "api.internal");
    assert!(net.unfired_faults().is_empty());
    net.heal();
    server.receive().await.unwrap();
}

#[solipsism::test]
async fn an_order_that_cannot_be_is_told_at_once(net: Network) {
    for probability in [-0.1, 1.000_1, f64::NAN, f64::INFINITY] {
        let text = format!("a probability is from 0.0 to 1.0, and this is {probability}");
        assert_eq!(
            message(move || drop(link().loss(probability).clone())).await,
            text
        );
        assert_eq!(
            message(move || drop(link().duplication(probability).clone())).await,
            text
        );
        assert_eq!(
            message(move || drop(link().reordering(probability).clone())).await,
            text
        );
    }
    assert_eq!(
        message(|| drop(link().bandwidth(0).clone())).await,
        "a bandwidth of 0 would let nothing through: that is a `partition` or a `hold`"
    );
    assert_eq!(
        message(|| drop(link().latency(millis(30)..=millis(10)).clone())).await,
        "a latency from 30ms to 10ms is none: the shorter one comes first"
    );
    assert_eq!(
        message(move || net.set_capacity(0)).await,
        "a capacity of 0 would let nothing through: it must be at least 1"
    );
}

solipsism::main!();
