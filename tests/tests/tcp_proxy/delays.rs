//! When what goes through a proxy arrives.

use std::cell::RefCell;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use solipsism::fixtures::TcpProxy;
use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::TcpStream;
use solipsism::spawn;
use solipsism::time::{Duration, Instant, sleep, timeout};
use solipsism_tests::net::{millis, secs};

use crate::{ask, echo, start, through};

/// When each of so many bytes arrives, from now on.
async fn arrivals(stream: &mut TcpStream, count: usize) -> io::Result<Vec<Duration>> {
    let start = Instant::now();
    let mut arrivals = Vec::new();
    for _ in 0..count {
        stream.read_exact(&mut [0]).await?;
        arrivals.push(start.elapsed());
    }
    Ok(arrivals)
}

#[solipsism::test]
async fn a_chunk_waits_for_the_one_before() -> io::Result<()> {
    let (proxy, client, mut server) = through().await?;
    proxy.set_delay(millis(100), Duration::ZERO);
    client.try_write(b"a")?;
    let writer = spawn(async move {
        sleep(millis(10)).await;
        client.try_write(b"b").expect("there is room");
        sleep(millis(250)).await;
        client.try_write(b"c").expect("there is room");
        client
    });
    let arrivals = arrivals(&mut server, 3).await?;
    assert_eq!(arrivals, [100, 200, 360].map(millis));
    drop(writer.await);
    Ok(())
}

#[solipsism::test]
async fn a_chunk_has_at_most_64_kib() -> io::Result<()> {
    let (proxy, client, mut server) = through().await?;
    client.set_capacity(200_000)?;
    client.try_write(&[7; 150_000])?;
    proxy.set_delay(millis(100), Duration::ZERO);
    let start = Instant::now();
    let mut sizes = Vec::new();
    while sizes.iter().map(|(_, size)| size).sum::<usize>() < 150_000 {
        let mut chunk = vec![0; 200_000];
        let size = server.read(&mut chunk).await?;
        sizes.push((start.elapsed(), size));
    }
    let expected = [
        (millis(100), 65_536),
        (millis(200), 65_536),
        (millis(300), 150_000 - 2 * 65_536),
    ];
    assert_eq!(sizes, expected);
    Ok(())
}

#[solipsism::test]
async fn clients_do_not_wait_for_each_other() -> io::Result<()> {
    let (proxy, mut one) = start().await?;
    let mut other = proxy.connect().await?;
    proxy.set_delay(millis(100), millis(50));
    let asked = spawn(async move { ask(&mut one, b"one").await.map(|(_, took)| took) });
    sleep(millis(30)).await;
    assert_eq!(ask(&mut other, b"other").await?.1, millis(150));
    assert_eq!(asked.await.expect("no panic")?, millis(150));
    Ok(())
}

#[solipsism::test]
async fn directions_do_not_wait_for_each_other() -> io::Result<()> {
    let (proxy, mut client, mut server) = through().await?;
    proxy.set_delay(secs(5), millis(1));
    client.try_write(b"up")?;
    server.try_write(b"down")?;
    let start = Instant::now();
    client.read_exact(&mut [0; 4]).await?;
    assert_eq!(start.elapsed(), millis(1));
    server.read_exact(&mut [0; 2]).await?;
    assert_eq!(start.elapsed(), secs(5));
    Ok(())
}

#[solipsism::test]
async fn no_delay_costs_no_time() -> io::Result<()> {
    let (proxy, mut client) = start().await?;
    proxy.set_delay(Duration::ZERO, Duration::ZERO);
    assert_eq!(ask(&mut client, b"x").await?.1, Duration::ZERO);
    proxy.set_delay(Duration::from_nanos(1), Duration::ZERO);
    assert_eq!(ask(&mut client, b"x").await?.1, Duration::from_nanos(1));
    Ok(())
}

#[solipsism::test]
async fn delays_hold_for_clients_that_are_there() -> io::Result<()> {
    let (proxy, mut client) = start().await?;
    assert_eq!(ask(&mut client, b"x").await?.1, Duration::ZERO);
    proxy.set_delay(millis(3), millis(4));
    assert_eq!(ask(&mut client, b"x").await?.1, millis(7));
    proxy.to_client().set_delay(Duration::ZERO);
    assert_eq!(ask(&mut client, b"x").await?.1, millis(3));
    Ok(())
}

/// How long a chunk takes whose delay is changed from 100 ms to this after 40 ms.
async fn changed_to(delay: Duration) -> io::Result<Duration> {
    let (proxy, mut client, mut server) = through().await?;
    proxy.set_delay(millis(100), Duration::ZERO);
    let start = Instant::now();
    client.write_all(b"x").await?;
    spawn(async move {
        sleep(millis(40)).await;
        proxy.set_delay(delay, Duration::ZERO);
        sleep(secs(10)).await;
    })
    .background();
    server.read_exact(&mut [0]).await?;
    Ok(start.elapsed())
}

#[solipsism::test]
async fn a_delay_is_lowered_while_a_chunk_waits() -> io::Result<()> {
    assert_eq!(changed_to(millis(60)).await?, millis(60));
    Ok(())
}

#[solipsism::test]
async fn a_delay_is_lowered_below_what_a_chunk_has_waited() -> io::Result<()> {
    assert_eq!(changed_to(millis(10)).await?, millis(40));
    Ok(())
}

#[solipsism::test]
async fn a_delay_is_raised_while_a_chunk_waits() -> io::Result<()> {
    assert_eq!(changed_to(millis(500)).await?, millis(500));
    Ok(())
}

