//! However many connections come and go, what they leave behind does not grow. In a process of its own, since it is that
//! one's memory.

use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::{TcpListener, TcpStream};

/// In KiB, where the system tells.
fn memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

async fn open_and_drop(count: u32) {
    let listener = TcpListener::bind("server.internal:80").await.unwrap();
    let mut before = None;
    for number in 0..count {
        let mut client = TcpStream::connect("server.internal:80").await.unwrap();
        let (mut server, from) = listener.accept().await.unwrap();
        assert_eq!(from.port(), 32_768, "each takes the port of the one before");
        client.write_all(b"ping").await.unwrap();
        server.read_exact(&mut [0; 4]).await.unwrap();
        // Refused ones and those that are given up leave nothing either.
        TcpStream::connect("nobody.internal:80").await.unwrap_err();
        drop(TcpStream::connect("server.internal:80"));
        if number == 1000 {
            before = memory();
        }
    }
    if let (Some(before), Some(after)) = (before, memory()) {
        assert!(after < before + 1024, "from {before} KiB to {after} KiB");
    }
}

/// A tenth of what the next one does, which is enough for what grows with each of them to be seen.
#[solipsism::test]
async fn a_hundred_thousand_come_and_go() {
    open_and_drop(100_000).await;
}

#[solipsism::test]
#[ignore = "takes several seconds in a debug build"]
async fn a_million_come_and_go() {
    open_and_drop(1_000_000).await;
}

solipsism::main!();
