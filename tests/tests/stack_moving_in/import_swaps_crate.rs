/// What the crate uses of a runtime. Everything else imports from here, and never from tokio.
mod rt {
    #[cfg(test)]
    pub(crate) use solipsism::{net, spawn, time};
    #[cfg(not(test))]
    pub(crate) use tokio::{net, spawn, time};
}

use std::io;
use std::time::Duration;

use rt::net::{TcpListener, TcpStream};
use rt::{spawn, time};
use tokio::io::{AsyncReadExt, AsyncWriteExt}; // tokio's traits are on both streams

/// Answers each client, and hangs up on those that are silent for a minute.
pub async fn serve(listener: TcpListener) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        spawn(answer(stream));
    }
}

async fn answer(mut stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut heard = [0; 64];
    while let n @ 1.. = time::timeout(Duration::from_secs(60), stream.read(&mut heard)).await?? {
        stream.write_all(&heard[..n]).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use solipsism::time::Instant;

    #[solipsism::test]
    async fn the_silent_are_hung_up_on() {
        let listener = TcpListener::bind("echo.internal:7").await.unwrap();
        spawn(serve(listener)).background();
        let mut client = TcpStream::connect("echo.internal:7").await.unwrap();
        client.write_all(b"hello").await.unwrap();
        let start = Instant::now();
        let mut heard = String::new();
        client.read_to_string(&mut heard).await.unwrap();
        assert_eq!(heard, "hello");
        assert_eq!(start.elapsed(), Duration::from_secs(60));
    }
}
