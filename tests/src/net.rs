//! What the suites of the network share: a server to ask, a link to do something to, and bytes to send.

use std::io::{self, ErrorKind};
use std::net::IpAddr;

use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::{Link, Network, TcpListener, TcpStream};
use solipsism::spawn;
use solipsism::time::{Duration, Instant, sleep};

/// So many milliseconds.
#[must_use]
pub const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// So many seconds.
#[must_use]
pub const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

/// A connection from the body's host to `api.internal`: the client's end and the server's.
///
/// # Panics
///
/// If there is none to be had.
pub async fn connected() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("api.internal:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let client = TcpStream::connect(addr).await.unwrap();
    (client, listener.accept().await.unwrap().0)
}

/// The link between these two.
#[must_use]
pub fn link() -> Link {
    Network::current().link("localhost", "api.internal")
}

/// What a test reads, as it wants to compare it.
#[expect(async_fn_in_trait, reason = "the suites run on one thread")]
pub trait Receive {
    /// The next byte.
    async fn receive(&mut self) -> Result<u8, ErrorKind>;
}

impl Receive for TcpStream {
    async fn receive(&mut self) -> Result<u8, ErrorKind> {
        let mut byte = [0];
        let read = self.read_exact(&mut byte).await;
        read.map(|()| byte[0]).map_err(|error| error.kind())
    }
}

/// When each of these bytes arrives that are sent a millisecond apart.
///
/// # Panics
///
/// If one overtakes another, or is lost.
pub async fn arrivals(count: u8) -> Vec<Duration> {
    let (mut client, mut server) = connected().await;
    let start = Instant::now();
    let sender = spawn(async move {
        for byte in 0..count {
            client.write_all(&[byte]).await.unwrap();
            sleep(millis(1)).await;
        }
        client
    });
    let mut arrivals = Vec::new();
    for byte in 0..count {
        assert_eq!(
            server.receive().await,
            Ok(byte),
            "no byte overtakes another"
        );
        arrivals.push(start.elapsed());
    }
    drop(sender.await.unwrap());
    arrivals
}

/// Answers every byte with the next one, on port 80 of its own host.
///
/// # Errors
///
/// Those of its listener.
pub async fn serve() -> io::Result<()> {
    let listener = TcpListener::bind("0.0.0.0:80").await?;
    loop {
        let (mut stream, _) = listener.accept().await?;
        spawn(async move {
            let mut byte = [0];
            while stream.read_exact(&mut byte).await.is_ok() {
                byte[0] += 1;
                if stream.write_all(&byte).await.is_err() {
                    break;
                }
            }
        });
    }
}

/// One byte there and back.
///
/// # Errors
///
/// Those of the stream.
pub async fn ask(stream: &mut TcpStream) -> io::Result<u8> {
    let mut byte = [1];
    stream.write_all(&byte).await?;
    stream.read_exact(&mut byte).await?;
    Ok(byte[0])
}

/// Why there is no connection.
///
/// # Panics
///
/// If there is.
pub async fn connect_error(addr: &str) -> ErrorKind {
    TcpStream::connect(addr).await.unwrap_err().kind()
}

/// The address of the host that a task is on: that from which it connects.
///
/// # Panics
///
/// If it cannot.
pub async fn own_ip() -> IpAddr {
    let _listener = TcpListener::bind("witness.test:80").await.unwrap();
    let client = TcpStream::connect("witness.test:80").await.unwrap();
    client.local_addr().unwrap().ip()
}

/// As many pseudo-random bytes.
#[must_use]
pub fn noise(len: usize, mut state: u64) -> Vec<u8> {
    let bytes = (0..len).map(|_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 56) as u8
    });
    bytes.collect()
}
