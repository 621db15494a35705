//! Tests that fail on purpose, for those who read verdicts by program. The suite `told` runs this program and compares what it writes.

use std::error::Error;
use std::fmt;
use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use futures_channel::oneshot;
use solipsism::io::AsyncReadExt;
use solipsism::net::{TcpListener, TcpStream};
use solipsism::task::{Builder, yield_now};
use solipsism::time::{sleep, timeout};

const SECOND: Duration = Duration::from_secs(1);

async fn reads(mut stream: TcpStream) -> std::io::Result<()> {
    stream.read_exact(&mut [0; 4]).await
}

#[solipsism::test]
async fn both_read() -> std::io::Result<()> {
    sleep(SECOND).await;
    let listener = TcpListener::bind("api.internal:80").await?;
    let serve = async move { reads(listener.accept().await?.0).await };
    let server = Builder::new().name("server").spawn(serve);
    reads(TcpStream::connect("api.internal:80").await?).await?;
    server.await.expect("it does not panic")
}

#[solipsism::test]
async fn nobody_sends() {
    let (_sender, receiver) = oneshot::channel::<()>();
    _ = Builder::new()
        .name("two `ticks`")
        .spawn(sleep(SECOND))
        .await;
    _ = receiver.await;
}

#[solipsism::test]
async fn keeps_no_waker() {
    std::future::pending::<()>().await;
}

#[solipsism::test]
async fn loses_its_wake_up() {
    let mut waker = None;
    poll_fn(|context| match waker.replace(context.waker().clone()) {
        None => Poll::Pending,
        Some(_) => Poll::Ready(()),
    })
    .await;
}

#[solipsism::test(clock = "manual")]
async fn nobody_moves_the_clock() {
    _ = timeout(SECOND, std::future::pending::<()>()).await;
}

#[solipsism::test(poll_budget = 2_000)]
async fn spins() {
    let spin = async {
        loop {
            yield_now().await;
        }
    };
    Builder::new().name("spinner").spawn(spin).background();
    sleep(SECOND).await;
}

#[solipsism::test(step_limit = 2_000)]
async fn only_beats() {
    let beat = async {
        loop {
            sleep(SECOND).await;
        }
    };
    Builder::new().name("beat").spawn(beat).background();
    let (_sender, receiver) = oneshot::channel::<()>();
    _ = receiver.await;
}

#[solipsism::test(time_limit = "1h")]
async fn takes_too_long() {
    sleep(Duration::from_secs(86_400)).await;
}

/// What is awkward in JSON, on a terminal, or in both.
const AWKWARD: &str = "\"quotes\" \\ \u{0}\u{1}\u{1B}[31m\u{7F}\u{85}\u{2028}\r\n\t/ä 🦀 \u{FEFF}";

#[solipsism::test]
async fn says_what_is_awkward() {
    let task = async {
        sleep(SECOND).await;
        panic!("{AWKWARD}");
    };
    drop(Builder::new().name(AWKWARD).spawn(task));
    sleep(5 * SECOND).await;
}

#[derive(Debug)]
struct Failed(Option<Box<Failed>>);

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() {
            "no configuration"
        } else {
            AWKWARD
        })
    }
}

impl Error for Failed {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.as_deref().map(|it| it as &(dyn Error + 'static))
    }
}

#[solipsism::test]
async fn returns_an_error() -> Result<(), Failed> {
    sleep(SECOND).await;
    Err(Failed(Some(Box::new(Failed(None)))))
}

#[solipsism::test]
async fn passes_an_error_on() -> Result<(), Failed> {
    Err(Failed(None))?;
    Ok(())
}

#[solipsism::test]
async fn passes_an_error_on_to_itself() -> Result<(), Failed> {
    let within = async {
        Err(Failed(None))?;
        Ok::<(), Failed>(())
    };
    within.await
}

#[solipsism::test]
#[should_panic = "oh"]
async fn does_not_panic() {}

#[solipsism::test]
#[should_panic = "oh"]
async fn panics_otherwise() {
    panic!("ah");
}

#[solipsism::test(leaks = "fail")]
async fn leaves_a_task() {
    let listener = TcpListener::bind("api.internal:80")
        .await
        .expect("it is free");
    let serve = async move { listener.accept().await.map(drop) };
    drop(Builder::new().name("server").spawn(serve));
    sleep(SECOND).await;
}

struct Base;

#[solipsism::fixture]
async fn base() -> Result<Base, Failed> {
    sleep(SECOND).await;
    Err(Failed(None))
}

struct App;

#[solipsism::fixture]
fn app(_base: Base) -> App {
    App
}

#[solipsism::test]
async fn has_no_base(_app: App) {}

struct Shared;

#[solipsism::fixture(scope = "session")]
async fn shared() -> Shared {
    sleep(SECOND).await;
    panic!("of the session");
}

mod shares {
    #[solipsism::test]
    async fn first(_shared: &super::Shared) {}

    #[solipsism::test]
    async fn second(_shared: &super::Shared) {}
}

struct Broken;

#[solipsism::fixture(teardown = mend)]
fn broken() -> Broken {
    Broken
}

async fn mend(_: Broken) -> Result<(), Failed> {
    sleep(SECOND).await;
    Err(Failed(None))
}

#[solipsism::test]
async fn cannot_be_torn_down(_broken: &mut Broken) {
    panic!("before that");
}

#[solipsism::test]
async fn hears_of_no_error() {
    let (sender, receiver) = oneshot::channel::<()>();
    let _sender = sender;
    solipsism::task::Builder::new()
        .background()
        .spawn(async { Err::<(), _>("no luck") });
    _ = receiver.await;
}

#[solipsism::test]
async fn aborts() {
    std::process::abort();
}

#[solipsism::test(wall_limit = "100ms")]
async fn waits_for_what_was_announced(event_loop: solipsism::EventLoop) {
    sleep(SECOND).await;
    let _announced = event_loop.external();
    let (_sender, receiver) = oneshot::channel::<()>();
    _ = timeout(SECOND, receiver).await;
}

#[solipsism::test(wall_limit = "100ms")]
#[ignore = "it takes its time"]
async fn never_comes_back() {
    sleep(SECOND).await;
    loop {
        std::thread::park();
    }
}

solipsism::main!();
