//! Every way to fail, once. The suite `reports` runs this program and compares what it prints.

use std::cell::RefCell;
use std::error::Error;
use std::fmt;
use std::future::{pending, poll_fn};
use std::io;
use std::process::ExitCode;
use std::sync::{Arc, mpsc};
use std::task::{Poll, Waker};
use std::time::Duration;

use solipsism::task::{Builder, JoinSet, spawn_blocking, yield_now};
use solipsism::{EventLoop, spawn, time};

// The suite under libtest takes this file in too, and would look for these elsewhere.
#[path = "failures/built_ins.rs"]
mod built_ins;
#[path = "failures/fixtures.rs"]
mod fixtures;
#[path = "failures/network.rs"]
mod network;
#[path = "failures/proxy.rs"]
mod proxy;
#[path = "failures/server.rs"]
mod server;

/// A future that keeps its waker and is never woken: what a channel without a sender is.
async fn nobody_sends() {
    let kept: RefCell<Option<Waker>> = RefCell::default();
    poll_fn(|cx| {
        kept.replace(Some(cx.waker().clone()));
        Poll::<()>::Pending
    })
    .await;
}

#[solipsism::test]
async fn hangs_on_a_task() {
    time::sleep(Duration::from_secs(3)).await;
    let server = Builder::new().name("server").spawn(nobody_sends());
    spawn(async { pending::<()>().await }).background();
    server.await.expect("it finishes");
}

#[solipsism::test]
async fn hangs_past_the_end_of_time() {
    time::sleep(Duration::MAX).await;
}

#[solipsism::test]
async fn hangs_after_a_held_panic() {
    let (sender, receiver) = futures_channel::oneshot::channel::<()>();
    let held = spawn(async { panic!("the worker is gone") });
    let _kept = (sender, &held);
    let _ = receiver.await;
}

#[solipsism::test]
async fn is_never_woken() {
    spawn(time::sleep(Duration::from_secs(1))).background();
    pending::<()>().await;
}

#[solipsism::test(clock = "manual")]
async fn time_is_frozen_by_a_manual_clock() {
    time::sleep(Duration::from_secs(5)).await;
}

#[solipsism::test]
async fn time_is_frozen_by_a_guard(event_loop: EventLoop) {
    let _frozen = event_loop.freeze();
    time::timeout(Duration::from_secs(5), pending::<()>())
        .await
        .expect_err("it never finishes");
}

#[solipsism::test(poll_budget = 5_000)]
async fn is_a_livelock() {
    Builder::new().name("spinner").spawn(async {
        loop {
            yield_now().await;
        }
    });
    nobody_sends().await;
}

#[solipsism::test(step_limit = 1_000)]
async fn has_only_heartbeats_left() {
    Builder::new().name("heartbeat").background().spawn(async {
        loop {
            time::sleep(Duration::from_secs(30)).await;
        }
    });
    nobody_sends().await;
}

#[solipsism::test(time_limit = "1h")]
async fn is_over_its_time_limit() {
    time::sleep(Duration::from_secs(3601)).await;
}

#[solipsism::test]
async fn panics() {
    time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(1 + 1, 3, "arithmetic");
}

#[solipsism::test]
async fn panics_after_a_background_task() {
    let _held = spawn(async { panic!("first") });
    yield_now().await;
    panic!("second");
}

#[solipsism::test]
async fn a_background_task_panics() {
    spawn(async { panic!("nobody awaits me") });
    time::sleep(Duration::from_secs(1)).await;
}

#[solipsism::test]
async fn a_background_task_panics_at_the_end() {
    spawn(async { panic!("in the last instant") });
}

#[solipsism::test]
async fn a_held_panic_is_not_read() {
    let held = spawn(async { panic!("read me") });
    time::sleep(Duration::from_secs(1)).await;
    assert!(held.is_finished());
}

#[solipsism::test]
async fn a_set_loses_a_panic() {
    let mut set = JoinSet::new();
    Builder::new()
        .name("member")
        .spawn_on(async { panic!("one of many") }, &mut set);
    set.spawn(pending());
    time::sleep(Duration::from_secs(1)).await;
}

#[solipsism::test]
async fn a_blocking_job_panics() {
    spawn_blocking(|| panic!("on another thread"));
}

struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("dropped");
    }
}

#[solipsism::test]
async fn a_destructor_panics() {
    spawn(async {
        let _bomb = Bomb;
        pending::<()>().await;
    });
    yield_now().await;
}

#[derive(Debug)]
struct Outer(std::num::ParseIntError);

impl fmt::Display for Outer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the configuration is unreadable")
    }
}

