use std::time::Duration;

use solipsism::EventLoop;
use solipsism::io::{self, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use solipsism::net::{Network, TcpListener, TcpStream};
use solipsism::time::{self, Instant};
use tokio::sync::mpsc; // needs neither tokio's clock nor its runtime

async fn retry<T, E, F>(mut attempt: impl FnMut() -> F) -> Option<T>
where
    F: Future<Output = Result<T, E>>,
{
    let mut pause = Duration::from_millis(100);
    let tries = async {
        loop {
            match attempt().await {
                Ok(done) => return done,
                Err(_) => time::sleep(pause).await,
            }
            pause *= 2;
        }
    };
    time::timeout(Duration::from_secs(60), tries).await.ok()
}

async fn heartbeat(beats: mpsc::UnboundedSender<()>) {
    let mut ticks = time::interval(Duration::from_secs(1));
    loop {
        ticks.tick().await;
        if beats.send(()).is_err() {
            return;
        }
    }
}

async fn echo(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
    let mut heard = [0; 64];
    let idle = Duration::from_secs(30);
    while let Ok(read) = time::timeout(idle, stream.read(&mut heard)).await {
        match read? {
            0 => break,
            n => stream.write_all(&heard[..n]).await?,
        }
    }
    Ok(())
}

#[solipsism::test]
async fn gives_up_after_a_minute() {
    let start = Instant::now();
    let mut tries = 0;
    let got: Option<()> = retry(|| {
        tries += 1;
        async { Err("busy") }
    })
    .await;
    assert_eq!((got, tries), (None, 10));
    assert_eq!(start.elapsed(), Duration::from_secs(60));
}

#[solipsism::test]
async fn beats_each_second(event_loop: EventLoop) {
    let (send, mut beats) = mpsc::unbounded_channel();
    solipsism::spawn(heartbeat(send));
    event_loop.advance(Duration::from_secs(4)).await;
    let mut heard = 0;
    while beats.try_recv().is_ok() {
        heard += 1;
    }
    assert_eq!(heard, 5);
}

#[solipsism::test]
async fn hangs_up_on_the_idle(net: Network) {
    let far = Duration::from_micros(1_500);
    net.link("localhost", "echo.internal").latency(far);
    let listener = TcpListener::bind("echo.internal:7").await.unwrap();
    solipsism::spawn(async move { echo(listener.accept().await.unwrap().0).await });
    let mut client = TcpStream::connect("echo.internal:7").await.unwrap();
    let start = Instant::now();
    client.write_all(b"hello").await.unwrap();
    let mut all = String::new();
    client.read_to_string(&mut all).await.unwrap();
    assert_eq!(all, "hello");
    assert_eq!(start.elapsed(), Duration::from_secs(30) + 2 * far);
}

solipsism::main!();
