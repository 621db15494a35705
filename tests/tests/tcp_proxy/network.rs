//! A proxy on a network that has latencies and faults of its own.

use std::io::{self, ErrorKind};

use solipsism::fixtures::TcpProxy;
use solipsism::io::AsyncReadExt;
use solipsism::net::{Network, TcpStream};
use solipsism::time::{Instant, timeout};
use solipsism_tests::net::{millis, secs};

use crate::{ask, echo, receive};

/// A proxy on a host of its own, 10 ms from the client and 3 ms from the server.
async fn apart(net: &Network) -> io::Result<TcpProxy> {
    net.link("localhost", "proxy.internal").latency(millis(10));
    net.link("proxy.internal", "server.internal")
        .latency(millis(3));
    TcpProxy::start_on("proxy.internal:80", echo().await?).await
}

#[solipsism::test]
async fn latencies_and_delays_add_up(net: Network) -> io::Result<()> {
    let proxy = apart(&net).await?;
    proxy.set_delay(millis(100), millis(200));
    let start = Instant::now();
    let mut client = proxy.connect().await?;
    assert_eq!(
        start.elapsed(),
        millis(26),
        "a server's answer is waited for"
    );
    let (answer, took) = ask(&mut client, b"x").await?;
    assert_eq!((&answer[..], took), (&b"x"[..], millis(326)));
    Ok(())
}

#[solipsism::test]
async fn a_partition_behind_the_proxy(net: Network) -> io::Result<()> {
    let proxy = apart(&net).await?;
    let mut client = proxy.connect().await?;
    net.partition("proxy.internal", "server.internal");
    let answer = timeout(secs(1), ask(&mut client, b"x")).await;
    answer.expect_err("the server is cut off");
    assert_eq!(proxy.clients()[0].bytes_to_server, 1);
    net.heal();
    assert_eq!(receive(&mut client).await?, b"x");
    Ok(())
}

#[solipsism::test]
async fn a_disconnect_takes_its_way(net: Network) -> io::Result<()> {
    let proxy = apart(&net).await?;
    let mut client = proxy.connect().await?;
    ask(&mut client, b"x").await?;
    let start = Instant::now();
    proxy.disconnect_all().await;
    assert_eq!(start.elapsed(), millis(0));
    assert_eq!(receive(&mut client).await?, b"");
    assert_eq!(start.elapsed(), millis(10));
    Ok(())
}

#[solipsism::test]
async fn the_hosts_of_a_proxy_and_its_server_crash(net: Network) -> io::Result<()> {
    let proxy = apart(&net).await?;
    let mut client = proxy.connect().await?;
    net.host("server.internal").crash();
    let error = client.read(&mut [0]).await.expect_err("it is reset");
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    let mut client = {
        echo().await?;
        proxy.connect().await?
    };
    net.host("proxy.internal").crash();
    let error = client.read(&mut [0]).await.expect_err("it is reset");
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    let error = proxy.connect().await.expect_err("nobody listens");
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    proxy.close().await;
    assert_eq!(proxy.clients(), []);
    Ok(())
}

#[solipsism::test]
async fn every_host_reaches_a_proxy_of_the_test(net: Network) -> io::Result<()> {
    let proxy = TcpProxy::start(echo().await?).await?;
    let addr = proxy.addr();
    let elsewhere = net.host("elsewhere.internal").spawn(async move {
        let mut client = TcpStream::connect(addr).await?;
        ask(&mut client, b"x").await
    });
    assert_eq!(elsewhere.await.expect("no panic")?.0, b"x");
    Ok(())
}
