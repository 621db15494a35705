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

const ALL: [Operation; 4] = [
    Operation::Read,
    Operation::Write,
    Operation::Flush,
    Operation::Close,
];

/// Does it once; how many bytes it moved.
async fn perform(
    stream: &mut Disturbed<Cursor<Vec<u8>>>,
    operation: Operation,
) -> io::Result<usize> {
    match operation {
        Operation::Read => stream.read(&mut [0; 8]).await,
        Operation::Write => stream.write(b"12345678").await,
        Operation::Flush => stream.flush().await.map(|()| 0),
        Operation::Close => stream.close().await.map(|()| 0),
    }
}

#[solipsism::test]
async fn each_kind_of_operation_is_cut_held_up_and_failed_by_itself(
    #[values(0, 1, 2, 3)] which: usize,
) {
    let which = ALL[which];
    let stream = || Disturbed::new(Cursor::new(vec![7; 64]));
    let moves =
        |operation| usize::from(matches!(operation, Operation::Read | Operation::Write)) * 8;

    let mut failing = stream().fail(which, 2, ErrorKind::TimedOut);
    for number in [1, 2, 3] {
        for operation in ALL {
            let came = assert_elapsed!(Duration::ZERO, perform(&mut failing, operation));
            match (operation == which, number) {
                (true, 2) => assert_eq!(came.unwrap_err().kind(), ErrorKind::TimedOut),
                _ => assert_eq!(came.unwrap(), moves(operation)),
            }
        }
    }

    let mut slow = stream().before_each(move |operation, number| match number {
        2 if operation == which => Disturbance::Delay(TICK),
        _ => Disturbance::None,
    });
    for number in [1, 2, 3] {
        for operation in ALL {
            let is_slow = operation == which && number == 2;
            let expected = if is_slow { TICK } else { Duration::ZERO };
            let came = assert_elapsed!(expected, perform(&mut slow, operation));
            assert_eq!(came.unwrap(), moves(operation));
        }
    }

    // What moves no bytes cannot be cut, and is done all the same.
    let mut cut = stream().before_each(move |operation, number| match number {
        2 if operation == which => Disturbance::AtMost(3),
        _ => Disturbance::None,
    });
    for number in [1, 2, 3] {
        for operation in ALL {
            let is_cut = operation == which && number == 2;
            let came = perform(&mut cut, operation).await.unwrap();
            assert_eq!(came, moves(operation).min(if is_cut { 3 } else { 8 }));
        }
    }
}

solipsism::main!();
