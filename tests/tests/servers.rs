use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::{TcpListener, TcpStream};
use std::io::{self, ErrorKind};

#[solipsism::test]
async fn any_name_will_do() -> io::Result<()> {
    let listener = TcpListener::bind("test.invalid:1234").await?;
    let server = solipsism::spawn(async move {
        let (mut stream, _peer) = listener.accept().await?;
        let mut line = [0; 4];
        stream.read_exact(&mut line).await?;
        stream.write_all(b"pong").await?;
        io::Result::Ok(line)
    });
    let mut client = TcpStream::connect(("test.invalid", 1234)).await?;
    client.write_all(b"ping").await?;
    let mut reply = Vec::new();
    client.read_to_end(&mut reply).await?;
    assert_eq!(reply, b"pong");
    assert_eq!(&server.await.expect("the server finishes")?, b"ping");

    // The listener went out of scope with its task: nobody answers there any more.
    let refused = TcpStream::connect("test.invalid:1234").await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);

    let any = TcpListener::bind("test.invalid:0").await?;
    assert!(any.local_addr()?.port() > 60_000);
    Ok(())
}

solipsism::main!();
