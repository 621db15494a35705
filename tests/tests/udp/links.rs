//! What links and crashes do to datagrams.

use std::io::ErrorKind;

use expect_test::expect;
use solipsism::net::{Network, UdpSocket};
use solipsism::time::{Duration, Instant, sleep, timeout};
use solipsism::{EventLoop, spawn};

use crate::{bind, drain, elsewhere, kind, millis, pair, recv};

#[solipsism::test]
async fn a_link_has_a_latency(net: Network) {
    net.link("a", "b").latency(millis(20));
    let (a, b) = (bind("a:1").await, bind("b:1").await);
    let start = Instant::now();
    a.send_to(b"x", "b:1").await.unwrap();
    assert_eq!(start.elapsed(), Duration::ZERO);
    assert_eq!(recv(&b).await.unwrap(), "x");
    assert_eq!(start.elapsed(), millis(20));
    // Who comes too late finds nothing, and who comes in time what was sent before.
    a.connect("b:2").await.unwrap();
    a.send(b"early").await.unwrap();
    sleep(millis(10)).await;
    let late = bind("b:2").await;
    assert_eq!(recv(&late).await.unwrap(), "early");
    a.send(b"lost").await.unwrap();
    drop(late);
    assert_eq!(kind(recv(&a).await), ErrorKind::ConnectionRefused);
}

#[solipsism::test]
async fn a_link_has_a_bandwidth(net: Network) {
    net.link("a", "b").bandwidth(1000);
    let (a, b) = (bind("a:1").await, bind("b:1").await);
    let start = Instant::now();
    for _ in 0..3 {
        a.send_to(&[7; 100], "b:1").await.unwrap();
    }
    for number in 1..=3 {
        recv(&b).await.unwrap();
        assert_eq!(start.elapsed(), millis(100) * number);
    }
}

#[solipsism::test]
async fn a_partition_loses_datagrams(net: Network) {
    let (a, b) = (bind("a:1").await, bind("b:1").await);
    net.one_way("a", "b").partition();
    a.send_to(b"lost", "b:1").await.unwrap();
    b.send_to(b"back", "a:1").await.unwrap();
    assert_eq!((drain(&a), drain(&b)), (vec!["back".to_owned()], vec![]));
    net.heal();
    a.send_to(b"found", "b:1").await.unwrap();
    assert_eq!(drain(&b), ["found"]);
}

#[solipsism::test]
async fn a_hold_keeps_them(net: Network) {
    let (a, b) = (bind("a:1").await, bind("b:1").await);
    let link = net.link("a", "b");
    link.hold();
    for text in ["one", "two"] {
        a.send_to(text.as_bytes(), "b:1").await.unwrap();
    }
    assert!(timeout(millis(1000), b.readable()).await.is_err());
    link.release();
    assert_eq!(drain(&b), ["one", "two"]);
}

/// The numbers 0 to 99, as they arrive over a link that a seed makes bad.
fn arrivals(seed: u64, worsen: fn(&Network)) -> Vec<u8> {
    let arrivals = elsewhere(|| {
        let event_loop = EventLoop::builder().seed(seed).build();
        event_loop.block_on(async {
            worsen(&Network::current());
            let (a, b) = (bind("a:1").await, bind("b:1").await);
            for number in 0..100 {
                a.send_to(&[number], "b:1").await.unwrap();
            }
            sleep(Duration::from_secs(1)).await;
            let (mut buf, mut all) = ([0], Vec::new());
            while b.try_recv(&mut buf).is_ok() {
                all.push(buf[0]);
            }
            all
        })
    });
    arrivals.expect("it finishes")
}

fn sorted(mut numbers: Vec<u8>) -> Vec<u8> {
    numbers.sort_unstable();
    numbers
}

#[solipsism::test]
async fn a_link_loses_some() {
    let worsen = |net: &Network| {
        net.link("a", "b").loss(0.5);
    };
    let all = arrivals(1, worsen);
    assert!((30..70).contains(&all.len()) && all.is_sorted());
    assert_eq!(all, arrivals(1, worsen));
    assert_ne!(all, arrivals(2, worsen));
    let lose = |net: &Network| {
        net.link("a", "b").loss(1.0);
    };
    assert!(arrivals(1, lose).is_empty());
}

#[solipsism::test]
async fn a_link_doubles_some() {
    let worsen = |net: &Network| {
        net.link("a", "b").duplication(0.5);
    };
    let all = arrivals(1, worsen);
    assert!((130..170).contains(&all.len()) && all.is_sorted());
    assert_eq!(all, arrivals(1, worsen));
    let mut once = all;
    once.dedup();
    assert_eq!(once, (0..100).collect::<Vec<_>>());
}

#[solipsism::test]
async fn a_link_mixes_some_up() {
    let worsen = |net: &Network| {
        net.link("a", "b").reordering(0.5);
    };
    let all = arrivals(1, worsen);
    assert!(!all.is_sorted());
    assert_eq!(all, arrivals(1, worsen));
    assert_eq!(sorted(all), (0..100).collect::<Vec<_>>());
    // A latency that differs does not, by itself.
    let jitter = |net: &Network| {
        net.link("a", "b").latency(millis(1)..=millis(50));
    };
    assert_eq!(arrivals(1, jitter), (0..100).collect::<Vec<_>>());
}

#[solipsism::test]
async fn a_crash_takes_its_sockets_along(net: Network) {
    let db = net.host("db");
    let (a, b) = (bind("db:1").await, bind("b:1").await);
    b.connect("db:1").await.unwrap();
    b.send(b"unread").await.unwrap();
    let a = std::sync::Arc::new(a);
    let waits = spawn({
        let a = a.clone();
        async move {
            recv(&a).await.unwrap();
            kind(recv(&a).await)
        }
    });
    sleep(millis(1)).await;
    db.crash();
    assert_eq!(
        waits.await.expect("it finishes"),
        ErrorKind::ConnectionAborted
    );
    let error = a.send_to(b"x", "b:1").await.unwrap_err();
    expect!["the host of this socket crashed: bind a new one"].assert_eq(&error.to_string());
    assert_eq!(kind(a.connect("b:1").await), ErrorKind::ConnectionAborted);
    a.readable().await.unwrap();
    b.send(b"x").await.unwrap();
    assert_eq!(kind(recv(&b).await), ErrorKind::ConnectionRefused);
    // The address can be bound anew, and the old socket does not free it.
    let again = bind("db:1").await;
    drop(a);
    assert_eq!(kind(UdpSocket::bind("db:1").await), ErrorKind::AddrInUse);
    b.send(b"new").await.unwrap();
    assert_eq!(drain(&again), ["new"]);
}

#[solipsism::test]
async fn a_crash_leaves_other_hosts_alone(net: Network) {
    let (a, b) = pair().await;
    net.host("db").crash();
    a.send(b"x").await.unwrap();
    assert_eq!(drain(&b), ["x"]);
}
