//! `Server` and `EachTransport`: what a handler may be and return, starting and closing, addresses, and the end.

use std::cell::{Cell, RefCell};
use std::error::Error;
use std::io::{self, ErrorKind};
use std::rc::Rc;
use std::time::Duration;

use solipsism::fixtures::transport::{self, Tcp, Transport, memory, only, tcp, unix};
use solipsism::fixtures::{EachTransport, Server, StreamPair};
use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::{Addr, Stream, TcpListener, TcpStream};
use solipsism::time::{self, Instant};

const SECOND: Duration = Duration::from_secs(1);

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

async fn ask(client: &mut Stream, question: &str) -> io::Result<String> {
    client.write_all(question.as_bytes()).await?;
    let mut reply = vec![0; question.len()];
    client.read_exact(&mut reply).await?;
    Ok(String::from_utf8(reply).expect("it was text"))
}

/// What every transport must do.
async fn serves(server: Server) -> io::Result<()> {
    server.start(shout).await?;
    let mut client = server.connect().await?;
    assert_eq!(ask(&mut client, "ohai").await?, "OHAI");
    server.close().await; // stops listening; existing connections go on
    let refused = server.connect().await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    assert_eq!(ask(&mut client, "still there").await?, "STILL THERE");
    server.start(shout).await?;
    let mut another = server.connect().await?;
    assert_eq!(ask(&mut another, "again").await?, "AGAIN");
    Ok(())
}

mod over_each {
    use super::*;

    #[solipsism::test]
    async fn over_tcp(
        #[with(transports = only(tcp))] EachTransport(server): EachTransport,
    ) -> io::Result<()> {
        assert_eq!(server.addr().to_string(), "127.0.0.1:60001");
        serves(server).await
    }

    #[solipsism::test]
    async fn over_unix(
        #[with(transports = only(unix))] EachTransport(server): EachTransport,
    ) -> io::Result<()> {
        assert_eq!(server.addr().to_string(), "/run/solipsism/1.sock");
        serves(server).await
    }

    #[solipsism::test]
    async fn over_memory(
        #[with(transports = only(memory))] EachTransport(server): EachTransport,
    ) -> io::Result<()> {
        assert_eq!(server.addr().to_string(), "(unnamed)");
        serves(server).await
    }

    #[solipsism::test]
    async fn over_a_transport_of_ones_own(
        #[with(transports = only(my::transport))] EachTransport(server): EachTransport,
    ) -> io::Result<()> {
        serves(server).await
    }

    mod my {
        use super::*;

        /// TCP, within a stream that is none of this crate's.
        pub(super) struct Wrapped(Tcp);

        pub(super) struct Listener(TcpListener);

        pub(super) fn transport() -> Wrapped {
            Wrapped(tcp())
        }

        fn wrap(stream: Stream) -> Stream {
            let (local, peer) = (stream.local_addr(), stream.peer_addr());
            Stream::with_addrs(
                stream,
                local.expect("it is TCP's"),
                peer.expect("it is connected"),
            )
        }

        impl Transport for Wrapped {
            type Listener = Listener;

            fn addr(&self) -> Addr {
                self.0.addr()
            }

            async fn listen(&self) -> io::Result<Listener> {
                self.0.listen().await.map(Listener)
            }

            async fn connect(&self) -> io::Result<Stream> {
                self.0.connect().await.map(wrap)
            }
        }

        impl transport::Listener for Listener {
            async fn accept(&mut self) -> io::Result<Stream> {
                let (stream, _) = self.0.accept().await?;
                Ok(wrap(stream.into()))
            }
        }
    }

    #[solipsism::test]
    async fn a_port_or_a_path_is_made_for_the_own_transport_alone(
        #[with(transports = only(unix))] EachTransport(_one): EachTransport,
        #[with(transports = only(tcp))] EachTransport(tcp): EachTransport,
        #[with(transports = only(unix))] EachTransport(unix): EachTransport,
    ) {
        assert_eq!(tcp.addr().to_string(), "127.0.0.1:60001");
        assert_eq!(unix.addr().to_string(), "/run/solipsism/2.sock");
    }
}

mod without_a_server {
    use super::*;

