//! Signals: who is told of them, when, and what becomes of those that nobody listens for. Much of it is what tokio's
//! own tests say of its signals.

use std::cell::Cell;
use std::future::{pending, poll_fn};
use std::io;
use std::pin::pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use solipsism::signal::ctrl_c;
use solipsism::signal::unix::{Signal, SignalKind, raise, signal};
use solipsism::task::{JoinHandle, JoinSet, yield_now};
use solipsism::time::{Duration, sleep, timeout};
use solipsism::{EventLoop, spawn};
use solipsism_tests::Log;

const USR1: SignalKind = SignalKind::user_defined1();

fn listen(kind: SignalKind) -> Signal {
    signal(kind).expect("it can be listened to")
}

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

/// Whether something is there to be received now.
async fn is_raised(signal: &mut Signal) -> bool {
    timeout(secs(1), signal.recv()).await.is_ok()
}

/// Runs a test in a world beside this one, whose thread waits meanwhile.
fn elsewhere<T: Send>(test: impl FnOnce() -> T + Send) -> std::thread::Result<T> {
    std::thread::scope(|scope| scope.spawn(test).join())
}

#[solipsism::test]
async fn what_is_raised_is_received() {
    let mut signal = listen(USR1);
    raise(USR1);
    assert_eq!(signal.recv().await, Some(()));
}

#[solipsism::test]
async fn a_listener_can_be_used_again() {
    let mut signal = listen(USR1);
    for _ in 0..2 {
        raise(USR1);
        assert_eq!(signal.recv().await, Some(()));
    }
    assert!(!is_raised(&mut signal).await);
}

#[solipsism::test]
async fn every_listener_is_told() {
    let (mut first, mut second) = (listen(USR1), listen(USR1));
    raise(USR1);
    first.recv().await;
    second.recv().await;
}

#[solipsism::test]
async fn a_dropped_listener_takes_no_other_along() {
    let first = listen(USR1);
    let mut signal = listen(USR1);
    let last = listen(USR1);
    drop((first, last));
    raise(USR1);
    signal.recv().await;
}

#[solipsism::test]
async fn no_task_is_left_out_in_any_round(event_loop: EventLoop) {
    for _ in 0..10 {
        let mut tasks = JoinSet::new();
        for _ in 0..4 {
            tasks.spawn(async { listen(SignalKind::hangup()).recv().await });
        }
        event_loop.settle().await;
        raise(SignalKind::hangup());
        while let Some(received) = tasks.join_next().await {
            assert_eq!(received.expect("it finishes"), Some(()));
        }
    }
}

#[solipsism::test]
async fn listeners_are_woken_in_the_order_in_which_they_were_made(event_loop: EventLoop) {
    let log = Log::default();
    // The first of them leaves a place that could be taken by the last.
    drop(listen(USR1));
    for (name, mut signal) in [1, 2, 3].map(|name| (name, listen(USR1))) {
        let log = log.clone();
        spawn(async move {
            // They come to wait in another order.
            sleep(secs(u64::from(10 - name))).await;
            signal.recv().await;
            log.note(name);
        });
    }
    event_loop.advance(secs(10)).await;
    raise(USR1);
    event_loop.settle().await;
    assert_eq!(log.take(), [1, 2, 3]);
}

#[solipsism::test]
async fn kinds_are_told_apart() {
    let (mut hangup, mut quit) = (listen(SignalKind::hangup()), listen(SignalKind::quit()));
    raise(SignalKind::quit());
    quit.recv().await;
    assert!(!is_raised(&mut hangup).await);
}

#[solipsism::test]
async fn several_before_a_receive_are_one() {
    let mut signal = listen(USR1);
    for _ in 0..3 {
        raise(USR1);
    }
    assert!(is_raised(&mut signal).await);
    assert!(!is_raised(&mut signal).await);
}

#[solipsism::test]
async fn a_listener_sees_nothing_from_before_it_was_made() {
    let mut early = listen(USR1);
    raise(USR1);
    let mut late = listen(USR1);
    assert!(is_raised(&mut early).await && !is_raised(&mut late).await);
}

#[solipsism::test]
async fn a_receive_that_is_given_up_loses_nothing(event_loop: EventLoop) {
    let mut signal = listen(USR1);
    assert!(!is_raised(&mut signal).await);
    raise(USR1);
    assert!(is_raised(&mut signal).await);
    {
        let mut receive = pin!(signal.recv());
        let mut noop = Context::from_waker(Waker::noop());
        assert!(receive.as_mut().poll(&mut noop).is_pending());
        raise(USR1);
    }
    assert!(
        is_raised(&mut signal).await,
        "woken, and dropped before its turn"
    );
    assert_eq!(event_loop.pending_timers(), 0);
}

#[solipsism::test]
async fn whoever_polls_last_is_woken(event_loop: EventLoop) {
    let mut signal = listen(USR1);
    let mut noop = Context::from_waker(Waker::noop());
    assert!(signal.poll_recv(&mut noop).is_pending());
    let task = spawn(async move { poll_fn(|cx| signal.poll_recv(cx)).await });
    event_loop.settle().await;
    raise(USR1);
    assert_eq!(task.await.expect("it finishes"), Some(()));
}

