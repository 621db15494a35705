//! Scripts that are not kept to.

use std::io::{self, ErrorKind};
use std::time::Duration;

use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::testing::MockStream;

#[solipsism::test]
async fn other_bytes_are_written() -> io::Result<()> {
    let mut stream = MockStream::builder()
        .read(b"hello\n")
        .write(b"GET / HTTP/1.1\r\n\r\n")
        .build();
    stream.read_exact(&mut [0; 6]).await?;
    stream.write_all(b"GET ").await?;
    stream.write_all(b"/? HTTP/1.1").await
}

#[solipsism::test]
async fn more_is_written() -> io::Result<()> {
    let mut stream = MockStream::builder().name("server").write(b"one").build();
    stream.write_all(b"one and two").await
}

#[solipsism::test]
async fn it_is_written_instead_of_closed() -> io::Result<()> {
    let mut stream = MockStream::builder().write(b"bye").close().build();
    stream.write_all(b"bye").await?;
    stream.write_all(b"bye").await
}

#[solipsism::test]
async fn a_script_is_not_played_to_its_end() -> io::Result<()> {
    let mut stream = MockStream::builder()
        .read(b"hello\n")
        .write(b"hi\n")
        .read_error(ErrorKind::ConnectionReset)
        .build();
    stream.read_exact(&mut [0; 4]).await
}

#[solipsism::test]
async fn it_reads_where_it_should_write() {
    let mut stream = MockStream::builder()
        .wait(Duration::from_secs(1))
        .write(b"USER me\r\n")
        .read(b"+OK\r\n")
        .build();
    let _ = stream.read(&mut [0; 8]).await;
}

#[solipsism::test]
async fn no_step_is_added() {
    let (mut stream, _script) = MockStream::builder().read(b"+OK\r\n").build_with_handle();
    let mut all = Vec::new();
    let _ = stream.read_to_end(&mut all).await;
}

#[solipsism::test]
async fn a_step_that_was_added_is_not_played() -> io::Result<()> {
    let (mut stream, script) = MockStream::builder().read(b"hello").build_with_handle();
    stream.read_exact(&mut [0; 5]).await?;
    script.read(b"more");
    Ok(())
}

#[solipsism::test]
async fn a_step_is_added_when_the_stream_is_gone() {
    let (stream, script) = MockStream::builder().name("server").build_with_handle();
    drop(stream);
    script.read(b"hello");
}
