//! Streams whose operations are cut, held up and made to fail.

use std::io::{self, ErrorKind};
use std::time::Duration;

use solipsism::EventLoop;
use solipsism::io::{AsyncReadExt, AsyncWriteExt, Cursor};
use solipsism::net::UnixStream;
use solipsism::testing::{Disturbance, Disturbed, Operation, assert_elapsed, check_stream};

const TICK: Duration = Duration::from_millis(1);

#[solipsism::test]
async fn a_disturbed_stream_keeps_the_rules() {
    check_stream(async || {
        let (one, other) = UnixStream::pair_with_capacity(256)?;
        io::Result::Ok((
            Disturbed::new(one).read_at_most(3).pending_first(),
            Disturbed::new(other).write_at_most(5).in_random_pieces(),
        ))
    })
    .await;
}

/// How many bytes each of the writes of a stream took.
async fn pieces() -> Vec<usize> {
    let mut stream = Disturbed::new(Cursor::new(Vec::new())).in_random_pieces();
    let mut all = Vec::new();
    for _ in 0..20 {
        all.push(stream.write(&[7; 100]).await.unwrap());
    }
    all
}

#[solipsism::test]
async fn random_pieces_are_by_the_seed() {
    let once = || EventLoop::builder().seed(7).build();
    let (one, again) =
        std::thread::spawn(move || (once().block_on(pieces()), once().block_on(pieces())))
            .join()
            .unwrap();
    assert_eq!(one, again);
    assert!(
        one.contains(&100) && one.iter().any(|piece| *piece < 10),
        "{one:?}"
    );
    let other = pieces().await;
    assert_ne!(other, pieces().await);
}

#[solipsism::test]
async fn each_operation_takes_its_time() -> io::Result<()> {
    let mut stream = Disturbed::new(Cursor::new(b"hello".to_vec()))
        .read_at_most(1)
        .delay(TICK);
    let mut read = [0; 5];
    assert_elapsed!(5 * TICK, stream.read_exact(&mut read))?;
    assert_eq!(&read, b"hello");
    assert_elapsed!(TICK, stream.flush())?;
    assert_elapsed!(TICK, stream.close())
}

#[solipsism::test]
async fn operations_fail_by_number_and_by_hook() {
    let mut stream = Disturbed::new(Cursor::new(Vec::new()))
        .fail(Operation::Write, 2, ErrorKind::BrokenPipe)
        .before_each(|operation, number| match (operation, number) {
            (Operation::Flush, 1) => Disturbance::Fail(io::Error::other("the disk is full")),
            (Operation::Close, _) => Disturbance::Delay(TICK),
            _ => Disturbance::None,
        });
    stream.write_all(b"one").await.unwrap();
    let error = stream.write_all(b"two").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BrokenPipe);
    stream.write_all(b"three").await.unwrap();
    assert_eq!(
        stream.flush().await.unwrap_err().to_string(),
        "the disk is full"
    );
    stream.flush().await.unwrap();
    assert_elapsed!(TICK, stream.close()).unwrap();
    assert_eq!(stream.into_inner().into_inner(), b"onethree");
}

solipsism::main!();