#[solipsism::test]
async fn a_task_may_raise_what_it_listens_for_itself() {
    let mut signal = listen(USR1);
    let mut polls = 0;
    poll_fn(|cx| {
        polls += 1;
        let polled = signal.poll_recv(cx);
        if polls == 1 {
            raise(USR1);
        }
        polled
    })
    .await;
    assert_eq!(polls, 2);
}

#[solipsism::test]
async fn ctrl_c_is_an_interrupt() {
    let pressed = ctrl_c();
    spawn(async { raise(SignalKind::interrupt()) });
    pressed.await.expect("it can be listened to");
}

#[solipsism::test]
#[should_panic(expected = "nobody listens for SIGINT, which would end a real process")]
async fn ctrl_c_listens_from_its_first_poll() {
    let _not_polled = ctrl_c();
    raise(SignalKind::interrupt());
}

#[solipsism::test]
async fn real_time_signals_are_signals() {
    let kinds = (34..=64).map(SignalKind::from_raw);
    let mut signals: Vec<_> = kinds.clone().map(listen).collect();
    kinds.for_each(raise);
    for signal in &mut signals {
        assert!(is_raised(signal).await);
    }
}

#[solipsism::test]
async fn what_a_process_cannot_handle_is_an_error() {
    for (number, text) in [
        (4, "SIGILL cannot be listened to"),
        (8, "SIGFPE cannot be listened to"),
        (9, "SIGKILL cannot be listened to"),
        (11, "SIGSEGV cannot be listened to"),
        (19, "SIGSTOP cannot be listened to"),
        (0, "there is no signal 0"),
        (-1, "there is no signal -1"),
        (32, "there is no signal 32"),
        (65, "there is no signal 65"),
    ] {
        let error = signal(SignalKind::from_raw(number)).expect_err(text);
        assert_eq!(
            (error.kind(), error.to_string().as_str()),
            (io::ErrorKind::Other, text)
        );
    }
}

#[solipsism::test]
async fn the_numbers_are_those_of_linux() {
    let kinds = [
        (SignalKind::hangup(), 1),
        (SignalKind::interrupt(), 2),
        (SignalKind::quit(), 3),
        (SignalKind::user_defined1(), 10),
        (SignalKind::user_defined2(), 12),
        (SignalKind::pipe(), 13),
        (SignalKind::alarm(), 14),
        (SignalKind::terminate(), 15),
        (SignalKind::child(), 17),
        (SignalKind::window_change(), 28),
        (SignalKind::io(), 29),
    ];
    for (kind, number) in kinds {
        assert_eq!(
            (kind.as_raw_value(), SignalKind::from(number)),
            (number, kind)
        );
        drop(listen(kind));
    }
}

#[solipsism::test]
async fn what_a_process_ignores_needs_no_listener() {
    for kind in [
        SignalKind::child(),
        SignalKind::window_change(),
        SignalKind::pipe(),
    ] {
        raise(kind);
    }
    // SIGCONT and SIGURG.
    for number in [18, 23] {
        raise(SignalKind::from_raw(number));
    }
    let mut child = listen(SignalKind::child());
    raise(SignalKind::child());
    child.recv().await;
}

#[solipsism::test]
#[should_panic(
    expected = "nobody listens for SIGTERM, which would end a real process: make the listener first; \
                `event_loop.settle().await` lets a spawned task get there"
)]
async fn what_nobody_listens_for_would_end_a_process() {
    drop(listen(SignalKind::hangup()));
    raise(SignalKind::terminate());
}

#[solipsism::test]
#[should_panic(expected = "nobody listens for SIGTSTP, which would stop a real process")]
async fn or_stop_it() {
    raise(SignalKind::from_raw(20));
}

#[solipsism::test]
#[should_panic(expected = "nobody listens for SIGRTMIN+1, which would end a real process")]
async fn also_in_real_time() {
    raise(SignalKind::from_raw(35));
}

#[solipsism::test]
#[should_panic(
    expected = "nobody can listen for SIGKILL, which would end a real process: to end a task on the spot, `abort` it"
)]
async fn a_world_cannot_be_killed() {
    raise(SignalKind::from_raw(9));
}

#[solipsism::test]
#[should_panic(expected = "there is no signal 33: they are 1 to 31 and, for real time, 34 to 64")]
async fn only_a_signal_can_be_raised() {
    raise(SignalKind::from_raw(33));
}

#[solipsism::test]
async fn the_default_never_comes_back() {
    drop(listen(USR1));
    raise(USR1);
    let mut signal = listen(USR1);
    assert!(!is_raised(&mut signal).await, "it was raised before");
    raise(USR1);
    signal.recv().await;
}

#[solipsism::test]
async fn worlds_do_not_hear_each_other() {
    let mut signal = listen(USR1);
    let other = elsewhere(|| {
        EventLoop::new().block_on(async {
            let mut signal = listen(USR1);
            raise(USR1);
            signal.recv().await;
        });
    });
    other.expect("it finishes");
    assert!(!is_raised(&mut signal).await);
}

