use std::io;
use std::time::Duration;

use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::{Host, Network, TcpListener, TcpStream};
use solipsism::time::{self, Instant};

const SERVER: &str = "server:9000";
const SECOND: Duration = Duration::from_secs(1);

async fn serve() -> io::Result<()> {
    let listener = TcpListener::bind(SERVER).await?;
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

fn server(net: &Network) -> Host {
    let server = net.host("server");
    server.run(serve);
    server
}

#[solipsism::test]
async fn a_question_takes_a_round_trip(net: Network) -> io::Result<()> {
    server(&net);
    net.every_link().latency(Duration::from_millis(20));
    let mut stream = TcpStream::connect(SERVER).await?;
    let start = Instant::now();
    ask(&mut stream).await?;
    assert_eq!(start.elapsed(), Duration::from_millis(40));
    Ok(())
}

#[solipsism::test]
async fn what_cannot_pass_comes_later(net: Network) -> io::Result<()> {
    server(&net);
    let mut stream = TcpStream::connect(SERVER).await?;
    let there = net.one_way("localhost", "server");
    there.partition();
    stream.write_all(b"hello").await?;
    let mut heard = [0; 5];
    let answer = time::timeout(SECOND, stream.read_exact(&mut heard)).await;
    assert!(answer.is_err());
    there.heal();
    stream.read_exact(&mut heard).await
}

#[solipsism::test]
async fn a_server_crashes_and_comes_back(net: Network) -> io::Result<()> {
    let server = server(&net);
    let mut stream = TcpStream::connect(SERVER).await?;
    ask(&mut stream).await?;
    server.crash();
    assert!(ask(&mut stream).await.is_err());
    server.restart();
    ask(&mut TcpStream::connect(SERVER).await?).await
}

solipsism::main!();
