//! What the links of a host that crashes still bring, and when.

use std::io::ErrorKind;

use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::{Network, TcpStream};
use solipsism::spawn;
use solipsism::time::{Duration, Instant, sleep, timeout};
use solipsism_tests::net::{ask, millis, serve};

#[solipsism::test]
async fn a_connect_whose_way_is_long_finds_nobody_after_a_crash(net: Network) {
    let api = net.host("api.internal");
    api.run(serve);
    net.link("localhost", "api.internal").latency(millis(20));
    let start = Instant::now();
    let client = spawn(TcpStream::connect("api.internal:80"));
    sleep(millis(10)).await;
    api.crash();
    let refused = client.await.unwrap().unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    assert_eq!(start.elapsed(), millis(40));
}

#[solipsism::test]
async fn a_reset_by_a_crash_takes_the_time_of_the_link(net: Network) {
    let api = net.host("api.internal");
    api.run(serve);
    net.link("localhost", "api.internal").latency(millis(20));
    let mut client = TcpStream::connect("api.internal:80").await.unwrap();
    let start = Instant::now();
    client.write_all(&[1]).await.unwrap();
    sleep(millis(25)).await;
    api.crash();
    // What was sent before arrives before.
    assert_eq!(client.read_u8().await, Ok(2));
    assert_eq!(start.elapsed(), millis(40));
    assert_eq!(client.read_u8().await, Err(ErrorKind::ConnectionReset));
    assert_eq!(start.elapsed(), millis(45));
}

trait ReadByte {
    async fn read_u8(&mut self) -> Result<u8, ErrorKind>;
}

impl ReadByte for TcpStream {
    async fn read_u8(&mut self) -> Result<u8, ErrorKind> {
        let mut byte = [0];
        let read = self.read_exact(&mut byte).await;
        read.map(|()| byte[0]).map_err(|error| error.kind())
    }
}

#[solipsism::test]
async fn under_a_partition_nobody_sees_a_crash_until_it_is_healed(net: Network) {
    let api = net.host("api.internal");
    api.run(serve);
    let mut client = TcpStream::connect("api.internal:80").await.unwrap();
    assert_eq!(ask(&mut client).await.unwrap(), 2);
    net.partition("localhost", "api.internal");
    client.write_all(&[5]).await.unwrap();
    api.crash();
    assert!(
        timeout(Duration::from_secs(60), client.read_u8())
            .await
            .is_err()
    );
    client.write_all(&[6]).await.unwrap();
    net.heal();
    assert_eq!(client.read_u8().await, Err(ErrorKind::ConnectionReset));
}

#[solipsism::test]
async fn what_a_partition_kept_is_lost_with_the_host_that_was_to_send_it_again(net: Network) {
    let api = net.host("api.internal");
    api.run(serve);
    let mut client = TcpStream::connect("api.internal:80").await.unwrap();
    net.one_way("api.internal", "localhost").partition();
    client.write_all(&[1]).await.unwrap();
    sleep(millis(1)).await;
    api.crash();
    net.heal();
    assert_eq!(client.read_u8().await, Err(ErrorKind::ConnectionReset));
}

#[solipsism::test]
async fn what_a_hold_kept_was_sent_and_arrives(net: Network) {
    let api = net.host("api.internal");
    api.run(serve);
    let mut client = TcpStream::connect("api.internal:80").await.unwrap();
    let link = net.one_way("api.internal", "localhost");
    link.hold();
    client.write_all(&[1]).await.unwrap();
    sleep(millis(1)).await;
    api.crash();
    link.release();
    assert_eq!(client.read_u8().await, Ok(2));
    assert_eq!(client.read_u8().await, Err(ErrorKind::ConnectionReset));
}
