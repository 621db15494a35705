//! Streams whose other side goes by a script.

use std::io::{self, ErrorKind};
use std::time::Duration;

use futures_util::future::join;
use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::testing::{MockStream, assert_elapsed, settle};
use solipsism::time;

const SECOND: Duration = Duration::from_secs(1);

#[solipsism::test]
async fn a_dialogue_goes_by_its_script() -> io::Result<()> {
    let mut stream = MockStream::builder()
        .read(b"220 ready\r\n")
        .write(b"HELO me\r\n")
        .read("250 ")
        .read(String::from("hello\r\n"))
        .close()
        .build();
    let mut line = [0; 11];
    for byte in line.chunks_mut(1) {
        stream.read_exact(byte).await?;
    }
    assert_eq!(&line, b"220 ready\r\n");
    stream.write_all(b"HE").await?;
    stream.write_all(b"LO me\r\n").await?;
    let mut all = String::new();
    let (closed, read) = {
        let (mut reader, mut writer) = AsyncReadExt::split(&mut stream);
        join(async move { writer.close().await }, async {
            reader.read_exact(&mut [0; 11]).await
        })
        .await
    };
    closed?;
    read?;
    assert_eq!(stream.read_to_string(&mut all).await?, 0); // the script is over
    Ok(())
}

#[solipsism::test]
async fn one_write_may_be_several_steps() -> io::Result<()> {
    let mut stream = MockStream::builder().write(b"a").write(b"b").build();
    stream.write_all(b"ab").await
}

#[solipsism::test]
async fn waits_count_from_when_they_are_waited_for() -> io::Result<()> {
    let mut stream = MockStream::builder()
        .wait(SECOND)
        .read(b"x")
        .wait(2 * SECOND)
        .write(b"y")
        .wait(Duration::MAX) // need not be over
        .build();
    time::sleep(5 * SECOND).await;
    assert_elapsed!(SECOND, stream.read_exact(&mut [0])).unwrap();
    assert_elapsed!(2 * SECOND, stream.write_all(b"y")).unwrap();
    time::timeout(SECOND, stream.read(&mut [0; 4]))
        .await
        .unwrap_err();
    Ok(())
}

#[solipsism::test]
async fn reader_and_writer_wait_for_each_other() -> io::Result<()> {
    let stream = MockStream::builder()
        .write(b"ping")
        .wait(SECOND)
        .read(b"pong")
        .wait(SECOND)
        .write(b"bye")
        .build();
    let (mut reader, mut writer) = AsyncReadExt::split(stream);
    let reader = async move {
        let mut read = [0; 4];
        reader.read_exact(&mut read).await?;
        io::Result::Ok(read)
    };
    let writer = async move {
        writer.write_all(b"ping").await?;
        writer.write_all(b"bye").await
    };
    let (read, written) = assert_elapsed!(2 * SECOND, join(reader, writer));
    assert_eq!(&read?, b"pong");
    written
}

#[solipsism::test]
async fn operations_fail_where_the_script_says() -> io::Result<()> {
    let mut stream = MockStream::builder()
        .read_error(io::Error::other("a cable was cut"))
        .write_error(ErrorKind::BrokenPipe)
        .write_error(io::Error::from_raw_os_error(104))
        .build();
    let error = stream.read(&mut [0; 4]).await.unwrap_err();
    assert_eq!(error.to_string(), "a cable was cut");
    let error = stream.write(b"x").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BrokenPipe);
    assert_eq!(stream.close().await.unwrap_err().raw_os_error(), Some(104));
    Ok(())
}

#[solipsism::test]
async fn steps_may_be_added_while_it_is_played() -> io::Result<()> {
    let (stream, script) = MockStream::builder().read(b"220\n").build_with_handle();
    let code = solipsism::spawn(async move {
        let mut stream = stream;
        let mut all = Vec::new();
        stream.read_exact(&mut [0; 4]).await?;
        stream.write_all(b"HELO\n").await?;
        stream.read_to_end(&mut all).await?;
        stream.close().await?;
        io::Result::Ok(all)
    });
    settle().await;
    assert_eq!(format!("{script:?}"), "ScriptHandle { added: 0, .. }");
    script.write(b"HELO\n").wait(SECOND).read(b"");
    settle().await;
    time::sleep(2 * SECOND).await;
    script.read(b"250 hello\n");
    settle().await;
    assert!(!code.is_finished(), "more may come");
    script.read("bye");
    drop(script);
    assert_eq!(code.await?.unwrap(), b"250 hello\nbye");
    Ok(())
}

#[solipsism::test]
async fn errors_may_be_added_too() {
    let (mut stream, script) = MockStream::builder().build_with_handle();
    script
        .read_error(ErrorKind::ConnectionReset)
        .write_error(ErrorKind::BrokenPipe)
        .close();
    assert_eq!(
        stream.read(&mut [0]).await.unwrap_err().kind(),
        ErrorKind::ConnectionReset
    );
    assert_eq!(
        stream.write(b"x").await.unwrap_err().kind(),
        ErrorKind::BrokenPipe
    );
    stream.close().await.unwrap();
    // An empty write waits for nothing, and a reader and a writer may wait at once.
    assert_eq!(stream.write(b"").await.unwrap(), 0);
    let (mut reader, mut writer) = AsyncReadExt::split(stream);
    let both = join(async move { reader.read(&mut [0; 4]).await }, async move {
        writer.write_all(b"last").await
    });
    let add = async {
        settle().await;
        script.write(b"last");
        settle().await;
        drop(script);
    };
    let ((read, written), ()) = join(both, add).await;
    assert_eq!(read.unwrap(), 0);
    written.unwrap();
}

solipsism::main!();
