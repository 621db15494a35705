//! Tasks: the order in which they run, how they end, and who is told.

use std::cell::{Cell, RefCell};
use std::future::{Future, pending, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use futures_channel::oneshot;
use solipsism::task::{self, AbortHandle, Builder, JoinError, JoinHandle, yield_now};
use solipsism::time::{Duration, Instant, sleep, timeout};
use solipsism::{EventLoop, spawn};
use solipsism_tests::Log;

/// Notes that it was dropped, and as part of which task.
struct Guard(Log);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0
            .note(task::id().to_string().parse().expect("an id is a number"));
    }
}

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

#[solipsism::test]
async fn first_ready_is_first_run() {
    let log = Log::default();
    for name in [3, 1, 2] {
        let log = log.clone();
        spawn(async move { log.note(name) });
    }
    assert!(log.take().is_empty(), "nothing runs before the body waits");
    yield_now().await;
    assert_eq!(log.take(), [3, 1, 2]);
}

#[solipsism::test]
async fn tasks_that_yield_take_turns() {
    let log = Log::default();
    for name in [1, 2, 3] {
        let log = log.clone();
        spawn(async move {
            for _ in 0..3 {
                log.note(name);
                yield_now().await;
            }
        });
    }
    sleep(secs(1)).await;
    assert_eq!(log.take(), [1, 2, 3, 1, 2, 3, 1, 2, 3]);
}

#[solipsism::test]
async fn tasks_run_in_the_order_in_which_they_were_woken() {
    let log = Log::default();
    let mut senders = Vec::new();
    for name in 0..4 {
        let (sender, receiver) = oneshot::channel();
        let log = log.clone();
        spawn(async move {
            receiver.await.expect("it is sent");
            log.note(name);
        });
        senders.push(Some(sender));
    }
    yield_now().await;
    for name in [2, 0, 3, 1] {
        let sender = senders[name].take().expect("each is used once");
        sender.send(()).expect("the task waits");
    }
    yield_now().await;
    assert_eq!(log.take(), [2, 0, 3, 1]);
}

#[solipsism::test]
async fn a_task_need_not_be_send() {
    let shared = Rc::new(Cell::new(1));
    let task = spawn({
        let shared = Rc::clone(&shared);
        async move {
            sleep(secs(1)).await;
            shared.set(2);
            shared
        }
    });
    assert!(Rc::ptr_eq(&task.await.expect("it finishes"), &shared));
    assert_eq!(shared.get(), 2);
}

#[solipsism::test]
async fn a_handle_gives_the_output_and_tells_when_it_is_there() {
    let task = spawn(async { 42 });
    assert!(!task.is_finished());
    yield_now().await;
    assert!(task.is_finished());
    task.abort();
    assert_eq!(task.await.expect("it was finished before"), 42);
}

#[solipsism::test]
#[should_panic(expected = "a `JoinHandle` was awaited again after it gave the task's output")]
async fn a_handle_gives_the_output_once() {
    let mut task = spawn(async {});
    (&mut task).await.expect("it finishes");
    let _ = task.await;
}

#[solipsism::test]
async fn awaiting_a_handle_by_reference_is_cancel_safe() {
    let mut task = spawn(async {
        sleep(secs(2)).await;
        42
    });
    assert!(timeout(secs(1), &mut task).await.is_err());
    assert_eq!(task.await.expect("it finishes"), 42);
}

#[solipsism::test]
async fn a_dropped_handle_lets_its_task_go_on() {
    let (sender, receiver) = oneshot::channel();
    drop(spawn(async {
        sleep(secs(1)).await;
        sender.send(task::id().to_string()).expect("the body waits");
    }));
    assert_eq!(receiver.await.as_deref(), Ok("1"));
}

#[solipsism::test]
async fn ids_count_the_tasks_in_the_order_of_spawning() {
    assert_eq!(task::id().to_string(), "0");
    let first = spawn(async { task::id() });
    let second = spawn(async { spawn(async { task::id() }).await.expect("it finishes") });
    let (first_id, second_id) = (first.id(), second.id());
    assert_eq!(first.await.expect("it finishes"), first_id);
    let third_id = second.await.expect("it finishes");
    assert_eq!(
        [first_id, second_id, third_id].map(|id| id.to_string()),
        ["1", "2", "3"]
    );
    assert!(first_id < second_id && task::try_id() == Some(task::id()));
}

#[solipsism::test]
async fn handles_name_their_task_in_debug() {
    let task = spawn(async {});
    assert_eq!(format!("{task:?}"), "JoinHandle { id: 1, .. }");
    assert_eq!(
        format!("{:?}", task.abort_handle()),
        "AbortHandle { id: 1, .. }"
    );
}

