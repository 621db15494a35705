//! `Services`: what runs beside a test's body.

use std::cell::RefCell;
use std::error::Error;
use std::rc::Rc;

use solipsism::fixtures::{Context, Service, Services, Starting, UnusedPort};
use solipsism::io::{AsyncReadExt, AsyncWriteExt};
use solipsism::net::{TcpListener, TcpStream, UdpSocket};
use solipsism::time::{Duration, Instant, sleep};

type Done = Result<(), Box<dyn Error>>;

thread_local! {
    /// What happened in this test, in order.
    static LOG: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

fn note(what: impl Into<String>) {
    LOG.with_borrow_mut(|log| log.push(what.into()));
}

fn noted() -> Vec<String> {
    LOG.with_borrow(Clone::clone)
}

/// Stopped last of all, it compares what happened.
struct Expects(&'static [&'static str]);

impl Service for Expects {
    async fn start(&mut self, _: Starting) -> Done {
        Ok(())
    }

    async fn stop(&mut self) -> Done {
        assert_eq!(noted(), self.0);
        Ok(())
    }
}

/// Takes a while for everything.
struct Slow(&'static str);

impl Service for Slow {
    fn name(&self) -> String {
        self.0.to_owned()
    }

    async fn start(&mut self, _: Starting) -> Done {
        sleep(Duration::from_secs(1)).await;
        note(format!("start {}", self.0));
        Ok(())
    }

    async fn stop(&mut self) -> Done {
        sleep(Duration::from_secs(1)).await;
        note(format!("stop {}", self.0));
        Ok(())
    }
}

#[solipsism::test]
async fn they_run_from_before_the_body_until_after_it(
    #[with(services = vec![
        Box::new(Expects(&["start a", "start b", "body", "stop b", "stop a"])),
        Box::new(Slow("a")),
        Box::new(Slow("b")),
    ])]
    services: Services,
) {
    let names: Vec<&str> = services.names().collect();
    assert_eq!(names, ["Expects", "a", "b"]);
    assert_eq!(now(), "2s");
    note("body");
}

/// How much time has passed since the test began, its set-up included.
fn now() -> String {
    format!("{:?}", Instant::now())
}

#[solipsism::test]
#[should_panic(expected = "on purpose")]
async fn they_are_stopped_after_a_failure(
    #[with(services = vec![
        Box::new(Expects(&["start a", "stop a"])),
        Box::new(Slow("a")),
    ])]
    _services: Services,
) {
    panic!("on purpose");
}

#[solipsism::test]
async fn none_are_there_unless_asked_for(services: Services) {
    assert_eq!(services.names().count(), 0);
}

/// Is ready at once and would sleep for a day.
struct Sleeper;

impl Service for Sleeper {
    async fn start(&mut self, starting: Starting) -> Done {
        note("start");
        let _guard = Cancelled;
        starting.ready();
        sleep(Duration::from_secs(86_400)).await;
        note("never");
        Ok(())
    }

    async fn stop(&mut self) -> Done {
        note("stop");
        Ok(())
    }
}

struct Cancelled;

impl Drop for Cancelled {
    fn drop(&mut self) {
        note("cancelled");
    }
}

#[solipsism::test]
async fn one_that_runs_on_is_cancelled_before_it_is_stopped(
    #[with(services = vec![
        Box::new(Expects(&["start", "body", "cancelled", "stop"])),
        Box::new(Sleeper),
    ])]
    _services: Services,
) {
    assert_eq!(now(), "0ns");
    note("body");
}

/// Says nothing, and is ready when its start returns.
struct Quiet;

impl Service for Quiet {
    async fn start(&mut self, _: Starting) -> Done {
        sleep(Duration::from_secs(1)).await;
        note("started");
        Ok(())
    }
}

#[solipsism::test]
async fn one_whose_start_returns_is_ready(
    #[with(services = vec![Box::new(Quiet)])] _services: Services,
) {
    assert_eq!(noted(), ["started"]);
}

