//! Tasks that go on when they are polled once more, though nobody had woken them.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;

use solipsism::time::sleep;
use tokio::sync::Notify;

use crate::named;

/// A queue whose `push` wakes nobody.
#[derive(Default)]
struct Forgetful {
    items: RefCell<VecDeque<u8>>,
    waits: RefCell<Option<Waker>>,
}

impl Forgetful {
    async fn pop(&self) -> u8 {
        poll_fn(|cx| {
            *self.waits.borrow_mut() = Some(cx.waker().clone());
            match self.items.borrow_mut().pop_front() {
                Some(item) => Poll::Ready(item),
                None => Poll::Pending,
            }
        })
        .await
    }
}

async fn consume(queue: Rc<Forgetful>, stored: Rc<Notify>) {
    let item = queue.pop().await;
    stored.notified().await;
    println!("{item}");
}

#[solipsism::test]
async fn to_another_await() {
    let queue = Rc::new(Forgetful::default());
    let consumer = named("consumer", consume(queue.clone(), Rc::default()));
    sleep(Duration::from_secs(1)).await;
    queue.items.borrow_mut().push_back(7);
    consumer.await.expect("it finishes");
}

#[solipsism::test]
async fn and_wakes_one_that_was_not_polled() {
    let queue = Rc::new(Forgetful::default());
    let told = Rc::new(Notify::new());
    let consumer = named("consumer", {
        let (queue, told) = (queue.clone(), told.clone());
        async move {
            queue.pop().await;
            told.notify_one();
        }
    });
    let listener = named("listener", async move {
        told.notified().await;
    });
    sleep(Duration::from_secs(1)).await;
    queue.items.borrow_mut().push_back(7);
    consumer.await.expect("it finishes");
    listener.await.expect("it finishes");
}

/// It counts, and yet goes nowhere.
#[solipsism::test]
async fn not_by_counting_its_polls() {
    let polls = Cell::new(0);
    poll_fn(|cx| {
        polls.set(polls.get() + 1);
        drop(cx.waker().clone());
        Poll::<()>::Pending
    })
    .await;
}
