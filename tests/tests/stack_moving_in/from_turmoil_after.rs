use std::io;
use std::net::Ipv4Addr;
use std::time::Duration;

use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::{Network, TcpListener, TcpStream};
use solipsism::time::{self, Instant};

const SERVER: (&str, u16) = ("server", 9000);
const SECOND: Duration = Duration::from_secs(1);

async fn serve() -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, SERVER.1)).await?;
    loop {
        let (mut stream, _) = listener.accept().await?;
        solipsism::spawn(async move {
            let mut heard = [0; 64];
            while let Ok(n @ 1..) = stream.read(&mut heard).await {
                stream.write_all(&heard[..n]).await?;
            }
            io::Result::Ok(())
        });
    }
}

async fn ask(stream: &mut TcpStream) -> io::Result<()> {
    stream.write_all(b"hello").await?;
    stream.read_exact(&mut [0; 5]).await?;
    Ok(())
}

#[solipsism::test]
async fn a_question_takes_a_round_trip(net: Network) -> io::Result<()> {
    net.host(SERVER.0).run(serve);
    net.link("localhost", SERVER.0)
        .latency(Duration::from_millis(20));
    let mut stream = TcpStream::connect(SERVER).await?;
    assert_eq!(stream.peer_addr()?.ip(), net.host(SERVER.0).addr());
    let start = Instant::now();
    ask(&mut stream).await?;
    assert_eq!(start.elapsed(), Duration::from_millis(40));
    Ok(())
}

#[solipsism::test]
async fn nobody_gets_through_a_partition(net: Network) -> io::Result<()> {
    net.host(SERVER.0).run(serve);
    net.partition("localhost", SERVER.0);
    let mut connecting = Box::pin(TcpStream::connect(SERVER));
    assert!(time::timeout(SECOND, &mut connecting).await.is_err());
    net.heal();
    ask(&mut connecting.await?).await
}

#[solipsism::test]
async fn what_is_held_comes_later(net: Network) -> io::Result<()> {
    net.host(SERVER.0).run(serve);
    let mut stream = TcpStream::connect(SERVER).await?;
    let link = net.link("localhost", SERVER.0);
    link.hold();
    stream.write_all(b"hello").await?;
    let mut heard = [0; 5];
    let answer = time::timeout(SECOND, stream.read_exact(&mut heard)).await;
    assert!(answer.is_err());
    link.release();
    stream.read_exact(&mut heard).await
}

#[solipsism::test]
async fn a_server_crashes_and_comes_back(net: Network) -> io::Result<()> {
    let server = net.host(SERVER.0);
    server.run(serve);
    let mut stream = TcpStream::connect(SERVER).await?;
    ask(&mut stream).await?;
    server.crash();
    assert!(ask(&mut stream).await.is_err());
    server.restart();
    ask(&mut TcpStream::connect(SERVER).await?).await
}

solipsism::main!();