/// Sets a value after a while.
struct Initialization;

impl Service for Initialization {
    async fn start(&mut self, starting: Starting) -> Done {
        sleep(Duration::from_millis(100)).await;
        starting.context().set("test", true);
        note("set");
        Ok(())
    }
}

/// Waits for the value.
struct Awaiter;

impl Service for Awaiter {
    async fn start(&mut self, starting: Starting) -> Done {
        assert!(starting.context().get::<bool>("test").await);
        note("got");
        Ok(())
    }
}

#[solipsism::test]
async fn one_may_wait_for_what_a_later_one_brings(
    context: Context,
    #[with(services = [Awaiter, Initialization])] _services: Services,
) {
    assert_eq!(noted(), ["set", "got"]);
    assert!(context.get::<bool>("test").await);
}

#[solipsism::test]
async fn one_finds_what_an_earlier_one_brought(
    #[with(services = [Initialization, Awaiter])] _services: Services,
    context: Context,
) {
    assert_eq!(noted(), ["set", "got"]);
    assert_eq!(context.try_get("test"), Ok(true));
}

/// Waits after it has slept, which others must not do before.
struct LateAwaiter;

impl Service for LateAwaiter {
    async fn start(&mut self, starting: Starting) -> Done {
        sleep(Duration::from_secs(1)).await;
        note("waits");
        Awaiter.start(starting).await
    }
}

#[solipsism::test]
async fn the_next_is_started_only_when_one_waits(
    #[with(services = [LateAwaiter, Initialization])] _services: Services,
) {
    assert_eq!(noted(), ["waits", "set", "got"]);
    assert_eq!(now(), "1.1s");
}

/// Notes what each client sends, as aiomisc's servers in its own tests do.
struct Lines(Rc<RefCell<Vec<Vec<u8>>>>, UnusedPort);

impl Service for Lines {
    async fn start(&mut self, starting: Starting) -> Done {
        let listener = TcpListener::bind(self.1.addr()).await?;
        let datagrams = UdpSocket::bind(self.1.addr()).await?;
        starting.ready();
        let (mut stream, _) = listener.accept().await?;
        let mut line = Vec::new();
        stream.read_to_end(&mut line).await?;
        self.0.borrow_mut().push(line);
        let mut buf = [0; 64];
        let count = datagrams.recv(&mut buf).await?;
        self.0.borrow_mut().push(buf[..count].to_vec());
        starting.context().set("done", ());
        Ok(())
    }
}

thread_local! {
    static LINES: Rc<RefCell<Vec<Vec<u8>>>> = Rc::default();
}

#[solipsism::test]
async fn a_server_serves(
    #[with(services = vec![Box::new(Lines(LINES.with(Rc::clone), UnusedPort(20_000)))])]
    _services: Services,
    context: Context,
) -> std::io::Result<()> {
    let mut client = TcpStream::connect("127.0.0.1:20000").await?;
    client.write_all(b"hello server\n").await?;
    drop(client);
    let client = UdpSocket::bind("127.0.0.1:0").await?;
    client.send_to(b"hello again\n", "127.0.0.1:20000").await?;
    context.get::<()>("done").await;
    let lines = LINES.with(Rc::clone).take();
    assert_eq!(
        lines,
        [b"hello server\n".to_vec(), b"hello again\n".to_vec()]
    );
    Ok(())
}

/// A name with parameters is told without them.
struct Of<T>(T);

impl<T: 'static> Service for Of<T> {
    async fn start(&mut self, _: Starting) -> Done {
        let _ = &self.0;
        Ok(())
    }
}

#[solipsism::test]
async fn a_type_gives_its_name(
    #[with(services = [Of(vec![String::new()]), Of(Of(1))])] services: Services,
) {
    assert!(services.names().eq(["Of", "Of"]));
}

solipsism::main!();
