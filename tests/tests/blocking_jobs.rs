//! Work on other threads: blocking jobs, and wakes from outside.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;

use futures_channel::oneshot;
use solipsism::task::{spawn_blocking, yield_now};
use solipsism::time::{Duration, sleep};
use solipsism::{EventLoop, spawn};

#[solipsism::test]
async fn blocking_jobs_are_delivered_in_the_order_of_submission() {
    let (done, second_is_done) = mpsc::channel();
    let first = spawn_blocking(move || second_is_done.recv());
    let second = spawn_blocking(move || done.send(()));
    let order = Rc::new(RefCell::new(Vec::new()));
    let note = |name| {
        let order = Rc::clone(&order);
        move || order.borrow_mut().push(name)
    };
    let (note_first, note_second) = (note(1), note(2));
    let second = spawn(async move {
        second
            .await
            .expect("it finishes")
            .expect("the first one listens");
        note_second();
    });
    let first = spawn(async move {
        first
            .await
            .expect("it finishes")
            .expect("the second one sends");
        note_first();
    });
    first.await.expect("it finishes");
    second.await.expect("it finishes");
    assert_eq!(*order.borrow(), [1, 2]);
}

#[solipsism::test]
async fn other_tasks_go_on_while_a_job_is_out() {
    let (release, released) = mpsc::channel();
    let job = spawn_blocking(move || released.recv());
    let other = spawn(async move {
        for _ in 0..10 {
            yield_now().await;
        }
        release.send(42)
    });
    assert_eq!(job.await.expect("it finishes"), Ok(42));
    other.await.expect("it finishes").expect("the job listens");
}

#[solipsism::test]
async fn a_panic_of_a_blocking_job_comes_back() {
    let line = line!() + 1;
    let error = spawn_blocking(|| panic!("on another thread")).await;
    let error = error.map(|never: ()| never).expect_err("it panics");
    let text = format!("task 1 panicked at {}:{line}:", file!());
    assert!(error.to_string().starts_with(&text), "{error}");
    assert_eq!(
        error.into_panic().downcast_ref(),
        Some(&"on another thread")
    );
}

#[solipsism::test]
async fn the_clock_waits_for_a_job_whose_result_was_given_up() {
    let (release, released) = mpsc::channel::<()>();
    let done = Arc::new(AtomicBool::new(false));
    let job = spawn_blocking({
        let done = Arc::clone(&done);
        move || {
            released.recv().expect("it is released");
            done.store(true, Ordering::SeqCst);
        }
    });
    yield_now().await;
    job.abort();
    assert!(job.await.expect_err("it was aborted").is_cancelled());
    release.send(()).expect("the job listens");
    sleep(Duration::from_nanos(1)).await;
    assert!(done.load(Ordering::SeqCst));
}

#[solipsism::test]
async fn an_announced_wake_is_waited_for_and_time_stands_still(event_loop: EventLoop) {
    let timer = spawn(sleep(Duration::from_nanos(1)));
    let (sender, receiver) = oneshot::channel();
    let external = event_loop.external();
    let thread = std::thread::spawn(move || {
        let _external = external;
        sender.send(42).expect("the body waits");
    });
    assert_eq!(receiver.await, Ok(42));
    assert!(!timer.is_finished());
    thread.join().expect("it does not panic");
}

solipsism::main!();
