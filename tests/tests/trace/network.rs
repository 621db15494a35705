//! What happens on the network, as events.

use std::io::{self, ErrorKind};
use std::time::Duration;

use expect_test::expect;
use solipsism::EventLoop;
use solipsism::fixtures::StreamPair;
use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::{Network, TcpListener, TcpStream, UdpSocket, UnixDatagram};
use solipsism::trace::{Kind, NetEvent};

use super::told;

#[solipsism::test]
async fn a_stream_from_its_connect_to_its_end(event_loop: EventLoop) -> io::Result<()> {
    event_loop.start_trace(100);
    let listener = TcpListener::bind("test.invalid:1234").await?;
    let mut client = TcpStream::connect("test.invalid:1234").await?;
    let (mut server, _) = listener.accept().await?;
    client.write_all(b"GET / HTTP/1.1\r\n").await?;
    server.read_exact(&mut [0; 3]).await?;
    client.shutdown().await?;
    server.read_to_end(&mut Vec::new()).await?;
    server.write_all(b"x").await?;
    drop(client);
    assert!(server.write_all(b"y").await.is_err());
    drop((server, listener));
    expect![[r#"
        0ns the body listens at 10.196.127.246:1234 (test.invalid)
        0ns the body connects to 10.196.127.246:1234 (test.invalid)
        0ns 10.255.255.254:32768 (localhost) is connected to 10.196.127.246:1234 (test.invalid)
        0ns the body accepts 10.255.255.254:32768 (localhost) at 10.196.127.246:1234 (test.invalid)
        0ns the body sends 16 bytes to 10.196.127.246:1234 (test.invalid): "GET / HTTP/1.1\r\n"
        0ns the body reads 3 bytes from 10.255.255.254:32768 (localhost): "GET"
        0ns the body sends no more to 10.196.127.246:1234 (test.invalid)
        0ns the body reads 13 bytes from 10.255.255.254:32768 (localhost): " / HTTP/1.1\r\n"
        0ns the body reads the end of the stream from 10.255.255.254:32768 (localhost)
        0ns the body sends 1 byte to 10.255.255.254:32768 (localhost): "x"
        0ns the body closes the stream to 10.196.127.246:1234 (test.invalid), with 1 byte unread
        0ns the stream of 10.196.127.246:1234 (test.invalid) is reset by 10.255.255.254:32768 (localhost)
        0ns the body fails to use the stream to 10.255.255.254:32768 (localhost): broken pipe
        0ns the body closes the stream to 10.255.255.254:32768 (localhost)
        0ns nobody listens at 10.196.127.246:1234 (test.invalid) any more
    "#]].assert_eq(&told(&event_loop));
    Ok(())
}

#[solipsism::test]
async fn a_connect_that_nobody_answers(event_loop: EventLoop) {
    event_loop.start_trace(100);
    let refused = TcpStream::connect("test.invalid:1234").await;
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::ConnectionRefused);
    expect![[r#"
        0ns the body connects to 10.196.127.246:1234 (test.invalid)
        0ns connecting to 10.196.127.246:1234 (test.invalid) fails: connection refused
        0ns the body is woken by the network
    "#]]
    .assert_eq(&told(&event_loop));
}

#[solipsism::test]
async fn what_is_under_way(event_loop: EventLoop, net: Network) -> io::Result<()> {
    net.link("localhost", "test.invalid")
        .latency(Duration::from_millis(5));
    let listener = TcpListener::bind("test.invalid:1234").await?;
    let mut client = TcpStream::connect("test.invalid:1234").await?;
    let (mut server, _) = listener.accept().await?;
    event_loop.start_trace(100);
    client.write_all(b"hello").await?;
    server.read_exact(&mut [0; 5]).await?;
    drop(client);
    server.read_to_end(&mut Vec::new()).await?;
    expect![[r#"
        10ms the body sends 5 bytes to 10.196.127.246:1234 (test.invalid): "hello"
        15ms 10.196.127.246:1234 (test.invalid) gets 5 bytes from 10.255.255.254:32768 (localhost)
        15ms the body is woken by the network
        15ms the body reads 5 bytes from 10.255.255.254:32768 (localhost): "hello"
        15ms the body closes the stream to 10.196.127.246:1234 (test.invalid)
        20ms 10.196.127.246:1234 (test.invalid) gets the end of the stream from 10.255.255.254:32768 (localhost)
        20ms the body is woken by the network
        20ms the body reads the end of the stream from 10.255.255.254:32768 (localhost)
    "#]].assert_eq(&told(&event_loop));
    Ok(())
}

#[solipsism::test]
async fn datagrams(event_loop: EventLoop, net: Network) -> io::Result<()> {
    let one = UdpSocket::bind("one.internal:1").await?;
    let other = UdpSocket::bind("other.internal:2").await?;
    event_loop.start_trace(100);
    one.send_to(b"first", "other.internal:2").await?;
    other.recv_from(&mut [0; 8]).await?;
    one.send_to(b"nobody is there", "other.internal:3").await?;
    let links = net.link("one.internal", "other.internal");
    links.latency(Duration::from_millis(1));
    one.send_to(b"second", "other.internal:2").await?;
    other.recv_from(&mut [0; 3]).await?;
    links.loss(1.0);
    one.send_to(b"third", "other.internal:2").await?;
    let (left, right) = UnixDatagram::pair()?;
    left.send(b"\0").await?;
    right.recv(&mut [0; 1]).await?;
    expect![[r#"
        0ns the body sends 5 bytes to 10.239.105.192:2 (other.internal): "first"
        0ns the body reads 5 bytes from 10.239.108.93:1 (one.internal): "first"
        0ns the body sends 15 bytes to 10.239.105.192:3 (other.internal): "nobody is there"
        0ns a datagram of 15 bytes from 10.239.108.93:1 (one.internal) to 10.239.105.192:3 (other.internal) is lost
        0ns the body sets a latency of 1ms on the links between one.internal and other.internal
        0ns the body sends 6 bytes to 10.239.105.192:2 (other.internal): "second"
        1ms 10.239.105.192:2 (other.internal) gets a datagram of 6 bytes from 10.239.108.93:1 (one.internal)
        1ms the body is woken by the network
        1ms the body reads 3 bytes from 10.239.108.93:1 (one.internal): "sec"
        1ms the body sets a loss of 1 on the links between one.internal and other.internal
        1ms the body sends 5 bytes to 10.239.105.192:2 (other.internal): "third"
        1ms a datagram of 5 bytes from 10.239.108.93:1 (one.internal) to 10.239.105.192:2 (other.internal) is lost
        1ms the body sends 1 byte to an unnamed unix socket: "\x00"
        1ms the body reads 1 byte from an unnamed unix socket: "\x00"
    "#]].assert_eq(&told(&event_loop));
    Ok(())
}

#[solipsism::test]
async fn who_can_be_sent_datagrams_and_until_when(
    event_loop: EventLoop,
    net: Network,
) -> io::Result<()> {
    event_loop.start_trace(100);
    let dns = UdpSocket::bind("dns.internal:53").await?;
    let log = UnixDatagram::bind("/run/log")?;
    let _unnamed = UnixDatagram::unbound()?;
    let one = UdpSocket::bind("one.internal:1").await?;
    drop(dns);
    one.send_to(b"who?", "dns.internal:53").await?;
    drop(log);
    net.host("one.internal").crash();
    drop(one);
    expect![[r#"
        0ns the body binds 10.183.19.172:53 (dns.internal)
        0ns the body binds /run/log
        0ns the body binds 10.239.108.93:1 (one.internal)
        0ns nobody is bound to 10.183.19.172:53 (dns.internal) any more
        0ns the body sends 4 bytes to 10.183.19.172:53 (dns.internal): "who?"
        0ns a datagram of 4 bytes from 10.239.108.93:1 (one.internal) to 10.183.19.172:53 (dns.internal) is lost
        0ns nobody is bound to /run/log any more
        0ns the body crashes the host one.internal
        0ns nobody is bound to 10.239.108.93:1 (one.internal) any more
    "#]].assert_eq(&told(&event_loop));
    Ok(())
}

#[solipsism::test]
async fn bytes_are_shown_as_in_a_literal(
    event_loop: EventLoop,
    StreamPair(mut one, mut other): StreamPair,
) -> io::Result<()> {
    event_loop.start_trace(100);
    let all: Vec<u8> = (0..=255).collect();
    one.write_all(&all).await?;
    one.write_all(b"\"quoted\" \\ \t\r\n\xff").await?;
    one.write_all(&[b'a'; 40]).await?;
    one.write_all(&[b'b'; 41]).await?;
    other.read_exact(&mut [0; 3]).await?;
    let shown: Vec<_> = event_loop
        .trace()
        .into_iter()
        .filter_map(|event| match event.kind {
            Kind::Net(NetEvent::Sends { bytes, .. } | NetEvent::Receives { bytes, .. }) => Some(
                format!("{} {} {}", bytes.length, bytes.text, bytes.is_whole),
            ),
            _ => None,
        })
        .collect();
    expect![[r#"
        256 \x00\x01\x02\x03\x04\x05\x06\x07\x08\t\n false
        15 \"quoted\" \\ \t\r\n\xff true
        40 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa true
        41 bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb false
        3 \x00\x01\x02 true
    "#]]
    .assert_eq(&(shown.join("\n") + "\n"));
    Ok(())
}
