//! Streams: what is never flushed, never shut down, read too far or not far enough.

use std::io;
use std::time::Duration;

use solipsism::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, BufWriter, copy};
use solipsism::net::{TcpListener, TcpStream};
use solipsism::task::Builder;
use solipsism::{spawn, time};

async fn listen(name: &str) -> TcpListener {
    TcpListener::bind(name).await.expect("the port is free")
}

#[solipsism::test]
async fn a_request_is_never_flushed() -> io::Result<()> {
    let listener = listen("db.internal:5432").await;
    let db = async move {
        let (stream, _) = listener.accept().await?;
        let mut stream = BufReader::new(stream);
        let mut query = String::new();
        stream.read_line(&mut query).await?;
        stream.write_all(b"1 row\n").await
    };
    Builder::new().name("db").spawn(db).background();
    let mut client = BufWriter::new(TcpStream::connect("db.internal:5432").await?);
    client.write_all(b"SELECT 1\n").await?;
    let mut answer = [0; 6];
    client.read_exact(&mut answer).await
}

async fn echo(listener: TcpListener) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        spawn(async move {
            let (reader, mut writer) = stream.split();
            copy(reader, &mut writer).await
        });
    }
}

#[solipsism::test]
async fn a_client_reads_an_echo_to_its_end() -> io::Result<()> {
    let listener = listen("echo.internal:7").await;
    Builder::new()
        .name("echo")
        .spawn(echo(listener))
        .background();
    let mut client = TcpStream::connect("echo.internal:7").await?;
    client.write_all(b"hello").await?;
    let mut reply = Vec::new();
    client.read_to_end(&mut reply).await?;
    assert_eq!(reply, b"hello");
    Ok(())
}

/// Serves requests on a connection until the client closes it.
async fn keep_alive(stream: TcpStream) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let mut request = String::new();
        while !request.ends_with("\r\n\r\n") {
            if stream.read_line(&mut request).await? == 0 {
                return Ok(());
            }
        }
        let response = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi";
        stream.write_all(response).await?;
    }
}

#[solipsism::test]
async fn a_connection_is_kept_alive() -> io::Result<()> {
    let listener = listen("web.internal:80").await;
    let web = async move {
        while let Ok((stream, _)) = listener.accept().await {
            Builder::new().name("connection").spawn(keep_alive(stream));
        }
    };
    Builder::new().name("web").spawn(web).background();
    let mut client = TcpStream::connect("web.internal:80").await?;
    let request = b"GET / HTTP/1.1\r\nhost: web.internal\r\n\r\n";
    client.write_all(request).await?;
    let mut response = String::new();
    client.read_to_string(&mut response).await?;
    assert!(response.ends_with("hi"));
    Ok(())
}

#[solipsism::test]
async fn a_length_counts_one_byte_too_many() -> io::Result<()> {
    let listener = listen("web.internal:80").await;
    let server = Builder::new().name("web").spawn(async move {
        let (mut stream, _) = listener.accept().await?;
        let body = b"hello world";
        stream.write_all(&[12]).await?;
        stream.write_all(body).await?;
        stream.read_exact(&mut [0]).await // the client's receipt
    });
    let mut client = TcpStream::connect("web.internal:80").await?;
    let mut length = [0];
    client.read_exact(&mut length).await?;
    let mut body = vec![0; length[0].into()];
    client.read_exact(&mut body).await?;
    client.write_all(b"!").await?;
    server.await.expect("it finishes")
}

async fn read_frame(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut length = [0; 2];
    stream.read_exact(&mut length).await?;
    let mut frame = vec![0; u16::from_be_bytes(length).into()];
    stream.read_exact(&mut frame).await?;
    Ok(frame)
}

#[solipsism::test]
async fn a_half_read_frame_is_lost_to_a_select() -> io::Result<()> {
    let listener = listen("queue.internal:9000").await;
    let producer = async move {
        let (mut stream, _) = listener.accept().await?;
        stream.write_all(&[0]).await?;
        time::sleep(Duration::from_secs(3)).await;
        stream.write_all(&[2, 7, 7]).await?;
        stream.read_exact(&mut [0; 8]).await
    };
    Builder::new().name("producer").spawn(producer).background();
    let mut stream = TcpStream::connect("queue.internal:9000").await?;
    let mut pings = time::interval(Duration::from_secs(2));
    pings.tick().await;
    for _ in 0..2 {
        tokio::select! {
            frame = read_frame(&mut stream) => return frame.map(drop),
            _ = pings.tick() => stream.write_all(b".").await?,
        }
    }
    read_frame(&mut stream).await.map(drop)
}