    #[solipsism::test]
    async fn tcp_refuses(server: Server) {
        let error = server.connect().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    }

    #[solipsism::test]
    async fn unix_finds_nothing(
        #[with(transports = only(unix))] EachTransport(server): EachTransport,
    ) {
        let error = server.connect().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }

    #[solipsism::test]
    async fn memory_refuses(
        #[with(transports = only(memory))] EachTransport(server): EachTransport,
    ) {
        let error = server.connect().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    }

    #[solipsism::test]
    async fn closing_does_nothing(server: Server) {
        server.close().await;
        server.close().await;
        server.shutdown().await;
    }

    #[solipsism::test]
    async fn a_server_that_is_just_being_started_is_waited_for(
        #[with(transports = only(memory))] EachTransport(memory): EachTransport,
        server: Server,
    ) {
        for server in [memory, server] {
            let late = server.clone();
            solipsism::spawn(async move { late.start(shout).await });
            assert!(server.connect().await.is_ok());
        }
    }
}

/// The tests of "Advanced asyncio testing" on a channel with messages.
mod ctx {
    use super::*;
    use solipsism::io::{AsyncBufReadExt, BufReader};

    struct Channel(BufReader<Stream>);

    impl Channel {
        fn new(stream: Stream) -> Self {
            Self(BufReader::new(stream))
        }

        async fn recv(&mut self) -> io::Result<String> {
            let mut line = String::new();
            self.0.read_line(&mut line).await?;
            Ok(line.trim_end().to_owned())
        }

        async fn send(&mut self, message: &str) -> io::Result<()> {
            self.0.write_all(format!("{message}\n").as_bytes()).await
        }

        async fn close(mut self) -> io::Result<()> {
            self.0.close().await
        }
    }

    async fn channel(server: Server) -> io::Result<()> {
        let results = Rc::new(RefCell::new(Vec::new()));
        let handle_client = {
            let results = Rc::clone(&results);
            move |stream| {
                let results = Rc::clone(&results);
                async move {
                    let mut channel = Channel::new(stream);
                    let req = channel.recv().await?;
                    results.borrow_mut().push(req);
                    channel.send("cya").await?;
                    channel.close().await
                }
            }
        };
        let mut channel = Channel::new(server.start_and_connect(handle_client).await?);
        channel.send("ohai").await?;
        let rep = channel.recv().await?;
        results.borrow_mut().push(rep);
        channel.close().await?;

        assert_eq!(*results.borrow(), ["ohai", "cya"]);
        Ok(())
    }

    #[solipsism::test]
    async fn channel_over_tcp(server: Server) -> io::Result<()> {
        channel(server).await
    }

    #[solipsism::test]
    async fn channel_over_unix(
        #[with(transports = only(unix))] EachTransport(server): EachTransport,
    ) -> io::Result<()> {
        channel(server).await
    }

    #[solipsism::test]
    async fn no_address_is_in_use_after_a_server_was_closed(server: Server) -> io::Result<()> {
        let addr = server.addr();
        server.start(shout).await?;
        server.close().await;
        let _listener = TcpListener::bind(addr).await?;
        Ok(())
    }
}

mod starting {
    use super::*;

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
        #[with(transports = only(unix))] EachTransport(server): EachTransport,
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
}

mod handlers {
    use super::*;

    #[solipsism::test]
    async fn may_return_much(server: Server) -> io::Result<()> {
        async fn send(_: Stream) -> Result<(), Box<dyn Error + Send + Sync>> {
            Ok(())
        }
        async fn boxed(_: Stream) -> Result<(), Box<dyn Error>> {
            Ok(())
        }
        async fn text(_: Stream) -> Result<(), String> {
            Ok(())
        }
        async fn never(_: Stream) -> Result<std::convert::Infallible, std::fmt::Error> {
            std::future::pending().await
        }
        server.start_and_connect(send).await?;
        server.close().await;
        server.start_and_connect(boxed).await?;
        server.close().await;
        server.start_and_connect(text).await?;
        server.close().await;
        server.start_and_connect(never).await?;
        server.close().await;
        server.start_and_connect(|_stream| async {}).await?;
        server.close().await;
        server
            .start_and_connect(|_stream| async { io::Result::Ok(()) })
            .await?;
        server.close().await;
        server
            .start_and_connect(|stream| async {
                let _stream = stream;
                loop {
                    time::sleep(Duration::MAX).await;
                }
            })
            .await?;
        Ok(())
    }

