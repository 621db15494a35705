//! Hangs without a circle, though there are two tasks and locks or channels in each.

use std::cell::RefCell;
use std::future::pending;
use std::rc::Rc;
use std::sync::Arc;

use tokio::sync::{Mutex, RwLock, Semaphore, mpsc, oneshot};

use crate::{named, turn};

#[solipsism::test]
async fn a_holder_waits_for_something_else() {
    let lock = Rc::new(Mutex::new(1));
    let owner = named("owner", {
        let lock = lock.clone();
        async move {
            let _held = lock.lock().await;
            pending::<()>().await;
        }
    });
    turn().await;
    *lock.lock().await += 1;
    owner.await.expect("it finishes");
}

#[solipsism::test]
async fn a_row_of_three() {
    let (one, other) = (Rc::new(Mutex::new(1)), Rc::new(Mutex::new(2)));
    let last = named("last", {
        let other = other.clone();
        async move {
            let _held = other.lock().await;
            pending::<()>().await;
        }
    });
    let middle = named("middle", {
        let one = one.clone();
        async move {
            let _held = one.lock().await;
            turn().await;
            *other.lock().await += 1;
        }
    });
    let first = named("first", async move {
        turn().await;
        *one.lock().await += 1;
    });
    for task in [first, middle, last] {
        task.await.expect("it finishes");
    }
}

/// It would be one, if the first had not let go.
#[solipsism::test]
async fn a_guard_is_dropped_before() {
    let (one, other) = (Rc::new(Mutex::new(1)), Rc::new(Mutex::new(2)));
    let first = named("first", {
        let (one, other) = (one.clone(), other.clone());
        async move {
            let held = other.lock().await;
            drop(held);
            turn().await;
            *one.lock().await += 1;
        }
    });
    let second = named("second", {
        let other = other.clone();
        async move {
            let _held = one.lock().await;
            turn().await;
            turn().await;
            *other.lock().await += 1;
        }
    });
    turn().await;
    let _other = other.lock().await;
    pending::<()>().await;
    drop((first, second));
}

#[solipsism::test]
async fn a_guard_is_given_to_a_task() {
    let lock = Arc::new(Mutex::new(1));
    let guard = lock.clone().lock_owned().await;
    let keeper = named("keeper", async move {
        let _kept = guard;
        pending::<()>().await;
    });
    turn().await;
    *lock.lock().await += 1;
    keeper.await.expect("it finishes");
}

#[solipsism::test]
async fn a_guard_is_kept_in_a_cell() {
    let lock = Arc::new(Mutex::new(1));
    let cell = Rc::new(RefCell::new(Vec::new()));
    let guard = lock.clone().lock_owned().await;
    cell.borrow_mut().push(guard);
    let other = named("other", async move { *lock.lock().await });
    other.await.expect("it finishes");
    drop(cell);
}

#[solipsism::test]
async fn two_locks_of_a_type() {
    let (one, other) = (Rc::new(RwLock::new(1)), Rc::new(RwLock::new(2)));
    let owner = named("owner", {
        let (one, other) = (one.clone(), other.clone());
        async move {
            let _free = one.read().await;
            let _held = other.write().await;
            pending::<()>().await;
        }
    });
    turn().await;
    assert_eq!(*one.read().await, 1);
    assert_eq!(*other.read().await, 2);
    owner.await.expect("it finishes");
}

#[solipsism::test]
async fn a_lock_in_a_lock() {
    let outer = Rc::new(Mutex::new(Mutex::new(1)));
    let owner = named("owner", {
        let outer = outer.clone();
        async move {
            let held = outer.lock().await;
            let _inner = held.lock().await;
            pending::<()>().await;
        }
    });
    turn().await;
    assert_eq!(*outer.lock().await.lock().await, 1);
    owner.await.expect("it finishes");
}

#[solipsism::test]
async fn a_permit_is_forgotten() {
    let limit = Rc::new(Semaphore::new(1));
    let forgetful = named("forgetful", {
        let limit = limit.clone();
        async move {
            limit.acquire().await.expect("it is open").forget();
            pending::<()>().await;
        }
    });
    turn().await;
    drop(limit.acquire().await);
    forgetful.await.expect("it finishes");
}

#[solipsism::test]
async fn one_of_two_permits() {
    let limit = Rc::new(Semaphore::new(2));
    let _own = limit.acquire().await.expect("it is open");
    let other = named("other", {
        let limit = limit.clone();
        async move {
            let _permit = limit.acquire().await.expect("it is open");
            pending::<()>().await;
        }
    });
    turn().await;
    drop(limit.acquire().await);
    other.await.expect("it finishes");
}

#[solipsism::test]
async fn a_sender_is_sent_away() {
    let (parking, mut parked) = mpsc::channel::<oneshot::Sender<u8>>(1);
    let (reply, answer) = oneshot::channel();
    parking.send(reply).await.expect("there is room");
    let client = named("client", answer);
    let server = named("server", async move {
        turn().await;
        let reply = parked.recv().await;
        pending::<()>().await;
        drop(reply);
    });
    client.await.expect("it finishes").expect("it is answered");
    server.await.expect("it finishes");
}

/// Either would do, and so neither is what is missing.
#[solipsism::test]
async fn a_select_of_two_locks() {
    let (one, other) = (Rc::new(Mutex::new(1)), Rc::new(Mutex::new(2)));
    let either = named("either", {
        let (one, other) = (one.clone(), other.clone());
        async move {
            turn().await;
            tokio::select! {
                _ = one.lock() => {}
                _ = other.lock() => {}
            }
        }
    });
    let owner = named("owner", async move {
        let _other = other.lock().await;
        pending::<()>().await;
    });
    let _one = one.lock().await;
    either.await.expect("it finishes");
    owner.await.expect("it finishes");
}

#[solipsism::test]
async fn a_circle_that_was_broken() {
    let (one, other) = (Rc::new(Mutex::new(1)), Rc::new(Mutex::new(2)));
    let first = named("first", {
        let (one, other) = (one.clone(), other.clone());
        async move {
            let _held = one.lock().await;
            turn().await;
            assert!(other.try_lock().is_err());
            pending::<()>().await;
        }
    });
    let second = named("second", async move {
        let _held = other.lock().await;
        turn().await;
        *one.lock().await += 1;
    });
    first.await.expect("it finishes");
    second.await.expect("it finishes");
}

#[solipsism::test(tokio)]
async fn a_task_of_tokio_keeps_the_sender() {
    let (reply, answer) = oneshot::channel::<u8>();
    let keeper = tokio::spawn(async move {
        let _reply = reply;
        pending::<()>().await;
    });
    let client = named("client", answer);
    client.await.expect("it finishes").expect("it is answered");
    keeper.await.expect("it finishes");
}
