use solipsism::fixtures::Server;
use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::Stream;
use std::io;

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

#[solipsism::test]
async fn over_tcp(server: Server) -> io::Result<()> {
    let mut client = server.start_and_connect(shout).await?;
    client.write_all(b"hey").await?;
    let mut reply = [0; 3];
    client.read_exact(&mut reply).await?;
    assert_eq!(&reply, b"HEY");
    Ok(()) // then this test's own streams go, the handlers finish, and the server is closed, whatever the outcome
}

solipsism::main!();