#[solipsism::test]
async fn a_task_that_is_aborted_before_its_first_poll_never_runs() {
    let log = Log::default();
    let guard = Guard(log.clone());
    let task = spawn(async move {
        let _guard = guard;
        unreachable!("it was aborted");
    });
    task.abort();
    assert!(!task.is_finished(), "it takes effect when its turn comes");
    let error: JoinError = match task.await {
        Err(error) => error,
        Ok(()) => unreachable!("it was aborted"),
    };
    assert!(error.is_cancelled() && !error.is_panic());
    assert_eq!(
        (error.to_string().as_str(), log.take()),
        ("task 1 was cancelled", vec![1])
    );
}

#[solipsism::test]
async fn a_task_that_waits_can_be_aborted(event_loop: EventLoop) {
    let log = Log::default();
    let guard = Guard(log.clone());
    let task = spawn(async move {
        let _guard = guard;
        sleep(secs(10)).await;
    });
    sleep(secs(1)).await;
    task.abort_handle().abort();
    task.abort();
    assert!(task.await.expect_err("it was aborted").is_cancelled());
    assert_eq!(log.take(), [1]);
    assert_eq!(
        (event_loop.pending_timers(), format!("{:?}", Instant::now())),
        (0, "1s".into())
    );
}

#[solipsism::test]
async fn a_task_that_aborts_itself_ends_at_its_next_wait() {
    let own: Rc<RefCell<Option<AbortHandle>>> = Rc::default();
    let abort = |own: &RefCell<Option<AbortHandle>>| {
        own.borrow().as_ref().expect("it was set").abort();
    };
    let waits = spawn({
        let own = Rc::clone(&own);
        async move {
            abort(&own);
            sleep(secs(1)).await;
        }
    });
    own.replace(Some(waits.abort_handle()));
    assert!(waits.await.expect_err("it waited").is_cancelled());
    let returns = spawn({
        let own = Rc::clone(&own);
        async move {
            abort(&own);
            42
        }
    });
    own.replace(Some(returns.abort_handle()));
    assert_eq!(returns.await.expect("it did not wait"), 42);
}

#[solipsism::test]
async fn a_task_can_be_aborted_from_another_thread(event_loop: EventLoop) {
    let task = spawn(sleep(secs(10)));
    yield_now().await;
    let (abort, external) = (task.abort_handle(), event_loop.external());
    let thread = std::thread::spawn(move || {
        abort.abort();
        drop(external);
    });
    assert!(task.await.expect_err("it was aborted").is_cancelled());
    assert_eq!(format!("{:?}", Instant::now()), "0ns");
    thread.join().expect("it does not panic");
}

#[solipsism::test]
async fn an_abort_handle_outlives_its_task() {
    let task = spawn(async {});
    let abort = task.abort_handle();
    assert!(!abort.is_finished());
    task.await.expect("it finishes");
    abort.abort();
    assert!(abort.is_finished());
    assert_eq!(abort.id().to_string(), "1");
}

#[solipsism::test]
async fn a_panic_comes_back_with_its_message_place_and_payload() {
    let what = String::from("this");
    let line = line!() + 1;
    let error = spawn(async move { panic!("{what} is wrong") }).await;
    let error = error.expect_err("it panics");
    assert!(error.is_panic() && !error.is_cancelled());
    let text = format!("task 1 panicked at {}:{line}:36:\nthis is wrong", file!());
    assert!(error.to_string().starts_with(&text), "{error}");
    assert!(format!("{error:?}").starts_with(&format!("JoinError({text}")));
    let payload = error.into_panic();
    assert_eq!(
        payload.downcast_ref::<String>().map(String::as_str),
        Some("this is wrong")
    );

    let error = spawn(async { std::panic::panic_any(42_u64) }).await;
    let payload = error.expect_err("it panics").try_into_panic();
    assert_eq!(payload.expect("it panicked").downcast_ref(), Some(&42_u64));
}

#[solipsism::test]
#[should_panic(expected = "needs a task that panicked, but task 1 was cancelled")]
async fn a_cancelled_task_has_no_payload() {
    let task = spawn(pending::<()>());
    task.abort();
    let error = task.await.expect_err("it was aborted").try_into_panic();
    drop(error.expect_err("it did not panic").into_panic());
}

#[solipsism::test]
async fn a_cancelled_task_is_an_error_of_io_where_one_is_asked_for() {
    async fn asks() -> std::io::Result<()> {
        let task = spawn(pending());
        task.abort();
        Ok(task.await?)
    }
    let error = asks().await.expect_err("the task was aborted");
    assert_eq!(error.to_string(), "task 1 was cancelled");
    let inner = error.into_inner().expect("it has the task's");
    assert!(
        inner
            .downcast::<JoinError>()
            .expect("it is one")
            .is_cancelled()
    );
}

#[solipsism::test]
async fn a_panic_ends_its_task_alone() {
    let log = Log::default();
    let guard = Guard(log.clone());
    let panics = spawn(async move {
        let _guard = guard;
        sleep(secs(1)).await;
        panic!("alone")
    });
    let other = spawn(async {
        sleep(secs(2)).await;
        42
    });
    let error: JoinError = match panics.await {
        Err(error) => error,
        Ok(never) => never,
    };
    assert!(error.is_panic());
    assert_eq!(
        (log.take(), other.await.expect("it finishes")),
        (vec![1], 42)
    );
}

