//! What comes of a server when its test is over.

use std::cell::RefCell;
use std::error::Error;
use std::io;
use std::rc::Rc;

use solipsism::EventLoop;
use solipsism::fixtures::{EachTransport, Server, StreamPair};
use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::Stream;
use solipsism::time::{self, Instant};

use super::{SECOND, shout};

type Notes = Rc<RefCell<Vec<String>>>;

/// What is noted must be this when the world is closed.
fn in_the_end(expected: &'static [&'static str]) -> Notes {
    struct Check(Notes, &'static [&'static str]);

    impl Drop for Check {
        fn drop(&mut self) {
            assert_eq!(*self.0.borrow(), self.1);
        }
    }

    let notes = Notes::default();
    let check = Check(Rc::clone(&notes), expected);
    solipsism::spawn(async {
        let _check = check;
        std::future::pending::<()>().await;
    });
    notes
}

fn note(notes: &RefCell<Vec<String>>, what: &str) {
    notes
        .borrow_mut()
        .push(format!("{what} at {:?}", Instant::now()));
}

#[solipsism::test]
async fn slow_handlers_get_to_finish(server: Server) -> io::Result<()> {
    let notes = in_the_end(&["the end of the stream at 0ns", "finished at 10s"]);
    let _client = server
        .start_and_connect(move |mut stream| {
            let notes = Rc::clone(&notes);
            async move {
                stream.read_to_end(&mut Vec::new()).await?;
                note(&notes, "the end of the stream");
                time::sleep(10 * SECOND).await;
                note(&notes, "finished");
                io::Result::Ok(())
            }
        })
        .await?;
    Ok(())
}

struct NotesItsEnd(Notes);

impl Drop for NotesItsEnd {
    fn drop(&mut self) {
        note(&self.0, "cancelled");
    }
}

#[solipsism::test]
async fn a_handler_that_nothing_can_wake_is_cancelled_at_once(server: Server) -> io::Result<()> {
    let notes = in_the_end(&["cancelled at 0ns"]);
    let _client = server
        .start_and_connect(move |_stream| {
            let noting = NotesItsEnd(Rc::clone(&notes));
            async move {
                let _noting = noting;
                std::future::pending::<()>().await;
            }
        })
        .await?;
    Ok(())
}

#[solipsism::test]
async fn a_handler_that_goes_on_for_too_long_is_cancelled(server: Server) -> io::Result<()> {
    let notes = in_the_end(&["cancelled at 30s"]);
    let _client = server
        .start_and_connect(move |_stream| {
            let noting = NotesItsEnd(Rc::clone(&notes));
            async move {
                let _noting = noting;
                loop {
                    time::sleep(SECOND).await;
                }
            }
        })
        .await?;
    Ok(())
}

#[solipsism::test]
async fn errors_of_streams_are_the_tests_own_doing(server: Server) -> io::Result<()> {
    let mut client = server
        .start_and_connect(|mut stream: Stream| async move {
            stream.write_all(b"never read").await?;
            stream.read_exact(&mut [0; 4]).await
        })
        .await?;
    client.write_all(b"abc").await?;
    client.read_exact(&mut [0]).await?;
    Ok(()) // the connection is reset: bytes are left unread
}

#[solipsism::test]
async fn also_those_that_caused_another(
    server: Server,
    #[with(transports = [unix])] EachTransport(unix): EachTransport,
) -> io::Result<()> {
    async fn handler(mut stream: Stream) -> io::Result<()> {
        let read = stream.read_exact(&mut [0]).await;
        time::sleep(SECOND).await;
        read.map_err(|error| io::Error::other(Box::new(Codec(error))))
    }
    let _client = server.start_and_connect(handler).await?;
    let _client = unix.start_and_connect(handler).await?;
    Ok(())
}

#[derive(Debug)]
struct Codec(io::Error);

impl std::fmt::Display for Codec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("no frame was found")
    }
}

impl Error for Codec {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

#[solipsism::test]
async fn what_a_fixture_before_it_left_is_there_to_the_end(
    StreamPair(mut one, mut other): StreamPair,
    server: Server,
) -> io::Result<()> {
    one.write_all(b"x").await?;
    other.read_exact(&mut [0]).await?;
    server.start_and_connect(shout).await.map(drop)
}

#[solipsism::test(clock = "manual")]
async fn under_a_manual_clock_handlers_finish_too(server: Server) -> io::Result<()> {
    let notes = in_the_end(&["finished at 10s"]);
    server
        .start_and_connect(move |_stream| {
            let notes = Rc::clone(&notes);
            async move {
                time::sleep(10 * SECOND).await;
                note(&notes, "finished");
            }
        })
        .await
        .map(drop)
}

/// It would take 30 seconds of real time.
#[solipsism::test(clock = "real", wall_limit = "10s")]
async fn under_a_real_clock_nobody_waits_for_what_cannot_be(server: Server) -> io::Result<()> {
    let _client = server
        .start_and_connect(|_stream| std::future::pending::<()>())
        .await?;
    Ok(())
}

/// The client has gone before its connection was accepted.
#[solipsism::test]
async fn who_was_never_accepted_is_handled_all_the_same(server: Server) -> io::Result<()> {
    let notes = in_the_end(&["\"hello\" at 0ns"]);
    let mut client = server
        .start_and_connect(move |mut stream: Stream| {
            let notes = Rc::clone(&notes);
            async move {
                let mut all = String::new();
                stream.read_to_string(&mut all).await?;
                note(&notes, &format!("{all:?}"));
                io::Result::Ok(())
            }
        })
        .await?;
    client.write_all(b"hello").await
}

/// A task of the test's that is still there keeps its stream until the world is closed.
#[solipsism::test]
async fn a_handler_whose_client_is_a_task_is_cancelled(server: Server) -> io::Result<()> {
    let mut client = server.start_and_connect(shout).await?;
    solipsism::spawn(async move { client.read(&mut [0]).await });
    Ok(())
}

#[solipsism::test]
async fn closing_before_the_end_is_fine(server: Server) -> io::Result<()> {
    let _client = server.start_and_connect(shout).await?;
    server.close().await;
    Ok(())
}

#[solipsism::test]
async fn servers_end_one_after_another(one: Server, other: Server) -> io::Result<()> {
    let notes = in_the_end(&[
        "1 began at 0ns",
        "2 began at 0ns",
        "2 ended at 10s",
        "1 ended at 25s",
    ]);
    let handler = |number: u32, secs: u32| {
        let notes = Rc::clone(&notes);
        move |mut stream: Stream| {
            let notes = Rc::clone(&notes);
            async move {
                note(&notes, &format!("{number} began"));
                stream.read_to_end(&mut Vec::new()).await?;
                time::sleep(secs * SECOND).await;
                note(&notes, &format!("{number} ended"));
                io::Result::Ok(())
            }
        }
    };
    let _first = one.start_and_connect(handler(1, 25)).await?;
    // Whatever the schedule, this one is first.
    EventLoop::current().settle().await;
    let _second = other.start_and_connect(handler(2, 10)).await?;
    Ok(())
}
