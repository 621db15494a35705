//! Servers whose handlers fail, or are waited for in vain.

use super::{Duration, Error, fmt, io, pending, time};
use solipsism::fixtures::transport::{Listener, Tcp, Transport, tcp};
use solipsism::fixtures::{EachTransport, Server};
use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::{Addr, Stream};

#[derive(Debug)]
struct BadFrame(io::Error);

impl fmt::Display for BadFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no frame was found")
    }
}

impl Error for BadFrame {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

async fn reads_a_frame(mut stream: Stream) -> Result<(), BadFrame> {
    time::sleep(Duration::from_secs(1)).await;
    stream.read_exact(&mut [0; 8]).await.map_err(BadFrame)
}

#[solipsism::test]
async fn a_handler_fails(server: Server) -> io::Result<()> {
    let mut client = server.start_and_connect(reads_a_frame).await?;
    client.write_all(b"short").await?;
    client.close().await?;
    // The handler is the cause, whatever comes of this.
    client.read_exact(&mut [0]).await
}

#[solipsism::test]
async fn a_handler_panics(
    #[with(transports = [unix])] EachTransport(server): EachTransport,
) -> io::Result<()> {
    server.start_and_connect(shout).await?;
    let mut client = server.connect().await?;
    client.read_exact(&mut [0]).await
}

async fn shout(stream: Stream) {
    let _stream = stream;
    panic!("nobody has taught me to shout");
}

#[solipsism::test]
async fn handlers_fail_when_the_test_is_over(server: Server) -> io::Result<()> {
    let mut count = 0;
    let handler = move |mut stream: Stream| {
        count += 1;
        let number = count;
        async move {
            stream.read_to_end(&mut Vec::new()).await?;
            time::sleep(Duration::from_secs(number)).await;
            match number {
                2 => io::Result::<()>::Err(io::ErrorKind::ConnectionReset.into()),
                _ => Err(io::Error::other("nothing was asked")),
            }
        }
    };
    server.start(handler).await?;
    let _clients = [
        server.connect().await?,
        server.connect().await?,
        server.connect().await?,
    ];
    Ok(())
}

#[solipsism::test]
async fn hangs_on_a_handler(server: Server) -> io::Result<()> {
    let mut client = server
        .start_and_connect(|mut stream: Stream| async move {
            stream.write_all(b"hello").await?;
            stream.read_exact(&mut [0; 4]).await
        })
        .await?;
    client.read_exact(&mut [0; 6]).await
}

#[solipsism::test]
async fn hangs_in_a_shutdown(server: Server) -> io::Result<()> {
    let _client = server.start_and_connect(reads_a_frame).await?;
    server.shutdown().await;
    Ok(())
}

#[solipsism::test]
async fn panics_beside_a_handler_that_does_not_end(server: Server) -> io::Result<()> {
    let _client = server
        .start_and_connect(|_stream| pending::<io::Result<()>>())
        .await?;
    assert_eq!(server.addr().to_string(), "another", "addresses");
    Ok(())
}

#[solipsism::test]
async fn panics_before_its_handlers_fail(server: Server) -> io::Result<()> {
    let mut count = 0;
    let handler = move |mut stream: Stream| {
        count += 1;
        let number = count;
        async move {
            stream.read_to_end(&mut Vec::new()).await?;
            assert_ne!(number, 2, "it is an odd one");
            Err::<(), _>(io::Error::other("nothing was asked"))
        }
    };
    server.start(handler).await?;
    let _clients = [server.connect().await?, server.connect().await?];
    panic!("it is too much");
}

struct Fragile(Tcp);

fn fragile() -> Fragile {
    Fragile(tcp())
}

struct Broken;

impl Transport for Fragile {
    type Listener = Broken;

    fn addr(&self) -> Addr {
        self.0.addr()
    }

    async fn listen(&self) -> io::Result<Broken> {
        Ok(Broken)
    }

    async fn connect(&self) -> io::Result<Stream> {
        self.0.connect().await
    }
}

impl Listener for Broken {
    async fn accept(&mut self) -> io::Result<Stream> {
        time::sleep(Duration::from_secs(1)).await;
        Err(io::Error::other("no certificate is valid"))
    }
}

#[solipsism::test]
async fn cannot_accept(
    #[with(transports = [fragile])] EachTransport(server): EachTransport,
) -> io::Result<()> {
    server.start(reads_a_frame).await?;
    time::sleep(Duration::from_secs(2)).await;
    Ok(())
}

#[solipsism::test]
async fn starts_twice(server: Server) -> io::Result<()> {
    server.start(reads_a_frame).await?;
    server.start(reads_a_frame).await
}
