use std::net::SocketAddr;
use std::time::Duration;

use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::{TcpListener, TcpStream};

struct Server {
    addr: SocketAddr,
}

#[solipsism::fixture]
async fn server() -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    solipsism::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut heard = vec![0; 64];
            let n = stream.read(&mut heard).await.unwrap();
            heard[..n].make_ascii_uppercase();
            stream.write_all(&heard[..n]).await.unwrap();
        }
    })
    .background();
    Server { addr }
}

#[solipsism::fixture]
fn patience(#[default(30)] secs: u64) -> Duration {
    Duration::from_secs(secs)
}

#[solipsism::test(time_limit = "5s")]
#[case::short("hey", "HEY")]
#[case::long("hello there", "HELLO THERE")]
async fn shouts(server: Server, #[case] said: &str, #[case] heard: &str) {
    let mut stream = TcpStream::connect(server.addr).await.unwrap();
    stream.write_all(said.as_bytes()).await.unwrap();
    let mut all = String::new();
    stream.read_to_string(&mut all).await.unwrap();
    assert_eq!(all, heard);
}

#[solipsism::test]
async fn gives_up(
    #[from(patience)]
    #[with(secs = 90)]
    patience: Duration,
    #[values(1, 2)] tries: u32,
) {
    let start = solipsism::time::Instant::now();
    for _ in 0..tries {
        let never = std::future::pending::<()>();
        assert!(solipsism::time::timeout(patience, never).await.is_err());
    }
    assert_eq!(start.elapsed(), patience * tries);
}

solipsism::main!();
