//! Whom a proxy knows, and what it has done for them.

use std::io;

use solipsism::fixtures::TcpProxy;
use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::task::JoinSet;
use solipsism::time::{Instant, sleep};
use solipsism_tests::net::{millis, secs};

use crate::{ask, echo, start};

#[solipsism::test]
async fn clients_are_listed_in_order() -> io::Result<()> {
    let (proxy, mut one) = start().await?;
    let began = Instant::now();
    sleep(secs(1)).await;
    let mut other = proxy.connect().await?;
    ask(&mut one, b"four").await?;
    proxy.to_client().map(|chunk| chunk.repeat(2));
    ask(&mut other, b"abc").await?;
    let clients = proxy.clients();
    let known: Vec<_> = clients
        .iter()
        .map(|client| {
            (
                client.number,
                client.addr,
                client.since.duration_since(began),
                client.bytes_to_server,
                client.bytes_to_client,
            )
        })
        .collect();
    let expected = [
        (1, one.local_addr()?, secs(0), 4, 4),
        (2, other.local_addr()?, secs(1), 3, 6),
    ];
    assert_eq!(known, expected);
    drop(one);
    sleep(millis(1)).await;
    let numbers: Vec<_> = proxy.clients().iter().map(|client| client.number).collect();
    assert_eq!(numbers, [2]);
    Ok(())
}

#[solipsism::test]
async fn statistics_outlive_clients() -> io::Result<()> {
    let (proxy, mut client) = start().await?;
    ask(&mut client, b"four").await?;
    proxy.close().await;
    let statistics = proxy.statistics();
    assert_eq!(statistics.accepted, 1);
    assert_eq!(statistics.unreachable, 0);
    assert_eq!(statistics.bytes_to_server, 4);
    assert_eq!(statistics.bytes_to_client, 4);
    Ok(())
}

#[solipsism::test]
async fn what_is_delayed_is_not_counted() -> io::Result<()> {
    let (proxy, mut client) = start().await?;
    proxy.set_delay(secs(1), secs(1));
    client.write_all(b"four").await?;
    sleep(millis(1500)).await;
    let [client] = &proxy.clients()[..] else {
        panic!("there is one client")
    };
    assert_eq!((client.bytes_to_server, client.bytes_to_client), (4, 0));
    Ok(())
}

#[solipsism::test]
async fn a_thousand_clients() -> io::Result<()> {
    let proxy = TcpProxy::start(echo().await?).await?;
    proxy.set_delay(millis(100), millis(200));
    let start = Instant::now();
    let mut clients = JoinSet::new();
    for index in 0..1000_u32 {
        let addr = proxy.addr();
        clients.spawn(async move {
            let mut client = solipsism::net::TcpStream::connect(addr).await?;
            client.write_all(&index.to_be_bytes()).await?;
            let mut answer = [0; 4];
            client.read_exact(&mut answer).await?;
            io::Result::Ok((u32::from_be_bytes(answer), client))
        });
    }
    let mut held = Vec::new();
    let mut order = Vec::new();
    while let Some(joined) = clients.join_next().await {
        let (index, client) = joined.expect("no panic")?;
        order.push(index);
        held.push(client);
    }
    assert_eq!(start.elapsed(), millis(300));
    order.sort_unstable();
    assert_eq!(order, (0..1000).collect::<Vec<_>>());
    assert_eq!(proxy.clients().len(), 1000);
    proxy.disconnect_all().await;
    assert_eq!(proxy.clients(), []);
    for mut client in held {
        assert_eq!(client.read(&mut [0]).await?, 0);
    }
    Ok(())
}

#[solipsism::test]
async fn what_debug_says() -> io::Result<()> {
    let (proxy, _client) = start().await?;
    let slow = proxy.slowdown(millis(1), millis(2));
    assert_eq!(
        format!("{proxy:?}, {slow:?}, {:?}", proxy.to_server()),
        "TcpProxy { addr: 10.255.255.254:60001, clients: 1, .. }, Slowdown { proxy: 10.255.255.254:60001, .. }, \
         Direction { proxy: 10.255.255.254:60001, way: ToServer, delay: 1ms, bandwidth: None, .. }"
    );
    Ok(())
}