async fn handshake(mut stream: TcpStream) -> io::Result<TcpStream> {
    let mut hello = [0; 5];
    stream.read_exact(&mut hello).await?;
    stream.write_all(b"welcome").await?;
    Ok(stream)
}

async fn serve(listener: &TcpListener) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        let stream = handshake(stream).await?;
        spawn(async move { drop(stream) });
    }
}

#[solipsism::test]
async fn an_accept_loop_ends_with_the_first_bad_client() -> io::Result<()> {
    let listener = std::rc::Rc::new(listen("chat.internal:6667").await);
    let server = std::rc::Rc::clone(&listener);
    let server = Builder::new()
        .name("chat")
        .spawn(async move { serve(&server).await });
    drop(TcpStream::connect("chat.internal:6667").await?);
    let mut client = TcpStream::connect("chat.internal:6667").await?;
    client.write_all(b"hello").await?;
    client.read_exact(&mut [0; 7]).await?;
    server.abort();
    Ok(())
}

async fn proxy(listener: TcpListener, to: &str) -> io::Result<()> {
    let (client, _) = listener.accept().await?;
    let upstream = TcpStream::connect(to).await?;
    let (from_client, mut to_client) = client.split();
    let (from_upstream, mut to_upstream) = upstream.split();
    copy(from_client, &mut to_upstream).await?;
    copy(from_upstream, &mut to_client).await?;
    Ok(())
}

#[solipsism::test]
async fn a_proxy_copies_one_way_and_then_the_other() -> io::Result<()> {
    let upstream = echo(listen("echo.internal:7").await);
    Builder::new().name("echo").spawn(upstream).background();
    let relay = proxy(listen("proxy.internal:80").await, "echo.internal:7");
    Builder::new().name("proxy").spawn(relay).background();
    let mut client = TcpStream::connect("proxy.internal:80").await?;
    client.write_all(b"ping").await?;
    client.read_exact(&mut [0; 4]).await
}

#[solipsism::test]
async fn both_sides_write_before_they_read() -> io::Result<()> {
    let listener = listen("peer.internal:4000").await;
    let exchange = async |mut stream: TcpStream| {
        stream.write_all(&vec![7; 1 << 20]).await?;
        let mut theirs = vec![0; 1 << 20];
        stream.read_exact(&mut theirs).await
    };
    let peer = Builder::new().name("peer").spawn(async move {
        let (stream, _) = listener.accept().await?;
        exchange(stream).await
    });
    let stream = TcpStream::connect("peer.internal:4000").await?;
    exchange(stream).await?;
    peer.await.expect("it finishes")
}

#[solipsism::test]
async fn one_task_has_both_ends() -> io::Result<()> {
    let listener = listen("mail.internal:25").await;
    let (mut client, accepted) =
        futures::join!(TcpStream::connect("mail.internal:25"), listener.accept());
    let (mut server, _) = accepted?;
    server.write_all(b"220 ready").await?;
    let mut greeting = [0; 10]; // it has nine bytes
    client
        .as_mut()
        .expect("it connects")
        .read_exact(&mut greeting)
        .await?;
    server.read_exact(&mut [0; 4]).await
}

async fn upload(writer: impl solipsism::io::AsyncWrite) -> io::Result<()> {
    let mut writer = std::pin::pin!(writer);
    writer.write_all(b"all of it").await
    // Dropped, and not closed: the other half has the connection still.
}

#[solipsism::test]
async fn a_half_is_dropped_and_the_other_lives_on() -> io::Result<()> {
    let listener = listen("store.internal:9000").await;
    let store = Builder::new().name("store").spawn(async move {
        let (mut stream, _) = listener.accept().await?;
        let mut body = Vec::new();
        stream.read_to_end(&mut body).await?;
        stream.write_all(b"stored").await
    });
    let stream = TcpStream::connect("store.internal:9000").await?;
    let (mut reader, writer) = split_by_library(stream);
    upload(writer).await?;
    reader.read_exact(&mut [0; 6]).await?;
    store.await.expect("it finishes")
}

/// The halves of futures' `AsyncReadExt::split`, which share a lock and know of no end.
fn split_by_library(
    stream: TcpStream,
) -> (
    solipsism::io::ReadHalf<TcpStream>,
    solipsism::io::WriteHalf<TcpStream>,
) {
    AsyncReadExt::split(stream)
}