#[solipsism::test]
async fn an_endless_delay_can_be_taken_back() -> io::Result<()> {
    let (proxy, mut client, mut server) = through().await?;
    proxy.set_delay(Duration::MAX, Duration::ZERO);
    client.write_all(b"x").await?;
    let reading = timeout(secs(3600), server.read_exact(&mut [0])).await;
    reading.expect_err("it is held back");
    let start = Instant::now();
    proxy.set_delay(Duration::ZERO, Duration::ZERO);
    server.read_exact(&mut [0]).await?;
    assert_eq!(start.elapsed(), Duration::ZERO);
    Ok(())
}

#[solipsism::test]
async fn the_end_of_a_slowdown_wakes_a_chunk() -> io::Result<()> {
    let (proxy, mut client, mut server) = through().await?;
    let slow = proxy.slowdown(secs(100), secs(100));
    let start = Instant::now();
    client.write_all(b"x").await?;
    sleep(secs(7)).await;
    drop(slow);
    server.read_exact(&mut [0]).await?;
    assert_eq!(start.elapsed(), secs(7));
    Ok(())
}

#[solipsism::test]
async fn slowdowns_nest() -> io::Result<()> {
    let proxy = TcpProxy::start("server.internal:80").await?;
    let delays = |read, write| (millis(read), millis(write));
    proxy.set_delay(millis(1), millis(2));
    {
        let _outer = proxy.slowdown(millis(3), millis(4));
        assert_eq!(proxy.delay(), delays(3, 4));
        {
            let _inner = proxy.slowdown(millis(5), millis(6));
            assert_eq!(proxy.delay(), delays(5, 6));
            proxy.set_delay(millis(7), millis(8));
            assert_eq!(proxy.delay(), delays(7, 8), "it holds inside");
        }
        assert_eq!(proxy.delay(), delays(3, 4));
    }
    assert_eq!(proxy.delay(), delays(1, 2));
    Ok(())
}

#[solipsism::test]
async fn slowdowns_end_in_any_order() -> io::Result<()> {
    let proxy = TcpProxy::start("server.internal:80").await?;
    let outer = proxy.slowdown(millis(1), millis(1));
    let inner = proxy.slowdown(millis(2), millis(2));
    drop(outer);
    assert_eq!(proxy.delay(), (millis(2), millis(2)));
    drop(inner);
    assert_eq!(proxy.delay(), (Duration::ZERO, Duration::ZERO));
    Ok(())
}

#[solipsism::test]
async fn a_panic_ends_a_slowdown() -> io::Result<()> {
    let (proxy, mut client) = start().await?;
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _slow = proxy.slowdown(secs(1), secs(1));
        panic!("on purpose");
    }));
    panicked.expect_err("it panics");
    assert_eq!(ask(&mut client, b"x").await?.1, Duration::ZERO);
    Ok(())
}

#[solipsism::test]
async fn a_bandwidth_lets_a_chunk_through_when_its_last_byte_is() -> io::Result<()> {
    let (proxy, mut client) = start().await?;
    proxy.to_server().set_bandwidth(1000);
    assert_eq!(ask(&mut client, &[0; 500]).await?.1, millis(500));
    proxy.to_client().set_bandwidth(2000).set_delay(secs(1));
    assert_eq!(ask(&mut client, &[0; 500]).await?.1, millis(1750));
    proxy.to_server().set_bandwidth(3_000_000_000);
    proxy
        .to_client()
        .set_bandwidth(None)
        .set_delay(Duration::ZERO);
    assert_eq!(ask(&mut client, b"x").await?.1, Duration::from_nanos(1));
    assert_eq!(proxy.to_client().bandwidth(), None);
    Ok(())
}

#[solipsism::test]
async fn a_bandwidth_is_each_clients_own_and_live() -> io::Result<()> {
    let (proxy, mut one) = start().await?;
    let mut other = proxy.connect().await?;
    proxy.to_server().set_bandwidth(10);
    let asked = spawn(async move { ask(&mut one, &[0; 100]).await.map(|(_, took)| took) });
    assert_eq!(ask(&mut other, &[0; 50]).await?.1, secs(5));
    proxy.to_server().set_bandwidth(1_000_000);
    assert_eq!(asked.await.expect("no panic")?, secs(5));
    Ok(())
}

#[solipsism::test]
#[should_panic(expected = "a bandwidth of 0 would let nothing through")]
async fn a_bandwidth_of_nothing() {
    let proxy = TcpProxy::start("server.internal:80").await.expect("free");
    proxy.to_server().set_bandwidth(0);
}

/// What many clients with different delays see, in order.
fn transcript(seed: u64) -> Vec<(usize, Duration)> {
    solipsism_tests::in_own_world(seed, || async {
        let proxy = Rc::new(TcpProxy::start(echo().await?).await?);
        let answers = Rc::new(RefCell::new(Vec::new()));
        let mut tasks = Vec::new();
        for index in 0..50 {
            let (proxy, answers) = (Rc::clone(&proxy), Rc::clone(&answers));
            tasks.push(spawn(async move {
                let mut client = proxy.connect().await.expect("it listens");
                for round in 0..5 {
                    proxy.set_delay(millis(index % 7), millis(round));
                    ask(&mut client, b"x").await.expect("an answer");
                    let at = Instant::now();
                    answers
                        .borrow_mut()
                        .push((usize::try_from(index).expect("few"), at));
                }
            }));
        }
        let start = Instant::now();
        for task in tasks {
            task.await.expect("no panic");
        }
        let answers = answers.take().into_iter();
        io::Result::Ok(
            answers
                .map(|(index, at)| (index, at.duration_since(start)))
                .collect::<Vec<_>>(),
        )
    })
    .expect("nothing fails")
}

#[solipsism::test]
async fn two_runs_are_the_same() {
    assert_eq!(transcript(1), transcript(1));
}
