//! What is compiled with `cfg(test)` in the suite `stack_swaps`, compiled without it: over a real socket.

// As a test this would be the crate with a world in it, to whom a real listener means nothing.
#![cfg(not(test))]

#[path = "../../tests/stack_moving_in/import_swaps_crate.rs"]
mod import_swaps_crate;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let mut client = TcpStream::connect(listener.local_addr()?).await?;
    tokio::spawn(import_swaps_crate::serve(listener));
    client.write_all(b"hello").await?;
    let mut heard = [0; 5];
    client.read_exact(&mut heard).await?;
    println!("{}", String::from_utf8_lossy(&heard));
    Ok(())
}
