use solipsism::fixtures::StreamPair;
use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use std::io::ErrorKind;

#[solipsism::test]
async fn a_full_buffer_would_block(
    #[with(capacity = 4)] StreamPair(a, mut b): StreamPair,
) -> std::io::Result<()> {
    assert_eq!(a.try_write(b"abcdef")?, 4); // a partial write, as on a real non-blocking socket
    assert_eq!(
        a.try_write(b"ef").unwrap_err().kind(),
        ErrorKind::WouldBlock
    );
    let mut buf = [0; 8];
    assert_eq!(b.read(&mut buf).await?, 4);
    drop(a);
    assert_eq!(b.read(&mut buf).await?, 0); // end of file
    assert!(b.write_all(b"x").await.is_err()); // a `StreamPair` is a unix socketpair, not TCP
    Ok(())
}

solipsism::main!();
