use std::time::Duration;

use tokio::io::{self, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::task;
use tokio::time::{self, Instant};

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

#[tokio::test(start_paused = true)]
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

#[tokio::test(start_paused = true)]
async fn beats_each_second() {
    let (send, mut beats) = mpsc::unbounded_channel();
    tokio::spawn(heartbeat(send));
    task::yield_now().await; // or else the first beat is a second late
    for _ in 0..4 {
        time::advance(Duration::from_secs(1)).await; // 4 s at once are one beat
        task::yield_now().await; // or else the last beat is not there
    }
    let mut heard = 0;
    while beats.try_recv().is_ok() {
        heard += 1;
    }
    assert_eq!(heard, 5);
}

#[tokio::test(start_paused = true)]
async fn hangs_up_on_the_idle() {
    let (mut client, server) = io::duplex(1024); // with sockets the clock would run ahead of them
    tokio::spawn(echo(server));
    let start = Instant::now();
    client.write_all(b"hello").await.unwrap();
    let mut all = String::new();
    client.read_to_string(&mut all).await.unwrap();
    assert_eq!(all, "hello");
    assert_eq!(start.elapsed(), Duration::from_secs(30));
}
