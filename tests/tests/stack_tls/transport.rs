//! TLS as a transport of the server fixture.

use std::io;

use solipsism::fixtures::EachTransport;
use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::{Stream, TcpStream};

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
async fn over_each(EachTransport(server): EachTransport) -> io::Result<()> {
    server.start(shout).await?;
    let mut client = server.connect().await?;
    client.write_all(b"ohai").await?;
    let mut reply = [0; 4];
    client.read_exact(&mut reply).await?;
    assert_eq!(&reply, b"OHAI");
    server.close().await; // stops listening; existing connections go on
    assert!(server.connect().await.is_err());
    client.write_all(b"more").await?;
    client.read_exact(&mut reply).await?;
    assert_eq!(&reply, b"MORE");
    Ok(())
}

/// A handler that is told of the end by a drop, and one that ends a client's stream by dropping its own.
#[solipsism::test]
async fn a_drop_is_an_end_over_each(EachTransport(server): EachTransport) -> io::Result<()> {
    server
        .start(async |mut stream: Stream| {
            let mut all = String::new();
            stream.read_to_string(&mut all).await?;
            assert_eq!(all, "");
            io::Result::Ok(())
        })
        .await?;
    drop(server.connect().await?);
    server.close().await;

    server
        .start(async |mut stream: Stream| stream.write_all(b"bye").await)
        .await?;
    let mut all = String::new();
    server.connect().await?.read_to_string(&mut all).await?;
    assert_eq!(all, "bye");
    Ok(())
}

#[solipsism::test]
async fn clients_are_served_while_one_says_nothing(
    #[with(transports = [tls])] EachTransport(server): EachTransport,
) -> io::Result<()> {
    server.start(shout).await?;
    let addr = server.addr().as_inet().unwrap();
    let _silent = TcpStream::connect(addr).await?;
    let mut confused = TcpStream::connect(addr).await?;
    confused.write_all(b"GET / HTTP/1.1\r\n\r\n").await?;
    let mut client = server.connect().await?;
    client.write_all(b"ohai").await?;
    client.read_exact(&mut [0; 4]).await?;
    // An alert, and the end.
    let mut alert = Vec::new();
    let _ = confused.read_to_end(&mut alert).await;
    assert_eq!(alert[0], 21);
    Ok(())
}

#[solipsism::test]
async fn a_stream_has_the_addresses_of_its_connection(
    #[with(transports = [tls])] EachTransport(server): EachTransport,
) -> io::Result<()> {
    server.start(shout).await?;
    let client = server.connect().await?;
    assert_eq!(client.peer_addr()?, server.addr());
    assert!(client.as_tcp().is_none());
    Ok(())
}

#[solipsism::test]
async fn large_messages_go_through_in_both_directions(
    #[with(transports = [tls])] EachTransport(server): EachTransport,
) -> io::Result<()> {
    server
        .start(async |stream: Stream| {
            let (reader, mut writer) = stream.into_split();
            solipsism::io::copy(reader, &mut writer).await?;
            writer.close().await
        })
        .await?;
    let (mut reader, mut writer) = server.connect().await?.into_split();
    let large = vec![b'x'; 1 << 20];
    let sent = large.clone();
    let writing = solipsism::spawn(async move {
        writer.write_all(&sent).await?;
        writer.close().await
    });
    let mut all = Vec::new();
    reader.read_to_end(&mut all).await?;
    writing.await.unwrap()?;
    assert_eq!(all.len(), large.len());
    Ok(())
}