impl Error for Outer {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

#[solipsism::test]
async fn returns_an_error() -> Result<(), Outer> {
    let number: Result<u32, _> = "forty-two".parse();
    number.map(drop).map_err(Outer)
}

#[solipsism::test]
async fn returns_a_boxed_error() -> Result<(), Box<dyn Error>> {
    Err(Box::new(Outer("".parse::<u8>().expect_err("empty"))))
}

#[solipsism::test]
async fn returns_what_has_only_a_debug_form() -> Result<(), [u8; 2]> {
    Err([4, 2])
}

#[solipsism::test]
async fn returns_a_bad_exit_code() -> ExitCode {
    ExitCode::from(3)
}

#[solipsism::test]
#[should_panic(expected = "this")]
async fn should_panic_with_this() {
    panic!("that");
}

#[solipsism::test]
#[should_panic]
async fn should_panic_but_hangs() {
    nobody_sends().await;
}

#[solipsism::test]
#[should_panic]
async fn should_panic_but_passes() {}

#[solipsism::test]
async fn two_advance_at_once(event_loop: EventLoop) {
    let other = event_loop.clone();
    spawn(async move { other.advance(Duration::from_secs(1)).await }).background();
    spawn(time::sleep(Duration::from_secs(1))).background();
    let first = event_loop.advance(Duration::from_secs(1));
    first.await;
}

#[solipsism::test]
async fn something_real_hangs() {
    let (waker, to_be_woken) = mpsc::channel::<Waker>();
    let (done, woken) = mpsc::channel();
    std::thread::Builder::new()
        .name("stranger".to_owned())
        .spawn(move || {
            for waker in to_be_woken {
                waker.wake();
                done.send(()).expect("the test listens");
            }
        })
        .expect("a thread");
    let mut polls = 0;
    poll_fn(|cx| {
        polls += 1;
        if polls > 1 {
            return Poll::Ready(());
        }
        waker.send(cx.waker().clone()).expect("the thread listens");
        woken.recv().expect("the thread wakes");
        Poll::Pending
    })
    .await;
    panic!("now it is known");
}

#[solipsism::test(wall_limit = "100ms")]
async fn is_stuck_inside_a_poll() {
    let never = Arc::new(std::sync::Mutex::new(()));
    let kept = Arc::clone(&never);
    let _held = kept.lock();
    let task = Builder::new().name("locker").spawn(async move {
        drop(never.lock());
    });
    let _ = task.await;
}

#[solipsism::test]
async fn two_background_tasks_panic() {
    spawn(async { panic!("the first of two") });
    spawn(async { panic!("the second of two") });
}

#[solipsism::test]
async fn passes() {
    time::sleep(Duration::from_secs(3600)).await;
}

#[solipsism::test]
#[ignore = "takes a century"]
async fn is_ignored() {
    time::sleep(Duration::from_secs(100 * 365 * 86_400)).await;
}

#[solipsism::test]
async fn returns_an_error_beside_a_lost_panic() -> Result<(), Box<dyn Error + Send + Sync>> {
    let _server = spawn(async { panic!("the server is gone") });
    yield_now().await;
    Err(Box::new(Outer("".parse::<u8>().expect_err("empty"))))
}

#[solipsism::test]
#[should_panic(expected = "as expected")]
async fn should_panic_and_loses_another_panic() {
    let _held = spawn(async { panic!("not as wanted") });
    spawn(async {
        let _bomb = Bomb;
        pending::<()>().await;
    });
    yield_now().await;
    panic!("as expected");
}

#[solipsism::test(wall_limit = "100ms")]
#[ignore = "how far it gets differs between two runs"]
async fn runs_for_too_long() {
    let _held = spawn(async { panic!("an early cause") });
    loop {
        time::sleep(Duration::from_secs(1)).await;
    }
}

struct NeverDropped;

impl Drop for NeverDropped {
    fn drop(&mut self) {
        loop {
            std::thread::park();
        }
    }
}

thread_local! {
    static NEVER_DROPPED: NeverDropped = const { NeverDropped };
}

#[solipsism::test(wall_limit = "100ms")]
async fn leaves_a_local_that_is_never_dropped() {
    NEVER_DROPPED.with(|_| ());
}

struct PanickingWaker;

impl std::task::Wake for PanickingWaker {
    fn wake(self: Arc<Self>) {
        panic!("woken");
    }
}

#[solipsism::test]
async fn a_waker_panics() {
    let mut sleep = std::pin::pin!(time::sleep(Duration::from_secs(1)));
    let waker = Waker::from(Arc::new(PanickingWaker));
    let mut cx = std::task::Context::from_waker(&waker);
    assert!(sleep.as_mut().poll(&mut cx).is_pending());
    time::sleep(Duration::from_secs(2)).await;
}

#[solipsism::test]
async fn catches_its_own_panics() {
    for _ in 0..2 {
        std::panic::catch_unwind(|| panic!("caught")).expect_err("it panics");
        yield_now().await;
    }
    panic!("not caught");
}

#[solipsism::test]
async fn hangs_on_a_signal() {
    use solipsism::signal::{self, unix};
    let server = Builder::new().name("server").spawn(async {
        signal::ctrl_c().await.expect("it can be listened to");
    });
    time::sleep(Duration::from_secs(2)).await;
    let mut terminate = unix::signal(unix::SignalKind::terminate()).expect("as SIGINT can");
    time::sleep(Duration::from_secs(1)).await;
    terminate.recv().await;
    server.await.expect("it finishes");
}

#[solipsism::test]
async fn raises_what_nobody_listens_for() {
    use solipsism::signal::unix::{SignalKind, raise, signal};
    spawn(async {
        let mut terminate = signal(SignalKind::terminate()).expect("it can be listened to");
        terminate.recv().await;
    });
    raise(SignalKind::terminate());
}

#[solipsism::test]
async fn a_background_panic_fails_the_test() {
    // FAILS at once, naming the task and where it was spawned
    solipsism::spawn(async { panic!("nobody awaits me") });
    solipsism::time::sleep(std::time::Duration::from_secs(1)).await;
}

#[solipsism::test]
async fn background_work_is_no_leak() {
    solipsism::task::Builder::new()
        .name("heartbeat")
        .spawn(async {
            loop {
                solipsism::time::sleep(std::time::Duration::from_secs(30)).await
            }
        })
        .background();
}

solipsism::main!();
