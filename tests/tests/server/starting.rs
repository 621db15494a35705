//! Starting, once and again, and the addresses.

use std::io::{self, ErrorKind};

use solipsism::fixtures::{EachTransport, Server};
use solipsism::net::{Addr, Stream, TcpListener, TcpStream};
use solipsism::time::{self, Instant};

use super::{SECOND, ask, shout};

#[solipsism::test]
async fn twice_is_an_error(server: Server) -> io::Result<()> {
    server.start(shout).await?;
    let error = server.start(shout).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AddrInUse);
    assert_eq!(
        error.to_string(),
        "the server at 127.0.0.1:60001 was started already: `close` it before it is started again"
    );
    assert_eq!(ask(&mut server.connect().await?, "hey").await?, "HEY");
    Ok(())
}

#[solipsism::test]
async fn a_future_that_is_not_awaited_starts_nothing(server: Server) {
    drop(server.start(shout));
    assert!(server.connect().await.is_err());
}

#[solipsism::test]
async fn each_server_has_a_port_of_its_own(one: Server, other: Server) -> io::Result<()> {
    assert_ne!(one.addr(), other.addr());
    one.start(shout).await?;
    one.close().await;
    // Not even when nobody listens there any more.
    let third = TcpListener::bind("localhost:0").await?;
    assert_eq!(third.local_addr()?.port(), 60_003);
    assert!(other.connect().await.is_err());
    Ok(())
}

#[solipsism::test]
async fn the_address_is_one_that_a_socket_takes(server: Server) -> io::Result<()> {
    server.start(shout).await?;
    let tcp = TcpStream::connect(server.addr()).await?;
    assert_eq!(Addr::from(tcp.peer_addr()?), server.addr());
    let any = Stream::connect(&server.addr()).await?;
    assert_eq!(any.peer_addr()?, server.addr());
    Ok(())
}

#[solipsism::test]
async fn the_address_of_a_unix_server_is_none_of_tcp(
    #[with(transports = [unix])] EachTransport(server): EachTransport,
) -> io::Result<()> {
    server.start(shout).await?;
    let error = TcpStream::connect(server.addr()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "`/run/solipsism/1.sock` is the address of a unix socket: `Stream::connect` takes any address"
    );
    assert!(Stream::connect(&server.addr()).await?.as_unix().is_some());
    Ok(())
}

#[solipsism::test]
async fn a_server_comes_back(server: Server) -> io::Result<()> {
    let start = Instant::now();
    server.start(shout).await?;
    server.close().await;
    solipsism::spawn({
        let server = server.clone();
        async move {
            time::sleep(10 * SECOND).await;
            server.start(shout).await
        }
    });
    let mut client = server.connect_with_retry(5, SECOND).await?;
    assert_eq!(start.elapsed(), (1 + 2 + 4 + 8) * SECOND);
    assert_eq!(ask(&mut client, "back").await?, "BACK");
    Ok(())
}

#[solipsism::test]
async fn retrying_ends(server: Server) {
    let start = Instant::now();
    let error = server.connect_with_retry(4, SECOND).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    assert_eq!(start.elapsed(), (1 + 2 + 4) * SECOND);
    server.connect_with_retry(0, SECOND).await.unwrap_err();
    assert_eq!(start.elapsed(), (1 + 2 + 4) * SECOND);
}