#[solipsism::test]
async fn a_listener_may_be_dropped_anywhere() {
    let kept = elsewhere(|| {
        let event_loop = EventLoop::new();
        let mut kept = event_loop.block_on(async { [listen(USR1), listen(USR1)] });
        let [first, _] = &mut kept;
        event_loop.block_on(async {
            let mut noop = Context::from_waker(Waker::noop());
            assert!(first.poll_recv(&mut noop).is_pending());
        });
        let [first, second] = kept;
        drop(first);
        event_loop.block_on(async { raise(USR1) });
        second
    });
    // Here its key is that of the second one of these.
    let mut own = [listen(USR1), listen(USR1)];
    drop(kept.expect("it finishes"));
    raise(USR1);
    for signal in &mut own {
        assert!(is_raised(signal).await);
    }
}

#[solipsism::test]
#[should_panic(
    expected = "a `Signal` was polled in another world than the one it was made in: make a new one there"
)]
async fn a_listener_stays_in_its_world() {
    let other = elsewhere(|| EventLoop::new().block_on(async { [listen(USR1)] }));
    let [mut signal] = other.expect("it finishes");
    signal.recv().await;
}

#[solipsism::test]
async fn listeners_and_their_futures_are_send() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let mut signal = is_send(listen(USR1));
    drop(is_send(signal.recv()));
    drop(is_send(ctrl_c()));
}

/// A waker that owns a task's handle, as that of a hand-written combinator might.
struct Owner(#[expect(dead_code, reason = "it is there to be dropped")] Mutex<JoinHandle<()>>);

impl Wake for Owner {
    fn wake(self: Arc<Self>) {}
}

#[solipsism::test]
async fn a_waker_may_own_a_handle() {
    let owner = || Waker::from(Arc::new(Owner(Mutex::new(spawn(pending())))));
    let mut signal = listen(USR1);
    for _ in 0..2 {
        let polled = signal.poll_recv(&mut Context::from_waker(&owner()));
        assert!(polled.is_pending(), "and the one before it was replaced");
    }
    raise(USR1);
    signal.recv().await;
    let polled = signal.poll_recv(&mut Context::from_waker(&owner()));
    assert!(polled.is_pending());
    drop(signal);
    let mut signal = listen(USR1);
    let polled = pin!(signal.recv()).poll(&mut Context::from_waker(&owner()));
    assert!(polled.is_pending(), "and its future dropped");
}

/// A waker that raises the signal once more.
struct Raiser;

impl Wake for Raiser {
    fn wake(self: Arc<Self>) {
        raise(USR1);
    }
}

#[solipsism::test]
async fn a_waker_may_raise_a_signal() {
    let mut signal = listen(USR1);
    let waker = Waker::from(Arc::new(Raiser));
    assert!(
        signal
            .poll_recv(&mut Context::from_waker(&waker))
            .is_pending()
    );
    raise(USR1);
    assert!(is_raised(&mut signal).await && !is_raised(&mut signal).await);
}

#[solipsism::test]
async fn a_listener_that_nobody_waits_for_is_in_no_report() {
    let report = elsewhere(|| {
        let body = async {
            let mut signal = listen(USR1);
            is_raised(&mut signal).await;
            let (_sender, receiver) = futures_channel::oneshot::channel::<()>();
            let _ = receiver.await;
        };
        EventLoop::new()
            .run(body)
            .expect_err("it hangs")
            .to_string()
    });
    let report = report.expect("it finishes");
    assert!(!report.contains("SIGUSR1"), "{report}");
}

#[solipsism::test]
async fn a_signal_ends_a_server_that_lets_its_clients_finish(event_loop: EventLoop) {
    let clients = Rc::new(Cell::new(0));
    let server = spawn({
        let clients = Rc::clone(&clients);
        async move {
            let mut terminate = listen(SignalKind::terminate());
            let mut terminated = pin!(terminate.recv());
            let mut tick = Box::pin(sleep(secs(1)));
            poll_fn(|cx| {
                while tick.as_mut().poll(cx).is_ready() {
                    clients.set(clients.get() + 1);
                    tick = Box::pin(sleep(secs(1)));
                }
                terminated.as_mut().poll(cx)
            })
            .await;
            tick.await;
            clients.set(clients.get() + 1);
        }
    });
    event_loop.advance(Duration::from_millis(3500)).await;
    raise(SignalKind::terminate());
    yield_now().await;
    assert!(!server.is_finished());
    server.await.expect("it finishes");
    assert_eq!(
        (clients.get(), format!("{:?}", event_loop.now())),
        (4, "4s".into())
    );
}

#[solipsism::test]
async fn a_poll_gives_what_was_raised() {
    let mut signal = listen(USR1);
    raise(USR1);
    let mut noop = Context::from_waker(Waker::noop());
    assert_eq!(signal.poll_recv(&mut noop), Poll::Ready(Some(())));
    assert_eq!(signal.poll_recv(&mut noop), Poll::Pending);
}

solipsism::main!();
