use std::io;
use std::net::Ipv4Addr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{self, Instant};
use turmoil::net::{TcpListener, TcpStream};

const SERVER: (&str, u16) = ("server", 9000);
const SECOND: Duration = Duration::from_secs(1);

async fn serve() -> turmoil::Result {
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, SERVER.1)).await?;
    loop {
        let (mut stream, _) = listener.accept().await?;
        tokio::spawn(async move {
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

#[test]
fn a_question_takes_a_round_trip() -> turmoil::Result {
    let mut sim = turmoil::Builder::new().rng_seed(7).build();
    sim.host(SERVER.0, serve);
    sim.client("client", async {
        let mut stream = TcpStream::connect(SERVER).await?;
        assert_eq!(stream.peer_addr()?.ip(), turmoil::lookup(SERVER.0));
        let start = Instant::now();
        ask(&mut stream).await?;
        let least = Duration::from_millis(40);
        assert!((least..least + Duration::from_millis(4)).contains(&start.elapsed()));
        Ok(())
    });
    sim.set_link_latency("client", SERVER.0, Duration::from_millis(20));
    sim.run()
}

#[test]
fn nobody_gets_through_a_partition() -> turmoil::Result {
    let mut sim = turmoil::Builder::new().build();
    sim.host(SERVER.0, serve);
    sim.client("client", async {
        turmoil::partition("client", SERVER.0);
        assert!(TcpStream::connect(SERVER).await.is_err());
        turmoil::repair("client", SERVER.0);
        ask(&mut TcpStream::connect(SERVER).await?).await?;
        Ok(())
    });
    sim.run()
}

#[test]
fn what_is_held_comes_later() -> turmoil::Result {
    let mut sim = turmoil::Builder::new().build();
    sim.host(SERVER.0, serve);
    sim.client("client", async {
        let mut stream = TcpStream::connect(SERVER).await?;
        turmoil::hold("client", SERVER.0);
        stream.write_all(b"hello").await?;
        let mut heard = [0; 5];
        let answer = time::timeout(SECOND, stream.read_exact(&mut heard)).await;
        assert!(answer.is_err());
        turmoil::release("client", SERVER.0);
        stream.read_exact(&mut heard).await?;
        Ok(())
    });
    sim.run()
}

#[test]
fn a_server_crashes_and_comes_back() -> turmoil::Result {
    let mut sim = turmoil::Builder::new().build();
    sim.host(SERVER.0, serve);
    sim.client("client", async {
        let mut stream = TcpStream::connect(SERVER).await?;
        ask(&mut stream).await?;
        time::sleep(2 * SECOND).await; // at 1 s it crashes
        assert!(ask(&mut stream).await.is_err());
        time::sleep(2 * SECOND).await; // at 3 s it is back
        ask(&mut TcpStream::connect(SERVER).await?).await?;
        Ok(())
    });
    while sim.elapsed() < SECOND {
        sim.step()?;
    }
    sim.crash(SERVER.0);
    while sim.elapsed() < 3 * SECOND {
        sim.step()?;
    }
    sim.bounce(SERVER.0);
    sim.run()
}
