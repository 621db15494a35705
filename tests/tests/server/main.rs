//! `Server` and `EachTransport`.

mod ctx;
mod handlers;
mod over_each;
mod owned;
mod starting;
mod the_end;
mod without_a_server;

use std::io::{self, ErrorKind};
use std::time::Duration;

use solipsism::fixtures::Server;
use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::Stream;

const SECOND: Duration = Duration::from_secs(1);

async fn shout(mut stream: Stream) -> io::Result<()> {
    let mut buf = [0; 1024];
    loop {
        let n = stream.read(&mut buf).await?;
        if n == 0 {
            return Ok(());
        }
        stream.write_all(&buf[..n].to_ascii_uppercase()).await?;
    }
}

async fn ask(client: &mut Stream, question: &str) -> io::Result<String> {
    client.write_all(question.as_bytes()).await?;
    let mut reply = vec![0; question.len()];
    client.read_exact(&mut reply).await?;
    Ok(String::from_utf8(reply).expect("it was text"))
}

/// What every transport must do.
async fn serves(server: Server) -> io::Result<()> {
    server.start(shout).await?;
    let mut client = server.connect().await?;
    assert_eq!(ask(&mut client, "ohai").await?, "OHAI");
    server.close().await; // stops listening; existing connections go on
    let refused = server.connect().await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    assert_eq!(ask(&mut client, "still there").await?, "STILL THERE");
    server.start(shout).await?;
    let mut another = server.connect().await?;
    assert_eq!(ask(&mut another, "again").await?, "AGAIN");
    Ok(())
}

solipsism::main!();
