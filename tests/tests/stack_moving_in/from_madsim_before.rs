#![cfg(madsim)]

use std::io;
use std::time::Duration;

use madsim::net::{NetSim, TcpListener, TcpStream};
use madsim::runtime::{Handle, NodeHandle};
use madsim::time::{self, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const SERVER: &str = "10.0.0.1:9000";
const SECOND: Duration = Duration::from_secs(1);

async fn serve() {
    let listener = TcpListener::bind(SERVER).await.unwrap();
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        madsim::task::spawn(async move {
            let mut heard = [0; 64];
            while let Ok(n @ 1..) = stream.read(&mut heard).await {
                stream.write_all(&heard[..n]).await?;
                stream.flush().await?;
            }
            io::Result::Ok(())
        });
    }
}

async fn ask(stream: &mut TcpStream) -> io::Result<()> {
    stream.write_all(b"hello").await?;
    stream.flush().await?;
    stream.read_exact(&mut [0; 5]).await?;
    Ok(())
}

async fn server_and_client() -> (NodeHandle, NodeHandle) {
    let (server, client) = ("10.0.0.1".parse(), "10.0.0.2".parse());
    let cluster = Handle::current();
    let server = cluster
        .create_node()
        .ip(server.unwrap())
        .init(serve)
        .build();
    let client = cluster.create_node().ip(client.unwrap()).build();
    time::sleep(SECOND).await; // until it listens
    (server, client)
}

#[madsim::test]
async fn a_question_takes_a_round_trip() {
    let (_server, client) = server_and_client().await;
    let test = client.spawn(async {
        let latency = Duration::from_millis(20)..Duration::from_micros(20_001);
        NetSim::current().update_config(|config| config.send_latency = latency);
        let mut stream = TcpStream::connect(SERVER).await.unwrap();
        let start = Instant::now();
        ask(&mut stream).await.unwrap();
        let least = Duration::from_millis(40);
        assert!((least..least + Duration::from_millis(4)).contains(&start.elapsed()));
    });
    test.await.unwrap();
}

#[madsim::test]
async fn what_cannot_pass_comes_later() {
    let (server, client) = server_and_client().await;
    let (here, there) = (client.id(), server.id());
    let test = client.spawn(async move {
        let net = NetSim::current();
        let mut stream = TcpStream::connect(SERVER).await.unwrap();
        net.clog_link(here, there);
        stream.write_all(b"hello").await.unwrap();
        stream.flush().await.unwrap();
        let mut heard = [0; 5];
        let answer = time::timeout(SECOND, stream.read_exact(&mut heard)).await;
        assert!(answer.is_err());
        net.unclog_link(here, there);
        stream.read_exact(&mut heard).await.unwrap();
    });
    test.await.unwrap();
}

#[madsim::test]
async fn a_server_crashes_and_comes_back() {
    let (server, client) = server_and_client().await;
    let test = client.spawn(async move {
        let cluster = Handle::current();
        let mut stream = TcpStream::connect(SERVER).await.unwrap();
        ask(&mut stream).await.unwrap();
        cluster.kill(server.id());
        assert!(ask(&mut stream).await.is_err());
        cluster.restart(server.id());
        time::sleep(SECOND).await;
        let mut stream = TcpStream::connect(SERVER).await.unwrap();
        ask(&mut stream).await.unwrap();
    });
    test.await.unwrap();
}