#[solipsism::test]
async fn a_builder_gives_a_task_its_name() {
    let named = Builder::new().name("client").spawn(pending::<()>());
    named.abort();
    assert_eq!(
        named.await.expect_err("it was aborted").to_string(),
        "task 1 `client` was cancelled"
    );
    let server = Builder::new().name("server");
    let (error, line) = (server.spawn(async { panic!("no") }).await, line!());
    let text = error.expect_err("it panics").to_string();
    assert!(
        text.starts_with(&format!("task 2 `server` panicked at {}:{line}:", file!())),
        "{text}"
    );
    Builder::new().background().spawn(pending::<()>());
}

#[solipsism::test]
async fn a_task_that_is_woken_twice_is_polled_once() {
    let (polls, kept) = (
        Rc::new(Cell::new(0)),
        Rc::new(RefCell::new(Waker::noop().clone())),
    );
    let task = spawn({
        let (polls, kept) = (Rc::clone(&polls), Rc::clone(&kept));
        poll_fn(move |cx| {
            polls.set(polls.get() + 1);
            kept.replace(cx.waker().clone());
            if polls.get() < 3 {
                Poll::Pending
            } else {
                Poll::Ready(())
            }
        })
    });
    yield_now().await;
    for polled in [2, 3] {
        let waker = kept.borrow().clone();
        waker.wake_by_ref();
        waker.wake();
        yield_now().await;
        assert_eq!(polls.get(), polled);
    }
    kept.borrow().wake_by_ref();
    yield_now().await;
    assert_eq!(
        (polls.get(), task.is_finished()),
        (3, true),
        "a wake after the end is harmless"
    );
}

#[solipsism::test]
async fn a_task_that_wakes_itself_waits_for_its_turn() {
    let log = Log::default();
    let both = [1, 2].map(|name| {
        let log = log.clone();
        let mut left = 3;
        spawn(poll_fn(move |cx| {
            log.note(name);
            left -= 1;
            cx.waker().wake_by_ref();
            if left > 0 {
                Poll::Pending
            } else {
                Poll::Ready(())
            }
        }))
    });
    for task in both {
        task.await.expect("it finishes");
    }
    assert_eq!(log.take(), [1, 2, 1, 2, 1, 2]);
}

/// A waker that owns a task's handle, as that of a hand-written combinator might.
struct Owner(#[expect(dead_code, reason = "it is there to be dropped")] Mutex<JoinHandle<()>>);

impl Wake for Owner {
    fn wake(self: Arc<Self>) {}
}

#[solipsism::test]
async fn a_waker_that_is_replaced_may_own_a_handle(event_loop: EventLoop) {
    let owner = || {
        let owned = spawn(pending());
        Waker::from(Arc::new(Owner(Mutex::new(owned))))
    };
    let mut settle = pin!(event_loop.settle());
    let mut advance = pin!(event_loop.advance(secs(1)));
    let mut join = pin!(spawn(pending::<()>()));
    let mut noop = Context::from_waker(Waker::noop());
    assert!(
        settle
            .as_mut()
            .poll(&mut Context::from_waker(&owner()))
            .is_pending()
    );
    assert!(settle.as_mut().poll(&mut noop).is_pending());
    assert!(
        advance
            .as_mut()
            .poll(&mut Context::from_waker(&owner()))
            .is_pending()
    );
    assert!(advance.as_mut().poll(&mut noop).is_pending());
    assert!(
        join.as_mut()
            .poll(&mut Context::from_waker(&owner()))
            .is_pending()
    );
    assert!(join.as_mut().poll(&mut noop).is_pending());
}

#[solipsism::test]
async fn a_destructor_knows_its_task() {
    let log = Log::default();
    for _ in 0..2 {
        let output = Guard(log.clone());
        spawn(async move { output });
    }
    yield_now().await;
    let guard = Guard(log.clone());
    spawn(async move {
        let _guard = guard;
        pending::<()>().await;
    })
    .abort();
    yield_now().await;
    assert_eq!(log.take(), [1, 2, 3]);
}

#[solipsism::test]
#[should_panic(expected = "`.await` the future, or `solipsism::spawn` it")]
async fn a_run_inside_of_a_world_is_refused() {
    let _ = EventLoop::new().run(async {});
}

#[solipsism::test]
#[should_panic(expected = "`EventLoop::block_on` was called inside of a running event loop")]
async fn a_nested_block_on_is_called_by_its_name() {
    EventLoop::new().block_on(async {});
}

#[solipsism::test(seed = 3)]
async fn a_seed_leaves_deadlines_and_the_body_in_their_order() {
    let log = Log::default();
    for name in [3, 1, 2] {
        let log = log.clone();
        spawn(async move {
            sleep(secs(u64::from(name))).await;
            log.note(name);
        });
    }
    sleep(secs(3)).await;
    assert_eq!(log.take(), [1, 2, 3]);
}

solipsism::main!();
