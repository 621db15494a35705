//! Bodies that have their turns again and again, until the wall limit comes. How far they get depends on the machine.

use std::io;

use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::{Network, TcpListener, TcpStream};
use solipsism::task::Builder;
use solipsism::time::{Duration, interval, sleep};

const SECOND: Duration = Duration::from_secs(1);

/// A server that gives a sign of life each second.
async fn serve() -> io::Result<()> {
    let (mut stream, _) = TcpListener::bind("0.0.0.0:7").await?.accept().await?;
    loop {
        sleep(SECOND).await;
        stream.write_all(b".").await?;
    }
}

/// Reads until something else comes.
async fn read(net: &Network) -> io::Result<()> {
    net.host("echo.internal").run(serve);
    let mut stream = TcpStream::connect("echo.internal:7").await?;
    let mut frame = *b".";
    while frame == *b"." {
        stream.read_exact(&mut frame).await?;
    }
    Ok(())
}

#[solipsism::test(wall_limit = "300ms")]
#[ignore = "takes real time"]
async fn by_signs_of_life(net: Network) -> io::Result<()> {
    read(&net).await
}

#[solipsism::test(wall_limit = "300ms")]
#[ignore = "takes real time"]
async fn by_signs_of_life_from_afar(net: Network) -> io::Result<()> {
    let link = net.link("localhost", "echo.internal");
    link.latency(Duration::from_millis(20));
    read(&net).await
}

/// What it waits for itself is no surprise to anybody.
#[solipsism::test(wall_limit = "300ms")]
#[ignore = "takes real time"]
async fn by_its_own_deadlines_beside_others() {
    let beat = async {
        loop {
            sleep(SECOND / 2).await;
        }
    };
    Builder::new().name("beat").spawn(beat).background();
    let mut ticks = interval(SECOND);
    loop {
        ticks.tick().await;
    }
}