    #[solipsism::test]
    async fn each_connection_has_its_own(server: Server) -> io::Result<()> {
        let mut count = 0_u8;
        server
            .start(move |mut stream| {
                count += 1;
                async move { stream.write_all(&[count]).await }
            })
            .await?;
        let mut clients = Vec::new();
        for _ in 0..200 {
            clients.push(server.connect().await?);
        }
        for (expected, client) in (1..).zip(&mut clients) {
            let mut told = [0];
            client.read_exact(&mut told).await?;
            assert_eq!(told, [expected]);
        }
        Ok(())
    }

    #[solipsism::test]
    async fn are_met_by_tasks(server: Server) -> io::Result<()> {
        server.start(shout).await?;
        let tasks: Vec<_> = (0..10)
            .map(|number| {
                let server = server.clone();
                solipsism::spawn(async move {
                    time::sleep(number * SECOND).await;
                    let mut client = server.connect().await?;
                    ask(&mut client, &format!("client {number}")).await
                })
            })
            .collect();
        for (number, task) in tasks.into_iter().enumerate() {
            let reply = task.await.expect("it finishes")?;
            assert_eq!(reply, format!("CLIENT {number}"));
        }
        Ok(())
    }

    #[solipsism::test]
    async fn see_a_half_close(server: Server) -> io::Result<()> {
        let mut client = server
            .start_and_connect(|mut stream: Stream| async move {
                let mut all = Vec::new();
                stream.read_to_end(&mut all).await?;
                all.reverse();
                stream.write_all(&all).await
            })
            .await?;
        client.write_all(b"abc").await?;
        client.close().await?;
        let mut reply = String::new();
        client.read_to_string(&mut reply).await?;
        assert_eq!(reply, "cba");
        Ok(())
    }

    #[solipsism::test]
    async fn may_close_the_server(server: Server) -> io::Result<()> {
        let own = server.clone();
        let mut client = server
            .start_and_connect(move |stream| {
                let own = own.clone();
                async move {
                    own.close().await;
                    drop(stream);
                }
            })
            .await?;
        assert_eq!(client.read(&mut [0]).await?, 0);
        assert!(server.connect().await.is_err());
        Ok(())
    }

    #[solipsism::test]
    async fn may_be_shut_down_by_one_of_several(server: Server) -> io::Result<()> {
        let start = Instant::now();
        for _ in 0..3 {
            server.start(|_stream| time::sleep(SECOND)).await?;
            let _clients = [server.connect().await?, server.connect().await?];
            let both = futures_util::future::join(server.shutdown(), server.shutdown());
            both.await;
        }
        assert_eq!(start.elapsed(), 3 * SECOND);
        let late = server.start_and_connect(|_stream| time::sleep(SECOND));
        let _late = late.await?;
        // Giving up is no end of anything.
        let shut_down = time::timeout(SECOND / 2, server.shutdown());
        assert!(shut_down.await.is_err());
        server.shutdown().await;
        assert_eq!(start.elapsed(), 4 * SECOND);
        Ok(())
    }

    #[solipsism::test]
    async fn are_waited_for_by_shutdown(server: Server) -> io::Result<()> {
        let start = Instant::now();
        let _client = server
            .start_and_connect(|_stream| time::sleep(3600 * SECOND))
            .await?;
        server.shutdown().await;
        assert_eq!(start.elapsed(), 3600 * SECOND);
        Ok(())
    }
}

/// What is looked at when the test that comes to its end is gone: by a fixture that was asked for before the server, or
/// by a value that was.
mod the_end {
    use super::*;

