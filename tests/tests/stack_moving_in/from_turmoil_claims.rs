//! What the chapter says of turmoil and of our network, held against both.

use std::time::Duration;

use solipsism::EventLoop;
use turmoil::{Builder, Result};

const SECOND: Duration = Duration::from_secs(1);

/// A server that takes connections and says nothing.
async fn accepts() -> Result {
    let listener = turmoil::net::TcpListener::bind("0.0.0.0:80").await?;
    let mut streams = Vec::new();
    loop {
        streams.push(listener.accept().await?);
    }
}

mod a_connect_through_a_partition {
    use super::{Builder, Result, SECOND, accepts};

    #[test]
    fn is_refused_by_turmoil_at_once() -> Result {
        let mut sim = Builder::new().build();
        sim.host("server", accepts);
        sim.client("client", async {
            let start = tokio::time::Instant::now();
            turmoil::partition("client", "server");
            let refused = turmoil::net::TcpStream::connect("server:80").await;
            let refused = refused.expect_err("the link is cut");
            assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
            assert!(start.elapsed().is_zero());
            Ok(())
        });
        sim.run()
    }

    #[solipsism::test]
    async fn times_out_here(net: solipsism::net::Network) {
        net.partition("localhost", "server");
        let start = solipsism::time::Instant::now();
        let late = solipsism::net::TcpStream::connect("server:80").await;
        let late = late.expect_err("the link is cut");
        assert_eq!(late.kind(), std::io::ErrorKind::TimedOut);
        assert!(start.elapsed() > 60 * SECOND);
    }
}

mod what_was_written_into_a_partition {
    use super::{Builder, Result, SECOND};

    #[test]
    fn is_lost_by_turmoil_with_the_connection() -> Result {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let mut sim = Builder::new().build();
        sim.host("server", || async {
            let listener = turmoil::net::TcpListener::bind("0.0.0.0:80").await?;
            let (mut stream, _) = listener.accept().await?;
            let read = tokio::time::timeout(8 * SECOND, stream.read(&mut [0; 9])).await;
            assert!(read.is_err(), "also what was written later does not come");
            Ok(())
        });
        sim.client("client", async {
            let mut stream = turmoil::net::TcpStream::connect("server:80").await?;
            turmoil::partition("client", "server");
            stream.write_all(b"lost").await?;
            turmoil::repair("client", "server");
            stream.write_all(b"after").await?;
            tokio::time::sleep(9 * SECOND).await;
            Ok(())
        });
        sim.run()
    }

    #[solipsism::test]
    async fn comes_later_here(net: solipsism::net::Network) {
        use solipsism::io::{AsyncReadExt, AsyncWriteExt};
        let listener = solipsism::net::TcpListener::bind("server:80")
            .await
            .unwrap();
        let mut stream = solipsism::net::TcpStream::connect("server:80")
            .await
            .unwrap();
        let (mut served, _) = listener.accept().await.unwrap();
        net.partition("localhost", "server");
        stream.write_all(b"held").await.unwrap();
        net.heal();
        stream.write_all(b"after").await.unwrap();
        let mut heard = [0; 9];
        served.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, b"heldafter");
    }
}

mod a_client_that_waits_for_nothing {
    use super::{Builder, EventLoop};
    use std::future::pending;

    #[test]
    fn runs_into_the_duration_of_a_simulation() {
        let mut sim = Builder::new().build();
        sim.client("client", async {
            pending::<()>().await;
            Ok(())
        });
        let error = sim.run().expect_err("it never finishes").to_string();
        assert!(error.contains("without completing"), "{error}");
        assert_eq!(sim.elapsed().as_secs(), 10);
    }

    #[test]
    fn is_told_at_once_here() {
        let event_loop = EventLoop::new();
        event_loop.run(pending::<()>()).unwrap_err();
        assert_eq!(format!("{:?}", event_loop.now()), "0ns");
    }
}

#[test]
fn turmoil_loses_a_panic_of_a_task_that_nobody_awaits() -> Result {
    let mut sim = Builder::new().build();
    sim.client("client", async {
        tokio::spawn(async { panic!("nobody asks") });
        tokio::time::sleep(SECOND).await;
        Ok(())
    });
    sim.run()
}

#[test]
fn turmoil_takes_some_time_for_a_packet_and_ours_none() -> Result {
    let mut sim = Builder::new().rng_seed(7).build();
    sim.host("server", accepts);
    sim.client("client", async {
        let start = tokio::time::Instant::now();
        turmoil::net::TcpStream::connect("server:80").await?;
        assert!(!start.elapsed().is_zero());
        Ok(())
    });
    sim.run()?;
    let event_loop = EventLoop::new();
    event_loop.block_on(async {
        let _listener = solipsism::net::TcpListener::bind("server:80").await?;
        solipsism::net::TcpStream::connect("server:80").await
    })?;
    assert_eq!(format!("{:?}", event_loop.now()), "0ns");
    Ok(())
}
