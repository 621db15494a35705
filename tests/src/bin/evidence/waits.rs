//! One task that waits for several things at once.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use solipsism::time::{Duration, Sleep, sleep};

/// Goes on when all of these are over.
async fn all(mut waits: Vec<Pin<Box<Sleep>>>) {
    poll_fn(|cx| {
        waits.retain_mut(|wait| wait.as_mut().poll(cx).is_pending());
        if waits.is_empty() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}

fn seconds<const N: usize>(seconds: [u64; N]) -> Vec<Pin<Box<Sleep>>> {
    let wait = |seconds| Box::pin(sleep(Duration::from_secs(seconds)));
    seconds.map(wait).into()
}

#[solipsism::test(clock = "manual")]
async fn those_that_read_alike_are_told_once() {
    all(seconds([5, 5, 8, 5])).await;
}

/// What is not listed is counted one by one.
#[solipsism::test(clock = "manual")]
async fn only_the_first_of_many_are_listed() {
    all(seconds([1, 2, 3, 4, 5, 6, 7, 8, 8, 9, 10, 11, 12, 12])).await;
}