    /// Checks what was noted when it is dropped.
    struct Noted {
        notes: Rc<RefCell<Vec<String>>>,
        expected: &'static [&'static str],
    }

    impl Noted {
        fn new(expected: &'static [&'static str]) -> (Rc<RefCell<Vec<String>>>, Self) {
            let notes: Rc<RefCell<Vec<String>>> = Rc::default();
            let noted = Self {
                notes: Rc::clone(&notes),
                expected,
            };
            (notes, noted)
        }
    }

    impl Drop for Noted {
        fn drop(&mut self) {
            assert_eq!(*self.notes.borrow(), self.expected);
        }
    }

    fn note(notes: &RefCell<Vec<String>>, what: &str) {
        notes
            .borrow_mut()
            .push(format!("{what} at {:?}", Instant::now()));
    }

    /// Lives until the world is closed.
    fn keep(noted: Noted) {
        solipsism::spawn(async {
            let _noted = noted;
            std::future::pending::<()>().await;
        });
    }

    #[solipsism::test]
    async fn slow_handlers_get_to_finish(server: Server) -> io::Result<()> {
        let (notes, noted) = Noted::new(&["the end of the stream at 0ns", "finished at 10s"]);
        keep(noted);
        let _client = server
            .start_and_connect(move |mut stream| {
                let notes = Rc::clone(&notes);
                async move {
                    stream.read(&mut [0]).await?;
                    note(&notes, "the end of the stream");
                    time::sleep(10 * SECOND).await;
                    note(&notes, "finished");
                    io::Result::Ok(())
                }
            })
            .await?;
        Ok(())
    }

    struct NotesItsEnd(Rc<RefCell<Vec<String>>>);

    impl Drop for NotesItsEnd {
        fn drop(&mut self) {
            note(&self.0, "cancelled");
        }
    }

    #[solipsism::test]
    async fn a_handler_that_nothing_can_wake_is_cancelled_at_once(
        server: Server,
    ) -> io::Result<()> {
        let (notes, noted) = Noted::new(&["cancelled at 0ns"]);
        keep(noted);
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
        let (notes, noted) = Noted::new(&["cancelled at 30s"]);
        keep(noted);
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
        #[with(transports = only(unix))] EachTransport(unix): EachTransport,
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
        let (notes, noted) = Noted::new(&["finished at 10s"]);
        keep(noted);
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
        let (notes, noted) = Noted::new(&["\"hello\" at 0ns"]);
        keep(noted);
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
        let (notes, noted) = Noted::new(&[
            "1 began at 0ns",
            "2 began at 0ns",
            "2 ended at 10s",
            "1 ended at 25s",
        ]);
        keep(noted);
        let handler = |number: u32, secs: u32| {
            let notes = Rc::clone(&notes);
            move |mut stream: Stream| {
                let notes = Rc::clone(&notes);
                async move {
                    note(&notes, &format!("{number} began"));
                    stream.read(&mut [0]).await?;
                    time::sleep(secs * SECOND).await;
                    note(&notes, &format!("{number} ended"));
                    io::Result::Ok(())
                }
            }
        };
        let _first = one.start_and_connect(handler(1, 25)).await?;
        let _second = other.start_and_connect(handler(2, 10)).await?;
        time::sleep(Duration::ZERO).await;
        Ok(())
    }
}

/// A server in the hands of something else.
mod owned {
    use super::*;

    struct Api {
        server: Server,
        calls: Rc<Cell<u32>>,
    }

    impl Api {
        async fn start(server: Server) -> io::Result<Self> {
            let calls = Rc::<Cell<u32>>::default();
            let counted = Rc::clone(&calls);
            let handler = move |stream| {
                counted.set(counted.get() + 1);
                shout(stream)
            };
            server.start(handler).await?;
            Ok(Self { server, calls })
        }
    }

    #[solipsism::test]
    async fn it_can_be_given_away(server: Server) -> io::Result<()> {
        let api = Api::start(server).await?;
        let mut client = api.server.connect().await?;
        assert_eq!(ask(&mut client, "hey").await?, "HEY");
        assert_eq!(api.calls.get(), 1);
        Ok(())
    }

    #[solipsism::test]
    async fn it_serves_on_when_its_handle_is_gone(server: Server) -> io::Result<()> {
        let mut client = server.start_and_connect(shout).await?;
        drop(server);
        assert_eq!(ask(&mut client, "hey").await?, "HEY");
        Ok(())
    }
}

solipsism::main!();
