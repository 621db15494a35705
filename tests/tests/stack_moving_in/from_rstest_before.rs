use std::net::SocketAddr;
use std::time::Duration;

use rstest::{fixture, rstest};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

struct Server {
    addr: SocketAddr,
}

#[fixture]
async fn server() -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut heard = vec![0; 64];
            let n = stream.read(&mut heard).await.unwrap();
            heard[..n].make_ascii_uppercase();
            stream.write_all(&heard[..n]).await.unwrap();
        }
    });
    Server { addr }
}

#[fixture]
fn patience(#[default(30)] secs: u64) -> Duration {
    Duration::from_secs(secs)
}

#[rstest]
#[case::short("hey", "HEY")]
#[case::long("hello there", "HELLO THERE")]
#[timeout(Duration::from_secs(5))]
#[tokio::test]
async fn shouts(#[future(awt)] server: Server, #[case] said: &str, #[case] heard: &str) {
    let mut stream = TcpStream::connect(server.addr).await.unwrap();
    stream.write_all(said.as_bytes()).await.unwrap();
    let mut all = String::new();
    stream.read_to_string(&mut all).await.unwrap();
    assert_eq!(all, heard);
}

#[rstest]
#[tokio::test(start_paused = true)]
async fn gives_up(#[with(90)] patience: Duration, #[values(1, 2)] tries: u32) {
    let start = tokio::time::Instant::now();
    for _ in 0..tries {
        let never = std::future::pending::<()>();
        assert!(tokio::time::timeout(patience, never).await.is_err());
    }
    assert_eq!(start.elapsed(), patience * tries);
}
